//! E0403, E0404 and E0412: an object is touched after it was given away.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};
use crate::Use;

/// What the use does, about a pointer called `it`.
fn verb(how: Use) -> &'static str {
    match how {
        Use::Read => "read",
        Use::Write => "written to",
        Use::Pass => "passed to a function",
        Use::Return => "returned",
        Use::Store => "stored",
        Use::Free => "freed",
    }
}

fn subject(story: Story<'_>) -> String {
    let subject = story.defect.op.and_then(|op| {
        let result = story.f.results(op).first().copied();
        name::subject(story, op).or_else(|| result.and_then(|value| name::value(story, value)))
    });
    subject.map_or_else(|| "this pointer".to_string(), |subject| format!("`{subject}`"))
}

pub(super) fn free(story: Story<'_>, how: Use) -> Diagnostic {
    let subject = subject(story);
    let returned = how == Use::Return;
    let user = story.defect.op.filter(|&op| name::is_foreign(story, op));
    let used = match user.and_then(|op| name::callee(story, op)) {
        Some(user) => format!("used by `{user}`"),
        None => verb(how).to_string(),
    };
    let taker = story.defect.other.filter(|&other| name::is_foreign(story, other));
    let taker = taker.and_then(|other| name::callee(story, other));
    let message = if let Some(taker) = &taker {
        format!("{subject} is {used} after `{taker}` took it")
    } else if returned && is_later(story) {
        format!("{subject} is returned, but freed before the caller gets it")
    } else {
        format!("{subject} is {used} after it was freed")
    };
    let mut diagnostic =
        Diagnostic::new(codes::E0403, story.at(), message).label(format!("{used} here"));
    if let Some(other) = story.defect.other {
        let text = if taker.is_some() { name::given(story, other) } else { "freed here".into() };
        diagnostic = diagnostic.also(story.span(other), text);
    }
    diagnostic = story.with_origin(diagnostic);
    if let Some(taker) = taker {
        diagnostic.help(format!("use it before `{taker}` takes it"))
    } else if returned && is_later(story) {
        diagnostic.help("the value is computed before deferred code runs: do not defer the `free` of what is returned")
    } else {
        diagnostic.help("use the object before it is freed, or free it later")
    }
}

/// Whether the free comes after the defect in the text: it was deferred.
fn is_later(story: Story<'_>) -> bool {
    story.defect.path.iter().any(|event| matches!(event, crate::Event::Defer { .. }))
}

pub(super) fn transfer(story: Story<'_>, how: Use) -> Diagnostic {
    let subject = subject(story);
    let message = format!("{subject} is {} after its ownership was given away", verb(how));
    let mut diagnostic =
        Diagnostic::new(codes::E0404, story.at(), message).label(format!("{} here", verb(how)));
    let mut taker = None;
    if let Some(other) = story.defect.other {
        diagnostic = diagnostic.also(story.span(other), name::given(story, other));
        taker = name::callee(story, other);
    }
    diagnostic = story.with_origin(diagnostic);
    match (taker, how) {
        (Some(taker), Use::Free) => {
            diagnostic.help(format!("`{taker}` frees it: drop this `free`"))
        }
        (Some(taker), _) => diagnostic.help(format!("use it before `{taker}` takes it")),
        _ => diagnostic.help("use it before its ownership is given away"),
    }
}

pub(super) fn conflict(story: Story<'_>) -> Diagnostic {
    let subject = subject(story);
    let callee = story.defect.op.and_then(|op| name::callee(story, op));
    let message = match &callee {
        Some(callee) => format!("`{callee}` takes ownership of {subject} twice"),
        None => format!("ownership of {subject} is given away twice"),
    };
    let mut diagnostic =
        Diagnostic::new(codes::E0412, story.at(), message).label("given to a second owner here");
    if let Some(other) = story.defect.other {
        diagnostic = diagnostic.also(story.span(other), "given to the first owner here");
    }
    diagnostic = story.with_origin(diagnostic);
    diagnostic.help("pass a different object for each parameter that is taken")
}

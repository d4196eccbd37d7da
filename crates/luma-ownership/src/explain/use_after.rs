//! E0403, E0404 and E0412: an object is touched after it was given away.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::Op;

use super::{Story, name, stored};
use crate::Use;
use crate::gives::same_call;

/// What the use does, about a pointer called `it`.
fn verb(story: Story<'_>, how: Use) -> String {
    let verb = match how {
        Use::Read => "read",
        Use::Write => "written to",
        Use::Pass => {
            if let Some((_, user)) = inner(story, how) {
                return format!("used by `{user}`");
            }
            let to = story.defect.op.and_then(|op| name::passed_to(story, op));
            return to.map_or("passed to a function".into(), |to| format!("passed to `{to}`"));
        }
        Use::Return => "returned",
        Use::Store => "stored",
        Use::Free => "freed",
    };
    verb.to_string()
}

/// The object, and the function that uses it, if a pointer to its holder is passed.
fn inner(story: Story<'_>, how: Use) -> Option<(String, String)> {
    story.defect.op.filter(|_| how == Use::Pass).and_then(|op| stored::used_inside(story, op))
}

fn subject(story: Story<'_>, how: Use) -> String {
    if let Some((object, _)) = inner(story, how) {
        return format!("`{object}`");
    }
    let subject = story.defect.op.and_then(|op| {
        if how == Use::Store {
            return name::pointer(story, op);
        }
        let result = story.f.results(op).first().copied();
        name::subject(story, op).or_else(|| result.and_then(|value| name::value(story, value)))
    });
    subject.map_or_else(|| "this pointer".to_string(), |subject| format!("`{subject}`"))
}

pub(super) fn free(story: Story<'_>, how: Use) -> Diagnostic {
    let subject = subject(story, how);
    let returned = how == Use::Return;
    let user = story.defect.op.filter(|&op| name::is_foreign(story, op));
    let used = match user.and_then(|op| name::callee(story, op)) {
        Some(user) => format!("used by `{user}`"),
        None => verb(story, how),
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
    } else if returned {
        diagnostic.help("do not free what is returned")
    } else {
        diagnostic.help("use the object before it is freed, or free it later")
    }
}

/// Whether the free comes after the defect in the text: it was deferred.
fn is_later(story: Story<'_>) -> bool {
    story.defect.path.iter().any(|event| matches!(event, crate::Event::Defer { .. }))
}

pub(super) fn transfer(story: Story<'_>, how: Use) -> Diagnostic {
    let subject = subject(story, how);
    // Passed to one more owner.
    let second = story.defect.op.filter(|&op| how == Use::Pass && name::is_give(story, op));
    let second = second.and_then(|op| name::callee(story, op));
    let used = second.as_ref().map_or_else(|| verb(story, how), |by| format!("given to `{by}`"));
    let message = format!("{subject} is {used} after its ownership was given away");
    let mut diagnostic =
        Diagnostic::new(codes::E0404, story.at(), message).label(format!("{used} here"));
    let mut taker = None;
    if let Some(other) = story.defect.other {
        diagnostic = diagnostic.also(story.span(other), name::given(story, other));
        taker = name::callee(story, other);
    }
    diagnostic = story.with_origin(diagnostic);
    match (taker, how) {
        (Some(taker), Use::Free) => {
            diagnostic.help(format!("`{taker}` owns it now: remove this `free`"))
        }
        (Some(taker), Use::Pass) if second.as_ref() == Some(&taker) => {
            diagnostic.help(format!("give it to `{taker}` once"))
        }
        (Some(taker), Use::Pass) if second.is_some() => {
            diagnostic.help(format!("`{taker}` owns it now: give it to one of the two only"))
        }
        (Some(taker), Use::Return) => {
            diagnostic.help(format!("`{taker}` owns it now: either give it away or return it"))
        }
        (Some(taker), Use::Store) => {
            diagnostic.help(format!("`{taker}` owns it now: either give it away or store it"))
        }
        (Some(taker), _) => diagnostic.help(format!("use it before `{taker}` takes it")),
        _ => diagnostic.help("use it before its ownership is given away"),
    }
}

pub(super) fn conflict(story: Story<'_>) -> Diagnostic {
    let subject = subject(story, Use::Pass);
    let callee = story.defect.op.and_then(|op| name::callee(story, op));
    let here = story.defect.op;
    let apart = |other: &Op| !here.is_some_and(|op| same_call(story.f, op, *other));
    let first = story.defect.other.filter(apart);
    let first = first.and_then(|other| name::callee(story, other));
    let message = match (&callee, &first) {
        (Some(callee), Some(first)) if first == callee => {
            format!("{subject} gets a second owner: `{callee}` keeps it already")
        }
        (Some(callee), Some(first)) => {
            format!("{subject} gets a second owner: `{first}` keeps it, and now `{callee}` does")
        }
        (Some(callee), None) => format!("`{callee}` takes ownership of {subject} twice"),
        (None, _) => format!("ownership of {subject} is given away twice"),
    };
    let mut diagnostic =
        Diagnostic::new(codes::E0412, story.at(), message).label("given to a second owner here");
    if let Some(other) = story.defect.other {
        diagnostic = diagnostic.also(story.span(other), "given to the first owner here");
    }
    diagnostic = story.with_origin(diagnostic);
    match first {
        Some(_) => diagnostic.help("put another object there: each owner frees what it keeps"),
        None => diagnostic.help("pass a different object for each parameter that is taken"),
    }
}

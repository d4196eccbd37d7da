//! E0402.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};
use crate::Event;

pub(super) fn explain(story: Story<'_>) -> Diagnostic {
    let call = story.defect.op.filter(|&op| name::is_call(story, op));
    let subject = match call {
        Some(_) => name::of_object(story),
        None => story.defect.op.and_then(|op| name::subject(story, op)),
    };
    let taker = story.defect.op.filter(|&op| name::is_foreign(story, op));
    let taker = taker.and_then(|op| name::callee(story, op));
    if let Some(taker) = taker {
        return taken_twice(story, &taker, subject);
    }
    let message = match subject {
        Some(subject) => format!("`{subject}` is freed twice"),
        None => "this object is freed twice".to_string(),
    };
    let again = story.defect.other == story.defect.op;
    let here = match call.and_then(|op| name::callee(story, op)) {
        Some(callee) => format!("freed by `{callee}` here"),
        None => "freed here".to_string(),
    };
    let label = match again {
        true => format!("{here}, and here again later"),
        false => here.replacen("freed", "freed again", 1),
    };
    let mut diagnostic = Diagnostic::new(codes::E0402, story.at(), message).label(label);
    let mut freed_by = None;
    if let Some(other) = story.defect.other.filter(|_| !again) {
        freed_by = name::callee(story, other).filter(|_| name::is_call(story, other));
        let label = match &freed_by {
            _ if name::is_foreign(story, other) => name::given(story, other),
            Some(callee) => format!("freed by `{callee}` here already"),
            None => "freed here already".to_string(),
        };
        diagnostic = diagnostic.also(story.span(other), label);
    }
    diagnostic = story.with_origin(diagnostic);
    let deferred = story.defect.path.iter().any(|event| matches!(event, Event::Defer { .. }));
    if deferred {
        diagnostic.help("deferred code frees it on every way out: remove the other `free`")
    } else if again {
        diagnostic.help("allocate it in every iteration, or free it after the loop")
    } else if let Some(callee) = freed_by {
        diagnostic.help(format!("`{callee}` frees it: do not free it again"))
    } else {
        diagnostic
            .help("free each object once; a copy of a pointer is another name for the same object")
    }
}

/// The diagnostic for an object that is taken a second time by an operation of another dialect.
fn taken_twice(story: Story<'_>, taker: &str, subject: Option<String>) -> Diagnostic {
    let subject = subject.map_or("this object".to_string(), |subject| format!("`{subject}`"));
    let message = format!("{subject} is given to `{taker}`, but was given away before");
    let mut diagnostic =
        Diagnostic::new(codes::E0402, story.at(), message).label("given away again here");
    if let Some(other) = story.defect.other.filter(|&other| Some(other) != story.defect.op) {
        diagnostic = diagnostic.also(story.span(other), name::given(story, other));
    }
    let help = format!("remove this `{taker}`, or the one before: each object is given away once");
    let first = story.defect.other.and_then(|other| name::callee(story, other));
    story.with_origin(diagnostic).help(match first {
        Some(first) if first != taker => {
            format!("remove this `{taker}` or the `{first}` before: each object is given away once")
        }
        _ => help,
    })
}

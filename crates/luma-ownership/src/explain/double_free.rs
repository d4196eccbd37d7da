//! E0402.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};
use crate::Event;

pub(super) fn explain(story: Story<'_>) -> Diagnostic {
    let subject = story.defect.op.and_then(|op| name::subject(story, op));
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
    let mut diagnostic = Diagnostic::new(codes::E0402, story.at(), message).label(if again {
        "freed here, and here again later"
    } else {
        "freed again here"
    });
    if let Some(other) = story.defect.other.filter(|_| !again) {
        diagnostic = diagnostic.also(
            story.span(other),
            match name::is_foreign(story, other) {
                true => name::given(story, other),
                false => "freed here already".to_string(),
            },
        );
    }
    diagnostic = story.with_origin(diagnostic);
    let deferred = story.defect.path.iter().any(|event| matches!(event, Event::Defer { .. }));
    if deferred {
        diagnostic.help("deferred code frees it on every way out: drop the other `free`")
    } else if again {
        diagnostic.help("allocate it in every iteration, or free it after the loop")
    } else {
        diagnostic
            .help("free each object once; a copy of a pointer is another name for the same object")
    }
}

/// The second time by an operation of another dialect.
fn taken_twice(story: Story<'_>, taker: &str, subject: Option<String>) -> Diagnostic {
    let subject = subject.map_or("this object".to_string(), |subject| format!("`{subject}`"));
    let message = format!("{subject} is given to `{taker}`, but was given away before");
    let mut diagnostic =
        Diagnostic::new(codes::E0402, story.at(), message).label("given away again here");
    if let Some(other) = story.defect.other.filter(|&other| Some(other) != story.defect.op) {
        diagnostic = diagnostic.also(story.span(other), name::given(story, other));
    }
    story.with_origin(diagnostic).help("give each object away once")
}

//! E0402.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};
use crate::Event;

pub(super) fn explain(story: Story<'_>) -> Diagnostic {
    let subject = story.defect.op.and_then(|op| name::subject(story, op));
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
        diagnostic = diagnostic.also(story.span(other), "freed here already");
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

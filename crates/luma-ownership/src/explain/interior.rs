//! E0407.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};

pub(super) fn explain(story: Story<'_>, given: bool, offset: Option<i64>) -> Diagnostic {
    let verb = if given { "given away" } else { "freed" };
    let subject = story
        .defect
        .op
        .and_then(|op| story.f.operands(op).first().and_then(|&value| name::value(story, value)));
    let subject = subject.map_or_else(|| "this pointer".to_string(), |s| format!("`{s}`"));
    let message = format!("{subject} is {verb}, but does not point to the start of its object");
    let label = match offset {
        Some(1) => "1 byte past the start".to_string(),
        Some(bytes) if bytes > 0 => format!("{bytes} bytes past the start"),
        Some(_) => "before the start".to_string(),
        None => "somewhere inside".to_string(),
    };
    let diagnostic = Diagnostic::new(codes::E0407, story.at(), message).label(label);
    story.with_origin(diagnostic).help("keep the pointer that was allocated, and free that one")
}

//! E0407.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};

pub(super) fn explain(story: Story<'_>, given: bool, offset: Option<i64>) -> Diagnostic {
    let op = story.defect.op;
    let returned = given && op.is_some_and(|op| name::gives_to(story, op) == Some("caller"));
    let taker = op.filter(|_| given && !returned).and_then(|op| name::callee(story, op));
    let (verb, help) = match taker {
        Some(taker) => {
            let help = format!("give `{taker}` the pointer to its start");
            (format!("given to `{taker}`"), help)
        }
        None if returned => {
            let help = "return the pointer that was allocated; callers free what they get";
            ("returned".to_string(), help.to_string())
        }
        None if given => {
            ("given away".to_string(), "give away the pointer to its start".to_string())
        }
        None => {
            let help = "keep the pointer that was allocated, and free that one";
            ("freed".to_string(), help.to_string())
        }
    };
    let subject = op.and_then(|op| name::pointer(story, op));
    let subject = subject.map_or_else(|| "this pointer".to_string(), |s| format!("`{s}`"));
    let message = format!("{subject} is {verb}, but does not point to the start of its object");
    let label = match offset {
        Some(1) => "1 byte past the start".to_string(),
        Some(bytes) if bytes > 0 => format!("{bytes} bytes past the start"),
        Some(_) => "before the start".to_string(),
        None => "somewhere inside".to_string(),
    };
    let diagnostic = Diagnostic::new(codes::E0407, story.at(), message).label(label);
    story.with_origin(diagnostic).help(help)
}

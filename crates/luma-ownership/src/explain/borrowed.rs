//! E0405.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, attributes, name};
use crate::{Discharging, Event};

pub(super) fn explain(story: Story<'_>, parameter: u32, how: Discharging) -> Diagnostic {
    let shown = name::parameter(story, parameter);
    let function = story.module.context.name(story.f.name);
    let taker = story.defect.op.and_then(|op| name::callee(story, op));
    let (what, label) = match (how, taker) {
        (Discharging::Freed, _) => ("freed".to_string(), "freed here".to_string()),
        (Discharging::Given, Some(taker)) => {
            (format!("given to `{taker}`"), format!("`{taker}` takes ownership here"))
        }
        (Discharging::Given, None) => ("given away".to_string(), "given away here".to_string()),
        (Discharging::Kept, Some(keeper)) => (
            format!("kept by `{keeper}`"),
            format!("`{keeper}` stores it where it outlives the call"),
        ),
        (Discharging::Kept, None) => {
            let place = story.defect.op.and_then(|op| story.f.operands(op).get(1).copied());
            let place = place.and_then(|place| name::value(story, place));
            let what = place.map_or("kept".to_string(), |place| format!("kept in `{place}`"));
            (what, "stored here, where it outlives the call".to_string())
        }
    };
    let message = format!("`{shown}` is {what}, but `{function}` only borrows it");
    let diagnostic = Diagnostic::new(codes::E0405, story.at(), message)
        .label(label)
        .also(story.f.loc.span, format!("this function does not take ownership of `{shown}`"));
    let meant = match how {
        Discharging::Freed | Discharging::Given => "if it is meant to end the object's life",
        Discharging::Kept => "if it is meant to keep the object",
    };
    // What is taken must be discharged on every path, not only on this one.
    let sometimes = story.defect.path.iter().any(|event| matches!(event, Event::Branch { .. }));
    let meant = if sometimes { format!("{meant} on every path") } else { meant.to_string() };
    attributes::takes(story, diagnostic, parameter, &meant)
}

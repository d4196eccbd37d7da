//! E0406.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, name};
use crate::Memory;

/// Memory in words, with its article.
pub(super) fn describe(story: Story<'_>, memory: Memory) -> String {
    match memory {
        Memory::Local => "a variable of this function".to_string(),
        Memory::Global(name) => format!("the global `{}`", story.module.context.name(name)),
        Memory::Text => "a string literal".to_string(),
    }
}

pub(super) fn explain(story: Story<'_>, memory: Memory, given: bool) -> Diagnostic {
    let subject = story.defect.op.and_then(|op| name::subject(story, op));
    let subject = subject.map_or_else(|| "this pointer".to_string(), |s| format!("`{s}`"));
    let taker = story.defect.op.filter(|_| given).and_then(|op| name::callee(story, op));
    let foreign = story.defect.op.is_some_and(|op| name::is_foreign(story, op));
    let verb = match &taker {
        Some(taker) => format!("given to `{taker}`"),
        None if given => "given away".to_string(),
        None => "freed".to_string(),
    };
    let what = describe(story, memory);
    let source = if foreign { "to an object" } else { "to memory from `alloc`" };
    let message = format!("{subject} is {verb}, but points to {what}, not {source}");
    let label = match memory {
        Memory::Local => "a variable is gone when its function returns, without `free`",
        Memory::Global(_) => "a global stays for the whole run",
        Memory::Text => "a string literal stays for the whole run",
    };
    let help = match taker {
        Some(taker) if foreign => format!("give `{taker}` what another operation gave"),
        Some(taker) => format!(
            "pass an object from `alloc`, or drop `#takes_ownership` if `{taker}` does not free it"
        ),
        None => "remove this `free`, or get the memory from `alloc`".to_string(),
    };
    Diagnostic::new(codes::E0406, story.at(), message).label(label).help(help)
}

//! E0406.

use luma_diagnostics::{Diagnostic, codes};

use super::Story;
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
    let what = describe(story, memory);
    let verb = if given { "given to a function that frees it" } else { "freed" };
    Diagnostic::new(codes::E0406, story.at(), format!("{what} is {verb}, but is not on the heap"))
        .label("this memory does not come from `alloc`")
        .help(if given {
            "pass an object from `alloc`, or a copy made with it"
        } else {
            "only free what `alloc` or a `#returns_ownership` function returned"
        })
}

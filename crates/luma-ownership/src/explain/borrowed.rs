//! E0405.

use luma_diagnostics::{Diagnostic, codes};

use super::{Story, attributes, name};

pub(super) fn explain(story: Story<'_>, parameter: u32, given: bool) -> Diagnostic {
    let parameter = name::parameter(story, parameter);
    let function = story.module.context.name(story.f.name);
    let verb = if given { "given away" } else { "freed" };
    let message = format!("`{parameter}` is {verb}, but `{function}` only borrows it");
    let diagnostic = Diagnostic::new(codes::E0405, story.at(), message)
        .label(format!("{verb} here"))
        .also(story.f.loc.span, "this function does not take ownership of its parameters");
    attributes::add(
        story,
        diagnostic,
        format!("add `#takes_ownership` to `{function}` if it is meant to end the object's life"),
        "#takes_ownership",
    )
}

//! E0408, E0409, E0410 and W0411: what a function returns, and what its attributes say.

use luma_diagnostics::{Diagnostic, Span, codes};

use super::{Story, name, not_heap};
use crate::{FalseResult, IdleAttribute};

/// Adds the advice to put `attribute` before the function, with the edit where the text shows it.
pub(super) fn add(
    story: Story<'_>,
    diagnostic: Diagnostic,
    message: String,
    attribute: &str,
) -> Diagnostic {
    match declaration(story) {
        Some((span, indent)) => diagnostic.fix(message, span, format!("{attribute}\n{indent}")),
        None => diagnostic.help(message),
    }
}

/// Where the line that declares the function starts, if nothing but its modifiers stands before
/// its name, and the white space there.
fn declaration(story: Story<'_>) -> Option<(Span, String)> {
    let span = story.f.loc.span;
    let file = story.options.sources?.file(span.file)?;
    let text = file.text();
    let before = text.get(..span.start as usize)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let prefix = before.get(line..)?;
    let modifiers = prefix.trim_start();
    let indent = prefix.get(..prefix.len() - modifiers.len())?;
    let known = ["pub", "priv", "const", "static"];
    // The name itself must follow, not the inside of an expression.
    let plain = modifiers.split_whitespace().all(|word| known.contains(&word));
    let start = u32::try_from(line + indent.len()).ok()?;
    plain.then(|| (Span::new(span.file, start, start), indent.to_string()))
}

pub(super) fn missing_returns(story: Story<'_>) -> Diagnostic {
    let function = story.module.context.name(story.f.name);
    let subject = story
        .defect
        .op
        .and_then(|op| story.f.results(op).first().and_then(|&value| name::value(story, value)));
    let message = match subject {
        Some(subject) => {
            format!("`{function}` returns `{subject}`, which it owns, without `#returns_ownership`")
        }
        None => format!("`{function}` returns an object it owns without `#returns_ownership`"),
    };
    let diagnostic = Diagnostic::new(codes::E0408, story.at(), message)
        .label("callers would not know that they have to free this");
    let diagnostic = story.with_origin(diagnostic);
    add(
        story,
        diagnostic,
        format!("add `#returns_ownership` to `{function}`"),
        "#returns_ownership",
    )
}

pub(super) fn false_returns(story: Story<'_>, result: FalseResult) -> Diagnostic {
    let function = story.module.context.name(story.f.name);
    let (what, label, help) = match result {
        FalseResult::Borrowed(parameter) => {
            let parameter = name::parameter(story, parameter);
            (
                format!("its parameter `{parameter}`, which it only borrows"),
                "this object still belongs to the caller",
                "drop `#returns_ownership`, or return an object of the function's own",
            )
        }
        FalseResult::NotHeap(memory) => (
            format!("{}, which is not on the heap", not_heap::describe(story, memory)),
            "callers would free this",
            "return an object from `alloc`, or drop `#returns_ownership`",
        ),
        FalseResult::Freed => (
            "an object it has freed".to_string(),
            "this object is gone already",
            "return the object without freeing it, or return null",
        ),
    };
    let message = format!("`{function}` promises an owned object, but returns {what}");
    let mut diagnostic = Diagnostic::new(codes::E0409, story.at(), message).label(label);
    if let Some(other) = story.defect.other {
        diagnostic = diagnostic.also(story.span(other), "freed here");
    }
    story.with_origin(diagnostic).help(help)
}

pub(super) fn dangling(story: Story<'_>, stored: bool) -> Diagnostic {
    let (message, label) = if stored {
        (
            "the address of a variable is stored where it outlives the function",
            "the variable is gone when the function returns",
        )
    } else {
        (
            "the function returns the address of one of its own variables",
            "the variable is gone when the caller gets this",
        )
    };
    Diagnostic::new(codes::E0410, story.at(), message).label(label).help(
        "return the value itself, or allocate the object and return it with `#returns_ownership`",
    )
}

pub(super) fn idle(story: Story<'_>, attribute: IdleAttribute) -> Diagnostic {
    let function = story.module.context.name(story.f.name);
    let (message, label) = match attribute {
        IdleAttribute::Returns => (
            format!("`#returns_ownership` on `{function}` has no effect"),
            "its result is no pointer and holds none",
        ),
        IdleAttribute::Takes => (
            format!("`#takes_ownership` on `{function}` has no effect"),
            "it has no pointer parameters",
        ),
    };
    Diagnostic::new(codes::W0411, story.at(), message).label(label).help("drop the attribute")
}

//! E0408, E0409, E0410 and W0411: what a function returns, and what its attributes say.

use luma_diagnostics::{Diagnostic, Span, codes};

use super::{Story, name, not_heap};
use crate::{FalseResult, IdleAttribute, Memory};

/// The words that may precede the name of a function.
const MODIFIERS: [&str; 6] =
    ["pub", "priv", "const", "static", "#returns_ownership", "#takes_ownership"];

/// Adds the advice to let the function take parameter number `parameter`, with the edit if the
/// source shows where. `meant` says in which case that is right.
pub(super) fn takes(
    story: Story<'_>,
    diagnostic: Diagnostic,
    parameter: u32,
    meant: &str,
) -> Diagnostic {
    let function = story.module.context.name(story.f.name);
    let name = name::parameter(story, parameter);
    let context = &story.module.context;
    let pointers = story.f.params.iter().filter(|&&ty| context.is_ptr(ty)).count();
    if takes_some(story) {
        // The attribute already names other parameters.
        let message = format!("add `{name}` to the `#takes_ownership` of `{function}` {meant}");
        return match find_attribute(story, "#takes_ownership") {
            Some((attribute, true)) => {
                let end = attribute.end.saturating_sub(1);
                let at = Span::new(attribute.file, end, end);
                diagnostic.fix(message, at, format!(", {name}"))
            }
            _ => diagnostic.help(message),
        };
    }
    // Without names it applies to all of them.
    let attribute = match pointers {
        0 | 1 => "#takes_ownership".to_string(),
        _ => format!("#takes_ownership({name})"),
    };
    add(story, diagnostic, format!("add `{attribute}` to `{function}` {meant}"), &attribute)
}

/// Whether the function takes a parameter.
fn takes_some(story: Story<'_>) -> bool {
    let mut found = false;
    story.f.walk(&mut |op| found |= name::taken_from(story, op) == Some("caller"));
    found
}

/// Adds the advice to put `attribute` before the function, with the edit if the source shows where.
fn add(story: Story<'_>, diagnostic: Diagnostic, message: String, attribute: &str) -> Diagnostic {
    match declaration(story) {
        // Prototype and definition must have the same attributes, which takes more than one edit.
        Some(_) if has_prototype(story) => {
            diagnostic.help(format!("{message}; its prototype needs it, too"))
        }
        Some((span, indent)) => diagnostic.fix(message, span, format!("{attribute}\n{indent}")),
        None => diagnostic.help(message),
    }
}

/// Whether the text declares the function in another place, too.
fn has_prototype(story: Story<'_>) -> bool {
    let span = story.f.loc.span;
    let file = story.options.sources.and_then(|sources| sources.file(span.file));
    let Some(text) = file.map(|file| file.text()) else { return false };
    let name = story.module.context.name(story.f.name);
    text.match_indices(name).any(|(at, _)| {
        let after = text.get(at + name.len()..).unwrap_or_default().trim_start();
        let before = text.get(..at).unwrap_or_default();
        let declared =
            before.trim_end().ends_with("const") && before.ends_with(char::is_whitespace);
        at != span.start as usize && declared && after.starts_with("->")
    })
}

/// The range of `attribute` before the function, with its list of parameter names if there is one,
/// and whether there is one.
fn find_attribute(story: Story<'_>, attribute: &str) -> Option<(Span, bool)> {
    let span = story.f.loc.span;
    let text = story.options.sources?.file(span.file)?.text();
    let before = text.get(..span.start as usize)?;
    let start = before.rfind(attribute)?;
    let rest = before.get(start + attribute.len()..)?;
    // The list, if there is one, and then only other attributes and modifiers.
    let list = rest.trim_start().strip_prefix('(').and_then(|rest| rest.find(')'));
    let length = match list {
        Some(_) => rest.find(')').map_or(0, |at| at + 1),
        None => 0,
    };
    let plain = rest.get(length..)?.split_whitespace().all(|word| MODIFIERS.contains(&word));
    let end = start + attribute.len() + length;
    let span = Span::new(span.file, u32::try_from(start).ok()?, u32::try_from(end).ok()?);
    plain.then_some((span, list.is_some()))
}

/// `span`, and the white space up to what follows it.
fn with_space(story: Story<'_>, span: Span) -> Span {
    let file = story.options.sources.and_then(|sources| sources.file(span.file));
    let rest = file.and_then(|file| file.text().get(span.end as usize..));
    let space = rest.map_or(0, |rest| rest.len() - rest.trim_start().len());
    Span::new(span.file, span.start, span.end + u32::try_from(space).unwrap_or_default())
}

/// The start of the line that declares the function, if only modifiers precede its name, and the
/// indentation of that line.
fn declaration(story: Story<'_>) -> Option<(Span, String)> {
    let span = story.f.loc.span;
    let file = story.options.sources?.file(span.file)?;
    let text = file.text();
    let before = text.get(..span.start as usize)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let prefix = before.get(line..)?;
    let modifiers = prefix.trim_start();
    let indent = prefix.get(..prefix.len() - modifiers.len())?;
    // The name itself must follow, not the inside of an expression.
    let plain = modifiers.split_whitespace().all(|word| MODIFIERS.contains(&word));
    let start = u32::try_from(line + indent.len()).ok()?;
    plain.then(|| (Span::new(span.file, start, start), indent.to_string()))
}

pub(super) fn missing_returns(story: Story<'_>) -> Diagnostic {
    let function = story.module.context.name(story.f.name);
    let subject = story
        .defect
        .op
        .and_then(|op| story.f.results(op).first().and_then(|&value| name::value(story, value)));
    let holds = story.f.results.first().is_some_and(|&ty| story.module.context.is_aggregate(ty));
    let message = match subject {
        Some(subject) if holds => format!(
            "`{function}` returns `{subject}`, which holds an object it owns, without \
             `#returns_ownership`"
        ),
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
            match memory {
                Memory::Local => "get the memory from `alloc` and return that",
                _ => "return an object from `alloc`, or drop `#returns_ownership`",
            },
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
    let (message, label, help) = if stored {
        (
            "the address of a variable is stored where it outlives the function",
            "the variable is gone when the function returns",
            "store the value itself, or a pointer to memory from `alloc`",
        )
    } else {
        (
            "the function returns the address of one of its own variables",
            "the variable is gone when the caller gets this",
            "return the value itself, or get the memory from `alloc` and return it with \
             `#returns_ownership`",
        )
    };
    Diagnostic::new(codes::E0410, story.at(), message).label(label).help(help)
}

pub(super) fn idle(story: Story<'_>, attribute: IdleAttribute) -> Diagnostic {
    let function = story.module.context.name(story.f.name);
    let (message, label) = match attribute {
        IdleAttribute::Returns => (
            format!("`#returns_ownership` on `{function}` has no effect"),
            "its result neither is nor contains a pointer",
        ),
        IdleAttribute::Takes => (
            format!("`#takes_ownership` on `{function}` has no effect"),
            "it has no pointer parameters",
        ),
    };
    let diagnostic = Diagnostic::new(codes::W0411, story.at(), message).label(label);
    let written = match attribute {
        IdleAttribute::Returns => "#returns_ownership",
        IdleAttribute::Takes => "#takes_ownership",
    };
    let help = format!("remove `{written}`");
    match find_attribute(story, written) {
        Some((span, _)) => diagnostic.fix(help, with_space(story, span), ""),
        None => diagnostic.help(help),
    }
}

//! E0401.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::Attribute;
use luma_ir::dialects::own;

use super::{Story, name};
use crate::Loss;

pub(super) fn explain(story: Story<'_>, loss: Loss) -> Diagnostic {
    let take = story.defect.op;
    let holder = take.and_then(|take| name::holder(story, take));
    let from = take.and_then(|take| own::Take(take).from_attr(story.f)).and_then(Attribute::as_str);
    let what = match (from, &holder) {
        (Some("caller"), Some(holder)) => format!("`{holder}` is owned by this function"),
        (Some("heap"), _) => "this memory is allocated".to_string(),
        (Some("caller"), None) => "this parameter is owned by this function".to_string(),
        _ => match take.and_then(|take| name::callee(story, take)) {
            Some(callee) => format!("what `{callee}` returns is owned by the caller"),
            None => "this result is owned by the caller".to_string(),
        },
    };
    let label = match from {
        Some("caller") => "never given away",
        _ => "never freed",
    };
    let message = match loss {
        Loss::Discarded => format!("memory leak: {what}, but nothing keeps it"),
        Loss::Overwritten => format!("memory leak: {what}, but its last pointer is overwritten"),
        Loss::OwnerFreed => {
            format!("memory leak: {what}, but the object that holds its last pointer is freed")
        }
        Loss::Exit | Loss::Scope => format!("memory leak: {what}, but not freed on every path"),
    };
    let message = match (&holder, loss, from) {
        (Some(holder), Loss::Exit | Loss::Scope, Some("heap")) => {
            format!("memory leak: `{holder}` is allocated, but not freed on every path")
        }
        _ => message,
    };
    let mut diagnostic = Diagnostic::new(codes::E0401, story.at(), message).label(label);
    if let Some(other) = story.defect.other.filter(|&other| Some(other) != take) {
        let text = match loss {
            Loss::Exit => "the function returns here while it is still owned",
            Loss::Scope => "its last variable goes out of scope here",
            Loss::Overwritten => "its last pointer is overwritten here",
            Loss::Discarded => "its last pointer is gone after this",
            Loss::OwnerFreed => "this frees the object that holds its last pointer",
        };
        diagnostic = diagnostic.also(story.span(other), text);
    }
    match (loss, holder) {
        (Loss::Discarded, _) => {
            diagnostic.help("keep the result in a variable and free it when it is no longer needed")
        }
        (Loss::Overwritten, Some(holder)) => {
            diagnostic.help(format!("free `{holder}` before it gets another value"))
        }
        (Loss::OwnerFreed, _) => {
            diagnostic.help("free what the object holds before freeing the object itself")
        }
        (_, Some(holder)) if from == Some("caller") => diagnostic.help(format!(
            "free `{holder}` on every path, or drop `#takes_ownership` if it is only borrowed"
        )),
        (_, Some(holder)) => diagnostic.help(format!(
            "add `defer free({holder});` after this line, or give `{holder}` away on every path"
        )),
        _ => diagnostic.help("free it on every path, or return it with `#returns_ownership`"),
    }
}

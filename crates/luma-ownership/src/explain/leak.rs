//! E0401.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::Op;

use super::{Story, defer_free, name};
use crate::Loss;

pub(super) fn explain(story: Story<'_>, loss: Loss) -> Diagnostic {
    let take = story.defect.op;
    let holder = take.and_then(|take| name::holder(story, take));
    let from = take.and_then(|take| name::taken_from(story, take));
    let foreign = take.is_some_and(|take| name::is_foreign(story, take));
    let what = match (from, &holder) {
        (Some("caller"), Some(holder)) => format!("`{holder}` is owned by this function"),
        (Some("heap"), _) => "this memory is allocated".to_string(),
        (Some("caller"), None) => "this parameter is owned by this function".to_string(),
        _ => match take.and_then(|take| name::callee(story, take)) {
            Some(callee) if foreign => format!("what `{callee}` gives is owned by this function"),
            Some(callee) => format!("what `{callee}` returns is owned by the caller"),
            None => "this result is owned by the caller".to_string(),
        },
    };
    let given = from == Some("caller") || foreign;
    // A path that discharges it may exist even if the shortest that does not is the one told.
    let missing = match (given, story.defect.fate.discharged) {
        (true, false) => "never given away",
        (true, true) => "not given away on every path",
        (false, false) => "never freed",
        (false, true) => "not freed on every path",
    };
    let used = foreign && take.is_some_and(|take| is_used(story, take));
    let message = match loss {
        Loss::Discarded if used => {
            format!("memory leak: {what}, but {missing}")
        }
        Loss::Discarded => format!("memory leak: {what}, but nothing keeps it"),
        Loss::Overwritten => format!("memory leak: {what}, but its last pointer is overwritten"),
        Loss::OwnerFreed => {
            format!("memory leak: {what}, but the object that holds its last pointer is freed")
        }
        Loss::Exit | Loss::Scope => format!("memory leak: {what}, but {missing}"),
    };
    let message = match (&holder, loss, from) {
        (Some(holder), Loss::Exit | Loss::Scope, Some("heap")) => {
            format!("memory leak: `{holder}` is allocated, but {missing}")
        }
        _ => message,
    };
    let mut diagnostic = Diagnostic::new(codes::E0401, story.at(), message).label(missing);
    if let Some(other) = story.defect.other.filter(|&other| Some(other) != take && !used) {
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
        (_, Some(holder)) if foreign => {
            diagnostic.help(format!("give `{holder}` on every path to an operation that takes it"))
        }
        (_, None) if foreign => {
            diagnostic.help("give it on every path to an operation that takes it")
        }
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
        (_, Some(holder)) if story.defect.fate.discharged => {
            diagnostic.help(format!("free `{holder}` on every path that does not give it away"))
        }
        (_, Some(holder)) => match defer_free::edit(story, loss) {
            Some((span, text)) => {
                let message = format!("add `defer free({holder});` after the allocation");
                diagnostic.fix(message, span, text)
            }
            None => diagnostic.help(format!(
                "add `defer free({holder});` after this line, or give `{holder}` away on every path"
            )),
        },
        _ => diagnostic.help("free it on every path, or return it with `#returns_ownership`"),
    }
}

/// Whether anything is done with what `take` gives.
fn is_used(story: Story<'_>, take: Op) -> bool {
    let mut used = false;
    story.f.walk(&mut |op| {
        used |= story.f.operands(op).iter().any(|value| story.f.results(take).contains(value));
    });
    used
}

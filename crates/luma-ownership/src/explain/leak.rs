//! E0401.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::dialect::OwnershipEffect;
use luma_ir::{Op, Value};

use super::{Story, defer_free, name, stored};
use crate::Loss;

/// A leaked object and how its last owner disappears.
struct Lost<'a> {
    story: Story<'a>,
    loss: Loss,
    take: Option<Op>,
    /// The variable or place it is first kept in.
    holder: Option<String>,
    /// What it is taken from: `heap`, `caller` or `callee`.
    from: Option<&'a str>,
    /// It comes from an operation of another dialect.
    foreign: bool,
}

pub(super) fn explain(story: Story<'_>, loss: Loss) -> Diagnostic {
    let take = story.defect.op;
    let lost = Lost {
        story,
        loss: really(story, loss),
        take,
        holder: take.and_then(|take| name::holder(story, take)),
        from: take.and_then(|take| name::taken_from(story, take)),
        foreign: take.is_some_and(|take| name::is_foreign(story, take)),
    };
    let missing = lost.missing();
    let mut diagnostic =
        Diagnostic::new(codes::E0401, story.at(), lost.message(missing)).label(missing);
    // That an operation of the IR happens to be the last use of the object is not informative.
    let idle = lost.foreign && lost.loss == Loss::Discarded;
    if let Some(other) = story.defect.other.filter(|&other| Some(other) != take && !idle) {
        let text = match lost.loss {
            Loss::Exit => "the function returns here while it is still owned",
            Loss::Scope => "its last variable goes out of scope here",
            Loss::Overwritten => "its last pointer is overwritten here",
            Loss::Discarded => "its last pointer is gone after this",
            Loss::OwnerFreed if name::is_foreign(story, other) => {
                "the object that holds its last pointer is given away here"
            }
            Loss::OwnerFreed => "this frees the object that holds its last pointer",
        };
        diagnostic = diagnostic.also(story.span(other), text);
    }
    lost.help(diagnostic)
}

/// The loss as the source shows it: an operation of another dialect ends the object that holds the
/// last pointer only if it takes an object other than the leaked one.
fn really(story: Story<'_>, loss: Loss) -> Loss {
    let f = story.f;
    let Some(op) = story.defect.other.filter(|&op| name::is_foreign(story, op)) else {
        return loss;
    };
    let def = story.module.context.op_def(f.op_name(op));
    let takes = def.operands.iter().any(|slot| slot.ownership == Some(OwnershipEffect::Takes));
    let results: &[Value] = story.defect.op.map_or(&[], |take| f.results(take));
    let direct = f.operands(op).iter().any(|value| results.contains(value));
    match loss {
        Loss::OwnerFreed if !takes || direct || story.defect.op == Some(op) => Loss::Discarded,
        loss => loss,
    }
}

impl Lost<'_> {
    /// The missing action: `freed`, `returned`, …
    fn missing(&self) -> &'static str {
        // There may be a path that discharges it although the reported one, the shortest, does not.
        match (self.foreign, self.story.defect.fate.discharged) {
            (true, false) => "never given away",
            (true, true) => "not given away on every path",
            (false, false) => "never freed",
            (false, true) => "not freed on every path",
        }
    }

    fn message(&self, missing: &str) -> String {
        let callee = self.take.and_then(|take| name::callee(self.story, take));
        let function = self.story.module.context.name(self.story.f.name);
        let what = match (self.from, &self.holder, callee) {
            (Some("caller"), Some(holder), _) => {
                format!("`{function}` takes ownership of `{holder}`")
            }
            (Some("caller"), None, _) => format!("`{function}` takes ownership of a parameter"),
            (Some("heap"), Some(holder), _) => format!("`{holder}` is allocated"),
            (Some("heap"), None, _) => "this memory is allocated".to_string(),
            (_, _, Some(callee)) if self.foreign => {
                format!("this function owns what `{callee}` gives")
            }
            (_, _, Some(callee)) if self.is_stored() => {
                let place = self.take.map(|take| stored::whereabouts(self.story, take));
                format!("this function owns what `{callee}` stores {}", place.unwrap_or_default())
            }
            (_, _, Some(callee)) => format!("this function owns what `{callee}` returns"),
            (_, _, None) => "this function owns this result".to_string(),
        };
        let rest = match self.loss {
            Loss::Discarded if !self.foreign && self.holder.is_some() => {
                "its last pointer gets lost".to_string()
            }
            Loss::Discarded if !self.is_used() => "nothing keeps it".to_string(),
            Loss::Overwritten => "its last pointer is overwritten".to_string(),
            Loss::OwnerFreed => {
                let foreign = self.story.defect.other;
                let foreign = foreign.is_some_and(|op| name::is_foreign(self.story, op));
                let gone = if foreign { "given away" } else { "freed" };
                format!("the object that holds its last pointer is {gone}")
            }
            Loss::Discarded | Loss::Exit | Loss::Scope if self.from == Some("caller") => {
                match self.story.defect.fate.discharged {
                    true => "does not free it on every path".to_string(),
                    false => "never frees it".to_string(),
                }
            }
            Loss::Discarded | Loss::Exit | Loss::Scope if self.from == Some("heap") => {
                missing.to_string()
            }
            Loss::Discarded | Loss::Exit | Loss::Scope => format!("it is {missing}"),
        };
        format!("memory leak: {what}, but {rest}")
    }

    /// Whether a call stores it behind an argument.
    fn is_stored(&self) -> bool {
        self.take.is_some_and(|take| name::is_call(self.story, take))
    }

    /// Whether the result of an operation of another dialect is used.
    fn is_used(&self) -> bool {
        let f = self.story.f;
        let results: &[Value] = self.take.map_or(&[], |take| f.results(take));
        let mut used = false;
        f.walk(&mut |op| used |= f.operands(op).iter().any(|value| results.contains(value)));
        self.foreign && used
    }

    fn help(&self, diagnostic: Diagnostic) -> Diagnostic {
        let story = self.story;
        let discharged = story.defect.fate.discharged;
        let callee = self.take.and_then(|take| name::callee(story, take));
        match (self.loss, &self.holder) {
            _ if self.foreign => {
                let what = match (&self.holder, callee) {
                    (Some(holder), _) => format!("`{holder}`"),
                    (None, Some(callee)) => format!("what `{callee}` gives"),
                    (None, None) => "it".to_string(),
                };
                diagnostic.help(format!("pass {what} on every path to an operation that takes it"))
            }
            (Loss::Discarded, Some(holder)) => {
                diagnostic.help(format!("free `{holder}` before its last pointer is gone"))
            }
            (Loss::Discarded, None) => diagnostic
                .help("keep the result in a variable and free it when it is no longer needed"),
            (Loss::Overwritten, Some(holder)) => {
                diagnostic.help(format!("free `{holder}` before it gets another value"))
            }
            (Loss::Overwritten, None) => {
                diagnostic.help("free it before its last pointer gets another value")
            }
            (Loss::OwnerFreed, holder) => diagnostic.help(self.inner_first(holder.as_deref())),
            (_, Some(holder)) if self.from == Some("caller") => diagnostic.help(format!(
                "free `{holder}` on every path, or drop `#takes_ownership` if it is only borrowed"
            )),
            (_, Some(holder)) if discharged => {
                diagnostic.help(format!("free `{holder}` on every path that does not give it away"))
            }
            (loss, Some(holder)) => match defer_free::edit(story, loss) {
                Some((span, text)) => {
                    let message = format!("add `defer free({holder});` after the allocation");
                    diagnostic.fix(message, span, text)
                }
                None => diagnostic.help(format!(
                    "add `defer free({holder});` after this line, or give `{holder}` away on every \
                     path"
                )),
            },
            (_, None) if self.is_struct() => {
                diagnostic.help("free every pointer that it holds, on every path")
            }
            (_, None) => {
                diagnostic.help("free it on every path, or return it with `#returns_ownership`")
            }
        }
    }

    /// Whether what is taken is a struct that holds several objects.
    fn is_struct(&self) -> bool {
        let f = self.story.f;
        let result = self.take.and_then(|take| f.results(take).first());
        result.is_some_and(|&value| self.story.module.context.is_aggregate(f.value_type(value)))
    }

    /// The advice for an object that is held by another, which is freed.
    fn inner_first(&self, holder: Option<&str>) -> String {
        let outer = self.story.defect.other.filter(|&op| name::is_give(self.story, op));
        let outer = outer.and_then(|op| name::subject(self.story, op));
        match (holder, outer) {
            (Some(holder), Some(outer))
                if holder
                    .strip_prefix(&*outer)
                    .is_some_and(|rest| rest.starts_with(['.', '['])) =>
            {
                format!("free `{holder}` before `{outer}`")
            }
            (_, Some(outer)) if outer.ends_with(')') => {
                format!("keep `{outer}` in a variable, and free what it holds before it")
            }
            (_, Some(outer)) => format!("free what `{outer}` holds before `{outer}` itself"),
            (_, None) => "free what the object holds before freeing the object itself".to_string(),
        }
    }
}

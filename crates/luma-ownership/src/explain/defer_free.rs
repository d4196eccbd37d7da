//! The edit that fixes most leaks: `defer free(p);` after the statement that declares `p`.

use luma_diagnostics::Span;
use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Def, Op, Type, Value};

use super::Story;
use crate::Loss;

/// The position and text of the edit, if it is right: no path discharges the object, one variable
/// alone refers to it and never to another object, and it owns nothing that would be lost with it.
/// Only then is the scope of the variable the lifetime of the object.
pub(super) fn edit(story: Story<'_>, loss: Loss) -> Option<(Span, String)> {
    let fate = story.defect.fate;
    if fate.discharged || fate.shared || !matches!(loss, Loss::Exit | Loss::Scope) {
        return None;
    }
    let f = story.f;
    let take = story.defect.op.filter(|&op| Some(op) == story.defect.take)?;
    let own_take = own::Take::cast(f, take)?;
    let from = own_take.from_attr(f).and_then(Attribute::as_str);
    let store = fate.store.filter(|&op| f.op_name(op) == luma::Store::NAME)?;
    let &variable = f.operands(store).get(1)?;
    let local = f.def_op(variable).filter(|&op| f.op_name(op) == luma::Local::NAME)?;
    // Declared and filled in one scope.
    if f.parent(local) != f.parent(store) || f.parent(take) != f.parent(store) {
        return None;
    }
    let pointer = story.module.context.element(f.value_type(variable))?;
    let pointee = story.module.context.element(pointer)?;
    let plain = match from {
        Some("heap") => true,
        // An object from another function may own more than is visible here.
        Some("callee") => !may_own(story, pointee),
        _ => false,
    };
    if !story.module.context.is_ptr(pointer) || !plain || !is_only_loaded(story, variable, store) {
        return None;
    }
    let name = f.value_name(variable).map(|name| story.module.context.name(name).to_string())?;
    insertion(story, take, &name)
}

/// Whether memory of type `ty` may hold pointers.
fn may_own(story: Story<'_>, ty: Type) -> bool {
    let context = &story.module.context;
    context.is_ptr(ty) || context.is_aggregate(ty)
}

/// Whether `variable` is stored to by `store` alone, and its address does not escape.
fn is_only_loaded(story: Story<'_>, variable: Value, store: Op) -> bool {
    let f = story.f;
    let Def::Result(..) = f.def(variable) else { return false };
    let mut fits = true;
    f.walk(&mut |op| {
        if f.operands(op).contains(&variable) {
            fits &= op == store || f.op_name(op) == luma::Load::NAME;
        }
    });
    fits
}

/// The insertion after the declaration of `name` that contains `take`, if the source shows one in a
/// block.
fn insertion(story: Story<'_>, take: Op, name: &str) -> Option<(Span, String)> {
    let span = story.span(take);
    let file = story.options.sources?.file(span.file)?;
    let text = file.text();
    // From the allocation to the end of the statement only brackets are closed.
    let rest = text.get(span.end as usize..)?;
    let closing = rest.find(|c: char| c != ')' && !c.is_whitespace())?;
    let rest = rest.get(closing..)?.strip_prefix(';')?;
    let end = text.len() - rest.len();
    let line = text.get(..span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let head = text.get(line..span.start as usize)?;
    let indent = head.get(..head.len() - head.trim_start().len())?;
    let declared = head.trim_start().strip_prefix("let")?.trim_start().strip_prefix(name)?;
    if !declared.trim_start().starts_with(':') || !starts_statement(text.get(..line)?) {
        return None;
    }
    let line = rest.lines().next().unwrap_or_default();
    let tail = line.trim();
    let (at, edit) = if tail.is_empty() || tail.starts_with("//") {
        let at = end + line.len();
        (at, format!("\n{indent}defer free({name});"))
    } else {
        (end, format!(" defer free({name});"))
    };
    let at = u32::try_from(at).ok()?;
    Some((Span::new(span.file, at, at), edit))
}

/// Whether the line after `before` starts a statement of a block, not the single statement of an
/// `if` or a `switch` arm, whose scope may be another.
fn starts_statement(before: &str) -> bool {
    let mut lines = before.lines().rev().map(str::trim);
    let last = lines.find(|line| !line.is_empty() && !line.starts_with("//"));
    last.is_some_and(|line| {
        let code = line.split("//").next().unwrap_or_default().trim_end();
        code.ends_with([';', '{', '}'])
    })
}

//! What values and places are called in the source: read off the IR and its value names.

use luma_diagnostics::Span;
use luma_ir::dialect::OwnershipEffect;
use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Def, Op, Value};

use super::{Story, stored};
use crate::layout::Layout;
use crate::place::field;

/// Deepest expression that is spelled out.
const MAX_DEPTH: u32 = 6;
/// Maximum length of a text that is shown.
const MAX_LENGTH: usize = 60;

/// The source-like text of `value`, if it has a readable one.
pub(super) fn value(story: Story<'_>, value: Value) -> Option<String> {
    let text = spell(story, value, 0)?;
    (text.chars().count() <= MAX_LENGTH).then_some(text)
}

fn named(story: Story<'_>, value: Value) -> Option<String> {
    story.f.value_name(value).map(|name| story.module.context.name(name).to_string())
}

fn spell(story: Story<'_>, value: Value, depth: u32) -> Option<String> {
    let f = story.f;
    if depth > MAX_DEPTH {
        return None;
    }
    let op = match f.def(value) {
        Def::Arg(..) => return named(story, value),
        Def::Result(op, _) => op,
    };
    let inner = |at: usize| spell(story, *f.operands(op).get(at)?, depth + 1);
    let text =
        |attribute: Option<&Attribute>| attribute.and_then(Attribute::as_str).map(str::to_string);
    match f.op_name(op) {
        luma::Local::NAME => named(story, value),
        luma::GlobalAddr::NAME => {
            let global = luma::GlobalAddr(op).global_attr(f)?.as_symbol()?;
            Some(story.module.context.name(global).to_string())
        }
        luma::Load::NAME | luma::Cast::NAME | own::Take::NAME | own::Give::NAME => inner(0),
        luma::Field::NAME => {
            let field = text(luma::Field(op).field_attr(f))?;
            let base = *f.operands(op).first()?;
            // `p.x` is written the same for a struct and a pointer to one.
            let base = match f.def_op(base) {
                Some(deref) if f.op_name(deref) == luma::Deref::NAME => {
                    place_of_pointer(story, *f.operands(deref).first()?, depth + 1)?
                }
                _ => spell(story, base, depth + 1)?,
            };
            Some(format!("{base}.{field}"))
        }
        luma::Element::NAME => Some(format!("{}[{}]", inner(0)?, inner(1)?)),
        luma::Deref::NAME => {
            let pointer = *f.operands(op).first()?;
            match f.def_op(pointer) {
                Some(offset) if f.op_name(offset) == luma::Offset::NAME => {
                    place_of_pointer(story, pointer, depth + 1)
                }
                _ => Some(format!("*{}", inner(0)?)),
            }
        }
        luma::Offset::NAME => Some(format!("&{}[{}]", inner(0)?, inner(1)?)),
        luma::AddrOf::NAME => Some(format!("&{}", inner(0)?)),
        luma::Constant::NAME => match luma::Constant(op).value_attr(f)? {
            Attribute::Bool(value) => Some(value.to_string()),
            Attribute::Int(value, luma_ir::Type::I1) => Some((*value != 0).to_string()),
            Attribute::Int(value, _) => Some(value.to_string()),
            Attribute::Float(value, _) => Some(value.to_string()),
            _ => None,
        },
        luma::Null::NAME => Some("null".to_string()),
        luma::Call::NAME => {
            let callee = luma::Call(op).callee_attr(f)?.as_symbol()?;
            let dots = if f.operands(op).is_empty() { "" } else { "…" };
            Some(format!("{}({dots})", story.module.context.name(callee)))
        }
        luma::Not::NAME => Some(format!("!{}", inner(0)?)),
        luma::Neg::NAME => Some(format!("-{}", inner(0)?)),
        luma::Cmp::NAME => {
            let sign = match luma::Cmp(op).pred_attr(f)?.as_str()? {
                "eq" => "==",
                "ne" => "!=",
                "lt" => "<",
                "le" => "<=",
                "gt" => ">",
                _ => ">=",
            };
            Some(format!("{} {sign} {}", inner(0)?, inner(1)?))
        }
        luma::Add::NAME => Some(format!("{} + {}", inner(0)?, inner(1)?)),
        luma::Sub::NAME => Some(format!("{} - {}", inner(0)?, inner(1)?)),
        luma::Mul::NAME => Some(format!("{} * {}", inner(0)?, inner(1)?)),
        luma::Div::NAME => Some(format!("{} / {}", inner(0)?, inner(1)?)),
        luma::Rem::NAME => Some(format!("{} % {}", inner(0)?, inner(1)?)),
        _ if is_foreign(story, op) => named(story, value),
        _ => None,
    }
}

/// The place `pointer` points to, without a star: `p` for `p.x`, `p[i]` for `p[i].x`.
fn place_of_pointer(story: Story<'_>, pointer: Value, depth: u32) -> Option<String> {
    let f = story.f;
    match f.def_op(pointer) {
        Some(op) if f.op_name(op) == luma::Offset::NAME => {
            let base = spell(story, *f.operands(op).first()?, depth + 1)?;
            let index = spell(story, *f.operands(op).get(1)?, depth + 1)?;
            Some(format!("{base}[{index}]"))
        }
        _ => spell(story, pointer, depth + 1),
    }
}

/// Where the object of a take comes from, as a label.
pub(super) fn origin(story: Story<'_>, take: Op) -> String {
    match taken_from(story, take) {
        Some("heap") => "allocated here".to_string(),
        Some("caller") => "taken from the caller here".to_string(),
        _ => match callee(story, take) {
            Some(name) if is_call(story, take) => {
                format!("`{name}` stores it {} here", stored::whereabouts(story, take))
            }
            Some(name) => format!("`{name}` hands over ownership here"),
            None => "ownership is handed over here".to_string(),
        },
    }
}

/// Whether `op` belongs to a dialect other than the language's own.
pub(super) fn is_foreign(story: Story<'_>, op: Op) -> bool {
    crate::analysis::declared::is_foreign(story.module, story.f, op)
}

/// From where an operation takes ownership: `heap`, `caller` or `callee`.
pub(super) fn taken_from<'a>(story: Story<'a>, op: Op) -> Option<&'a str> {
    own::Take::cast(story.f, op)?.from_attr(story.f).and_then(Attribute::as_str)
}

/// The function an `own` operation names, or the operation of another dialect that acts itself.
pub(super) fn callee(story: Story<'_>, op: Op) -> Option<String> {
    if is_foreign(story, op) {
        return Some(story.module.context.op_def(story.f.op_name(op)).name.to_string());
    }
    let callee = story.f.op_attribute(op, luma_ir::dialects::attr::CALLEE)?.as_symbol()?;
    Some(story.module.context.name(callee).to_string())
}

/// To whom an operation gives ownership: `heap`, `caller` or `callee`.
pub(super) fn gives_to<'a>(story: Story<'a>, op: Op) -> Option<&'a str> {
    own::Give::cast(story.f, op)?.to_attr(story.f).and_then(Attribute::as_str)
}

/// To whom a give hands its object, as a sentence about `it`.
pub(super) fn given(story: Story<'_>, give: Op) -> String {
    let give_op = own::Give::cast(story.f, give);
    match give_op.and_then(|op| op.to_attr(story.f)).and_then(Attribute::as_str) {
        Some("heap") => "freed here".to_string(),
        Some("caller") => "returned to the caller here".to_string(),
        _ => match callee(story, give) {
            Some(name) => format!("`{name}` takes ownership here"),
            None => "ownership is given away here".to_string(),
        },
    }
}

/// The operand of another dialect's operation that a defect is about: the object itself if it is an
/// operand, otherwise what the operation takes, otherwise its first pointer.
fn of_foreign(story: Story<'_>, op: Op) -> Option<Value> {
    let f = story.f;
    let operands = f.operands(op);
    let results = story.defect.take.map(|take| f.results(take)).unwrap_or_default();
    let def = story.module.context.op_def(f.op_name(op));
    let takes = |at: usize| {
        let slot = def.operands.get(at).or(def.operands.last());
        slot.is_some_and(|slot| slot.ownership == Some(OwnershipEffect::Takes))
    };
    let pointers =
        || operands.iter().copied().filter(|&v| story.module.context.is_ptr(f.value_type(v)));
    let itself = pointers().find(|value| results.contains(value));
    let taken = || (0..).zip(operands).find(|&(at, _)| takes(at)).map(|(_, &value)| value);
    itself.or_else(taken).or_else(|| pointers().next())
}

/// The pointer an operation is about, as the source spells it.
pub(super) fn subject(story: Story<'_>, op: Op) -> Option<String> {
    let f = story.f;
    let operand = match f.op_name(op) {
        luma::Store::NAME => *f.operands(op).get(1)?,
        _ if is_foreign(story, op) => of_foreign(story, op)?,
        _ => *f.operands(op).first()?,
    };
    let mut at = operand;
    // The pointer that the place goes through; of several, the last one found counts.
    let mut pointer = None;
    while let Some(def) = f.def_op(at) {
        match f.op_name(def) {
            luma::Field::NAME | luma::Element::NAME => at = *f.operands(def).first()?,
            luma::Deref::NAME => {
                at = *f.operands(def).first()?;
                pointer = Some(at);
            }
            luma::Offset::NAME => {
                at = *f.operands(def).first()?;
                pointer = Some(at);
            }
            luma::Cast::NAME | own::Give::NAME => at = *f.operands(def).first()?,
            _ => break,
        }
    }
    match f.op_name(op) {
        // These are places themselves.
        luma::Deref::NAME | luma::Offset::NAME => value(story, at),
        luma::Load::NAME if pointer.is_none() => value(story, *f.results(op).first()?),
        _ => value(story, pointer.map_or(operand, |_| at)),
    }
}

/// What `op` stores or gives away, as the source spells it: a pointer, not the place it leads to.
pub(super) fn pointer(story: Story<'_>, op: Op) -> Option<String> {
    let operand = match is_foreign(story, op) {
        true => of_foreign(story, op),
        false => story.f.operands(op).first().copied(),
    };
    value(story, operand?)
}

/// The text of an expression, if it is short Luma source.
pub(super) fn written(story: Story<'_>, span: Span) -> Option<String> {
    let text = story.options.sources?.file(span.file)?.text();
    let text = text.get(span.start as usize..span.end as usize)?;
    let short = text.chars().count() <= MAX_LENGTH && !text.contains(['\n', '`', '\r', '\t']);
    // Operations of the IR are not expressions of the source.
    (short && !text.is_empty() && !text.contains(" = ") && !text.starts_with('%'))
        .then(|| text.to_string())
}

/// Names memory by the variable its object is first kept in, for an operation that does not name
/// it.
pub(super) fn of_object(story: Story<'_>) -> Option<String> {
    story.defect.take.and_then(|take| holder(story, take))
}

/// The function that is called with the result of `op`.
pub(super) fn passed_to(story: Story<'_>, op: Op) -> Option<String> {
    callee(story, call_with(story, op)?)
}

/// The call that the result of `op` is passed to.
pub(super) fn call_with(story: Story<'_>, op: Op) -> Option<Op> {
    let f = story.f;
    let results = f.results(op);
    let mut call = None;
    f.walk(&mut |user| {
        let uses = f.operands(user).iter().any(|value| results.contains(value));
        if uses && is_call(story, user) && call.is_none() {
            call = Some(user);
        }
    });
    call
}

/// Whether `op` gives its operand away.
pub(super) fn is_give(story: Story<'_>, op: Op) -> bool {
    story.f.op_name(op) == own::Give::NAME
}

/// Whether `op` is a call, which does what its callee does to the memory behind its arguments.
pub(super) fn is_call(story: Story<'_>, op: Op) -> bool {
    story.f.op_name(op) == luma::Call::NAME
}

/// The name of parameter number `index`.
pub(super) fn parameter(story: Story<'_>, index: u32) -> String {
    let f = story.f;
    let arg = f.entry().and_then(|entry| f.block_args(entry).get(index as usize).copied());
    arg.and_then(|arg| named(story, arg)).unwrap_or_else(|| format!("parameter {}", index + 1))
}

/// The variable or place the object of a take is first kept in; of a struct with one pointer, its
/// field.
pub(super) fn holder(story: Story<'_>, take: Op) -> Option<String> {
    if is_call(story, take) {
        return stored::place(story, take);
    }
    let holder = kept_in(story, take)?;
    let &result = story.f.results(take).first()?;
    let ty = story.f.value_type(result);
    if !story.module.context.is_aggregate(ty) {
        return Some(holder);
    }
    let leaves = Layout::new(story.module).leaves(ty)?;
    let mut pointers = leaves.iter().filter(|leaf| leaf.pointer);
    match (pointers.next(), pointers.next()) {
        (Some(pointer), None) => Some(holder + &field(story.module, ty, pointer.offset)),
        _ => None,
    }
}

/// The variable or place in which the result of a take is first kept.
pub(super) fn kept_in(story: Story<'_>, take: Op) -> Option<String> {
    let f = story.f;
    let &result = f.results(take).first()?;
    if let Some(name) = named(story, result) {
        return Some(name);
    }
    if !is_foreign(story, take)
        && let &operand = f.operands(take).first()?
        && let Def::Arg(..) = f.def(operand)
    {
        return named(story, operand);
    }
    // What follows in the block: casts and the store.
    let mut known = vec![result];
    let mut at = f.next(take);
    for _ in 0..8 {
        let op = at?;
        match f.op_name(op) {
            luma::Cast::NAME if known.contains(f.operands(op).first()?) => {
                known.extend(f.results(op).first());
            }
            luma::Store::NAME if known.contains(f.operands(op).first()?) => {
                return value(story, *f.operands(op).get(1)?);
            }
            _ => {}
        }
        at = f.next(op);
    }
    None
}

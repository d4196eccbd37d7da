//! Parts and addresses of constant globals.

use luma_diagnostics::{Span, never};
use luma_syntax::ast::{ExprId, ExprKind, ItemId};

use super::{NotConstant, evaluate};
use crate::context::Cx;
use crate::globals::value_of;
use crate::types::TyKind;
use crate::{Const, Resolution};

/// One step from an aggregate to a part of it.
enum Part {
    Element(u64),
    Field(u32),
}

/// The expression of which `e` is a part, and the path from it to `e`, innermost step first.
fn path_to(cx: &mut Cx<'_>, mut e: ExprId) -> Result<(ExprId, Vec<Part>), NotConstant> {
    let mut parts = Vec::new();
    loop {
        let span = cx.span(e);
        let run_time = || NotConstant::because(span, "memory is only read at run time");
        match &cx.ast.exprs[e].kind {
            ExprKind::Index(base, index) => {
                let base_ty = cx.out.expr_types.get(*base).copied();
                let Some(&TyKind::Array(_, count)) = base_ty.map(|ty| cx.kind(ty)) else {
                    return Err(run_time());
                };
                let (base, index) = (*base, *index);
                let at = cx.span(index);
                match evaluate(cx, index)? {
                    Const::Int(value) if (0..count as i64).contains(&value) => {
                        parts.push(Part::Element(value as u64));
                    }
                    _ => return Err(NotConstant::because(at, "this index is out of bounds")),
                }
                e = base;
            }
            ExprKind::Member(base, _) => {
                let base = *base;
                let Some(&field) = cx.out.members.get(e) else {
                    never!("what names no field has the error type");
                    return Err(NotConstant::Reported);
                };
                if field.deref {
                    return Err(run_time());
                }
                parts.push(Part::Field(field.field));
                e = base;
            }
            _ => return Ok((e, parts)),
        }
    }
}

/// The value of the constant, element or field `e`.
pub(super) fn read(cx: &mut Cx<'_>, e: ExprId) -> Result<Const, NotConstant> {
    let span = cx.span(e);
    let (root, parts) = path_to(cx, e)?;
    let global = match cx.out.resolutions.get(root).copied() {
        Some(Resolution::Global(item)) => Some(item),
        _ => None,
    };
    let made;
    let whole = match global {
        Some(item) => value_of(cx, item, cx.span(root))?,
        None if parts.is_empty() => {
            never!("only globals and parts of values are read");
            return Err(NotConstant::Reported);
        }
        None => {
            made = evaluate(cx, root)?;
            &made
        }
    };
    let mut value = whole;
    for part in parts.iter().rev() {
        let number = match part {
            Part::Element(number) => *number as usize,
            Part::Field(number) => *number as usize,
        };
        value = match value {
            Const::Aggregate(values) => match values.get(number) {
                Some(value) => value,
                None => {
                    never!("part {number} of an aggregate of {}", values.len());
                    return Err(NotConstant::Reported);
                }
            },
            _ => return Err(NotConstant::because(span, "it has no constant value")),
        };
    }
    let size = count_nodes(value);
    let value = value.clone();
    spend(cx, size, span)?;
    Ok(value)
}

/// The number of nodes in `value`: the cost of copying it.
fn count_nodes(value: &Const) -> usize {
    match value {
        Const::Aggregate(values) => 1 + values.iter().map(count_nodes).sum::<usize>(),
        Const::Str(bytes) => 1 + bytes.len() / 32,
        _ => 1,
    }
}

/// Bounds the size of constants, which could grow exponentially by copying other constants.
fn spend(cx: &mut Cx<'_>, size: usize, span: Span) -> Result<(), NotConstant> {
    // The number of scalar copies is bounded by the length of the source text.
    if size <= 1 {
        return Ok(());
    }
    match cx.copy_budget.checked_sub(size) {
        Some(left) => {
            cx.copy_budget = left;
            Ok(())
        }
        None => Err(NotConstant::because(span, "the constants of this program are too large")),
    }
}

/// The address of the place `e`.
pub(super) fn address(cx: &mut Cx<'_>, e: ExprId) -> Result<Const, NotConstant> {
    let span = cx.span(e);
    let (root, parts) = path_to(cx, e)?;
    let item: ItemId = match cx.out.resolutions.get(root).copied() {
        Some(Resolution::Global(item)) => item,
        Some(Resolution::Local(_)) => {
            let why = "the address of a local variable is only known at run time";
            return Err(NotConstant::because(span, why));
        }
        _ => return Err(NotConstant::because(span, "this address is only known at run time")),
    };
    // No type has size zero, so only first parts have the address of the whole.
    let first = |part: &Part| matches!(part, Part::Element(0) | Part::Field(0));
    if parts.iter().all(first) {
        return Ok(Const::Address(item));
    }
    let why = "only the address of a whole variable or of its first part is a constant";
    Err(NotConstant::because(span, why))
}

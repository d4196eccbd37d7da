//! Evaluation of constant expressions, with the semantics they would have at run time.
//!
//! Works on checked expressions: types and conversions come from the tables.

mod fold;
mod place;

use luma_diagnostics::{Diagnostic, OrNever as _, Span, codes, never};
use luma_syntax::ast::{ExprId, ExprKind, FieldInit, UnaryOp};

use crate::context::Cx;
use crate::structs::layout_of;
use crate::types::{Ty, TyKind};
use crate::{Const, Resolution};

/// Why an expression has no constant value.
#[derive(Debug)]
pub(crate) enum NotConstant {
    /// It is erroneous, and the error is already reported.
    Reported,
    /// The value of a part of it is known only at run time, for the given reason.
    Because(Span, String),
}

impl NotConstant {
    /// The part at `span` has no constant value because of `reason`.
    pub(crate) fn because(span: Span, reason: impl Into<String>) -> Self {
        Self::Because(span, reason.into())
    }

    /// The error for a context that requires a constant, as `message` says; `None` if an error is
    /// already reported.
    pub(crate) fn diagnostic(self, message: &str) -> Option<Diagnostic> {
        match self {
            Self::Reported => None,
            Self::Because(span, why) => {
                Some(Diagnostic::new(codes::E0315, span, message).label(why))
            }
        }
    }
}

/// The value of `e`, which must be checked, after its implicit conversion.
pub(crate) fn evaluate(cx: &mut Cx<'_>, e: ExprId) -> Result<Const, NotConstant> {
    let span = cx.span(e);
    let Some(&ty) = cx.out.expr_types.get(e) else {
        never!("a constant is evaluated before it is checked");
        return Err(NotConstant::Reported);
    };
    if cx.is_error(ty) || !cx.enter(span) {
        return Err(NotConstant::Reported);
    }
    let value = converted(cx, e, ty);
    cx.leave();
    value
}

fn converted(cx: &mut Cx<'_>, e: ExprId, ty: Ty) -> Result<Const, NotConstant> {
    let Some(&to) = cx.out.adjustments.get(e) else { return own_value(cx, e, ty) };
    if matches!(cx.kind(ty), TyKind::Array(..)) {
        return match cx.kind(to) {
            TyKind::Pointer(_) => place::address(cx, e),
            _ => own_value(cx, e, ty),
        };
    }
    let value = own_value(cx, e, ty)?;
    let span = cx.span(e);
    fold::convert(value, cx.kind(to)).map_err(|why| NotConstant::because(span, why))
}

fn own_value(cx: &mut Cx<'_>, e: ExprId, ty: Ty) -> Result<Const, NotConstant> {
    let ast = cx.ast;
    let span = cx.span(e);
    let because = |why: &str| Err(NotConstant::because(span, why));
    Ok(match &ast.exprs[e].kind {
        // The literal 2^63 wraps to -2^63, which is its own negation; a minus always precedes it.
        ExprKind::Int(value) => Const::Int(*value as i64),
        ExprKind::Float(value) => Const::Float(*value),
        ExprKind::Char(value) => Const::Byte(*value),
        ExprKind::Str(bytes) => Const::Str(bytes.clone()),
        ExprKind::Bool(value) => Const::Bool(*value),
        ExprKind::Path(_) => return path_value(cx, e),
        ExprKind::Unary(UnaryOp::AddrOf, place) => return place::address(cx, *place),
        ExprKind::Unary(UnaryOp::Deref, _) => return because("memory is only read at run time"),
        ExprKind::Unary(op, operand) => {
            let value = evaluate(cx, *operand)?;
            return fold::unary(*op, value).map_err(|why| NotConstant::because(span, why));
        }
        ExprKind::Binary(op, a, b) => {
            let left = evaluate(cx, *a)?;
            let right = evaluate(cx, *b)?;
            let single = ty == cx.prims.float;
            return fold::binary(*op, left, right, single)
                .map_err(|why| NotConstant::because(span, why));
        }
        ExprKind::And(a, b) => match evaluate(cx, *a)? {
            Const::Bool(false) => Const::Bool(false),
            _ => return evaluate(cx, *b),
        },
        ExprKind::Or(a, b) => match evaluate(cx, *a)? {
            Const::Bool(true) => Const::Bool(true),
            _ => return evaluate(cx, *b),
        },
        ExprKind::Cast(_, operand) => {
            let value = evaluate(cx, *operand)?;
            return fold::convert(value, cx.kind(ty))
                .map_err(|why| NotConstant::because(span, why));
        }
        ExprKind::Sizeof(_) => {
            let Some(&measured) = cx.out.sizeof_types.get(e) else {
                never!("a checked `sizeof` knows what it measures");
                return Err(NotConstant::Reported);
            };
            let Ok(layout) = layout_of(cx, measured, span) else {
                return Err(NotConstant::Reported);
            };
            // The size of a layout fits in an `i64`.
            Const::Int(layout.size as i64)
        }
        ExprKind::ArrayLit(elements) => {
            let values: Result<Vec<_>, _> = elements.iter().map(|e| evaluate(cx, *e)).collect();
            Const::Aggregate(values?)
        }
        ExprKind::StructLit(_, entries) => return struct_value(cx, e, entries, ty),
        ExprKind::Index(..) | ExprKind::Member(..) => return place::read(cx, e),
        ExprKind::Call(..) => return because("a call is only made at run time"),
        ExprKind::Assign(..) | ExprKind::Step { .. } => {
            return because("assignments are only made at run time");
        }
        ExprKind::Alloc(_) | ExprKind::Free(_) => {
            return because("memory is only allocated and freed at run time");
        }
        ExprKind::Error => return Err(NotConstant::Reported),
    })
}

fn path_value(cx: &mut Cx<'_>, e: ExprId) -> Result<Const, NotConstant> {
    let span = cx.span(e);
    match cx.out.resolutions.get(e).copied() {
        Some(Resolution::EnumMember(_, number)) => Ok(Const::Int(i64::from(number))),
        Some(Resolution::Global(_)) => place::read(cx, e),
        Some(Resolution::Local(local)) => match cx.local_constants.get(local) {
            Some(value) => Ok(value.clone()),
            None => {
                let declaration = &cx.ast.locals[local];
                let why = if declaration.constant {
                    format!("the value of `{}` is only known at run time", declaration.name.text)
                } else {
                    format!("`{}` is a variable", declaration.name.text)
                };
                Err(NotConstant::because(span, why))
            }
        },
        Some(Resolution::Function(_)) | None => {
            never!("what names no value has the error type");
            Err(NotConstant::Reported)
        }
    }
}

fn struct_value(
    cx: &mut Cx<'_>,
    e: ExprId,
    entries: &[FieldInit],
    ty: Ty,
) -> Result<Const, NotConstant> {
    let TyKind::Struct(id) = *cx.kind(ty) else {
        never!("a literal of a struct is of a struct type or wrong");
        return Err(NotConstant::Reported);
    };
    let count = cx.out.structs[id.0 as usize].fields.len();
    let numbers = cx.out.literal_fields.get(e).cloned();
    let numbers = numbers.or_never(Vec::new(), "the fields of a checked literal are numbered");
    let mut values: Vec<Option<Const>> = vec![None; count];
    let mut spread = None;
    for (entry, number) in entries.iter().zip(numbers) {
        match entry {
            FieldInit::Field(_, value) => {
                let value = evaluate(cx, *value)?;
                let slot = number.and_then(|number| values.get_mut(number as usize));
                *slot.ok_or(NotConstant::Reported)? = Some(value);
            }
            FieldInit::Spread(value) => {
                let value = evaluate(cx, *value)?;
                spread.get_or_insert(value);
            }
        }
    }
    let mut rest = match spread {
        Some(Const::Aggregate(rest)) => rest,
        _ => Vec::new(),
    };
    rest.resize(count, Const::Zero);
    let fields = values.into_iter().zip(rest).map(|(value, rest)| value.unwrap_or(rest));
    Ok(Const::Aggregate(fields.collect()))
}

/// The value of `e` if it is a small constant integer expression; never reports anything.
pub(crate) fn evaluate_small(cx: &mut Cx<'_>, e: ExprId) -> Option<i64> {
    let mut nodes = 16;
    if !is_small(cx, e, &mut nodes) {
        return None;
    }
    match evaluate(cx, e) {
        Ok(Const::Int(value)) => Some(value),
        _ => None,
    }
}

/// Whether `e` consists of few nodes, all of which can be evaluated without further checks.
fn is_small(cx: &Cx<'_>, e: ExprId, nodes: &mut u32) -> bool {
    if *nodes == 0 {
        return false;
    }
    *nodes -= 1;
    match &cx.ast.exprs[e].kind {
        ExprKind::Int(_) | ExprKind::Char(_) => true,
        ExprKind::Path(_) => match cx.out.resolutions.get(e) {
            Some(Resolution::Local(local)) => cx.local_constants.contains_idx(*local),
            Some(Resolution::EnumMember(..)) => true,
            Some(Resolution::Global(item)) => cx
                .out
                .globals
                .get(*item)
                .is_some_and(|info| info.constant && info.value != Const::Zero),
            _ => false,
        },
        ExprKind::Unary(UnaryOp::Neg, operand) => is_small(cx, *operand, nodes),
        ExprKind::Binary(_, a, b) => is_small(cx, *a, nodes) && is_small(cx, *b, nodes),
        _ => false,
    }
}

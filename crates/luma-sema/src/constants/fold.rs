//! Arithmetic on constant values: maps the operators of the language to [`luma_values::fold`].
//! Errors are short reasons.

use luma_syntax::ast::{BinaryOp, UnaryOp};
use luma_values::fold::{self, Binary, FoldError, Kind, Number, Predicate, Unary};
use luma_values::int::{Int, Sign, Width};

use crate::Const;
use crate::types::TyKind;

type Folded = Result<Const, String>;

/// `value` as a number; `None` for addresses and aggregates. Truth values are one-bit integers,
/// floats are `double`.
fn number(value: &Const) -> Option<Number> {
    Some(match value {
        Const::Zero => Number::Int(Int::of_i64(Width::W64, 0)),
        Const::Int(value) => Number::Int(Int::of_i64(Width::W64, *value)),
        Const::Byte(value) => Number::Int(Int::new(Width::W8, (*value).into())),
        Const::Bool(value) => Number::Int(Int::new(Width::W1, (*value).into())),
        Const::Float(value) => Number::of_f64(*value),
        Const::Str(_) | Const::Function(_) | Const::Address(_) | Const::Aggregate(_) => {
            return None;
        }
    })
}

fn constant(number: Number) -> Const {
    match number {
        Number::Int(value) => match value.width() {
            Width::W1 => Const::Bool(!value.is_zero()),
            Width::W8 => Const::Byte(value.bits() as u8),
            _ => Const::Int(value.signed() as i64),
        },
        Number::F32(bits) => Const::Float(f32::from_bits(bits).into()),
        Number::F64(bits) => Const::Float(f64::from_bits(bits)),
    }
}

fn run_time() -> String {
    "it is only known at run time".to_owned()
}

/// Casts `value` to the type `to`; the cast must be allowed.
pub(super) fn convert(value: Const, to: &TyKind) -> Folded {
    let kind = match to {
        TyKind::Int | TyKind::Enum(_) => Kind::Int(Width::W64),
        TyKind::Byte => Kind::Int(Width::W8),
        TyKind::Bool => Kind::Int(Width::W1),
        TyKind::Float => Kind::F32,
        TyKind::Double => Kind::F64,
        TyKind::Pointer(_) | TyKind::Str | TyKind::String => match value {
            Const::Byte(_) | Const::Bool(_) => Kind::Int(Width::W64),
            _ => return Ok(value),
        },
        TyKind::Void => return Err("it has no value".to_owned()),
        TyKind::Error | TyKind::Array(..) | TyKind::Struct(_) | TyKind::Function(..) => {
            return Ok(value);
        }
    };
    match number(&value) {
        Some(number) => Ok(constant(fold::convert(number, kind, Sign::Signed))),
        None => Err("an address is only known at run time".to_owned()),
    }
}

/// `op value`
pub(super) fn unary(op: UnaryOp, value: Const) -> Folded {
    let op = match (op, &value) {
        (UnaryOp::Neg, Const::Int(_) | Const::Byte(_) | Const::Float(_)) => Unary::Neg,
        (UnaryOp::BitNot, Const::Int(_) | Const::Byte(_)) | (UnaryOp::Not, Const::Bool(_)) => {
            Unary::Not
        }
        _ => return Err(run_time()),
    };
    let result = number(&value).and_then(|number| fold::unary(op, number).ok());
    result.map(constant).ok_or_else(run_time)
}

/// `a op b`; `single` says that the result is a `float`.
pub(super) fn binary(op: BinaryOp, a: Const, b: Const, single: bool) -> Folded {
    let (a, b) = match (&a, &b) {
        (Const::Int(_), Const::Int(_))
        | (Const::Byte(_), Const::Byte(_))
        | (Const::Bool(_), Const::Bool(_))
        | (Const::Float(_), Const::Float(_)) => match (number(&a), number(&b)) {
            (Some(a), Some(b)) => (a, b),
            _ => return Err(run_time()),
        },
        _ => return Err("addresses are only compared at run time".to_owned()),
    };
    if let Some(predicate) = predicate(op) {
        let holds = fold::compare(predicate, Sign::Signed, a, b);
        return holds.map(Const::Bool).map_err(reason);
    }
    // Every operation rounds to the precision of the type.
    let rounded = |number: Number| match number {
        Number::F64(_) if single => fold::convert(number, Kind::F32, Sign::Signed),
        _ => number,
    };
    let op = arithmetic(op).ok_or_else(run_time)?;
    fold::binary(op, rounded(a), rounded(b)).map(constant).map_err(reason)
}

fn reason(error: FoldError) -> String {
    match error {
        FoldError::DivisionByZero => "this divides by zero".to_owned(),
        FoldError::DivisionOverflow => "this division overflows".to_owned(),
        FoldError::Undefined => run_time(),
    }
}

fn predicate(op: BinaryOp) -> Option<Predicate> {
    Some(match op {
        BinaryOp::Lt => Predicate::Lt,
        BinaryOp::Le => Predicate::Le,
        BinaryOp::Gt => Predicate::Gt,
        BinaryOp::Ge => Predicate::Ge,
        BinaryOp::Eq => Predicate::Eq,
        BinaryOp::Ne => Predicate::Ne,
        _ => return None,
    })
}

fn arithmetic(op: BinaryOp) -> Option<Binary> {
    Some(match op {
        BinaryOp::Mul => Binary::Mul,
        BinaryOp::Div => Binary::Div(Sign::Signed),
        BinaryOp::Rem => Binary::Rem(Sign::Signed),
        BinaryOp::Add => Binary::Add,
        BinaryOp::Sub => Binary::Sub,
        BinaryOp::Shl => Binary::Shl,
        BinaryOp::Shr => Binary::Shr(Sign::Signed),
        BinaryOp::BitAnd => Binary::And,
        BinaryOp::BitXor => Binary::Xor,
        BinaryOp::BitOr => Binary::Or,
        _ => return None,
    })
}

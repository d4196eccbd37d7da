//! Arithmetic on constant values. Errors are reasons in a few words.

use luma_syntax::ast::{BinaryOp, UnaryOp};

use crate::Const;
use crate::types::TyKind;

type Folded = Result<Const, String>;

/// The integer that casting `value` to `int` gives: bytes and `bool` are sign-extended, floats
/// truncated.
fn as_int(value: &Const) -> Option<i64> {
    match value {
        Const::Zero => Some(0),
        Const::Int(value) => Some(*value),
        Const::Byte(value) => Some(i64::from(*value as i8)),
        Const::Bool(value) => Some(-i64::from(*value)),
        Const::Float(value) => Some(*value as i64),
        Const::Str(_) | Const::Function(_) | Const::Address(_) | Const::Aggregate(_) => None,
    }
}

/// `value` as one of type `to`, which it may be cast to.
pub(super) fn convert(value: Const, to: &TyKind) -> Folded {
    let address = || "an address is only known at run time".to_owned();
    match to {
        TyKind::Int | TyKind::Enum(_) => as_int(&value).map(Const::Int).ok_or_else(address),
        // The low 8 bits.
        TyKind::Byte => as_int(&value).map(|v| Const::Byte(v as u8)).ok_or_else(address),
        TyKind::Bool => match value {
            Const::Bool(_) => Ok(value),
            // The lowest bit.
            _ => as_int(&value).map(|v| Const::Bool(v & 1 == 1)).ok_or_else(address),
        },
        TyKind::Float => match value {
            Const::Float(v) => Ok(Const::Float(f64::from(v as f32))),
            _ => as_int(&value).map(|v| Const::Float(f64::from(v as f32))).ok_or_else(address),
        },
        TyKind::Double => match value {
            Const::Float(_) => Ok(value),
            _ => as_int(&value).map(|v| Const::Float(v as f64)).ok_or_else(address),
        },
        TyKind::Pointer(_) | TyKind::Str | TyKind::String => match value {
            Const::Byte(_) | Const::Bool(_) => Ok(as_int(&value).map_or(Const::Zero, Const::Int)),
            _ => Ok(value),
        },
        TyKind::Void => Err("it has no value".to_owned()),
        TyKind::Error | TyKind::Array(..) | TyKind::Struct(_) | TyKind::Function(..) => Ok(value),
    }
}

/// `op value`
pub(super) fn unary(op: UnaryOp, value: Const) -> Folded {
    match (op, value) {
        (UnaryOp::Neg, Const::Int(value)) => Ok(Const::Int(value.wrapping_neg())),
        (UnaryOp::Neg, Const::Byte(value)) => Ok(Const::Byte(value.wrapping_neg())),
        (UnaryOp::Neg, Const::Float(value)) => Ok(Const::Float(-value)),
        (UnaryOp::BitNot, Const::Int(value)) => Ok(Const::Int(!value)),
        (UnaryOp::BitNot, Const::Byte(value)) => Ok(Const::Byte(!value)),
        (UnaryOp::Not, Const::Bool(value)) => Ok(Const::Bool(!value)),
        _ => Err("it is only known at run time".to_owned()),
    }
}

/// `a op b`; `single` says that the result is a `float`.
pub(super) fn binary(op: BinaryOp, a: Const, b: Const, single: bool) -> Folded {
    match (a, b) {
        (Const::Int(a), Const::Int(b)) => integers(op, a, b),
        (Const::Byte(a), Const::Byte(b)) => {
            comparison(op, &i64::from(a as i8), &i64::from(b as i8))
        }
        (Const::Bool(a), Const::Bool(b)) => comparison(op, &a, &b),
        (Const::Float(a), Const::Float(b)) => floats(op, a, b, single),
        _ => Err("addresses are only compared at run time".to_owned()),
    }
}

fn integers(op: BinaryOp, a: i64, b: i64) -> Folded {
    let zero = || "this divides by zero".to_owned();
    let overflow = || "this division overflows".to_owned();
    Ok(Const::Int(match op {
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Div if b == 0 => return Err(zero()),
        BinaryOp::Rem if b == 0 => return Err(zero()),
        BinaryOp::Div => a.checked_div(b).ok_or_else(overflow)?,
        BinaryOp::Rem => a.checked_rem(b).ok_or_else(overflow)?,
        // Only the low six bits of the count matter.
        BinaryOp::Shl => a.wrapping_shl(b as u32 & 63),
        BinaryOp::Shr => a.wrapping_shr(b as u32 & 63),
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::BitOr => a | b,
        _ => return comparison(op, &a, &b),
    }))
}

fn floats(op: BinaryOp, a: f64, b: f64, single: bool) -> Folded {
    let value = match op {
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        _ => return comparison(op, &a, &b),
    };
    // Doubles hold enough digits that rounding twice equals rounding once.
    Ok(Const::Float(if single { f64::from(value as f32) } else { value }))
}

fn comparison<T: PartialOrd>(op: BinaryOp, a: &T, b: &T) -> Folded {
    let order = a.partial_cmp(b);
    let holds = match op {
        BinaryOp::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
        BinaryOp::Le => order.is_some_and(std::cmp::Ordering::is_le),
        BinaryOp::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
        BinaryOp::Ge => order.is_some_and(std::cmp::Ordering::is_ge),
        BinaryOp::Eq => order.is_some_and(std::cmp::Ordering::is_eq),
        // Ordered: false when a NaN is involved.
        BinaryOp::Ne => order.is_some_and(std::cmp::Ordering::is_ne),
        _ => return Err("it is only known at run time".to_owned()),
    };
    Ok(Const::Bool(holds))
}

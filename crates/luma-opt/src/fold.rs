//! Constant evaluation of operations: the one place that knows what an operation makes of known
//! operands. It gives exactly what the interpreter computes, or nothing.
//!
//! Integers wrap in their width, `i1` is 0 or 1 (as a signed number a true is -1), floats are IEEE
//! in the precision of their type. Never folded: what traps (division by zero, the one quotient that
//! overflows, a float no integer can hold) and what is not a number, whose sign and payload hardware
//! and compilers disagree on.

use luma_ir::dialects::luma;
use luma_ir::layout::Layouts;
use luma_ir::{Attribute, Builder, Context, Function, Op, Type, Value};

/// What the result of `op` is when operand `i` is `operands[i]`; `None` there is an operand nothing
/// is known of. `None` if the result is not known, or `op` has not exactly one.
pub(crate) fn fold(
    context: &Context,
    f: &Function,
    op: Op,
    operands: &[Option<Constant>],
) -> Option<Constant> {
    let &[result] = f.results(op) else { return None };
    let ty = f.value_type(result);
    let known = |at: usize| operands.get(at).copied().flatten();
    match f.op_name(op) {
        luma::Constant::NAME => {
            Constant::of_attribute(context, luma::Constant(op).value_attr(f)?, ty)
        }
        luma::Null::NAME => Some(Constant { bits: 0, ty }),
        luma::Sizeof::NAME => {
            let of = luma::Sizeof(op).of_attr(f).and_then(Attribute::as_type)?;
            // A struct needs its definition, which is not at hand.
            let layout = Layouts::with_structs(context, None).of(of).ok()?;
            Some(Constant { bits: layout.size, ty })
        }
        luma::Neg::NAME => {
            let bits = known(0)?.bits;
            Some(match ty {
                Type::F64 => Constant { bits: bits ^ 1 << 63, ty },
                Type::F32 => Constant { bits: bits ^ 1 << 31, ty },
                _ => Constant::int((bits as i64).wrapping_neg(), ty),
            })
        }
        luma::Not::NAME => Some(Constant::int(!known(0)?.signed(), ty)),
        luma::Cmp::NAME => {
            let pred = luma::Cmp(op).pred_attr(f).and_then(Attribute::as_str)?;
            let truth = match (known(0), known(1)) {
                (Some(a), Some(b)) => compare(pred, a, b)?,
                _ => compare_to_itself(f, op, pred)?,
            };
            Some(Constant::int(i64::from(truth), Type::I1))
        }
        luma::Cast::NAME => cast(context, known(0)?, ty),
        // The null pointer moved by nothing is null.
        luma::Offset::NAME => known(0).filter(|_| known(1).is_some_and(|by| by.bits == 0)),
        luma::Add::NAME
        | luma::Sub::NAME
        | luma::Mul::NAME
        | luma::Div::NAME
        | luma::Rem::NAME
        | luma::And::NAME
        | luma::Or::NAME
        | luma::Xor::NAME
        | luma::Shl::NAME
        | luma::Shr::NAME => match (known(0), known(1)) {
            (Some(a), Some(b)) if ty.is_float() => float_binary(f, op, a, b),
            (Some(a), Some(b)) => int_binary(f, op, a.signed(), b.signed(), ty),
            _ if ty.is_float() => None,
            (a, b) => absorbed(f, op, a, b, ty),
        },
        _ => None,
    }
}

/// The constant `value` is by itself, whatever runs before it.
pub(crate) fn constant_of(context: &Context, f: &Function, value: Value) -> Option<Constant> {
    let op = f.def_op(value)?;
    match f.op_name(op) {
        luma::Constant::NAME | luma::Null::NAME => fold(context, f, op, &[]),
        _ => None,
    }
}

/// Builds the operation that makes `constant`.
pub(crate) fn materialize(b: &mut Builder<'_>, constant: Constant) -> Value {
    match constant.attribute() {
        Some(value) => {
            let op = luma::Constant::build(b, value, constant.ty);
            op.result(b.func)
        }
        None => {
            let op = luma::Null::build(b, constant.ty);
            op.result(b.func)
        }
    }
}

/// A scalar constant: equal exactly when type and bits are, so that zeros of different sign differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Constant {
    /// As a 64-bit register holds it: integers extended by their sign, `i1` as 0 or 1, `f32` in the
    /// low half, the null pointer as 0.
    bits: u64,
    ty: Type,
}

impl Constant {
    /// The low bits of `value` in the integer type `ty`.
    pub(crate) fn int(value: i64, ty: Type) -> Self {
        let value = match ty {
            Type::I1 => value & 1,
            Type::I8 => i64::from(value as i8),
            _ => value,
        };
        Self { bits: value as u64, ty }
    }

    /// The value of a `luma.constant` of type `ty`.
    pub(crate) fn of_attribute(context: &Context, value: &Attribute, ty: Type) -> Option<Self> {
        match *value {
            Attribute::Bool(value) if ty == Type::I1 => Some(Self::int(value.into(), ty)),
            Attribute::Int(value, _) if ty == Type::I1 || ty.is_int() => Some(Self::int(value, ty)),
            Attribute::Int(0, _) | Attribute::Unit if context.is_ptr(ty) => {
                Some(Self { bits: 0, ty })
            }
            Attribute::Float(value, _) => Self::float(value, ty),
            _ => None,
        }
    }

    /// As the attribute of a `luma.constant`; `None` for the null pointer.
    pub(crate) fn attribute(self) -> Option<Attribute> {
        match self.ty {
            Type::I1 => Some(Attribute::Bool(self.bits != 0)),
            Type::I8 | Type::I64 => Some(Attribute::Int(self.bits as i64, self.ty)),
            Type::F32 | Type::F64 => Some(Attribute::Float(self.as_float(), self.ty)),
            _ => None,
        }
    }

    /// An integer by its sign, an `i1` as 0 or 1, the null pointer as 0.
    pub(crate) fn as_int(self) -> Option<i64> {
        (!self.ty.is_float()).then_some(self.bits as i64)
    }

    /// Whether it is the true of `i1`; `None` for other types.
    pub(crate) fn as_bool(self) -> Option<bool> {
        (self.ty == Type::I1).then_some(self.bits != 0)
    }

    fn signed(self) -> i64 {
        self.bits as i64
    }

    fn as_float(self) -> f64 {
        match self.ty {
            Type::F32 => f32::from_bits(self.bits as u32).into(),
            _ => f64::from_bits(self.bits),
        }
    }

    /// `value` rounded to `ty`, unless it is not a number.
    fn float(value: f64, ty: Type) -> Option<Self> {
        let bits = match ty {
            Type::F32 => u64::from((value as f32).to_bits()),
            Type::F64 => value.to_bits(),
            _ => return None,
        };
        (!value.is_nan()).then_some(Self { bits, ty })
    }
}

fn int_binary(f: &Function, op: Op, a: i64, b: i64, ty: Type) -> Option<Constant> {
    let overflows = || {
        let least = if ty == Type::I8 { i8::MIN.into() } else { i64::MIN };
        b == -1 && a == least
    };
    let value = match f.op_name(op) {
        luma::Add::NAME => a.wrapping_add(b),
        luma::Sub::NAME => a.wrapping_sub(b),
        luma::Mul::NAME => a.wrapping_mul(b),
        luma::Div::NAME if !overflows() => a.checked_div(b)?,
        luma::Rem::NAME if !overflows() => a.checked_rem(b)?,
        luma::And::NAME => a & b,
        luma::Or::NAME => a | b,
        luma::Xor::NAME => a ^ b,
        luma::Shl::NAME => a.wrapping_shl((b & 63) as u32),
        luma::Shr::NAME => a.wrapping_shr((b & 63) as u32),
        _ => return None,
    };
    Some(Constant::int(value, ty))
}

/// The result where one operand alone, or that both are the same value, decides it.
fn absorbed(
    f: &Function,
    op: Op,
    a: Option<Constant>,
    b: Option<Constant>,
    ty: Type,
) -> Option<Constant> {
    let either = |value: i64| {
        let wanted = Some(Constant::int(value, ty));
        (a == wanted || b == wanted).then_some(value)
    };
    let same = || matches!(f.operands(op), [a, b] if a == b).then_some(0);
    let value = match f.op_name(op) {
        luma::Mul::NAME | luma::And::NAME => either(0),
        luma::Or::NAME => either(-1),
        luma::Sub::NAME | luma::Xor::NAME => same(),
        luma::Shl::NAME | luma::Shr::NAME => a.filter(|a| a.bits == 0).map(|_| 0),
        luma::Rem::NAME => b.filter(|b| b.signed() == 1).map(|_| 0),
        _ => None,
    };
    value.map(|value| Constant::int(value, ty))
}

fn float_binary(f: &Function, op: Op, a: Constant, b: Constant) -> Option<Constant> {
    macro_rules! compute {
        ($a:expr, $b:expr) => {
            match f.op_name(op) {
                luma::Add::NAME => $a + $b,
                luma::Sub::NAME => $a - $b,
                luma::Mul::NAME => $a * $b,
                luma::Div::NAME => $a / $b,
                _ => return None,
            }
        };
    }
    match a.ty {
        Type::F64 => Constant::float(compute!(a.as_float(), b.as_float()), a.ty),
        // In its own precision: every step rounds.
        Type::F32 => {
            let (x, y) = (f32::from_bits(a.bits as u32), f32::from_bits(b.bits as u32));
            Constant::float(f64::from(compute!(x, y)), a.ty)
        }
        _ => None,
    }
}

fn compare(pred: &str, a: Constant, b: Constant) -> Option<bool> {
    use std::cmp::Ordering;
    let order = if a.ty.is_float() {
        a.as_float().partial_cmp(&b.as_float())?
    } else if a.ty == Type::I1 {
        b.signed().cmp(&a.signed())
    } else {
        a.signed().cmp(&b.signed())
    };
    Some(match pred {
        "eq" => order == Ordering::Equal,
        "ne" => order != Ordering::Equal,
        "lt" => order == Ordering::Less,
        "le" => order != Ordering::Greater,
        "gt" => order == Ordering::Greater,
        "ge" => order != Ordering::Less,
        _ => return None,
    })
}

/// The comparison of a value with itself; floats may be no number, which equals nothing.
fn compare_to_itself(f: &Function, op: Op, pred: &str) -> Option<bool> {
    let &[a, b] = f.operands(op) else { return None };
    (a == b && !f.value_type(a).is_float()).then_some(matches!(pred, "eq" | "le" | "ge"))
}

fn cast(context: &Context, from: Constant, to: Type) -> Option<Constant> {
    if from.ty == to {
        return Some(from);
    }
    if from.ty.is_float() {
        let value = from.as_float();
        return match to {
            Type::F32 | Type::F64 => Constant::float(value, to),
            // 2^63 is the first float past the largest integer; -2^63 is the smallest integer.
            Type::I1 | Type::I8 | Type::I64
                if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) =>
            {
                Some(Constant::int(value as i64, to))
            }
            _ => None,
        };
    }
    let value = if from.ty == Type::I1 { -from.signed() } else { from.signed() };
    match to {
        Type::I1 | Type::I8 | Type::I64 => Some(Constant::int(value, to)),
        Type::F32 => Constant::float(f64::from(value as f32), to),
        Type::F64 => Constant::float(value as f64, to),
        _ if context.is_ptr(to) && value == 0 => Some(Constant { bits: 0, ty: to }),
        _ => None,
    }
}

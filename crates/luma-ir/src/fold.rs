//! Constant evaluation of operations: which arithmetic of [`luma_values::fold`] an operation does on
//! operands of which types. It gives exactly what the operation computes, or nothing.
//!
//! Never folded: what traps (division by zero, the one quotient that overflows) and what is NaN,
//! whose sign and payload hardware and compilers disagree on.

use luma_values::fold::{self as values, Binary, Kind, Number, Predicate, Unary};
use luma_values::int::{Int, Sign, Width};

use crate::attribute::Attribute;
use crate::builder::Builder;
use crate::context::Context;
use crate::dialect::OpName;
use crate::dialects::luma;
use crate::entity::{Op, Value};
use crate::function::Function;
use crate::layout::Layouts;
use crate::types::Type;

/// A scalar constant: equal exactly when type and bits are, so that zeros of different sign differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Constant {
    /// A pointer is an integer of 64 bits. Never NaN.
    number: Number,
    ty: Type,
}

impl Constant {
    /// The low bits of `value` in `ty`: an integer type, `i1` or a pointer.
    pub fn int(value: i64, ty: Type) -> Self {
        let width = match ty {
            Type::I1 => Width::W1,
            Type::I8 => Width::W8,
            _ => Width::W64,
        };
        Self { number: Number::Int(Int::of_i64(width, value)), ty }
    }

    /// `value` rounded to the float type `ty`; `None` if it is NaN or `ty` is another type.
    pub fn float(value: f64, ty: Type) -> Option<Self> {
        let kind = match ty {
            Type::F32 => Kind::F32,
            Type::F64 => Kind::F64,
            _ => return None,
        };
        Self::new(values::convert(Number::of_f64(value), kind, Sign::Signed), ty)
    }

    fn new(number: Number, ty: Type) -> Option<Self> {
        (!number.is_nan()).then_some(Self { number, ty })
    }

    /// The value of a `luma.constant` of type `ty`.
    pub fn of_attribute(context: &Context, value: &Attribute, ty: Type) -> Option<Self> {
        match *value {
            Attribute::Bool(_) | Attribute::Int(..) if ty == Type::I1 || ty.is_int() => {
                int_of(value, ty).map(|value| Self::int(value, ty))
            }
            Attribute::Int(0, _) | Attribute::Unit if context.is_ptr(ty) => Some(Self::int(0, ty)),
            Attribute::Float(value, _) => Self::float(value, ty),
            _ => None,
        }
    }

    /// As the attribute of a `luma.constant`; `None` for pointers.
    pub fn attribute(self) -> Option<Attribute> {
        match self.number {
            Number::Int(value) => match self.ty {
                Type::I1 => Some(Attribute::Bool(!value.is_zero())),
                Type::I8 | Type::I64 => Some(Attribute::Int(value.signed() as i64, self.ty)),
                _ => None,
            },
            Number::F32(_) | Number::F64(_) => {
                self.number.as_float().map(|value| Attribute::Float(value, self.ty))
            }
        }
    }

    /// Its type.
    pub fn ty(self) -> Type {
        self.ty
    }

    /// An integer by its sign, an `i1` as 0 or 1, the null pointer as 0; `None` for floats.
    pub fn as_int(self) -> Option<i64> {
        let value = self.number.as_int()?;
        Some(if self.ty == Type::I1 { value.bits() as i64 } else { value.signed() as i64 })
    }

    /// Whether it is the true of `i1`; `None` for other types.
    pub fn as_bool(self) -> Option<bool> {
        (self.ty == Type::I1).then(|| self.as_int() == Some(1))
    }

    fn is_zero_int(self) -> bool {
        self.number.as_int().is_some_and(Int::is_zero)
    }
}

/// The integer that `value` is where it stands for one of type `ty`: bytes may be written from -128
/// to 255, and truth values as numbers. An `i1` is 0 or 1, others are signed.
pub fn int_of(value: &Attribute, ty: Type) -> Option<i64> {
    let value = match *value {
        Attribute::Bool(value) => i64::from(value),
        Attribute::Int(value, _) => value,
        _ => return None,
    };
    Constant::int(value, ty).as_int()
}

/// The integer constant that `value` is by itself; an `i1` is 0 or 1, others are signed.
pub fn int_constant(f: &Function, value: Value) -> Option<i64> {
    let op = luma::Constant::cast(f, f.def_op(value)?)?;
    int_of(op.value_attr(f)?, f.value_type(value))
}

/// The constant `value` is by itself, whatever runs before it.
pub fn constant_of(context: &Context, f: &Function, value: Value) -> Option<Constant> {
    let op = f.def_op(value)?;
    match f.op_name(op) {
        luma::Constant::NAME | luma::Null::NAME => fold(context, f, op, &[]),
        _ => None,
    }
}

/// Builds the operation that makes `constant`.
pub fn materialize(b: &mut Builder<'_>, constant: Constant) -> Value {
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

/// What the result of `op` is when operand `i` is `operands[i]`; `None` there is an operand nothing
/// is known of. `None` if the result is not known, or `op` has not exactly one.
pub fn fold(
    context: &Context,
    f: &Function,
    op: Op,
    operands: &[Option<Constant>],
) -> Option<Constant> {
    let &[result] = f.results(op) else { return None };
    let ty = f.value_type(result);
    let known = |at: usize| operands.get(at).copied().flatten();
    let name = f.op_name(op);
    match name {
        luma::Constant::NAME => {
            Constant::of_attribute(context, luma::Constant(op).value_attr(f)?, ty)
        }
        luma::Null::NAME => Some(Constant::int(0, ty)),
        luma::Sizeof::NAME => {
            let of = luma::Sizeof(op).of_attr(f).and_then(Attribute::as_type)?;
            // A struct needs its definition, which is not at hand.
            let layout = Layouts::with_structs(context, None).of(of).ok()?;
            Some(Constant::int(layout.size as i64, ty))
        }
        luma::Neg::NAME => unary(Unary::Neg, known(0)?, ty),
        luma::Not::NAME => unary(Unary::Not, known(0)?, ty),
        luma::Cmp::NAME => {
            let predicate = luma::Cmp(op).pred_attr(f).and_then(Attribute::as_str)?;
            let predicate = predicate_of(predicate)?;
            let truth = match (known(0), known(1)) {
                (Some(a), Some(b)) => {
                    values::compare(predicate, Sign::Signed, a.number, b.number).ok()?
                }
                _ => compare_to_itself(f, op, predicate)?,
            };
            Some(Constant::int(i64::from(truth), Type::I1))
        }
        luma::Cast::NAME => cast(context, known(0)?, ty),
        // A pointer moved by nothing.
        luma::Offset::NAME => known(0).filter(|_| known(1).is_some_and(Constant::is_zero_int)),
        _ => {
            let binary = binary_of(name)?;
            match (known(0), known(1)) {
                (Some(a), Some(b)) => values::binary(binary, a.number, b.number)
                    .ok()
                    .and_then(|n| Constant::new(n, ty)),
                _ if ty.is_float() => None,
                (a, b) => absorbed(f, op, binary, (a, b), ty),
            }
        }
    }
}

/// The arithmetic that the operations called `name` do.
fn binary_of(name: OpName) -> Option<Binary> {
    Some(match name {
        luma::Add::NAME => Binary::Add,
        luma::Sub::NAME => Binary::Sub,
        luma::Mul::NAME => Binary::Mul,
        luma::Div::NAME => Binary::Div(Sign::Signed),
        luma::Rem::NAME => Binary::Rem(Sign::Signed),
        luma::And::NAME => Binary::And,
        luma::Or::NAME => Binary::Or,
        luma::Xor::NAME => Binary::Xor,
        luma::Shl::NAME => Binary::Shl,
        luma::Shr::NAME => Binary::Shr(Sign::Signed),
        _ => return None,
    })
}

fn predicate_of(name: &str) -> Option<Predicate> {
    Some(match name {
        "eq" => Predicate::Eq,
        "ne" => Predicate::Ne,
        "lt" => Predicate::Lt,
        "le" => Predicate::Le,
        "gt" => Predicate::Gt,
        "ge" => Predicate::Ge,
        _ => return None,
    })
}

fn unary(op: Unary, a: Constant, ty: Type) -> Option<Constant> {
    Constant::new(values::unary(op, a.number).ok()?, ty)
}

/// The result of an integer operation where one operand alone, or that both are the same value,
/// decides it.
fn absorbed(
    f: &Function,
    op: Op,
    binary: Binary,
    (a, b): (Option<Constant>, Option<Constant>),
    ty: Type,
) -> Option<Constant> {
    let either = |value: i64| {
        let wanted = Some(Constant::int(value, ty));
        (a == wanted || b == wanted).then_some(value)
    };
    let same = || matches!(f.operands(op), [a, b] if a == b).then_some(0);
    let value = match binary {
        Binary::Mul | Binary::And => either(0),
        Binary::Or => either(-1),
        Binary::Sub | Binary::Xor => same(),
        Binary::Shl | Binary::Shr(_) => a.filter(|a| a.is_zero_int()).map(|_| 0),
        Binary::Rem(_) => b.filter(|b| b.as_int() == Some(1)).map(|_| 0),
        Binary::Add | Binary::Div(_) => None,
    };
    value.map(|value| Constant::int(value, ty))
}

/// The comparison of a value with itself; floats may be NaN, which equals nothing.
fn compare_to_itself(f: &Function, op: Op, predicate: Predicate) -> Option<bool> {
    let &[a, b] = f.operands(op) else { return None };
    let holds = predicate.holds(std::cmp::Ordering::Equal);
    (a == b && !f.value_type(a).is_float()).then_some(holds)
}

fn cast(context: &Context, from: Constant, to: Type) -> Option<Constant> {
    if from.ty == to {
        return Some(from);
    }
    let kind = match to {
        Type::I1 => Kind::Int(Width::W1),
        Type::I8 => Kind::Int(Width::W8),
        Type::I64 => Kind::Int(Width::W64),
        Type::F32 => Kind::F32,
        Type::F64 => Kind::F64,
        // Of pointers only null is a constant.
        _ if context.is_ptr(to) && from.is_zero_int() => Kind::Int(Width::W64),
        _ => return None,
    };
    Constant::new(values::convert(from.number, kind, Sign::Signed), to)
}

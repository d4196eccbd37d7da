//! The arithmetic of operations on constants, as the language defines it.
//!
//! Integers wrap in their width and are signed unless an operation says otherwise. Division by zero
//! and the one quotient that does not fit are errors. Shift counts are taken modulo 64 (modulo 128
//! for integers of more than 64 bits), whatever the width. Floats are IEEE binary32 and binary64,
//! each step rounded to nearest even in its own precision; comparisons are ordered, so that NaN
//! compares false with everything. A result that is NaN is the canonical one: IEEE leaves its sign
//! and payload open, and so do hardware and compilers.

use std::cmp::Ordering;

use crate::int::{DivisionError, Int, Sign, Width};

/// A constant. Equal exactly when kind and bits are, so that zeros of different sign differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Number {
    /// An integer.
    Int(Int),
    /// The bits of an IEEE binary32.
    F32(u32),
    /// The bits of an IEEE binary64.
    F64(u64),
}

/// What a constant is, apart from its value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// An integer.
    Int(Width),
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
}

/// An operation on two constants of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binary {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient, toward zero for integers.
    Div(Sign),
    /// Remainder of integers, with the sign of the dividend.
    Rem(Sign),
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// Shift left.
    Shl,
    /// Shift right, filled with the sign or with zeros.
    Shr(Sign),
}

/// An operation on one constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unary {
    /// Zero minus an integer; a float with its sign inverted.
    Neg,
    /// Every bit of an integer inverted.
    Not,
}

/// A comparison of two constants of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Predicate {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// Why an operation has no result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FoldError {
    /// Division by zero.
    DivisionByZero,
    /// The quotient of the smallest integer and -1.
    DivisionOverflow,
    /// The operation is not defined for constants of these kinds.
    Undefined,
}

impl From<DivisionError> for FoldError {
    fn from(error: DivisionError) -> Self {
        match error {
            DivisionError::ByZero => Self::DivisionByZero,
            DivisionError::Overflow => Self::DivisionOverflow,
        }
    }
}

impl Number {
    /// A binary32.
    pub fn of_f32(value: f32) -> Self {
        Self::F32(if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() })
    }

    /// A binary64.
    pub fn of_f64(value: f64) -> Self {
        Self::F64(if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            Self::Int(value) => Kind::Int(value.width()),
            Self::F32(_) => Kind::F32,
            Self::F64(_) => Kind::F64,
        }
    }

    /// The integer it is; `None` for floats.
    pub fn as_int(self) -> Option<Int> {
        match self {
            Self::Int(value) => Some(value),
            Self::F32(_) | Self::F64(_) => None,
        }
    }

    /// The float it is, exactly; `None` for integers.
    pub fn as_float(self) -> Option<f64> {
        match self {
            Self::Int(_) => None,
            Self::F32(bits) => Some(f32::from_bits(bits).into()),
            Self::F64(bits) => Some(f64::from_bits(bits)),
        }
    }

    /// Whether it is a float that is NaN.
    pub fn is_nan(self) -> bool {
        self.as_float().is_some_and(f64::is_nan)
    }
}

/// `a op b`
///
/// # Errors
/// Why there is no result.
pub fn binary(op: Binary, a: Number, b: Number) -> Result<Number, FoldError> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) if a.width() == b.width() => {
            integers(op, a, b).map(Number::Int)
        }
        (Number::F32(a), Number::F32(b)) => {
            let (a, b) = (f32::from_bits(a), f32::from_bits(b));
            let result = match op {
                Binary::Add => a + b,
                Binary::Sub => a - b,
                Binary::Mul => a * b,
                Binary::Div(_) => a / b,
                _ => return Err(FoldError::Undefined),
            };
            Ok(Number::of_f32(result))
        }
        (Number::F64(a), Number::F64(b)) => {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            let result = match op {
                Binary::Add => a + b,
                Binary::Sub => a - b,
                Binary::Mul => a * b,
                Binary::Div(_) => a / b,
                _ => return Err(FoldError::Undefined),
            };
            Ok(Number::of_f64(result))
        }
        _ => Err(FoldError::Undefined),
    }
}

fn integers(op: Binary, a: Int, b: Int) -> Result<Int, FoldError> {
    Ok(match op {
        Binary::Add => a.add(b),
        Binary::Sub => a.sub(b),
        Binary::Mul => a.mul(b),
        Binary::Div(sign) => a.div(b, sign)?,
        Binary::Rem(sign) => a.rem(b, sign)?,
        Binary::And => Int::new(a.width(), a.bits() & b.bits()),
        Binary::Or => Int::new(a.width(), a.bits() | b.bits()),
        Binary::Xor => Int::new(a.width(), a.bits() ^ b.bits()),
        Binary::Shl => a.shl(shift_count(b)),
        Binary::Shr(sign) => a.shr(shift_count(b), sign),
    })
}

/// How far an operand `count` shifts the other one. A negative count has its low bits.
fn shift_count(count: Int) -> u32 {
    let modulus = if count.width() > Width::W64 { 128 } else { 64 };
    (count.signed() & (modulus - 1)) as u32
}

/// `op a`
///
/// # Errors
/// Why there is no result.
pub fn unary(op: Unary, a: Number) -> Result<Number, FoldError> {
    match (op, a) {
        (Unary::Neg, Number::Int(a)) => Ok(Number::Int(a.neg())),
        (Unary::Neg, Number::F32(bits)) => Ok(Number::F32(bits ^ 1 << 31)),
        (Unary::Neg, Number::F64(bits)) => Ok(Number::F64(bits ^ 1 << 63)),
        (Unary::Not, Number::Int(a)) => Ok(Number::Int(a.not())),
        (Unary::Not, Number::F32(_) | Number::F64(_)) => Err(FoldError::Undefined),
    }
}

/// Whether `a predicate b`; integers are read by `sign`.
///
/// # Errors
/// [`FoldError::Undefined`] for constants of different kinds.
pub fn compare(predicate: Predicate, sign: Sign, a: Number, b: Number) -> Result<bool, FoldError> {
    let order = match (a, b) {
        (Number::Int(a), Number::Int(b)) if a.width() == b.width() => Some(a.compare(b, sign)),
        (Number::F32(a), Number::F32(b)) => f32::from_bits(a).partial_cmp(&f32::from_bits(b)),
        (Number::F64(a), Number::F64(b)) => f64::from_bits(a).partial_cmp(&f64::from_bits(b)),
        _ => return Err(FoldError::Undefined),
    };
    Ok(order.is_some_and(|order| predicate.holds(order)))
}

impl Predicate {
    /// Whether it holds for operands in this order.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

/// `a` converted to `to`. Integers are read by `sign`: they are extended or lose their high bits,
/// and are rounded to nearest even as floats. A float is rounded toward zero to an integer of at
/// least 64 bits (the nearest one if it is out of range, 0 if it is NaN), which then loses its high
/// bits if `to` is narrower.
pub fn convert(a: Number, to: Kind, sign: Sign) -> Number {
    match (a, to) {
        (Number::Int(a), Kind::Int(width)) => Number::Int(a.resized(width, sign)),
        (Number::Int(a), Kind::F32) => Number::of_f32(a.to_f32(sign)),
        (Number::Int(a), Kind::F64) => Number::of_f64(a.to_f64(sign)),
        (Number::F32(bits), Kind::F32) => Number::of_f32(f32::from_bits(bits)),
        (Number::F32(bits), Kind::F64) => Number::of_f64(f32::from_bits(bits).into()),
        (Number::F64(bits), Kind::F32) => Number::of_f32(f64::from_bits(bits) as f32),
        (Number::F64(bits), Kind::F64) => Number::of_f64(f64::from_bits(bits)),
        (Number::F32(bits), Kind::Int(width)) => of_float(f32::from_bits(bits).into(), width, sign),
        (Number::F64(bits), Kind::Int(width)) => of_float(f64::from_bits(bits), width, sign),
    }
}

fn of_float(value: f64, width: Width, sign: Sign) -> Number {
    let wide = Int::of_f64(width.max(Width::W64), value, sign);
    Number::Int(wide.resized(width, sign))
}

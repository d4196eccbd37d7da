//! Integers of 1 to 128 bits in two's complement.

use std::cmp::Ordering;

/// The number of bits of an integer: 1 to 128.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Width(u8);

impl Width {
    /// One bit: a truth value.
    pub const W1: Self = Self(1);
    /// 8 bits.
    pub const W8: Self = Self(8);
    /// 64 bits.
    pub const W64: Self = Self(64);
    /// 128 bits, the largest.
    pub const W128: Self = Self(128);

    /// `bits` bits; `None` if there are none or more than 128.
    pub const fn new(bits: u32) -> Option<Self> {
        if bits >= 1 && bits <= 128 { Some(Self(bits as u8)) } else { None }
    }

    /// The number of bits.
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    const fn mask(self) -> u128 {
        u128::MAX >> (128 - self.bits())
    }
}

/// How the bits of an integer are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sign {
    /// Two's complement. A truth value that is true is -1.
    Signed,
    /// From zero up.
    Unsigned,
}

/// An integer: its width, and its bits. Equal exactly when both are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Int {
    width: Width,
    /// The bits past the width are zero.
    bits: u128,
}

/// Why a quotient or remainder does not exist.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DivisionError {
    /// The divisor is zero.
    ByZero,
    /// The signed quotient of the smallest integer and -1 does not fit the width.
    Overflow,
}

impl Int {
    /// The low `width` bits of `bits`.
    pub const fn new(width: Width, bits: u128) -> Self {
        Self { width, bits: bits & width.mask() }
    }

    /// The low `width` bits of `value`, in two's complement.
    pub const fn of_i64(width: Width, value: i64) -> Self {
        Self::new(width, value as u128)
    }

    /// The smallest integer of `width` bits.
    pub const fn min(width: Width, sign: Sign) -> Self {
        match sign {
            Sign::Signed => Self::new(width, 1 << (width.bits() - 1)),
            Sign::Unsigned => Self::new(width, 0),
        }
    }

    /// The largest integer of `width` bits.
    pub const fn max(width: Width, sign: Sign) -> Self {
        Self::min(width, sign).not()
    }

    /// Its width.
    pub const fn width(self) -> Width {
        self.width
    }

    /// Its bits; those past the width are zero.
    pub const fn bits(self) -> u128 {
        self.bits
    }

    /// Its value in two's complement.
    pub const fn signed(self) -> i128 {
        let unused = 128 - self.width.bits();
        (self.bits << unused) as i128 >> unused
    }

    /// Whether all bits are zero.
    pub const fn is_zero(self) -> bool {
        self.bits == 0
    }

    /// Sum, wrapping.
    pub const fn add(self, other: Self) -> Self {
        Self::new(self.width, self.bits.wrapping_add(other.bits))
    }

    /// Difference, wrapping.
    pub const fn sub(self, other: Self) -> Self {
        Self::new(self.width, self.bits.wrapping_sub(other.bits))
    }

    /// Product, wrapping.
    pub const fn mul(self, other: Self) -> Self {
        Self::new(self.width, self.bits.wrapping_mul(other.bits))
    }

    /// Zero minus it, wrapping.
    pub const fn neg(self) -> Self {
        Self::new(self.width, self.bits.wrapping_neg())
    }

    /// Every bit inverted.
    pub const fn not(self) -> Self {
        Self::new(self.width, !self.bits)
    }

    /// Quotient, toward zero.
    ///
    /// # Errors
    /// Division by zero, and the one signed quotient that does not fit.
    pub const fn div(self, other: Self, sign: Sign) -> Result<Self, DivisionError> {
        match self.check_division(other, sign) {
            Some(error) => Err(error),
            None => Ok(match sign {
                // The smallest i128 divided by -1 was an error.
                Sign::Signed => Self::new(self.width, (self.signed() / other.signed()) as u128),
                Sign::Unsigned => Self::new(self.width, self.bits / other.bits),
            }),
        }
    }

    /// Remainder, with the sign of the dividend.
    ///
    /// # Errors
    /// Where the quotient does not exist: the language has no remainder there either.
    pub const fn rem(self, other: Self, sign: Sign) -> Result<Self, DivisionError> {
        match self.check_division(other, sign) {
            Some(error) => Err(error),
            None => Ok(match sign {
                Sign::Signed => Self::new(self.width, (self.signed() % other.signed()) as u128),
                Sign::Unsigned => Self::new(self.width, self.bits % other.bits),
            }),
        }
    }

    const fn check_division(self, other: Self, sign: Sign) -> Option<DivisionError> {
        let least = Self::min(self.width, Sign::Signed);
        if other.is_zero() {
            Some(DivisionError::ByZero)
        } else if matches!(sign, Sign::Signed) && other.signed() == -1 && self.bits == least.bits {
            Some(DivisionError::Overflow)
        } else {
            None
        }
    }

    /// Shifted left by `count` bits; zero for counts past the width.
    pub const fn shl(self, count: u32) -> Self {
        match self.bits.checked_shl(count) {
            Some(bits) => Self::new(self.width, bits),
            None => Self::new(self.width, 0),
        }
    }

    /// Shifted right by `count` bits, filled with the sign or with zeros.
    pub const fn shr(self, count: u32, sign: Sign) -> Self {
        match sign {
            Sign::Signed => {
                let count = if count < 127 { count } else { 127 };
                Self::new(self.width, (self.signed() >> count) as u128)
            }
            Sign::Unsigned => match self.bits.checked_shr(count) {
                Some(bits) => Self::new(self.width, bits),
                None => Self::new(self.width, 0),
            },
        }
    }

    /// In `width` bits: extended by its sign or by zeros, or its low bits.
    pub const fn resized(self, width: Width, sign: Sign) -> Self {
        match sign {
            Sign::Signed => Self::new(width, self.signed() as u128),
            Sign::Unsigned => Self::new(width, self.bits),
        }
    }

    /// How it compares with an integer of the same width.
    pub fn compare(self, other: Self, sign: Sign) -> Ordering {
        match sign {
            Sign::Signed => self.signed().cmp(&other.signed()),
            Sign::Unsigned => self.bits.cmp(&other.bits),
        }
    }

    /// The nearest `f64`, ties to even.
    pub const fn to_f64(self, sign: Sign) -> f64 {
        match sign {
            Sign::Signed => self.signed() as f64,
            Sign::Unsigned => self.bits as f64,
        }
    }

    /// The nearest `f32`, ties to even. Larger integers than any `f32` give infinity.
    pub const fn to_f32(self, sign: Sign) -> f32 {
        match sign {
            Sign::Signed => self.signed() as f32,
            Sign::Unsigned => self.bits as f32,
        }
    }

    /// `value` rounded toward zero; the nearest integer of `width` bits if it is out of their range,
    /// and zero if it is NaN.
    pub const fn of_f64(width: Width, value: f64, sign: Sign) -> Self {
        let (min, max) = (Self::min(width, sign), Self::max(width, sign));
        match sign {
            Sign::Signed => {
                let value = value as i128;
                if value < min.signed() {
                    min
                } else if value > max.signed() {
                    max
                } else {
                    Self::new(width, value as u128)
                }
            }
            Sign::Unsigned => {
                let value = value as u128;
                if value > max.bits { max } else { Self::new(width, value) }
            }
        }
    }
}

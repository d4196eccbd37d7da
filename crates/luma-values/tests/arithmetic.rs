//! The arithmetic of constants against mathematics (narrow widths, exhaustively) and against the
//! machine's own integers and floats.

#![allow(clippy::unwrap_used, reason = "tests")]

use luma_values::fold::{
    Binary, FoldError, Kind, Number, Predicate, Unary, binary, compare, convert, unary,
};
use luma_values::int::{Int, Sign, Width};
use proptest::prelude::*;

const SIGNS: [Sign; 2] = [Sign::Signed, Sign::Unsigned];

fn width(bits: u32) -> Width {
    Width::new(bits).unwrap()
}

/// The value of the low `bits` bits of `value`.
fn wrapped(value: i128, bits: u32, sign: Sign) -> i128 {
    let value = value.rem_euclid(1 << bits);
    match sign {
        Sign::Signed if value >= 1 << (bits - 1) => value - (1 << bits),
        _ => value,
    }
}

/// What integers of up to 62 bits give, by arithmetic that cannot overflow; `None` where there is
/// no result. A left shift is multiplication and a right one division, rounded down.
fn mathematics(op: Binary, a: i128, b: i128, bits: u32) -> Option<i128> {
    let read = |sign| (wrapped(a, bits, sign), wrapped(b, bits, sign));
    let (x, y) = read(Sign::Unsigned);
    let count = wrapped(b, bits, Sign::Signed).rem_euclid(64) as u32;
    // Shifting further than the width changes nothing more.
    let power = 1i128 << count.min(63);
    let divide = |sign| {
        let (a, b) = read(sign);
        let exists = b != 0 && wrapped(a / b, bits, sign) == a / b;
        exists.then(|| (a / b, a % b))
    };
    let bitwise = |f: fn(bool, bool) -> bool| {
        (0..bits).filter(|i| f(x >> i & 1 == 1, y >> i & 1 == 1)).map(|i| 1i128 << i).sum()
    };
    Some(match op {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div(sign) => divide(sign)?.0,
        Binary::Rem(sign) => divide(sign)?.1,
        Binary::And => bitwise(|a, b| a && b),
        Binary::Or => bitwise(|a, b| a || b),
        Binary::Xor => bitwise(|a, b| a != b),
        Binary::Shl => x * power,
        Binary::Shr(sign) => read(sign).0.div_euclid(power),
    })
}

fn operations() -> Vec<Binary> {
    let mut all = vec![
        Binary::Add,
        Binary::Sub,
        Binary::Mul,
        Binary::And,
        Binary::Or,
        Binary::Xor,
        Binary::Shl,
    ];
    for sign in SIGNS {
        all.extend([Binary::Div(sign), Binary::Rem(sign), Binary::Shr(sign)]);
    }
    all
}

fn check_against_mathematics(a: i128, b: i128, bits: u32) {
    let int = |value: i128| Int::new(width(bits), value as u128);
    let number = |value| Number::Int(int(value));
    for op in operations() {
        let expected = mathematics(op, a, b, bits).map(number);
        assert_eq!(
            binary(op, number(a), number(b)).ok(),
            expected,
            "{op:?} {a} {b} of {bits} bits"
        );
    }
    for sign in SIGNS {
        let order = wrapped(a, bits, sign).cmp(&wrapped(b, bits, sign));
        let all = [
            (Predicate::Eq, order.is_eq()),
            (Predicate::Ne, order.is_ne()),
            (Predicate::Lt, order.is_lt()),
            (Predicate::Le, order.is_le()),
            (Predicate::Gt, order.is_gt()),
            (Predicate::Ge, order.is_ge()),
        ];
        for (predicate, expected) in all {
            assert_eq!(compare(predicate, sign, number(a), number(b)), Ok(expected));
        }
    }
    assert_eq!(unary(Unary::Neg, number(a)), Ok(number(-a)));
    assert_eq!(unary(Unary::Not, number(a)), Ok(number(-1 - a)));
    assert_eq!(int(a).signed(), wrapped(a, bits, Sign::Signed));
    assert_eq!(int(a).bits() as i128, wrapped(a, bits, Sign::Unsigned));
}

#[test]
fn all_integers_of_up_to_six_bits() {
    for bits in 1..=6 {
        for a in 0..1 << bits {
            for b in 0..1 << bits {
                check_against_mathematics(a, b, bits);
            }
        }
    }
}

#[test]
fn all_resizes_of_up_to_ten_bits() {
    for from in 1..=10 {
        for to in 1..=10 {
            for value in 0..1i128 << from {
                for sign in SIGNS {
                    let a = Number::Int(Int::new(width(from), value as u128));
                    let expected = Int::new(width(to), wrapped(value, from, sign) as u128);
                    assert_eq!(convert(a, Kind::Int(width(to)), sign), Number::Int(expected));
                }
            }
        }
    }
}

/// Compares with the integers `$signed` and `$unsigned` of the machine.
macro_rules! check_native {
    ($signed:ty, $unsigned:ty, $a:expr, $b:expr) => {{
        let bits = <$signed>::BITS;
        let (a, b) = ($a as $unsigned, $b as $unsigned);
        let (x, y) = (a as $signed, b as $signed);
        let int = |value: $unsigned| Number::Int(Int::new(width(bits), value.into()));
        let fold = |op| binary(op, int(a), int(b));
        let signed = |value: $signed| Ok(int(value as $unsigned));
        let division = |value: Option<$signed>| match value {
            Some(value) => signed(value),
            None if y == 0 => Err(FoldError::DivisionByZero),
            None => Err(FoldError::DivisionOverflow),
        };
        let quotient = |value: Option<$unsigned>| value.map(int).ok_or(FoldError::DivisionByZero);
        prop_assert_eq!(fold(Binary::Add), signed(x.wrapping_add(y)));
        prop_assert_eq!(fold(Binary::Sub), signed(x.wrapping_sub(y)));
        prop_assert_eq!(fold(Binary::Mul), signed(x.wrapping_mul(y)));
        prop_assert_eq!(fold(Binary::Div(Sign::Signed)), division(x.checked_div(y)));
        prop_assert_eq!(fold(Binary::Rem(Sign::Signed)), division(x.checked_rem(y)));
        prop_assert_eq!(fold(Binary::Div(Sign::Unsigned)), quotient(a.checked_div(b)));
        prop_assert_eq!(fold(Binary::Rem(Sign::Unsigned)), quotient(a.checked_rem(b)));
        prop_assert_eq!(fold(Binary::And), Ok(int(a & b)));
        prop_assert_eq!(fold(Binary::Or), Ok(int(a | b)));
        prop_assert_eq!(fold(Binary::Xor), Ok(int(a ^ b)));
        // Narrow integers shift as 64 bits do.
        let count = (y as i128 as u32) & if bits == 128 { 127 } else { 63 };
        prop_assert_eq!(fold(Binary::Shl), Ok(int(a.checked_shl(count).unwrap_or(0))));
        let sign = if x < 0 { -1 } else { 0 };
        prop_assert_eq!(
            fold(Binary::Shr(Sign::Signed)),
            signed(x.checked_shr(count).unwrap_or(sign))
        );
        prop_assert_eq!(
            fold(Binary::Shr(Sign::Unsigned)),
            Ok(int(a.checked_shr(count).unwrap_or(0)))
        );
        let less = compare(Predicate::Lt, Sign::Signed, int(a), int(b));
        prop_assert_eq!(less, Ok(x < y));
        let less = compare(Predicate::Lt, Sign::Unsigned, int(a), int(b));
        prop_assert_eq!(less, Ok(a < b));
        // Conversions to floats and back.
        let to = |kind, sign| convert(int(a), kind, sign);
        prop_assert_eq!(to(Kind::F64, Sign::Signed), Number::of_f64(x as f64));
        prop_assert_eq!(to(Kind::F32, Sign::Signed), Number::of_f32(x as f32));
        prop_assert_eq!(to(Kind::F64, Sign::Unsigned), Number::of_f64(a as f64));
        prop_assert_eq!(to(Kind::F32, Sign::Unsigned), Number::of_f32(a as f32));
    }};
}

/// Integers near the places where something happens, and anywhere.
fn integer() -> impl Strategy<Value = u128> {
    let edge =
        (0u32..128, -2i128..=2).prop_map(|(bit, by)| (1u128 << bit).wrapping_add(by as u128));
    prop_oneof![edge.clone(), edge.prop_map(u128::wrapping_neg), any::<u128>()]
}

/// Floats of all classes, and near the limits of integers.
fn float() -> impl Strategy<Value = f64> {
    let edge = (-2i32..130, -3i64..=3, any::<bool>()).prop_map(|(power, by, negative)| {
        let value = 2f64.powi(power);
        let value = f64::from_bits(value.to_bits().wrapping_add(by as u64));
        if negative { -value } else { value }
    });
    let special = prop::sample::select(vec![
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        f64::MAX,
        3.402_823_5e38,
        16_777_217.0,
        9_007_199_254_740_993.0,
    ]);
    prop_oneof![
        edge,
        special,
        any::<u64>().prop_map(f64::from_bits),
        any::<i32>().prop_map(f64::from)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers_of_the_machine(a in integer(), b in integer()) {
        check_native!(i8, u8, a, b);
        check_native!(i16, u16, a, b);
        check_native!(i32, u32, a, b);
        check_native!(i64, u64, a, b);
        check_native!(i128, u128, a, b);
    }

    #[test]
    fn integers_of_any_width(a in integer(), b in integer(), bits in 7u32..=62) {
        check_against_mathematics((a as i128) >> 66, (b as i128) >> 66, bits);
    }

    #[test]
    fn resizes_of_any_width(a in integer(), from in 1u32..=128, to in 1u32..=128) {
        let a = Int::new(width(from), a);
        let low = u128::MAX >> (128 - to);
        prop_assert_eq!(a.resized(width(to), Sign::Unsigned).bits(), a.bits() & low);
        prop_assert_eq!(a.resized(width(to), Sign::Signed).bits(), a.signed() as u128 & low);
        prop_assert_eq!(a.resized(width(to), Sign::Signed).width().bits(), to);
        if to >= from {
            prop_assert_eq!(a.resized(width(to), Sign::Signed).signed(), a.signed());
        }
    }

    #[test]
    fn floats_of_the_machine(a in float(), b in float()) {
        // NaN is the canonical one, everything else is exact.
        for op in operations() {
            let wide = match op {
                Binary::Add => Some(a + b),
                Binary::Sub => Some(a - b),
                Binary::Mul => Some(a * b),
                Binary::Div(_) => Some(a / b),
                _ => None,
            };
            let (x, y) = (a as f32, b as f32);
            let narrow = match op {
                Binary::Add => Some(x + y),
                Binary::Sub => Some(x - y),
                Binary::Mul => Some(x * y),
                Binary::Div(_) => Some(x / y),
                _ => None,
            };
            prop_assert_eq!(binary(op, Number::of_f64(a), Number::of_f64(b)).ok(), wide.map(Number::of_f64));
            prop_assert_eq!(binary(op, Number::of_f32(x), Number::of_f32(y)).ok(), narrow.map(Number::of_f32));
        }
        prop_assert_eq!(unary(Unary::Neg, Number::F64(a.to_bits())), Ok(Number::F64((-a).to_bits())));
        let ordered = !a.is_nan() && !b.is_nan();
        for (predicate, holds) in [
            (Predicate::Eq, a == b),
            (Predicate::Ne, ordered && a != b),
            (Predicate::Lt, a < b),
            (Predicate::Le, a <= b),
            (Predicate::Gt, a > b),
            (Predicate::Ge, a >= b),
        ] {
            let found = compare(predicate, Sign::Signed, Number::of_f64(a), Number::of_f64(b));
            prop_assert_eq!(found, Ok(holds));
        }
    }

    #[test]
    fn floats_as_integers(a in float()) {
        let signed = |bits| Int::of_f64(width(bits), a, Sign::Signed).signed();
        let unsigned = |bits| Int::of_f64(width(bits), a, Sign::Unsigned).bits();
        prop_assert_eq!(signed(8), (a as i8).into());
        prop_assert_eq!(signed(16), (a as i16).into());
        prop_assert_eq!(signed(32), (a as i32).into());
        prop_assert_eq!(signed(64), (a as i64).into());
        prop_assert_eq!(signed(128), a as i128);
        prop_assert_eq!(unsigned(8), (a as u8).into());
        prop_assert_eq!(unsigned(16), (a as u16).into());
        prop_assert_eq!(unsigned(32), (a as u32).into());
        prop_assert_eq!(unsigned(64), (a as u64).into());
        prop_assert_eq!(unsigned(128), a as u128);
        // The language converts to narrow integers by way of 64 bits.
        let byte = convert(Number::of_f64(a), Kind::Int(Width::W8), Sign::Signed);
        prop_assert_eq!(byte, Number::Int(Int::of_i64(Width::W8, a as i64)));
        let narrow = convert(Number::of_f64(a), Kind::F32, Sign::Signed);
        prop_assert_eq!(narrow, Number::of_f32(a as f32));
        prop_assert_eq!(convert(narrow, Kind::F64, Sign::Signed), Number::of_f64((a as f32).into()));
    }
}

#[test]
fn operands_of_different_kinds_have_no_result() {
    let byte = Number::Int(Int::of_i64(Width::W8, 1));
    let word = Number::Int(Int::of_i64(Width::W64, 1));
    for b in [word, Number::of_f32(1.0), Number::of_f64(1.0)] {
        assert_eq!(binary(Binary::Add, byte, b), Err(FoldError::Undefined));
        assert_eq!(compare(Predicate::Eq, Sign::Signed, byte, b), Err(FoldError::Undefined));
    }
    assert_eq!(Width::new(0), None);
    assert_eq!(Width::new(129), None);
}

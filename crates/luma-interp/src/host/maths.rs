//! `<math.h>` and `<ctype.h>`.

use super::{Entry, Run};

pub(super) const TABLE: &[Entry] = &[
    ("sqrt", "dd", Run::F64(f64::sqrt)),
    ("floor", "dd", Run::F64(f64::floor)),
    ("ceil", "dd", Run::F64(f64::ceil)),
    ("round", "dd", Run::F64(f64::round)),
    ("trunc", "dd", Run::F64(f64::trunc)),
    ("rint", "dd", Run::F64(f64::round_ties_even)),
    ("fabs", "dd", Run::F64(f64::abs)),
    ("exp", "dd", Run::F64(f64::exp)),
    ("exp2", "dd", Run::F64(f64::exp2)),
    ("log", "dd", Run::F64(f64::ln)),
    ("log2", "dd", Run::F64(f64::log2)),
    ("log10", "dd", Run::F64(f64::log10)),
    ("sin", "dd", Run::F64(f64::sin)),
    ("cos", "dd", Run::F64(f64::cos)),
    ("tan", "dd", Run::F64(f64::tan)),
    ("asin", "dd", Run::F64(f64::asin)),
    ("acos", "dd", Run::F64(f64::acos)),
    ("atan", "dd", Run::F64(f64::atan)),
    ("sinh", "dd", Run::F64(f64::sinh)),
    ("cosh", "dd", Run::F64(f64::cosh)),
    ("tanh", "dd", Run::F64(f64::tanh)),
    ("cbrt", "dd", Run::F64(f64::cbrt)),
    ("pow", "ddd", Run::F64x2(f64::powf)),
    ("fmod", "ddd", Run::F64x2(|a, b| a % b)),
    ("atan2", "ddd", Run::F64x2(f64::atan2)),
    ("hypot", "ddd", Run::F64x2(f64::hypot)),
    ("fmin", "ddd", Run::F64x2(f64::min)),
    ("fmax", "ddd", Run::F64x2(f64::max)),
    ("copysign", "ddd", Run::F64x2(f64::copysign)),
    ("sqrtf", "ff", Run::F32(f32::sqrt)),
    ("floorf", "ff", Run::F32(f32::floor)),
    ("ceilf", "ff", Run::F32(f32::ceil)),
    ("roundf", "ff", Run::F32(f32::round)),
    ("truncf", "ff", Run::F32(f32::trunc)),
    ("fabsf", "ff", Run::F32(f32::abs)),
    ("expf", "ff", Run::F32(f32::exp)),
    ("logf", "ff", Run::F32(f32::ln)),
    ("sinf", "ff", Run::F32(f32::sin)),
    ("cosf", "ff", Run::F32(f32::cos)),
    ("tanf", "ff", Run::F32(f32::tan)),
    ("powf", "fff", Run::F32x2(f32::powf)),
    ("fmodf", "fff", Run::F32x2(|a, b| a % b)),
    ("toupper", "ii", Run::Char(|c| ascii(c).map_or(c, |b| b.to_ascii_uppercase().into()))),
    ("tolower", "ii", Run::Char(|c| ascii(c).map_or(c, |b| b.to_ascii_lowercase().into()))),
    // True is represented by the bit of the class in glibc's table.
    ("isupper", "ii", Run::Char(|c| class(c, 1 << 8, |b| b.is_ascii_uppercase()))),
    ("islower", "ii", Run::Char(|c| class(c, 1 << 9, |b| b.is_ascii_lowercase()))),
    ("isalpha", "ii", Run::Char(|c| class(c, 1 << 10, |b| b.is_ascii_alphabetic()))),
    ("isdigit", "ii", Run::Char(|c| class(c, 1 << 11, |b| b.is_ascii_digit()))),
    ("isxdigit", "ii", Run::Char(|c| class(c, 1 << 12, |b| b.is_ascii_hexdigit()))),
    ("isspace", "ii", Run::Char(|c| class(c, 1 << 13, |b| matches!(b, b' ' | 9..=13)))),
    ("isprint", "ii", Run::Char(|c| class(c, 1 << 14, |b| matches!(b, 32..=126)))),
    ("isgraph", "ii", Run::Char(|c| class(c, 1 << 15, |b| b.is_ascii_graphic()))),
    ("iscntrl", "ii", Run::Char(|c| class(c, 1 << 1, |b| b.is_ascii_control()))),
    ("ispunct", "ii", Run::Char(|c| class(c, 1 << 2, |b| b.is_ascii_punctuation()))),
    ("isalnum", "ii", Run::Char(|c| class(c, 1 << 3, |b| b.is_ascii_alphanumeric()))),
];

fn ascii(c: i32) -> Option<u8> {
    u8::try_from(c).ok().filter(u8::is_ascii)
}

fn class(c: i32, bit: i32, holds: fn(u8) -> bool) -> i32 {
    if ascii(c).is_some_and(holds) { bit } else { 0 }
}

//! Numbers of `<stdlib.h>`: absolute values, and reading numbers from text.

use super::{Args, Entry, Flow, Run, bad_argument, next};
use crate::machine::Machine;
use crate::trap::Faulty;

pub(super) const TABLE: &[Entry] = &[
    ("abs", "ii", Run::Char(i32::wrapping_abs)),
    ("labs", "ll", Run::Machine(|_, args| next((args[0] as i64).wrapping_abs() as u64))),
    ("llabs", "ll", Run::Machine(|_, args| next((args[0] as i64).wrapping_abs() as u64))),
    // glibc leaves the whole of `strtol`'s result in the register.
    ("atoi", "ip", Run::Machine(atol)),
    ("atol", "lp", Run::Machine(atol)),
    ("atoll", "lp", Run::Machine(atol)),
    ("strtol", "lppi", Run::Machine(strtol)),
    ("strtoll", "lppi", Run::Machine(strtol)),
    ("atof", "dp", Run::Machine(|m, &[text, ..]| strtod(m, &[text, 0, 0, 0, 0, 0]))),
    ("strtod", "dpp", Run::Machine(strtod)),
];

fn atol(m: &mut Machine<'_, '_>, &[text, ..]: &Args) -> Faulty<Flow> {
    strtol(m, &[text, 0, 10, 0, 0, 0])
}

fn strtol(m: &mut Machine<'_, '_>, &[text, end, base, ..]: &Args) -> Faulty<Flow> {
    let base = base as i32;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(bad_argument("the base of a number is from 2 to 36"));
    }
    let bytes = m.memory.text(text, u64::MAX)?;
    let (value, length) = integer(bytes, base as u32);
    if end != 0 {
        m.memory.store(end, (text + length as u64).to_le_bytes())?;
    }
    next(value as u64)
}

/// The integer at the start of `text`, saturated, and how many bytes it takes; 0 if there is none.
fn integer(text: &[u8], mut base: u32) -> (i64, usize) {
    let mut at = spaces(text);
    let negative = text.get(at) == Some(&b'-');
    at += usize::from(matches!(text.get(at), Some(b'-' | b'+')));
    let digit = |at: usize, base: u32| text.get(at).and_then(|&b| char::from(b).to_digit(base));
    let hexadecimal = text.get(at) == Some(&b'0')
        && matches!(text.get(at + 1), Some(b'x' | b'X'))
        && digit(at + 2, 16).is_some();
    if hexadecimal && (base == 0 || base == 16) {
        at += 2;
        base = 16;
    } else if base == 0 {
        base = if text.get(at) == Some(&b'0') { 8 } else { 10 };
    }
    let start = at;
    let mut value: i64 = 0;
    while let Some(digit) = digit(at, base) {
        let digit = i64::from(digit);
        value = value.saturating_mul(base.into());
        value = if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) };
        at += 1;
    }
    if at == start { (0, 0) } else { (value, at) }
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|&&b| matches!(b, b' ' | 9..=13)).count()
}

fn strtod(m: &mut Machine<'_, '_>, &[text, end, ..]: &Args) -> Faulty<Flow> {
    let bytes = m.memory.text(text, u64::MAX)?;
    let Some((value, length)) = float(bytes) else {
        return Err(bad_argument("hexadecimal floats are not supported by the interpreter"));
    };
    if end != 0 {
        m.memory.store(end, (text + length as u64).to_le_bytes())?;
    }
    next(value.to_bits())
}

/// The float at the start of `text`, and how many bytes it takes; `None` for hexadecimal ones.
fn float(text: &[u8]) -> Option<(f64, usize)> {
    let start = spaces(text);
    let mut at = start;
    at += usize::from(matches!(text.get(at), Some(b'-' | b'+')));
    let word = |word: &[u8]| {
        text.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    for name in [b"infinity".as_slice(), b"inf", b"nan"] {
        if word(name) {
            let value = parse(&text[start..at + name.len()]);
            return Some((value, at + name.len()));
        }
    }
    if word(b"0x") {
        return None;
    }
    let digits = |from: usize| text.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(at);
    at += whole;
    let mut fraction = 0;
    if text.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        if whole + fraction > 0 {
            at += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return Some((0.0, 0));
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'-' | b'+')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    Some((parse(&text[start..at]), at))
}

fn parse(text: &[u8]) -> f64 {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{float, integer};

    #[test]
    fn integers_read_as_c_reads_them() {
        for (text, base, value) in [
            ("42", 10, (42, 2)),
            (" \t-7x", 10, (-7, 4)),
            ("+0x1F", 16, (31, 5)),
            ("0x1F", 0, (31, 4)),
            ("017", 0, (15, 3)),
            ("0x", 16, (0, 1)),
            ("", 10, (0, 0)),
            ("-", 10, (0, 0)),
            ("99999999999999999999", 10, (i64::MAX, 20)),
            ("-9223372036854775808", 10, (i64::MIN, 20)),
            ("zz", 36, (35 * 36 + 35, 2)),
        ] {
            assert_eq!(integer(text.as_bytes(), base), value, "{text}");
        }
    }

    #[test]
    fn floats_read_as_c_reads_them() {
        for (text, value) in [
            ("6.25kg", Some((6.25, 4))),
            (" -2.5", Some((-2.5, 5))),
            (".5.", Some((0.5, 2))),
            ("5.", Some((5.0, 2))),
            (".", Some((0.0, 0))),
            ("1e3", Some((1000.0, 3))),
            ("1e+", Some((1.0, 1))),
            ("-inf", Some((f64::NEG_INFINITY, 4))),
            ("0x1p3", None),
            ("", Some((0.0, 0))),
        ] {
            assert_eq!(float(text.as_bytes()), value, "{text}");
        }
    }
}

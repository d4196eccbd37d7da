//! `printf`, as far as prototypes of a fixed number of integers and pointers can call it.

use super::{Args, Flow, bad_argument, int, next};
use crate::machine::Machine;
use crate::memory::Memory;
use crate::trap::Faulty;

/// Maximum width and precision; larger ones, which only produce padding, are refused.
const WIDEST: usize = 1 << 15;

/// `printf` with `count` arguments, the format among them.
pub(super) fn printf(m: &mut Machine<'_, '_>, args: &Args, count: usize) -> Faulty<Flow> {
    let format = m.memory.text(args[0], u64::MAX)?;
    let mut rest = args.get(1..count).unwrap_or_default().iter().copied();
    let text = formatted(&m.memory, format, &mut rest)?;
    m.out.write(&text)?;
    next(int(text.len().min(i32::MAX as usize) as i32))
}

/// A conversion specification of a format string.
#[derive(Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    /// Size of the integer in bytes.
    size: u32,
}

fn formatted(
    memory: &Memory,
    format: &[u8],
    args: &mut dyn Iterator<Item = u64>,
) -> Faulty<Vec<u8>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = format.get(at) {
        at += 1;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let spec = spec(format, &mut at)?;
        let conversion = format.get(at).copied().unwrap_or(0);
        at += 1;
        if conversion == b'%' {
            out.push(b'%');
            continue;
        }
        if !b"diuxXocsp".contains(&conversion) {
            let shown = char::from(conversion);
            let text = format!("the interpreter has no format `%{shown}` for this prototype");
            return Err(bad_argument(&text));
        }
        let value = args.next().ok_or_else(|| bad_argument("the format needs more arguments"))?;
        let (sign, digits): (String, Vec<u8>) = match conversion {
            b's' => {
                let most = spec.precision.map_or(u64::MAX, |most| most as u64);
                let text: &[u8] = match value {
                    0 if most >= 6 => b"(null)",
                    0 => b"",
                    _ => memory.text(value, most)?,
                };
                (String::new(), text.to_vec())
            }
            b'c' => (String::new(), vec![value as u8]),
            b'p' if value == 0 => (String::new(), b"(nil)".to_vec()),
            b'p' => (String::new(), format!("{value:#x}").into_bytes()),
            _ => number(&spec, conversion, value),
        };
        let is_number = b"diuxXo".contains(&conversion);
        let length = sign.len() + digits.len();
        let padding = spec.width.saturating_sub(length);
        let zeros = is_number && spec.zero && !spec.left && spec.precision.is_none();
        let spaces = if zeros { 0 } else { padding };
        if !spec.left {
            out.resize(out.len() + spaces, b' ');
        }
        out.extend_from_slice(sign.as_bytes());
        if zeros {
            out.resize(out.len() + padding, b'0');
        }
        out.extend_from_slice(&digits);
        if spec.left {
            out.resize(out.len() + spaces, b' ');
        }
    }
    Ok(out)
}

/// Parses what is between `%` and the conversion.
fn spec(format: &[u8], at: &mut usize) -> Faulty<Spec> {
    let mut spec = Spec { size: 4, ..Spec::default() };
    while let Some(byte) = format.get(*at) {
        match byte {
            b'-' => spec.left = true,
            b'+' => spec.plus = true,
            b' ' => spec.space = true,
            b'0' => spec.zero = true,
            b'#' => spec.alternate = true,
            _ => break,
        }
        *at += 1;
    }
    let number = |at: &mut usize| {
        let mut value = 0usize;
        while let Some(digit) = format.get(*at).filter(|b| b.is_ascii_digit()) {
            value = value * 10 + usize::from(digit - b'0');
            if value > WIDEST {
                return Err(bad_argument("the format is wider than the interpreter prints"));
            }
            *at += 1;
        }
        Ok(value)
    };
    spec.width = number(at)?;
    if format.get(*at) == Some(&b'.') {
        *at += 1;
        spec.precision = Some(number(at)?);
    }
    while let Some(byte) = format.get(*at) {
        match byte {
            b'l' | b'j' | b'z' | b't' => spec.size = 8,
            b'h' => spec.size = if spec.size == 2 { 1 } else { 2 },
            _ => break,
        }
        *at += 1;
    }
    Ok(spec)
}

/// Sign or prefix, and digits.
fn number(spec: &Spec, conversion: u8, value: u64) -> (String, Vec<u8>) {
    let unused = 64 - 8 * spec.size;
    let signed = ((value << unused) as i64) >> unused;
    let unsigned = value << unused >> unused;
    let (sign, digits) = match conversion {
        b'd' | b'i' => {
            let sign = match signed {
                ..0 => "-",
                _ if spec.plus => "+",
                _ if spec.space => " ",
                _ => "",
            };
            (sign, signed.unsigned_abs().to_string())
        }
        b'x' => (if spec.alternate && unsigned != 0 { "0x" } else { "" }, format!("{unsigned:x}")),
        b'X' => (if spec.alternate && unsigned != 0 { "0X" } else { "" }, format!("{unsigned:X}")),
        b'o' => (if spec.alternate && unsigned != 0 { "0" } else { "" }, format!("{unsigned:o}")),
        _ => ("", unsigned.to_string()),
    };
    let digits = match spec.precision {
        // With precision 0, a zero has no digits.
        Some(0) if unsigned == 0 => String::new(),
        Some(least) => format!("{digits:0>least$}"),
        None => digits,
    };
    (sign.to_owned(), digits.into_bytes())
}

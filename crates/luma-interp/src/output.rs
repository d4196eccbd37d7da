//! What a program prints, in the formats of C's `printf`.

use std::io::Write;

use crate::code::PrintKind;
use crate::memory::Memory;
use crate::trap::{Faulty, TrapKind, fault};

/// The buffer is flushed when it holds this many bytes.
const FULL: usize = 1 << 16;

/// Standard output of the program, buffered.
pub(crate) struct Output<'o> {
    to: &'o mut dyn Write,
    pending: Vec<u8>,
}

impl<'o> Output<'o> {
    pub(crate) fn new(to: &'o mut dyn Write) -> Self {
        Self { to, pending: Vec::new() }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Faulty<()> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= FULL { self.flush() } else { Ok(()) }
    }

    pub(crate) fn flush(&mut self) -> Faulty<()> {
        let result = self.to.write_all(&self.pending).and_then(|()| self.to.flush());
        self.pending.clear();
        result.map_err(|why| {
            fault(TrapKind::Output, format!("cannot write to standard output: {why}"))
        })
    }

    /// `luma.print` of what a register holds.
    pub(crate) fn print(&mut self, bits: u64, kind: PrintKind, memory: &Memory) -> Faulty<()> {
        match kind {
            PrintKind::Bool => self.write(if bits & 1 == 1 { b"true" } else { b"false" }),
            PrintKind::Byte => self.write((bits as u8).to_string().as_bytes()),
            PrintKind::Int => self.write((bits as i64).to_string().as_bytes()),
            PrintKind::F32 => self.write(fixed(f32::from_bits(bits as u32).into()).as_bytes()),
            PrintKind::F64 => self.write(fixed(f64::from_bits(bits)).as_bytes()),
            PrintKind::Text if bits == 0 => self.write(b"(null)"),
            PrintKind::Text => self.write(memory.text(bits, u64::MAX)?),
            PrintKind::Pointer if bits == 0 => self.write(b"(nil)"),
            PrintKind::Pointer => self.write(format!("{bits:#x}").as_bytes()),
        }
    }
}

/// `%.6f`; a NaN without its sign, which IEEE 754 leaves unspecified.
fn fixed(value: f64) -> String {
    match value {
        _ if value.is_nan() => "nan".into(),
        f64::INFINITY => "inf".into(),
        f64::NEG_INFINITY => "-inf".into(),
        _ => format!("{value:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn floats_print_as_c_prints_them_except_for_the_sign_of_nan() {
        for (value, text) in [
            (0.0, "0.000000"),
            (-0.0, "-0.000000"),
            // Ties go to the even digit.
            (0.007_812_5, "0.007812"),
            (0.023_437_5, "0.023438"),
            (0.000_000_5, "0.000000"),
            (0.999_999_5, "1.000000"),
            (1e22, "10000000000000000000000.000000"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(fixed(value), text);
        }
    }
}

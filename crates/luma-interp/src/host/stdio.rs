//! `<stdio.h>`: standard output, and temporary files, which are bytes in memory.

use super::{Args, Entry, Flow, Run, bad_argument, int, next};
use crate::machine::Machine;
use crate::trap::Faulty;

pub(super) const TABLE: &[Entry] = &[
    ("puts", "ip", Run::Machine(puts)),
    ("putchar", "ii", Run::Machine(putchar)),
    ("printf", "ip*", Run::Variadic(super::printf::printf)),
    ("tmpfile", "p", Run::Machine(tmpfile)),
    ("fputs", "ipp", Run::Machine(fputs)),
    ("fputc", "iip", Run::Machine(fputc)),
    ("fclose", "ip", Run::Machine(fclose)),
];

/// The size of a `FILE`, whose contents are opaque.
const HANDLE: u64 = 216;

fn puts(m: &mut Machine<'_, '_>, &[text, ..]: &Args) -> Faulty<Flow> {
    let text = m.memory.text(text, u64::MAX)?;
    m.out.write(text)?;
    m.out.write(b"\n")?;
    next(int((text.len() + 1).min(i32::MAX as usize) as i32))
}

fn putchar(m: &mut Machine<'_, '_>, &[byte, ..]: &Args) -> Faulty<Flow> {
    m.out.write(&[byte as u8])?;
    next(u64::from(byte as u8))
}

fn tmpfile(m: &mut Machine<'_, '_>, _: &Args) -> Faulty<Flow> {
    let handle = m.memory.alloc(HANDLE, m.pc)?;
    m.files.insert(handle, Vec::new());
    next(handle)
}

fn fputs(m: &mut Machine<'_, '_>, &[text, file, ..]: &Args) -> Faulty<Flow> {
    let text = m.memory.text(text, u64::MAX)?;
    match m.files.get_mut(&file) {
        Some(content) => content.extend_from_slice(text),
        None => return Err(bad_argument("the argument is not an open file")),
    }
    next(1)
}

fn fputc(m: &mut Machine<'_, '_>, &[byte, file, ..]: &Args) -> Faulty<Flow> {
    match m.files.get_mut(&file) {
        Some(content) => content.push(byte as u8),
        None => return Err(bad_argument("the argument is not an open file")),
    }
    next(u64::from(byte as u8))
}

fn fclose(m: &mut Machine<'_, '_>, &[file, ..]: &Args) -> Faulty<Flow> {
    if m.files.remove(&file).is_none() {
        return Err(bad_argument("the argument is not an open file"));
    }
    m.memory.free(file, m.pc)?;
    next(0)
}

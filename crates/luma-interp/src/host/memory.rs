//! Memory: `<stdlib.h>`'s and `<string.h>`'s `mem…`; the end of the program.

use super::{Args, Entry, Flow, Run, bad_argument, int, next};
use crate::machine::{End, Machine};
use crate::trap::Faulty;

pub(super) const TABLE: &[Entry] = &[
    ("malloc", "pl", Run::Machine(malloc)),
    ("calloc", "pll", Run::Machine(calloc)),
    ("realloc", "ppl", Run::Machine(realloc)),
    ("free", "vp", Run::Machine(free)),
    ("memcpy", "pppl", Run::Machine(memcpy)),
    ("memmove", "pppl", Run::Machine(memmove)),
    ("memset", "ppil", Run::Machine(memset)),
    ("memcmp", "ippl", Run::Machine(memcmp)),
    ("memchr", "ppil", Run::Machine(memchr)),
    ("getenv", "pp", Run::Machine(getenv)),
    ("exit", "vi", Run::Machine(|_, args| Ok(Flow::End(End::Exited(args[0] as i32))))),
    ("abort", "v", Run::Machine(|_, _| Ok(Flow::End(End::Aborted)))),
];

fn malloc(m: &mut Machine<'_, '_>, &[size, ..]: &Args) -> Faulty<Flow> {
    next(m.memory.alloc(size, m.pc)?)
}

fn calloc(m: &mut Machine<'_, '_>, &[count, size, ..]: &Args) -> Faulty<Flow> {
    let Some(size) = count.checked_mul(size) else { return next(0) };
    let object = m.memory.alloc(size, m.pc)?;
    if object != 0 {
        m.memory.fill(object, 0, size)?;
    }
    next(object)
}

fn realloc(m: &mut Machine<'_, '_>, &[old, size, ..]: &Args) -> Faulty<Flow> {
    if old == 0 {
        return next(m.memory.alloc(size, m.pc)?);
    }
    let Some(old_size) = m.memory.heap_size(old) else {
        // Reports what is wrong with the pointer.
        m.memory.free(old, m.pc)?;
        return next(0);
    };
    if size == 0 {
        m.memory.free(old, m.pc)?;
        return next(0);
    }
    let new = m.memory.alloc(size, m.pc)?;
    if new != 0 {
        m.memory.copy(old, new, old_size.min(size))?;
        m.memory.free(old, m.pc)?;
    }
    next(new)
}

fn free(m: &mut Machine<'_, '_>, &[pointer, ..]: &Args) -> Faulty<Flow> {
    m.memory.free(pointer, m.pc)?;
    next(0)
}

/// Faults if the ranges overlap, which C does not allow here.
pub(super) fn disjoint(a: u64, a_size: u64, b: u64, b_size: u64) -> Faulty<()> {
    if a < b.saturating_add(b_size) && b < a.saturating_add(a_size) {
        return Err(bad_argument("the source and the target of a copy overlap"));
    }
    Ok(())
}

fn memcpy(m: &mut Machine<'_, '_>, &[to, from, size, ..]: &Args) -> Faulty<Flow> {
    disjoint(to, size, from, size)?;
    memmove(m, &[to, from, size, 0, 0, 0])
}

fn memmove(m: &mut Machine<'_, '_>, &[to, from, size, ..]: &Args) -> Faulty<Flow> {
    if size != 0 {
        m.memory.copy(from, to, size)?;
    }
    next(to)
}

fn memset(m: &mut Machine<'_, '_>, &[to, value, size, ..]: &Args) -> Faulty<Flow> {
    if size != 0 {
        m.memory.fill(to, value as u8, size)?;
    }
    next(to)
}

fn memcmp(m: &mut Machine<'_, '_>, &[a, b, size, ..]: &Args) -> Faulty<Flow> {
    if size == 0 {
        return next(0);
    }
    let pairs = m.memory.bytes(a, size)?.iter().zip(m.memory.bytes(b, size)?);
    let difference = pairs.map(|(&a, &b)| i32::from(a) - i32::from(b)).find(|&d| d != 0);
    next(int(difference.unwrap_or(0)))
}

fn memchr(m: &mut Machine<'_, '_>, &[from, byte, size, ..]: &Args) -> Faulty<Flow> {
    if size == 0 {
        return next(0);
    }
    let found = m.memory.bytes(from, size)?.iter().position(|&b| b == byte as u8);
    next(found.map_or(0, |at| from + at as u64))
}

fn getenv(m: &mut Machine<'_, '_>, &[name, ..]: &Args) -> Faulty<Flow> {
    let name = m.memory.text(name, u64::MAX)?;
    let Some((value, address)) = m.environment.get_mut(name) else { return next(0) };
    if *address == 0 {
        let text = [value.as_slice(), b"\0"].concat();
        *address = m.memory.add_global("a value of the environment", &text);
    }
    next(*address)
}

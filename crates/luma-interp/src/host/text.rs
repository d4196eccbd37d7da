//! `<string.h>`.

use super::memory::disjoint;
use super::{Args, Entry, Flow, Run, int, next};
use crate::machine::Machine;
use crate::trap::Faulty;

pub(super) const TABLE: &[Entry] = &[
    ("strlen", "lp", Run::Machine(strlen)),
    ("strnlen", "lpl", Run::Machine(strnlen)),
    ("strcmp", "ipp", Run::Machine(strcmp)),
    ("strncmp", "ippl", Run::Machine(strncmp)),
    ("strcpy", "ppp", Run::Machine(strcpy)),
    ("strncpy", "pppl", Run::Machine(strncpy)),
    ("strcat", "ppp", Run::Machine(strcat)),
    ("strncat", "pppl", Run::Machine(strncat)),
    ("strchr", "ppi", Run::Machine(strchr)),
    ("strrchr", "ppi", Run::Machine(strrchr)),
    ("strstr", "ppp", Run::Machine(strstr)),
    ("strdup", "pp", Run::Machine(strdup)),
    ("strndup", "ppl", Run::Machine(strndup)),
];

const ALL: u64 = u64::MAX;

fn strlen(m: &mut Machine<'_, '_>, &[text, ..]: &Args) -> Faulty<Flow> {
    next(m.memory.text(text, ALL)?.len() as u64)
}

fn strnlen(m: &mut Machine<'_, '_>, &[text, most, ..]: &Args) -> Faulty<Flow> {
    next(m.memory.text(text, most)?.len() as u64)
}

fn strcmp(m: &mut Machine<'_, '_>, &[a, b, ..]: &Args) -> Faulty<Flow> {
    strncmp(m, &[a, b, ALL, 0, 0, 0])
}

fn strncmp(m: &mut Machine<'_, '_>, &[a, b, most, ..]: &Args) -> Faulty<Flow> {
    // The first difference, where a string that has ended counts as zeros.
    let (a, b) = (m.memory.text(a, most)?, m.memory.text(b, most)?);
    let byte = |text: &[u8], i: usize| i32::from(text.get(i).copied().unwrap_or(0));
    let differences = (0..a.len().max(b.len())).map(|i| byte(a, i) - byte(b, i));
    next(int(differences.into_iter().find(|&d| d != 0).unwrap_or(0)))
}

/// Writes `bytes`, which were read from `from`, to `to`, followed by a zero.
fn put(m: &mut Machine<'_, '_>, to: u64, from: u64, mut bytes: Vec<u8>) -> Faulty<()> {
    bytes.push(0);
    disjoint(to, bytes.len() as u64, from, bytes.len() as u64)?;
    m.memory.write(to, &bytes)
}

fn strcpy(m: &mut Machine<'_, '_>, &[to, from, ..]: &Args) -> Faulty<Flow> {
    let text = m.memory.text(from, ALL)?.to_vec();
    put(m, to, from, text)?;
    next(to)
}

fn strncpy(m: &mut Machine<'_, '_>, &[to, from, size, ..]: &Args) -> Faulty<Flow> {
    let text = m.memory.text(from, size)?.to_vec();
    disjoint(to, size, from, text.len() as u64)?;
    if size != 0 {
        // What is left is filled with zeros.
        m.memory.fill(to, 0, size)?;
        m.memory.write(to, &text)?;
    }
    next(to)
}

fn strcat(m: &mut Machine<'_, '_>, &[to, from, ..]: &Args) -> Faulty<Flow> {
    strncat(m, &[to, from, ALL, 0, 0, 0])
}

fn strncat(m: &mut Machine<'_, '_>, &[to, from, most, ..]: &Args) -> Faulty<Flow> {
    let end = to + m.memory.text(to, ALL)?.len() as u64;
    let text = m.memory.text(from, most)?.to_vec();
    put(m, end, from, text)?;
    next(to)
}

fn strchr(m: &mut Machine<'_, '_>, &[text, byte, ..]: &Args) -> Faulty<Flow> {
    find(m, text, |bytes| bytes.iter().position(|&b| b == byte as u8))
}

fn strrchr(m: &mut Machine<'_, '_>, &[text, byte, ..]: &Args) -> Faulty<Flow> {
    find(m, text, |bytes| bytes.iter().rposition(|&b| b == byte as u8))
}

fn strstr(m: &mut Machine<'_, '_>, &[text, part, ..]: &Args) -> Faulty<Flow> {
    let part = m.memory.text(part, ALL)?.to_vec();
    find(m, text, |bytes| match part.len() {
        0 => Some(0),
        length => bytes.windows(length).position(|window| window == part),
    })
}

/// The address of what `search` finds in a string; its terminating zero can be found, too.
fn find(m: &Machine<'_, '_>, text: u64, search: impl Fn(&[u8]) -> Option<usize>) -> Faulty<Flow> {
    let mut bytes = m.memory.text(text, ALL)?.to_vec();
    bytes.push(0);
    next(search(&bytes).map_or(0, |at| text + at as u64))
}

fn strdup(m: &mut Machine<'_, '_>, &[text, ..]: &Args) -> Faulty<Flow> {
    strndup(m, &[text, ALL, 0, 0, 0, 0])
}

fn strndup(m: &mut Machine<'_, '_>, &[text, most, ..]: &Args) -> Faulty<Flow> {
    let mut bytes = m.memory.text(text, most)?.to_vec();
    bytes.push(0);
    let copy = m.memory.alloc(bytes.len() as u64, m.pc)?;
    m.memory.write(copy, &bytes)?;
    next(copy)
}

//! `ask`, which answers from [`Options::answers`](crate::Options::answers).

use super::{Args, Entry, Flow, Run, next};
use crate::machine::Machine;
use crate::trap::Faulty;

pub(super) const TABLE: &[Entry] = &[("ask", "ll", Run::Machine(ask))];

fn ask(m: &mut Machine<'_, '_>, &[site, ..]: &Args) -> Faulty<Flow> {
    next(m.script.answer(site as i64) as u64)
}

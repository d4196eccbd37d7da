//! Whether a function can return at all, from its control flow alone.

use luma_ir::dataflow::{Flow, Interpreter, LoopHead, Target, Turn, Ways, interpret};
use luma_ir::{Function, Module, Op, fold};

use crate::Summaries;

/// Whether control can reach the end of `f`, considering calls that never return and conditions
/// that are constants.
pub(crate) fn returns(module: &Module, f: &Function, known: &Summaries) -> bool {
    let mut reach = Reach { f, known, returned: false };
    interpret(&module.context, f, &mut reach, ());
    reach.returned
}

struct Reach<'a> {
    f: &'a Function,
    known: &'a Summaries<'a>,
    returned: bool,
}

impl Interpreter for Reach<'_> {
    type State = ();

    fn join(&mut self, (): &mut (), (): ()) {}

    fn transfer(&mut self, op: Op, (): &mut ()) -> bool {
        let callee = luma_ir::callee(self.f, op);
        let summary = callee.and_then(|callee| self.known.get(callee));
        !summary.is_some_and(|summary| summary.never_returns)
    }

    fn branch(&mut self, flow: &Flow<'_>, op: Op, (): (), targets: &[Target]) -> Ways<()> {
        let value = flow.chooser(op).and_then(|value| fold::int_constant(self.f, value));
        let chosen = value.and_then(|value| flow.chosen(op, value));
        let taken = |at: usize| chosen.is_none_or(|chosen| chosen == at).then_some(());
        (0..targets.len()).map(taken).collect()
    }

    fn exit(&mut self, (): ()) {
        self.returned = true;
    }

    fn enter(&mut self, _head: LoopHead, (): ()) {}

    /// Everything in a loop that can be reached is reached in its first iteration.
    fn turn(&mut self, _head: LoopHead, _back: Option<()>) -> Turn<()> {
        Turn::Done
    }
}

//! Calls: arguments are borrowed, unless an `own.give` before the call says otherwise.

use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Op, Value};

use super::Engine;
use super::defect::Use;
use super::state::{Root, State};
use crate::summary::{Departure, Kept};

impl Engine<'_> {
    /// Executes a call and returns whether the callee returns.
    pub(super) fn call(&mut self, state: &mut State, op: Op) -> bool {
        let f = self.f;
        let callee = luma::Call(op).callee_attr(f).and_then(Attribute::as_symbol);
        let summaries = self.summaries;
        let summary = callee.and_then(|callee| summaries.get(callee));
        if summary.is_some_and(|summary| summary.never_returns) {
            return false;
        }
        let writes = summary.is_none_or(|summary| summary.writes);
        let effects = summary.map_or(&[][..], |summary| &summary.effects);
        let hides = summary.is_some_and(|summary| summary.hides);
        for &arg in f.operands(op) {
            if self.is_given(arg) {
                continue;
            }
            if self.is_ptr(arg) {
                let val = self.value(state, arg);
                let at = self.text_of(op, arg);
                self.check_use(state, val, Use::Pass, at);
            }
        }
        if let Some(summary) = summary {
            self.check_uses(state, op, summary);
        }
        if writes || effects.is_empty() || hides {
            for &parameter in summary.iter().flat_map(|summary| summary.keeps.keys()) {
                let Some(&arg) = f.operands(op).get(parameter as usize) else { continue };
                let val = self.value(state, arg);
                if let Some(outer) = val.term().and_then(|term| self.parameter(term)) {
                    let by = callee.map_or(Kept::Unknown, Kept::By);
                    self.summary.keeps.entry(outer).or_insert(by);
                }
                state.escape(val, Departure::Call);
            }
        }
        if writes {
            for &arg in f.operands(op) {
                if self.is_aggregate(arg) {
                    // Its copy may hold pointers whose memory is changed or freed.
                    let root = Root::Aggregate(arg);
                    let cells = state.cells_of(root).to_vec();
                    state.havoc(root, Departure::Call);
                    for cell in cells {
                        state.set_cell(root, cell.offset, cell.scalar(), cell.val);
                    }
                } else if self.is_ptr(arg) && !self.is_given(arg) {
                    let val = self.value(state, arg);
                    if let Some((root, _)) = val.address() {
                        state.havoc(root, Departure::Call);
                    }
                }
            }
            state.clobber(None, Departure::Call);
            self.summary.writes |= self.passes_foreign(state, op);
        }
        if summary.is_some_and(|summary| summary.scribbles) && !writes {
            self.scribble_arguments(state, op);
        }
        if !effects.is_empty() {
            return self.apply(state, op, effects, writes);
        }
        if f.results(op).first().is_some_and(|&result| self.is_ptr(result)) {
            self.may_be_inside(state, op);
        }
        true
    }

    /// The callee may change non-pointers in all memory it can reach.
    fn scribble_arguments(&mut self, state: &mut State, op: Op) {
        let f = self.f;
        let mut stack: Vec<Root> = Vec::new();
        for &arg in f.operands(op) {
            if self.is_aggregate(arg) {
                stack.push(Root::Aggregate(arg));
            } else if self.is_ptr(arg) {
                stack.extend(self.value(state, arg).address().map(|(root, _)| root));
            }
        }
        let mut seen: Vec<Root> = Vec::new();
        while let Some(root) = stack.pop() {
            if !seen.contains(&root) {
                seen.push(root);
                let held = state.cells_of(root).iter().filter(|cell| cell.pointer);
                stack.extend(held.filter_map(|cell| cell.val.address()).map(|(root, _)| root));
                if !matches!(root, Root::Aggregate(_)) {
                    state.scribble(root);
                }
            }
        }
        state.scribble_others(None, false);
        self.summary.scribbles |= self.passes_foreign(state, op);
    }

    /// Whether the callee may reach memory this function did not create.
    pub(super) fn passes_foreign(&mut self, state: &State, op: Op) -> bool {
        let operands: Vec<Value> = self.f.operands(op).to_vec();
        operands.is_empty()
            || operands.into_iter().any(|arg| {
                self.is_aggregate(arg)
                    || (self.is_ptr(arg)
                        && !matches!(
                            self.value(state, arg).address(),
                            Some((Root::Local(_) | Root::Text(_), _)) | None
                        ))
            })
    }

    pub(super) fn is_given(&self, value: Value) -> bool {
        self.f.def_op(value).is_some_and(|def| self.f.op_name(def) == own::Give::NAME)
    }

    /// The operation whose source text is the argument `value` of `op`.
    pub(super) fn text_of(&self, op: Op, value: Value) -> Op {
        match self.f.def_op(value) {
            Some(def)
                if self.f.op_name(def) != luma::Local::NAME
                    && self.parameter_taken(def).is_none() =>
            {
                def
            }
            _ => op,
        }
    }
}

//! Drives the analysis over control flow: what the shared engine asks at each point.

use luma_ir::dataflow::{Flow, Goal, Interpreter, LoopHead, Point, Target, Turn, Way, Ways};
use luma_ir::{Block, Op, Region, Value};

use super::Engine;
use super::defect::Loss;
use super::history::Event;
use super::join::limit;
use super::state::{Root, State};

impl Interpreter for Engine<'_> {
    type State = Vec<State>;

    fn join(&mut self, states: &mut Vec<State>, other: Vec<State>) {
        states.extend(other);
    }

    fn transfer(&mut self, op: Op, states: &mut Vec<State>) -> bool {
        states.retain_mut(|state| self.execute(state, op));
        if !self.forks.is_empty() {
            states.append(&mut self.forks);
            limit(states, &self.histories, self.max_states());
        }
        if self.recorder.is_some() {
            self.record(op, states);
        }
        !states.is_empty()
    }

    fn branch(
        &mut self,
        flow: &Flow<'_>,
        op: Op,
        states: Vec<State>,
        targets: &[Target],
    ) -> Ways<Vec<State>> {
        if self.recorder.is_some() && self.f.op_regions(op).is_empty() {
            self.record(op, &states);
        }
        let ways = self.ways(flow, op, states, targets).into_iter();
        ways.map(|states| (!states.is_empty()).then_some(states)).collect()
    }

    fn arrive(&mut self, point: Point, states: &mut Vec<State>, sources: u32, depth: u32) {
        self.defer_depth = depth;
        for state in states.iter_mut() {
            self.note_escapes(state);
        }
        if sources > 1 {
            limit(states, &self.histories, self.max_states());
        }
        if let Point::At(Goal::After(op)) = point {
            for state in states.iter_mut() {
                for &value in self.index.dying(op) {
                    state.drop_value(value);
                }
                if state.dirty {
                    self.settle(state, Loss::Discarded, Some(op));
                }
            }
            if self.recorder.is_some() {
                self.record(op, states);
            }
        }
    }

    fn defer(
        &mut self,
        flow: &Flow<'_>,
        region: Region,
        at: usize,
        way: Way,
        states: &mut Vec<State>,
    ) {
        let defers = flow.defers(region);
        let Some(&defer) = defers.get(at) else { return };
        if let Some(&block) = self.f.blocks(region).first() {
            let next = defers.get(at + 1).copied();
            self.end_variables(block, states, (defer, next), loss(way));
        }
        for state in states {
            self.note(state, Event::Defer { op: defer });
        }
    }

    fn leave(&mut self, region: Region, way: Way, states: &mut Vec<State>) {
        let f = self.f;
        for &block in f.blocks(region) {
            self.leave_block(block, states, loss(way), f.last(block));
        }
    }

    fn exit(&mut self, states: Vec<State>) {
        self.returned = true;
        for mut state in states {
            self.finish(&mut state);
        }
    }

    fn enter(&mut self, head: LoopHead, states: Vec<State>) -> Vec<State> {
        self.start_loop(head, states)
    }

    fn turn(&mut self, _head: LoopHead, back: Option<Vec<State>>) -> Turn<Vec<State>> {
        self.end_turn(back)
    }
}

/// How objects are lost when a scope ends.
fn loss(way: Way) -> Loss {
    match way {
        Way::Return => Loss::Exit,
        Way::End(_) | Way::Break | Way::Continue => Loss::Scope,
    }
}

impl Engine<'_> {
    /// Ends the variables of `block` declared after `defer` (and before `next`, whose turn is over):
    /// none of the deferred code still to run can see them. Without this, states would differ in
    /// what no code can tell apart.
    fn end_variables(
        &mut self,
        block: Block,
        states: &mut Vec<State>,
        (defer, next): (Op, Option<Op>),
        loss: Loss,
    ) {
        let f = self.f;
        let after = |local: Value, op: Op| {
            f.def_op(local).is_some_and(|def| self.index.position(def) > self.index.position(op))
        };
        let ended: Vec<Value> = self
            .index
            .locals(block)
            .iter()
            .copied()
            .filter(|&local| after(local, defer) && next.is_none_or(|next| !after(local, next)))
            .collect();
        if ended.is_empty() {
            return;
        }
        let loss = if f.entry() == Some(block) { Loss::Exit } else { loss };
        let at = f.last(block);
        for state in states.iter_mut() {
            for &local in &ended {
                state.clear_root(Root::Local(local));
                state.unexpose(Root::Local(local));
            }
            if state.dirty {
                self.settle(state, loss, at);
            }
            state.swept = 0;
            self.sweep(state);
        }
        limit(states, &self.histories, self.max_states());
    }

    /// Ends the scope of `block`: its variables and SSA values are gone.
    fn leave_block(&mut self, block: Block, states: &mut Vec<State>, loss: Loss, at: Option<Op>) {
        let f = self.f;
        let is_body = f.entry() == Some(block);
        for state in states.iter_mut() {
            for &local in self.index.locals(block) {
                state.clear_root(Root::Local(local));
                state.unexpose(Root::Local(local));
            }
            let gone = |value: Value| match f.def(value) {
                luma_ir::Def::Result(op, _) => f.parent(op) == Some(block),
                luma_ir::Def::Arg(home, _) => home == block,
            };
            let values: Vec<Value> =
                state.values.iter().map(|&(value, _)| value).filter(|&v| gone(v)).collect();
            values.into_iter().for_each(|value| state.drop_value(value));
            let mut aggregates: Vec<Root> = state
                .cells
                .iter()
                .map(|cell| cell.root)
                .filter(|root| matches!(root, Root::Aggregate(value) if gone(*value)))
                .collect();
            aggregates.dedup();
            aggregates.into_iter().for_each(|root| state.clear_root(root));
            let loss = if is_body { Loss::Exit } else { loss };
            if state.dirty {
                self.settle(state, loss, at);
            }
            self.sweep(state);
        }
        limit(states, &self.histories, self.max_states());
    }

    /// Forgets what is dead. In a large state that is put off until it has grown.
    pub(super) fn sweep(&mut self, state: &mut State) {
        let size = state.size();
        self.work += size as u64 / 8;
        if size > 128 && size < state.swept + state.swept / 8 {
            return;
        }
        state.sweep(&self.terms, |value| self.parameter_value(value).is_some());
        state.swept = state.size();
    }
}

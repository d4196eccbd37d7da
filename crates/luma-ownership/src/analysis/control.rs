//! Control flow: the callbacks of the shared engine.

use luma_diagnostics::OrNever as _;
use luma_ir::dataflow::{Flow, Goal, Interpreter, LoopHead, Point, Target, Turn, Way, Ways};
use luma_ir::dialects::luma;
use luma_ir::{Block, Op, Region, Value};

use super::Engine;
use super::defect::Loss;
use super::history::Event;
use super::join::limit;
use super::state::{Root, State};

/// States with more entries are only swept once they have grown.
const LARGE: usize = 128;

impl Interpreter for Engine<'_> {
    type State = Vec<State>;

    fn join(&mut self, states: &mut Vec<State>, other: Vec<State>) {
        states.extend(other);
    }

    fn transfer(&mut self, op: Op, states: &mut Vec<State>) -> bool {
        states.retain_mut(|state| self.execute(state, op));
        if !self.forks.is_empty() {
            states.append(&mut self.forks);
            self.limit(states);
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
            self.note_escapes(state, None);
        }
        if let Point::At(Goal::After(op)) = point {
            for state in states.iter_mut() {
                self.end_dead(state, op);
                if state.dirty {
                    self.settle(state, Loss::Discarded, Some(op));
                }
            }
        }
        if sources > 1 {
            if matches!(point, Point::Leave { .. }) {
                self.sweep_all(states);
            }
            self.limit(states);
        }
        if let Point::At(Goal::After(op)) = point
            && self.recorder.is_some()
        {
            self.record(op, states);
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
        let defer = defers[at];
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
        if let (Way::Break, Some(op)) = (way, f.region_op(region)) {
            self.leave_merged(op, states);
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

/// How objects are lost when control leaves a scope in this way.
fn loss(way: Way) -> Loss {
    match way {
        Way::Return => Loss::Exit,
        Way::End(_) | Way::Break | Way::Continue => Loss::Scope,
    }
}

impl Engine<'_> {
    /// Merges states until their number is within the bound.
    pub(super) fn limit(&mut self, states: &mut Vec<State>) {
        let max = self.max_states();
        limit(states, &self.histories, &mut self.terms, max);
    }

    /// Ends the variables of `block` declared after `defer` (and before `next`, which has already
    /// run): no deferred code that is still to run can see them. Otherwise states would differ in
    /// ways that no code can observe.
    fn end_variables(
        &mut self,
        block: Block,
        states: &mut Vec<State>,
        (defer, next): (Op, Option<Op>),
        loss: Loss,
    ) {
        let f = self.f;
        let locals = self.index.locals(block);
        let until = |op: Op| {
            let op = self.index.position(op);
            locals.partition_point(|&local| {
                f.def_op(local).is_some_and(|def| self.index.position(def) <= op)
            })
        };
        let end = next.map_or(locals.len(), until);
        let ended = locals.get(until(defer)..end);
        let ended = ended.or_never(&[], "defers are run from the last to the first").to_vec();
        if ended.is_empty() {
            return;
        }
        let loss = if f.entry() == Some(block) { Loss::Exit } else { loss };
        let at = f.last(block);
        for state in states.iter_mut() {
            state.end_locals(&ended, &self.terms);
            if state.dirty {
                self.settle(state, loss, at);
            }
            self.sweep(state);
        }
        if states.len() > 1 {
            self.sweep_all(states);
        }
        self.limit(states);
    }

    /// Ends the scope of `block`: its variables and SSA values are gone.
    fn leave_block(&mut self, block: Block, states: &mut Vec<State>, loss: Loss, at: Option<Op>) {
        let f = self.f;
        let is_body = f.entry() == Some(block);
        for state in states.iter_mut() {
            state.end_locals(self.index.locals(block), &self.terms);
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
        self.limit(states);
    }

    /// Forgets what nothing uses after `op`.
    pub(super) fn end_dead(&mut self, state: &mut State, op: Op) {
        for &value in self.index.dying(op) {
            let is_variable =
                self.f.def_op(value).is_some_and(|def| self.f.op_name(def) == luma::Local::NAME);
            if !is_variable {
                state.drop_value(value);
            } else if self.recorder.is_none() {
                // Recorded facts list all names that still lead to an object.
                state.end_unused(value, &self.terms);
            }
        }
    }

    /// Forgets what is dead in states that are about to be compared.
    fn sweep_all(&mut self, states: &mut [State]) {
        for state in states.iter_mut().filter(|state| state.size() > LARGE) {
            state.swept = 0;
            self.sweep(state);
        }
    }

    /// Forgets what is dead. For a large state this is postponed until it has grown.
    pub(super) fn sweep(&mut self, state: &mut State) {
        let size = state.size();
        self.work += size as u64 / 8;
        if size > LARGE && size < state.swept + state.swept / 8 {
            return;
        }
        state.sweep(&self.terms);
        state.swept = state.size();
    }
}

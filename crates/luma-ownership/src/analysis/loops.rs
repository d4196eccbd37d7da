//! Loops: the first iterations are followed one by one, then the rest is iterated on merged states
//! to a fixed point.

use luma_diagnostics::never;
use luma_ir::Op;
use luma_ir::dataflow::{Goal, LoopHead, Point, Turn};
use luma_ir::dialect::Control;

use super::Engine;
use super::join::{Head, limit};
use super::state::{Root, State, Status, Val, Writers};
use super::term::Ageing;
use crate::summary::Departure;

/// Loops nested deeper than this are not iterated.
const MAX_LOOP_DEPTH: u32 = 6;
/// Maximum number of rounds before the search for a fixed point is given up.
const MAX_ROUNDS: u32 = 16;
/// Maximum number of iterations of an outermost loop that are followed while its condition is
/// known, as with constant bounds.
const MAX_DECIDED: u8 = 12;

/// A loop that is being followed.
#[derive(Debug)]
pub(super) struct Running {
    /// The operation, for a structured loop.
    op: Option<Op>,
    phase: Phase,
    /// `Engine::widening` outside of it.
    widening: bool,
    /// Whether it was known in every iteration that there would be another one or not.
    decided: bool,
    /// Memory of which a merged iteration has read a pointer at an unknown index.
    indexed: Vec<Root>,
    /// Whether `indexed` has grown since the round before.
    grown: bool,
}

#[derive(Debug)]
enum Phase {
    /// Iterations are followed one by one: `count` have been so far, and at least `exact` will be;
    /// if `follows`, as many as are decided.
    Exact { count: u8, exact: u8, follows: bool, seen: Vec<State> },
    /// Merged states go round until the head no longer changes.
    Merged { head: Head, rounds: u32 },
    /// One more pass over the body, with everything it may change forgotten.
    Last,
}

impl Engine<'_> {
    /// Starts a loop.
    pub(super) fn start_loop(&mut self, head: LoopHead, states: Vec<State>) -> Vec<State> {
        let op = self.loop_of(head.point);
        let widening = self.widening;
        self.loops.push(Running {
            op,
            phase: Phase::Last,
            widening,
            decided: true,
            indexed: Vec::new(),
            grown: false,
        });
        let depth = self.loops.len();
        let (phase, states) = if depth as u32 > MAX_LOOP_DEPTH || self.is_coarse() {
            (Phase::Last, self.give_up(op, states))
        } else {
            let busy = op.is_some_and(|op| self.index.is_busy(op));
            let exact: u8 = match (busy, self.widening, depth) {
                (false, ..) => 0,
                (_, true, 1..=3) => 1,
                (_, true, _) => 0,
                (_, _, 1 | 2) => 3,
                (_, _, 3) => 1,
                _ => 0,
            };
            let follows = self.work < self.budget / 4;
            let exact = if busy && follows { exact.max(1) } else { exact };
            if exact > 0 {
                let seen = states.clone();
                (Phase::Exact { count: 0, exact, follows, seen }, states)
            } else {
                self.summarise(op, states)
            }
        };
        if let Some(running) = self.loops.last_mut() {
            running.phase = phase;
        }
        states
    }

    /// Ends an iteration of the innermost loop; `back` starts the next.
    pub(super) fn end_turn(&mut self, back: Option<Vec<State>>) -> Turn<Vec<State>> {
        let Some(mut running) = self.loops.pop() else {
            never!("an iteration ends outside of all loops");
            return Turn::Done;
        };
        let op = running.op;
        let back = back.unwrap_or_default();
        let max = self.max_states();
        // The loop is still running while its states are aged and merged.
        let turn = match std::mem::replace(&mut running.phase, Phase::Last) {
            Phase::Exact { count, exact, follows, mut seen } => {
                let mut states = back;
                self.age(op, &mut states, MAX_DECIDED, 1);
                limit(&mut states, &self.histories, &mut self.terms, max);
                states.retain(|state| !seen.iter().any(|old| old.same(state)));
                let count = count + 1;
                if states.is_empty() {
                    Turn::Done
                } else if count < MAX_DECIDED && (count < exact || (follows && running.decided)) {
                    seen.extend(states.iter().cloned());
                    running.phase = Phase::Exact { count, exact, follows, seen };
                    Turn::Follow(states)
                } else {
                    let (phase, states) = self.summarise(op, states);
                    running.phase = phase;
                    Turn::Follow(states)
                }
            }
            Phase::Merged { mut head, rounds } => {
                let mut states = back;
                self.age(op, &mut states, 1, 1);
                let mut changed = std::mem::take(&mut running.grown);
                for state in states {
                    changed |= head.add(state, max, &mut self.terms, op);
                }
                if !changed {
                    Turn::Done
                } else if rounds + 1 >= MAX_ROUNDS || self.is_coarse() {
                    Turn::Again(self.give_up(op, head.states))
                } else {
                    let states = head.states.clone();
                    running.phase = Phase::Merged { head, rounds: rounds + 1 };
                    Turn::Again(states)
                }
            }
            Phase::Last => Turn::Done,
        };
        match turn {
            Turn::Done => self.widening = running.widening,
            _ => self.loops.push(running),
        }
        turn
    }

    /// Merges what starts an iteration.
    fn summarise(&mut self, op: Option<Op>, mut states: Vec<State>) -> (Phase, Vec<State>) {
        self.widening = true;
        self.age(op, &mut states, 1, 0);
        let max = self.max_states();
        limit(&mut states, &self.histories, &mut self.terms, max);
        let mut head = Head::default();
        for state in states {
            head.add(state, max, &mut self.terms, op);
        }
        if self.is_coarse() {
            return (Phase::Last, self.give_up(op, head.states));
        }
        let states = head.states.clone();
        (Phase::Merged { head, rounds: 0 }, states)
    }

    /// Forgets everything a loop might change, so that one more pass over its body finds all that
    /// can be found.
    fn give_up(&mut self, op: Option<Op>, mut states: Vec<State>) -> Vec<State> {
        for state in &mut states {
            let objects: Vec<Root> = state.objects.iter().map(|&(root, _)| root).collect();
            for root in objects {
                state.escape(Val::at(root, Some(0)), Departure::Effort);
                // A variable that says whether it is freed is forgotten as well.
                if let Some(object) = state.object_mut(root)
                    && matches!(object.status, Status::Freed(_) | Status::Given(_))
                {
                    object.status = Status::Escaped;
                    self.summary.leaves.extend(root.site().map(|site| (site, Departure::Effort)));
                }
            }
            (state.vague, state.scribbled) = (true, true);
            (state.writers, state.scribblers) = (Writers::Several, Writers::Several);
            state.cells.clear();
            state.ranges.clear();
            state.relations.clear();
            match op {
                Some(op) => self.forget_carried(state, op),
                None => state.values.clear(),
            }
            state.dirty = false;
        }
        limit(&mut states, &self.histories, &mut self.terms, 4);
        states
    }

    /// Forgets the values that the loop `op` carries.
    fn forget_carried(&self, state: &mut State, op: Op) {
        let f = self.f;
        for &region in f.op_regions(op) {
            for &block in f.blocks(region) {
                f.block_args(block).iter().for_each(|&arg| state.drop_value(arg));
            }
        }
    }

    /// Renames what was made in a structured loop.
    fn age(&mut self, op: Option<Op>, states: &mut [State], cap: u8, step: u8) {
        let Some(op) = op else { return };
        let index = &self.index;
        let inside = |inner: Op| index.inside(inner, op);
        let ageing = Ageing { f: self.f, of: op, inside: &inside, cap, step };
        for state in states.iter_mut() {
            state.age(&mut self.terms, &ageing);
        }
        for state in states {
            self.sweep(state);
        }
    }

    /// Notes that a pointer was read from `root` at an unknown index.
    pub(super) fn read_at_unknown_index(&mut self, root: Root) {
        for running in &mut self.loops {
            if matches!(running.phase, Phase::Merged { .. }) && !running.indexed.contains(&root) {
                running.indexed.push(root);
                running.grown = true;
            }
        }
    }

    /// Leaves the loop `op`. Which of the elements that merged iterations have read are freed by
    /// now is unknown, even if a state seems to know one.
    pub(super) fn leave_merged(&mut self, op: Op, states: &mut [State]) {
        let Some(running) = self.loops.iter().rev().find(|running| running.op == Some(op)) else {
            return;
        };
        if !matches!(running.phase, Phase::Merged { .. }) {
            return;
        }
        for state in states {
            for &root in &running.indexed {
                let held: Vec<Val> = state.cells_of(root).iter().map(|cell| cell.val).collect();
                held.into_iter().for_each(|val| state.escape(val, Departure::Index));
            }
        }
    }

    /// Records that the condition of the innermost loop was not known, if `op` is that loop.
    pub(super) fn undecided(&mut self, op: Op) {
        if let Some(running) = self.loops.last_mut()
            && running.op == Some(op)
        {
            running.decided = false;
        }
    }

    /// The structured loop that is entered at `point`.
    fn loop_of(&self, point: Point) -> Option<Op> {
        let Point::At(Goal::Block(block)) = point else { return None };
        let region = self.f.block_region(block);
        let op = self.f.region_op(region)?;
        let is_loop = self.module.context.op_def(self.f.op_name(op)).control == Control::Loop;
        let is_entry = self.f.blocks(region).first() == Some(&block);
        (is_loop && is_entry).then_some(op)
    }
}

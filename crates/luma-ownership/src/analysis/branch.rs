//! Branches: the states in which each target is entered, and the values passed along.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dataflow::{Flow, Goal, Target};
use luma_ir::dialects::{attr, luma};
use luma_ir::{Attribute, Op, Type, Value};
use smallvec::SmallVec;

use super::Engine;
use super::history::Event;
use super::state::{Cell, Root, State, Val};
use crate::summary::Scalar;

/// Maximum number of labels of one arm of a switch that are distinguished.
const MAX_LABELS: usize = 4;

/// The contents of a value while it is passed along.
enum Handed {
    Val(Val),
    Cells(Vec<Cell>),
}

impl Engine<'_> {
    /// The states in which each target of `op` is entered.
    pub(super) fn ways(
        &mut self,
        flow: &Flow<'_>,
        op: Op,
        states: Vec<State>,
        targets: &[Target],
    ) -> Vec<Vec<State>> {
        let f = self.f;
        let mut ways = match flow.chooser(op) {
            Some(_) if f.op_attribute(op, attr::CASES).is_some() => {
                self.select(op, states, targets.len())
            }
            Some(chooser) if targets.len() == 2 && f.value_type(chooser) == Type::I1 => {
                self.test(flow, op, chooser, states)
            }
            _ => self.any(op, states, targets.len()),
        };
        for (target, states) in targets.iter().zip(&mut ways) {
            let handed = flow.handed(op, target);
            for state in states {
                if target.to == Goal::Exit {
                    self.returns(state, op);
                }
                self.hand(state, handed);
            }
        }
        ways
    }

    /// Splits on an `i1`.
    fn test(
        &mut self,
        flow: &Flow<'_>,
        op: Op,
        chooser: Value,
        states: Vec<State>,
    ) -> Vec<Vec<State>> {
        // The end of a loop's condition is recorded as a branch of the loop, where 1 is another
        // iteration.
        let is_end = self.f.op_regions(op).is_empty() && self.f.successors(op).is_empty();
        let outer = flow.region(op).and_then(|region| self.f.region_op(region));
        let (teller, regions) = match outer.filter(|_| is_end) {
            Some(outer) => (outer, [1, 0]),
            None => (op, [0, 1]),
        };
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for state in states {
            let val = self.value(&state, chooser);
            let [a, b] = self.split(state, teller, val, regions);
            if a.is_some() && b.is_some() {
                self.undecided(teller);
            }
            for (truth, way, states) in [(true, a, &mut yes), (false, b, &mut no)] {
                if let Some(mut state) = way {
                    self.place_cursor(&mut state, chooser, truth);
                    states.push(state);
                }
            }
        }
        if is_end {
            self.leave_merged(teller, &mut no);
        }
        vec![yes, no]
    }

    /// A pointer that has moved by an unknown number of bytes, and compares equal to one at a known
    /// offset into the same memory, is at that offset.
    fn place_cursor(&mut self, state: &mut State, chooser: Value, truth: bool) {
        let f = self.f;
        let Some(cmp) = f.def_op(chooser).and_then(|op| luma::Cmp::cast(f, op)) else { return };
        let pred = cmp.pred_attr(f).and_then(Attribute::as_str);
        let (a, b) = (cmp.lhs(f), cmp.rhs(f));
        if pred != Some(if truth { "eq" } else { "ne" }) || !self.is_ptr(a) {
            return;
        }
        // The variables from which the operands have just been loaded.
        let place = |value: Value| {
            let load = f.def_op(value).filter(|&op| f.op_name(op) == luma::Load::NAME)?;
            let &place = f.operands(load).first()?;
            f.def_op(place).is_some_and(|op| f.op_name(op) == luma::Local::NAME).then_some(place)
        };
        let held =
            |state: &State, value: Value| Some(state.cell(Root::Local(place(value)?), 0)?.val);
        for (moved, other) in [(a, b), (b, a)] {
            if let (Some(Val::Ptr(r, None)), Some(val @ Val::Ptr(s, Some(_)))) =
                (held(state, moved), held(state, other))
                && r == s
                && let Some(place) = place(moved)
            {
                state.set_cell(Root::Local(place), 0, Scalar::POINTER, val);
            }
        }
    }

    /// Any target may be entered.
    fn any(&mut self, op: Op, states: Vec<State>, targets: usize) -> Vec<Vec<State>> {
        let Some(others) = targets.checked_sub(1) else { return Vec::new() };
        let mut ways: Vec<Vec<State>> = (0..others).map(|_| states.clone()).collect();
        ways.push(states);
        if others > 0 {
            for (at, states) in ways.iter_mut().enumerate() {
                for state in states {
                    self.note(state, Event::Branch { op, region: at as u32 });
                }
            }
        }
        ways
    }

    /// Assigns the values passed along to the values that receive them.
    fn hand(&mut self, state: &mut State, (from, to): (&[Value], &[Value])) {
        let vals: SmallVec<[Handed; 2]> = from
            .iter()
            .map(|&value| match self.is_aggregate(value) {
                true => Handed::Cells(state.cells_of(Root::Aggregate(value)).to_vec()),
                false => Handed::Val(self.value(state, value)),
            })
            .collect();
        let mut vals = vals.into_iter();
        for &value in to {
            match vals.next() {
                Some(Handed::Val(val)) => {
                    if let Val::Ptr(Root::Object(id), _) = val {
                        self.fate(id.site).shared = true;
                    }
                    if let Some(old) = state.value(value) {
                        state.lost(old);
                    }
                    state.set_value(value, val);
                }
                Some(Handed::Cells(cells)) => {
                    let root = Root::Aggregate(value);
                    state.clear_root(root);
                    for cell in cells {
                        state.set_cell(root, cell.offset, cell.scalar(), cell.val);
                    }
                }
                None => state.drop_value(value),
            }
        }
    }

    /// Splits `state` on the truth of `condition`; `None` for a case that is impossible.
    fn split(
        &mut self,
        state: State,
        op: Op,
        condition: Val,
        regions: [u32; 2],
    ) -> [Option<State>; 2] {
        if let Some(truth) = state.truth(&self.terms, condition) {
            return if truth { [Some(state), None] } else { [None, Some(state)] };
        }
        let mut yes = state.clone();
        let mut no = state;
        let can_yes = yes.assume(&self.terms, condition, true);
        let can_no = no.assume(&self.terms, condition, false);
        if can_yes && can_no {
            self.note(&mut yes, Event::Branch { op, region: regions[0] });
            self.note(&mut no, Event::Branch { op, region: regions[1] });
        }
        [can_yes.then_some(yes), can_no.then_some(no)]
    }

    /// The states in which each target of a switch is entered, the default first.
    fn select(&mut self, op: Op, states: Vec<State>, targets: usize) -> Vec<Vec<State>> {
        let f = self.f;
        let cases = f.op_attribute(op, attr::CASES).and_then(Attribute::as_array);
        let cases = cases.or_never(&[], "a switch has cases");
        let labels: Vec<Vec<i64>> = cases
            .iter()
            .map(|case| {
                let case = case.as_array().or_never(&[], "a case is an array");
                let label = |label: &Attribute| label.as_int().or_never(0, "labels are integers");
                case.iter().map(label).collect()
            })
            .collect();
        let all: Vec<i64> = labels.iter().flatten().copied().collect();
        let mut entered: Vec<Vec<State>> = (0..targets).map(|_| Vec::new()).collect();
        let Some(&value) = f.operands(op).first() else {
            never!("a switch has a subject");
            return entered;
        };
        // The front end marks switches over all members of an enum.
        let exhaustive = f.op_attribute(op, self.module.context.symbol("exhaustive")).is_some();
        for state in states {
            let val = self.value(&state, value);
            if let Val::Int(known) = val {
                let arm = labels.iter().position(|labels| labels.contains(&known));
                entered[arm.map_or(0, |arm| arm + 1)].push(state);
                continue;
            }
            for (arm, labels) in labels.iter().enumerate() {
                let mut ways: Vec<State> = Vec::new();
                if labels.len() > MAX_LABELS {
                    ways.push(state.clone());
                } else {
                    for &label in labels {
                        let mut way = state.clone();
                        if way.assume_equal(&self.terms, val, label) {
                            ways.push(way);
                        }
                    }
                }
                for mut way in ways {
                    self.note(&mut way, Event::Branch { op, region: arm as u32 + 1 });
                    if let Some(target) = entered.get_mut(arm + 1) {
                        target.push(way);
                    }
                }
            }
            if exhaustive {
                continue;
            }
            let mut other = state;
            if other.assume_none(&self.terms, val, &all) {
                self.note(&mut other, Event::Branch { op, region: 0 });
                if let Some(target) = entered.first_mut() {
                    target.push(other);
                }
            }
        }
        for states in &mut entered {
            self.limit(states);
        }
        entered
    }
}

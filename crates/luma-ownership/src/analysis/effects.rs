//! Summaries of calls: what a final state says to callers, and what that does to a caller's state.

use luma_ir::dialects::luma;
use luma_ir::{Op, Value};

use super::Engine;
use super::state::{Range, Root, State, Status, Val};
use super::term::{Source, Term, TermData};
use crate::summary::{Effect, Left, Path};

impl Engine<'_> {
    /// Adds what the function has done on the way to a final state to its summary.
    pub(super) fn record_effects(&mut self, state: &State) {
        self.summary.writes |= state.vague;
        let mut effect = Effect {
            when: Vec::new(),
            frees: Vec::new(),
            stores: Vec::new(),
            result: self.result(state),
        };
        self.summary.null_result |= effect.result == Left::Constant(0)
            && self.f.results.first().is_some_and(|&ty| self.module.context.is_ptr(ty));
        for (term, range) in &state.ranges {
            if let Some(path) = self.path_of(*term) {
                effect.when.push((path, range.low, range.high, range.holes.to_vec()));
            }
        }
        for &(root, object) in &state.objects {
            if let (Root::Term(term), Status::Freed(_) | Status::Given(_)) = (root, object.status) {
                match self.path_of(term) {
                    Some(path) => effect.frees.push(path),
                    None => self.summary.writes = true,
                }
            }
        }
        for cell in &state.cells {
            let Root::Term(base) = cell.root else { continue };
            let unchanged = matches!(cell.val, Val::Sym(term)
                if self.terms.get(term) == TermData::Entry(base, cell.offset));
            if unchanged {
                continue;
            }
            // Stores into other unknown memory were noted when they happened.
            if let Some(path) = self.path_of(base) {
                let left = self.left(cell.val);
                effect.stores.push((path, cell.offset, cell.size, left));
            }
        }
        if !self.summary.effects.contains(&effect) {
            self.summary.effects.push(effect);
            // Far more than a caller would follow: no longer worth collecting.
            if self.summary.effects.len() > 64 {
                self.summary.simplify();
            }
        }
    }

    fn result(&self, state: &State) -> Left {
        match state.cells_of(Root::Return) {
            [cell] if cell.offset == 0 => self.left(cell.val),
            _ => Left::Unknown,
        }
    }

    fn left(&self, val: Val) -> Left {
        match val {
            Val::Int(value) => Left::Constant(value),
            Val::Sym(term) => match self.path_of(term) {
                Some(path) => Left::Entry(path, Some(0)),
                None => Left::Unknown,
            },
            Val::Ptr(Root::Term(term), offset) => match self.path_of(term) {
                Some(path) => Left::Entry(path, offset),
                None => Left::Unknown,
            },
            Val::Ptr(..) => Left::Unknown,
        }
    }

    /// The path from a parameter to `term`.
    fn path_of(&self, term: Term) -> Option<Path> {
        let mut offsets = Vec::new();
        let mut term = term;
        loop {
            match self.terms.get(term) {
                TermData::Entry(base, offset) => {
                    offsets.push(offset);
                    term = base;
                }
                TermData::Opaque { source: Source::Value(value, 0), age: 0 } => {
                    let parameter = self.parameter_value(value)?;
                    if self.is_aggregate(value) {
                        return None;
                    }
                    offsets.reverse();
                    return Some(Path { parameter, offsets });
                }
                _ => return None,
            }
        }
    }

    /// Lets a call end in each of the ways that are possible here; whether there is one. The first
    /// is left in `state`, the others in `self.forks`.
    pub(super) fn apply(
        &mut self,
        state: &mut State,
        op: Op,
        effects: &[Effect],
        writes: bool,
    ) -> bool {
        let mut ends: Vec<State> = Vec::new();
        for effect in effects {
            let mut end = state.clone();
            if self.apply_one(&mut end, op, effect, writes, effects.len() > 1) {
                ends.push(end);
            }
        }
        let mut ends = ends.into_iter();
        let Some(first) = ends.next() else {
            // Contradictory conditions: what the caller knows is beyond the summary.
            return true;
        };
        *state = first;
        self.forks.extend(ends);
        true
    }

    fn apply_one(
        &mut self,
        state: &mut State,
        op: Op,
        effect: &Effect,
        writes: bool,
        conditional: bool,
    ) -> bool {
        if conditional && !writes {
            for (path, low, high, holes) in &effect.when {
                let Some(val) = self.follow_path(state, op, path) else { continue };
                let range =
                    Range { low: *low, high: *high, holes: holes.iter().copied().collect() };
                if !state.assume_range(&self.terms, val, &range) {
                    return false;
                }
            }
        }
        let result = self.left_here(state, op, &effect.result, 0);
        if !writes {
            let frees: Vec<Val> =
                effect.frees.iter().filter_map(|path| self.follow_path(state, op, path)).collect();
            let mut stores = Vec::new();
            for (at, (path, offset, size, left)) in effect.stores.iter().enumerate() {
                let Some(base) = self.follow_path(state, op, path) else { continue };
                let target = base.address().map(|(root, start)| {
                    Val::at(root, start.and_then(|start| start.checked_add(*offset)))
                });
                let val = self.left_here(state, op, left, at as i64 + 1);
                stores.extend(target.zip(val).map(|(target, val)| (target, *size, val, left)));
            }
            for val in frees {
                self.free(state, op, val);
            }
            for (target, size, val, left) in stores {
                if matches!(left, Left::Unknown)
                    && let Some((root, Some(offset))) = target.address()
                    && let Some(cell) = state.cell(root, offset)
                {
                    let old = cell.val;
                    state.escape(old);
                }
                self.write(state, op, target, size, val);
            }
        }
        if let Some(&value) = self.f.results(op).first()
            && !self.is_aggregate(value)
        {
            match (&effect.result, result) {
                (Left::Unknown, _) | (_, None) => {
                    if self.is_ptr(value) {
                        self.may_be_inside(state, op);
                    }
                }
                (_, Some(val)) => state.set_value(value, val),
            }
        }
        true
    }

    /// An unknown result may be any pointer the arguments lead to.
    pub(super) fn may_be_inside(&mut self, state: &mut State, op: Op) {
        let args: Vec<Value> = self.f.operands(op).to_vec();
        for arg in args {
            let root = if self.is_aggregate(arg) {
                Some(Root::Aggregate(arg))
            } else if self.is_ptr(arg) {
                self.value(state, arg).address().map(|(root, _)| root)
            } else {
                None
            };
            let Some(root) = root else { continue };
            let held: Vec<Val> = state.cells_of(root).iter().map(|cell| cell.val).collect();
            held.into_iter().for_each(|val| state.escape(val));
        }
    }

    /// What is at `path` before the call.
    fn follow_path(&mut self, state: &mut State, op: Op, path: &Path) -> Option<Val> {
        let f = self.f;
        debug_assert!(f.op_name(op) == luma::Call::NAME);
        let &arg = f.operands(op).get(path.parameter as usize)?;
        let mut val = self.value(state, arg);
        for (level, &offset) in path.offsets.iter().enumerate() {
            let (root, start) = val.address()?;
            let at = start?.checked_add(offset)?;
            val = match state.cell(root, at) {
                Some(cell) => state.resolve(&self.terms, cell.val),
                None => {
                    let name = offset
                        .wrapping_mul(64)
                        .wrapping_add(level as i64)
                        .wrapping_mul(64)
                        .wrapping_add(i64::from(path.parameter));
                    let fresh = Val::Sym(self.terms.opaque(Source::Op(op, name)));
                    let val = self.entry_value(state, root, at).unwrap_or(fresh);
                    state.set_cell(root, at, 8, val);
                    val
                }
            };
        }
        Some(val)
    }

    /// A value a callee leaves, as this function knows it.
    fn left_here(&mut self, state: &mut State, op: Op, left: &Left, at: i64) -> Option<Val> {
        match left {
            Left::Constant(value) => Some(Val::Int(*value)),
            Left::Entry(path, by) => {
                let val = self.follow_path(state, op, path)?;
                if *by == Some(0) {
                    return Some(val);
                }
                let (root, start) = val.address()?;
                Some(Val::at(root, start.zip(*by).and_then(|(a, b)| a.checked_add(b))))
            }
            Left::Unknown => {
                Some(Val::Sym(self.terms.opaque(Source::Op(op, i64::MIN.wrapping_add(at)))))
            }
        }
    }
}

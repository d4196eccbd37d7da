//! Effects of calls: how a final state is summarised for callers, and how a summary is applied to a
//! caller's state.

use luma_ir::dialects::luma;
use luma_ir::{Op, Value};
use rustc_hash::FxHashMap;

use super::Engine;
use super::defect::Use;
use super::state::{Cell, ObjectId, Range, Root, State, Status, Val};
use super::term::{Source, Term, TermData};
use crate::summary::{Departure, Effect, Kept, Left, Path, Scalar, Summary};

/// Objects that calls leave behind parameters are numbered from here, separately from results.
pub(super) const FIRST_LEFT: u32 = 1 << 24;
/// Maximum number of objects left by one outcome of a call.
const MOST_LEFT: usize = 16;

impl Engine<'_> {
    /// Adds what the function has done on the way to a final state to its summary.
    pub(super) fn record_effects(&mut self, state: &State) {
        self.summary.writes |= state.vague;
        self.summary.scribbles |= state.scribbled;
        let objects = self.objects_left(state);
        let mut effect = Effect {
            when: Vec::new(),
            uses: state.used.iter().filter_map(|&term| self.path_of(term)).collect(),
            frees: Vec::new(),
            gives: Vec::new(),
            stores: Vec::new(),
            objects: self.contents(state, &objects),
            result: self.result(state, &objects),
            fields: self.fields(state, &objects),
        };
        self.summary.null_result |= effect.result == Left::Constant(0)
            && self.f.results.first().is_some_and(|&ty| self.module.context.is_ptr(ty));
        for (term, range) in &state.ranges {
            if let Some(path) = self.path_of(*term) {
                effect.when.push((path, range.low, range.high, range.holes.to_vec()));
            }
        }
        self.conditions_of_taken(state, &mut effect);
        for &(root, object) in &state.objects {
            let path = match root {
                Root::Term(term) => self.path_of(term),
                Root::Object(id) => self
                    .parameter_taken(id.site)
                    .filter(|_| id.age == 0)
                    .map(|parameter| Path { parameter, offsets: Vec::new() }),
                _ => None,
            };
            let is_gone = object.gone || matches!(object.status, Status::Freed(_));
            match (path, object.status) {
                (Some(path), Status::Freed(_) | Status::Given(_)) if is_gone => {
                    effect.frees.push(path);
                }
                (Some(path), Status::Given(_)) => effect.gives.push(path),
                (None, Status::Freed(_) | Status::Given(_)) if root.term().is_some() => {
                    self.summary.writes = true;
                }
                _ => {}
            }
            // A defect of it was reported; callers must not report it again.
            if let (Root::Term(term), Status::Muted) = (root, object.status) {
                self.summary.writes = true;
                if let Some(parameter) = self.parameter(term) {
                    self.summary.keeps.entry(parameter).or_insert(Kept::Unknown);
                }
            }
        }
        for cell in &state.cells {
            let Root::Term(base) = cell.root else { continue };
            let unchanged = matches!(cell.val, Val::Sym(term)
                if self.terms.get(term) == TermData::Entry(base, cell.offset));
            if cell.initial || unchanged {
                continue;
            }
            // Stores into other unknown memory were noted when they happened.
            if let Some(path) = self.path_of(base) {
                let left = self.left(state, &objects, cell.val);
                effect.stores.push((path, cell.offset, cell.scalar(), left));
            }
        }
        if !self.summary.effects.contains(&effect) {
            self.summary.effects.push(effect);
            // Far more than a caller would follow: no longer worth collecting.
            if self.summary.effects.len() > 64 {
                self.summary.simplify(false);
            }
        }
    }

    /// Whether the parameters that the function takes are null.
    fn conditions_of_taken(&self, state: &State, effect: &mut Effect) {
        for (&parameter, &site) in &self.takes {
            let path = Path { parameter, offsets: Vec::new() };
            match state.object(Root::Object(ObjectId { site, leaf: 0, age: 0 })) {
                None => effect.when.push((path, 0, 0, Vec::new())),
                Some(object) if !object.nullable => {
                    effect.when.push((path, i64::MIN, i64::MAX, vec![0]));
                }
                Some(_) => {}
            }
        }
    }

    /// The objects that the caller finds in the result or behind a parameter, in order.
    fn objects_left(&mut self, state: &State) -> Vec<Root> {
        let stored = |cell: &Cell| match cell.val {
            Val::Ptr(root, Some(0)) if state.is_stored(root) => Some(root),
            _ => None,
        };
        let behind = |cell: &&Cell| cell.root.term().is_some_and(|t| self.path_of(t).is_some());
        let mut found: Vec<Root> = Vec::new();
        let mut next: Vec<Root> = Vec::new();
        if !self.is_recursive {
            next.extend(state.cells.iter().filter(behind).filter_map(stored));
            next.reverse();
            next.extend(self.objects_returned(state));
        }
        while let Some(root) = next.pop() {
            if found.len() < MOST_LEFT && !found.contains(&root) {
                found.push(root);
                next.extend(state.cells_of(root).iter().rev().filter_map(stored));
            }
        }
        for &(root, object) in &state.objects {
            if let (Root::Object(id), Status::Stored) = (root, object.status) {
                if found.contains(&root) {
                    self.stored.insert(id.site);
                } else {
                    self.summary.leaves.insert((id.site, Departure::Stored));
                }
            }
        }
        found
    }

    fn objects_returned(&self, state: &State) -> Vec<Root> {
        let returned = |cell: &Cell| match cell.val {
            Val::Ptr(root, Some(0)) => {
                let status = state.object(root)?.status;
                matches!(status, Status::Returned(_)).then_some(root)
            }
            _ => None,
        };
        state.cells_of(Root::Return).iter().rev().filter_map(returned).collect()
    }

    /// What is known of the contents of `objects`. If part of that was forgotten, it may include
    /// objects that callers must not lose, so the function then counts as one that writes.
    fn contents(&mut self, state: &State, objects: &[Root]) -> Vec<Vec<(i64, Scalar, Left)>> {
        let is_partial = |&root: &Root| state.object(root).is_some_and(|object| object.partial);
        self.summary.writes |= objects.iter().any(is_partial);
        // Callers that do not learn where a parameter is stored must know that it is stored
        // somewhere.
        let outward = |status: Status| matches!(status, Status::Stored | Status::Returned(_));
        for cell in &state.cells {
            let owner = state.object(cell.root).is_some_and(|object| outward(object.status));
            if owner && let Some(path) = cell.val.term().and_then(|term| self.path_of(term)) {
                self.summary.keeps.entry(path.parameter).or_insert(Kept::Unknown);
            }
        }
        let content = |&root: &Root| {
            let cells = state.cells_of(root).iter();
            cells
                .map(|cell| (cell.offset, cell.scalar(), self.left(state, objects, cell.val)))
                .collect()
        };
        objects.iter().map(content).collect()
    }

    /// Objects stored where callers would find them leave the tracked fragment if the summary does
    /// not mention them.
    pub(super) fn note_lost_stores(&mut self) {
        if self.summary.hides || self.summary.writes || self.summary.effects.is_empty() {
            let lost = self.stored.iter().map(|&site| (site, Departure::Stored));
            self.summary.leaves.extend(lost);
        }
    }

    fn is_struct_result(&self) -> bool {
        self.f.results.first().is_some_and(|&ty| self.module.context.is_aggregate(ty))
    }

    fn fields(&self, state: &State, objects: &[Root]) -> Vec<(i64, Scalar, Left)> {
        if !self.is_struct_result() {
            return Vec::new();
        }
        let cells = state.cells_of(Root::Return).iter();
        cells
            .map(|cell| (cell.offset, cell.scalar(), self.left(state, objects, cell.val)))
            .collect()
    }

    fn result(&self, state: &State, objects: &[Root]) -> Left {
        if self.is_struct_result() {
            return Left::Unknown;
        }
        match state.cells_of(Root::Return) {
            [cell] if cell.offset == 0 => self.left(state, objects, cell.val),
            _ => Left::Unknown,
        }
    }

    fn left(&self, state: &State, objects: &[Root], val: Val) -> Left {
        match val {
            Val::Int(value) => Left::Constant(value),
            Val::Sym(term) => match (self.path_of(term), self.terms.get(term)) {
                (Some(path), _) => Left::Entry(path, Some(0)),
                (None, TermData::Plus(base, by)) => {
                    self.path_of(base).map_or(Left::Unknown, |path| Left::Sum(path, by))
                }
                _ => Left::Unknown,
            },
            Val::Ptr(Root::Term(term), offset) => match self.path_of(term) {
                Some(path) => Left::Entry(path, offset),
                None => Left::Unknown,
            },
            Val::Ptr(Root::Global(name), offset) => Left::Global(name, offset),
            Val::Ptr(root, Some(0)) => match objects.iter().position(|&object| object == root) {
                Some(number) => Left::Object {
                    number: number as u32,
                    nullable: state.object(root).is_none_or(|object| object.nullable),
                    from: root.site().and_then(|site| self.parameter_taken(site)),
                },
                None => Left::Unknown,
            },
            Val::Ptr(..) => Left::Unknown,
        }
    }

    /// The path from a parameter to `term`.
    pub(super) fn path_of(&self, term: Term) -> Option<Path> {
        let mut offsets = Vec::new();
        let mut term = term;
        loop {
            match self.terms.get(term) {
                TermData::Entry(base, offset) => {
                    offsets.push(offset);
                    term = base;
                }
                TermData::Opaque { source: Source::Value(value, offset), age: 0 } => {
                    let parameter = self.parameter_value(value)?;
                    if self.is_aggregate(value) {
                        offsets.push(offset);
                    } else if offset != 0 {
                        return None;
                    }
                    offsets.reverse();
                    return Some(Path { parameter, offsets });
                }
                _ => return None,
            }
        }
    }

    /// Applies each outcome of a call that is possible here. The first resulting state is left in
    /// `state`, the others in `self.forks`.
    pub(super) fn apply(
        &mut self,
        state: &mut State,
        op: Op,
        effects: &[Effect],
        writes: bool,
    ) -> bool {
        if let [effect] = effects {
            self.apply_one(state, op, effect, writes, false);
            return true;
        }
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
        for path in &effect.uses {
            if let Some(val) = self.follow_path(state, op, path) {
                let arg = self.f.operands(op).get(path.parameter as usize);
                let at = arg.map_or(op, |&arg| self.text_of(op, arg));
                self.check_use(state, val, Use::Pass, at);
            }
        }
        let mut objects = FxHashMap::default();
        let result = match effect.result {
            // The summary does not say where it is stored.
            Left::Object { .. } if writes => None,
            _ => self.left_here(state, op, effect, &effect.result, 0, &mut objects),
        };
        if !writes {
            let behind = |path: &&Path| !path.offsets.is_empty();
            let frees: Vec<Val> = effect
                .frees
                .iter()
                .filter(behind)
                .filter_map(|path| self.follow_path(state, op, path))
                .collect();
            let gives: Vec<Val> = effect
                .gives
                .iter()
                .filter(behind)
                .filter_map(|path| self.follow_path(state, op, path))
                .collect();
            let mut stores = Vec::new();
            for (at, (path, offset, size, left)) in effect.stores.iter().enumerate() {
                let Some(base) = self.follow_path(state, op, path) else { continue };
                let target = base.address().map(|(root, start)| {
                    Val::at(root, start.and_then(|start| start.checked_add(*offset)))
                });
                let val = self.left_here(state, op, effect, left, at as i64 + 1, &mut objects);
                stores.extend(target.zip(val).map(|(target, val)| (target, *size, val, left)));
            }
            for val in gives {
                if let Some((root, _)) = val.address() {
                    state.escape(val, Departure::Given);
                    state.havoc(root, Departure::Given);
                }
                self.free(state, op, val);
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
                    state.escape(old, Departure::Call);
                }
                self.write(state, op, target, size, val);
            }
        }
        self.settle_given(state, op, effect, writes);
        if let Some(&value) = self.f.results(op).first()
            && self.is_aggregate(value)
        {
            let mut held = Vec::new();
            for (at, (offset, size, left)) in effect.fields.iter().enumerate() {
                let at = i64::MAX - at as i64;
                let known = !(writes && matches!(left, Left::Object { .. } | Left::Unknown));
                let val = self.left_here(state, op, effect, left, at, &mut objects);
                held.extend(val.filter(|_| known).map(|val| (*offset, *size, val)));
            }
            for (offset, size, val) in held {
                state.set_cell(Root::Aggregate(value), offset, size, val);
            }
        } else if let Some(&value) = self.f.results(op).first() {
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

    /// Decides what becomes of the contents of the objects that were given to the call `op`.
    fn settle_given(&mut self, state: &mut State, op: Op, effect: &Effect, writes: bool) {
        let args: Vec<Value> = self.f.operands(op).to_vec();
        for (parameter, arg) in args.into_iter().enumerate() {
            let Val::Ptr(root @ Root::Object(_), Some(0)) = self.value(state, arg) else {
                continue;
            };
            if !self.is_given(arg) || state.cells_of(root).is_empty() {
                continue;
            }
            let itself =
                |path: &Path| path.parameter as usize == parameter && path.offsets.is_empty();
            if !writes && effect.frees.iter().any(itself) {
                if let Some(object) = state.object_mut(root) {
                    object.gone = true;
                }
                state.retain_owned(root);
            } else {
                state.escape(Val::Ptr(root, Some(0)), Departure::Given);
                state.havoc(root, Departure::Given);
            }
        }
    }

    /// Checks whether a call may use freed or given objects. Passing a struct passes the pointers
    /// in it; whether the callee uses what is behind a pointer depends on its path.
    pub(super) fn check_uses(&mut self, state: &mut State, op: Op, summary: &Summary) {
        let gone = |status| matches!(status, Status::Freed(_) | Status::Given(_));
        if !state.objects.iter().any(|(_, object)| gone(object.status)) {
            return;
        }
        for path in &summary.may_use {
            let Some(&arg) = self.f.operands(op).get(path.parameter as usize) else { continue };
            let Some(val) = self.follow_path(state, op, path) else { continue };
            let Some((root, _)) = val.address() else { continue };
            if !state.object(root).is_some_and(|object| gone(object.status)) {
                continue;
            }
            if self.is_aggregate(arg) {
                let at = self.text_of(op, arg);
                self.check_use(state, val, Use::Pass, at);
            } else {
                self.summary.leaves.insert((op, Departure::Call));
            }
        }
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
            held.into_iter().for_each(|val| state.escape(val, Departure::Call));
        }
    }

    /// What is at `path` before the call.
    fn follow_path(&mut self, state: &mut State, op: Op, path: &Path) -> Option<Val> {
        let f = self.f;
        debug_assert!(f.op_name(op) == luma::Call::NAME);
        let &arg = f.operands(op).get(path.parameter as usize)?;
        let mut val = match self.is_aggregate(arg) {
            true => Val::Ptr(Root::Aggregate(arg), Some(0)),
            false => self.value(state, arg),
        };
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
                    let val = self.entry_value(state, root, at, Scalar::POINTER).unwrap_or(fresh);
                    state.set_initial(root, at, Scalar::POINTER, val);
                    val
                }
            };
        }
        Some(val)
    }

    /// A value left by a callee, in terms of this function.
    fn left_here(
        &mut self,
        state: &mut State,
        op: Op,
        effect: &Effect,
        left: &Left,
        at: i64,
        objects: &mut FxHashMap<u32, Val>,
    ) -> Option<Val> {
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
            Left::Global(name, offset) => Some(Val::Ptr(Root::Global(*name), *offset)),
            Left::Sum(path, by) => {
                let val = self.follow_path(state, op, path)?;
                self.sum(val, *by)
            }
            Left::Object { number, nullable, from } => {
                if let Some(&known) = objects.get(number) {
                    return Some(known);
                }
                // What was null, or may have been, still is.
                let arg = from.and_then(|from| self.f.operands(op).get(from as usize).copied());
                let given = arg.map(|arg| self.value(state, arg));
                let nullable = match given {
                    Some(Val::Int(0)) => return Some(Val::Int(0)),
                    Some(Val::Ptr(root, _)) => {
                        *nullable && state.object(root).is_none_or(|object| object.nullable)
                    }
                    _ => *nullable,
                };
                let held = match given {
                    Some(Val::Ptr(root, _)) => state.cells_of(root).to_vec(),
                    _ => Vec::new(),
                };
                let val = self.new_object(state, op, FIRST_LEFT.saturating_add(*number));
                objects.insert(*number, val);
                let (root, _) = val.address()?;
                if let Some(object) = state.object_mut(root) {
                    object.nullable = nullable;
                }
                for cell in held {
                    state.set_cell(root, cell.offset, cell.scalar(), cell.val);
                }
                if let Some(Val::Ptr(old, _)) = given {
                    state.clear_root(old);
                }
                let contents = effect.objects.get(*number as usize).into_iter().flatten();
                for (offset, size, left) in contents {
                    let at = offset.wrapping_mul(64).wrapping_add(i64::from(*number) + 1);
                    if let Some(held) = self.left_here(state, op, effect, left, at, objects) {
                        state.set_cell(root, *offset, *size, held);
                    }
                }
                Some(val)
            }
            Left::Unknown => {
                Some(Val::Sym(self.terms.opaque(Source::Op(op, i64::MIN.wrapping_add(at)))))
            }
        }
    }
}

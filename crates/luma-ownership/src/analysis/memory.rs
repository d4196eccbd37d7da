//! Loads, stores and copies.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Op, Type, Value, fold};

use super::Engine;
use super::defect::{DefectKind, Use};
use super::history::Event;
use super::state::{Root, State, Status, Val, Writers};
use super::term::{Source, TermData};
use crate::summary::{Departure, Scalar};

/// Maximum number of pointers that a summary lists as used.
const MOST_USED: usize = 16;

impl Engine<'_> {
    /// Checks that the memory at `val` is still there for `how`, and reports at `at` if not.
    pub(super) fn check_use(&mut self, state: &mut State, val: Val, how: Use, at: Op) {
        let Some((root, _)) = val.address() else { return };
        let Some(object) = state.object_mut(root) else {
            if let Root::Term(term) = root
                && self.parameter(term).is_none()
                && self.terms.is_of_entry(term)
            {
                self.used.insert(term);
                if state.used.len() < MOST_USED && !state.used.contains(&term) {
                    state.used.push(term);
                }
            }
            return;
        };
        if matches!(how, Use::Read | Use::Write) {
            // With a null pointer, control would not get past this.
            object.nullable = false;
        }
        match object.status {
            Status::Freed(by) => {
                self.report(state, DefectKind::UseAfterFree(how), at, Some(root), Some(by));
            }
            Status::Given(by) => {
                self.report(state, DefectKind::UseAfterTransfer(how), at, Some(root), Some(by));
            }
            Status::Owned
            | Status::Returned(_)
            | Status::Stored
            | Status::Escaped
            | Status::Muted => {}
        }
    }

    /// The operation whose source text is the place `place`, or `op` if that is just a variable.
    fn place_op(&self, op: Op, place: Value) -> Op {
        match self.f.def_op(place) {
            Some(def) if self.f.op_name(def) != luma::Local::NAME => def,
            _ => op,
        }
    }

    pub(super) fn load(&mut self, state: &mut State, op: Op) {
        let (Some(&place), Some(&result)) =
            (self.f.operands(op).first(), self.f.results(op).first())
        else {
            return;
        };
        let at = self.value(state, place);
        self.check_use(state, at, Use::Read, op);
        let ty = self.f.value_type(result);
        if self.module.context.is_aggregate(ty) {
            self.copy(state, op, at, Val::Ptr(Root::Aggregate(result), Some(0)), ty);
            return;
        }
        let val = self.read(state, at, result, ty);
        state.set_value(result, val);
    }

    fn read(&mut self, state: &mut State, at: Val, result: Value, ty: Type) -> Val {
        let fresh = Val::Sym(self.terms.opaque(Source::Value(result, 0)));
        let Some((root, offset)) = at.address() else { return fresh };
        if let Root::Global(name) = root
            && offset == Some(0)
            && let Some(global) = self.module.globals.get(&name)
            && global.constant
            && global.ty == ty
            && let Some(value) =
                global.init.as_ref().map_or(Some(0), |init| fold::int_of(init, global.ty))
        {
            return Val::Int(value);
        }
        let Some(offset) = offset else {
            // It may be any of the pointers in there, so whoever holds it may free that.
            if self.module.context.is_ptr(ty) {
                self.read_at_unknown_index(root);
                let held: Vec<Val> = state.cells_of(root).iter().map(|cell| cell.val).collect();
                held.into_iter().for_each(|val| state.escape(val, Departure::Index));
            }
            return fresh;
        };
        let size = self.layout.size(ty).clamp(1, 8) as u8;
        match state.cell(root, offset) {
            Some(cell) if cell.size == size => {
                let val = cell.val;
                return state.resolve(&self.terms, val);
            }
            Some(_) => return fresh,
            None => {}
        }
        if ty.is_float() {
            return fresh;
        }
        let scalar = Scalar { size, pointer: self.module.context.is_ptr(ty) };
        let val = self.entry_value(state, root, offset, scalar).unwrap_or(fresh);
        state.set_initial(root, offset, scalar, val);
        state.resolve(&self.terms, val)
    }

    /// The term for what `root` held at `offset` when the function was entered, if it still does.
    pub(super) fn entry_value(
        &mut self,
        state: &State,
        root: Root,
        offset: i64,
        scalar: Scalar,
    ) -> Option<Val> {
        let base = match root {
            Root::Term(base) => base,
            // What a function takes from its caller holds what the caller has put there.
            Root::Object(id) if !self.is_recursive => {
                let object = state.object(root).filter(|object| object.old && !object.partial);
                let &parameter = self.f.operands(id.site).first().filter(|_| object.is_some())?;
                self.terms.opaque(Source::Value(parameter, 0))
            }
            _ => return None,
        };
        if !state.is_initial(root, offset, scalar) || !self.terms.is_of_entry(base) {
            return None;
        }
        self.terms.intern(TermData::Entry(base, offset)).map(Val::Sym)
    }

    pub(super) fn store(&mut self, state: &mut State, op: Op) {
        let (value, place) = (luma::Store(op).value(self.f), luma::Store(op).place(self.f));
        let at = self.value(state, place);
        let place_op = self.place_op(op, place);
        self.check_use(state, at, Use::Write, place_op);
        let ty = self.f.value_type(value);
        if self.module.context.is_aggregate(ty) {
            self.copy(state, op, Val::Ptr(Root::Aggregate(value), Some(0)), at, ty);
            return;
        }
        let val = self.value(state, value);
        let size = self.layout.size(ty).clamp(1, 8) as u8;
        let scalar = Scalar { size, pointer: self.module.context.is_ptr(ty) };
        self.write(state, op, at, scalar, val);
    }

    /// The type of the memory at `place`.
    fn element_type(&self, place: Value) -> Type {
        let element = self.module.context.element(self.f.value_type(place));
        element.or_never(Type::VOID, "an operand that is a place")
    }

    pub(super) fn copy_op(&mut self, state: &mut State, op: Op) {
        let (source, target) = (luma::Copy(op).source(self.f), luma::Copy(op).target(self.f));
        let ty = self.element_type(source);
        let from = self.value(state, source);
        let to = self.value(state, target);
        let (source_op, target_op) = (self.place_op(op, source), self.place_op(op, target));
        self.check_use(state, from, Use::Read, source_op);
        self.check_use(state, to, Use::Write, target_op);
        self.copy(state, op, from, to, ty);
    }

    pub(super) fn zero(&mut self, state: &mut State, op: Op) {
        let place = luma::Zero(op).place(self.f);
        let ty = self.element_type(place);
        let at = self.value(state, place);
        let place_op = self.place_op(op, place);
        self.check_use(state, at, Use::Write, place_op);
        match (at.address(), self.layout.leaves(ty)) {
            (Some((root, Some(offset))), Some(leaves)) => {
                for leaf in leaves {
                    let at = Val::at(root, offset.checked_add(leaf.offset));
                    self.write(state, op, at, leaf.scalar(), Val::Int(0));
                }
            }
            _ => self.overwrite(state, at, ty),
        }
    }

    /// The memory of type `ty` at `at` gets contents that are not tracked.
    fn overwrite(&mut self, state: &mut State, at: Val, ty: Type) {
        let size = self.layout.size(ty);
        let leaves = self.layout.leaves(ty);
        if leaves.is_some_and(|leaves| leaves.iter().all(|leaf| !leaf.pointer)) {
            let anywhere = at.address().map_or(at, |(root, _)| Val::at(root, None));
            let scalar = Scalar { size: 1, pointer: false };
            return self.write_number(state, anywhere, scalar, Val::Int(0));
        }
        match at.address() {
            Some((root, Some(offset))) => {
                let held: Vec<Val> = state
                    .cells_of(root)
                    .iter()
                    .filter(|cell| offset <= cell.offset && cell.offset - offset < size)
                    .map(|cell| cell.val)
                    .collect();
                held.into_iter().for_each(|val| state.escape(val, Departure::Index));
                state.clear_range(root, offset, size);
                state.writers = Writers::Several;
                self.summary.writes |= Self::is_outward(state, root);
                self.reaches_out(state, root);
            }
            Some((root, None)) => {
                state.havoc(root, Departure::Index);
                self.summary.writes |= Self::is_outward(state, root);
                self.reaches_out(state, root);
            }
            None => {
                self.summary.writes = true;
                state.clobber(None, Departure::Stored);
            }
        }
    }

    /// A store into `root` may have changed memory that is known under another name, too.
    fn reaches_out(&mut self, state: &mut State, root: Root) {
        match root {
            Root::Term(term) => {
                if self.terms.is_of_entry(term) {
                    state.clobber_outside(root, Departure::Stored);
                } else {
                    self.summary.writes = true;
                    state.clobber(Some(root), Departure::Stored);
                }
            }
            Root::Global(_) => {
                self.summary.writes = true;
                if state.cells.iter().any(|cell| matches!(cell.root, Root::Term(_))) {
                    state.clobber(Some(root), Departure::Stored);
                }
            }
            Root::Object(_) if state.is_exposed(root) => {
                state.clobber(Some(root), Departure::Stored)
            }
            _ => {}
        }
    }

    /// Whether memory outlives what this function sees of it.
    pub(super) fn is_outward(state: &State, root: Root) -> bool {
        match root {
            Root::Term(_) | Root::Global(_) => true,
            Root::Object(_) => {
                state.object(root).is_some_and(|o| !matches!(o.status, Status::Owned))
            }
            Root::Local(_) | Root::Aggregate(_) | Root::Return | Root::Text(_) => false,
        }
    }

    /// Stores a scalar.
    pub(super) fn write(&mut self, state: &mut State, op: Op, at: Val, scalar: Scalar, val: Val) {
        let hidden = matches!(val, Val::Ptr(Root::Object(_) | Root::Local(_), _));
        if !scalar.pointer && !hidden {
            return self.write_number(state, at, scalar, val);
        }
        let Some((root, offset)) = at.address() else {
            state.escape(val, Departure::Stored);
            self.summary.writes = true;
            return state.clobber(None, Departure::Stored);
        };
        self.keep(state, op, (root, offset), val);
        if Self::is_outward(state, root) {
            self.check_use(state, val, Use::Store, op);
            if let Val::Ptr(Root::Local(_), _) = val {
                state.history =
                    self.histories.push_at(state.history, Event::Outward { op }, Some(root));
            }
            self.store_outward(state, (root, offset), val);
        } else if let Val::Ptr(target @ Root::Object(_), _) = val
            && matches!(root, Root::Local(_) | Root::Object(_))
            && let Some(object) = state.object(target).map(|object| object.number)
        {
            self.note(state, Event::Alias { op, object });
            self.note_alias(op, root, target);
        }
        match offset {
            Some(offset) => state.set_cell(root, offset, scalar, val),
            None => {
                state.escape(val, Departure::Index);
                state.havoc(root, Departure::Index);
                self.summary.writes |= Self::is_outward(state, root);
            }
        }
        self.reaches_out(state, root);
    }

    /// Stores a non-pointer.
    fn write_number(&mut self, state: &mut State, at: Val, scalar: Scalar, val: Val) {
        let Some((root, offset)) = at.address() else {
            self.summary.scribbles = true;
            return state.scribble_others(None, false);
        };
        match offset {
            Some(offset) => state.set_cell(root, offset, scalar, val),
            None => {
                state.scribble(root);
                // Callers know only what the summary says about the contents of objects of this
                // function.
                let told = matches!(root, Root::Object(_)) && !state.is_exposed(root);
                self.summary.scribbles |= Self::is_outward(state, root) && !told;
            }
        }
        match root {
            Root::Term(term) => {
                let before = self.terms.is_of_entry(term);
                self.summary.scribbles |= !before;
                state.scribble_others(Some(root), before);
            }
            Root::Global(_) => {
                self.summary.scribbles = true;
                state.scribble_others(Some(root), true);
            }
            _ if state.is_exposed(root) => state.scribble_others(Some(root), false),
            _ => {}
        }
    }

    /// Notes that `op` puts a pointer to `target` into `root`.
    fn note_alias(&mut self, op: Op, root: Root, target: Root) {
        if let Root::Object(id) = target {
            let fate = self.fate(id.site);
            fate.shared |= *fate.store.get_or_insert(op) != op || !matches!(root, Root::Local(_));
        }
        if let Root::Object(owner) = root {
            self.fate(owner.site).shared = true;
        }
    }

    /// Copies a value of type `ty` from one address to another.
    pub(super) fn copy(&mut self, state: &mut State, op: Op, from: Val, to: Val, ty: Type) {
        let exact = (from.address(), to.address(), self.layout.leaves(ty));
        let (Some((source, Some(start))), Some((target, Some(end))), Some(leaves)) = exact else {
            // It is unknown which pointer was copied where.
            if let Some((root, _)) = from.address() {
                let held: Vec<Val> = state.cells_of(root).iter().map(|cell| cell.val).collect();
                held.into_iter().for_each(|val| state.escape(val, Departure::Index));
            }
            return self.overwrite(state, to, ty);
        };
        // Read everything first: source and target may overlap.
        let mut vals = Vec::with_capacity(leaves.len());
        for leaf in &leaves {
            let at = start.saturating_add(leaf.offset);
            let known = state.cell(source, at).filter(|cell| cell.size == leaf.size);
            let val = match known {
                Some(cell) => cell.val,
                None => {
                    let origin = match source {
                        Root::Aggregate(value) => Source::Value(value, at),
                        _ => Source::Op(op, leaf.offset),
                    };
                    let fresh = Val::Sym(self.terms.opaque(origin));
                    let val = self.entry_value(state, source, at, leaf.scalar()).unwrap_or(fresh);
                    if leaf.pointer && !matches!(source, Root::Aggregate(_)) {
                        state.set_initial(source, at, leaf.scalar(), val);
                    }
                    val
                }
            };
            vals.push((leaf, val));
        }
        for (leaf, val) in vals {
            let at = Val::at(target, end.checked_add(leaf.offset));
            if leaf.pointer || !matches!(val, Val::Sym(_)) || matches!(target, Root::Term(_)) {
                self.write(state, op, at, leaf.scalar(), val);
            } else {
                state.clear_range(target, end.saturating_add(leaf.offset), leaf.size.into());
            }
        }
    }
}

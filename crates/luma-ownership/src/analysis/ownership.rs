//! `own.take` and `own.give`.

use luma_ir::dialects::own;
use luma_ir::{Attribute, Op, Value};

use super::Engine;
use super::defect::{DefectKind, Discharging, FalseResult, Memory, Use};
use super::history::Event;
use super::state::{Object, ObjectId, Root, State, Status, Val};
use super::term::{Source, TermData};
use crate::gives::{call_of, same_call};
use crate::summary::{Departure, Discharge, Summary};

/// To whom an object is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Heap,
    Caller,
    Callee,
    /// An operation whose table says that it takes its operand; it then consumes it, as the heap
    /// does.
    Operation,
}

impl Engine<'_> {
    pub(super) fn take(&mut self, state: &mut State, op: Op) {
        let f = self.f;
        let (Some(&operand), Some(&result)) = (f.operands(op).first(), f.results(op).first())
        else {
            return;
        };
        if self.is_aggregate(result) {
            return self.take_fields(state, op, operand, result);
        }
        if self.value(state, operand) == Val::Int(0) {
            return state.set_value(result, Val::Int(0));
        }
        // The callee returns what it found in memory of this function, which owned it already.
        if let Val::Ptr(root, Some(0)) = self.value(state, operand)
            && state.is_owned(root)
            && root.site() != f.def_op(operand)
        {
            let val = self.value(state, operand);
            return state.set_value(result, val);
        }
        self.taken(op);
        let result_of_call = self.value(state, operand);
        let address = self.new_object(state, op, 0);
        if let (Val::Ptr(old @ Root::Object(id), Some(0)), Val::Ptr(new, _)) =
            (result_of_call, address)
            && f.def_op(operand) == Some(id.site)
        {
            state.rename(old, new);
        }
        state.set_value(result, address);
        // A parameter may be used under both names.
        if self.parameter_value(operand).is_some() {
            state.set_value(operand, address);
        }
    }

    pub(super) fn new_object(&mut self, state: &mut State, site: Op, leaf: u32) -> Val {
        let root = Root::Object(ObjectId { site, leaf, age: 0 });
        if state.object(root).is_some() {
            // The same take again on one path, outside of any loop: code deferred twice.
            state.escape(Val::Ptr(root, Some(0)), Departure::Loop);
            state.clear_root(root);
        }
        self.objects += 1;
        let number = self.objects;
        let life = (number, u32::MAX);
        state.unexpose(root);
        let old = own::Take::cast(self.f, site)
            .and_then(|take| take.from_attr(self.f)?.as_str())
            .is_some_and(|from| from == "caller");
        state.set_object(
            root,
            Object {
                status: Status::Owned,
                nullable: true,
                number,
                partial: false,
                gone: false,
                life,
                old,
            },
        );
        self.note(state, Event::Take { op: site, object: number });
        Val::Ptr(root, Some(0))
    }

    /// A struct that holds objects is taken: each arrives in its field.
    fn take_fields(&mut self, state: &mut State, op: Op, operand: Value, result: Value) {
        let f = self.f;
        let ty = f.value_type(result);
        let Some(leaves) = self.layout.leaves(ty) else { return };
        let callee = own::Take(op).callee_attr(self.f).and_then(Attribute::as_symbol);
        let owned = callee.and_then(|callee| self.summaries.get(callee)).map(|s| &s.owned_fields);
        for cell in state.cells_of(Root::Aggregate(operand)).to_vec() {
            state.set_cell(Root::Aggregate(result), cell.offset, cell.scalar(), cell.val);
        }
        for leaf in leaves.into_iter().filter(|leaf| leaf.pointer) {
            let told = state.cell(Root::Aggregate(operand), leaf.offset).map(|cell| cell.val);
            let val = match told {
                Some(Val::Int(0)) => Val::Int(0),
                _ if owned.is_none_or(|owned| owned.contains(&leaf.offset)) => {
                    let number = u32::try_from(leaf.offset).unwrap_or(u32::MAX);
                    let val = self.new_object(state, op, number);
                    if let (Some(Val::Ptr(old, Some(0))), Val::Ptr(new, _)) = (told, val)
                        && old.site() == f.def_op(operand)
                    {
                        state.rename(old, new);
                    }
                    val
                }
                Some(val) => val,
                None => Val::Sym(self.terms.opaque(Source::Value(operand, leaf.offset))),
            };
            state.set_cell(Root::Aggregate(result), leaf.offset, leaf.scalar(), val);
        }
    }

    pub(super) fn give(&mut self, state: &mut State, op: Op) {
        let f = self.f;
        let (Some(&operand), Some(&result)) = (f.operands(op).first(), f.results(op).first())
        else {
            return;
        };
        let receiver = match own::Give(op).to_attr(f).and_then(Attribute::as_str) {
            Some("heap") => Receiver::Heap,
            Some("caller") => Receiver::Caller,
            _ => Receiver::Callee,
        };
        if self.is_aggregate(operand) {
            let cells = state.cells_of(Root::Aggregate(operand)).to_vec();
            for cell in cells {
                if receiver == Receiver::Caller
                    && let Val::Ptr(root, _) = cell.val
                    && state.is_owned(root)
                {
                    self.summary.owned_fields.insert(cell.offset);
                }
                self.give_field(state, op, receiver, cell.val);
                state.set_cell(Root::Aggregate(result), cell.offset, cell.scalar(), cell.val);
            }
            return;
        }
        let val = self.value(state, operand);
        self.give_value(state, op, receiver, val);
        let val = state.resolve(&self.terms, val);
        state.set_value(result, val);
    }

    /// Gives away what a field of a struct holds; a field may also hold a borrowed pointer.
    fn give_field(&mut self, state: &mut State, op: Op, receiver: Receiver, val: Val) {
        let Val::Ptr(root @ Root::Object(_), Some(0)) = val else { return };
        match state.object(root).map(|object| object.status) {
            Some(Status::Owned | Status::Stored | Status::Escaped) => {
                self.hand_over(state, op, receiver, root);
            }
            Some(Status::Freed(by)) if receiver == Receiver::Caller => {
                let kind = DefectKind::FalseReturns(FalseResult::Freed);
                self.report(state, kind, op, Some(root), Some(by));
            }
            _ => {}
        }
    }

    fn give_value(&mut self, state: &mut State, op: Op, receiver: Receiver, val: Val) {
        let (root, offset) = match val {
            Val::Int(_) => return,
            Val::Sym(term) => (Root::Term(term), Some(0)),
            Val::Ptr(root, offset) => (root, offset),
        };
        let memory = match root {
            Root::Local(_) => Some(Memory::Local),
            Root::Global(name) => Some(Memory::Global(name)),
            Root::Text(_) => Some(Memory::Text),
            Root::Aggregate(_) | Root::Return => return,
            Root::Object(_) | Root::Term(_) => None,
        };
        if let Some(memory) = memory {
            let given = matches!(receiver, Receiver::Callee | Receiver::Operation);
            let kind = if receiver == Receiver::Caller {
                DefectKind::FalseReturns(FalseResult::NotHeap(memory))
            } else {
                DefectKind::NotHeap { memory, given }
            };
            return self.report(state, kind, op, None, None);
        }
        if let Some(object) = state.object(root).copied() {
            match object.status {
                Status::Muted => return,
                Status::Freed(by) => {
                    let kind = match receiver {
                        Receiver::Heap | Receiver::Operation => DefectKind::DoubleFree,
                        Receiver::Caller => DefectKind::FalseReturns(FalseResult::Freed),
                        Receiver::Callee => DefectKind::UseAfterFree(Use::Pass),
                    };
                    return self.report(state, kind, op, Some(root), Some(by));
                }
                Status::Given(by) => {
                    let kind = match receiver {
                        // Two owners at once are a conflict; otherwise this is a use after the
                        // transfer.
                        Receiver::Callee
                            if op != by
                                && (same_call(self.f, op, by)
                                    || (self.is_kept(op) && self.is_kept(by))) =>
                        {
                            DefectKind::Conflict
                        }
                        Receiver::Callee => DefectKind::UseAfterTransfer(Use::Pass),
                        Receiver::Heap | Receiver::Operation => {
                            DefectKind::UseAfterTransfer(Use::Free)
                        }
                        Receiver::Caller => DefectKind::UseAfterTransfer(Use::Return),
                    };
                    return self.report(state, kind, op, Some(root), Some(by));
                }
                Status::Returned(by) => {
                    // The value was computed before the deferred code, which freed the object.
                    let kind = DefectKind::UseAfterFree(Use::Return);
                    return self.report(state, kind, by, Some(root), Some(op));
                }
                Status::Owned | Status::Stored | Status::Escaped => {}
            }
        }
        if offset != Some(0) {
            let parameter = root.term().and_then(|term| self.parameter(term));
            let kind = match (receiver, parameter) {
                (Receiver::Caller, Some(parameter)) => {
                    DefectKind::FalseReturns(FalseResult::Borrowed(parameter))
                }
                _ => DefectKind::Interior { given: receiver != Receiver::Heap, offset },
            };
            return self.report(state, kind, op, Some(root), None);
        }
        if let Root::Term(term) = root {
            if let Some(parameter) = self.parameter(term) {
                let kind = match receiver {
                    Receiver::Caller => DefectKind::FalseReturns(FalseResult::Borrowed(parameter)),
                    Receiver::Heap => {
                        DefectKind::BorrowedFree { parameter, how: Discharging::Freed }
                    }
                    Receiver::Callee | Receiver::Operation => {
                        DefectKind::BorrowedFree { parameter, how: Discharging::Given }
                    }
                };
                // From here on nothing more is reported about it.
                self.objects += 1;
                let number = self.objects;
                let object = Object {
                    status: Status::Muted,
                    nullable: true,
                    number,
                    partial: false,
                    gone: false,
                    life: (0, u32::MAX),
                    old: true,
                };
                self.report(state, kind, op, None, None);
                return state.set_object(root, object);
            }
            if let data @ (TermData::Opaque { .. } | TermData::Entry(..)) = self.terms.get(term) {
                if matches!(data, TermData::Opaque { .. }) {
                    self.summary.leaves.insert((op, Departure::Unknown));
                }
                self.objects += 1;
                let number = self.objects;
                let object = Object {
                    status: Status::Escaped,
                    nullable: true,
                    number,
                    partial: false,
                    gone: false,
                    life: (0, u32::MAX),
                    old: true,
                };
                state.set_object(root, object);
                if receiver != Receiver::Caller && !self.terms.is_of_entry(term) {
                    self.summary.writes = true;
                }
            } else {
                return;
            }
        }
        self.hand_over(state, op, receiver, root);
    }

    /// Frees what `val` points to, as a call does.
    pub(super) fn free(&mut self, state: &mut State, op: Op, val: Val) {
        self.give_value(state, op, Receiver::Heap, val);
    }

    /// Lets an operation take what `val` points to.
    pub(super) fn give_to_operation(&mut self, state: &mut State, op: Op, val: Val) {
        self.give_value(state, op, Receiver::Operation, val);
    }

    /// Transfers the object to `receiver`.
    fn hand_over(&mut self, state: &mut State, op: Op, receiver: Receiver, root: Root) {
        let Some(object) = state.object(root).map(|object| object.number) else { return };
        self.note(state, Event::Give { op, object });
        if let Root::Object(id) = root {
            self.fate(id.site).discharged = true;
            if let Some(taken) = self.taken(id.site) {
                match receiver {
                    Receiver::Heap => taken.freed = true,
                    Receiver::Caller => taken.returned = true,
                    Receiver::Callee | Receiver::Operation => taken.given = true,
                }
            }
        }
        if receiver != Receiver::Caller
            && let Some(object) = state.object_mut(root)
        {
            object.life.1 = self.objects;
        }
        match receiver {
            Receiver::Heap | Receiver::Operation => {
                // What it owned is lost as soon as nothing leads there any more.
                state.retain_owned(root);
                state.set_status(root, Status::Freed(op));
            }
            // The summary of the call says what becomes of its contents.
            Receiver::Callee if self.is_told(op) => state.set_status(root, Status::Given(op)),
            // What it holds escapes, the object itself does not.
            Receiver::Callee => {
                state.set_status(root, Status::Given(op));
                state.escape(Val::at(root, Some(0)), Departure::Given);
                state.havoc(root, Departure::Given);
            }
            Receiver::Caller => {
                state.set_status(root, Status::Returned(op));
                self.store_contents(state, root);
            }
        }
    }

    /// Whether the summary of the function that `give` gives to is exact.
    fn is_told(&self, give: Op) -> bool {
        let callee = own::Give(give).callee_attr(self.f).and_then(Attribute::as_symbol);
        callee.and_then(|callee| self.summaries.get(callee)).is_some_and(Summary::is_exact)
    }

    /// Whether the function that `give` gives to does nothing but store the object somewhere.
    fn is_kept(&self, give: Op) -> bool {
        let callee = own::Give(give).callee_attr(self.f).and_then(Attribute::as_symbol);
        let summary = callee.and_then(|callee| self.summaries.get(callee));
        let becomes = call_of(self.f, give)
            .and_then(|(_, parameter)| summary?.taken.get(&parameter).copied());
        let only_kept = Discharge { kept: true, ..Discharge::default() };
        becomes == Some(only_kept)
    }
}

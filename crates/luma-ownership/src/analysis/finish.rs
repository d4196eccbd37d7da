//! What must hold when a function is left.

use luma_ir::dialects::own;
use luma_ir::{Op, Value};

use super::Engine;
use super::defect::{DefectKind, Loss, Use};
use super::history::Event;
use super::state::{Root, State, Status, Val};
use crate::summary::Scalar;

impl Engine<'_> {
    /// Computes what `op` returns.
    pub(super) fn returns(&mut self, state: &mut State, op: Op) {
        self.work += 1;
        let f = self.f;
        if let Some(&value) = f.operands(op).first() {
            if self.is_aggregate(value) {
                for cell in state.cells_of(Root::Aggregate(value)).to_vec() {
                    state.set_cell(Root::Return, cell.offset, cell.scalar(), cell.val);
                }
            } else if self.is_ptr(value) {
                let val = self.value(state, value);
                if !self.is_given_to_caller(value) {
                    let at = self.text_of(op, value);
                    self.check_use(state, val, Use::Return, at);
                }
                state.set_cell(Root::Return, 0, Scalar::POINTER, val);
            } else if !f.value_type(value).is_float() {
                let size = self.layout.size(f.value_type(value)).clamp(1, 8) as u8;
                let val = self.value(state, value);
                state.set_cell(Root::Return, 0, Scalar { size, pointer: false }, val);
            }
        }
        self.note(state, Event::Return { op });
    }

    fn is_given_to_caller(&self, value: Value) -> bool {
        self.f.def_op(value).is_some_and(|def| self.f.op_name(def) == own::Give::NAME)
    }

    /// What must hold when the function has returned and all its defers have run.
    pub(super) fn finish(&mut self, state: &mut State) {
        let f = self.f;
        let ret = self.histories.back(state.history).find_map(|(event, _)| match event {
            Event::Return { op } => Some(op),
            _ => None,
        });
        if let Some(ret) = ret
            && let Some(&value) = f.operands(ret).first()
            && (self.is_ptr(value) || self.is_aggregate(value))
        {
            let given = self.is_given_to_caller(value);
            let at = self.text_of(ret, value);
            for cell in state.cells_of(Root::Return).to_vec() {
                if let Val::Ptr(Root::Object(id), _) = cell.val {
                    // The caller sees it after the variable's lifetime.
                    self.fate(id.site).shared = true;
                }
                match cell.val {
                    Val::Ptr(Root::Local(_), _) if !given || self.is_aggregate(value) => {
                        let kind = DefectKind::Dangling { stored: false };
                        self.report(state, kind, at, None, None);
                    }
                    Val::Ptr(root @ Root::Object(_), offset) if !given => {
                        match state.object(root).map(|object| object.status) {
                            Some(Status::Owned) if offset == Some(0) => {
                                let kind = DefectKind::MissingReturns;
                                self.report(state, kind, at, Some(root), None);
                            }
                            Some(Status::Freed(by)) if self.is_ptr(value) => {
                                let kind = DefectKind::UseAfterFree(Use::Return);
                                self.report(state, kind, at, Some(root), Some(by));
                            }
                            _ => {}
                        }
                    }
                    Val::Sym(term) if !given && self.is_ptr(value) => {
                        let root = Root::Term(term);
                        if let Some(Status::Freed(by)) = state.object(root).map(|o| o.status) {
                            let kind = DefectKind::UseAfterFree(Use::Return);
                            self.report(state, kind, at, Some(root), Some(by));
                        }
                    }
                    _ => {}
                }
            }
        }
        let in_result = state.cells.iter().any(|cell| {
            let owner = state.object(cell.root).map(|object| object.status);
            matches!(owner, Some(Status::Returned(_)))
                && matches!(cell.val, Val::Ptr(Root::Local(_), _))
        });
        if let Some(ret) = ret.filter(|_| in_result) {
            let at = self.f.operands(ret).first().map_or(ret, |&value| self.text_of(ret, value));
            self.report(state, DefectKind::Dangling { stored: false }, at, None, None);
        }
        let outward: Vec<Root> = state
            .cells
            .iter()
            .filter(|cell| matches!(cell.root, Root::Term(_) | Root::Global(_)))
            .filter(|cell| matches!(cell.val, Val::Ptr(Root::Local(_), _)))
            .map(|cell| cell.root)
            .collect();
        for root in outward {
            let store = self.histories.back(state.history).find_map(|(event, at)| match event {
                Event::Outward { op } if at == Some(root) => Some(op),
                _ => None,
            });
            if let Some(op) = store {
                self.report(state, DefectKind::Dangling { stored: true }, op, None, None);
            }
        }
        self.report_kept(state);
        self.record_effects(state);
        state.clear_root(Root::Return);
        if state.objects.iter().any(|&(root, _)| state.is_owned(root)) {
            self.settle(state, Loss::Exit, ret);
        }
    }
}

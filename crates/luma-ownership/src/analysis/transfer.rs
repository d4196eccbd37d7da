//! The effect of one operation without regions on a state.

use luma_ir::dialects::{luma, own};
use luma_ir::{Op, Type};

use super::Engine;
use super::defect::{DefectKind, Loss, Use};
use super::history::Event;
use super::index::is_kept;
use super::state::{Root, State, Val};

impl Engine<'_> {
    /// Executes `op`; false if nothing runs after it.
    pub(super) fn execute(&mut self, state: &mut State, op: Op) -> bool {
        self.work += 1;
        let f = self.f;
        match f.op_name(op) {
            luma::Local::NAME => {
                if let Some(&place) = f.results(op).first() {
                    state.clear_root(Root::Local(place));
                    state.unexpose(Root::Local(place));
                }
            }
            luma::Load::NAME => self.load(state, op),
            luma::Store::NAME => self.store(state, op),
            luma::Copy::NAME => self.copy_op(state, op),
            luma::Zero::NAME => self.zero(state, op),
            luma::Call::NAME => {
                let start = self.forks.len();
                let returns = self.call(state, op);
                let mut forks = self.forks.split_off(start);
                forks.iter_mut().for_each(|fork| self.after(fork, op));
                self.forks.append(&mut forks);
                if !returns {
                    return false;
                }
            }
            luma::Print::NAME => self.print(state, op),
            own::Take::NAME => self.take(state, op),
            own::Give::NAME => self.give(state, op),
            _ if self.is_foreign(op) => self.declared(state, op),
            _ => {
                if let Some(&result) = f.results(op).first()
                    && is_kept(f, result)
                    && let Some(val) = self.pure(state, op)
                {
                    state.set_value(result, val);
                }
            }
        }
        self.after(state, op);
        true
    }

    /// Removes what is dead after `op`.
    fn after(&mut self, state: &mut State, op: Op) {
        self.note_escapes(state, Some(op));
        self.end_dead(state, op);
        if state.dirty {
            let loss = match self.f.op_name(op) {
                luma::Store::NAME | luma::Copy::NAME | luma::Zero::NAME | luma::Call::NAME => {
                    Loss::Overwritten
                }
                own::Give::NAME => Loss::OwnerFreed,
                _ if self.is_foreign(op) => Loss::OwnerFreed,
                _ => Loss::Discarded,
            };
            self.settle(state, loss, Some(op));
        }
    }

    /// Only a string is read through its pointer; of other pointers the address is printed.
    fn print(&mut self, state: &mut State, op: Op) {
        let value = luma::Print(op).value(self.f);
        let ty = self.f.value_type(value);
        if self.module.context.is_ptr(ty) && self.module.context.element(ty) == Some(Type::I8) {
            let val = self.value(state, value);
            let at = self.text_of(op, value);
            self.check_use(state, val, Use::Read, at);
        }
    }

    /// Reports the owned objects that can no longer be reached, lost at `at`.
    pub(super) fn settle(&mut self, state: &mut State, loss: Loss, at: Option<Op>) {
        let dirty = std::mem::take(&mut state.dirty);
        if dirty && state.all_held() {
            return;
        }
        let reachable = state.reachable();
        let lost: Vec<Root> = state
            .objects
            .iter()
            .map(|&(root, _)| root)
            .filter(|&root| {
                matches!(root, Root::Object(_)) && state.is_ours(root) && !reachable.contains(&root)
            })
            .collect();
        // One report per data structure: that of the object to which no other lost object refers.
        let inner: Vec<Root> = lost
            .iter()
            .flat_map(|&root| state.cells_of(root).iter().map(move |cell| (root, cell.val)))
            .filter_map(|(root, val)| match val {
                Val::Ptr(inner, _) if inner != root => Some(inner),
                _ => None,
            })
            .collect();
        let mut heads: Vec<Root> =
            lost.iter().copied().filter(|root| !inner.contains(root)).collect();
        if heads.is_empty() {
            heads.extend(lost.first());
        }
        let other = match loss {
            Loss::Exit => self.last_return(state).or(at),
            _ => at,
        };
        for &root in &heads {
            if let Root::Object(id) = root {
                let (loss, other) = match state.freed_owner(root) {
                    Some(by) => (Loss::OwnerFreed, Some(by)),
                    None => (loss, other),
                };
                self.report(state, DefectKind::Leak(loss), id.site, Some(root), other);
            }
        }
        for root in lost {
            state.clear_root(root);
            state.remove_object(root);
        }
        state.dirty = false;
    }

    fn last_return(&self, state: &State) -> Option<Op> {
        self.histories.back(state.history).find_map(|(event, _)| match event {
            Event::Return { op } => Some(op),
            _ => None,
        })
    }
}

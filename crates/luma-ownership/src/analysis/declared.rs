//! Operations of dialects that the analysis does not know: their effects are those that their table
//! declares for each operand and result; where it declares none, the worst is assumed.

use luma_ir::dialect::{OwnershipEffect, Slot};
use luma_ir::{Function, Module, Op};

use super::Engine;
use super::defect::Use;
use super::state::{State, Val};
use super::term::Source;
use crate::summary::Departure;

/// Whether `op` belongs to a dialect other than the language's own.
pub(crate) fn is_foreign(module: &Module, f: &Function, op: Op) -> bool {
    !matches!(module.context.op_def(f.op_name(op)).dialect(), "luma" | "own")
}

/// The declared effect of operand or result number `at`; the last slot applies to all that follow.
fn effect_of<C>(slots: &[Slot<C>], at: usize) -> Option<OwnershipEffect> {
    slots.get(at).or(slots.last()).and_then(|slot| slot.ownership)
}

impl Engine<'_> {
    pub(super) fn is_foreign(&self, op: Op) -> bool {
        is_foreign(self.module, self.f, op)
    }

    /// Executes `op` according to its table. Pointers without a declared effect are borrowed, and
    /// the memory they lead to may be changed unless the operation only reads.
    pub(super) fn declared(&mut self, state: &mut State, op: Op) {
        let f = self.f;
        let def = self.module.context.op_def(f.op_name(op));
        let harmless = def.traits.pure || def.traits.reads;
        // All operands are checked first; only then the taken ones are consumed.
        for (at, &value) in f.operands(op).iter().enumerate() {
            let taken = effect_of(&def.operands, at) == Some(OwnershipEffect::Takes);
            if taken || !self.is_ptr(value) {
                continue;
            }
            let val = self.value(state, value);
            self.check_use(state, val, Use::Pass, op);
        }
        if !harmless {
            let mut foreign = false;
            for (at, &value) in f.operands(op).iter().enumerate() {
                let taken = effect_of(&def.operands, at) == Some(OwnershipEffect::Takes);
                if taken || !self.is_ptr(value) {
                    continue;
                }
                if let Some((root, _)) = self.value(state, value).address() {
                    state.havoc(root, Departure::Call);
                    foreign = true;
                }
            }
            if foreign && self.passes_foreign(state, op) {
                state.clobber(None, Departure::Call);
                self.summary.writes = true;
            }
        }
        for (at, &value) in f.operands(op).iter().enumerate() {
            if effect_of(&def.operands, at) == Some(OwnershipEffect::Takes) {
                let val = self.value(state, value);
                self.give_to_operation(state, op, val);
            }
        }
        for (at, &result) in f.results(op).iter().enumerate() {
            let gives = effect_of(&def.results, at) == Some(OwnershipEffect::Gives);
            let val = match gives && self.is_ptr(result) {
                true => self.new_object(state, op, at as u32),
                false => Val::Sym(self.terms.opaque(Source::Value(result, 0))),
            };
            state.set_value(result, val);
        }
    }
}

/// Whether `op` moves ownership or may change memory, according to its table.
pub(crate) fn matters(module: &Module, f: &Function, op: Op) -> bool {
    let def = module.context.op_def(f.op_name(op));
    let moves = |slot: Option<OwnershipEffect>| {
        matches!(slot, Some(OwnershipEffect::Takes | OwnershipEffect::Gives))
    };
    is_foreign(module, f, op)
        && (def.operands.iter().any(|slot| moves(slot.ownership))
            || def.results.iter().any(|slot| moves(slot.ownership))
            || !(def.traits.pure || def.traits.reads || f.operands(op).is_empty()))
}

//! How values travel along branches.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::luma;
use luma_ir::{Builder, Loc, Position, Type, Value};

use super::Flattener;

/// How one value gets from a branch to its target.
#[derive(Clone, Copy, Debug)]
pub(super) enum Carrier {
    /// As an argument of the target.
    Argument,
    /// Through this place: structs and arrays, which no block takes as an argument, and whatever
    /// passes a [hub](super::drop_tree).
    Slot(Value),
}

impl Flattener<'_> {
    /// A carrier for each of `values`: slots for those that need one, or for all.
    pub(super) fn carriers(&mut self, values: &[Value], all_slots: bool) -> Vec<Carrier> {
        values
            .iter()
            .map(|&value| self.f.value_type(value))
            .collect::<Vec<Type>>()
            .into_iter()
            .map(|ty| self.carrier(ty, all_slots))
            .collect()
    }

    /// A carrier for a value of type `ty`.
    pub(super) fn carrier(&mut self, ty: Type, slot: bool) -> Carrier {
        if slot || self.cx.context.is_aggregate(ty) {
            Carrier::Slot(self.new_slot(ty))
        } else {
            Carrier::Argument
        }
    }

    /// Takes over at the cursor what the branches to its block carry, in place of `values`.
    pub(super) fn receive(&mut self, values: &[Value], carriers: &[Carrier], loc: Loc) {
        for (&old, &carrier) in values.iter().zip(carriers) {
            let ty = self.f.value_type(old);
            let new = match carrier {
                Carrier::Argument => self.f.add_arg(self.at, ty),
                Carrier::Slot(slot) => self.load(slot, ty, loc),
            };
            if let Some(name) = self.f.value_name(old) {
                self.f.set_value_name(new, name);
            }
            self.replaced.insert(old, new);
        }
    }

    /// Sends `values` off at the cursor; those that are `None` are in their slots already. The
    /// result is the arguments for the branch.
    pub(super) fn send(
        &mut self,
        carriers: &[Carrier],
        values: &[Option<Value>],
        loc: Loc,
    ) -> Vec<Value> {
        let mut args = Vec::new();
        for (carrier, value) in carriers.iter().zip(values) {
            match (*carrier, *value) {
                (Carrier::Argument, Some(value)) => args.push(value),
                (Carrier::Slot(slot), Some(value)) => {
                    luma::Store::build(&mut self.builder(loc), value, slot);
                }
                (Carrier::Slot(_), None) => {}
                (Carrier::Argument, None) => {
                    never!("a value that no slot holds is not at hand");
                }
            }
        }
        args
    }

    /// The value in a slot, loaded at the cursor.
    pub(super) fn load(&mut self, slot: Value, ty: Type, loc: Loc) -> Value {
        let view = luma::Load::build(&mut self.builder(loc), slot, ty);
        view.result(self.f)
    }

    /// A new `luma.local` at the start of the function.
    pub(super) fn new_slot(&mut self, ty: Type) -> Value {
        let place = self.cx.context.place(ty);
        let loc = self.cx.derive(self.f.loc);
        let entry = self.f.entry().or_never(self.at, "prototypes are not flattened");
        let position = match self.f.first(entry) {
            Some(first) => Position::Before(first),
            None => Position::End(entry),
        };
        let mut b = Builder { context: self.cx.context, func: self.f, position, loc };
        let local = luma::Local::build(&mut b, place);
        local.result(self.f)
    }
}

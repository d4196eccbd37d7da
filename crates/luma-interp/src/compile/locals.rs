//! Which variables need memory. A scalar variable whose place is only loaded from and stored to is
//! kept in a register.

use luma_ir::dialects::luma;
use luma_ir::{Entity, Function, Module, Op, Value};

use super::Body;

/// Storage of a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// An object with an address.
    Memory,
    /// A register, and another that says whether it has a value.
    Checked,
    /// A register: the first access to it is a store.
    Plain,
}

/// The kind of every variable of `f`, by value index.
pub(super) fn kinds(module: &Module, f: &Function) -> Vec<Kind> {
    let mut kinds = vec![Kind::Memory; f.value_count()];
    let mut locals: Vec<Op> = Vec::new();
    f.walk(&mut |op| {
        if let Some(local) = luma::Local::cast(f, op) {
            let place = local.result(f);
            let element = module.context.element(f.value_type(place));
            if element.is_some_and(|ty| !module.context.is_aggregate(ty)) {
                kinds[place.index()] = Kind::Checked;
                locals.push(op);
            }
        }
    });
    f.walk(&mut |op| {
        let name = f.op_name(op);
        for (i, &operand) in f.operands(op).iter().enumerate() {
            let access = match name {
                luma::Load::NAME | luma::Zero::NAME | luma::Copy::NAME => true,
                luma::Store::NAME => i == 1,
                _ => false,
            };
            if !access {
                kinds[operand.index()] = Kind::Memory;
            }
        }
        for &arg in f.successor_args(op) {
            kinds[arg.index()] = Kind::Memory;
        }
    });
    for op in locals {
        let place = f.results(op)[0];
        if kinds[place.index()] == Kind::Checked && is_stored_first(f, op, place) {
            kinds[place.index()] = Kind::Plain;
        }
    }
    kinds
}

/// Number of operations to search for the first store.
const NEAR: usize = 16;

/// Whether a store to `place` follows `local` in its block before anything else can use it.
fn is_stored_first(f: &Function, local: Op, place: Value) -> bool {
    let mut at = f.next(local);
    for _ in 0..NEAR {
        let Some(op) = at else { return false };
        if !f.op_regions(op).is_empty() {
            return false;
        }
        if f.operands(op).contains(&place) {
            let name = f.op_name(op);
            return name == luma::Store::NAME || name == luma::Zero::NAME;
        }
        at = f.next(op);
    }
    false
}

impl Body<'_, '_> {
    /// Gives registers to all variables; the range is those that hold addresses.
    pub(super) fn number_locals(&mut self) -> std::ops::Range<u32> {
        let f = self.f;
        let start = self.frame.registers;
        let mut others = Vec::new();
        f.walk(&mut |op| {
            if let Some(local) = luma::Local::cast(f, op) {
                let place = local.result(f);
                if self.kind(place) == Kind::Memory {
                    self.reg(place);
                } else {
                    others.push(place);
                }
            }
        });
        let end = self.frame.registers;
        for place in others {
            self.reg(place);
            if self.kind(place) == Kind::Checked {
                self.frame.register();
            }
        }
        start..end
    }
}

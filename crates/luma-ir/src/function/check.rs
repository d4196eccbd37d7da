//! Whether the use lists of a function say what its operations do.

use super::Function;
use crate::entity::{Entity, Op, Value};

impl Function {
    /// Calls `report` for each attached operation one of whose uses its value does not know, and
    /// for each attached or detached one that its value wrongly takes for a user.
    pub(crate) fn check_uses(&self, report: &mut impl FnMut(Op, Value)) {
        let mut counts = vec![0_u32; self.value_count()];
        let mut attached = vec![false; self.op_capacity()];
        self.walk(&mut |op| {
            attached[op.index()] = true;
            for &value in self.used_values(op) {
                counts[value.index()] += 1;
            }
        });
        for (index, &expected) in counts.iter().enumerate() {
            let value = Value::from_index(index);
            let mut count = 0;
            for at in self.uses(value) {
                let is_use = self.used_values(at.op).get(at.index) == Some(&value);
                match attached[at.op.index()] && is_use {
                    true => count += 1,
                    false => report(at.op, value),
                }
            }
            if count != expected {
                self.walk(&mut |op| {
                    if self.used_values(op).contains(&value)
                        && !self.users(value).any(|user| user == op)
                    {
                        report(op, value);
                    }
                });
            }
        }
    }
}

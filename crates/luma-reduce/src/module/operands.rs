//! Operands become plain values, and constants one.

use luma_ir::{Attribute, Module};

use super::nests::earlier;
use super::rebuild::{Action, Stand};
use super::values::{Plain, is_constant, is_plain};
use super::{At, ModuleEdits, operations};
use crate::search::Search;

/// All sweeps of this file.
pub(super) fn sweep(search: &mut Search<'_, Module>) {
    for plain in [Plain::Zero, Plain::One] {
        search.sweep(
            |module| {
                operations(module, |f, at, found| {
                    let operands = f.operands(at.op).iter().enumerate();
                    let bent = operands.filter(|&(_, &value)| {
                        !is_plain(f, value) && !module.context.is_place(f.value_type(value))
                    });
                    found.extend(bent.map(|(index, _)| (at, index)));
                })
            },
            |module, some: &[(At, usize)]| {
                let mut edits = ModuleEdits::default();
                for &(at, index) in some {
                    edits.of(at.function).operands.insert((at.op, index), Stand::Plain(plain));
                }
                edits.apply(module)
            },
        );
    }
    // Constants that stand before become the same, equal ones first.
    for equal in [true, false] {
        let known = |f: &luma_ir::Function, op| {
            let &result = f.results(op).first()?;
            let value = |op| -> Option<Attribute> {
                f.attributes(op).first().map(|(_, value)| value.clone())
            };
            earlier(f, op, |other| {
                f.value_type(other) == f.value_type(result)
                    && f.def_op(other).is_some_and(|other| {
                        is_constant(f.op_name(other)) && (!equal || value(op) == value(other))
                    })
            })
        };
        search.sweep(
            |module| {
                operations(module, |f, at, found| {
                    if is_constant(f.op_name(at.op)) && known(f, at.op).is_some() {
                        found.push(at);
                    }
                })
            },
            |module, some| {
                let mut edits = ModuleEdits::default();
                for at in some {
                    let value = known(module.functions.get(&at.function)?, at.op)?;
                    let action = Action::Remove(Stand::Value(value));
                    edits.of(at.function).actions.insert(at.op, action);
                }
                edits.apply(module)
            },
        );
    }
}

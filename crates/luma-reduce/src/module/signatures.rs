//! Parameters and results go, of functions with what calls pass, and of structured operations with
//! what their regions yield; attributes of functions go.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Module, Op, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{At, ModuleEdits, operations};
use crate::search::Search;

/// All sweeps of this file.
pub(super) fn sweep(search: &mut Search<'_, Module>) {
    search.sweep(
        |module| {
            let mut params = Vec::new();
            for (&name, f) in &module.functions {
                params.extend((0..f.params.len()).map(|index| (name, index)));
            }
            params
        },
        without_params,
    );
    search.sweep(
        |module| {
            let with = module.functions.values().filter(|f| !f.results.is_empty());
            with.map(|f| f.name).collect::<Vec<_>>()
        },
        without_results,
    );
    search.sweep(
        |module| {
            operations(module, |f, at, found| {
                let structured = !f.op_regions(at.op).is_empty();
                found.extend((structured && !f.results(at.op).is_empty()).then_some(at));
            })
        },
        |module, some| {
            let mut edits = ModuleEdits::default();
            for at in some {
                let f = module.functions.get(&at.function)?;
                let edits = edits.of(at.function);
                edits.dropped_results.insert(at.op);
                for yielded in yields(f, at.op) {
                    let operands = 0..f.operands(yielded).len();
                    edits.dropped_operands.extend(operands.map(|index| (yielded, index)));
                }
            }
            edits.apply(module)
        },
    );
    search.sweep(
        |module| {
            let mut found = Vec::new();
            for (&name, f) in &module.functions {
                found.extend((0..f.attributes.len()).map(|index| (name, index)));
            }
            found
        },
        |module, some: &[(Symbol, usize)]| {
            let mut new = module.clone();
            // From the back, so that indices stay right.
            for &(name, index) in some.iter().rev() {
                new.functions.get_mut(&name)?.attributes.remove(index);
            }
            Some(new)
        },
    );
}

fn yields(f: &Function, op: Op) -> Vec<Op> {
    let blocks = f.op_regions(op).iter().flat_map(|&region| f.blocks(region));
    let last = blocks.filter_map(|&block| f.last(block));
    last.filter(|&op| f.op_name(op) == luma::Yield::NAME).collect()
}

/// Calls, by what they call.
fn calls(module: &Module) -> FxHashMap<Symbol, Vec<At>> {
    let mut calls: FxHashMap<Symbol, Vec<At>> = FxHashMap::default();
    let found = operations(module, |f, at, found| {
        let callee = luma::Call::cast(f, at.op).and_then(|call| call.callee_attr(f));
        found.extend(callee.and_then(Attribute::as_symbol).map(|callee| (callee, at)));
    });
    for (callee, at) in found {
        calls.entry(callee).or_default().push(at);
    }
    calls
}

fn without_params(module: &Module, some: &[(Symbol, usize)]) -> Option<Module> {
    let calls = calls(module);
    let mut edits = ModuleEdits::default();
    for &(name, index) in some {
        if let Some(entry) = module.functions.get(&name)?.entry() {
            edits.of(name).dropped_args.insert((entry, index));
        }
        for at in calls.get(&name).into_iter().flatten() {
            edits.of(at.function).dropped_operands.insert((at.op, index));
        }
    }
    let mut new = edits.apply(module).unwrap_or_else(|| module.clone());
    // Prototypes have no entry block that says what their parameters are.
    let gone: FxHashSet<(Symbol, usize)> = some.iter().copied().collect();
    for f in new.functions.values_mut().filter(|f| f.entry().is_none()) {
        let mut index = 0;
        let name = f.name;
        f.params.retain(|_| {
            index += 1;
            !gone.contains(&(name, index - 1))
        });
    }
    Some(new)
}

fn without_results(module: &Module, some: &[Symbol]) -> Option<Module> {
    let calls = calls(module);
    let mut edits = ModuleEdits::default();
    for &name in some {
        edits.of(name).void = true;
        for at in calls.get(&name).into_iter().flatten() {
            edits.of(at.function).dropped_results.insert(at.op);
        }
    }
    edits.apply(module)
}

//! Bodies that are graphs of blocks: branches go one way only or return, chains of blocks become
//! one block, arguments of blocks go.

use luma_ir::dialects::luma;
use luma_ir::{Block, Module};
use rustc_hash::FxHashMap;

use super::rebuild::Action;
use super::{At, ModuleEdits, nests, operations};
use crate::search::Search;

/// Ways of a branch that are tried as its only one: of a switch with more, cases go first.
const MOST_WAYS: usize = 4;

/// All sweeps of this file.
pub(super) fn sweep(search: &mut Search<'_, Module>) {
    change(search, Action::Return, |f, op| !f.successors(op).is_empty());
    change(search, Action::Unreachable, |f, op| !f.successors(op).is_empty());
    for way in 0..MOST_WAYS {
        change(search, Action::Goto(way), |f, op| f.successors(op).len() > way.max(1));
    }
    search.sweep(
        |module| {
            let switches = operations(module, |f, at, found| {
                if f.op_name(at.op) == luma::SwitchBr::NAME {
                    found.push(at);
                }
            });
            nests::cases(module, &switches)
        },
        |module, some| {
            let mut edits = ModuleEdits::default();
            for &(at, case) in some {
                edits.of(at.function).dropped_successors.insert((at.op, case + 1));
            }
            nests::drop_cases(module, some, &mut edits);
            edits.apply(module)
        },
    );
    search.sweep(mergeable, |module, some| {
        let mut edits = ModuleEdits::default();
        for at in some {
            edits.of(at.function).actions.insert(at.op, Action::Merge);
        }
        edits.apply(module)
    });
    search.sweep(
        |module| {
            let mut args = Vec::new();
            for (&name, f) in &module.functions {
                for &block in f.blocks(f.body()).iter().skip(1) {
                    args.extend((0..f.block_args(block).len()).map(|arg| (name, block, arg)));
                }
            }
            args
        },
        |module, some| {
            let mut edits = ModuleEdits::default();
            for &(function, block, arg) in some {
                edits.of(function).dropped_args.insert((block, arg));
            }
            edits.apply(module)
        },
    );
}

fn change(
    search: &mut Search<'_, Module>,
    action: Action,
    wanted: impl Fn(&luma_ir::Function, luma_ir::Op) -> bool,
) {
    search.sweep(
        |module| {
            operations(module, |f, at, found| {
                if wanted(f, at.op) {
                    found.push(at);
                }
            })
        },
        |module, some| {
            let mut edits = ModuleEdits::default();
            for at in some {
                edits.of(at.function).actions.insert(at.op, action);
            }
            edits.apply(module)
        },
    );
}

/// Branches to blocks that nothing else goes to.
fn mergeable(module: &Module) -> Vec<At> {
    let mut ways: FxHashMap<(luma_ir::Symbol, Block), usize> = FxHashMap::default();
    let branches = operations(module, |f, at, found| {
        for successor in f.successors(at.op) {
            *ways.entry((at.function, successor.block)).or_default() += 1;
        }
        if let Some(successor) = f.successors(at.op).single()
            && f.op_name(at.op) == luma::Br::NAME
        {
            found.push((at, successor.block));
        }
    });
    let alone = |&&(at, block): &&(At, Block)| ways.get(&(at.function, block)) == Some(&1);
    branches.iter().filter(alone).map(|&(at, _)| at).collect()
}

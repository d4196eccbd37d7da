//! Invariants 1, 3 and 7: blocks, dominance and uses.

use rustc_hash::FxHashMap;

use super::Check;
use crate::dominance::Dominators;
use crate::entity::{Block, Entity, Op, Region, Value};
use crate::function::Def;

/// Checks every block; returns the position of every operation in its block.
pub(super) fn blocks(check: &mut Check<'_>) -> Vec<u32> {
    let mut order = vec![0; check.f.op_capacity()];
    let f = check.f;
    let mut regions = vec![f.body()];
    f.walk(&mut |op| regions.extend_from_slice(f.op_regions(op)));
    for region in regions {
        for &block in f.blocks(region) {
            for (i, op) in f.block_ops(block).enumerate() {
                if let Some(slot) = order.get_mut(op.index()) {
                    *slot = i as u32;
                }
                let terminator = check.module.context.op_def(f.op_name(op)).traits.terminator;
                match (terminator, f.next(op)) {
                    (true, Some(_)) => check.fail(op, "ends its block, but something follows it"),
                    (false, None) => check.fail(op, "ends a block, but is not a terminator"),
                    _ => {}
                }
                successors(check, region, op);
            }
            if f.first(block).is_none() {
                match f.region_op(region) {
                    Some(op) => check.fail(op, "has an empty block"),
                    None => check.fail_function("has an empty block"),
                }
            }
        }
    }
    order
}

fn successors(check: &mut Check<'_>, region: Region, op: Op) {
    let f = check.f;
    for successor in f.successors(op) {
        if f.block_region(successor.block) != region {
            check.fail(op, "goes to a block of another region");
            continue;
        }
        if f.blocks(region).first() == Some(&successor.block) {
            check.fail(op, "goes to the entry block of its region");
        }
        let wanted = f.block_args(successor.block).iter().map(|&v| f.value_type(v));
        if !wanted.eq(successor.args.iter().map(|&v| f.value_type(v))) {
            check.fail(op, "passes values that are not what its successor's arguments need");
        }
    }
}

/// Checks the use lists. Only a fault in this crate or a pass that detaches operations it should
/// erase can break them.
pub(super) fn uses(check: &mut Check<'_>) {
    let mut bad = Vec::new();
    check.f.check_uses(&mut |op, _| bad.push(op));
    for op in bad {
        check.fail(op, "and the use list of a value disagree on whether it uses the value");
    }
}

/// Checks that every operand is defined where it is used.
pub(super) fn dominance(check: &mut Check<'_>, order: &[u32]) {
    let f = check.f;
    let mut trees: FxHashMap<Region, Dominators> = FxHashMap::default();
    let mut bad: Vec<(Op, Value)> = Vec::new();
    f.walk(&mut |op| {
        for &value in f.used_values(op) {
            if !available(f, &mut trees, order, value, op) {
                bad.push((op, value));
            }
        }
    });
    for (op, value) in bad {
        let name = f.value_name(value).map(|name| check.module.context.name(name));
        let name = name.map_or(String::new(), |name| format!(" `%{name}`"));
        check.fail(op, format!("uses a value{name} that is not defined on every path to it"));
    }
}

fn available(
    f: &crate::Function,
    trees: &mut FxHashMap<Region, Dominators>,
    order: &[u32],
    value: Value,
    user: Op,
) -> bool {
    let (block, definition): (Block, Option<Op>) = match f.def(value) {
        Def::Arg(block, _) => (block, None),
        Def::Result(op, _) => match f.parent(op) {
            Some(block) => (block, Some(op)),
            None => return false,
        },
    };
    let region = f.block_region(block);
    // The operation in the definition's region that is, or contains, the user.
    let mut at = user;
    let at_block = loop {
        let Some(at_block) = f.parent(at) else { return false };
        let at_region = f.block_region(at_block);
        if at_region == region {
            break at_block;
        }
        match f.region_op(at_region) {
            Some(outer) => at = outer,
            None => return false,
        }
    };
    if at_block == block {
        let position = |op: Op| order.get(op.index()).copied().unwrap_or(0);
        return definition.is_none_or(|definition| position(definition) < position(at));
    }
    let tree = trees.entry(region).or_insert_with(|| Dominators::new(f, region));
    // Everything dominates what cannot be reached, but a block that was erased defines nothing.
    tree.dominates(block, at_block)
        && (tree.is_reachable(at_block) || f.blocks(region).contains(&block))
}

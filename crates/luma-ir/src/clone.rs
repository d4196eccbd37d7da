//! Copies operations inside one function.

use rustc_hash::FxHashMap;

use crate::entity::{Block, Op, Region, Value};
use crate::function::{Function, Loc, OpParts, Successor};

/// What became of what in a copy. Values and blocks the map does not name stand for themselves, so
/// a caller may enter replacements for what the copied operations take from outside.
#[derive(Clone, Debug, Default)]
pub struct CloneMap {
    /// Results and block arguments.
    pub values: FxHashMap<Value, Value>,
    /// Blocks.
    pub blocks: FxHashMap<Block, Block>,
    /// Every copied operation with its copy, each before those in its regions.
    pub ops: Vec<(Op, Op)>,
}

/// A detached copy of `op` and of everything in its regions; `loc` gives the copies their
/// locations. Time is linear in what is copied, and nesting costs no stack.
pub fn clone_op(
    f: &mut Function,
    op: Op,
    map: &mut CloneMap,
    mut loc: impl FnMut(Loc) -> Loc,
) -> Op {
    let first = map.ops.len();
    let mut regions: Vec<(Region, Region)> = Vec::new();
    let copy = clone_shell(f, op, map, &mut regions, &mut loc);
    while let Some((from, to)) = regions.pop() {
        for from_block in f.blocks(from).to_vec() {
            let to_block = f.add_block(to);
            map.blocks.insert(from_block, to_block);
            for arg in f.block_args(from_block).to_vec() {
                let new = f.add_arg(to_block, f.value_type(arg));
                same_name(f, arg, new);
                map.values.insert(arg, new);
            }
            let mut next = f.first(from_block);
            while let Some(inner) = next {
                next = f.next(inner);
                let inner = clone_shell(f, inner, map, &mut regions, &mut loc);
                f.append(to_block, inner);
            }
        }
    }
    // Uses are rewritten last: a block may use what a block later in the list defines.
    for &(_, new) in map.ops.get(first..).unwrap_or_default() {
        f.map_operands(new, |value| map.values.get(&value).copied().unwrap_or(value));
        if !f.successors(new).is_empty() {
            let successors: Vec<Successor> = f
                .successors(new)
                .iter()
                .map(|s| Successor {
                    block: map.blocks.get(&s.block).copied().unwrap_or(s.block),
                    args: s.args.clone(),
                })
                .collect();
            f.set_successors(new, successors);
        }
    }
    copy
}

/// A copy of `op` with empty regions and the operands of the original.
fn clone_shell(
    f: &mut Function,
    op: Op,
    map: &mut CloneMap,
    regions: &mut Vec<(Region, Region)>,
    loc: &mut impl FnMut(Loc) -> Loc,
) -> Op {
    let results = f.results(op).to_vec();
    let copy = f.make_op(OpParts {
        name: f.op_name(op),
        operands: f.operands(op).into(),
        results: results.iter().map(|&value| f.value_type(value)).collect(),
        attributes: f.attributes(op).into(),
        regions: f.op_regions(op).len(),
        successors: f.successors(op).into(),
        loc: loc(f.loc(op)),
    });
    for (i, &old) in results.iter().enumerate() {
        if let Some(&new) = f.results(copy).get(i) {
            same_name(f, old, new);
            map.values.insert(old, new);
        }
    }
    regions.extend(f.op_regions(op).iter().copied().zip(f.op_regions(copy).iter().copied()));
    map.ops.push((op, copy));
    copy
}

fn same_name(f: &mut Function, old: Value, new: Value) {
    if let Some(name) = f.value_name(old) {
        f.set_value_name(new, name);
    }
}

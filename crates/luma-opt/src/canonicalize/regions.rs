//! Graphs of blocks: what needs to be seen as a whole.

use luma_ir::dialects::luma;
use luma_ir::rewrite::Rewriter;
use luma_ir::{Block, Entity, Function, Op, Region, Successor, Value};

/// What [`simplify`] did.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Simplified {
    pub(super) changed: bool,
    pub(super) blocks_removed: usize,
}

/// Simplifies every graph of blocks of the function, in linear time.
pub(super) fn simplify(rewriter: &mut Rewriter<'_>) -> Simplified {
    let mut done = Simplified::default();
    let f = rewriter.func();
    let mut regions = vec![f.body()];
    f.walk(&mut |op| regions.extend_from_slice(f.op_regions(op)));
    regions.retain(|&region| f.blocks(region).len() > 1);
    for region in regions {
        let before = rewriter.func().blocks(region).len();
        let mut changed = forward(rewriter, region);
        remove_unreachable(rewriter, region);
        changed |= merge_arguments(rewriter, region);
        merge_blocks(rewriter, region);
        let removed = before - rewriter.func().blocks(region).len();
        done.blocks_removed += removed;
        done.changed |= changed || removed > 0;
    }
    done
}

/// The reachable blocks of `region`, each after what it goes to where there is no cycle.
fn postorder(f: &Function, region: Region) -> Vec<Block> {
    let entry = f.blocks(region)[0];
    let mut seen = vec![false; f.block_capacity()];
    let mut mark = |block: Block| !std::mem::replace(&mut seen[block.index()], true);
    mark(entry);
    let mut stack = vec![(entry, 0)];
    let mut out = Vec::new();
    while let Some((block, next)) = stack.last_mut() {
        match f.successors(f.terminator(*block)).get(*next) {
            Some(successor) => {
                *next += 1;
                if mark(successor.block) {
                    stack.push((successor.block, 0));
                }
            }
            None => {
                out.push(*block);
                stack.pop();
            }
        }
    }
    out
}

fn remove_unreachable(rewriter: &mut Rewriter<'_>, region: Region) {
    let f = rewriter.func();
    let reachable = postorder(f, region);
    if reachable.len() == f.blocks(region).len() {
        return;
    }
    let mut keep = vec![false; f.block_capacity()];
    for block in reachable {
        keep[block.index()] = true;
    }
    rewriter.retain_blocks(region, |block| keep[block.index()]);
}

/// What goes to a block that only goes elsewhere goes there itself.
fn forward(rewriter: &mut Rewriter<'_>, region: Region) -> bool {
    let mut changed = false;
    // Where a block goes to is settled before anything that goes to the block is looked at, so that
    // one step suffices for chains of any length; in cycles of empty blocks it need not.
    for block in postorder(rewriter.func(), region) {
        let f = rewriter.func();
        let last = f.terminator(block);
        let mut successors = f.successors(last).to_vec();
        let mut forwarded = false;
        for successor in &mut successors {
            if let Some(further) = beyond(rewriter.func(), successor) {
                *successor = further;
                forwarded = true;
            }
        }
        if forwarded {
            rewriter.set_successors(last, successors);
            changed = true;
        }
    }
    changed
}

/// Where control goes from a block that does nothing else.
fn beyond(f: &Function, successor: &Successor) -> Option<Successor> {
    let block = successor.block;
    let only = f.first(block)?;
    luma::Br::cast(f, only)?;
    let target = f.successors(only).single()?;
    if target.block == block {
        return None;
    }
    let args = f.block_args(block);
    if args.iter().any(|&arg| f.users(arg).any(|user| user != only)) {
        return None;
    }
    let given = |value: Value| {
        let index = args.iter().position(|&arg| arg == value);
        index.map_or(value, |index| successor.args[index])
    };
    Some(Successor { block: target.block, args: target.args.iter().map(|&v| given(v)).collect() })
}

/// Arguments that get the same value from everywhere become that value; those nothing uses go.
fn merge_arguments(rewriter: &mut Rewriter<'_>, region: Region) -> bool {
    let f = rewriter.func();
    let blocks: Vec<Block> = f.blocks(region).iter().skip(1).copied().collect();
    // Who goes to each block, by its index.
    let mut incoming: Vec<Vec<(Op, usize)>> = vec![Vec::new(); f.block_capacity()];
    for &block in f.blocks(region) {
        let last = f.terminator(block);
        for (i, to) in f.successors(last).blocks().enumerate() {
            incoming[to.index()].push((last, i));
        }
    }
    let mut changed = false;
    for block in blocks {
        let edges = &incoming[block.index()];
        let args = rewriter.func().block_args(block).to_vec();
        let mut drop = vec![false; args.len()];
        for (i, &arg) in args.iter().enumerate() {
            let f = rewriter.func();
            let mut only = None;
            let values = edges
                .iter()
                .filter_map(|&(op, successor)| Some(f.successors(op).get(successor)?.args[i]));
            let mut same = true;
            for value in values.filter(|&value| value != arg) {
                same &= only.is_none_or(|only| only == value);
                only = Some(value);
            }
            let unused = f.is_unused(arg);
            match only {
                Some(value) if same && !unused => {
                    rewriter.replace_all_uses(arg, value);
                    drop[i] = true;
                }
                _ => drop[i] = unused,
            }
        }
        if !drop.contains(&true) {
            continue;
        }
        changed = true;
        let keep = |index: usize| !drop[index];
        // An operation that goes here several times stands here several times in a row.
        let mut sources: Vec<Op> = edges.iter().map(|&(op, _)| op).collect();
        sources.dedup();
        for op in sources {
            let mut successors = rewriter.func().successors(op).to_vec();
            for successor in successors.iter_mut().filter(|to| to.block == block) {
                let mut at = 0;
                successor.args.retain(|_| {
                    at += 1;
                    keep(at - 1)
                });
            }
            rewriter.set_successors(op, successors);
        }
        rewriter.retain_args(block, keep);
    }
    changed
}

/// A block that only one other goes to, which goes nowhere else, becomes part of that.
fn merge_blocks(rewriter: &mut Rewriter<'_>, region: Region) {
    let f = rewriter.func();
    let mut predecessors = vec![0_u32; f.block_capacity()];
    for &block in f.blocks(region) {
        for to in f.successors(f.terminator(block)).blocks() {
            predecessors[to.index()] += 1;
        }
    }
    let follower = |f: &Function, block: Block| {
        let last = f.terminator(block);
        luma::Br::cast(f, last)?;
        let successor = f.successors(last).single()?;
        let only = predecessors[successor.block.index()] == 1;
        (only && successor.block != block).then(|| Successor::from(successor))
    };
    let blocks = f.blocks(region).to_vec();
    let mut merged = vec![false; f.block_capacity()];
    for &block in &blocks {
        if let Some(follower) = follower(f, block) {
            merged[follower.block.index()] = true;
        }
    }
    let is_merged = |block: Block| merged[block.index()];
    // From the start of each chain, so that everything moves once.
    for &head in blocks.iter().filter(|&&block| !is_merged(block)) {
        while let Some(next) = follower(rewriter.func(), head) {
            rewriter.merge_block(next.block, head, &next.args);
        }
    }
    if blocks.iter().any(|&block| is_merged(block)) {
        rewriter.retain_blocks(region, |block| !is_merged(block));
    }
}

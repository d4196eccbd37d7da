//! Graphs of blocks: what needs to be seen as a whole.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::rewrite::Rewriter;
use luma_ir::{Block, Entity, Function, Op, Region, Successor, Value};

/// Statistics of [`simplify`].
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
    let Some(&entry) = f.blocks(region).first() else { return Vec::new() };
    let mut seen = vec![false; f.block_capacity()];
    let mut mark = |block: Block| {
        seen.get_mut(block.index()).is_some_and(|seen| !std::mem::replace(seen, true))
    };
    mark(entry);
    let mut stack = vec![(entry, 0)];
    let mut out = Vec::new();
    while let Some((block, next)) = stack.last_mut() {
        let successors = f.last(*block).map(|op| f.successors(op)).unwrap_or_default();
        match successors.get(*next) {
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
        if let Some(keep) = keep.get_mut(block.index()) {
            *keep = true;
        }
    }
    rewriter.retain_blocks(region, |block| keep.get(block.index()).is_some_and(|&keep| keep));
}

/// What goes to a block that only goes elsewhere goes there itself.
fn forward(rewriter: &mut Rewriter<'_>, region: Region) -> bool {
    let mut changed = false;
    // Where a block goes to is settled before anything that goes to the block is looked at, so that
    // one step suffices for chains of any length; in cycles of empty blocks it need not.
    for block in postorder(rewriter.func(), region) {
        let f = rewriter.func();
        let Some(last) = f.last(block) else { continue };
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
        match index {
            Some(index) => {
                let given = successor.args.get(index).copied();
                given.or_never(value, "as many values as the block has arguments")
            }
            None => value,
        }
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
        let Some(last) = f.last(block) else { continue };
        for (i, successor) in f.successors(last).iter().enumerate() {
            if let Some(list) = incoming.get_mut(successor.block.index()) {
                list.push((last, i));
            }
        }
    }
    let mut changed = false;
    for block in blocks {
        let edges = incoming.get(block.index()).map(Vec::as_slice);
        let edges = edges.or_never(&[], "one list for each block");
        let args = rewriter.func().block_args(block).to_vec();
        let mut drop = vec![false; args.len()];
        for (i, &arg) in args.iter().enumerate() {
            let f = rewriter.func();
            let mut only = None;
            let values = edges.iter().filter_map(|&(op, successor)| {
                f.successors(op).get(successor)?.args.get(i).copied()
            });
            let mut same = true;
            for value in values.filter(|&value| value != arg) {
                same &= only.is_none_or(|only| only == value);
                only = Some(value);
            }
            let unused = f.is_unused(arg);
            let Some(drop) = drop.get_mut(i) else { continue };
            match only {
                Some(value) if same && !unused => {
                    rewriter.replace_all_uses(arg, value);
                    *drop = true;
                }
                _ => *drop = unused,
            }
        }
        if !drop.contains(&true) {
            continue;
        }
        changed = true;
        let keep = |index: usize| drop.get(index).is_none_or(|&drop| !drop);
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
        for successor in f.last(block).map(|op| f.successors(op)).unwrap_or_default() {
            if let Some(count) = predecessors.get_mut(successor.block.index()) {
                *count += 1;
            }
        }
    }
    let follower = |f: &Function, block: Block| {
        let last = f.last(block)?;
        luma::Br::cast(f, last)?;
        let successor = f.successors(last).single()?;
        let only = predecessors.get(successor.block.index()) == Some(&1);
        (only && successor.block != block).then(|| Successor::from(successor))
    };
    let blocks = f.blocks(region).to_vec();
    let mut merged = vec![false; f.block_capacity()];
    for &block in &blocks {
        let follower = follower(f, block).map(|successor| successor.block.index());
        if let Some(merged) = follower.and_then(|index| merged.get_mut(index)) {
            *merged = true;
        }
    }
    let is_merged = |block: Block| merged.get(block.index()).is_some_and(|&merged| merged);
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

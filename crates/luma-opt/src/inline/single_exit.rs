//! Makes a structured function return at its end only.
//!
//! ```text
//! luma.if(%c) ({ A; luma.return(%a) })       %r = luma.if(%c) ({ A; luma.yield(%a) },
//! B                                     →        { B; luma.yield(%b) })
//! luma.return(%b)                            luma.return(%r)
//! ```
//!
//! Of an operation with returns in its regions, at most one region may go on; what follows the
//! operation moves there, and may hold the next such operation. Returns inside loops stay, and the
//! function with them.

use luma_ir::dialects::luma;
use luma_ir::{Block, Function, Loc, Op, OpParts, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Operations that may come to stand in each other: what follows handles nesting less well than
/// length.
const DEEPEST: usize = 32;

/// Rewrites `f`, a single block; whether that was possible. If not, `f` is half rewritten.
pub(super) fn rewrite(f: &mut Function) -> bool {
    let &[mut at] = f.blocks(f.body()) else { return false };
    let mut holders = holders(f);
    // What each operation on the way in gives, and the block it stands in.
    let mut outer: Vec<(Block, Op)> = Vec::new();
    let mut replaced: FxHashMap<Value, Value> = FxHashMap::default();
    loop {
        let holder = f.block_ops(at).find(|op| holders.contains(op));
        let Some(op) = holder else { break };
        if outer.len() == DEEPEST {
            return false;
        }
        let Some(open) = open_region(f, op, &holders) else { return false };
        holders.remove(&op);
        let new = with_results(f, op, &mut replaced, open);
        outer.push((at, new));
        match open {
            Some(index) => {
                let block = f.only_block(f.op_regions(new)[index]);
                // What follows goes on where this region ends, if it does not return there.
                let end = f.last(block);
                if end.is_none_or(|end| f.op_name(end) == luma::Yield::NAME) {
                    if let Some(end) = end {
                        f.detach(end);
                    }
                    if let Some(rest) = f.next(new) {
                        f.move_tail(rest, block);
                    }
                } else {
                    drop_rest(f, new);
                }
                at = block;
            }
            None => {
                drop_rest(f, new);
                break;
            }
        }
    }
    // The innermost block ends with a return already, or with what never gets there.
    if outer.last().is_some_and(|&(block, _)| block != at)
        && let Some(end) = f.last(at)
        && f.op_name(end) == luma::Return::NAME
    {
        let values = f.operands(end).to_vec();
        let loc = f.loc(end);
        f.detach(end);
        terminate(f, at, luma::Yield::NAME, &values, loc);
    }
    for (depth, &(block, op)) in outer.iter().enumerate().rev() {
        let values = f.results(op).to_vec();
        let name = if depth == 0 { luma::Return::NAME } else { luma::Yield::NAME };
        let loc = f.loc(op);
        terminate(f, block, name, &values, loc);
    }
    for (old, new) in replaced {
        f.replace_all_uses(old, new);
    }
    f.erase_detached();
    // One return, at the end.
    let mut returns = 0;
    f.walk(&mut |op| returns += usize::from(f.op_name(op) == luma::Return::NAME));
    let last = f.entry().and_then(|entry| f.last(entry));
    returns == 1 && last.is_some_and(|last| f.op_name(last) == luma::Return::NAME)
}

/// Removes what follows `op`, which control does not get past.
fn drop_rest(f: &mut Function, op: Op) {
    while let Some(rest) = f.next(op) {
        f.detach(rest);
    }
}

/// The operations that hold a `luma.return`.
fn holders(f: &Function) -> FxHashSet<Op> {
    let mut holders = FxHashSet::default();
    f.walk(&mut |op| {
        if f.op_name(op) != luma::Return::NAME {
            return;
        }
        let mut at = op;
        while let Some(block) = f.parent(at)
            && let Some(outer) = f.region_op(f.block_region(block))
            && holders.insert(outer)
        {
            at = outer;
        }
    });
    holders
}

/// The one region of `op` that may go on behind it (the missing else region of a `luma.if` is the
/// one after its last); `Some(None)` if none may. `None` if there are several, or `op` is of another
/// kind.
#[expect(clippy::option_option, reason = "no region goes on, or the question makes no sense")]
fn open_region(f: &Function, op: Op, holders: &FxHashSet<Op>) -> Option<Option<usize>> {
    let regions = f.op_regions(op);
    let is_if = f.op_name(op) == luma::If::NAME;
    if !is_if && !matches!(f.op_name(op), luma::Switch::NAME | luma::Block::NAME) {
        return None;
    }
    let mut open = None;
    for (index, &region) in regions.iter().enumerate() {
        let block = f.only_block(region);
        let ends = f.last(block).map(|end| f.op_name(end));
        let closed = matches!(ends, Some(luma::Return::NAME | luma::Unreachable::NAME))
            && !f.block_ops(block).any(|inner| holders.contains(&inner));
        let goes_on =
            matches!(ends, Some(luma::Return::NAME | luma::Yield::NAME | luma::Unreachable::NAME));
        match (closed, open) {
            (true, _) => {}
            (false, None) if goes_on => open = Some(index),
            _ => return None,
        }
    }
    if is_if && regions.len() == 1 {
        if open.is_some() {
            return None;
        }
        open = Some(1);
    }
    Some(open)
}

/// Puts in place of `op` the same with the function's results, and an else region if it lacks
/// one. Its regions but `open` end with a `luma.yield` of what they returned.
fn with_results(
    f: &mut Function,
    op: Op,
    replaced: &mut FxHashMap<Value, Value>,
    open: Option<usize>,
) -> Op {
    let old = f.results(op).to_vec();
    // Only the region that goes on gives the operation's own results.
    let own = open
        .and_then(|index| f.op_regions(op).get(index))
        .and_then(|&region| f.blocks(region).first())
        .and_then(|&block| f.last(block))
        .filter(|&end| f.op_name(end) == luma::Yield::NAME)
        .map(|end| f.operands(end).to_vec());
    replaced.extend(old.into_iter().zip(own.unwrap_or_default()));
    let regions = f.op_regions(op).to_vec();
    let wanted = regions.len().max(open.map_or(0, |index| index + 1));
    let new = f.make_op(OpParts {
        name: f.op_name(op),
        operands: f.operands(op).into(),
        results: f.results.iter().copied().collect(),
        attributes: f.attributes(op).into(),
        regions: wanted,
        successors: f.successors(op).to_vec(),
        loc: f.loc(op),
    });
    for (index, to) in f.op_regions(new).to_vec().into_iter().enumerate() {
        match regions.get(index) {
            Some(&from) => f.splice_region(from, to),
            None => {
                f.add_block(to);
            }
        }
        if open == Some(index) {
            continue;
        }
        let block = f.only_block(to);
        let end = f.terminator(block);
        if f.op_name(end) == luma::Return::NAME {
            let (values, loc) = (f.operands(end).to_vec(), f.loc(end));
            f.detach(end);
            terminate(f, block, luma::Yield::NAME, &values, loc);
        }
    }
    f.insert_before(new, op);
    f.detach(op);
    new
}

fn terminate(f: &mut Function, block: Block, name: luma_ir::OpName, values: &[Value], loc: Loc) {
    let mut parts = OpParts::new(name, loc);
    parts.operands.extend_from_slice(values);
    let end = f.make_op(parts);
    f.append(block, end);
}

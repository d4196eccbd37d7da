//! Removes what liveness did not reach.

use luma_ir::dialect::Control;
use luma_ir::{Block, Context, Function, Op, Value};

use super::{Live, control, is_structured, last, written_variable};

/// What was removed.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Swept {
    /// Operations, those below among them.
    pub(super) ops: usize,
    /// Stores and copies to variables nothing reads.
    pub(super) stores: usize,
    /// Results, block arguments, and values carried by loops; each once.
    pub(super) values: usize,
}

pub(super) fn sweep(context: &Context, f: &mut Function, live: &Live) -> Swept {
    let mut swept = Swept::default();
    let mut ops = Vec::new();
    f.walk(&mut |op| ops.push(op));
    // What hands on values loses them before those who get them do.
    for &op in &ops {
        if live.has(op) && is_structured(f, op) {
            swept.values += match control(context, f, op) {
                Control::Scope | Control::Branch => narrow_results(f, live, op),
                Control::Loop => narrow_loop(f, live, op),
                _ => 0,
            };
        }
    }
    let mut blocks: Vec<Block> = f.blocks(f.body()).iter().skip(1).copied().collect();
    for &op in &ops {
        let regions = f.op_regions(op).iter();
        blocks.extend(regions.flat_map(|&region| f.blocks(region).iter().skip(1)));
    }
    for block in blocks {
        swept.values += narrow_block(f, live, block);
    }
    let mut dead = Vec::new();
    for op in ops {
        // Ends of regions stay, or go with what is around them.
        if live.has(op) || context.op_def(f.op_name(op)).traits.terminator {
            continue;
        }
        swept.ops += 1;
        swept.stores += usize::from(written_variable(f, op).is_some());
        dead.push(op);
    }
    f.erase_all(&dead);
    swept
}

/// Removes the results of a structured operation that nothing needs.
fn narrow_results(f: &mut Function, live: &Live, op: Op) -> usize {
    let keep: Vec<bool> = f.results(op).iter().map(|&value| live.needs(value)).collect();
    let dropped = count_false(&keep);
    if dropped > 0 {
        for &end in live.ends(op) {
            keep_operands(f, end, &keep, 0);
        }
        f.retain_results(op, |index| is_kept(&keep, index));
    }
    dropped
}

/// Removes the values that a loop carries and nothing needs.
fn narrow_loop(f: &mut Function, live: &Live, op: Op) -> usize {
    let keep: Vec<bool> = f.results(op).iter().map(|&value| live.needs(value)).collect();
    let dropped = count_false(&keep);
    if dropped == 0 {
        return 0;
    }
    let condition = f.op_regions(op).first().and_then(|&region| last(f, region));
    for &end in live.ends(op) {
        keep_operands(f, end, &keep, usize::from(Some(end) == condition));
    }
    keep_operands(f, op, &keep, 0);
    for region in f.op_regions(op).to_vec() {
        if let Some(&block) = f.blocks(region).first() {
            f.retain_args(block, |index| is_kept(&keep, index));
        }
    }
    f.retain_results(op, |index| is_kept(&keep, index));
    dropped
}

/// Removes the arguments of a block that nothing needs.
fn narrow_block(f: &mut Function, live: &Live, block: Block) -> usize {
    let keep: Vec<bool> = f.block_args(block).iter().map(|&value| live.needs(value)).collect();
    let dropped = count_false(&keep);
    if dropped == 0 {
        return 0;
    }
    // An operation that goes here several times stands here several times in a row.
    let mut sources: Vec<Op> = live.sources(block).iter().map(|&(op, _)| op).collect();
    sources.dedup();
    for op in sources {
        let mut successors = f.successors(op).to_vec();
        for successor in successors.iter_mut().filter(|successor| successor.block == block) {
            let mut index = 0;
            successor.args.retain(|_| {
                index += 1;
                is_kept(&keep, index - 1)
            });
        }
        f.set_successors(op, successors);
    }
    f.retain_args(block, |index| is_kept(&keep, index));
    dropped
}

/// Keeps the first `first` operands, and of the others those `keep` says.
fn keep_operands(f: &mut Function, op: Op, keep: &[bool], first: usize) {
    let operands = f.operands(op).iter().enumerate();
    let kept: Vec<Value> = operands
        .filter(|&(index, _)| index < first || is_kept(keep, index - first))
        .map(|(_, &value)| value)
        .collect();
    f.set_operands(op, kept);
}

fn is_kept(keep: &[bool], index: usize) -> bool {
    keep.get(index).is_none_or(|&keep| keep)
}

fn count_false(flags: &[bool]) -> usize {
    flags.iter().filter(|&&flag| !flag).count()
}

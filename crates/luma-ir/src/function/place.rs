//! Where operations and blocks stand: inserting, moving, splitting, erasing.

use luma_diagnostics::ice;

use super::Function;
use crate::entity::{Block, Entity, Op, Region};

/// A place for operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// At the start of a block.
    Start(Block),
    /// At the end of a block.
    End(Block),
    /// Before an operation.
    Before(Op),
    /// After an operation.
    After(Op),
}

impl Function {
    /// Puts a detached operation at a position; the operation it is relative to must be attached.
    pub fn insert(&mut self, op: Op, position: Position) {
        debug_assert!(self.parent(op).is_none(), "{op:?} is attached already");
        let (block, previous, next) = self.neighbours(position);
        let data = &mut self.ops[op];
        data.parent = Some(block);
        data.previous = previous;
        data.next = next;
        match previous {
            Some(previous) => self.ops[previous].next = Some(op),
            None => self.blocks[block].first = Some(op),
        }
        match next {
            Some(next) => self.ops[next].previous = Some(op),
            None => self.blocks[block].last = Some(op),
        }
    }

    /// The block of a position, and what stands before and after it.
    fn neighbours(&self, position: Position) -> (Block, Option<Op>, Option<Op>) {
        let (anchor, is_before) = match position {
            Position::Start(block) => return (block, None, self.first(block)),
            Position::End(block) => return (block, self.last(block), None),
            Position::Before(op) => (op, true),
            Position::After(op) => (op, false),
        };
        let Some(block) = self.parent(anchor) else {
            ice!("{anchor:?} is not attached, so nothing can stand beside it");
        };
        match is_before {
            true => (block, self.previous(anchor), Some(anchor)),
            false => (block, Some(anchor), self.next(anchor)),
        }
    }

    /// Puts a detached operation at the end of a block.
    pub fn append(&mut self, block: Block, op: Op) {
        self.insert(op, Position::End(block));
    }

    /// Puts a detached operation before an attached one.
    pub fn insert_before(&mut self, op: Op, before: Op) {
        self.insert(op, Position::Before(before));
    }

    /// Takes an operation out of its block, to be inserted elsewhere: it keeps its operands,
    /// results and regions. What is not needed any more is [erased](Self::erase).
    pub fn detach(&mut self, op: Op) {
        let data = &mut self.ops[op];
        let (Some(block), previous, next) =
            (data.parent.take(), data.previous.take(), data.next.take())
        else {
            return;
        };
        match previous {
            Some(previous) => self.ops[previous].next = next,
            None => self.blocks[block].first = next,
        }
        match next {
            Some(next) => self.ops[next].previous = previous,
            None => self.blocks[block].last = previous,
        }
    }

    /// Moves an operation before another.
    pub fn move_before(&mut self, op: Op, anchor: Op) {
        self.move_to(op, Position::Before(anchor));
    }

    /// Moves an operation after another.
    pub fn move_after(&mut self, op: Op, anchor: Op) {
        self.move_to(op, Position::After(anchor));
    }

    /// Moves an operation to a position that is not relative to itself.
    pub fn move_to(&mut self, op: Op, position: Position) {
        debug_assert!(![Position::Before(op), Position::After(op)].contains(&position));
        self.detach(op);
        self.insert(op, position);
    }

    /// Moves `op` and everything after it in its block to the end of `target`.
    pub fn move_tail(&mut self, op: Op, target: Block) {
        let mut next = Some(op);
        while let Some(op) = next {
            next = self.next(op);
            self.move_to(op, Position::End(target));
        }
    }

    /// Moves all operations of `block` to a position outside it, in order.
    pub fn splice(&mut self, block: Block, position: Position) {
        let mut position = position;
        while let Some(op) = self.first(block) {
            self.move_to(op, position);
            position = Position::After(op);
        }
    }

    /// Moves `op` and what follows it in its block to a new block at the end of the region, which
    /// no terminator goes to yet.
    pub fn split_block(&mut self, op: Op) -> Block {
        let (block, ..) = self.neighbours(Position::Before(op));
        let new = self.add_block(self.block_region(block));
        self.move_tail(op, new);
        new
    }

    /// Moves all blocks of `from` to the end of `to`.
    pub fn splice_region(&mut self, from: Region, to: Region) {
        let blocks = std::mem::take(&mut self.regions[from].blocks);
        for &block in &blocks {
            self.blocks[block].parent = to;
        }
        self.regions[to].blocks.extend(blocks);
    }

    // --- erasing ----------------------------------------------------------------------------

    /// Erases `op` and what its regions hold: nothing of it uses anything any more. Nothing else
    /// may use its results.
    pub fn erase(&mut self, op: Op) {
        self.detach(op);
        self.drop_all(op);
        debug_assert!(self.has_no_uses(op), "a result of {op:?} is still used");
    }

    /// Erases operations, which may use each other. Nothing else may use their results.
    pub fn erase_all(&mut self, ops: &[Op]) {
        for &op in ops {
            self.drop_all(op);
        }
        for &op in ops {
            self.erase(op);
        }
    }

    /// Erases every operation that is not in the body any more, for whoever takes a body apart and
    /// puts it together again.
    pub fn erase_detached(&mut self) {
        let mut attached = vec![false; self.op_capacity()];
        self.walk(&mut |op| attached[op.index()] = true);
        for (index, _) in attached.into_iter().enumerate().filter(|(_, attached)| !attached) {
            let op = Op::from_index(index);
            self.drop_uses(op);
            self.detach(op);
        }
    }

    /// Erases all operations of a block, which may use each other.
    pub fn clear_block(&mut self, block: Block) {
        self.erase_blocks(&[block]);
    }

    /// Erases all blocks of a region.
    pub fn clear_region(&mut self, region: Region) {
        self.retain_blocks(region, |_| false);
    }

    /// Erases the blocks of `region` for which `keep` does not hold. Nothing in the others may use
    /// or go to them.
    pub fn retain_blocks(&mut self, region: Region, keep: impl Fn(Block) -> bool) {
        let blocks = std::mem::take(&mut self.regions[region].blocks);
        let (kept, gone): (Vec<Block>, Vec<Block>) = blocks.into_iter().partition(|&b| keep(b));
        self.regions[region].blocks = kept;
        self.erase_blocks(&gone);
    }

    /// Makes `blocks`, which must be blocks of `region`, all the blocks it has, in this order; the
    /// others are erased.
    pub fn set_blocks(&mut self, region: Region, blocks: Vec<Block>) {
        let mut gone = std::mem::replace(&mut self.regions[region].blocks, blocks);
        let kept: rustc_hash::FxHashSet<Block> = self.blocks(region).iter().copied().collect();
        gone.retain(|block| !kept.contains(block));
        self.erase_blocks(&gone);
    }

    /// Erases what some blocks hold, which may use each other in any order.
    fn erase_blocks(&mut self, blocks: &[Block]) {
        for &block in blocks {
            let mut next = self.first(block);
            while let Some(op) = next {
                next = self.next(op);
                self.drop_all(op);
            }
        }
        for &block in blocks {
            while let Some(op) = self.first(block) {
                self.detach(op);
            }
        }
    }

    /// `op` and what its regions hold use nothing any more, and the regions are empty.
    fn drop_all(&mut self, op: Op) {
        self.drop_uses(op);
        if self.op_regions(op).is_empty() {
            return;
        }
        let mut nested = Vec::new();
        for &region in self.op_regions(op) {
            self.walk_region(region, &mut |op| nested.push(op));
        }
        for &inner in &nested {
            self.drop_uses(inner);
        }
        for inner in nested {
            self.detach(inner);
        }
    }
}

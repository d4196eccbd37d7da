//! Changes a function and notes what is worth another look.

use luma_diagnostics::never;

use crate::attribute::Attribute;
use crate::builder::Builder;
use crate::context::{Context, Symbol};
use crate::entity::{Block, Entity, Op, Region, Value};
use crate::function::{Function, Loc, Position, Successor, Use};

/// The only API through which a pattern mutates IR.
pub struct Rewriter<'a> {
    context: &'a Context,
    f: &'a mut Function,
    derive: &'a dyn Fn(Loc) -> Loc,
    worklist: Worklist,
    erased: usize,
}

impl<'a> Rewriter<'a> {
    /// A rewriter of `f`. `derive` makes the location of a new operation from that of the one it
    /// is made for.
    pub fn new(context: &'a Context, f: &'a mut Function, derive: &'a dyn Fn(Loc) -> Loc) -> Self {
        Self { context, f, derive, worklist: Worklist::default(), erased: 0 }
    }

    // --- reading ----------------------------------------------------------------------------

    /// Names, types and operations.
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// The function as it is now.
    pub fn func(&self) -> &Function {
        self.f
    }

    /// How many operations were erased, those nested in others too.
    pub fn erased(&self) -> usize {
        self.erased
    }

    // --- making -----------------------------------------------------------------------------

    /// Calls `build` with a builder that stands before `op`. What it makes must be attached when it
    /// returns; it must not change what was there.
    pub fn build_before<R>(&mut self, op: Op, build: impl FnOnce(&mut Builder<'_>) -> R) -> R {
        let first = self.f.op_capacity();
        let mut builder = Builder::before(self.context, self.f, op);
        builder.loc = (self.derive)(builder.loc);
        let result = build(&mut builder);
        for index in (first..self.f.op_capacity()).rev() {
            let op = Op::from_index(index);
            if self.f.parent(op).is_some() {
                self.worklist.push(op);
            }
        }
        result
    }

    // --- changing ---------------------------------------------------------------------------

    /// Puts `values` in the place of the results of `op` and erases it.
    pub fn replace_op(&mut self, op: Op, values: &[Value]) {
        for (result, &value) in self.f.results(op).to_vec().into_iter().zip(values) {
            self.replace_all_uses(result, value);
        }
        self.erase_op(op);
    }

    /// Makes everything that uses `old` use `new`, which gets its name if it has none.
    pub fn replace_all_uses(&mut self, old: Value, new: Value) {
        if old == new {
            return;
        }
        // The last use was added first; those who use more of it are looked at in program order.
        for user in self.f.users(old).collect::<Vec<_>>() {
            self.push_changed(user);
        }
        self.f.replace_all_uses(old, new);
        self.f.inherit_name(new, old);
    }

    /// Replaces operand `index` of `op`.
    pub fn set_operand(&mut self, op: Op, index: usize, value: Value) {
        let old = self.f.operands(op)[index];
        self.f.set_use(Use { op, index }, value);
        self.push_changed(op);
        self.push_definition(old);
    }

    /// Replaces all operands of `op`.
    pub fn set_operands(&mut self, op: Op, operands: impl IntoIterator<Item = Value>) {
        self.change(op, |f| f.set_operands(op, operands));
    }

    /// Replaces the successors of a terminator.
    pub fn set_successors(&mut self, op: Op, successors: impl IntoIterator<Item = Successor>) {
        self.change(op, |f| f.set_successors(op, successors));
    }

    /// Sets or replaces an attribute.
    pub fn set_attribute(&mut self, op: Op, name: Symbol, value: Attribute) {
        self.f.set_attribute(op, name, value);
        self.worklist.push(op);
    }

    /// Removes the results of `op` for which `keep` of their index does not hold; nothing may use
    /// them.
    pub fn retain_results(&mut self, op: Op, keep: impl FnMut(usize) -> bool) {
        self.f.retain_results(op, keep);
        self.worklist.push(op);
    }

    /// Removes the arguments of `block` for which `keep` of their index does not hold. Nothing may
    /// use them, and what goes to it must be changed too.
    pub fn retain_args(&mut self, block: Block, keep: impl FnMut(usize) -> bool) {
        self.f.retain_args(block, keep);
    }

    /// Moves the operations of the only block of `region` before `op`, `args` in the place of its
    /// arguments. Returns its terminator, which now stands before `op` and which the caller must
    /// erase; or nothing, and then nothing is changed, if there is not one complete block.
    pub fn inline_region_before(&mut self, region: Region, op: Op, args: &[Value]) -> Option<Op> {
        let &[block] = self.f.blocks(region) else { return None };
        let terminator = self.f.last(block)?;
        for (old, &new) in self.f.block_args(block).to_vec().into_iter().zip(args) {
            self.replace_all_uses(old, new);
        }
        for inner in self.f.block_ops(block) {
            self.worklist.push(inner);
        }
        self.f.splice(block, Position::Before(op));
        Some(terminator)
    }

    /// Puts the operations of `block` in the place of the terminator of `into`, `args` in the place
    /// of its arguments. Nothing else may go to `block`, which is left empty, for the caller to
    /// remove with [`retain_blocks`](Self::retain_blocks) (which costs the length of the region).
    pub fn merge_block(&mut self, block: Block, into: Block, args: &[Value]) {
        for (old, &new) in self.f.block_args(block).to_vec().into_iter().zip(args) {
            self.replace_all_uses(old, new);
        }
        if let Some(terminator) = self.f.last(into) {
            self.erase_op(terminator);
        }
        self.f.splice(block, Position::End(into));
        if let Some(last) = self.f.last(into) {
            self.worklist.push(last);
        }
    }

    /// Moves all blocks of `from` to the end of `to`.
    pub fn move_region(&mut self, from: Region, to: Region) {
        self.f.splice_region(from, to);
    }

    /// Moves `op` and what follows it in its block to a new block at the end of the region, which
    /// no terminator goes to yet.
    pub fn split_block(&mut self, op: Op) -> Block {
        self.f.split_block(op)
    }

    // --- erasing ----------------------------------------------------------------------------

    /// Erases `op` and what its regions hold. Nothing may use its results.
    pub fn erase_op(&mut self, op: Op) {
        let block = self.f.parent(op);
        self.forget(op);
        self.f.erase(op);
        // What is around it is worth a look when nothing but the end is left.
        if let Some(last) = block.and_then(|block| self.f.last(block))
            && self.f.previous(last).is_none()
        {
            self.push_parent(last);
        }
    }

    /// Erases everything that follows `op` in its block. Nothing else may use the results.
    pub fn erase_after(&mut self, op: Op) {
        let Some(block) = self.f.parent(op) else {
            never!("{op:?} is not attached, so nothing follows it");
            return;
        };
        while let Some(last) = self.f.last(block).filter(|&last| last != op) {
            self.erase_op(last);
        }
    }

    /// Erases the blocks of `region` for which `keep` does not hold. Nothing in the others may use
    /// or go to them.
    pub fn retain_blocks(&mut self, region: Region, keep: impl Fn(Block) -> bool) {
        let mut erased = Vec::new();
        for &block in self.f.blocks(region) {
            if !keep(block) {
                erased.extend(self.f.block_ops(block));
            }
        }
        erased.into_iter().for_each(|op| self.forget(op));
        self.f.retain_blocks(region, keep);
    }

    // --- worklist ---------------------------------------------------------------------------

    /// Has every operation looked at.
    pub(super) fn queue_all(&mut self, top_down: bool) {
        let mut ops = Vec::new();
        self.f.walk(&mut |op| ops.push(op));
        // What is pushed last comes out first.
        if top_down {
            ops.reverse();
        }
        for op in ops {
            self.worklist.push(op);
        }
    }

    /// The next operation to look at.
    pub(super) fn next_queued(&mut self) -> Option<Op> {
        loop {
            let op = self.worklist.pop()?;
            if self.f.parent(op).is_some() {
                return Some(op);
            }
        }
    }

    /// Empties the worklist.
    pub(super) fn clear_queue(&mut self) {
        while self.worklist.pop().is_some() {}
    }

    /// A change of all that `op` uses.
    fn change(&mut self, op: Op, change: impl FnOnce(&mut Function)) {
        self.push_used(op);
        change(self.f);
        self.push_changed(op);
    }

    /// `op` and what its regions hold are about to be erased.
    fn forget(&mut self, op: Op) {
        self.push_used(op);
        self.erased += 1;
        let mut nested = Vec::new();
        for &region in self.f.op_regions(op) {
            self.f.walk_region(region, &mut |op| nested.push(op));
        }
        self.erased += nested.len();
        nested.into_iter().for_each(|op| self.push_used(op));
    }

    /// What `op` uses may be unused soon.
    fn push_used(&mut self, op: Op) {
        for i in 0..self.f.used_values(op).len() {
            self.push_definition(self.f.used_values(op)[i]);
        }
    }

    fn push_definition(&mut self, value: Value) {
        if let Some(op) = self.f.def_op(value) {
            self.worklist.push(op);
        }
    }

    /// `op` uses something else now; at the end of a region, what is around may depend on that.
    fn push_changed(&mut self, op: Op) {
        if self.f.next(op).is_none() {
            self.push_parent(op);
        }
        self.worklist.push(op);
    }

    fn push_parent(&mut self, op: Op) {
        let region = self.f.parent(op).map(|block| self.f.block_region(block));
        if let Some(outer) = region.and_then(|region| self.f.region_op(region)) {
            self.worklist.push(outer);
        }
    }
}

impl std::fmt::Debug for Rewriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rewriter").field("func", &self.f.name).finish_non_exhaustive()
    }
}

/// A stack of operations without repetition.
#[derive(Debug, Default)]
struct Worklist {
    stack: Vec<Op>,
    /// Whether each operation is on it, by index.
    queued: Vec<bool>,
}

impl Worklist {
    fn push(&mut self, op: Op) {
        if self.queued.len() <= op.index() {
            self.queued.resize(op.index() + 1, false);
        }
        if !std::mem::replace(&mut self.queued[op.index()], true) {
            self.stack.push(op);
        }
    }

    fn pop(&mut self) -> Option<Op> {
        let op = self.stack.pop()?;
        self.queued[op.index()] = false;
        Some(op)
    }
}

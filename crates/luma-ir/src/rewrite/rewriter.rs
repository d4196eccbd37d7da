//! Changes a function, keeps its use lists true, and notes what is worth another look.

use crate::attribute::Attribute;
use crate::builder::Builder;
use crate::context::{Context, Symbol};
use crate::entity::{Block, Entity, Op, Region, Value};
use crate::function::{Function, Loc, Successor};
use crate::rewrite::uses::{Use, Uses};

/// The hands of a pattern: every change it makes goes through here.
pub struct Rewriter<'a> {
    context: &'a Context,
    f: &'a mut Function,
    uses: Uses,
    derive: &'a dyn Fn(Loc) -> Loc,
    worklist: Worklist,
    erased: usize,
}

impl<'a> Rewriter<'a> {
    /// A rewriter of `f`. `derive` makes the location of a new operation from that of the one it
    /// is made for.
    pub fn new(context: &'a Context, f: &'a mut Function, derive: &'a dyn Fn(Loc) -> Loc) -> Self {
        let uses = Uses::new(f);
        Self { context, f, uses, derive, worklist: Worklist::default(), erased: 0 }
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

    /// Who uses what, as it is now.
    pub fn uses(&self) -> &Uses {
        &self.uses
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
                self.uses.add_op(self.f, op);
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
        let uses: Vec<Use> = self.uses.of(old).collect();
        // The last use was added first; those who use more of it are looked at in program order.
        for at in uses {
            self.set_use(at, new);
            self.push_changed(at.op);
        }
        if let (Some(name), None) = (self.f.value_name(old), self.f.value_name(new)) {
            self.f.set_value_name(new, name);
        }
    }

    /// Replaces operand `index` of `op`.
    pub fn set_operand(&mut self, op: Op, index: usize, value: Value) {
        let Some(&old) = self.f.operands(op).get(index) else { return };
        self.set_use(Use { op, slot: index }, value);
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
        let mut next = self.f.first(block);
        while let Some(inner) = next {
            next = self.f.next(inner);
            self.f.detach(inner);
            self.f.insert_before(inner, op);
            self.worklist.push(inner);
        }
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
        if let Some(first) = self.f.first(block) {
            self.f.move_tail(first, into);
        }
        if let Some(last) = self.f.last(into) {
            self.worklist.push(last);
        }
    }

    /// Moves all blocks of `from` to the end of `to`.
    pub fn move_region(&mut self, from: Region, to: Region) {
        self.f.move_blocks(from, to);
    }

    /// Moves `op` and what follows it in its block to a new block at the end of the region, which
    /// nothing goes to yet.
    pub fn split_block(&mut self, op: Op) -> Option<Block> {
        let region = self.f.block_region(self.f.parent(op)?);
        let block = self.f.add_block(region);
        self.f.move_tail(op, block);
        Some(block)
    }

    // --- erasing ----------------------------------------------------------------------------

    /// Erases `op` and what its regions hold. Nothing may use its results.
    pub fn erase_op(&mut self, op: Op) {
        let block = self.f.parent(op);
        self.forget(op);
        for i in 0..self.f.op_regions(op).len() {
            if let Some(&region) = self.f.op_regions(op).get(i) {
                let mut nested = Vec::new();
                self.f.walk_region(region, &mut |op| nested.push(op));
                for &op in &nested {
                    self.forget(op);
                }
                for op in nested {
                    self.f.detach(op);
                }
            }
        }
        self.f.detach(op);
        // What is around it is worth a look when nothing but the end is left.
        if let Some(last) = block.and_then(|block| self.f.last(block))
            && self.f.previous(last).is_none()
        {
            self.push_parent(last);
        }
    }

    /// Erases everything that follows `op` in its block. Nothing else may use the results.
    pub fn erase_after(&mut self, op: Op) {
        let Some(block) = self.f.parent(op) else { return };
        while let Some(last) = self.f.last(block).filter(|&last| last != op) {
            self.erase_op(last);
        }
    }

    /// Erases the blocks of `region` for which `keep` does not hold. Nothing in the others may use
    /// or go to them.
    pub fn retain_blocks(&mut self, region: Region, keep: impl Fn(Block) -> bool) {
        for block in self.f.blocks(region).to_vec() {
            if !keep(block) {
                // They may use each other in any order: first nothing uses anything any more.
                while let Some(last) = self.f.last(block) {
                    self.erase_op(last);
                }
            }
        }
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

    fn set_use(&mut self, at: Use, value: Value) {
        let operands = self.f.operands(at.op).len();
        if at.slot < operands {
            self.f.set_operand(at.op, at.slot, value);
        } else {
            let mut index = at.slot - operands;
            let lengths = self.f.successors(at.op).iter().map(|successor| successor.args.len());
            let mut found = None;
            for (successor, length) in lengths.enumerate() {
                if index < length {
                    found = Some(successor);
                    break;
                }
                index -= length;
            }
            if let Some(successor) = found {
                self.f.set_successor_arg(at.op, successor, index, value);
            }
        }
        self.uses.change(at, value);
    }

    /// A change of all that `op` uses.
    fn change(&mut self, op: Op, change: impl FnOnce(&mut Function)) {
        self.push_used(op);
        self.uses.remove_op(op);
        change(self.f);
        self.uses.add_op(self.f, op);
        self.push_changed(op);
    }

    fn forget(&mut self, op: Op) {
        self.push_used(op);
        self.uses.remove_op(op);
        self.erased += 1;
    }

    /// What `op` uses may be unused soon.
    fn push_used(&mut self, op: Op) {
        for i in 0..self.f.operands(op).len() {
            if let Some(&value) = self.f.operands(op).get(i) {
                self.push_definition(value);
            }
        }
        for i in 0..self.f.successors(op).len() {
            for j in 0..self.f.successors(op).get(i).map_or(0, |successor| successor.args.len()) {
                let successor = self.f.successors(op).get(i);
                if let Some(&value) = successor.and_then(|successor| successor.args.get(j)) {
                    self.push_definition(value);
                }
            }
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
        if let Some(queued) = self.queued.get_mut(op.index())
            && !std::mem::replace(queued, true)
        {
            self.stack.push(op);
        }
    }

    fn pop(&mut self) -> Option<Op> {
        let op = self.stack.pop()?;
        if let Some(queued) = self.queued.get_mut(op.index()) {
            *queued = false;
        }
        Some(op)
    }
}

//! The core of `lower-defer` and `structured-to-cfg`: moves operations out of regions into blocks
//! of the function's body, and puts deferred code where control leaves its region.
//!
//! One walk over the function visits each operation once and appends it to the block at the cursor.
//! Flattening an operation replaces it by branches and walks on in its regions; an operation that
//! stays structured moves as a whole. Deferred code waits in a list; see [`drop_tree`].
//!
//! Recursion is as deep as regions are nested, which the front end and the text form bound.

mod carry;
mod drop_tree;

use std::rc::Rc;

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Block, Builder, Function, Loc, Op, Region, Successor, Value};
use luma_pass::PassContext;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::exits::{Exits, Extent, Kind};
use carry::Carrier;
use drop_tree::{DropTree, NodeId};

/// Flattens `extent` of `f` and lowers every `luma.defer` in it; whether that changed anything.
pub(crate) fn flatten(cx: &PassContext<'_>, f: &mut Function, extent: Extent) -> bool {
    let exits = Exits::of(cx.context, f, extent);
    let Some(entry) = f.entry().filter(|_| !exits.idle) else { return false };
    let mut flattener = Flattener {
        cx,
        f,
        exits,
        inline_blocks: extent != Extent::Defers,
        at: entry,
        pending: None,
        loops: Vec::new(),
        tree: DropTree::default(),
        replaced: FxHashMap::default(),
        rearrange: false,
    };
    for block in flattener.f.blocks(flattener.f.body()).to_vec() {
        flattener.at = block;
        flattener.walk(block, false);
    }
    flattener.finish_tree();
    flattener.replace_results();
    if flattener.rearrange {
        arrange_blocks(f);
    }
    true
}

/// A loop around the cursor.
#[derive(Clone, Debug)]
enum Frame {
    /// It stays structured.
    Kept,
    /// It is being flattened.
    Flat {
        /// Where `luma.break` goes.
        after: Block,
        /// Where `luma.continue` goes.
        post: Block,
        /// What was deferred when its body began.
        base: Option<NodeId>,
        /// How the values it carries get there.
        carriers: Rc<[Carrier]>,
    },
}

struct Flattener<'a> {
    cx: &'a PassContext<'a>,
    f: &'a mut Function,
    exits: Exits,
    /// Whether every `luma.block` dissolves.
    inline_blocks: bool,
    /// The cursor: operations go to the end of this block.
    at: Block,
    /// The innermost deferred code at the cursor.
    pending: Option<NodeId>,
    /// The loops around the cursor, outermost first.
    loops: Vec<Frame>,
    tree: DropTree,
    /// Results of flattened operations, and the values that took their place.
    replaced: FxHashMap<Value, Value>,
    /// Whether the body got new blocks or lost branches.
    rearrange: bool,
}

impl Flattener<'_> {
    /// Moves the operations of `source` to the cursor. Where control reaches its `luma.yield`, its
    /// deferred code follows, and that yield is the result, detached.
    fn walk(&mut self, source: Block, is_loop_body: bool) -> Option<Op> {
        let base = self.pending;
        let ops: Vec<Op> = self.f.block_ops(source).collect();
        let mut end = None;
        let mut live = true;
        for op in ops {
            self.f.detach(op);
            if !live {
                // Control cannot get here. Where `source` is the cursor's block it must go, and
                // blocks it branches to may go with it.
                self.rearrange = true;
                continue;
            }
            let flat =
                self.exits.is_flat(op, matches!(self.loops.last(), Some(Frame::Flat { .. })));
            match self.f.op_name(op) {
                luma::Defer::NAME => self.pending = Some(self.tree.defer(op, self.pending)),
                luma::If::NAME if flat => live = self.flatten_if(op),
                luma::Loop::NAME if flat => live = self.flatten_loop(op),
                luma::Switch::NAME if flat => live = self.flatten_switch(op),
                luma::Block::NAME if flat || self.inline_blocks => live = self.dissolve(op),
                luma::Yield::NAME => {
                    end = self.end_region(op, base, is_loop_body);
                    live = false;
                }
                luma::Return::NAME => {
                    self.leave(Kind::Return, op);
                    live = false;
                }
                luma::Break::NAME => {
                    self.leave(Kind::Break, op);
                    live = false;
                }
                luma::Continue::NAME => {
                    self.leave(Kind::Continue, op);
                    live = false;
                }
                _ => self.keep(op),
            }
        }
        self.pending = base;
        end
    }

    /// Walks the only block of region `index` of `op`.
    fn walk_only_block(&mut self, op: Op, index: usize, is_loop_body: bool) -> Option<Op> {
        let block = self.f.only_block(self.f.op_regions(op)[index]);
        self.walk(block, is_loop_body)
    }

    /// Moves an operation as a whole; what is deferred inside is lowered there.
    fn keep(&mut self, op: Op) {
        self.f.append(self.at, op);
        if !self.exits.has_work(op) {
            return;
        }
        let at = self.at;
        let is_loop = self.f.op_name(op) == luma::Loop::NAME;
        for (i, region) in self.f.op_regions(op).to_vec().into_iter().enumerate() {
            let block = self.f.only_block(region);
            let is_loop_body = is_loop && i == 1;
            if is_loop_body {
                self.loops.push(Frame::Kept);
            }
            self.at = block;
            if let Some(end) = self.walk(block, is_loop_body) {
                self.f.append(self.at, end);
            }
            if is_loop_body {
                self.loops.pop();
            }
        }
        self.at = at;
    }

    /// `luma.block`: whether control comes out of it.
    fn dissolve(&mut self, op: Op) -> bool {
        let Some(end) = self.walk_only_block(op, 0, false) else { return false };
        for i in 0..self.f.results(op).len() {
            let value = self.current(self.f.operands(end)[i]);
            self.replaced.insert(self.f.results(op)[i], value);
        }
        true
    }

    /// `luma.if`: whether control comes out of it.
    fn flatten_if(&mut self, op: Op) -> bool {
        let loc = self.derived(op);
        let condition = luma::If(op).condition(self.f);
        let results = self.f.results(op).to_vec();
        let carriers = self.carriers(&results, false);
        let branch_at = self.at;
        let regions = self.f.op_regions(op).len();
        let merge = self.new_block();
        let mut live = regions < 2;
        let mut targets = Vec::with_capacity(2);
        for i in 0..regions {
            let block = self.new_block();
            targets.push(block);
            self.at = block;
            if let Some(end) = self.walk_only_block(op, i, false) {
                self.jump_with(merge, &carriers, end);
                live = true;
            }
        }
        let to_else = targets.get(1).copied().unwrap_or(merge);
        self.at = branch_at;
        let mut b = self.builder(loc);
        luma::CondBr::build(&mut b, condition, goto(targets[0]), goto(to_else));
        self.at = merge;
        if live {
            self.receive(&results, &carriers, loc);
        }
        live
    }

    /// `luma.switch`: whether control comes out of it.
    fn flatten_switch(&mut self, op: Op) -> bool {
        let loc = self.derived(op);
        let value = luma::Switch(op).value(self.f);
        let cases = luma::Switch(op).cases_attr(self.f).cloned();
        let cases = cases.or_never(Attribute::Unit, "a switch has cases");
        let results = self.f.results(op).to_vec();
        let carriers = self.carriers(&results, false);
        let branch_at = self.at;
        let merge = self.new_block();
        let mut live = false;
        let mut targets = Vec::new();
        for i in 0..self.f.op_regions(op).len() {
            let block = self.new_block();
            targets.push(goto(block));
            self.at = block;
            if let Some(end) = self.walk_only_block(op, i, false) {
                self.jump_with(merge, &carriers, end);
                live = true;
            }
        }
        self.at = branch_at;
        let default = targets.remove(0);
        luma::SwitchBr::build(&mut self.builder(loc), value, cases, default, targets);
        self.at = merge;
        if live {
            self.receive(&results, &carriers, loc);
        }
        live
    }

    /// `luma.loop`: whether control can come out of it.
    fn flatten_loop(&mut self, op: Op) -> bool {
        let loc = self.derived(op);
        let results = self.f.results(op).to_vec();
        // One slot for each value is enough: whoever gets it loads it first thing.
        let carriers: Rc<[Carrier]> = self.carriers(&results, self.exits.has_hubs).into();
        let [condition, body, post, after] = std::array::from_fn(|_| self.new_block());
        self.jump_with(condition, &carriers, op);
        self.at = condition;
        self.receive_region(op, 0, &carriers);
        let test = self.walk_only_block(op, 0, false);
        if let Some(test) = test {
            let loc = self.derived(test);
            let operands = self.f.operands(test);
            let (value, values) = (operands[0], &operands[1..]);
            let values: Vec<Option<Value>> = values.iter().copied().map(Some).collect();
            let args = self.send(&carriers, &values, loc);
            let to = |block| Successor { block, args: args.as_slice().into() };
            luma::CondBr::build(&mut self.builder(loc), value, to(body), to(after));
        }
        self.at = body;
        self.receive_region(op, 1, &carriers);
        let frame = Frame::Flat { after, post, base: self.pending, carriers: carriers.clone() };
        self.loops.push(frame);
        // Its end is a `luma.continue` that needs no writing.
        self.walk_only_block(op, 1, true);
        self.loops.pop();
        self.at = post;
        self.receive_region(op, 2, &carriers);
        if let Some(end) = self.walk_only_block(op, 2, false) {
            self.jump_with(condition, &carriers, end);
        }
        self.at = after;
        if test.is_some() {
            self.receive(&results, &carriers, loc);
        }
        test.is_some()
    }

    /// Takes over at the cursor what the arguments of region `index` of `op` get.
    fn receive_region(&mut self, op: Op, index: usize, carriers: &[Carrier]) {
        let block = self.f.only_block(self.f.op_regions(op)[index]);
        let args = self.f.block_args(block).to_vec();
        self.receive(&args, carriers, self.derived(op));
    }

    /// What stands for `value` now.
    fn current(&self, value: Value) -> Value {
        self.replaced.get(&value).copied().unwrap_or(value)
    }

    /// Goes from the cursor to `target` with the operands of `op`, which is detached.
    fn jump_with(&mut self, target: Block, carriers: &[Carrier], op: Op) {
        let loc = self.derived(op);
        let values: Vec<Option<Value>> = self.f.operands(op).iter().copied().map(Some).collect();
        let args = self.send(carriers, &values, loc);
        self.jump(target, &args, loc);
    }

    fn jump(&mut self, target: Block, args: &[Value], loc: Loc) {
        let successor = Successor { block: target, args: args.into() };
        luma::Br::build(&mut self.builder(loc), successor);
    }

    /// A builder at the cursor.
    fn builder(&mut self, loc: Loc) -> Builder<'_> {
        Builder::at_end(self.cx.context, self.f, self.at, loc)
    }

    /// The location of what this pass makes out of `op`.
    fn derived(&self, op: Op) -> Loc {
        self.cx.derive(self.f.loc(op))
    }

    fn new_block(&mut self) -> Block {
        self.rearrange = true;
        self.f.add_block(self.f.body())
    }

    /// Makes every use of a result that has gone use what took its place.
    fn replace_results(&mut self) {
        for (old, new) in self.replaced.drain() {
            self.f.replace_all_uses(old, new);
        }
        // What was flattened, and what cannot be reached any more, still uses values.
        self.f.erase_detached();
    }
}

fn goto(block: Block) -> Successor {
    Successor { block, args: [].as_slice().into() }
}

/// Drops the blocks of the body that control cannot reach and puts the others in reverse postorder,
/// a block's first successor next to it.
pub(crate) fn arrange_blocks(f: &mut Function) {
    let Some(entry) = f.entry() else { return };
    let body: Region = f.body();
    let mut seen: FxHashSet<Block> = [entry].into_iter().collect();
    let mut stack = vec![(entry, 0)];
    let mut order = Vec::new();
    while let Some((block, visited)) = stack.last_mut() {
        let successors = f.successors(f.terminator(*block));
        let next = successors.iter().rev().nth(*visited).map(|s| s.block);
        *visited += 1;
        match next {
            Some(next) if seen.insert(next) => stack.push((next, 0)),
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    f.set_blocks(body, order);
}

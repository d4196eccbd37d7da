//! A changed copy of a function: every kind of change to a body is a set of [`Edits`], and
//! [`rebuild`] is the one place that makes them. The copy holds nothing but what is left, so its
//! arenas shrink with it.

use luma_ir::dialects::luma;
use luma_ir::{
    Attribute, Block, Builder, Context, Dominators, Function, Loc, Op, OpParts, Position, Region,
    Successor, Symbol, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::values::{Plain, default_value};

/// What takes the place of a value that goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stand {
    /// A new plain value of its type.
    Plain(Plain),
    /// Another value of the function, as it is before the edits.
    Value(Value),
}

/// How an operation is rebuilt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    /// It goes, and so does all in its regions; its results are replaced.
    Remove(Stand),
    /// What stands in this region takes its place. The region has one block without arguments.
    Inline(usize),
    /// The block ends here, with a return of plain values.
    Return,
    /// The block ends here, with `luma.unreachable`.
    Unreachable,
    /// A branch goes to this successor only.
    Goto(usize),
    /// A `luma.br` to a block that nothing else goes to: what stands there follows here.
    Merge,
}

/// Changes to a body, all made at once. Where they contradict each other, the first in this order
/// wins.
#[derive(Default, Debug)]
pub(crate) struct Edits {
    /// How each operation is rebuilt.
    pub(crate) actions: FxHashMap<Op, Action>,
    /// Operands that become something else.
    pub(crate) operands: FxHashMap<(Op, usize), Stand>,
    /// Operands that go.
    pub(crate) dropped_operands: FxHashSet<(Op, usize)>,
    /// Regions that go.
    pub(crate) dropped_regions: FxHashSet<(Op, usize)>,
    /// Successors that go.
    pub(crate) dropped_successors: FxHashSet<(Op, usize)>,
    /// Attributes that become something else.
    pub(crate) attributes: FxHashMap<(Op, Symbol), Attribute>,
    /// Block arguments that go, and what is passed for them; in the entry block, parameters.
    pub(crate) dropped_args: FxHashSet<(Block, usize)>,
    /// Operations that lose their results.
    pub(crate) dropped_results: FxHashSet<Op>,
    /// The function loses its results.
    pub(crate) void: bool,
}

impl Edits {
    /// Whether there is nothing to change.
    pub(crate) fn is_empty(&self) -> bool {
        self.actions.is_empty()
            && self.operands.is_empty()
            && self.dropped_operands.is_empty()
            && self.dropped_regions.is_empty()
            && self.dropped_successors.is_empty()
            && self.attributes.is_empty()
            && self.dropped_args.is_empty()
            && self.dropped_results.is_empty()
            && !self.void
    }
}

/// A copy of `f` with `edits`. It is up to the verifier whether the result makes sense.
pub(crate) fn rebuild(context: &Context, f: &Function, edits: &Edits) -> Function {
    let results = if edits.void { Vec::new() } else { f.results.clone() };
    let mut new = Function::new(f.name, Vec::new(), results, f.loc);
    new.linkage = f.linkage;
    new.attributes.clone_from(&f.attributes);
    let merged = merged_blocks(f, edits);
    let mut copy = Copier {
        context,
        f,
        edits,
        merged,
        new,
        values: FxHashMap::default(),
        blocks: FxHashMap::default(),
        frames: Vec::new(),
        copies: Vec::new(),
        plain: Vec::new(),
    };
    let body = copy.new.body();
    copy.region(f.body(), body);
    copy.operations();
    copy.uses();
    copy.tidy();
    let mut new = copy.new;
    new.params = match new.entry() {
        Some(entry) => new.block_args(entry).iter().map(|&arg| new.value_type(arg)).collect(),
        None => f.params.clone(),
    };
    new
}

fn merged_blocks(f: &Function, edits: &Edits) -> FxHashSet<Block> {
    let merges = edits.actions.iter().filter(|(_, action)| **action == Action::Merge);
    merges.filter_map(|(&op, _)| Some(f.successors(op).first()?.block)).collect()
}

/// An operation of the copy that uses nothing yet.
struct Copied {
    op: Op,
    operands: SmallVec<[Fate; 2]>,
    /// Of the original.
    successors: SmallVec<[Successor; 2]>,
}

/// The replacement of a value.
#[derive(Clone, Copy)]
enum Fate {
    New(Value),
    /// Whatever became of another one.
    As(Value),
}

/// Operations still to copy.
struct Frame {
    next: Option<Op>,
    to: Block,
    /// Whose region this is, if its contents take its place.
    inlined: Option<Op>,
}

struct Copier<'a> {
    context: &'a Context,
    f: &'a Function,
    edits: &'a Edits,
    merged: FxHashSet<Block>,
    new: Function,
    values: FxHashMap<Value, Fate>,
    blocks: FxHashMap<Block, Block>,
    frames: Vec<Frame>,
    /// New operations with their operands, which are entered when all values are known.
    copies: Vec<Copied>,
    /// Plain values made, each with the operations that make it.
    plain: Vec<(Value, SmallVec<[Op; 3]>)>,
}

impl Copier<'_> {
    /// Makes the blocks of a region and enters their operations into the list of what is to copy.
    fn region(&mut self, from: Region, to: Region) {
        for &old in self.f.blocks(from) {
            if self.merged.contains(&old) {
                continue;
            }
            let block = self.new.add_block(to);
            self.blocks.insert(old, block);
            for (index, &arg) in self.f.block_args(old).iter().enumerate() {
                if self.edits.dropped_args.contains(&(old, index)) {
                    let loc = self.f.first(old).map_or(self.f.loc, |op| self.f.loc(op));
                    self.stand_in(arg, Plain::Zero, block, loc);
                } else {
                    let new = self.new.add_arg(block, self.f.value_type(arg));
                    self.same(arg, new);
                }
            }
            self.frames.push(Frame { next: self.f.first(old), to: block, inlined: None });
        }
    }

    fn operations(&mut self) {
        while let Some(frame) = self.frames.last_mut() {
            let (to, inlined) = (frame.to, frame.inlined);
            let Some(op) = frame.next else {
                self.frames.pop();
                continue;
            };
            frame.next = self.f.next(op);
            let name = self.f.op_name(op);
            match self.edits.actions.get(&op) {
                Some(&Action::Remove(stand)) => self.remove(op, stand, to),
                Some(&Action::Inline(index)) => {
                    let region = self.f.op_regions(op).get(index);
                    let block = region.and_then(|&region| self.f.blocks(region).first());
                    let next = block.and_then(|&block| self.f.first(block));
                    self.frames.push(Frame { next, to, inlined: Some(op) });
                }
                Some(Action::Return) => self.end(op, luma::Return::NAME, to),
                Some(Action::Unreachable) => self.end(op, luma::Unreachable::NAME, to),
                Some(&Action::Goto(index)) => {
                    if let Some(successor) = self.f.successors(op).get(index) {
                        let mut parts = OpParts::new(luma::Br::NAME, self.f.loc(op));
                        parts.successors.push(successor.into());
                        self.add(parts, SmallVec::new(), to);
                    }
                    self.cut(to);
                }
                Some(Action::Merge) => {
                    if let Some(successor) = self.f.successors(op).first() {
                        let args = self.f.block_args(successor.block).iter();
                        for (&arg, &value) in args.zip(successor.args) {
                            self.values.insert(arg, Fate::As(value));
                        }
                        let next = self.f.first(successor.block);
                        self.frames.push(Frame { next, to, inlined: None });
                    }
                }
                None => match inlined {
                    Some(outer) if name == luma::Yield::NAME => {
                        let yielded = self.f.operands(op).iter();
                        for (&result, &value) in self.f.results(outer).iter().zip(yielded) {
                            self.values.insert(result, Fate::As(value));
                        }
                    }
                    // The loop may be gone; where it is not, what follows is one way to go on.
                    Some(_) if name == luma::Break::NAME || name == luma::Continue::NAME => {}
                    _ => {
                        self.copy(op, to);
                        if self.context.op_def(name).traits.terminator {
                            self.cut(to);
                        }
                    }
                },
            }
        }
    }

    /// Nothing more goes into `to`: it has got its terminator.
    fn cut(&mut self, to: Block) {
        for frame in self.frames.iter_mut().rev().take_while(|frame| frame.to == to) {
            frame.next = None;
        }
    }

    fn copy(&mut self, op: Op, to: Block) {
        let f = self.f;
        let mut parts = OpParts::new(f.op_name(op), f.loc(op));
        if !self.edits.dropped_results.contains(&op) {
            parts.results = f.results(op).iter().map(|&value| f.value_type(value)).collect();
        } else {
            for &result in f.results(op) {
                self.stand_in(result, Plain::Zero, to, f.loc(op));
            }
        }
        for (name, value) in f.attributes(op) {
            let value = self.edits.attributes.get(&(op, *name)).unwrap_or(value);
            parts.attributes.push((*name, value.clone()));
        }
        for (index, successor) in f.successors(op).iter().enumerate() {
            if !self.edits.dropped_successors.contains(&(op, index)) {
                parts.successors.push(successor.into());
            }
        }
        let kept: SmallVec<[Region; 2]> = (f.op_regions(op).iter().enumerate())
            .filter(|(index, _)| !self.edits.dropped_regions.contains(&(op, *index)))
            .map(|(_, &region)| region)
            .collect();
        parts.regions = kept.len();
        let void_return = self.edits.void && f.op_name(op) == luma::Return::NAME;
        let mut operands = SmallVec::new();
        for (index, &value) in f.operands(op).iter().enumerate() {
            if void_return || self.edits.dropped_operands.contains(&(op, index)) {
                continue;
            }
            operands.push(match self.edits.operands.get(&(op, index)) {
                Some(&Stand::Plain(plain)) => {
                    let ty = f.value_type(value);
                    Fate::New(self.plain_value(ty, plain, Position::End(to), f.loc(op)))
                }
                Some(&Stand::Value(other)) => Fate::As(other),
                None => Fate::As(value),
            });
        }
        let copy = self.add(parts, operands, to);
        let results = self.new.results(copy).to_vec();
        for (&old, new) in f.results(op).iter().zip(results) {
            self.same(old, new);
        }
        let regions = self.new.op_regions(copy).to_vec();
        for (from, to) in kept.into_iter().zip(regions) {
            self.region(from, to);
        }
    }

    fn add(&mut self, mut parts: OpParts, operands: SmallVec<[Fate; 2]>, to: Block) -> Op {
        // They are of the original.
        let successors = std::mem::take(&mut parts.successors);
        let op = self.new.make_op(parts);
        self.new.append(to, op);
        self.copies.push(Copied { op, operands, successors });
        op
    }

    fn remove(&mut self, op: Op, stand: Stand, to: Block) {
        for (index, &result) in self.f.results(op).iter().enumerate() {
            match stand {
                Stand::Value(value) if index == 0 => {
                    self.values.insert(result, Fate::As(value));
                }
                Stand::Value(_) => self.stand_in(result, Plain::Zero, to, self.f.loc(op)),
                Stand::Plain(plain) => self.stand_in(result, plain, to, self.f.loc(op)),
            }
        }
    }

    /// Ends `to` with a terminator without successors.
    fn end(&mut self, op: Op, name: luma_ir::OpName, to: Block) {
        let loc = self.f.loc(op);
        let mut operands = SmallVec::new();
        if name == luma::Return::NAME {
            for ty in self.new.results.clone() {
                let value = self.plain_value(ty, Plain::Zero, Position::End(to), loc);
                operands.push(Fate::New(value));
            }
        }
        self.add(OpParts::new(name, loc), operands, to);
        self.cut(to);
    }

    fn same(&mut self, old: Value, new: Value) {
        if let Some(name) = self.f.value_name(old) {
            self.new.set_value_name(new, name);
        }
        self.values.insert(old, Fate::New(new));
    }

    /// A new plain value for `old`, at the end of `to`.
    fn stand_in(&mut self, old: Value, plain: Plain, to: Block, loc: Loc) {
        let ty = self.f.value_type(old);
        let value = self.plain_value(ty, plain, Position::End(to), loc);
        self.values.insert(old, Fate::New(value));
    }

    fn plain_value(
        &mut self,
        ty: luma_ir::Type,
        plain: Plain,
        position: Position,
        loc: Loc,
    ) -> Value {
        let context = self.context;
        let mut builder = Builder { context, func: &mut self.new, position, loc };
        let (value, ops) = default_value(&mut builder, ty, plain);
        self.plain.push((value, ops));
        value
    }

    /// What became of a value, if its definition was copied.
    fn resolve(&mut self, value: Value) -> Option<Value> {
        let mut at = value;
        for _ in 0..=self.values.len() {
            match *self.values.get(&at)? {
                Fate::As(other) => at = other,
                Fate::New(new) => {
                    // The next one who asks is spared the way.
                    self.values.insert(value, Fate::New(new));
                    return Some(new);
                }
            }
        }
        None
    }

    fn used(&mut self, fate: Fate, user: Op) -> Value {
        let old = match fate {
            Fate::New(value) => return value,
            Fate::As(value) => value,
        };
        self.resolve(old).unwrap_or_else(|| {
            // What defined it was cut off.
            let (ty, loc) = (self.f.value_type(old), self.new.loc(user));
            self.plain_value(ty, Plain::Zero, Position::Before(user), loc)
        })
    }

    /// Enters operands and successors.
    fn uses(&mut self) {
        for Copied { op, operands, successors: old } in std::mem::take(&mut self.copies) {
            let operands: Vec<Value> =
                operands.into_iter().map(|fate| self.used(fate, op)).collect();
            self.new.set_operands(op, operands);
            if old.is_empty() {
                continue;
            }
            let mut successors = Vec::new();
            for successor in old {
                let target = successor.block;
                // A merged block is nobody else's successor; a candidate where it is, is refused.
                let Some(&block) = self.blocks.get(&target) else { continue };
                let mut args = SmallVec::new();
                for (index, &value) in successor.args.iter().enumerate() {
                    if !self.edits.dropped_args.contains(&(target, index)) {
                        args.push(self.used(Fate::As(value), op));
                    }
                }
                successors.push(Successor { block, args });
            }
            self.new.set_successors(op, successors);
        }
    }

    /// Takes away plain values nobody needed and, where branches were changed, blocks nothing
    /// goes to.
    fn tidy(&mut self) {
        let branches =
            self.edits.actions.values().any(|action| {
                matches!(action, Action::Goto(_) | Action::Return | Action::Unreachable)
            });
        if branches || !self.edits.dropped_successors.is_empty() {
            let body = self.new.body();
            if self.new.blocks(body).len() > 1 {
                let dominators = Dominators::new(&self.new, body);
                self.new.retain_blocks(body, |block| dominators.is_reachable(block));
            }
        }
        if self.plain.is_empty() {
            return;
        }
        let makers: FxHashSet<Op> = self.plain.iter().flat_map(|(_, ops)| ops).copied().collect();
        let mut used: FxHashSet<Value> = FxHashSet::default();
        let new = &self.new;
        new.walk(&mut |op| {
            if !makers.contains(&op) {
                used.extend(new.used_values(op));
            }
        });
        for (value, ops) in std::mem::take(&mut self.plain) {
            if !used.contains(&value) {
                self.new.erase_all(&ops);
            }
        }
    }
}

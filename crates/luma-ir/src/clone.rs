//! Copies operations and regions, inside one function or from one into another.

use rustc_hash::FxHashMap;

use crate::entity::{Block, Op, Region, Value};
use crate::function::{Function, Loc, OpParts, Successor};

/// What became of what in a copy. Values and blocks the map does not name stand for themselves, so
/// a caller may enter replacements for what the copied operations take from outside; from another
/// function, it must.
#[derive(Clone, Debug, Default)]
pub struct CloneMap {
    /// Results and block arguments.
    pub values: FxHashMap<Value, Value>,
    /// Blocks.
    pub blocks: FxHashMap<Block, Block>,
    /// Every copied operation with its copy, each before those in its regions.
    pub ops: Vec<(Op, Op)>,
}

impl CloneMap {
    /// What stands for `value` in the copy.
    pub fn value(&self, value: Value) -> Value {
        self.values.get(&value).copied().unwrap_or(value)
    }

    fn successor(&self, successor: &Successor) -> Successor {
        Successor {
            block: self.blocks.get(&successor.block).copied().unwrap_or(successor.block),
            args: successor.args.iter().map(|&arg| self.value(arg)).collect(),
        }
    }
}

/// A detached copy of `op` and of everything in its regions; `loc` gives the copies their
/// locations. Time is linear in what is copied, and nesting costs no stack.
pub fn clone_op(
    f: &mut Function,
    op: Op,
    map: &mut CloneMap,
    mut loc: impl FnMut(Loc) -> Loc,
) -> Op {
    let mut copier = Copier { source: None, target: f, map, loc: &mut loc };
    copier.op(op)
}

/// A detached copy in `target` of `op`, which is of `source`, and of everything in its regions.
pub fn clone_into(
    source: &Function,
    op: Op,
    target: &mut Function,
    map: &mut CloneMap,
    mut loc: impl FnMut(Loc) -> Loc,
) -> Op {
    let mut copier = Copier { source: Some(source), target, map, loc: &mut loc };
    copier.op(op)
}

/// Copies what blocks of `source` hold to the ends of blocks of `target`, the operations for which
/// `wanted` holds. What stands for the arguments of the blocks must be in `map`.
pub fn clone_blocks_into(
    source: &Function,
    blocks: &[(Block, Block)],
    target: &mut Function,
    map: &mut CloneMap,
    mut loc: impl FnMut(Loc) -> Loc,
    mut wanted: impl FnMut(Op) -> bool,
) {
    map.blocks.extend(blocks.iter().copied());
    let mut copier = Copier { source: Some(source), target, map, loc: &mut loc };
    let first = copier.map.ops.len();
    let mut regions = Vec::new();
    for &(from, to) in blocks {
        for op in source.block_ops(from).filter(|&op| wanted(op)) {
            let copy = copier.shell(op, &mut regions);
            copier.target.append(to, copy);
        }
    }
    copier.regions(regions);
    copier.connect(first);
}

struct Copier<'a> {
    /// `None` where it is the target.
    source: Option<&'a Function>,
    target: &'a mut Function,
    map: &'a mut CloneMap,
    loc: &'a mut dyn FnMut(Loc) -> Loc,
}

impl Copier<'_> {
    fn source(&self) -> &Function {
        self.source.unwrap_or(self.target)
    }

    fn op(&mut self, op: Op) -> Op {
        let first = self.map.ops.len();
        let mut regions = Vec::new();
        let copy = self.shell(op, &mut regions);
        self.regions(regions);
        self.connect(first);
        copy
    }

    fn regions(&mut self, mut regions: Vec<(Region, Region)>) {
        while let Some((from, to)) = regions.pop() {
            for from_block in self.source().blocks(from).to_vec() {
                let to_block = self.target.add_block(to);
                self.map.blocks.insert(from_block, to_block);
                for arg in self.source().block_args(from_block).to_vec() {
                    let new = self.target.add_arg(to_block, self.source().value_type(arg));
                    self.define(arg, new);
                }
                let mut next = self.source().first(from_block);
                while let Some(inner) = next {
                    next = self.source().next(inner);
                    let inner = self.shell(inner, &mut regions);
                    self.target.append(to_block, inner);
                }
            }
        }
    }

    /// A copy of `op` with empty regions that uses nothing yet.
    fn shell(&mut self, op: Op, regions: &mut Vec<(Region, Region)>) -> Op {
        let source = self.source();
        let parts = OpParts {
            name: source.op_name(op),
            operands: Default::default(),
            results: source.results(op).iter().map(|&value| source.value_type(value)).collect(),
            attributes: source.attributes(op).into(),
            regions: source.op_regions(op).len(),
            successors: Default::default(),
            loc: source.loc(op),
        };
        let loc = (self.loc)(parts.loc);
        let copy = self.target.make_op(OpParts { loc, ..parts });
        for i in 0..self.source().results(op).len() {
            self.define(self.source().results(op)[i], self.target.results(copy)[i]);
        }
        let copied = self.source().op_regions(op).iter().copied();
        regions.extend(copied.zip(self.target.op_regions(copy).iter().copied()));
        self.map.ops.push((op, copy));
        copy
    }

    /// Gives the copies made since the map had `first` their operands and successors: last, since
    /// a block may use what a block later in the list defines.
    fn connect(&mut self, first: usize) {
        for i in first..self.map.ops.len() {
            let (op, copy) = self.map.ops[i];
            let source = self.source.unwrap_or(self.target);
            let map = &*self.map;
            let operands: Vec<Value> =
                source.operands(op).iter().map(|&value| map.value(value)).collect();
            let successors = source.successors(op).to_vec();
            let successors = successors.iter().map(|successor| map.successor(successor)).collect();
            self.target.set_used(copy, &operands, successors);
        }
    }

    fn define(&mut self, old: Value, new: Value) {
        if let Some(name) = self.source().value_name(old) {
            self.target.set_value_name(new, name);
        }
        self.map.values.insert(old, new);
    }
}

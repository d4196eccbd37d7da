//! A function and the arenas that hold its body; all editing of the body goes through here.
//!
//! Ids are only valid in the function that made them. Removed operations keep their slot, so ids
//! are never reused; [`Function::op_count`] counts what is attached.

use luma_diagnostics::Span;
use smallvec::SmallVec;

use crate::attribute::Attribute;
use crate::context::{Origin, Symbol};
use crate::dialect::OpName;
use crate::entity::{Arena, Block, Op, Region, Value};
use crate::types::Type;

/// Where an operation comes from: source text, and the chain of passes that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Loc {
    /// The source range.
    pub span: Span,
    /// The passes.
    pub origin: Origin,
}

impl Loc {
    /// Straight from source.
    pub fn source(span: Span) -> Self {
        Self { span, origin: Origin::SOURCE }
    }
}

/// A successor of a terminator: a block of the same region and the values for its arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Successor {
    /// Where control goes.
    pub block: Block,
    /// The values its arguments get.
    pub args: SmallVec<[Value; 2]>,
}

/// Named attributes in the order they were set.
pub type Attributes = SmallVec<[(Symbol, Attribute); 1]>;

/// Everything about one operation but its place in the block.
#[derive(Clone, Debug)]
pub(crate) struct OpData {
    name: OpName,
    operands: SmallVec<[Value; 2]>,
    results: SmallVec<[Value; 1]>,
    attributes: Attributes,
    regions: SmallVec<[Region; 2]>,
    successors: SmallVec<[Successor; 2]>,
    loc: Loc,
    parent: Option<Block>,
    previous: Option<Op>,
    next: Option<Op>,
}

#[derive(Clone, Debug)]
pub(crate) struct BlockData {
    args: SmallVec<[Value; 2]>,
    first: Option<Op>,
    last: Option<Op>,
    parent: Region,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RegionData {
    blocks: Vec<Block>,
    parent: Option<Op>,
}

/// What defines a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Def {
    /// Result `.1` of an operation.
    Result(Op, u32),
    /// Argument `.1` of a block.
    Arg(Block, u32),
}

#[derive(Clone, Debug)]
struct ValueData {
    ty: Type,
    def: Def,
    /// What people call it.
    name: Option<Symbol>,
}

/// How other objects see a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Linkage {
    /// Only this module.
    #[default]
    Private,
    /// Every object of the program, under its own name.
    Public,
    /// Defined elsewhere: a prototype without a body.
    External,
}

/// A function: signature, attributes, and a body region (without blocks for a prototype).
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Symbol,
    /// Parameter types. The entry block has the same arguments.
    pub params: Vec<Type>,
    /// Result types.
    pub results: Vec<Type>,
    /// Who can call it.
    pub linkage: Linkage,
    /// Further attributes.
    pub attributes: Attributes,
    /// Where it is defined.
    pub loc: Loc,
    body: Region,
    ops: Arena<OpData, Op>,
    blocks: Arena<BlockData, Block>,
    regions: Arena<RegionData, Region>,
    values: Arena<ValueData, Value>,
}

/// What a new operation is made of; see [`Function::make_op`].
#[derive(Clone, Debug)]
pub struct OpParts {
    /// Which operation.
    pub name: OpName,
    /// Operands.
    pub operands: SmallVec<[Value; 2]>,
    /// Types of the results.
    pub results: SmallVec<[Type; 1]>,
    /// Attributes.
    pub attributes: Attributes,
    /// How many regions (made empty).
    pub regions: usize,
    /// Successors.
    pub successors: SmallVec<[Successor; 2]>,
    /// Location.
    pub loc: Loc,
}

impl OpParts {
    /// An operation with nothing yet.
    pub fn new(name: OpName, loc: Loc) -> Self {
        Self {
            name,
            operands: SmallVec::new(),
            results: SmallVec::new(),
            attributes: SmallVec::new(),
            regions: 0,
            successors: SmallVec::new(),
            loc,
        }
    }
}

impl Function {
    /// A function without a body.
    pub fn new(name: Symbol, params: Vec<Type>, results: Vec<Type>, loc: Loc) -> Self {
        let mut regions: Arena<RegionData, Region> = Arena::new();
        let body = regions.alloc(RegionData::default());
        Self {
            name,
            params,
            results,
            linkage: Linkage::Private,
            attributes: SmallVec::new(),
            loc,
            body,
            ops: Arena::new(),
            blocks: Arena::new(),
            regions,
            values: Arena::new(),
        }
    }

    /// The body region.
    pub fn body(&self) -> Region {
        self.body
    }

    /// The entry block, unless this is a prototype.
    pub fn entry(&self) -> Option<Block> {
        self.regions[self.body].blocks.first().copied()
    }

    /// The attribute called `name`.
    pub fn attribute(&self, name: Symbol) -> Option<&Attribute> {
        find_attribute(&self.attributes, name)
    }

    // --- making -----------------------------------------------------------------------------

    /// A new, detached operation.
    pub fn make_op(&mut self, parts: OpParts) -> Op {
        let op = self.ops.alloc(OpData {
            name: parts.name,
            operands: parts.operands,
            results: SmallVec::new(),
            attributes: parts.attributes,
            regions: SmallVec::new(),
            successors: parts.successors,
            loc: parts.loc,
            parent: None,
            previous: None,
            next: None,
        });
        for (i, &ty) in parts.results.iter().enumerate() {
            let value =
                self.values.alloc(ValueData { ty, def: Def::Result(op, i as u32), name: None });
            self.ops[op].results.push(value);
        }
        for _ in 0..parts.regions {
            self.add_region(op);
        }
        op
    }

    /// A new empty region at the end of an operation's list.
    pub fn add_region(&mut self, op: Op) -> Region {
        let region = self.regions.alloc(RegionData { blocks: Vec::new(), parent: Some(op) });
        self.ops[op].regions.push(region);
        region
    }

    /// A new empty block at the end of a region.
    pub fn add_block(&mut self, region: Region) -> Block {
        let block = self.blocks.alloc(BlockData {
            args: SmallVec::new(),
            first: None,
            last: None,
            parent: region,
        });
        self.regions[region].blocks.push(block);
        block
    }

    /// A new argument at the end of a block's list.
    pub fn add_arg(&mut self, block: Block, ty: Type) -> Value {
        let index = self.blocks[block].args.len() as u32;
        let value = self.values.alloc(ValueData { ty, def: Def::Arg(block, index), name: None });
        self.blocks[block].args.push(value);
        value
    }

    // --- placing ----------------------------------------------------------------------------

    /// Puts a detached operation at the end of a block.
    pub fn append(&mut self, block: Block, op: Op) {
        let last = self.blocks[block].last;
        let data = &mut self.ops[op];
        data.parent = Some(block);
        data.previous = last;
        data.next = None;
        match last {
            Some(last) => self.ops[last].next = Some(op),
            None => self.blocks[block].first = Some(op),
        }
        self.blocks[block].last = Some(op);
    }

    /// Puts a detached operation before an attached one.
    pub fn insert_before(&mut self, op: Op, before: Op) {
        let (parent, previous) = (self.ops[before].parent, self.ops[before].previous);
        let Some(block) = parent else { return };
        let data = &mut self.ops[op];
        data.parent = parent;
        data.previous = previous;
        data.next = Some(before);
        self.ops[before].previous = Some(op);
        match previous {
            Some(previous) => self.ops[previous].next = Some(op),
            None => self.blocks[block].first = Some(op),
        }
    }

    /// Takes an operation out of its block; it keeps its operands, results and regions.
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

    /// Moves `op` and everything after it in its block to the end of `target`.
    pub fn move_tail(&mut self, op: Op, target: Block) {
        let mut next = Some(op);
        while let Some(op) = next {
            next = self.next(op);
            self.detach(op);
            self.append(target, op);
        }
    }

    /// Moves all blocks of `from` to the end of `to`.
    pub fn move_blocks(&mut self, from: Region, to: Region) {
        let blocks = std::mem::take(&mut self.regions[from].blocks);
        for &block in &blocks {
            self.blocks[block].parent = to;
        }
        self.regions[to].blocks.extend(blocks);
    }

    /// Takes all blocks out of a region; they and their operations are gone from the function.
    pub fn clear_region(&mut self, region: Region) {
        self.regions[region].blocks.clear();
    }

    /// Keeps only the blocks of `region` for which `keep` holds.
    pub fn retain_blocks(&mut self, region: Region, keep: impl Fn(Block) -> bool) {
        self.regions[region].blocks.retain(|&block| keep(block));
    }

    /// Makes `blocks`, which must be blocks of `region`, all the blocks it has, in this order.
    pub fn set_blocks(&mut self, region: Region, blocks: Vec<Block>) {
        self.regions[region].blocks = blocks;
    }

    // --- reading ----------------------------------------------------------------------------

    /// Which operation it is.
    pub fn op_name(&self, op: Op) -> OpName {
        self.ops[op].name
    }

    /// Its operands.
    pub fn operands(&self, op: Op) -> &[Value] {
        &self.ops[op].operands
    }

    /// Its results.
    pub fn results(&self, op: Op) -> &[Value] {
        &self.ops[op].results
    }

    /// Its attributes.
    pub fn attributes(&self, op: Op) -> &[(Symbol, Attribute)] {
        &self.ops[op].attributes
    }

    /// Its attribute called `name`.
    pub fn op_attribute(&self, op: Op, name: Symbol) -> Option<&Attribute> {
        find_attribute(&self.ops[op].attributes, name)
    }

    /// Its regions.
    pub fn op_regions(&self, op: Op) -> &[Region] {
        &self.ops[op].regions
    }

    /// Its successors.
    pub fn successors(&self, op: Op) -> &[Successor] {
        &self.ops[op].successors
    }

    /// Its location.
    pub fn loc(&self, op: Op) -> Loc {
        self.ops[op].loc
    }

    /// The block it stands in.
    pub fn parent(&self, op: Op) -> Option<Block> {
        self.ops[op].parent
    }

    /// The operation after it.
    pub fn next(&self, op: Op) -> Option<Op> {
        self.ops[op].next
    }

    /// The operation before it.
    pub fn previous(&self, op: Op) -> Option<Op> {
        self.ops[op].previous
    }

    /// The arguments of a block.
    pub fn block_args(&self, block: Block) -> &[Value] {
        &self.blocks[block].args
    }

    /// The first operation of a block.
    pub fn first(&self, block: Block) -> Option<Op> {
        self.blocks[block].first
    }

    /// The last operation of a block: its terminator, once it is complete.
    pub fn last(&self, block: Block) -> Option<Op> {
        self.blocks[block].last
    }

    /// The region a block stands in.
    pub fn block_region(&self, block: Block) -> Region {
        self.blocks[block].parent
    }

    /// The operations of a block, in order.
    pub fn block_ops(&self, block: Block) -> impl Iterator<Item = Op> + '_ {
        std::iter::successors(self.first(block), |&op| self.next(op))
    }

    /// The blocks of a region, entry first.
    pub fn blocks(&self, region: Region) -> &[Block] {
        &self.regions[region].blocks
    }

    /// The operation a region belongs to; `None` for the body of the function.
    pub fn region_op(&self, region: Region) -> Option<Op> {
        self.regions[region].parent
    }

    /// The type of a value.
    pub fn value_type(&self, value: Value) -> Type {
        self.values[value].ty
    }

    /// What defines a value.
    pub fn def(&self, value: Value) -> Def {
        self.values[value].def
    }

    /// The operation a value is a result of.
    pub fn def_op(&self, value: Value) -> Option<Op> {
        match self.values[value].def {
            Def::Result(op, _) => Some(op),
            Def::Arg(..) => None,
        }
    }

    /// What people call a value.
    pub fn value_name(&self, value: Value) -> Option<Symbol> {
        self.values[value].name
    }

    /// How many values were ever made; indexes of side tables are below this.
    pub fn value_count(&self) -> usize {
        self.values.len()
    }

    /// How many operations were ever made, attached or not; indexes of side tables are below this.
    pub fn op_capacity(&self) -> usize {
        self.ops.len()
    }

    /// How many blocks were ever made.
    pub fn block_capacity(&self) -> usize {
        self.blocks.len()
    }

    /// How many operations the body holds, nested ones included.
    pub fn op_count(&self) -> usize {
        let mut count = 0;
        self.walk(&mut |_| count += 1);
        count
    }

    /// Calls `visit` for every operation of the body, each before those in its regions.
    pub fn walk(&self, visit: &mut impl FnMut(Op)) {
        self.walk_region(self.body, visit);
    }

    /// Calls `visit` for every operation in `region`, each before those in its own regions.
    pub fn walk_region(&self, region: Region, visit: &mut impl FnMut(Op)) {
        // An explicit stack: depth of nesting costs heap, not stack.
        let mut stack: Vec<Op> = Vec::new();
        let push_region = |stack: &mut Vec<Op>, region: Region| {
            for &block in self.blocks(region).iter().rev() {
                stack.extend(self.first(block));
            }
        };
        push_region(&mut stack, region);
        while let Some(op) = stack.pop() {
            visit(op);
            stack.extend(self.next(op));
            for &region in self.op_regions(op).iter().rev() {
                push_region(&mut stack, region);
            }
        }
    }

    // --- changing ---------------------------------------------------------------------------

    /// Names a value.
    pub fn set_value_name(&mut self, value: Value, name: Symbol) {
        self.values[value].name = Some(name);
    }

    /// Replaces one operand.
    pub fn set_operand(&mut self, op: Op, index: usize, value: Value) {
        if let Some(operand) = self.ops[op].operands.get_mut(index) {
            *operand = value;
        }
    }

    /// Adds an operand at the end.
    pub fn add_operand(&mut self, op: Op, value: Value) {
        self.ops[op].operands.push(value);
    }

    /// Adds a value for a new last argument of one successor.
    pub fn add_successor_arg(&mut self, op: Op, successor: usize, value: Value) {
        if let Some(successor) = self.ops[op].successors.get_mut(successor) {
            successor.args.push(value);
        }
    }

    /// A new result at the end of an operation's list.
    pub fn add_result(&mut self, op: Op, ty: Type) -> Value {
        let def = Def::Result(op, self.ops[op].results.len() as u32);
        let value = self.values.alloc(ValueData { ty, def, name: None });
        self.ops[op].results.push(value);
        value
    }

    /// Replaces all operands.
    pub fn set_operands(&mut self, op: Op, operands: impl IntoIterator<Item = Value>) {
        self.ops[op].operands = operands.into_iter().collect();
    }

    /// Replaces every operand and successor argument `v` of `op` by `map(v)`.
    pub fn map_operands(&mut self, op: Op, mut map: impl FnMut(Value) -> Value) {
        let data = &mut self.ops[op];
        for operand in &mut data.operands {
            *operand = map(*operand);
        }
        for successor in &mut data.successors {
            for arg in &mut successor.args {
                *arg = map(*arg);
            }
        }
    }

    /// Sets or replaces an attribute.
    pub fn set_attribute(&mut self, op: Op, name: Symbol, value: Attribute) {
        let attributes = &mut self.ops[op].attributes;
        match attributes.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => attributes.push((name, value)),
        }
    }

    /// Replaces one argument of one successor.
    pub fn set_successor_arg(&mut self, op: Op, successor: usize, index: usize, value: Value) {
        let successor = self.ops[op].successors.get_mut(successor);
        if let Some(arg) = successor.and_then(|successor| successor.args.get_mut(index)) {
            *arg = value;
        }
    }

    /// Removes the results of `op` for which `keep` of their index does not hold.
    pub fn retain_results(&mut self, op: Op, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.ops[op].results.retain(|_| {
            index += 1;
            keep(index - 1)
        });
        for (i, &value) in self.ops[op].results.iter().enumerate() {
            self.values[value].def = Def::Result(op, i as u32);
        }
    }

    /// Removes the arguments of `block` for which `keep` of their index does not hold. What goes to
    /// it must then pass on less.
    pub fn retain_args(&mut self, block: Block, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.blocks[block].args.retain(|_| {
            index += 1;
            keep(index - 1)
        });
        for (i, &value) in self.blocks[block].args.iter().enumerate() {
            self.values[value].def = Def::Arg(block, i as u32);
        }
    }

    /// Replaces the successors of a terminator.
    pub fn set_successors(&mut self, op: Op, successors: impl IntoIterator<Item = Successor>) {
        self.ops[op].successors = successors.into_iter().collect();
    }
}

fn find_attribute(attributes: &[(Symbol, Attribute)], name: Symbol) -> Option<&Attribute> {
    attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}

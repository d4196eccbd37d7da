//! A function and the arenas that hold its body; all editing of the body goes through here.
//!
//! Ids are only valid in the function that made them. Removed operations keep their slot, so ids
//! are never reused; [`Function::op_count`] counts what is attached.
//!
//! The function knows the uses of every value ([`Function::uses`]): every edit in
//! [`edit`](self) and `place` keeps them true, so a pass replaces a value by
//! [`Function::replace_all_uses`] and never walks the body to find who uses it. An operation that
//! is detached still uses its operands; one that is erased uses nothing.

mod check;
mod edit;
mod place;
mod pool;
mod successors;
mod uses;

use luma_diagnostics::{Span, ice};
use smallvec::SmallVec;

use crate::attribute::Attribute;
use crate::context::{Origin, Symbol};
use crate::dialect::OpName;
use crate::entity::{Arena, Block, Entity, Index, Op, Region, Value};
use crate::types::Type;
use pool::{List, Pool};
use uses::{Heads, UseId, UseLists, Used};

pub use place::Position;
use successors::Target;
pub use successors::{Successor, SuccessorIter, SuccessorRef, Successors};

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

/// Named attributes in the order they were set.
pub type Attributes = SmallVec<[(Symbol, Attribute); 1]>;

/// Everything about one operation.
#[derive(Clone, Debug)]
struct OpData {
    name: OpName,
    loc: Loc,
    parent: Option<Block>,
    previous: Option<Op>,
    next: Option<Op>,
    /// The operands, then the arguments of the successors.
    used: Used,
    results: List<Value>,
    attributes: List<(Symbol, Attribute)>,
    /// Regions and successors, which few operations have.
    rare: Option<RareId>,
}

const _: () = assert!(size_of::<OpData>() <= 64, "an operation takes at most 64 bytes");

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
struct RareId(Index);

impl Entity for RareId {
    fn from_index(index: usize) -> Self {
        Self(Index::new(index))
    }

    fn index(self) -> usize {
        self.0.get()
    }
}

/// The regions and successors of an operation that has any.
#[derive(Clone, Debug)]
struct Rare {
    regions: List<Region>,
    successors: List<Target>,
}

#[derive(Clone, Debug)]
struct BlockData {
    args: List<Value>,
    first: Option<Op>,
    last: Option<Op>,
    parent: Region,
}

#[derive(Clone, Debug, Default)]
struct RegionData {
    blocks: Vec<Block>,
    parent: Option<Op>,
}

/// The definition of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Def {
    /// Result `.1` of an operation.
    Result(Op, u32),
    /// Argument `.1` of a block.
    Arg(Block, u32),
}

/// [`Def`] in 8 bytes.
#[derive(Clone, Copy, Debug)]
struct PackedDef {
    owner: u32,
    /// Twice the position; odd for arguments of blocks.
    position: u32,
}

impl From<Def> for PackedDef {
    fn from(def: Def) -> Self {
        match def {
            Def::Result(op, i) => Self { owner: op.index() as u32, position: i * 2 },
            Def::Arg(block, i) => Self { owner: block.index() as u32, position: i * 2 + 1 },
        }
    }
}

impl From<PackedDef> for Def {
    fn from(PackedDef { owner, position }: PackedDef) -> Self {
        match position % 2 {
            0 => Self::Result(Op::from_index(owner as usize), position / 2),
            _ => Self::Arg(Block::from_index(owner as usize), position / 2),
        }
    }
}

#[derive(Clone, Debug)]
struct ValueData {
    ty: Type,
    def: PackedDef,
    /// Its name in the text form.
    name: Option<Symbol>,
    first_use: Option<UseId>,
}

const _: () = assert!(size_of::<ValueData>() <= 20, "a value takes at most 20 bytes");

#[derive(Clone, Debug)]
struct Values(Arena<ValueData, Value>);

impl Heads for Values {
    fn head(&mut self, value: Value) -> &mut Option<UseId> {
        &mut self.0[value].first_use
    }
}

/// One use of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Use {
    /// The using operation.
    pub op: Op,
    /// Where, as an index into [`Function::used_values`]: that of an operand, or beyond those, of
    /// an argument of a successor.
    pub index: usize,
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
    /// Its linkage.
    pub linkage: Linkage,
    /// Further attributes.
    pub attributes: Attributes,
    /// The source range of its definition.
    pub loc: Loc,
    body: Region,
    ops: Arena<OpData, Op>,
    blocks: Arena<BlockData, Block>,
    regions: Arena<RegionData, Region>,
    values: Values,
    uses: UseLists,
    /// Results of operations and arguments of blocks.
    value_lists: Pool<Value>,
    attribute_lists: Pool<(Symbol, Attribute)>,
    rare: Arena<Rare, RareId>,
    region_lists: Pool<Region>,
    successor_lists: Pool<Target>,
}

/// What a new operation is made of; see [`Function::make_op`].
#[derive(Clone, Debug)]
pub struct OpParts {
    /// The operation name.
    pub name: OpName,
    /// Operands.
    pub operands: SmallVec<[Value; 2]>,
    /// Types of the results.
    pub results: SmallVec<[Type; 1]>,
    /// Attributes.
    pub attributes: Attributes,
    /// The number of regions, which are made empty.
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
            values: Values(Arena::new()),
            uses: UseLists::default(),
            value_lists: Pool::default(),
            attribute_lists: Pool::default(),
            rare: Arena::new(),
            region_lists: Pool::default(),
            successor_lists: Pool::default(),
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

    // --- operations -------------------------------------------------------------------------

    /// Its operation name.
    pub fn op_name(&self, op: Op) -> OpName {
        self.ops[op].name
    }

    /// Its operands.
    pub fn operands(&self, op: Op) -> &[Value] {
        &self.used_values(op)[..self.operand_count(op)]
    }

    /// The values it uses: its operands, then the arguments of its successors.
    pub fn used_values(&self, op: Op) -> &[Value] {
        self.uses.values(self.ops[op].used)
    }

    /// The arguments of all its successors, one after the other.
    pub fn successor_args(&self, op: Op) -> &[Value] {
        &self.used_values(op)[self.operand_count(op)..]
    }

    fn operand_count(&self, op: Op) -> usize {
        match self.targets(op).first() {
            Some(target) => target.start as usize,
            None => self.ops[op].used.len(),
        }
    }

    fn targets(&self, op: Op) -> &[Target] {
        self.ops[op].rare.map_or(&[], |id| self.successor_lists.get(self.rare[id].successors))
    }

    /// Its results.
    pub fn results(&self, op: Op) -> &[Value] {
        self.value_lists.get(self.ops[op].results)
    }

    /// Its attributes.
    pub fn attributes(&self, op: Op) -> &[(Symbol, Attribute)] {
        self.attribute_lists.get(self.ops[op].attributes)
    }

    /// Its attribute called `name`.
    pub fn op_attribute(&self, op: Op, name: Symbol) -> Option<&Attribute> {
        find_attribute(self.attributes(op), name)
    }

    /// Its regions.
    pub fn op_regions(&self, op: Op) -> &[Region] {
        self.ops[op].rare.map_or(&[], |id| self.region_lists.get(self.rare[id].regions))
    }

    /// Its successors.
    pub fn successors(&self, op: Op) -> Successors<'_> {
        Successors::new(self.targets(op), self.used_values(op))
    }

    /// Its location.
    pub fn loc(&self, op: Op) -> Loc {
        self.ops[op].loc
    }

    /// The block it stands in; `None` while it is detached, and once it is erased.
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

    // --- blocks and regions -----------------------------------------------------------------

    /// The arguments of a block.
    pub fn block_args(&self, block: Block) -> &[Value] {
        self.value_lists.get(self.blocks[block].args)
    }

    /// The first operation of a block.
    pub fn first(&self, block: Block) -> Option<Op> {
        self.blocks[block].first
    }

    /// The last operation of a block: its terminator, once it is complete.
    pub fn last(&self, block: Block) -> Option<Op> {
        self.blocks[block].last
    }

    /// The terminator of a complete block.
    pub fn terminator(&self, block: Block) -> Op {
        match self.last(block) {
            Some(last) => last,
            None => ice!("{block:?} is empty"),
        }
    }

    /// The block of a region that has exactly one, as those of structured operations do.
    pub fn only_block(&self, region: Region) -> Block {
        match *self.blocks(region) {
            [block] => block,
            ref blocks => ice!("{region:?} has {} blocks instead of one", blocks.len()),
        }
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

    // --- values -----------------------------------------------------------------------------

    /// The type of a value.
    pub fn value_type(&self, value: Value) -> Type {
        self.values.0[value].ty
    }

    /// The definition of a value.
    pub fn def(&self, value: Value) -> Def {
        self.values.0[value].def.into()
    }

    /// The operation a value is a result of.
    pub fn def_op(&self, value: Value) -> Option<Op> {
        match self.def(value) {
            Def::Result(op, _) => Some(op),
            Def::Arg(..) => None,
        }
    }

    /// The name of a value in the text form.
    pub fn value_name(&self, value: Value) -> Option<Symbol> {
        self.values.0[value].name
    }

    /// The uses of a value, the one added last first.
    pub fn uses(&self, value: Value) -> impl Iterator<Item = Use> + '_ {
        self.uses
            .chain(self.values.0[value].first_use)
            .map(|(op, slot)| Use { op, index: self.ops[op].used.index_of(slot) })
    }

    /// The operations that use a value, once for each use.
    pub fn users(&self, value: Value) -> impl Iterator<Item = Op> + '_ {
        self.uses.chain(self.values.0[value].first_use).map(|(op, _)| op)
    }

    /// How many uses a value has; takes as long as there are.
    pub fn use_count(&self, value: Value) -> usize {
        self.users(value).count()
    }

    /// Whether a value has exactly one use.
    pub fn has_one_use(&self, value: Value) -> bool {
        self.uses.is_single(self.values.0[value].first_use)
    }

    /// Whether nothing uses a value.
    pub fn is_unused(&self, value: Value) -> bool {
        self.values.0[value].first_use.is_none()
    }

    /// Whether nothing uses any result of `op`.
    pub fn has_no_uses(&self, op: Op) -> bool {
        self.results(op).iter().all(|&value| self.is_unused(value))
    }

    // --- sizes and walks --------------------------------------------------------------------

    /// How many values were ever made; indexes of side tables are below this.
    pub fn value_count(&self) -> usize {
        self.values.0.len()
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
}

fn find_attribute(attributes: &[(Symbol, Attribute)], name: Symbol) -> Option<&Attribute> {
    attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}

//! Making operations, blocks and values, and changing what they hold.

use smallvec::SmallVec;

use super::{Def, Function, List, OpData, OpParts, Rare, RareId, RegionData, Successor, Target};
use super::{Use, Used, ValueData};
use crate::attribute::Attribute;
use crate::context::Symbol;
use crate::entity::{Block, Op, Region, Value};
use crate::function::{BlockData, Loc};
use crate::types::Type;

impl Function {
    // --- making -----------------------------------------------------------------------------

    /// A new, detached operation.
    pub fn make_op(&mut self, parts: OpParts) -> Op {
        let op = self.ops.alloc(OpData {
            name: parts.name,
            loc: parts.loc,
            parent: None,
            previous: None,
            next: None,
            used: Used::default(),
            results: List::EMPTY,
            attributes: self.attribute_lists.list(parts.attributes.into_iter()),
            rare: None,
        });
        let first = self.values.0.len();
        for (i, &ty) in parts.results.iter().enumerate() {
            self.make_value(ty, Def::Result(op, i as u32));
        }
        let results = (first..self.values.0.len()).map(crate::entity::Entity::from_index);
        self.ops[op].results = self.value_lists.list(results);
        match parts.successors.is_empty() {
            true => {
                let operands = parts.operands.iter().copied();
                self.ops[op].used = self.uses.add(&mut self.values, op, operands);
            }
            false => self.set_used(op, &parts.operands, parts.successors),
        }
        for _ in 0..parts.regions {
            self.add_region(op);
        }
        op
    }

    fn make_value(&mut self, ty: Type, def: Def) -> Value {
        self.values.0.alloc(ValueData { ty, def: def.into(), name: None, first_use: None })
    }

    /// A new empty region at the end of an operation's list.
    pub fn add_region(&mut self, op: Op) -> Region {
        let region = self.make_region();
        self.attach_region(op, region);
        region
    }

    /// A new empty region that belongs to no operation yet; see
    /// [`attach_region`](Self::attach_region).
    pub fn make_region(&mut self) -> Region {
        self.regions.alloc(RegionData::default())
    }

    /// Puts a region that belongs to no operation at the end of an operation's list.
    pub fn attach_region(&mut self, op: Op, region: Region) {
        debug_assert!(self.regions[region].parent.is_none() && region != self.body);
        self.regions[region].parent = Some(op);
        let rare = self.rare_mut(op);
        self.region_lists.push(&mut self.rare[rare].regions, region);
    }

    /// A new empty block at the end of a region.
    pub fn add_block(&mut self, region: Region) -> Block {
        let block = self.make_block(region);
        self.attach_block(block);
        block
    }

    /// A new empty block of `region` that does not stand in its list yet; see
    /// [`attach_block`](Self::attach_block).
    pub fn make_block(&mut self, region: Region) -> Block {
        self.blocks.alloc(BlockData { args: List::EMPTY, first: None, last: None, parent: region })
    }

    /// Puts a block made by [`make_block`](Self::make_block) at the end of its region.
    pub fn attach_block(&mut self, block: Block) {
        self.regions[self.blocks[block].parent].blocks.push(block);
    }

    /// A new argument at the end of a block's list.
    pub fn add_arg(&mut self, block: Block, ty: Type) -> Value {
        let index = self.blocks[block].args.len() as u32;
        let value = self.make_value(ty, Def::Arg(block, index));
        self.value_lists.push(&mut self.blocks[block].args, value);
        value
    }

    /// A new result at the end of an operation's list.
    pub fn add_result(&mut self, op: Op, ty: Type) -> Value {
        let index = self.ops[op].results.len() as u32;
        let value = self.make_value(ty, Def::Result(op, index));
        self.value_lists.push(&mut self.ops[op].results, value);
        value
    }

    fn rare_mut(&mut self, op: Op) -> RareId {
        if let Some(id) = self.ops[op].rare {
            return id;
        }
        let id = self.rare.alloc(Rare { regions: List::EMPTY, successors: List::EMPTY });
        self.ops[op].rare = Some(id);
        id
    }

    // --- uses -------------------------------------------------------------------------------

    /// Makes everything that uses `old` use `new`.
    pub fn replace_all_uses(&mut self, old: Value, new: Value) {
        if old != new {
            self.uses.replace(&mut self.values, old, new, |_, _| true);
        }
    }

    /// Makes those uses of `old` for which `wanted` holds uses of `new`.
    pub fn replace_uses_if(&mut self, old: Value, new: Value, mut wanted: impl FnMut(Use) -> bool) {
        if old == new {
            return;
        }
        let ops = &self.ops;
        self.uses.replace(&mut self.values, old, new, |op, slot| {
            wanted(Use { op, index: ops[op].used.index_of(slot) })
        });
    }

    /// Replaces one operand.
    pub fn set_operand(&mut self, op: Op, index: usize, value: Value) {
        debug_assert!(index < self.operands(op).len());
        self.set_use(Use { op, index }, value);
    }

    /// Makes one use a use of `value`.
    pub fn set_use(&mut self, at: Use, value: Value) {
        let used = self.ops[at.op].used;
        self.uses.set(&mut self.values, used, at.index, value);
    }

    /// Adds an operand at the end.
    pub fn add_operand(&mut self, op: Op, value: Value) {
        let index = self.operand_count(op);
        self.insert_use(op, index, value);
        self.move_targets(op, 0);
    }

    /// Replaces all operands.
    pub fn set_operands(&mut self, op: Op, operands: impl IntoIterator<Item = Value>) {
        let operands: SmallVec<[Value; 4]> = operands.into_iter().collect();
        let successors = self.successors(op).to_vec();
        self.set_used(op, &operands, successors);
    }

    /// Adds a value for a new last argument of one successor. Takes as long as `op` has uses; for
    /// many arguments there is [`set_successors`](Self::set_successors).
    pub fn add_successor_arg(&mut self, op: Op, successor: usize, value: Value) {
        let end = match self.targets(op).get(successor + 1) {
            Some(next) => next.start as usize,
            None => self.ops[op].used.len(),
        };
        self.insert_use(op, end, value);
        self.move_targets(op, successor + 1);
    }

    /// Replaces one argument of one successor.
    pub fn set_successor_arg(&mut self, op: Op, successor: usize, index: usize, value: Value) {
        let start = self.targets(op)[successor].start as usize;
        self.set_use(Use { op, index: start + index }, value);
    }

    /// Replaces the successors of a terminator.
    pub fn set_successors(&mut self, op: Op, successors: impl IntoIterator<Item = Successor>) {
        let operands: SmallVec<[Value; 4]> = self.operands(op).into();
        self.set_used(op, &operands, successors.into_iter().collect());
    }

    /// Removes all uses by `op`.
    pub(super) fn drop_uses(&mut self, op: Op) {
        let used = std::mem::take(&mut self.ops[op].used);
        self.uses.remove(&mut self.values, used);
        if let Some(rare) = self.ops[op].rare {
            self.successor_lists.clear(&mut self.rare[rare].successors);
        }
    }

    fn insert_use(&mut self, op: Op, index: usize, value: Value) {
        let used = self.ops[op].used;
        self.ops[op].used = self.uses.insert(&mut self.values, used, index, op, value);
    }

    /// The arguments of successor `first` and those after it begin one slot later.
    fn move_targets(&mut self, op: Op, first: usize) {
        if let Some(rare) = self.ops[op].rare {
            let targets = self.successor_lists.get_mut(self.rare[rare].successors);
            targets.iter_mut().skip(first).for_each(|target| target.start += 1);
        }
    }

    pub(crate) fn set_used(
        &mut self,
        op: Op,
        operands: &[Value],
        successors: SmallVec<[Successor; 2]>,
    ) {
        self.drop_uses(op);
        let mut values: SmallVec<[Value; 8]> = operands.into();
        let mut targets: SmallVec<[Target; 2]> = SmallVec::new();
        for successor in successors {
            targets.push(Target { block: successor.block, start: values.len() as u32 });
            values.extend(successor.args);
        }
        self.ops[op].used = self.uses.add(&mut self.values, op, values.into_iter());
        if !targets.is_empty() {
            let rare = self.rare_mut(op);
            self.rare[rare].successors = self.successor_lists.list(targets.into_iter());
        }
    }

    // --- the rest ---------------------------------------------------------------------------

    /// Names a value.
    pub fn set_value_name(&mut self, value: Value, name: Symbol) {
        self.values.0[value].name = Some(name);
    }

    /// Gives `new`, if it has no name, that of `old`, whose place it takes.
    pub fn inherit_name(&mut self, new: Value, old: Value) {
        let name = self.value_name(new).or(self.value_name(old));
        self.values.0[new].name = name;
    }

    /// Replaces the location of an operation.
    pub fn set_loc(&mut self, op: Op, loc: Loc) {
        self.ops[op].loc = loc;
    }

    /// Sets or replaces an attribute.
    pub fn set_attribute(&mut self, op: Op, name: Symbol, value: Attribute) {
        let list = &mut self.ops[op].attributes;
        let attributes = self.attribute_lists.get_mut(*list);
        match attributes.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.attribute_lists.push(list, (name, value)),
        }
    }

    /// Removes the results of `op` for which `keep` of their index does not hold; nothing may use
    /// them.
    pub fn retain_results(&mut self, op: Op, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.value_lists.retain(&mut self.ops[op].results, |_| {
            index += 1;
            keep(index - 1)
        });
        for (i, &value) in self.value_lists.get(self.ops[op].results).iter().enumerate() {
            self.values.0[value].def = Def::Result(op, i as u32).into();
        }
    }

    /// Removes the arguments of `block` for which `keep` of their index does not hold. What goes to
    /// it must then pass on less.
    pub fn retain_args(&mut self, block: Block, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.value_lists.retain(&mut self.blocks[block].args, |_| {
            index += 1;
            keep(index - 1)
        });
        for (i, &value) in self.value_lists.get(self.blocks[block].args).iter().enumerate() {
            self.values.0[value].def = Def::Arg(block, i as u32).into();
        }
    }
}

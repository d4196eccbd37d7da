//! Facts about a function that do not depend on the path: nesting, lifetimes of SSA values, and
//! what its loops contain.

use luma_ir::dialects::{luma, own};
use luma_ir::{Block, Def, Entity, Function, Module, Op, Value};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::declared::matters;

/// The index of one function.
#[derive(Debug)]
pub(crate) struct Index {
    /// Position of each operation in the walk of the body.
    position: Vec<u32>,
    /// Position of the last operation inside each operation.
    end: Vec<u32>,
    /// Values and variables whose last use each operation is.
    dying: Vec<SmallVec<[Value; 2]>>,
    /// Variables of each block.
    locals: FxHashMap<Block, Vec<Value>>,
    /// Loops in which ownership may move or pointers are stored.
    busy: Vec<bool>,
    /// Operations in the body.
    pub(crate) ops: usize,
}

impl Index {
    pub(crate) fn new(module: &Module, f: &Function) -> Self {
        let mut order = Vec::new();
        f.walk(&mut |op| order.push(op));
        let count = f.op_capacity();
        let mut index = Self {
            position: vec![0; count],
            end: vec![0; count],
            dying: vec![SmallVec::new(); count],
            locals: FxHashMap::default(),
            busy: vec![false; count],
            ops: order.len(),
        };
        for (position, &op) in order.iter().enumerate() {
            index.position[op.index()] = position as u32;
            index.end[op.index()] = position as u32;
            if f.op_name(op) == luma::Local::NAME
                && let (Some(block), Some(&place)) = (f.parent(op), f.results(op).first())
            {
                index.locals.entry(block).or_default().push(place);
            }
        }
        for &op in order.iter().rev() {
            let busy = index.busy[op.index()] || moves_ownership(module, f, op);
            if let Some(outer) = parent_op(f, op) {
                let end = index.end[op.index()];
                let slot = &mut index.end[outer.index()];
                *slot = (*slot).max(end);
                index.busy[outer.index()] |= busy;
            }
        }
        index.lifetimes(f, &order);
        index.variables(f, &order);
        index
    }

    /// Finds the last uses of variables of which the address is not taken.
    fn variables(&mut self, f: &Function, order: &[Op]) {
        // The variable a place is part of, and the last operation of its block that uses it.
        let mut part_of: Vec<Option<Value>> = Vec::new();
        let set = |part_of: &mut Vec<Option<Value>>, part: Value, local: Value| {
            if part_of.len() <= part.index() {
                part_of.resize(part.index() + 1, None);
            }
            part_of[part.index()] = Some(local);
        };
        let mut last: FxHashMap<Value, Option<Op>> = FxHashMap::default();
        for &op in order {
            let name = f.op_name(op);
            let results = f.results(op);
            if name == luma::Local::NAME {
                for &place in results {
                    set(&mut part_of, place, place);
                    last.insert(place, Some(op));
                }
            }
            for (at, value) in f.operands(op).iter().enumerate() {
                let Some(local) = part_of.get(value.index()).copied().flatten() else { continue };
                let plain = match (name, at) {
                    (luma::Load::NAME | luma::Zero::NAME | luma::Copy::NAME, _)
                    | (luma::Store::NAME, 1) => true,
                    (luma::Field::NAME | luma::Element::NAME, 0) => {
                        results.iter().for_each(|&part| set(&mut part_of, part, local));
                        true
                    }
                    _ => false,
                };
                let at = anchor(f, op, local).filter(|_| plain);
                if let Some(slot) = last.get_mut(&local) {
                    *slot = slot.zip(at).map(|(old, new)| {
                        if self.position(new) >= self.position(old) { new } else { old }
                    });
                }
            }
            for successor in f.successors(op) {
                let part = |value: &Value| part_of.get(value.index()).copied().flatten();
                for local in successor.args.iter().filter_map(part) {
                    last.remove(&local);
                }
            }
        }
        let mut ended: Vec<(Value, Op)> =
            last.into_iter().filter_map(|(local, op)| Some((local, op?))).collect();
        ended.sort_unstable();
        for (local, op) in ended {
            self.dying[op.index()].push(local);
        }
    }

    fn lifetimes(&mut self, f: &Function, order: &[Op]) {
        let mut last: FxHashMap<Value, Op> = FxHashMap::default();
        for &op in order {
            for &value in f.results(op) {
                if is_kept(f, value) {
                    last.insert(value, op);
                }
            }
        }
        for &op in order {
            for &value in f.operands(op) {
                if !is_kept(f, value) {
                    continue;
                }
                if let Some(anchor) = anchor(f, op, value)
                    && let Some(slot) = last.get_mut(&value)
                    && self.position[anchor.index()] >= self.position[slot.index()]
                {
                    *slot = anchor;
                }
            }
            for successor in f.successors(op) {
                for &value in successor.args {
                    last.remove(&value);
                }
            }
        }
        for &op in order {
            for &value in f.results(op) {
                if let Some(&at) = last.get(&value) {
                    self.dying[at.index()].push(value);
                }
            }
        }
    }

    /// Whether `op` is inside `outer`, at any depth.
    pub(crate) fn inside(&self, op: Op, outer: Op) -> bool {
        let (at, start) = (self.position(op), self.position(outer));
        start < at && at <= self.end[outer.index()]
    }

    /// Position of `op` in the walk of the body.
    pub(crate) fn position(&self, op: Op) -> u32 {
        self.position[op.index()]
    }

    /// The SSA values and the variables that are dead after `op`.
    pub(crate) fn dying(&self, op: Op) -> &[Value] {
        &self.dying[op.index()]
    }

    /// The variables declared directly in `block`, in order.
    pub(crate) fn locals(&self, block: Block) -> &[Value] {
        self.locals.get(&block).map_or(&[], Vec::as_slice)
    }

    /// Whether ownership may move, or a pointer be stored, inside `op`.
    pub(crate) fn is_busy(&self, op: Op) -> bool {
        self.busy[op.index()]
    }
}

/// Whether an SSA value has an entry in states; the others are computed where they are used.
pub(crate) fn is_kept(f: &Function, value: Value) -> bool {
    match f.def(value) {
        Def::Arg(..) => false,
        Def::Result(op, _) => match f.op_name(op) {
            luma::Local::NAME
            | luma::Constant::NAME
            | luma::Null::NAME
            | luma::String::NAME
            | luma::Sizeof::NAME
            | luma::GlobalAddr::NAME => false,
            // A parameter lives as long as the function.
            own::Take::NAME => {
                own::Take(op).from_attr(f).and_then(|a| a.as_str()) != Some("caller")
            }
            _ => true,
        },
    }
}

/// The operation whose region contains `op`.
pub(crate) fn parent_op(f: &Function, op: Op) -> Option<Op> {
    f.region_op(f.block_region(f.parent(op)?))
}

/// The operation of the block that defines `value` during which `op` uses it.
fn anchor(f: &Function, op: Op, value: Value) -> Option<Op> {
    let Def::Result(def, _) = f.def(value) else { return None };
    let home = f.parent(def)?;
    let mut at = op;
    loop {
        let block = f.parent(at)?;
        if block == home {
            // Deferred code runs when its region is left.
            let deferred = at != op && f.op_name(at) == luma::Defer::NAME;
            return if deferred { f.last(block) } else { Some(at) };
        }
        at = parent_op(f, at)?;
    }
}

fn moves_ownership(module: &Module, f: &Function, op: Op) -> bool {
    match f.op_name(op) {
        own::Take::NAME | own::Give::NAME | luma::Copy::NAME | luma::Call::NAME => true,
        luma::Store::NAME => {
            let ty = f.value_type(luma::Store(op).value(f));
            module.context.is_ptr(ty) || module.context.is_aggregate(ty)
        }
        _ => matters(module, f, op),
    }
}

//! `cse`: what was computed is not computed again.
//!
//! A pure operation whose like (same operation, operands, attributes and result types; operands of a
//! commutative one in either order) was executed on every way to it is replaced by that. A division
//! counts: where the first did not trap the second does not. The table of what is at hand follows the
//! structure: a region sees what stands before its operation, a block what stands in the blocks that
//! dominate it.
//!
//! With `loads`, within a block, also a load of a place that was loaded or stored before with nothing
//! in between that may write memory; any store ends what is known of all other places.

use std::hash::{Hash, Hasher};

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Block, Context, Dominators, Entity, Function, Op, Region, Value};
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};
use rustc_hash::{FxHashMap, FxHasher};

/// Replaces repeated computations by the first.
#[derive(Clone, Copy, Debug)]
pub struct Cse {
    /// Loads too.
    pub loads: bool,
}

impl FunctionPass for Cse {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let mut finder = Finder {
            context: cx.context,
            f,
            loads: self.loads,
            table: FxHashMap::default(),
            undo: Vec::new(),
            places: FxHashMap::default(),
            replaced: Vec::new(),
            erased: Vec::new(),
            loads_erased: 0,
        };
        finder.region(finder.f.body());
        let Finder { replaced, erased, loads_erased, .. } = finder;
        cx.count(&OPS_ERASED, erased.len() - loads_erased);
        cx.count(&LOADS_ERASED, loads_erased);
        if erased.is_empty() {
            return Ok(false.into());
        }
        for &op in &erased {
            for old in f.results(op).to_vec() {
                let new = current(&replaced, old);
                f.inherit_name(new, old);
                f.replace_all_uses(old, new);
            }
            f.erase(op);
        }
        Ok(true.into())
    }
}

/// What a value is replaced by; replacements are never replaced themselves.
fn current(replaced: &[Option<Value>], value: Value) -> Value {
    replaced.get(value.index()).copied().flatten().unwrap_or(value)
}

struct Finder<'a> {
    context: &'a Context,
    f: &'a Function,
    loads: bool,
    /// What is at hand, by hash.
    table: FxHashMap<u64, Vec<Op>>,
    /// The hashes of what was entered, to leave it again.
    undo: Vec<u64>,
    /// What is known to be in places.
    places: FxHashMap<Value, Value>,
    /// By index of the value, what takes its place.
    replaced: Vec<Option<Value>>,
    erased: Vec<Op>,
    loads_erased: usize,
}

impl Finder<'_> {
    fn region(&mut self, region: Region) {
        let f = self.f;
        let start = self.undo.len();
        match f.blocks(region) {
            [] => {}
            &[block] => self.block(block),
            blocks => {
                let dominators = Dominators::new(f, region);
                // The blocks around the current one in the tree, and what was at hand before each.
                let mut around: Vec<(Block, usize)> = Vec::new();
                for block in dominators.preorder(blocks) {
                    while let Some(&(outer, mark)) = around.last() {
                        if dominators.dominates(outer, block) {
                            break;
                        }
                        self.leave(mark);
                        around.pop();
                    }
                    around.push((block, self.undo.len()));
                    self.block(block);
                }
            }
        }
        self.leave(start);
        self.places.clear();
    }

    fn block(&mut self, block: Block) {
        let f = self.f;
        self.places.clear();
        for op in f.block_ops(block) {
            self.op(op);
        }
        self.places.clear();
    }

    fn op(&mut self, op: Op) {
        let f = self.f;
        if !f.op_regions(op).is_empty() {
            for &region in f.op_regions(op) {
                self.region(region);
            }
            return;
        }
        let name = f.op_name(op);
        let traits = self.context.op_def(name).traits;
        if traits.pure || [luma::Div::NAME, luma::Rem::NAME].contains(&name) {
            if !f.results(op).is_empty() {
                self.computation(op);
            }
        } else if self.loads {
            self.memory(op);
        }
    }

    fn computation(&mut self, op: Op) {
        let hash = self.hash(op);
        let known = self.table.get(&hash).into_iter().flatten();
        if let Some(&first) = known.rev().find(|&&first| self.is_like(first, op)) {
            self.replace(op, first);
            return;
        }
        self.table.entry(hash).or_default().push(op);
        self.undo.push(hash);
    }

    fn replace(&mut self, op: Op, first: Op) {
        let f = self.f;
        for (&old, &new) in f.results(op).iter().zip(f.results(first)) {
            self.replace_value(old, new);
        }
        self.erased.push(op);
    }

    fn replace_value(&mut self, old: Value, new: Value) {
        if self.replaced.is_empty() {
            self.replaced.resize(self.f.value_count(), None);
        }
        self.replaced[old.index()] = Some(new);
    }

    fn leave(&mut self, mark: usize) {
        for hash in self.undo.drain(mark..).rev() {
            let left = self.table.get_mut(&hash).and_then(Vec::pop);
            never!(left.is_none(), "what is left was never entered");
        }
    }

    // --- memory -----------------------------------------------------------------------------

    fn memory(&mut self, op: Op) {
        let f = self.f;
        match f.op_name(op) {
            luma::Load::NAME => {
                let load = luma::Load(op);
                let place = current(&self.replaced, load.place(f));
                match self.places.get(&place).copied() {
                    Some(value) => {
                        self.replace_value(load.result(f), value);
                        self.erased.push(op);
                        self.loads_erased += 1;
                    }
                    None => {
                        self.places.insert(place, load.result(f));
                    }
                }
            }
            luma::Store::NAME => {
                let store = luma::Store(op);
                let place = current(&self.replaced, store.place(f));
                self.places.clear();
                self.places.insert(place, current(&self.replaced, store.value(f)));
            }
            luma::Local::NAME => {}
            name if self.context.op_def(name).traits.reads => {}
            _ => self.places.clear(),
        }
    }

    // --- likeness ---------------------------------------------------------------------------

    /// The operands of a commutative operation in an order of their own.
    fn sorted(&self, op: Op) -> Option<(Value, Value)> {
        let &[a, b] = self.f.operands(op) else { return None };
        let commutative = self.context.op_def(self.f.op_name(op)).traits.commutative;
        let (a, b) = (current(&self.replaced, a), current(&self.replaced, b));
        commutative.then(|| (a.min(b), a.max(b)))
    }

    fn hash(&self, op: Op) -> u64 {
        let f = self.f;
        let mut hasher = FxHasher::default();
        f.op_name(op).hash(&mut hasher);
        match self.sorted(op) {
            Some(pair) => pair.hash(&mut hasher),
            None => {
                for &value in f.operands(op) {
                    current(&self.replaced, value).hash(&mut hasher);
                }
            }
        }
        for &result in f.results(op) {
            f.value_type(result).hash(&mut hasher);
        }
        for (name, value) in f.attributes(op) {
            name.hash(&mut hasher);
            hash_attribute(value, &mut hasher);
        }
        hasher.finish()
    }

    fn is_like(&self, a: Op, b: Op) -> bool {
        let f = self.f;
        let values = |op: Op| f.operands(op).iter().map(|&value| current(&self.replaced, value));
        let types = |op: Op| f.results(op).iter().map(|&value| f.value_type(value));
        let same_operands = match (self.sorted(a), self.sorted(b)) {
            (Some(a), Some(b)) => a == b,
            _ => values(a).eq(values(b)),
        };
        let (left, right) = (f.attributes(a), f.attributes(b));
        f.op_name(a) == f.op_name(b)
            && same_operands
            && types(a).eq(types(b))
            && left.len() == right.len()
            && left.iter().zip(right).all(|(a, b)| a.0 == b.0 && is_same(&a.1, &b.1))
    }
}

/// Whether two attributes are the same bits: -0.0 is not 0.0.
fn is_same(a: &Attribute, b: &Attribute) -> bool {
    match (a, b) {
        (Attribute::Float(a, s), Attribute::Float(b, t)) => a.to_bits() == b.to_bits() && s == t,
        (Attribute::Array(a), Attribute::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_same(a, b))
        }
        _ => a == b,
    }
}

fn hash_attribute(value: &Attribute, hasher: &mut FxHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Attribute::Unit => {}
        Attribute::Bool(value) => value.hash(hasher),
        Attribute::Int(value, _) => value.hash(hasher),
        Attribute::Float(value, _) => value.to_bits().hash(hasher),
        Attribute::Str(bytes) => bytes.hash(hasher),
        Attribute::Type(ty) => ty.hash(hasher),
        Attribute::Symbol(symbol) => symbol.hash(hasher),
        Attribute::Array(items) => {
            for item in items.iter() {
                hash_attribute(item, hasher);
            }
        }
    }
}

static OPS_ERASED: Statistic =
    Statistic { name: "ops-erased", summary: "Operations replaced by an equivalent earlier one." };
static LOADS_ERASED: Statistic = Statistic {
    name: "loads-erased",
    summary: "Loads replaced by a value that was loaded or stored before.",
};

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "cse",
    summary: "Eliminates common subexpressions.",
    options: &[OptionSpec {
        name: "loads",
        summary: "Also replace loads of a place that was loaded or stored earlier in the block.",
        kind: OptionKind::Flag,
        default: "false",
    }],
    statistics: &[OPS_ERASED, LOADS_ERASED],
    mandatory: false,
    make: |options| Work::function(Cse { loads: options.flag("loads") }),
};

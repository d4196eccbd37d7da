//! Where pointers go: edges between the values of a module, and what is lost at each.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::{luma, own};
use luma_ir::{Context, Entity, Function, Module, Op, Symbol, Type, Value, callee};
use rustc_hash::FxHashMap;

/// A value of one function, or the result of one, or a private variable (its place).
pub(super) type Node = u32;

/// A set of things that may happen to a pointer, or to something derived from it.
pub(super) type Losses = u8;
/// A copy is kept where this analysis does not see it.
pub(super) const KEPT: Losses = 1;
/// Its bits decide something, but no copy is made.
pub(super) const OBSERVED: Losses = 2;
/// It is written through.
pub(super) const WRITTEN: Losses = 4;
/// What it points to is freed.
pub(super) const FREED: Losses = 8;
/// It is the result of the function.
pub(super) const RETURNED: Losses = 16;
/// Anything.
pub(super) const ALL: Losses = KEPT | OBSERVED | WRITTEN | FREED;
/// The value is, or may be, something else than null or an object that is new and of which there is
/// no other copy.
pub(super) const OLD: Losses = 32;

/// The graph of a module.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The first node of each function.
    pub(super) bases: FxHashMap<Symbol, Node>,
    /// The second is derived from the first. What happens to it happens to the first.
    pub(super) derived: Vec<(Node, Node)>,
    /// The second may be the very value the first is. If the first is old, the second is.
    pub(super) same: Vec<(Node, Node)>,
    /// The first is an argument for the parameter that is the second.
    pub(super) passed: Vec<(Node, Node)>,
    /// What happens at each node itself.
    pub(super) lost: Vec<Losses>,
    /// Results of allocations and calls: new objects, unless a copy is kept.
    pub(super) sources: Vec<Node>,
}

impl Flow {
    /// The graph of `module`.
    pub(super) fn new(module: &Module) -> Self {
        let mut flow = Self::default();
        let mut next: Node = 0;
        for (&name, f) in &module.functions {
            flow.bases.insert(name, next);
            // One more for the result.
            next += f.value_count() as Node + 1;
        }
        flow.lost = vec![0; next as usize];
        for (&name, f) in &module.functions {
            let base = flow.bases[&name];
            let private = private_variables(f);
            let mut body = Body { flow: &mut flow, module, f, base, private };
            for &param in f.entry().map(|entry| f.block_args(entry)).unwrap_or_default() {
                body.lose(param, OLD);
            }
            f.walk(&mut |op| body.op(op));
        }
        flow
    }
}

/// By value index: whether it is the place of a variable that is only loaded, stored to and zeroed.
fn private_variables(f: &Function) -> Vec<bool> {
    let mut private = vec![false; f.value_count()];
    f.walk(&mut |op| {
        if let Some(local) = luma::Local::cast(f, op) {
            private[local.result(f).index()] = true;
        }
    });
    f.walk(&mut |op| {
        let name = f.op_name(op);
        for (i, operand) in f.operands(op).iter().enumerate() {
            let accessed = match name {
                luma::Load::NAME | luma::Zero::NAME => i == 0,
                luma::Store::NAME => i == 1,
                _ => false,
            };
            private[operand.index()] &= accessed;
        }
        for arg in f.successor_args(op) {
            private[arg.index()] = false;
        }
    });
    private
}

/// One function while its edges are found.
struct Body<'a> {
    flow: &'a mut Flow,
    module: &'a Module,
    f: &'a Function,
    base: Node,
    private: Vec<bool>,
}

impl Body<'_> {
    fn node(&self, value: Value) -> Node {
        self.base + value.index() as Node
    }

    fn lose(&mut self, value: Value, losses: Losses) {
        let node = self.node(value);
        self.flow.lost[node as usize] |= losses;
    }

    fn is_private(&self, place: Value) -> bool {
        self.private[place.index()]
    }

    /// `to` may be the value `from` is.
    fn hand_on(&mut self, from: Value, to: Value) {
        let edge = (self.node(from), self.node(to));
        self.flow.derived.push(edge);
        self.flow.same.push(edge);
    }

    /// `to` is derived from `from`, but is not the same.
    fn derive(&mut self, from: Value, to: Value) {
        let edge = (self.node(from), self.node(to));
        self.flow.derived.push(edge);
        self.lose(to, OLD);
    }

    fn hand_all(&mut self, from: &[Value], to: &[Value]) {
        for (&from, &to) in from.iter().zip(to) {
            self.hand_on(from, to);
        }
    }

    fn op(&mut self, op: Op) {
        let f = self.f;
        let context = &self.module.context;
        let (operands, results) = (f.operands(op), f.results(op));
        match (f.op_name(op), operands, results) {
            (own::Take::NAME | own::Give::NAME, &[from], &[to]) => self.hand_on(from, to),
            (luma::Cast::NAME, &[from], &[to])
                if is_ptr(context, f, from) && is_ptr(context, f, to) =>
            {
                self.hand_on(from, to);
            }
            (luma::Offset::NAME | luma::Element::NAME, &[from, _], &[to])
            | (luma::Deref::NAME | luma::Field::NAME | luma::AddrOf::NAME, &[from], &[to]) => {
                self.derive(from, to);
            }
            (luma::Load::NAME, &[place], &[to]) if self.is_private(place) => {
                self.hand_on(place, to);
            }
            (luma::Load::NAME, _, &[to]) => self.lose(to, OLD),
            (luma::Store::NAME, &[value, place], _) if self.is_private(place) => {
                self.hand_on(value, place);
            }
            (luma::Store::NAME, &[value, place], _) => {
                self.lose(value, ALL);
                self.lose(place, WRITTEN);
            }
            (luma::Copy::NAME, &[_, target], _) => self.lose(target, WRITTEN),
            (luma::Zero::NAME, &[place], _) => self.lose(place, WRITTEN),
            // The memory of a variable is new, but ends with the function.
            (luma::Local::NAME, _, &[place]) if !self.is_private(place) => self.lose(place, OLD),
            (luma::Local::NAME | luma::Null::NAME, ..) => {}
            (luma::Alloc::NAME, _, &[object]) => self.source(object),
            (luma::Free::NAME, &[pointer], _) => self.lose(pointer, FREED),
            (luma::Cmp::NAME, ..) => self.lose_all(operands, OBSERVED),
            (luma::Print::NAME, &[value], _) => {
                let element = context.element(f.value_type(value));
                if element != Some(Type::I8) {
                    self.lose(value, OBSERVED);
                }
            }
            (luma::Call::NAME, ..) => self.call(op),
            (luma::Return::NAME, ..) => {
                self.lose_all(operands, RETURNED);
                if let &[value] = operands {
                    let edge = (self.node(value), self.base + f.value_count() as Node);
                    self.flow.same.push(edge);
                }
            }
            (luma::Yield::NAME, ..) => self.yielded(op),
            (luma::Break::NAME | luma::Continue::NAME, ..) => self.jump(op),
            (luma::Loop::NAME, ..) => self.enter(operands, op, 0),
            (luma::Br::NAME | luma::CondBr::NAME | luma::SwitchBr::NAME, ..) => {
                for successor in f.successors(op) {
                    self.hand_all(successor.args, f.block_args(successor.block));
                }
            }
            // Of these, only the values of regions are pointers.
            (luma::If::NAME | luma::Switch::NAME | luma::Block::NAME | luma::Defer::NAME, ..) => {}
            _ => self.unknown(op),
        }
    }

    fn lose_all(&mut self, values: &[Value], losses: Losses) {
        for &value in values {
            self.lose(value, losses);
        }
    }

    fn unknown(&mut self, op: Op) {
        let f = self.f;
        self.lose_all(f.operands(op), ALL);
        self.lose_all(f.results(op), OLD);
        for successor in f.successors(op) {
            self.lose_all(successor.args, ALL);
            self.lose_all(f.block_args(successor.block), OLD);
        }
        for &block in f.op_regions(op).iter().flat_map(|&region| f.blocks(region)) {
            self.lose_all(f.block_args(block), OLD);
        }
    }

    fn source(&mut self, value: Value) {
        let node = self.node(value);
        self.flow.sources.push(node);
    }

    fn call(&mut self, op: Op) {
        let f = self.f;
        let known = callee(f, op).and_then(|name| self.module.functions.get(&name));
        let Some((target, entry)) = known.and_then(|target| Some((target, target.entry()?))) else {
            let harmless = known
                .is_some_and(|target| READERS.contains(&self.module.context.name(target.name)));
            let losses = if harmless { OBSERVED } else { ALL };
            self.lose_all(f.operands(op), losses);
            return self.lose_all(f.results(op), OLD);
        };
        let base = self.flow.bases[&target.name];
        for (&arg, param) in f.operands(op).iter().zip(target.block_args(entry)) {
            let edge = (self.node(arg), base + param.index() as Node);
            self.flow.passed.push(edge);
        }
        for &result in f.results(op) {
            let edge = (base + target.value_count() as Node, self.node(result));
            self.flow.same.push(edge);
            self.source(result);
        }
    }

    /// To the arguments of region `index` of the loop `op`.
    fn enter(&mut self, values: &[Value], op: Op, index: usize) {
        let f = self.f;
        let block = f.only_block(f.op_regions(op)[index]);
        self.hand_all(values, f.block_args(block));
    }

    fn yielded(&mut self, op: Op) {
        let f = self.f;
        let values = f.operands(op);
        let region = f.parent(op).map(|block| f.block_region(block));
        let outer = region.and_then(|region| f.region_op(region));
        let (Some(region), Some(outer)) = (region, outer) else {
            never!("a `luma.yield` is in no region of an operation");
            return self.lose_all(values, ALL);
        };
        match f.op_name(outer) {
            luma::Loop::NAME => {
                let index = f.op_regions(outer).iter().position(|&r| r == region);
                let index = index.or_never(0, "a region is one of its operation's");
                match (index, values) {
                    (0, [_, carried @ ..]) => {
                        self.enter(carried, outer, 1);
                        self.hand_all(carried, f.results(outer));
                    }
                    (1, _) => self.enter(values, outer, 2),
                    _ => self.enter(values, outer, 0),
                }
            }
            luma::If::NAME | luma::Switch::NAME | luma::Block::NAME => {
                self.hand_all(values, f.results(outer));
            }
            _ => self.lose_all(values, ALL),
        }
    }

    /// `luma.break` and `luma.continue`.
    fn jump(&mut self, op: Op) {
        let f = self.f;
        if f.operands(op).is_empty() {
            return;
        }
        let mut at = op;
        let outer = loop {
            let region = f.parent(at).map(|block| f.block_region(block));
            match region.and_then(|region| f.region_op(region)) {
                Some(outer) if f.op_name(outer) == luma::Loop::NAME => break outer,
                Some(outer) => at = outer,
                None => {
                    never!("a jump is in no loop");
                    return self.lose_all(f.operands(op), ALL);
                }
            }
        };
        if f.op_name(op) == luma::Break::NAME {
            self.hand_all(f.operands(op), f.results(outer));
        } else {
            self.enter(f.operands(op), outer, 2);
        }
    }
}

/// Functions of C that only read what they are given, and keep no copy. What they find may decide
/// something, addresses too.
const READERS: [&str; 10] =
    ["strlen", "strnlen", "strcmp", "strncmp", "memcmp", "atoi", "atol", "atoll", "atof", "puts"];

fn is_ptr(context: &Context, f: &Function, value: Value) -> bool {
    context.is_ptr(f.value_type(value))
}

//! `dce`: removes dead operations, variables and values.
//!
//! Liveness is propagated backward from what can be observed: calls, allocations, stores to memory
//! that is visible outside, terminators that leave the function, loops (which may not terminate), and
//! every operation with unknown effects. Everything else is removed:
//!
//! - operations without side effects, including reads;
//! - variables that are never read, with the stores to them;
//! - structured operations that contain nothing live;
//! - unused results of structured operations, loop-carried values and block arguments, including
//!   cycles of those that only use each other.
//!
//! Undefined behaviour may be removed, such as the read of an uninitialised variable; a division that
//! may trap is kept, because the language defines the trap. `own.take`, `own.give`, calls and
//! allocations are kept.

mod sweep;

use luma_ir::dialect::Control;
use luma_ir::dialects::luma;
use luma_ir::{Block, Context, Def, Entity, Function, Op, Region, Value, rewrite};
use luma_pass::{FunctionPass, PassContext, PassResult, Registration, Statistic, Work};

use crate::fold::constant_of;

/// Removes dead operations, variables and values.
#[derive(Clone, Copy, Debug)]
pub struct Dce;

impl FunctionPass for Dce {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let live = Marker::run(cx.context, f);
        let swept = sweep::sweep(cx.context, f, &live);
        cx.count(&OPS_ERASED, swept.ops);
        cx.count(&STORES_ERASED, swept.stores);
        cx.count(&VALUES_ERASED, swept.values);
        Ok((swept.ops + swept.values > 0).into())
    }
}

/// Whether `op` may be removed when its results are unused.
pub(crate) fn is_removable(context: &Context, f: &Function, op: Op) -> bool {
    match f.op_name(op) {
        luma::Local::NAME => true,
        luma::Div::NAME | luma::Rem::NAME => {
            let divisor = f.operands(op)[1];
            // Zero traps, and so does the quotient of the smallest integer and -1.
            f.value_type(divisor).is_float()
                || constant_of(context, f, divisor)
                    .and_then(|constant| constant.as_int())
                    .is_some_and(|divisor| divisor != 0 && divisor != -1)
        }
        _ => rewrite::is_removable(context, f, op),
    }
}

/// What is live, and how values are passed between blocks and regions.
struct Live {
    /// Whether each operation is live, by its index.
    ops: Vec<bool>,
    /// Whether each value is live, by its index.
    values: Vec<bool>,
    /// The branches to each block, by its index: terminator and successor number.
    sources: Vec<Vec<(Op, usize)>>,
    /// The terminators that pass values to each structured operation, by its index.
    ends: Vec<Vec<Op>>,
}

impl Live {
    fn has(&self, op: Op) -> bool {
        self.ops[op.index()]
    }

    fn needs(&self, value: Value) -> bool {
        self.values[value.index()]
    }

    fn ends(&self, op: Op) -> &[Op] {
        &self.ends[op.index()]
    }

    fn sources(&self, block: Block) -> &[(Op, usize)] {
        &self.sources[block.index()]
    }
}

/// Computes what is live.
struct Marker<'a> {
    context: &'a Context,
    f: &'a Function,
    live: Live,
    /// The worklist of operations and values.
    work: Vec<Item>,
    /// The stores to each variable, by the index of its place.
    stores: Vec<Vec<Op>>,
}

#[derive(Clone, Copy)]
enum Item {
    Op(Op),
    Value(Value),
}

impl<'a> Marker<'a> {
    fn run(context: &'a Context, f: &'a Function) -> Live {
        let live = Live {
            ops: vec![false; f.op_capacity()],
            values: vec![false; f.value_count()],
            sources: vec![Vec::new(); f.block_capacity()],
            ends: vec![Vec::new(); f.op_capacity()],
        };
        let mut marker =
            Self { context, f, live, work: Vec::new(), stores: vec![Vec::new(); f.value_count()] };
        let mut ops = Vec::new();
        f.walk(&mut |op| ops.push(op));
        let loops = enclosing_loops(context, f);
        for &op in &ops {
            marker.enter(&loops, op);
        }
        for op in ops {
            if marker.is_root(op) {
                marker.mark_op(op);
            }
        }
        while let Some(item) = marker.work.pop() {
            match item {
                Item::Op(op) => marker.needs_of_op(op),
                Item::Value(value) => marker.needs_of_value(value),
            }
        }
        marker.live
    }

    /// Records how values are passed between blocks and regions.
    fn enter(&mut self, loops: &[Option<Op>], op: Op) {
        let f = self.f;
        for (i, to) in f.successors(op).blocks().enumerate() {
            self.live.sources[to.index()].push((op, i));
        }
        let to = match control(self.context, f, op) {
            Control::Yield => parent_op(f, op),
            Control::Break | Control::Continue => loops[op.index()],
            _ => None,
        };
        if let Some(to) = to {
            self.live.ends[to.index()].push(op);
        }
        if let Some(place) = written_variable(f, op) {
            self.stores[place.index()].push(op);
        }
    }

    /// Whether `op` is live on its own.
    fn is_root(&self, op: Op) -> bool {
        let f = self.f;
        match control(self.context, f, op) {
            Control::Scope | Control::Branch | Control::Deferred if is_structured(f, op) => false,
            Control::Yield => false,
            Control::Unknown if written_variable(f, op).is_some() => false,
            _ => !is_removable(self.context, f, op),
        }
    }

    fn mark_op(&mut self, op: Op) {
        if !std::mem::replace(&mut self.live.ops[op.index()], true) {
            self.work.push(Item::Op(op));
        }
    }

    fn mark(&mut self, value: Value) {
        if !std::mem::replace(&mut self.live.values[value.index()], true) {
            self.work.push(Item::Value(value));
        }
    }

    fn mark_all(&mut self, values: &[Value]) {
        for &value in values {
            self.mark(value);
        }
    }

    /// Marks what a live operation uses.
    fn needs_of_op(&mut self, op: Op) {
        let f = self.f;
        // What decides whether it is executed.
        if let Some(outer) = parent_op(f, op) {
            self.mark_op(outer);
        }
        match control(self.context, f, op) {
            // The first operand of these decides; the rest goes where it is wanted.
            Control::Branch => self.mark_all(f.operands(op).get(..1).unwrap_or_default()),
            // What they hand on is needed when who gets it is.
            Control::Yield if !self.is_opaque(parent_op(f, op)) => {}
            Control::Break | Control::Continue => {}
            Control::Loop => {
                let condition = f.op_regions(op).first().and_then(|&region| last(f, region));
                let truth = condition.and_then(|end| f.operands(end).first().copied());
                if let Some(truth) = truth {
                    self.mark(truth);
                }
            }
            _ => self.mark_all(f.operands(op)),
        }
        // Somebody may know what the regions of an operation nobody knows do with their values.
        if self.is_opaque(Some(op)) {
            for &region in f.op_regions(op) {
                for &block in f.blocks(region) {
                    self.mark_all(f.block_args(block));
                    if let Some(end) = f.last(block) {
                        self.mark_all(f.operands(end));
                    }
                }
            }
        }
    }

    /// Marks what a live value depends on.
    fn needs_of_value(&mut self, value: Value) {
        let f = self.f;
        match f.def(value) {
            Def::Result(op, index) => {
                self.mark_op(op);
                match control(self.context, f, op) {
                    Control::Scope | Control::Branch => self.handed(op, index as usize),
                    Control::Loop => self.carried(op, index as usize),
                    _ => {}
                }
                for store in std::mem::take(&mut self.stores[value.index()]) {
                    self.mark_op(store);
                }
            }
            Def::Arg(block, index) => {
                let index = index as usize;
                let region = f.block_region(block);
                let is_entry = f.blocks(region).first() == Some(&block);
                match f.region_op(region) {
                    Some(op) if is_entry && control(self.context, f, op) == Control::Loop => {
                        self.mark_op(op);
                        self.carried(op, index);
                    }
                    _ => {
                        for i in 0..self.live.sources(block).len() {
                            let (op, successor) = self.live.sources(block)[i];
                            if let Some(given) = f.successors(op).get(successor) {
                                self.mark(given.args[index]);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Result `index` of `op` is what its regions yield.
    fn handed(&mut self, op: Op, index: usize) {
        for i in 0..self.live.ends(op).len() {
            let end = self.live.ends(op)[i];
            if let Some(&value) = self.f.operands(end).get(index) {
                self.mark(value);
            }
        }
    }

    /// A loop has one value for each it carries: initial, argument of each region, result.
    fn carried(&mut self, op: Op, index: usize) {
        let f = self.f;
        let result = f.results(op).get(index);
        let init = f.operands(op).get(index);
        let args = f.op_regions(op).iter().filter_map(|&region| {
            let block = f.blocks(region).first()?;
            f.block_args(*block).get(index)
        });
        for &value in result.into_iter().chain(init).chain(args) {
            self.mark(value);
        }
        let condition = f.op_regions(op).first().and_then(|&region| last(f, region));
        for i in 0..self.live.ends(op).len() {
            let end = self.live.ends(op)[i];
            let first = usize::from(Some(end) == condition);
            if let Some(&value) = f.operands(end).get(index + first) {
                self.mark(value);
            }
        }
    }

    /// Whether the control flow of the regions of `op` is unknown.
    fn is_opaque(&self, op: Option<Op>) -> bool {
        op.is_some_and(|op| {
            is_structured(self.f, op)
                && !matches!(
                    control(self.context, self.f, op),
                    Control::Scope | Control::Branch | Control::Deferred | Control::Loop
                )
        })
    }
}

fn control(context: &Context, f: &Function, op: Op) -> Control {
    context.op_def(f.op_name(op)).control
}

fn is_structured(f: &Function, op: Op) -> bool {
    !f.op_regions(op).is_empty()
}

/// The operation whose region `op` stands in.
fn parent_op(f: &Function, op: Op) -> Option<Op> {
    f.region_op(f.block_region(f.parent(op)?))
}

/// The end of a region of one block.
fn last(f: &Function, region: Region) -> Option<Op> {
    let &[block] = f.blocks(region) else { return None };
    let block: Block = block;
    f.last(block)
}

/// The nearest loop around each operation that leaves or continues one, by index.
fn enclosing_loops(context: &Context, f: &Function) -> Vec<Option<Op>> {
    let mut loops = vec![None; f.op_capacity()];
    f.walk(&mut |op| {
        // The walk comes to what is around an operation first.
        let outer = parent_op(f, op);
        let around = outer.and_then(|outer| match control(context, f, outer) {
            Control::Loop => Some(outer),
            _ => loops[outer.index()],
        });
        loops[op.index()] = around;
    });
    loops
}

/// The variable `op` writes to, whole or in part, if it does nothing else.
fn written_variable(f: &Function, op: Op) -> Option<Value> {
    let mut place = match f.op_name(op) {
        luma::Store::NAME => luma::Store(op).place(f),
        luma::Copy::NAME => luma::Copy(op).target(f),
        luma::Zero::NAME => luma::Zero(op).place(f),
        _ => return None,
    };
    loop {
        let definition = f.def_op(place)?;
        place = match f.op_name(definition) {
            luma::Local::NAME => return Some(place),
            luma::Field::NAME => luma::Field(definition).base(f),
            luma::Element::NAME => luma::Element(definition).base(f),
            _ => return None,
        };
    }
}

static OPS_ERASED: Statistic =
    Statistic { name: "ops-erased", summary: "Dead operations removed, stores included." };
static STORES_ERASED: Statistic =
    Statistic { name: "stores-erased", summary: "Stores to variables that are never read." };
static VALUES_ERASED: Statistic = Statistic {
    name: "values-erased",
    summary: "Unused results of structured operations, loop-carried values and block arguments.",
};

/// The registration of the pass.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "dce",
    summary: "Removes dead operations, variables and values.",
    options: &[],
    statistics: &[OPS_ERASED, STORES_ERASED, VALUES_ERASED],
    mandatory: false,
    make: |_| Work::function(Dce),
};

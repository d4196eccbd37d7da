//! What the lowering has to know of a whole function before it starts: the order of its operations,
//! and how its values and variables are used.

use luma_ir::dialects::{luma, own};
use luma_ir::{Entity, Function, Op, Value};
use rustc_hash::FxHashMap;

use super::places::Places;

/// The place of an operation in the order of the text, with everything nested in it.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Range {
    start: u32,
    end: u32,
}

/// How a variable is used.
#[derive(Default, Debug)]
pub(crate) struct Uses {
    /// By more than loads and stores of the whole: its address may be anywhere.
    pub(crate) escapes: bool,
    /// Where it is loaded, in order.
    loads: Vec<u32>,
    /// Where it is stored to, in order.
    stores: Vec<(u32, Op)>,
}

/// The facts about one function.
pub(crate) struct Shape {
    ranges: Vec<Range>,
    /// Which values are operands of anything.
    used: Vec<bool>,
    locals: FxHashMap<Value, Uses>,
    pub(crate) places: Places,
}

/// Whether an operation carries regions that control flows through. `structured-to-cfg` leaves no
/// `luma.block`.
pub(crate) fn is_structured(f: &Function, op: Op) -> bool {
    matches!(f.op_name(op), luma::If::NAME | luma::Loop::NAME | luma::Switch::NAME)
}

impl Shape {
    /// Reads `f`, without recursion and in linear time.
    pub(crate) fn of(f: &Function) -> Self {
        let mut shape = Self {
            ranges: vec![Range::default(); f.op_capacity()],
            used: vec![false; f.value_count()],
            locals: FxHashMap::default(),
            places: Places::default(),
        };
        enum Step {
            Enter(Op),
            Leave(Op),
        }
        let mut stack: Vec<Step> = Vec::new();
        let mut clock = 0;
        let enter = |stack: &mut Vec<Step>, region| {
            for &block in f.blocks(region).iter().rev() {
                stack.extend(f.first(block).map(Step::Enter));
            }
        };
        enter(&mut stack, f.body());
        while let Some(step) = stack.pop() {
            match step {
                Step::Enter(op) => {
                    stack.extend(f.next(op).map(Step::Enter));
                    shape.ranges[op.index()] = Range { start: clock, end: clock + 1 };
                    shape.record(f, op, clock);
                    shape.places.record(f, op);
                    clock += 1;
                    if !f.op_regions(op).is_empty() {
                        stack.push(Step::Leave(op));
                        for &region in f.op_regions(op).iter().rev() {
                            enter(&mut stack, region);
                        }
                    }
                }
                Step::Leave(op) => {
                    shape.ranges[op.index()].end = clock;
                }
            }
        }
        shape
    }

    /// Notes what `op`, the `clock`-th of the text, tells about values and variables.
    fn record(&mut self, f: &Function, op: Op, clock: u32) {
        for value in f.used_values(op) {
            self.used[value.index()] = true;
        }
        match f.op_name(op) {
            luma::Local::NAME => {
                for &place in f.results(op) {
                    self.locals.insert(place, Uses::default());
                }
            }
            luma::Load::NAME => {
                for place in f.operands(op) {
                    if let Some(uses) = self.locals.get_mut(place) {
                        uses.loads.push(clock);
                    }
                }
            }
            luma::Store::NAME => {
                // No value is a place.
                if let Some(uses) = self.locals.get_mut(&luma::Store(op).place(f)) {
                    uses.stores.push((clock, op));
                }
            }
            _ => {
                for value in f.used_values(op) {
                    if let Some(uses) = self.locals.get_mut(value) {
                        uses.escapes = true;
                    }
                }
            }
        }
    }

    /// Whether anything uses `value`.
    pub(crate) fn is_used(&self, value: Value) -> bool {
        self.used[value.index()]
    }

    /// Where `op` is.
    pub(crate) fn range(&self, op: Op) -> Range {
        self.ranges[op.index()]
    }

    /// How a variable is used, if `place` is one.
    pub(crate) fn local(&self, place: Value) -> Option<&Uses> {
        self.locals.get(&place)
    }
}

impl Uses {
    /// The stores within `range`.
    pub(crate) fn stores_in(&self, range: Range) -> &[(u32, Op)] {
        let from = self.stores.partition_point(|&(at, _)| at < range.start);
        let to = self.stores.partition_point(|&(at, _)| at < range.end);
        &self.stores[from..to]
    }

    /// The last store before `range`.
    pub(crate) fn store_before(&self, range: Range) -> Option<Op> {
        let from = self.stores.partition_point(|&(at, _)| at < range.start);
        self.stores.get(from.checked_sub(1)?).map(|&(_, op)| op)
    }

    /// Whether it is loaded anywhere else than within `range`.
    pub(crate) fn loaded_outside(&self, range: Range) -> bool {
        let from = self.loads.partition_point(|&at| at < range.start);
        let to = self.loads.partition_point(|&at| at < range.end);
        to - from < self.loads.len()
    }
}

/// The operation whose region `op` stands in.
pub(crate) fn enclosing(f: &Function, op: Op) -> Option<Op> {
    f.region_op(f.block_region(f.parent(op)?))
}

/// Whether `op` hands its operand through unchanged.
pub(crate) fn is_identity(f: &Function, op: Op) -> bool {
    matches!(f.op_name(op), own::Take::NAME | own::Give::NAME)
}

//! `licm`: what every round of a loop computes anew is computed once, before the loop.
//!
//! *Before:* any module; loops that are blocks and branches already are left alone, so it comes before
//! `structured-to-cfg`.
//!
//! *After:* an operation that stands in the condition, body or post region of a `luma.loop`, or in a
//! `luma.block` there, stands before the outermost such loop for which all of this holds:
//!
//! - its operands are made outside the loop;
//! - running it has no effect but its result, even where the loop would not have run it: it is pure,
//!   or a division by a constant other than 0 and -1, or of floats;
//! - or it loads a variable that nothing in the loop writes, whose address nobody has, and that was
//!   given a value before the loop.
//!
//! What takes no operands (constants, addresses of globals) goes along with what needs it, not by
//! itself: keeping it alive through a loop costs more than making it.
//!
//! One walk, outer operations first, finds for each operation how far out it can go, and takes it
//! there at once: what it needs has gone before it.

use luma_ir::dialects::luma;
use luma_ir::{Context, Entity, Function, Op, OpName, Region, Value};
use luma_pass::{FunctionPass, PassContext, PassResult, Registration, Statistic, Work};
use rustc_hash::FxHashMap;

use crate::fold::int_constant;

/// Moves what does not change out of loops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Licm;

impl FunctionPass for Licm {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let mut has_loop = false;
        f.walk(&mut |op| has_loop |= f.op_name(op) == luma::Loop::NAME);
        if !has_loop {
            return Ok(false.into());
        }
        let variables = Variables::of(f);
        let mut mover = Mover {
            cx,
            variables,
            depths: vec![0; f.value_count()],
            loops: Vec::new(),
            tasks: Vec::new(),
            moved: 0,
            loads: 0,
        };
        mover.run(f);
        cx.count(&MOVED, mover.moved);
        cx.count(&LOADS, mover.loads);
        Ok((mover.moved > 0).into())
    }
}

/// Something still to be done.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// Operations from here on. What stands there may leave the loops from this depth on.
    Ops(Op, usize),
    /// A loop is left.
    Leave,
}

struct Mover<'a> {
    cx: &'a PassContext<'a>,
    variables: Variables,
    /// In how many loops each value is made.
    depths: Vec<u32>,
    /// The loops around the cursor, outermost first.
    loops: Vec<Op>,
    tasks: Vec<Task>,
    moved: usize,
    loads: usize,
}

impl Mover<'_> {
    fn run(&mut self, f: &mut Function) {
        self.enter(f, f.body(), 0);
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Leave => {
                    self.loops.pop();
                }
                Task::Ops(op, outermost) => {
                    // Before it moves.
                    self.tasks.extend(f.next(op).map(|next| Task::Ops(next, outermost)));
                    self.op(f, op, outermost);
                }
            }
        }
    }

    /// Walks `region` next; what stands there may leave the loops from depth `outermost` on.
    fn enter(&mut self, f: &Function, region: Region, outermost: usize) {
        for &block in f.blocks(region).iter().rev() {
            for &arg in f.block_args(block) {
                self.set_depth(arg, self.loops.len());
            }
            self.tasks.extend(f.first(block).map(|op| Task::Ops(op, outermost)));
        }
    }

    fn op(&mut self, f: &mut Function, op: Op, outermost: usize) {
        let depth = self.loops.len();
        for &result in f.results(op) {
            self.set_depth(result, depth);
        }
        match f.op_name(op) {
            luma::Loop::NAME => {
                // What leaves this loop stands where the loop stands.
                self.loops.push(op);
                self.tasks.push(Task::Leave);
                for &region in f.op_regions(op).iter().rev() {
                    self.enter(f, region, outermost.min(depth));
                }
            }
            luma::Block::NAME => self.enter_all(f, op, outermost),
            // What stands in these is not run in every round.
            _ if !f.op_regions(op).is_empty() => self.enter_all(f, op, depth),
            _ if outermost < depth => self.consider(f, op, outermost),
            _ => {}
        }
    }

    fn enter_all(&mut self, f: &Function, op: Op, outermost: usize) {
        for &region in f.op_regions(op).iter().rev() {
            self.enter(f, region, outermost);
        }
    }

    /// Moves `op` as far as it can go, at most before the loop of depth `outermost`.
    fn consider(&mut self, f: &mut Function, op: Op, outermost: usize) {
        let name = f.op_name(op);
        if f.operands(op).is_empty() || f.results(op).is_empty() {
            return;
        }
        let is_load = name == luma::Load::NAME;
        if !is_load && !is_speculatable(self.cx.context, f, op) {
            return;
        }
        let depth = self.loops.len();
        let needs = f.operands(op).iter().map(|&operand| match leaf(self.cx.context, f, operand) {
            Some(_) => 0,
            None => self.depth(operand),
        });
        let mut target = needs.fold(outermost, usize::max);
        if is_load {
            let place = luma::Load(op).place(f);
            // From the inside out, as long as nothing in the loop writes.
            let mut least = depth;
            while least > target && self.variables.keeps_value(place, self.loops[least - 1]) {
                least -= 1;
            }
            target = least;
        }
        let Some(&before) = self.loops.get(target) else { return };
        for operand in f.operands(op).to_vec() {
            if let Some(leaf) = leaf(self.cx.context, f, operand)
                && self.depth(operand) > target
            {
                self.take(f, leaf, before, target);
            }
        }
        self.take(f, op, before, target);
        self.moved += 1;
        self.loads += usize::from(is_load);
    }

    fn take(&mut self, f: &mut Function, op: Op, before: Op, depth: usize) {
        f.move_before(op, before);
        for &result in f.results(op) {
            self.set_depth(result, depth);
        }
    }

    fn depth(&self, value: Value) -> usize {
        self.depths[value.index()] as usize
    }

    fn set_depth(&mut self, value: Value, depth: usize) {
        self.depths[value.index()] = depth as u32;
    }
}

/// The pure operation without operands that makes `value`.
fn leaf(context: &Context, f: &Function, value: Value) -> Option<Op> {
    let op = f.def_op(value)?;
    let is_pure = f.operands(op).is_empty() && is_speculatable(context, f, op);
    is_pure.then_some(op)
}

/// Whether `op` may run where it would not have run.
fn is_speculatable(context: &Context, f: &Function, op: Op) -> bool {
    if !f.op_regions(op).is_empty() || !f.successors(op).is_empty() {
        return false;
    }
    let &[result] = f.results(op) else { return false };
    let operand = |index: usize| f.operands(op).get(index).copied();
    match f.op_name(op) {
        luma::Div::NAME | luma::Rem::NAME => {
            f.value_type(result).is_float()
                || operand(1)
                    .and_then(|divisor| int_constant(f, divisor))
                    .is_some_and(|divisor| divisor != 0 && divisor != -1)
        }
        name => is_pure(context, name),
    }
}

fn is_pure(context: &Context, name: OpName) -> bool {
    context.op_def(name).traits.pure
}

/// What is known of the variables whose address nobody has.
#[derive(Default)]
struct Variables {
    /// By place: when it gets its first value in the block that makes it, and when it is written,
    /// in order.
    of: FxHashMap<Value, Variable>,
    /// By loop: the times of its first and last operation.
    loops: FxHashMap<Op, (u32, u32)>,
}

#[derive(Default)]
struct Variable {
    has_address: bool,
    first_value: Option<u32>,
    writes: Vec<u32>,
}

impl Variables {
    /// Reads `f`; time is the order of the text.
    fn of(f: &Function) -> Self {
        enum Step {
            Ops(Op),
            Leave(Op, u32),
        }
        let mut variables = Self::default();
        let mut time = 0;
        let mut steps: Vec<Step> = Vec::new();
        let enter = |steps: &mut Vec<Step>, region: Region| {
            let firsts = f.blocks(region).iter().rev().filter_map(|&block| f.first(block));
            steps.extend(firsts.map(Step::Ops));
        };
        enter(&mut steps, f.body());
        while let Some(step) = steps.pop() {
            match step {
                Step::Leave(op, start) => {
                    variables.loops.insert(op, (start, time));
                }
                Step::Ops(op) => {
                    time += 1;
                    variables.op(f, op, time);
                    steps.extend(f.next(op).map(Step::Ops));
                    if f.op_name(op) == luma::Loop::NAME {
                        steps.push(Step::Leave(op, time));
                    }
                    for &region in f.op_regions(op).iter().rev() {
                        enter(&mut steps, region);
                    }
                }
            }
        }
        variables
    }

    fn op(&mut self, f: &Function, op: Op, time: u32) {
        let name = f.op_name(op);
        if let Some(local) = luma::Local::cast(f, op) {
            self.of.insert(local.result(f), Variable::default());
            return;
        }
        for (i, &operand) in f.operands(op).iter().enumerate() {
            let Some(variable) = self.of.get_mut(&operand) else { continue };
            let (reads, writes) = match name {
                luma::Load::NAME => (true, false),
                luma::Store::NAME => (false, i == 1),
                luma::Zero::NAME => (false, true),
                luma::Copy::NAME => (i == 0, i == 1),
                _ => (false, false),
            };
            if writes {
                variable.writes.push(time);
                let is_direct = f.def_op(operand).is_some_and(|def| f.parent(def) == f.parent(op));
                if is_direct && variable.first_value.is_none() {
                    variable.first_value = Some(time);
                }
            }
            variable.has_address |= !(reads || writes);
        }
        for arg in f.successor_args(op) {
            if let Some(variable) = self.of.get_mut(arg) {
                variable.has_address = true;
            }
        }
    }

    /// Whether `place` is a variable that has a value when `op`, a loop, begins, and keeps it there.
    fn keeps_value(&self, place: Value, op: Op) -> bool {
        let Some(variable) = self.of.get(&place) else { return false };
        let (start, end) = self.loops[&op];
        let next_write = variable.writes.partition_point(|&time| time < start);
        !variable.has_address
            && variable.first_value.is_some_and(|time| time < start)
            && variable.writes.get(next_write).is_none_or(|&time| time > end)
    }
}

const MOVED: Statistic =
    Statistic { name: "ops-moved", summary: "Operations moved out of a loop." };
const LOADS: Statistic =
    Statistic { name: "loads-moved", summary: "Loads of variables moved out of a loop." };

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "licm",
    summary: "Moves loop-invariant operations out of loops.",
    options: &[],
    statistics: &[MOVED, LOADS],
    mandatory: false,
    make: |_| Work::function(Licm),
};

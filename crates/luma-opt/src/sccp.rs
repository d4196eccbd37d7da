//! `sccp`: sparse conditional constant propagation, after Wegman and Zadeck, "Constant Propagation
//! with Conditional Branches" (1991), over blocks and structured operations alike.
//!
//! A value is constant when every way it can be made gives the same constant, where only branches
//! that can be taken count. Values are followed through block arguments, results of structured
//! operations and what loops carry; what is in places is not (run `mem2reg` first).
//!
//! *After:*
//!
//! - Uses of a value that is constant use a `luma.constant` or `luma.null`; the operation that
//!   computed it is gone. Arguments and results that are constant stay, unused.
//! - A `luma.cond_br` or `luma.switch_br` that goes one way is a `luma.br`, and blocks that cannot
//!   be reached any more are gone.
//! - A `luma.if` or `luma.switch` that runs one region is a `luma.block` with that region, or gone
//!   where there is none; `canonicalize` takes such blocks apart. Loops stay, with a constant
//!   condition.
//!
//! What an operation makes of constants is what the interpreter makes of them; what would trap is
//! left alone.

use luma_ir::dataflow::{Choice, Executable, Flow, Lattice, SparseForward, sparse_forward};
use luma_ir::dialects::luma;
use luma_ir::{Builder, Context, Def, Dominators, Function, Op, Position, Successor, Type, Value};
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};
use smallvec::SmallVec;

use crate::fold::{Constant, fold, materialize};

/// Finds values that are constant and branches that always go the same way.
#[derive(Clone, Copy, Debug)]
pub struct Sccp {
    /// Change branches that are decided; else only values are replaced.
    pub branches: bool,
}

impl FunctionPass for Sccp {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let found = sparse_forward(cx.context, f, &mut Constants { context: cx.context, f });
        let plan = plan(cx.context, f, &found);
        cx.count(&CONSTANTS, plan.values.len());
        let mut changed = replace_values(cx, f, &plan.values);
        if self.branches {
            cx.count(&BRANCHES, plan.branches.len());
            changed |= !plan.branches.is_empty();
            for &(op, taken) in &plan.branches {
                // It may have stood in a region that is gone.
                if f.parent(op).is_some() {
                    decide(cx, f, op, taken);
                }
            }
            if !plan.branches.is_empty() {
                cx.count(&BLOCKS, drop_blocks(f));
            }
        }
        Ok(changed.into())
    }
}

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "sccp",
    summary: "Propagates constants along executable paths.",
    options: &[OptionSpec {
        name: "branches",
        summary: "Also simplify branches with a known target.",
        kind: OptionKind::Flag,
        default: "true",
    }],
    statistics: &[CONSTANTS, OPS, BRANCHES, BLOCKS],
    mandatory: false,
    make: |options| Work::function(Sccp { branches: options.flag("branches") }),
};

const CONSTANTS: Statistic =
    Statistic { name: "constants-found", summary: "Values found to be constant." };
const OPS: Statistic =
    Statistic { name: "ops-replaced", summary: "Operations replaced by constants." };
const BRANCHES: Statistic =
    Statistic { name: "branches-decided", summary: "Branches with a known target." };
const BLOCKS: Statistic =
    Statistic { name: "blocks-removed", summary: "Blocks removed because they are unreachable." };

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fact {
    /// It has not been computed.
    Nothing,
    Is(Constant),
    /// It may be anything.
    Anything,
}

impl Fact {
    fn constant(self) -> Option<Constant> {
        match self {
            Self::Is(constant) => Some(constant),
            Self::Nothing | Self::Anything => None,
        }
    }
}

impl Lattice for Fact {
    fn join(&mut self, other: &Self) -> bool {
        let joined = match (*self, *other) {
            (Self::Nothing, fact) | (fact, Self::Nothing) => fact,
            (a, b) if a == b => a,
            _ => Self::Anything,
        };
        std::mem::replace(self, joined) != joined
    }
}

struct Constants<'a> {
    context: &'a Context,
    f: &'a Function,
}

impl SparseForward for Constants<'_> {
    type Fact = Fact;

    fn bottom(&mut self) -> Fact {
        Fact::Nothing
    }

    fn unknown(&mut self, _value: Value) -> Fact {
        Fact::Anything
    }

    fn transfer(&mut self, op: Op, operands: &[Fact]) -> SmallVec<[Fact; 1]> {
        if operands.contains(&Fact::Nothing) {
            return self.f.results(op).iter().map(|_| Fact::Nothing).collect();
        }
        let known: SmallVec<[Option<Constant>; 2]> =
            operands.iter().map(|fact| fact.constant()).collect();
        fold(self.context, self.f, op, &known).map(Fact::Is).into_iter().collect()
    }

    fn choose(&mut self, flow: &Flow<'_>, op: Op, chooser: Option<&Fact>) -> Choice {
        match chooser {
            None | Some(Fact::Anything) => Choice::All,
            Some(Fact::Nothing) => Choice::None,
            Some(Fact::Is(constant)) => constant
                .as_int()
                .and_then(|value| flow.chosen(op, value))
                .map_or(Choice::All, Choice::One),
        }
    }
}

/// What is to be changed.
#[derive(Default)]
struct Plan {
    /// In the order of their definitions.
    values: Vec<(Value, Constant)>,
    /// Branches and the target each takes, outer ones first.
    branches: Vec<(Op, usize)>,
}

fn plan(context: &Context, f: &Function, found: &Executable<Fact>) -> Plan {
    let mut plan = Plan::default();
    let flow = Flow::new(context, f);
    let constant = |value: Value| found.fact(value).copied().and_then(Fact::constant);
    let mut regions = vec![f.body()];
    f.walk(&mut |op| {
        regions.extend_from_slice(f.op_regions(op));
        if !found.runs(op) {
            return;
        }
        if !matches!(f.op_name(op), luma::Constant::NAME | luma::Null::NAME) {
            let values = f.results(op).iter();
            plan.values.extend(values.filter_map(|&v| Some((v, constant(v)?))));
        }
        let decidable = matches!(
            f.op_name(op),
            luma::CondBr::NAME | luma::SwitchBr::NAME | luma::If::NAME | luma::Switch::NAME
        );
        if decidable
            && let Some(value) = flow.chooser(op).and_then(constant).and_then(Constant::as_int)
            && let Some(taken) = flow.chosen(op, value)
        {
            plan.branches.push((op, taken));
        }
    });
    for region in regions {
        for &block in f.blocks(region) {
            if found.enters(block) {
                let args = f.block_args(block).iter();
                plan.values.extend(args.filter_map(|&v| Some((v, constant(v)?))));
            }
        }
    }
    plan
}

/// Lets all uses of `values` use constants; whether there are any.
fn replace_values(cx: &PassContext<'_>, f: &mut Function, values: &[(Value, Constant)]) -> bool {
    let mut replaced = 0;
    let mut gone: Vec<Op> = Vec::new();
    for &(value, constant) in values {
        let computed = f.def_op(value).filter(|&op| f.op_regions(op).is_empty());
        gone.extend(computed);
        if f.is_unused(value) {
            continue;
        }
        let (position, loc) = match f.def(value) {
            Def::Result(op, _) if computed.is_some() => (Some(Position::Before(op)), f.loc(op)),
            // After an operation with regions; one that ends its block has no results.
            Def::Result(op, _) => (f.next(op).map(Position::Before), f.loc(op)),
            Def::Arg(block, _) => {
                let loc = f.first(block).map_or(f.loc, |op| f.loc(op));
                (Some(Position::Start(block)), loc)
            }
        };
        let Some(position) = position else { continue };
        let loc = cx.derive(loc);
        let mut builder = Builder { context: cx.context, func: f, position, loc };
        let new = materialize(&mut builder, constant);
        f.inherit_name(new, value);
        f.replace_all_uses(value, new);
        replaced += 1;
    }
    cx.count(&OPS, gone.len());
    f.erase_all(&gone);
    !gone.is_empty() || replaced > 0
}

/// Lets `op` go to the target it always takes.
fn decide(cx: &PassContext<'_>, f: &mut Function, op: Op, taken: usize) {
    let loc = cx.derive(f.loc(op));
    let target = f.successors(op).get(taken).map(Successor::from);
    let region = f.op_regions(op).get(taken).copied();
    let results: Vec<Value> = f.results(op).to_vec();
    let types: Vec<Type> = results.iter().map(|&value| f.value_type(value)).collect();
    let mut builder = Builder { context: cx.context, func: f, position: Position::Before(op), loc };
    if let Some(target) = target {
        luma::Br::build(&mut builder, target);
    } else if let Some(region) = region {
        let block = luma::Block::build(&mut builder, &types);
        let body = block.body_region(f);
        f.splice_region(region, body);
        for (old, new) in results.into_iter().zip(f.results(block.0).to_vec()) {
            f.inherit_name(new, old);
            f.replace_all_uses(old, new);
        }
    }
    f.erase(op);
}

/// Takes blocks that cannot be reached out of every region; returns how many.
fn drop_blocks(f: &mut Function) -> usize {
    let mut regions = vec![f.body()];
    f.walk(&mut |op| regions.extend_from_slice(f.op_regions(op)));
    let mut count = 0;
    for region in regions {
        if f.blocks(region).len() < 2 {
            continue;
        }
        let tree = Dominators::new(f, region);
        let before = f.blocks(region).len();
        f.retain_blocks(region, |block| tree.is_reachable(block));
        count += before - f.blocks(region).len();
    }
    count
}

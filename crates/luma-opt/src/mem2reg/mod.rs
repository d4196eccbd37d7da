//! `mem2reg`: promotes variables whose address is not taken to SSA values, in structured regions and
//! in control-flow graphs.
//!
//! A variable is a candidate if it is a scalar and its place is only used by `luma.load`, `luma.store`
//! and `luma.zero`. Other variables stay in memory, and so does
//!
//! - a variable that may be read before it is written, so that the interpreter can still detect the
//!   read. No operation for an undefined value is needed;
//! - one that is used both in the region of a `luma.defer` and outside (run `lower-defer` first): when
//!   deferred code runs is not seen here;
//! - one that is used in code that cannot be reached, or in regions of an operation that is not of
//!   the `luma` dialect.
//!
//! *How.* Where ways meet, a variable may need a *phi*: an argument of a block of the function's body,
//! a result of a `luma.if`, `luma.switch` or `luma.block`, or a value a `luma.loop` carries. The first
//! are put in the iterated dominance frontier of the blocks that store to the variable (Cytron et al.,
//! "Efficiently Computing Static Single Assignment Form and the Control Dependence Graph", 1991), the
//! others at the operations whose regions store to it. One walk over the dominator tree, and the
//! regions inside the blocks, then finds what each load reads. Phis that no load needs are dropped,
//! and variables of which a load can reach the undefined start are, too. Only then anything changes.
//!
//! *After:* the loads, stores, zeroings and `luma.local`s of the promoted variables are gone. A
//! `luma.if` without an else region has one where it now has results. Arguments and results carry the
//! name of their variable.

mod find;
mod graph;
mod rewrite;
mod walk;

use luma_ir::Function;
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Preserved, RegionDominators,
    Registration, Statistic, Work,
};

/// Promotes variables whose address is not taken to SSA values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mem2Reg {
    /// The maximum number of variables to promote per function, in program order; 0 for all.
    pub max_slots: usize,
}

impl FunctionPass for Mem2Reg {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let trees = cx.analysis::<RegionDominators>(f);
        let tree = trees.of(f.body());
        let variables = find::variables(cx.context, f, tree);
        if variables.list.iter().all(|variable| !variable.fits) {
            return Ok(Preserved::all());
        }
        let found = walk::walk(f, &variables, tree);
        let mut promoted = found.live.promotable;
        if self.max_slots > 0 {
            let kept = promoted.iter_mut().filter(|promoted| **promoted).skip(self.max_slots);
            kept.for_each(|promoted| *promoted = false);
        }
        let done = rewrite::rewrite(cx, f, &variables, &found.graph, &found.live.phis, &promoted);
        cx.count(&LOCALS, done.locals);
        cx.count(&LOADS, done.loads);
        cx.count(&STORES, done.stores);
        cx.count(&VALUES, done.values);
        if done.locals == 0 {
            return Ok(Preserved::all());
        }
        Ok(Preserved::none().and::<RegionDominators>())
    }
}

static LOCALS: Statistic =
    Statistic { name: "locals-promoted", summary: "Variables promoted to values." };
static LOADS: Statistic =
    Statistic { name: "loads-removed", summary: "Loads of promoted variables that were removed." };
static STORES: Statistic = Statistic {
    name: "stores-removed",
    summary: "Stores to and zeroings of promoted variables that were removed.",
};
static VALUES: Statistic = Statistic {
    name: "values-added",
    summary: "Block arguments, results and loop-carried values created for variables.",
};

/// The registration of the pass.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "mem2reg",
    summary: "Promotes variables whose address is not taken to values.",
    options: &[OptionSpec {
        name: "max-slots",
        summary: "Maximum number of variables to promote in a function, in textual order; 0 is unlimited.",
        kind: OptionKind::Number,
        default: "0",
    }],
    statistics: &[LOCALS, LOADS, STORES, VALUES],
    mandatory: false,
    make: |options| Work::function(Mem2Reg { max_slots: options.number("max-slots") }),
};

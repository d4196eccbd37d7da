//! `canonicalize`: folds constants and brings equivalent code into one form.
//!
//! - Operations on constants are folded (`luma_ir::fold`).
//! - The patterns declared with the operations in `dialect.toml` are applied.
//! - Constants are moved to the right of commutative operations and of comparisons.
//! - Structured operations with a constant condition are replaced by the region that runs; those
//!   without effect are removed; a `luma.block` without defers is inlined into its parent.
//! - In control-flow graphs: branches on constants are folded, empty blocks skipped, blocks with one
//!   predecessor merged into it, arguments that always have the same value replaced, and unreachable
//!   blocks removed.
//! - Unused operations without side effects are removed.
//!
//! Undefined behaviour may be removed (an unused load of an uninitialised variable) but is never
//! introduced; a division that traps is kept. `own.take`, `own.give`, allocations and calls are never
//! removed, duplicated or moved.
//!
//! The driver is that of MLIR (`GreedyPatternRewriteDriver`); see [`luma_ir::rewrite`].

mod branches;
mod regions;
mod structured;
mod values;

use std::sync::OnceLock;

use luma_ir::Function;
use luma_ir::rewrite::{Config, PatternSet, Rewriter, apply, declared_patterns};
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};

use crate::dce::is_removable;

/// Brings functions into canonical form.
#[derive(Clone, Copy, Debug)]
pub struct Canonicalize {
    /// The maximum number of iterations over a function.
    pub max_iterations: usize,
    /// Whether to simplify control-flow graphs.
    pub region_simplify: bool,
}

impl FunctionPass for Canonicalize {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let declared = declared_patterns(cx.context);
        let sets = [hand_written(), declared];
        let config =
            Config { max_iterations: self.max_iterations, is_removable, ..Config::default() };
        let derive = |loc| cx.derive(loc);
        let mut rewriter = Rewriter::new(cx.context, f, &derive);
        let mut changed = false;
        let mut converged = false;
        for _ in 0..self.max_iterations {
            let outcome = apply(&mut rewriter, &sets, &config);
            converged = outcome.converged;
            let mut folded = 0;
            let mut applied = 0;
            for (name, count) in &outcome.rewrites {
                *if name == values::FOLD { &mut folded } else { &mut applied } += *count as usize;
            }
            cx.count(&FOLDED, folded);
            cx.count(&PATTERNS_APPLIED, applied);
            changed |= outcome.changed;
            if !self.region_simplify || !converged {
                break;
            }
            let simplified = regions::simplify(&mut rewriter);
            cx.count(&BLOCKS_REMOVED, simplified.blocks_removed);
            if !simplified.changed {
                break;
            }
            changed = true;
            converged = false;
        }
        cx.count(&OPS_ERASED, rewriter.erased());
        cx.count(&NOT_CONVERGED, usize::from(!converged));
        Ok(changed.into())
    }
}

/// The patterns written in Rust; the same for every context.
fn hand_written() -> &'static PatternSet {
    static PATTERNS: OnceLock<PatternSet> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let mut patterns = PatternSet::new();
        values::add(&mut patterns);
        structured::add(&mut patterns);
        branches::add(&mut patterns);
        patterns
    })
}

static FOLDED: Statistic = Statistic { name: "folded", summary: "Operations folded to constants." };
static PATTERNS_APPLIED: Statistic = Statistic {
    name: "patterns-applied",
    summary: "Rewrites by patterns other than constant folding.",
};
static BLOCKS_REMOVED: Statistic = Statistic {
    name: "blocks-removed",
    summary: "Blocks that were unreachable, empty, or merged.",
};
static OPS_ERASED: Statistic =
    Statistic { name: "ops-erased", summary: "Operations that were replaced or unused." };
static NOT_CONVERGED: Statistic = Statistic {
    name: "not-converged",
    summary: "Functions where patterns still matched when a limit was reached.",
};

/// The registration of the pass.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "canonicalize",
    summary: "Folds constants and applies the patterns declared with the operations.",
    options: &[
        OptionSpec {
            name: "max-iterations",
            summary: "Maximum number of iterations over a function.",
            kind: OptionKind::Number,
            default: "10",
        },
        OptionSpec {
            name: "region-simplify",
            summary: "Merge blocks and remove unreachable ones.",
            kind: OptionKind::Flag,
            default: "true",
        },
    ],
    statistics: &[FOLDED, PATTERNS_APPLIED, BLOCKS_REMOVED, OPS_ERASED, NOT_CONVERGED],
    mandatory: false,
    make: |options| {
        Work::function(Canonicalize {
            max_iterations: options.number("max-iterations"),
            region_simplify: options.flag("region-simplify"),
        })
    },
};

//! `merge-clamps`: merges nested clamps.
//!
//! *Before:* `clamp.to(clamp.to(x))` with bounds that overlap.
//!
//! *After:* `clamp.to(x)` with the intersection of the bounds. The inner operation is left to `dce`,
//! since it may have other uses.

use luma_ir::rewrite::{Config, PatternSet, Rewriter, apply_greedily};
use luma_ir::{Attribute, Function, Op, Type};
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};

use crate::lowering::bounds;

/// Merges nested clamps.
struct MergeClamps {
    /// Maximum number of merges in a function; 0 is unlimited.
    limit: usize,
}

impl FunctionPass for MergeClamps {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let Some(name) = cx.context.op_name("clamp.to") else { return Ok(false.into()) };
        let mut patterns = PatternSet::new();
        patterns.add_fn("merge-clamps", Some(name), merge);
        let max_rewrites = (self.limit > 0).then_some(self.limit);
        let config = Config { max_rewrites, ..Config::default() };
        let outcome = apply_greedily(cx.context, f, &patterns, &config, &|loc| cx.derive(loc));
        let merged = outcome.rewrites.iter().map(|(_, count)| *count as usize).sum();
        cx.count(&MERGED, merged);
        Ok(outcome.changed.into())
    }
}

fn merge(outer: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let Some(inner) = f.operands(outer).first().and_then(|&value| f.def_op(value)) else {
        return false;
    };
    if f.op_name(inner) != f.op_name(outer) {
        return false;
    }
    let (Some(a), Some(b)) = (bounds(context, f, inner), bounds(context, f, outer)) else {
        return false;
    };
    let (low, high) = (a.0.max(b.0), a.1.min(b.1));
    let Some(&value) = f.operands(inner).first() else { return false };
    if low > high {
        return false;
    }
    rewriter.set_operand(outer, 0, value);
    rewriter.set_attribute(outer, context.symbol("low"), Attribute::Int(low, Type::I64));
    rewriter.set_attribute(outer, context.symbol("high"), Attribute::Int(high, Type::I64));
    true
}

static MERGED: Statistic =
    Statistic { name: "clamps-merged", summary: "Nested clamps that were merged." };

/// Name, options and statistics of the pass.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "merge-clamps",
    summary: "Merges nested clamps.",
    options: &[OptionSpec {
        name: "limit",
        summary: "Maximum number of merges in a function; 0 is unlimited.",
        kind: OptionKind::Number,
        default: "0",
    }],
    statistics: &[MERGED],
    mandatory: false,
    make: |options| Work::function(MergeClamps { limit: options.number("limit") }),
};

//! Patterns of operations that compute values.

use luma_diagnostics::never;
use luma_ir::dialects::{attr, luma};
use luma_ir::rewrite::{PatternSet, RewritePattern, Rewriter};
use luma_ir::{Attribute, Op};

use crate::fold::{constant_of, fold, materialize};

/// The name of the pattern that computes operations on constants.
pub(super) const FOLD: &str = "fold";

pub(super) fn add(patterns: &mut PatternSet) {
    patterns.add(Fold);
    patterns.add(ConstantsRight);
    patterns.add_fn("cmp-constant-right", Some(luma::Cmp::NAME), compare_with_constant);
}

/// Replaces an operation whose result is known by a constant.
struct Fold;

impl RewritePattern for Fold {
    fn name(&self) -> &str {
        FOLD
    }

    fn benefit(&self) -> u16 {
        100
    }

    fn match_and_rewrite(&self, op: Op, rewriter: &mut Rewriter<'_>) -> bool {
        let (context, f) = (rewriter.context(), rewriter.func());
        let name = f.op_name(op);
        if f.results(op).len() != 1 || [luma::Constant::NAME, luma::Null::NAME].contains(&name) {
            return false;
        }
        let constants: Vec<_> =
            f.operands(op).iter().map(|&value| constant_of(context, f, value)).collect();
        let Some(constant) = fold(context, f, op, &constants) else { return false };
        let value = rewriter.build_before(op, |b| materialize(b, constant));
        rewriter.replace_op(op, &[value]);
        true
    }
}

/// Moves the constant operand of a commutative operation to the right.
struct ConstantsRight;

impl RewritePattern for ConstantsRight {
    fn name(&self) -> &str {
        "constant-right"
    }

    fn match_and_rewrite(&self, op: Op, rewriter: &mut Rewriter<'_>) -> bool {
        let (context, f) = (rewriter.context(), rewriter.func());
        let &[lhs, rhs] = f.operands(op) else { return false };
        if !context.op_def(f.op_name(op)).traits.commutative
            || constant_of(context, f, lhs).is_none()
            || constant_of(context, f, rhs).is_some()
        {
            return false;
        }
        rewriter.set_operands(op, [rhs, lhs]);
        true
    }
}

/// Rewrites `1 < x` to `x > 1`.
fn compare_with_constant(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let cmp = luma::Cmp(op);
    let (lhs, rhs) = (cmp.lhs(f), cmp.rhs(f));
    if constant_of(context, f, lhs).is_none() || constant_of(context, f, rhs).is_some() {
        return false;
    }
    let swapped = match cmp.pred_attr(f).and_then(Attribute::as_str) {
        Some("lt") => "gt",
        Some("gt") => "lt",
        Some("le") => "ge",
        Some("ge") => "le",
        Some("eq") => "eq",
        Some("ne") => "ne",
        other => {
            never!("there is no comparison {other:?}");
            return false;
        }
    };
    rewriter.set_operands(op, [rhs, lhs]);
    rewriter.set_attribute(op, attr::PRED, Attribute::str(swapped));
    true
}

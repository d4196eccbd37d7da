//! Patterns of structured control flow.

use luma_diagnostics::never;
use luma_ir::dialects::{attr, luma};
use luma_ir::rewrite::{PatternSet, Rewriter};
use luma_ir::{Attribute, Function, Op, Region, Type, Value};

use crate::fold::constant_of;

pub(super) fn add(patterns: &mut PatternSet) {
    patterns.add_fn("if-constant", Some(luma::If::NAME), constant_if);
    patterns.add_fn("if-bool", Some(luma::If::NAME), truth_of_if);
    patterns.add_fn("if-same-results", Some(luma::If::NAME), same_results);
    patterns.add_fn("if-empty", Some(luma::If::NAME), empty);
    patterns.add_fn("if-empty-arm", Some(luma::If::NAME), empty_arm);
    patterns.add_fn("switch-constant", Some(luma::Switch::NAME), constant_switch);
    patterns.add_fn("switch-same-results", Some(luma::Switch::NAME), same_results);
    patterns.add_fn("switch-empty", Some(luma::Switch::NAME), empty);
    patterns.add_fn("block-open", Some(luma::Block::NAME), open_block);
    patterns.add_fn("loop-never", Some(luma::Loop::NAME), loop_never);
}

/// Which target of a `luma.switch` or `luma.switch_br` the constant `value` of type `ty` chooses;
/// `None` if a label is no number of that type.
pub(super) fn chosen(f: &Function, op: Op, value: i64, ty: Type) -> Option<usize> {
    let Some(cases) = f.op_attribute(op, attr::CASES).and_then(Attribute::as_array) else {
        never!("a switch has lists of labels");
        return None;
    };
    let mut chosen = 0;
    for (i, case) in cases.iter().enumerate() {
        let Some(labels) = case.as_array() else {
            never!("the labels of a case are a list");
            return None;
        };
        for label in labels {
            let Some(label) = label.as_int() else {
                never!("labels are integers");
                return None;
            };
            if ty == Type::I8 && i8::try_from(label).is_err() {
                return None;
            }
            if label == value {
                chosen = i + 1;
            }
        }
    }
    Some(chosen)
}

fn constant_if(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let condition = constant_of(context, f, luma::If(op).condition(f));
    let Some(truth) = condition.and_then(|constant| constant.as_bool()) else { return false };
    match f.op_regions(op).get(usize::from(!truth)) {
        Some(&region) => open(rewriter, op, region, &[]),
        None => {
            rewriter.erase_op(op);
            true
        }
    }
}

fn constant_switch(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let value = luma::Switch(op).value(f);
    let constant = constant_of(context, f, value).and_then(|constant| constant.as_int());
    let Some(constant) = constant else { return false };
    let Some(target) = chosen(f, op, constant, f.value_type(value)) else { return false };
    let region = f.op_regions(op)[target];
    open(rewriter, op, region, &[])
}

/// `if c { yield true } else { yield false }` is `c`.
fn truth_of_if(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let (&[result], &[then, otherwise]) = (f.results(op), f.op_regions(op)) else { return false };
    if f.value_type(result) != Type::I1 || f.is_unused(result) {
        return false;
    }
    let truth = |region: Region| match yielded(f, region)? {
        &[value] => constant_of(context, f, value)?.as_bool(),
        _ => None,
    };
    let condition = luma::If(op).condition(f);
    let value = match (truth(then), truth(otherwise)) {
        (Some(true), Some(false)) => condition,
        (Some(false), Some(true)) => {
            rewriter.build_before(op, |b| luma::Not::build(b, condition, Type::I1).result(b.func))
        }
        _ => return false,
    };
    rewriter.replace_all_uses(result, value);
    true
}

/// A result every region yields the same value for is that value.
fn same_results(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let mut changed = false;
    for i in 0..rewriter.func().results(op).len() {
        let f = rewriter.func();
        let regions = f.op_regions(op);
        let result = f.results(op)[i];
        if regions.len() < 2 || f.is_unused(result) {
            continue;
        }
        let mut values = regions.iter().map(|&region| yielded(f, region).map(|v| v[i]));
        // What several regions see is defined outside of them.
        if let Some(Some(value)) = values.next()
            && values.all(|other| other == Some(value))
        {
            rewriter.replace_all_uses(result, value);
            changed = true;
        }
    }
    changed
}

/// A choice between regions that do nothing goes.
fn empty(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let f = rewriter.func();
    if !f.op_regions(op).iter().all(|&region| is_empty(f, region)) || !f.has_no_uses(op) {
        return false;
    }
    rewriter.erase_op(op);
    true
}

/// An empty `else` goes; an empty `then` changes places with what follows.
fn empty_arm(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let f = rewriter.func();
    let &[then, otherwise] = f.op_regions(op) else { return false };
    if !f.results(op).is_empty() {
        return false;
    }
    let (drop_then, drop_else) = (is_empty(f, then), is_empty(f, otherwise));
    if !drop_then && !drop_else {
        return false;
    }
    let condition = luma::If(op).condition(f);
    let shorter = rewriter.build_before(op, |b| {
        let condition = if drop_else {
            condition
        } else {
            luma::Not::build(b, condition, Type::I1).result(b.func)
        };
        luma::If::build(b, condition, &[], false)
    });
    let kept = if drop_else { then } else { otherwise };
    let to = shorter.then_region(rewriter.func());
    rewriter.move_region(kept, to);
    rewriter.erase_op(op);
    true
}

/// A `luma.block` is only a scope for defers.
fn open_block(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let region = luma::Block(op).body_region(rewriter.func());
    open(rewriter, op, region, &[])
}

/// A loop whose condition is false runs its condition once.
fn loop_never(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let region = luma::Loop(op).condition_region(f);
    let Some(&condition) = yielded(f, region).and_then(|values| values.first()) else {
        return false;
    };
    if constant_of(context, f, condition).and_then(|constant| constant.as_bool()) != Some(false) {
        return false;
    }
    let inits = f.operands(op).to_vec();
    open(rewriter, op, region, &inits)
}

/// What the `luma.yield` at the end of `region` hands on.
fn yielded(f: &Function, region: Region) -> Option<&[Value]> {
    let last = f.terminator(f.only_block(region));
    (f.op_name(last) == luma::Yield::NAME).then(|| f.operands(last))
}

/// Whether `region` does nothing but yield.
fn is_empty(f: &Function, region: Region) -> bool {
    let first = f.first(f.only_block(region));
    first.is_some_and(|first| f.op_name(first) == luma::Yield::NAME)
}

/// Puts what `region` of `op` holds in the place of `op`, `args` for the arguments of the region.
/// Not where it defers something: that must run at the end of this region and no later.
fn open(rewriter: &mut Rewriter<'_>, op: Op, region: Region, args: &[Value]) -> bool {
    let f = rewriter.func();
    let block = f.only_block(region);
    let last = f.terminator(block);
    if f.block_ops(block).any(|inner| f.op_name(inner) == luma::Defer::NAME) {
        return false;
    }
    if f.op_name(last) == luma::Yield::NAME {
        rewriter.inline_region_before(region, op, args);
        let f = rewriter.func();
        // The values are the last: before them a loop's condition yields its truth.
        let results = f.results(op).len();
        let values = f.operands(last).to_vec();
        rewriter.replace_op(op, &values[values.len() - results..]);
        rewriter.erase_op(last);
        return true;
    }
    // What follows `op` is never executed.
    let Some(around) = f.parent(op).map(|block| f.block_region(block)) else {
        never!("a pattern works on an operation that was erased");
        return false;
    };
    if !may_end_with(f, around, last) {
        return false;
    }
    if f.blocks(around).len() > 1 {
        // Blocks that cannot be reached either may use what follows.
        if !f.has_no_uses(op) {
            return false;
        }
        if let Some(next) = f.next(op) {
            rewriter.split_block(next);
        }
    }
    rewriter.inline_region_before(region, op, args);
    rewriter.erase_after(last);
    true
}

/// Whether a block of `region` may end with `last`.
fn may_end_with(f: &Function, region: Region, last: Op) -> bool {
    let Some(outer) = f.region_op(region) else { return true };
    let leaves = f.op_name(last) != luma::Unreachable::NAME;
    match f.op_name(outer) {
        luma::Loop::NAME => !leaves || region == luma::Loop(outer).body_region(f),
        luma::Defer::NAME => !leaves,
        luma::If::NAME | luma::Switch::NAME | luma::Block::NAME => true,
        _ => false,
    }
}

//! Patterns of branches between blocks.

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::rewrite::{PatternSet, Rewriter};
use luma_ir::{Function, Op, Successor, Type};

use super::structured::chosen;
use crate::fold::constant_of;

pub(super) fn add(patterns: &mut PatternSet) {
    patterns.add_fn("cond-br-constant", Some(luma::CondBr::NAME), constant_condition);
    patterns.add_fn("cond-br-not", Some(luma::CondBr::NAME), negated_condition);
    patterns.add_fn("cond-br-same", Some(luma::CondBr::NAME), same_targets);
    patterns.add_fn("switch-br-constant", Some(luma::SwitchBr::NAME), constant_switch);
    patterns.add_fn("switch-br-same", Some(luma::SwitchBr::NAME), same_targets);
}

fn constant_condition(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let constant = constant_of(context, f, luma::CondBr(op).condition(f));
    let Some(truth) = constant.and_then(|constant| constant.as_bool()) else { return false };
    go_to(rewriter, op, usize::from(!truth))
}

/// `not c` chooses the other target.
fn negated_condition(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let f = rewriter.func();
    let condition = luma::CondBr(op).condition(f);
    let Some(not) = f.def_op(condition).and_then(|op| luma::Not::cast(f, op)) else { return false };
    let value = not.value(f);
    let successors = f.successors(op).to_vec();
    let Ok([then, otherwise]) = <[Successor; 2]>::try_from(successors.into_vec()) else {
        never!("a `luma.cond_br` has two successors");
        return false;
    };
    if f.value_type(value) != Type::I1 {
        return false;
    }
    let swapped = [otherwise, then];
    rewriter.set_operand(op, 0, value);
    rewriter.set_successors(op, swapped);
    true
}

fn constant_switch(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let (context, f) = (rewriter.context(), rewriter.func());
    let value = luma::SwitchBr(op).value(f);
    let constant = constant_of(context, f, value).and_then(|constant| constant.as_int());
    let Some(constant) = constant else { return false };
    let Some(target) = chosen(f, op, constant, f.value_type(value)) else { return false };
    go_to(rewriter, op, target)
}

/// Where all ways are the same nothing is chosen.
fn same_targets(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let all_same = |f: &Function| {
        let mut successors = f.successors(op).iter();
        successors.next().is_some_and(|first| successors.all(|other| other == first))
    };
    all_same(rewriter.func()) && go_to(rewriter, op, 0)
}

/// Replaces a branch by one to its target `index`.
fn go_to(rewriter: &mut Rewriter<'_>, op: Op, index: usize) -> bool {
    let Some(target) = rewriter.func().successors(op).get(index) else {
        never!("a branch has no successor {index}");
        return false;
    };
    let target = Successor::from(target);
    rewriter.build_before(op, |b| luma::Br::build(b, target));
    rewriter.erase_op(op);
    true
}

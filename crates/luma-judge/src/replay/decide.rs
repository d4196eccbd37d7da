//! From decisions to the inputs that force them.
//!
//! A condition is followed back through comparisons, `&&`, and variables that are set once, to the
//! questions it depends on. What cannot be followed stays open.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Module, Op, Value, callee};

/// Answers are of these.
const RANGE: std::ops::Range<i64> = 0..4;

/// What the answer at a site must be like, and where it is asked for: the same question decides
/// until it is asked again.
#[derive(Clone, Debug)]
struct Wish {
    site: i64,
    answers: Vec<i64>,
    /// Through a variable, which may decide more than once.
    kept: bool,
}

/// The answers that force `decisions` of `f`, by site; on every call of it if so said.
pub(super) fn answers(
    module: &Module,
    f: &Function,
    decisions: &[(Op, u32)],
    every_call: bool,
    rng: &mut fastrand::Rng,
) -> Vec<(i64, Vec<i64>)> {
    let mut wishes: Vec<(i64, Vec<Wish>)> = Vec::new();
    for &(op, region) in decisions {
        for wish in decision(module, f, op, region) {
            let known = match wishes.iter_mut().find(|(site, _)| *site == wish.site) {
                Some((_, known)) => known,
                None => {
                    wishes.push((wish.site, Vec::new()));
                    match wishes.last_mut() {
                        Some((_, known)) => known,
                        None => continue,
                    }
                }
            };
            // The same variable again: the question was asked once.
            if wish.kept
                && let Some(last) = known.last_mut()
            {
                let both: Vec<i64> =
                    last.answers.iter().copied().filter(|a| wish.answers.contains(a)).collect();
                if !both.is_empty() {
                    last.answers = both;
                    continue;
                }
            }
            known.push(wish);
        }
    }
    wishes
        .into_iter()
        .map(|(site, wishes)| {
            let mut answers = Vec::new();
            for _ in 0..if every_call { 8 } else { 1 } {
                for wish in &wishes {
                    answers.extend(rng.choice(&wish.answers).copied());
                }
            }
            (site, answers)
        })
        .collect()
}

/// What must hold for `op` to enter `region`.
fn decision(module: &Module, f: &Function, op: Op, region: u32) -> Vec<Wish> {
    let mut wishes = Vec::new();
    match f.op_name(op) {
        luma::If::NAME => {
            if let Some(&condition) = f.operands(op).first() {
                truth(module, f, condition, region == 0, &mut wishes);
            }
        }
        luma::Loop::NAME => {
            let condition = f.op_regions(op).first().and_then(|&region| f.blocks(region).first());
            let end = condition.and_then(|&block| f.last(block));
            if let Some(&condition) = end.and_then(|end| f.operands(end).first()) {
                truth(module, f, condition, region == 1, &mut wishes);
            }
        }
        luma::Switch::NAME => {
            let (Some(&subject), Some(cases)) =
                (f.operands(op).first(), luma::Switch(op).cases_attr(f))
            else {
                return wishes;
            };
            let arms: Vec<Vec<i64>> = cases
                .as_array()
                .unwrap_or_default()
                .iter()
                .map(|arm| {
                    arm.as_array()
                        .unwrap_or_default()
                        .iter()
                        .filter_map(Attribute::as_int)
                        .collect()
                })
                .collect();
            let chosen = |n: i64| match region.checked_sub(1) {
                Some(arm) => arms.get(arm as usize).is_some_and(|arm| arm.contains(&n)),
                None => !arms.iter().any(|arm| arm.contains(&n)),
            };
            number(module, f, subject, &chosen, &mut wishes);
        }
        _ => {}
    }
    wishes
}

/// What must hold for `condition` to be `wanted`.
fn truth(module: &Module, f: &Function, condition: Value, wanted: bool, wishes: &mut Vec<Wish>) {
    let Some(op) = f.def_op(condition) else { return };
    match f.op_name(op) {
        luma::Cmp::NAME => {
            let pred = luma::Cmp(op).pred_attr(f).and_then(Attribute::as_str).unwrap_or_default();
            let (left, right) = (luma::Cmp(op).lhs(f), luma::Cmp(op).rhs(f));
            let holds = |a: i64, b: i64| match pred {
                "eq" => a == b,
                "ne" => a != b,
                "lt" => a < b,
                "le" => a <= b,
                "gt" => a > b,
                _ => a >= b,
            };
            if let Some(bound) = constant(f, right) {
                number(module, f, left, &|n| holds(n, bound) == wanted, wishes);
            } else if let Some(bound) = constant(f, left) {
                number(module, f, right, &|n| holds(bound, n) == wanted, wishes);
            }
        }
        // `a && b`: the one is false, or the other decides.
        luma::If::NAME => {
            let yielded: Vec<Value> = f
                .op_regions(op)
                .iter()
                .filter_map(|&region| f.blocks(region).first().and_then(|&block| f.last(block)))
                .filter_map(|end| f.operands(end).first().copied())
                .collect();
            if let (&[then, otherwise], Some(&first)) = (yielded.as_slice(), f.operands(op).first())
                && constant(f, otherwise) == Some(0)
            {
                if wanted {
                    truth(module, f, first, true, wishes);
                }
                truth(module, f, then, wanted, wishes);
            }
        }
        _ => {}
    }
}

/// What must be answered for `value` to be a number that is `wanted`.
fn number(
    module: &Module,
    f: &Function,
    value: Value,
    wanted: &dyn Fn(i64) -> bool,
    wishes: &mut Vec<Wish>,
) {
    let mut wish = |call: Op, kept: bool| {
        let Some(site) = f.operands(call).first().and_then(|&site| constant(f, site)) else {
            return;
        };
        let answers: Vec<i64> = RANGE.filter(|&answer| wanted(answer)).collect();
        if !answers.is_empty() {
            wishes.push(Wish { site, answers, kept });
        }
    };
    let Some(op) = f.def_op(value) else { return };
    let is_ask = |op: Op| callee(f, op).is_some_and(|name| module.context.name(name) == "ask");
    match f.op_name(op) {
        luma::Call::NAME if is_ask(op) => wish(op, false),
        // `kind(ask(7))`, in which larger numbers count as the largest case.
        luma::Call::NAME => {
            let kind = callee(f, op).is_some_and(|name| module.context.name(name) == "kind");
            let argument = f.operands(op).first().copied();
            if kind && let Some(argument) = argument {
                number(module, f, argument, &|n| wanted(n.min(2)), wishes);
            }
        }
        luma::Load::NAME => {
            let Some(&place) = f.operands(op).first() else { return };
            let mut stores = Vec::new();
            f.walk(&mut |op| {
                if f.op_name(op) == luma::Store::NAME && f.operands(op).get(1) == Some(&place) {
                    stores.extend(f.operands(op).first().copied());
                }
            });
            if let [stored] = stores.as_slice()
                && let Some(call) = f.def_op(*stored)
                && is_ask(call)
            {
                wish(call, true);
            }
        }
        _ => {}
    }
}

fn constant(f: &Function, value: Value) -> Option<i64> {
    let op = f.def_op(value).filter(|&op| f.op_name(op) == luma::Constant::NAME)?;
    match luma::Constant(op).value_attr(f)? {
        Attribute::Bool(value) => Some((*value).into()),
        other => other.as_int(),
    }
}

//! From decisions to the inputs that force them.
//!
//! A condition is followed back through comparisons, `&&`, and variables that are set once, to the
//! questions it depends on. What cannot be followed stays open.

use luma_diagnostics::{OrNever as _, never};
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
            truth(module, f, luma::If(op).condition(f), region == 0, &mut wishes);
        }
        luma::Loop::NAME => {
            let end = f.terminator(f.only_block(luma::Loop(op).condition_region(f)));
            if let Some(&condition) = f.operands(end).first() {
                truth(module, f, condition, region == 1, &mut wishes);
            }
        }
        luma::Switch::NAME => {
            let subject = luma::Switch(op).value(f);
            let cases = luma::Switch(op).cases_attr(f).and_then(Attribute::as_array);
            let arms: Vec<Vec<i64>> = cases
                .or_never(&[], "a switch has lists of labels")
                .iter()
                .map(|arm| {
                    let labels = arm.as_array().or_never(&[], "the labels of a case are a list");
                    labels.iter().map(|l| l.as_int().or_never(0, "labels are integers")).collect()
                })
                .collect();
            let chosen = |n: i64| match region.checked_sub(1) {
                Some(arm) => arms[arm as usize].contains(&n),
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
            let pred = luma::Cmp(op).pred_attr(f).and_then(Attribute::as_str);
            let pred = pred.or_never("eq", "a comparison has a predicate");
            let (left, right) = (luma::Cmp(op).lhs(f), luma::Cmp(op).rhs(f));
            let holds = |a: i64, b: i64| match pred {
                "eq" => a == b,
                "ne" => a != b,
                "lt" => a < b,
                "le" => a <= b,
                "gt" => a > b,
                "ge" => a >= b,
                other => never!("there is no comparison `{other}`"),
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
                .map(|&region| f.terminator(f.only_block(region)))
                .filter_map(|end| f.operands(end).first().copied())
                .collect();
            if let &[then, otherwise] = yielded.as_slice()
                && constant(f, otherwise) == Some(0)
            {
                if wanted {
                    truth(module, f, luma::If(op).condition(f), true, wishes);
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
            let place = luma::Load(op).place(f);
            let mut stores = Vec::new();
            f.walk(&mut |op| {
                if let Some(store) = luma::Store::cast(f, op)
                    && store.place(f) == place
                {
                    stores.push(store.value(f));
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

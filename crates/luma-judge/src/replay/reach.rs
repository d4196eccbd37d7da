//! The decisions that lead to an operation: those of what is around it, and those that do not leave
//! before it, in its function and in the callers.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Function, Module, Op, Symbol, callee};

/// Decisions in one function: what decides, and the region that is entered.
pub(super) type Decisions = Vec<(Op, u32)>;

/// How `target` of `f` can be reached within it, in order.
pub(super) fn decisions(f: &Function, target: Op) -> Decisions {
    let mut found = Vec::new();
    let mut at = target;
    loop {
        let mut before = f.previous(at);
        while let Some(op) = before {
            if let Some(region) = way_past(f, op) {
                found.push((op, region));
            }
            before = f.previous(op);
        }
        let Some(region) = f.parent(at).map(|block| f.block_region(block)) else { break };
        let Some(around) = f.region_op(region) else { break };
        let index = f.op_regions(around).iter().position(|&r| r == region);
        let index = index.or_never(0, "a region is one of its operation's") as u32;
        match f.op_name(around) {
            luma::If::NAME | luma::Switch::NAME => found.push((around, index)),
            // Regions are the condition, the body and what follows it.
            luma::Loop::NAME if index > 0 => found.push((around, 1)),
            _ => {}
        }
        at = around;
    }
    found.reverse();
    found
}

/// The region of an `if` that goes on after it, if the other does not.
fn way_past(f: &Function, op: Op) -> Option<u32> {
    if f.op_name(op) != luma::If::NAME {
        return None;
    }
    let goes_on = |region: usize| {
        // An absent `else` goes on.
        f.op_regions(op).get(region).is_none_or(|&region| {
            f.op_name(f.terminator(f.only_block(region))) == luma::Yield::NAME
        })
    };
    match (goes_on(0), goes_on(1)) {
        (true, false) => Some(0),
        (false, true) => Some(1),
        _ => None,
    }
}

/// A chain of calls from `main` to `name`, picked at random: functions and their calls.
pub(super) fn calls(module: &Module, name: Symbol, rng: &mut fastrand::Rng) -> Vec<(Symbol, Op)> {
    let main = module.context.symbol("main");
    let mut chain = Vec::new();
    let mut wanted = name;
    // More than this is recursion.
    for _ in 0..8 {
        if wanted == main {
            break;
        }
        let mut sites = Vec::new();
        for (&caller, f) in &module.functions {
            f.walk(&mut |op| {
                if callee(f, op) == Some(wanted) {
                    sites.push((caller, op));
                }
            });
        }
        let Some(&site) = rng.choice(&sites) else { break };
        chain.push(site);
        wanted = site.0;
    }
    chain.reverse();
    chain
}

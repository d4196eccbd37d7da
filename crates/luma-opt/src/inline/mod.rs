//! `inline`: calls become the bodies of what they call.
//!
//! *Before:* any module; functions that defer are left as they are, so it comes after `lower-defer`.
//!
//! *After:* a call of a function that is small (`threshold`), or private and called nowhere else
//! (`inline-once`), is replaced by a copy of the function's body: its parameters are the arguments,
//! its results what it returns. Callees come before callers, so that what has become part of a
//! function counts in its size and is copied with it.
//!
//! - A body that returns in one place, at its end, stands where the call stood, in whatever region
//!   that is. A body of which some branches return and others go on becomes one that returns at its
//!   end, with what follows such a branch moved into the one that goes on; see `single_exit`.
//! - Any other body, and a graph of blocks, is only put where the call stands in the body of the
//!   caller: the block is split, and returns branch to its second half.
//!
//! Never copied: prototypes, functions that can lead to a call of themselves, and more than
//! `max-growth` percent of the module in all, so that time and result are linear in the module. Nor
//! does any one function grow without bound, since what follows, LLVM above all, takes more than
//! linear time for large functions: beyond `large-function` operations it at most doubles.
//! Functions that are called no more are for `symbol-dce`.
//!
//! A `luma.local` of a copied body gets no value again each time control comes by, as in a call; it is
//! one variable of the caller, so a loop around it takes no more stack. What a call hands over is
//! handed over no more: an `own.give` to the callee goes with the `own.take` from its caller, an
//! `own.give` to the caller with the `own.take` from the callee. So it may run before
//! `erase-ownership` or after it.
//!
//! Copies keep the source range of the callee's operations.

mod single_exit;
mod splice;

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, CallGraph, Dominators, Function, Linkage, Module, Op, Symbol, callee};
use luma_pass::{
    ModulePass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Replaces calls by what they call.
#[derive(Clone, Copy, Debug)]
pub struct Inline {
    /// The most operations of a function whose calls are all replaced.
    pub threshold: usize,
    /// Whether the only call of a private function is replaced, however large that is.
    pub inline_once: bool,
    /// The most operations to copy, in percent of those of the module.
    pub max_growth: usize,
    /// A function may grow to this many operations, or to twice what it had.
    pub large_function: usize,
}

impl Default for Inline {
    fn default() -> Self {
        Self { threshold: 32, inline_once: true, max_growth: 200, large_function: 2500 }
    }
}

/// Operations that may be copied in every module, however small.
const SLACK: usize = 1024;

impl ModulePass for Inline {
    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult {
        let graph = CallGraph::new(module);
        let budget = (module.op_count() / 100).saturating_mul(self.max_growth);
        let mut inliner = Inliner {
            options: self,
            cx,
            called_once: if self.inline_once {
                called_once(module, &graph)
            } else {
                Default::default()
            },
            graph: &graph,
            budget: budget.saturating_add(SLACK),
            callees: FxHashMap::default(),
            too_large: FxHashSet::default(),
        };
        let mut changed = false;
        for &name in graph.callees_first() {
            changed |= inliner.function(module, name);
        }
        cx.count(&TOO_LARGE, inliner.too_large.len());
        Ok(changed.into())
    }
}

/// Private functions that one call names, and nothing else.
fn called_once(module: &Module, graph: &CallGraph) -> FxHashSet<Symbol> {
    let main = module.context.symbol("main");
    let is_candidate = |f: &Function| f.linkage == Linkage::Private && f.name != main;
    let functions = module.functions.values().filter(|f| is_candidate(f)).map(|f| f.name);
    let mut once: FxHashSet<Symbol> = functions.filter(|&f| graph.call_count(f) == 1).collect();
    // A function whose address is kept does not go away.
    let mut stack: Vec<&Attribute> = module.globals.values().flat_map(|g| &g.init).collect();
    while let Some(attribute) = stack.pop() {
        match attribute {
            Attribute::Symbol(name) => {
                once.remove(name);
            }
            Attribute::Array(items) => stack.extend(items.iter()),
            _ => {}
        }
    }
    once
}

/// How the body of a function can be put in place of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// Not at all.
    None,
    /// One block that returns at its end.
    Straight,
    /// Blocks with so many returns.
    Graph(usize),
}

/// A function as seen from its calls.
struct Callee {
    size: usize,
    form: Form,
    /// The function in a form that returns in one place, if it is not in the module in that form.
    rewritten: Option<Function>,
}

struct Inliner<'a> {
    options: &'a Inline,
    cx: &'a PassContext<'a>,
    graph: &'a CallGraph,
    called_once: FxHashSet<Symbol>,
    /// Operations that may still be copied.
    budget: usize,
    callees: FxHashMap<Symbol, Callee>,
    too_large: FxHashSet<Symbol>,
}

impl Inliner<'_> {
    /// Replaces calls in the function called `name`; whether there were any to replace.
    fn function(&mut self, module: &mut Module, name: Symbol) -> bool {
        if self.graph.callees(name).is_empty() {
            return false;
        }
        let Some(slot) = module.functions.get_mut(&name) else {
            never!("a function of the call graph is not in the module");
            return false;
        };
        if slot.entry().is_none() {
            return false;
        }
        // Taken out, so that it can change while others are read: none of them is itself.
        let empty = Function::new(name, Vec::new(), Vec::new(), slot.loc);
        let mut f = std::mem::replace(slot, empty);
        let mut chosen = Vec::new();
        let defers = has(&f, luma::Defer::NAME);
        let size = f.op_count();
        let mut room = self.options.large_function.saturating_sub(size).max(size);
        for (op, callee, on_top) in calls(&f) {
            if let Some(size) = self.is_worth(module, name, callee, on_top && !defers, room) {
                room -= size;
                chosen.push((op, callee));
            }
        }
        let mut site = splice::Splicer::new(self.cx, &mut f, &chosen);
        // From the back: what follows a call in its block moves when the block is split.
        for &(op, callee) in chosen.iter().rev() {
            let known = &self.callees[&callee];
            let source = known.rewritten.as_ref().unwrap_or_else(|| &module.functions[&callee]);
            site.replace(op, source, known.form);
        }
        site.finish();
        self.cx.count(&CALLS, chosen.len());
        module.functions[&name] = f;
        !chosen.is_empty()
    }

    /// How many operations come to `caller`, which has room for `room`, if a call of `callee` is to be
    /// replaced. The budget has paid for them then.
    fn is_worth(
        &mut self,
        module: &Module,
        caller: Symbol,
        callee: Symbol,
        splits: bool,
        room: usize,
    ) -> Option<usize> {
        if self.graph.is_recursive(callee) || self.graph.in_one_cycle(caller, callee) {
            return None;
        }
        let f = module.functions.get(&callee).filter(|f| f.entry().is_some())?;
        let limit = match self.called_once.contains(&callee) {
            true => usize::MAX,
            false => self.options.threshold,
        };
        // It is complete: callees come first.
        let known = self.callees.entry(callee).or_insert_with(|| look_at(f, limit));
        let fits = match known.form {
            Form::None => false,
            Form::Straight => true,
            Form::Graph(_) => splits,
        };
        let size = known.size;
        if size > limit {
            self.too_large.insert(callee);
            return None;
        }
        if !fits || size > self.budget {
            return None;
        }
        if size > room {
            self.cx.count(&NO_ROOM, 1);
            return None;
        }
        self.budget -= size;
        self.cx.count(&COPIED, size);
        Some(size)
    }
}

/// Finds out how `f` can be put in place of a call, unless it is larger than `limit` anyway.
fn look_at(f: &Function, limit: usize) -> Callee {
    let mut size = 0;
    let mut returns = 0;
    let mut nested = false;
    let mut defers = false;
    f.walk(&mut |op| {
        size += 1;
        match f.op_name(op) {
            luma::Return::NAME => {
                returns += 1;
                nested |= f.parent(op).is_some_and(|block| f.block_region(block) != f.body());
            }
            luma::Defer::NAME => defers = true,
            _ => {}
        }
    });
    let mut callee = Callee { size, form: Form::None, rewritten: None };
    if defers || size > limit {
        return callee;
    }
    if nested {
        let mut copy = f.clone();
        if single_exit::rewrite(&mut copy) {
            callee.form = Form::Straight;
            callee.rewritten = Some(copy);
        }
    } else if f.blocks(f.body()).len() == 1 && returns == 1 {
        callee.form = Form::Straight;
    } else {
        callee.form = Form::Graph(returns);
    }
    callee
}

fn has(f: &Function, name: luma_ir::OpName) -> bool {
    let mut found = false;
    f.walk(&mut |op| found |= f.op_name(op) == name);
    found
}

/// The calls in `f` that control can reach, in order, and whether each stands in the body itself.
fn calls(f: &Function) -> Vec<(Op, Symbol, bool)> {
    let mut found = Vec::new();
    let body = f.body();
    let dominators = (f.blocks(body).len() > 1).then(|| Dominators::new(f, body));
    let mut stack: Vec<Op> = Vec::new();
    for &block in f.blocks(body) {
        if dominators.as_ref().is_some_and(|d| !d.is_reachable(block)) {
            continue;
        }
        stack.extend(f.first(block));
        while let Some(op) = stack.pop() {
            if let Some(callee) = callee(f, op) {
                found.push((op, callee, f.parent(op) == Some(block)));
            }
            stack.extend(f.next(op));
            for &region in f.op_regions(op).iter().rev() {
                stack.extend(f.blocks(region).iter().rev().filter_map(|&inner| f.first(inner)));
            }
        }
    }
    found
}

const CALLS: Statistic =
    Statistic { name: "calls-inlined", summary: "Calls replaced by the body of the callee." };
const COPIED: Statistic = Statistic { name: "ops-copied", summary: "Operations copied." };
const TOO_LARGE: Statistic = Statistic {
    name: "functions-too-large",
    summary: "Functions not inlined because they exceed the threshold.",
};
const NO_ROOM: Statistic = Statistic {
    name: "calls-without-room",
    summary: "Calls left because their function would become too large.",
};

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "inline",
    summary: "Inlines small functions.",
    options: &[
        OptionSpec {
            name: "threshold",
            summary: "Maximum number of operations of a function that is inlined.",
            kind: OptionKind::Number,
            default: "32",
        },
        OptionSpec {
            name: "inline-once",
            summary: "Inline private functions with a single call, whatever their size.",
            kind: OptionKind::Flag,
            default: "true",
        },
        OptionSpec {
            name: "max-growth",
            summary: "Maximum growth of the module, in percent of its operations.",
            kind: OptionKind::Number,
            default: "200",
        },
        OptionSpec {
            name: "large-function",
            summary: "Let no function grow beyond this many operations or twice what it had.",
            kind: OptionKind::Number,
            default: "2500",
        },
    ],
    statistics: &[CALLS, COPIED, TOO_LARGE, NO_ROOM],
    mandatory: false,
    make: |options| {
        Work::module(Inline {
            threshold: options.number("threshold"),
            inline_once: options.flag("inline-once"),
            max_growth: options.number("max-growth"),
            large_function: options.number("large-function"),
        })
    },
};

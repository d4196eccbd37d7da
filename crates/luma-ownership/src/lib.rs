//! The ownership verifier: proves over structured Luma IR that every object taken is given away
//! exactly once on every path, and that nothing touches it afterwards.
//!
//! It has two halves that share only [`Defect`]: the *analysis* finds defects, as facts with the
//! path that leads to them, without any wording; the *explanation* turns each defect into a
//! diagnostic, with one file per family of errors. What a call does is read off `own.take` and
//! `own.give` and the callee's [`Summary`]; only the lint W0411 looks at the attributes of
//! functions.
//!
//! # Precision
//!
//! At most [`Options::max_states`] states are kept at a point. Equal states are one; beyond a few,
//! states that agree on every object and every pointer to one are merged; beyond the bound all are,
//! and an object on which two merged states disagree counts as *escaped*: neither its leak nor its
//! free is reported. The first three iterations of a loop (one if it is nested deeper than two
//! loops) are followed one by one, up to twelve while the condition is known and effort is left.
//! Then the loop is iterated on merged states to a fixed point, in which only the latest object of
//! an allocation site is distinguished, and a variable that differs between iterations becomes an
//! interval. A variable whose address is not taken is forgotten after its last use. In a function
//! that exceeds its effort, the remaining loops are analysed without iteration, with all contents
//! unknown. Every object that is no longer followed is recorded in [`Summary::leaves`].
//!
//! Pointers and other scalars are assumed not to overlap: a store of a number does not change what
//! is known of pointers.

mod analysis;
mod explain;
mod facts;
mod gives;
mod layout;
mod lint;
mod place;
mod reach;
mod report;
mod summary;

use luma_diagnostics::{Diagnostic, SourceMap, never};
use luma_ir::{CallGraph, Function, Module, Symbol, callee};
use rustc_hash::FxHashMap;

pub use analysis::defect::{
    Defect, DefectKind, Discharging, FalseResult, Fate, IdleAttribute, Loss, Memory, Use,
};
pub use analysis::history::Event;
pub use facts::{
    FunctionFacts, Object, Point, Reference, Situation, dump_function, function_facts,
};
pub use report::print_summaries;
pub use summary::{Departure, Discharge, Effect, Kept, Left, Path, Scalar, Summaries, Summary};

/// Options of the verifier.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Maximum number of states kept at one point; at least 1.
    pub max_states: usize,
    /// Steps allowed for each operation of a function, on average, before precision is reduced.
    pub effort: u64,
    /// Number of threads that analyse functions; 0 means one per core. The result does not depend
    /// on it.
    pub threads: usize,
    /// The source text, where suggested edits need to look at it.
    pub sources: Option<&'a SourceMap>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { max_states: 64, effort: 200, threads: 0, sources: None }
    }
}

/// Verifies all functions of `module`, which must have passed the IR verifier. The diagnostics are
/// sorted by file, line, column and code.
pub fn verify_ownership(module: &Module, options: &Options<'_>) -> Vec<Diagnostic> {
    verify_with_summaries(module, options, &mut Summaries::default())
}

/// Like [`verify_ownership`], but leaves the summaries of all functions in `summaries`.
pub fn verify_with_summaries(
    module: &Module,
    options: &Options<'_>,
    summaries: &mut Summaries<'_>,
) -> Vec<Diagnostic> {
    let mut found: Vec<(Symbol, Vec<Defect>)> = Vec::new();
    let calls = CallGraph::new(module);
    for level in levels(&calls) {
        let functions = level.iter().copied().flatten();
        let bodies = functions.filter_map(|name| module.functions.get(name));
        // An operation is visited a few times.
        let weight = bodies.map(|f| 4 * f.op_capacity()).sum();
        let below = &*summaries;
        let done = luma_pass::map(options.threads, weight, level, |component| {
            let mut own = Summaries::above(below);
            let defects = analyze_component(module, component, &mut own, options);
            (own.into_own(), defects)
        });
        for (own, defects) in done {
            summaries.extend(own);
            found.extend(defects);
        }
    }
    let mut diagnostics = Vec::new();
    for (name, defects) in found {
        let Some(f) = module.functions.get(&name) else {
            never!("defects of a function that the module does not have");
            continue;
        };
        let all = lint::check(module, f).chain(defects);
        diagnostics.extend(all.map(|d| explain::diagnostic(module, f, &d, options, summaries)));
    }
    diagnostics.sort_by_key(Diagnostic::sort_key);
    diagnostics
}

/// The components of a call graph in groups: components call, outside of themselves, only functions
/// of earlier groups.
fn levels(calls: &CallGraph) -> Vec<Vec<&[Symbol]>> {
    let mut level_of: FxHashMap<Symbol, usize> = FxHashMap::default();
    let mut levels: Vec<Vec<&[Symbol]>> = Vec::new();
    for component in calls.components() {
        let callees = component.iter().flat_map(|&name| calls.callees(name));
        let below = callees.filter_map(|callee| level_of.get(callee));
        let level = below.map(|below| below + 1).max().unwrap_or(0);
        level_of.extend(component.iter().map(|&name| (name, level)));
        if levels.len() <= level {
            levels.resize_with(level + 1, Vec::new);
        }
        levels[level].push(component);
    }
    levels
}

/// Maximum number of rounds to a fixed point over functions that call each other.
const MAX_ROUNDS: usize = 8;

/// Analyses functions that all call each other, or a single one, and returns the defects of each.
///
/// Functions in a cycle start out as if no call of them returned; what they do when one does is
/// added from round to round until nothing is new. If that takes too long, calls within the cycle
/// are assumed to do anything.
pub fn analyze_component(
    module: &Module,
    component: &[Symbol],
    summaries: &mut Summaries<'_>,
    options: &Options<'_>,
) -> Vec<(Symbol, Vec<Defect>)> {
    let functions = || component.iter().filter_map(|name| module.functions.get(name));
    let is_recursive = |f: &Function| {
        let mut found = false;
        f.walk(&mut |op| found |= callee(f, op) == Some(f.name));
        found
    };
    let once = |summaries: &mut Summaries<'_>| -> Vec<(Symbol, Vec<Defect>)> {
        let analyze = |f: &Function| (f.name, analyze_function(module, f, summaries, options));
        functions().map(analyze).collect()
    };
    if component.len() < 2 && !functions().any(is_recursive) {
        return once(summaries);
    }
    for &name in component {
        summaries.set(name, Summary { never_returns: true, ..Summary::default() });
    }
    for _ in 0..MAX_ROUNDS {
        let before = summaries.of_all(component);
        let defects = once(summaries);
        if summaries.of_all(component) == before {
            return defects;
        }
    }
    component.iter().for_each(|&name| summaries.remove(name));
    once(summaries)
}

/// Analyses one function and returns its defects, sorted by operation. Uses the summaries of the
/// functions it calls and adds its own; callees without one may do anything to what they are
/// passed.
pub fn analyze_function(
    module: &Module,
    f: &Function,
    summaries: &mut Summaries<'_>,
    options: &Options<'_>,
) -> Vec<Defect> {
    let (summary, defects) = if f.entry().is_none() {
        (summary::of_prototype(module, f), Vec::new())
    } else if summary::needs_analysis(module, f) {
        let outcome = analysis::run(module, f, summaries, options);
        (outcome.summary, outcome.defects)
    } else {
        (summary::of_plain(module, f, summaries), Vec::new())
    };
    summaries.set(f.name, summary);
    defects
}

//! The ownership verification: proves over structured Luma IR that every object taken is given
//! away exactly once on every path, and that nothing touches it afterwards.
//!
//! Two halves that only meet in [`Defect`]: the *analysis* finds defects, as facts with the path
//! that leads to them, and never words anything; the *explanation* turns one defect into one
//! diagnostic, one file an error family. What a call does is read off `own.take` and `own.give`
//! and the callee's [`Summary`]; attributes of functions are only looked at by the lint W0411.
//!
//! # Precision
//!
//! At most [`Options::max_states`] states are kept at a point. Equal states are one; beyond a few,
//! states that agree on every object and every pointer to one are merged; beyond the bound all
//! are, and an object two merged states disagree on counts as *escaped*: neither its leak nor its
//! free is reported. The first three iterations of a loop (one when it is nested deeper than two
//! loops) are followed one by one, then the loop is iterated on merged states to a fixed point, in
//! which only the latest object of an allocation site is told apart. A function that exceeds its
//! effort gets its remaining loops analysed without iteration, all contents unknown.

mod analysis;
mod explain;
mod layout;
mod lint;
mod summary;

use std::num::NonZeroUsize;

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_ir::{Entity, Function, Module, Symbol};

pub use analysis::defect::{Defect, DefectKind, FalseResult, IdleAttribute, Loss, Memory, Use};
pub use analysis::history::Event;
pub use summary::{Summaries, Summary};

/// How to verify.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Most states kept at one point; at least 1.
    pub max_states: usize,
    /// Steps allowed for each operation of a function, on average, before precision is reduced.
    pub effort: u64,
    /// The source text, where suggested edits need to look at it.
    pub sources: Option<&'a SourceMap>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { max_states: 64, effort: 200, sources: None }
    }
}

/// Deepest nesting of regions that is analysed.
const MAX_DEPTH: usize = 20_000;
/// Deepest nesting for which the caller's stack is surely enough.
const SHALLOW: usize = 32;
/// Stack for each level of nesting, in bytes.
const STACK_PER_LEVEL: usize = 24 * 1024;

/// Verifies all functions of `module`, which must have passed the IR verifier. The diagnostics are
/// sorted by file, line, column and code.
pub fn verify_ownership(module: &Module, options: &Options<'_>) -> Vec<Diagnostic> {
    let deepest = module.functions.values().map(depth).max().unwrap_or(0);
    if deepest <= SHALLOW {
        return verify(module, options);
    }
    // The analysis recurses over nested regions: give it a stack to match.
    let stack = NonZeroUsize::new(deepest.min(MAX_DEPTH))
        .map_or(0, |depth| depth.get().saturating_mul(STACK_PER_LEVEL).saturating_add(4 << 20));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("ownership".into())
            .stack_size(stack)
            .spawn_scoped(scope, || verify(module, options));
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(diagnostics)) => diagnostics,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => vec![Diagnostic::unlocated(
                codes::E0107,
                format!(
                    "there is no memory to verify ownership of code nested {deepest} deep: {error}"
                ),
            )],
        }
    })
}

fn verify(module: &Module, options: &Options<'_>) -> Vec<Diagnostic> {
    let mut summaries = Summaries::default();
    let mut diagnostics = Vec::new();
    for name in summary::callees_first(module) {
        let Some(f) = module.functions.get(&name) else { continue };
        diagnostics
            .extend(lint::check(module, f).map(|d| explain::diagnostic(module, f, &d, options)));
        if depth(f) > MAX_DEPTH {
            diagnostics.push(Diagnostic::new(
                codes::E0107,
                f.loc.span,
                format!("code is nested too deep to verify its ownership (limit {MAX_DEPTH})"),
            ));
            continue;
        }
        let defects = analyze_function(module, f, &mut summaries, options);
        diagnostics.extend(defects.iter().map(|d| explain::diagnostic(module, f, d, options)));
    }
    diagnostics.sort_by_key(Diagnostic::sort_key);
    diagnostics
}

/// Analyses one function: its defects, sorted by operation. Uses the summaries of the functions it
/// calls and adds its own; callees that have none yet may do anything to what they are passed.
///
/// The analysis recurses over nested regions; [`verify_ownership`] provides the stack for that.
pub fn analyze_function(
    module: &Module,
    f: &Function,
    summaries: &mut Summaries,
    options: &Options<'_>,
) -> Vec<Defect> {
    let (summary, defects) = if f.entry().is_none() {
        (summary::of_prototype(module, f), Vec::new())
    } else if summary::needs_analysis(f) {
        let outcome = analysis::run(module, f, summaries, options);
        (outcome.summary, outcome.defects)
    } else {
        (summary::of_plain(f, summaries), Vec::new())
    };
    summaries.set(f.name, summary);
    defects
}

/// The functions of `module` in the order [`analyze_function`] wants: callees before callers.
pub fn analysis_order(module: &Module) -> Vec<Symbol> {
    summary::callees_first(module)
}

/// How deep regions nest in the body of `f`.
fn depth(f: &Function) -> usize {
    let mut depths = vec![0u32; f.op_capacity()];
    let mut deepest = 0;
    f.walk(&mut |op| {
        let outer = f.parent(op).and_then(|block| f.region_op(f.block_region(block)));
        let depth = outer.and_then(|o| depths.get(o.index()).copied()).map_or(0, |d| d + 1);
        deepest = deepest.max(depth);
        if let Some(slot) = depths.get_mut(op.index()) {
            *slot = depth;
        }
    });
    deepest as usize
}

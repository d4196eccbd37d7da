//! Applies patterns until none matches.

use crate::context::Context;
use crate::dialect::OpName;
use crate::entity::Op;
use crate::function::{Function, Loc};
use crate::rewrite::pattern::PatternSet;
use crate::rewrite::rewriter::Rewriter;

/// Options of the greedy pattern driver.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How many times to look at the whole function. Within one look, whatever a change may have
    /// made possible is tried at once, so that a second look rarely finds anything.
    pub max_iterations: usize,
    /// How many rewrites to do; `None` for 16 for each operation and 1,024 more. Patterns that undo
    /// each other end here.
    pub max_rewrites: Option<usize>,
    /// Whether the first look goes from the start of the function to its end, or the other way.
    pub top_down: bool,
    /// Which operations go when nothing uses their results.
    pub is_removable: fn(&Context, &Function, Op) -> bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { max_iterations: 10, max_rewrites: None, top_down: true, is_removable }
    }
}

/// The result of applying patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The function is not what it was.
    pub changed: bool,
    /// How many times each pattern was applied, those that were.
    pub rewrites: Vec<(String, u64)>,
    /// How many operations were removed because nothing used them.
    pub dead: usize,
    /// No pattern matches any more. Otherwise a limit ended it.
    pub converged: bool,
}

/// Applies `patterns` to `f`, and removes what is unused, until nothing changes or a limit is
/// reached. `derive` makes the location of a new operation from that of the one it is made for.
///
/// The order is the same in every run: operations in the order of the text, each tried with its
/// patterns by benefit; after a change first what it made, changed, or may have left unused, and
/// who uses that.
pub fn apply_greedily(
    context: &Context,
    f: &mut Function,
    patterns: &PatternSet,
    config: &Config,
    derive: &dyn Fn(Loc) -> Loc,
) -> Outcome {
    apply(&mut Rewriter::new(context, f, derive), &[patterns], config)
}

/// [`apply_greedily`] with a rewriter the caller goes on using, and several sets: those of an earlier
/// one are tried first.
pub fn apply(rewriter: &mut Rewriter<'_>, sets: &[&PatternSet], config: &Config) -> Outcome {
    let mut left = config
        .max_rewrites
        .unwrap_or_else(|| rewriter.func().op_count().saturating_mul(16).saturating_add(1024));
    let mut counts: Vec<Vec<u64>> = sets.iter().map(|set| vec![0; set.len()]).collect();
    let mut outcome = Outcome::default();
    'looks: for _ in 0..config.max_iterations {
        rewriter.queue_all(config.top_down);
        let mut changed = false;
        while let Some(op) = rewriter.next_queued() {
            if is_dead(rewriter, config, op) {
                rewriter.erase_op(op);
                outcome.dead += 1;
                changed = true;
                continue;
            }
            if left == 0 {
                rewriter.clear_queue();
                break 'looks;
            }
            let name = rewriter.func().op_name(op);
            if rewrite(rewriter, sets, &mut counts, op, name) {
                left -= 1;
                changed = true;
            }
        }
        outcome.changed |= changed;
        if !changed {
            outcome.converged = true;
            break;
        }
    }
    let names = sets.iter().flat_map(|set| set.names());
    let counted = names.zip(counts.iter().flatten()).filter(|(_, count)| **count > 0);
    outcome.rewrites = counted.map(|(name, &count)| (name.to_owned(), count)).collect();
    outcome.changed |= !outcome.rewrites.is_empty() || outcome.dead > 0;
    outcome
}

/// Applies the first pattern that matches.
fn rewrite(
    rewriter: &mut Rewriter<'_>,
    sets: &[&PatternSet],
    counts: &mut [Vec<u64>],
    op: Op,
    name: OpName,
) -> bool {
    for (set, counts) in sets.iter().zip(counts) {
        for (index, pattern) in set.for_op(name) {
            if pattern.match_and_rewrite(op, rewriter) {
                counts[index] += 1;
                return true;
            }
        }
    }
    false
}

fn is_dead(rewriter: &Rewriter<'_>, config: &Config, op: Op) -> bool {
    let f = rewriter.func();
    f.has_no_uses(op) && (config.is_removable)(rewriter.context(), f, op)
}

/// Whether `op` may go when nothing uses its results, as far as its dialect's table tells: it is
/// pure or only reads, and has no regions.
pub fn is_removable(context: &Context, f: &Function, op: Op) -> bool {
    let traits = context.op_def(f.op_name(op)).traits;
    (traits.pure || traits.reads) && !traits.terminator && f.op_regions(op).is_empty()
}

//! Makes programs small while they keep a property: what a failing test needs before a person looks
//! at it.
//!
//! The property is an **oracle**, a function that is asked about candidates and says whether they
//! still have it. [`reduce_module`] works on Luma IR and offers only candidates the verifier
//! accepts; [`reduce_source`] works on source text, by its syntax tree first and by tokens then.
//!
//! Both are delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing
//! Input", 2002), hierarchical (Misherghi and Su, "HDD", 2006): things of one kind are taken away
//! in chunks, large chunks first, outer things before inner ones, and all kinds in turn until
//! nothing helps any more. A candidate is only offered when it is smaller by a measure that every
//! accepted one lowers, so the search ends; it is deterministic as long as the oracle is.
//!
//! Invariants: this crate knows Luma IR and the syntax tree, but neither passes nor MLIR, and never
//! asks the oracle twice about the same candidate.

mod module;
mod search;
mod source;

use std::time::Duration;

pub use module::{Reduced, reduce_module};
pub use source::{ReducedSource, reduce_source};

/// Limits of the search.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Maximum number of oracle calls; `None` means no limit.
    pub max_calls: Option<usize>,
    /// Maximum time, checked before each oracle call; `None` means no limit.
    pub max_time: Option<Duration>,
}

/// Statistics of the search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Whether the oracle accepted the input as it was. If not, the input is the result.
    pub interesting: bool,
    /// Oracle calls.
    pub calls: usize,
    /// How many candidates the oracle accepted.
    pub accepted: usize,
    /// Rounds through all kinds of changes; the last one found nothing, unless `exhausted`.
    pub rounds: usize,
    /// Whether a limit of [`Options`] ended the search before nothing helped any more.
    pub exhausted: bool,
    /// The size of the input: operations for a module, lines for source.
    pub before: usize,
    /// The size of the result.
    pub after: usize,
}

//! Dataflow analyses: dense (a state at each point) and sparse (a fact about each value), forward
//! and backward, over graphs of blocks and structured operations alike.
//!
//! An analysis gives a lattice and transfer functions, the engine gives control flow: which regions
//! an operation runs, what terminators leave, which values become which arguments and results, and
//! that deferred code runs at every exit. All of that is read off the [`Control`] in the
//! definition of an operation; nothing here knows an operation by name.
//!
//! | function | facts | direction |
//! | --- | --- | --- |
//! | [`dense_forward`] | a [`Lattice`] at each point | with control |
//! | [`interpret`] | the same, with branching, merging and loops in the hands of the analysis | with control |
//! | [`dense_backward`] | a [`Lattice`] at each point | against control |
//! | [`sparse_forward`] | a [`Lattice`] of each value, and which code can run | from definitions to uses |
//! | [`sparse_backward`] | a [`Lattice`] of each value | from uses to definitions |
//!
//! The division into dense and sparse analyses over lattices follows MLIR's dataflow framework;
//! `sparse_forward` follows only branches that can be taken, after Wegman and Zadeck, "Constant
//! Propagation with Conditional Branches" (1991).
//!
//! [`Control`]: crate::dialect::Control

mod backward;
mod flow;
mod forward;
mod graph;
mod liveness;
mod order;
mod sparse;

pub use backward::{BackwardStates, DenseBackward, dense_backward};
pub use flow::{Flow, Goal, Target, Way};
pub use forward::{
    DenseForward, DenseStates, Interpreter, LoopHead, Turn, Ways, dense_forward, interpret,
};
pub use graph::Point;
pub use liveness::Liveness;
pub use sparse::{
    Choice, Executable, SparseBackward, SparseForward, sparse_backward, sparse_forward,
};

/// Facts ordered by how much they allow, from the one that allows least, with finitely many steps
/// upwards.
pub trait Lattice: Clone {
    /// Makes `self` allow what either does; whether that changed it.
    fn join(&mut self, other: &Self) -> bool;
}

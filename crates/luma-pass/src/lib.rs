//! Passes over Luma IR and the pipelines that run them.
//!
//! A pass is a value: its fields are its options. [`FunctionPass`]es see one function at a time and
//! share nothing but the [`Context`](luma_ir::Context), so that they can run on many functions at
//! once; [`ModulePass`]es see everything. A [`Pipeline`] is a list of [`Step`]s; [`run`] takes a
//! module through all of it, [`run_step`] through one step, for callers that look in between.
//!
//! Invariants: this crate knows no concrete pass. Operations a pass makes get their location from
//! [`PassContext::derive`], so that every operation tells which passes made it.

mod pass;
mod pipeline;

pub use pass::{Changed, FunctionPass, ModulePass, PassContext, PassResult};
pub use pipeline::{Pipeline, Registration, RunOptions, Step, run, run_step};

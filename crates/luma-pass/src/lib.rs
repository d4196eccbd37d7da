//! Passes over Luma IR and the pipelines that run them.
//!
//! A pass is a value: its fields are its options. [`FunctionPass`]es see one function at a time and
//! share nothing but the [`Context`](luma_ir::Context), so that they can run on many functions at
//! once; [`ModulePass`]es see everything. Each makes itself known by a [`Registration`]. A
//! [`Pipeline`] is a list of [`Step`]s; [`run`] takes a module through all of it, [`run_step`]
//! through one step, for callers that look in between.
//!
//! Invariants: this crate knows no concrete pass. Operations a pass makes get their location from
//! [`PassContext::derive`], so that every operation tells which passes made it.

mod analysis;
mod check;
mod functions;
pub mod instrument;
mod pass;
mod pipeline;
mod registration;
mod run;
mod text;
mod workers;

pub use analysis::{Analyses, Analysis, Preserved, RegionDominators};
pub use pass::{Counts, FunctionPass, Items, ModulePass, PassContext, PassResult};
pub use pipeline::{Pipeline, Step};
pub use registration::{OptionKind, OptionSpec, Options, Registration, Registry, Statistic, Work};
pub use run::{RunOptions, StepReport, run, run_step};
pub use text::{PipelineError, parse_pipeline};
pub use workers::map;

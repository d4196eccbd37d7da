//! One numbered list of steps from input to machine code, over the three worlds of Luma, MLIR and
//! LLVM.
//!
//! ```text
//! Plan::new(options) ──▶ Plan ──run(cx, plan, …, instruments)──▶ products, or a Failure
//!                                                                   │
//!                                                 reproducer::write ▼ a file that replays it
//! ```
//!
//! A [`Plan`] only says what will happen; it needs no input, and `--print-pipeline` prints it. [`run`]
//! does it, and tells an [`Instrument`](luma_pass::instrument::Instrument) before and after each
//! step. Running the same plan on the same input again does the same, which is how the input of a
//! step that failed is found: [`run_until`].

mod cause;
mod llvm;
mod luma;
mod mlir;
mod plan;
mod run;
mod side_effects;
mod state;
mod step;
mod summaries;
mod text;

pub use plan::{Granularity, Plan, PlanOptions, PlannedStep};
pub(crate) use run::READING;
pub use run::{Failure, Ran, run, run_until};
pub use side_effects::SideEffects;
pub use state::State;
pub use step::{Cause, Cx, Made, Origin, Step};

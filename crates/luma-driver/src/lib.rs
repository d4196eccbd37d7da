//! The Luma compiler as one numbered list of steps. It knows the levels a program goes through and
//! nothing about their insides.
//!
//! ```text
//! options ──▶ compile ──▶ input ──▶ steps ──▶ emit
//!                │           │        │
//!                └───────────┴────────┴──▶ report (stderr), reproducer
//! ```
//!
//! [`compile`] does what one command line asks; the research commands of `luma-lab` use [`steps`]
//! themselves.

pub mod compile;
pub mod conflicts;
pub mod dialects;
pub mod emit;
pub mod extension;
pub mod input;
mod instruments;
pub mod levels;
pub mod options;
mod record;
pub mod report;
pub mod reproducer;
pub mod run;
mod session;
pub mod steps;

pub use session::{with_checked_input, with_input};

//! The passes over Luma IR: one file each, which ends with its registration.
//!
//! | pass | what it does |
//! | --- | --- |
//! | [`lower-defer`](LowerDefer) | runs deferred code where control leaves its region, each exit sharing with the others |
//! | [`structured-to-cfg`](StructuredToCfg) | turns structured control flow into blocks and branches |
//!
//! Both stand on one core, `flatten`, which moves the operations of regions into blocks of the
//! function's body.

mod exits;
mod flatten;
mod lower_defer;
mod structured_to_cfg;

use luma_pass::{Pipeline, Registration};

pub use lower_defer::LowerDefer;
pub use structured_to_cfg::StructuredToCfg;

/// Every pass of this crate.
pub const PASSES: &[Registration] = &[lower_defer::REGISTRATION, structured_to_cfg::REGISTRATION];

/// The passes between the verification of ownership and MLIR, in order.
pub fn default_pipeline() -> Pipeline {
    Pipeline::new().function(LowerDefer).function(StructuredToCfg::default())
}

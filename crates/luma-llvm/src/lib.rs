//! LLVM for lumac: translation from MLIR, optimisation, code generation, and linking. The only
//! user of inkwell.
//!
//! ```text
//! Session (llvm dialect) ──translate──▶ LlvmModule ──optimize──▶ emit_asm │ emit_object ──link──▶ exe
//!                                           ▲
//!                            .ll text ──────┘
//! ```
//!
//! Nothing here prints or terminates the process on bad input, except where LLVM gives up
//! (`report_fatal_error`): as after a signal, [`luma_process::crash`] decides what happens then.

#![allow(unsafe_code, reason = "parts of LLVM's C API that inkwell does not wrap safely")]

mod error;
mod fatal;
mod link;
mod module;
mod numbers;
mod steps;
mod target;

pub use error::{LlvmError, LlvmErrorKind, TextPosition};
pub use link::{LinkOptions, link};
pub use module::LlvmModule;
pub use steps::{StepRunner, expand_pipeline};
pub use target::{OptLevel, Target, TargetOptions, host_triple, is_foreign};

/// The version of the linked LLVM, such as `22.1.8`.
pub fn llvm_version() -> String {
    let (major, minor, patch) = inkwell::support::get_llvm_version();
    format!("{major}.{minor}.{patch}")
}

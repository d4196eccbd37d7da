//! LLVM for lumac: translation from MLIR, optimisation, code generation, and linking. The only
//! user of inkwell.
//!
//! ```text
//! Session (llvm dialect) ──translate──▶ LlvmModule ──optimize──▶ emit_asm │ emit_object ──link──▶ exe
//!                                           ▲
//!                            .ll text ──────┘
//! ```
//!
//! Nothing here prints or ends the process on bad input. Where LLVM itself gives up
//! (`report_fatal_error`), the report goes through [`on_fatal_error`]; where it dies by a signal,
//! [`luma_process::crash`] takes over.

#![allow(unsafe_code, reason = "parts of LLVM's C API that inkwell does not wrap safely")]

mod error;
mod fatal;
mod link;
mod module;
mod output;
mod steps;
mod target;

pub use error::{LlvmError, LlvmErrorKind, TextPosition};
pub use fatal::on_fatal_error;
pub use link::{LinkOptions, link};
pub use module::LlvmModule;
pub use output::{WriteError, write_file};
pub use steps::{StepRunner, expand_pipeline};
pub use target::{OptLevel, Target, TargetOptions, host_triple, is_foreign};

/// The version of the LLVM in this executable: `22.1.8`.
pub fn llvm_version() -> String {
    let (major, minor, patch) = inkwell::support::get_llvm_version();
    format!("{major}.{minor}.{patch}")
}

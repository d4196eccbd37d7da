//! MLIR for lumac: a session that owns one MLIR module, the steps that transform it, and the
//! hand-over to LLVM. The only user of melior.
//!
//! ```text
//! Luma IR ──▶ Session (func, scf, cf, arith, math, llvm) ──lower_to_llvm_dialect──▶ Session (llvm)
//!                        ▲                                                             │
//!        .mlir text ─────┘                                              translate_into ▼ LLVM-C
//! ```
//!
//! Nothing here prints, and nothing aborts on bad input: what MLIR has to say is caught by a
//! diagnostic handler and returned as an [`MlirError`].

#![allow(unsafe_code, reason = "MLIR is reached through its C API")]

mod error;
mod locations;
mod lower;
pub mod nesting;
mod passes;
mod patterns;
mod session;

pub use error::{MlirError, MlirMessage, MlirPosition};
pub use passes::{Lowering, LoweringStep, PassError, lowering_steps};
pub use session::{DebugInfo, PrintOptions, Session, Translate, check_pipeline};

/// The version of MLIR and LLVM this crate is built for, `22`.
pub const MLIR_MAJOR_VERSION: u32 = 22;

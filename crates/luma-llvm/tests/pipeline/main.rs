//! From text to a running program, and every way it can go wrong. The only test binary of the
//! backend, because linking MLIR takes time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod copies;
mod luma_ir_programs;
mod mlir;
mod patterns;

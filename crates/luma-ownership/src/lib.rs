//! luma-ownership
#![allow(missing_docs)]
#[derive(Default)]
pub struct Options;
pub fn verify_ownership(_: &luma_ir::Module, _: &Options) -> Vec<luma_diagnostics::Diagnostic> { vec![] }

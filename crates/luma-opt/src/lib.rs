//! The passes over Luma IR: one file each, which ends with its registration.
//!
//! | pass | what it does |
//! | --- | --- |
//! | [`lower-defer`](LowerDefer) | inserts deferred code at the exits of its region, shared between exits |
//! | [`sccp`](Sccp) | sparse conditional constant propagation |
//! | [`canonicalize`](Canonicalize) | folds constants and applies the patterns declared with the operations |
//! | [`cse`](Cse) | removes redundant computations |
//! | [`dce`](Dce) | removes dead operations, variables and values |
//! | [`structured-to-cfg`](StructuredToCfg) | turns structured control flow into blocks and branches |
//! | [`erase-ownership`](EraseOwnership) | removes takes and gives; puts proved facts about pointers on functions |
//! | [`inline`](Inline) | replaces calls of small functions by their bodies |
//! | [`mem2reg`](Mem2Reg) | promotes variables whose address is not taken to SSA values |
//! | [`licm`](Licm) | hoists loop-invariant operations |
//! | [`expand-ops`](ExpandOps) | expands operations as their dialect declares |
//! | [`symbol-dce`](SymbolDce) | removes functions, globals and struct types that are unreachable |
//!
//! `lower-defer` and `structured-to-cfg` share `flatten`, which moves the operations of regions into
//! blocks of the function's body.

mod canonicalize;
mod cse;
mod dce;
mod erase_ownership;
mod exits;
mod expand_ops;
mod flatten;
mod inline;
mod licm;
mod lower_defer;
mod mem2reg;
mod sccp;
mod structured_to_cfg;
mod symbol_dce;

use luma_diagnostics::never;
use luma_ir::fold;
use luma_pass::{Pipeline, Registration, Registry, parse_pipeline};

pub use canonicalize::Canonicalize;
pub use cse::Cse;
pub use dce::Dce;
pub use erase_ownership::EraseOwnership;
pub use expand_ops::ExpandOps;
pub use inline::Inline;
pub use licm::Licm;
pub use lower_defer::LowerDefer;
pub use mem2reg::Mem2Reg;
pub use sccp::Sccp;
pub use structured_to_cfg::StructuredToCfg;
pub use symbol_dce::SymbolDce;

/// Every pass of this crate.
pub static PASSES: &[&Registration] = &[
    &lower_defer::REGISTRATION,
    &structured_to_cfg::REGISTRATION,
    &canonicalize::REGISTRATION,
    &cse::REGISTRATION,
    &dce::REGISTRATION,
    &erase_ownership::REGISTRATION,
    &expand_ops::REGISTRATION,
    &inline::REGISTRATION,
    &licm::REGISTRATION,
    &mem2reg::REGISTRATION,
    &sccp::REGISTRATION,
    &symbol_dce::REGISTRATION,
];

/// A registry of the passes of this crate, for textual pipelines.
pub fn registry() -> Registry {
    let mut registry = Registry::new();
    for pass in PASSES {
        registry.register(pass);
    }
    registry
}

/// The pipeline between the verification of ownership and MLIR at `-O0`: mandatory passes only.
pub const O0: &str = "expand-ops,func(lower-defer,structured-to-cfg)";
/// The pipeline at `-O1`. MLIR operations are expensive, so unreachable functions are removed first
/// and the rest is simplified before it is lowered to MLIR. Later passes may undo what
/// `structured-to-cfg` establishes, so it runs again at the end.
pub const O1: &str = "expand-ops,symbol-dce,erase-ownership,\
     func(lower-defer,structured-to-cfg,mem2reg,canonicalize,cse,dce,structured-to-cfg)";
/// The pipeline at `-O2`: bottom-up inlining, and simplification after it.
pub const O2: &str = "expand-ops,symbol-dce,erase-ownership,\
     func(lower-defer,structured-to-cfg,mem2reg,canonicalize),\
     inline,func(sccp,canonicalize,cse,licm,dce),symbol-dce,func(structured-to-cfg)";
/// The pipeline at `-O3`: more inlining.
pub const O3: &str = "expand-ops,symbol-dce,erase-ownership,\
     func(lower-defer,structured-to-cfg,mem2reg,canonicalize),\
     inline{threshold=128},func(sccp,canonicalize,cse,licm,dce),symbol-dce,func(structured-to-cfg)";

/// The built-in pipeline of an optimisation level; levels above 3 count as 3.
pub fn pipeline(level: u8) -> Pipeline {
    let text = match level {
        0 => O0,
        1 => O1,
        2 => O2,
        _ => O3,
    };
    match parse_pipeline(text, &registry()) {
        Ok(pipeline) => pipeline,
        Err(error) => {
            never!("the pipeline of -O{level} does not parse: {}", error.message);
            Pipeline::default()
        }
    }
}

//! The passes over Luma IR: one file each, which ends with its registration.
//!
//! | pass | what it does |
//! | --- | --- |
//! | [`lower-defer`](LowerDefer) | runs deferred code where control leaves its region, each exit sharing with the others |
//! | [`sccp`](Sccp) | replaces values that are always the same constant, looking only at code that can run |
//! | [`canonicalize`](Canonicalize) | folds constants and applies the patterns declared with the operations |
//! | [`cse`](Cse) | replaces repeated computations by the first |
//! | [`dce`](Dce) | removes operations, variables and values nothing needs |
//! | [`structured-to-cfg`](StructuredToCfg) | turns structured control flow into blocks and branches |
//! | [`erase-ownership`](EraseOwnership) | removes takes and gives; puts proved facts about pointers on functions |
//! | [`inline`](Inline) | replaces calls of small functions by their bodies |
//! | [`mem2reg`](Mem2Reg) | makes values of variables whose address is not taken |
//! | [`licm`](Licm) | moves what does not change in a loop to before it |
//! | [`expand-ops`](ExpandOps) | replaces operations by what their dialect says they stand for |
//! | [`symbol-dce`](SymbolDce) | removes functions, globals and struct types nobody can reach |
//!
//! The first two stand on one core, `flatten`, which moves the operations of regions into blocks of the
//! function's body.

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

/// The passes of this crate, to be named in pipelines.
pub fn registry() -> Registry {
    let mut registry = Registry::new();
    for pass in PASSES {
        registry.register(pass);
    }
    registry
}

/// What runs between the verification of ownership and MLIR at `-O0`: what MLIR cannot do without.
pub const O0: &str = "expand-ops,func(lower-defer,structured-to-cfg)";
/// The same at `-O1`. An operation of MLIR is dear, so functions nobody calls go first, and what is
/// left is simplified before MLIR sees it.
pub const O1: &str = "expand-ops,symbol-dce,erase-ownership,\
     func(lower-defer,structured-to-cfg,mem2reg,canonicalize,cse,dce)";
/// The same at `-O2`: bottom-up inlining, and what it makes possible.
pub const O2: &str = "expand-ops,symbol-dce,erase-ownership,\
     func(lower-defer,structured-to-cfg,mem2reg,canonicalize),\
     inline,func(sccp,canonicalize,cse,licm,dce),symbol-dce";
/// The same at `-O3`: more inlining.
pub const O3: &str = "expand-ops,symbol-dce,erase-ownership,\
     func(lower-defer,structured-to-cfg,mem2reg,canonicalize),\
     inline{threshold=128},func(sccp,canonicalize,cse,licm,dce),symbol-dce";

/// The built-in pipeline of an optimisation level; levels above 3 are 3.
pub fn pipeline(level: u8) -> Pipeline {
    let text = match level {
        0 => O0,
        1 => O1,
        2 => O2,
        _ => O3,
    };
    // A test parses each.
    parse_pipeline(text, &registry()).unwrap_or_default()
}

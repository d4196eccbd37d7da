//! What the tests share.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_ir::dialects::luma;
use luma_ir::{Context, Module, PrintOptions, parse_module, print_module, verify_module};
use luma_opt::{LowerDefer, StructuredToCfg};
use luma_pass::{Pipeline, RunOptions, Step, run, run_step};

pub(crate) mod evaluate;

/// A module the verifier accepts.
pub(crate) fn parse(text: &str) -> Module {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", text);
    let module = parse_module(Arc::new(Context::new()), &map, file)
        .unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{violations:#?}\n{text}");
    module
}

/// Runs a pass and verifies.
pub(crate) fn run_pass(module: &mut Module, step: Step) {
    if let Err(errors) = run_step(module, &step, RunOptions { verify_each: true }) {
        let text = print_module(module, PrintOptions::default());
        panic!("{errors:#?}\n{text}");
    }
}

/// The passes that stand before code generation.
pub(crate) fn lower_all(module: &mut Module) {
    let pipeline = Pipeline::new().function(LowerDefer).function(StructuredToCfg::default());
    if let Err(errors) = run(module, &pipeline, RunOptions { verify_each: true }) {
        let text = print_module(module, PrintOptions::default());
        panic!("{errors:#?}\n{text}");
    }
}

/// What holds after `lower-defer`.
pub(crate) fn check_no_defer(module: &Module) {
    for f in module.functions.values() {
        f.walk(&mut |op| assert_ne!(f.op_name(op), luma::Defer::NAME));
    }
}

/// What holds after `structured-to-cfg` with `only_early_exits`.
pub(crate) fn check_flat(module: &Module) {
    for f in module.functions.values() {
        f.walk(&mut |op| {
            assert_ne!(f.op_name(op), luma::Block::NAME);
            for &region in f.op_regions(op) {
                assert_eq!(f.blocks(region).len(), 1);
                let last = f.last(f.blocks(region)[0]).unwrap();
                assert_eq!(f.op_name(last), luma::Yield::NAME);
            }
        });
    }
}

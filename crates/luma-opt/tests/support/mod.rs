//! What the tests share.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, SourceMap};
use luma_generate::Choices;
use luma_generate::ir::{self, Style};
use luma_ir::dialects::luma;
use luma_ir::{Context, Module, PrintOptions, parse_module, print_module, verify_module};
use luma_pass::{Analyses, Pipeline, RunOptions, StepReport, parse_pipeline, run, run_step};

pub(crate) mod watch;

/// The project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The IR files that stand for a pass, in order.
pub(crate) fn files(pass: &str) -> Vec<PathBuf> {
    let dir = root().join("tests/ir").join(pass);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lir"))
        .collect();
    files.sort();
    files
}

/// Program `number` of a style.
pub(crate) fn random(style: Style, number: u64) -> Module {
    let module = ir::program(&mut Choices::new(1, number), style);
    let violations = verify_module(&module);
    let text = || print_module(&module, PrintOptions::default());
    assert!(violations.is_empty(), "{number}: {violations:#?}\n{}", text());
    module
}

/// A module the verifier accepts.
pub(crate) fn parse(text: &str) -> Module {
    parse_with_map(text).1
}

/// The same, with what its locations refer to.
pub(crate) fn parse_with_map(text: &str) -> (SourceMap, Module) {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", text);
    let module = parse_module(Arc::new(context(&mut map, text)), &map, file)
        .unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{violations:#?}\n{text}");
    (map, module)
}

/// A context with the dialect that the first line names: `// dialect: examples/dialects/pool.toml`.
fn context(map: &mut SourceMap, text: &str) -> Context {
    let first = text.lines().next().unwrap_or_default();
    let Some(path) = first.strip_prefix("// dialect: ") else { return Context::new() };
    let file = map.add(path, std::fs::read_to_string(root().join(path)).unwrap());
    let dialect = luma_ir::dialect::load(map, file).unwrap_or_else(|e| panic!("{e:#?}"));
    Context::with_dialects([dialect]).unwrap_or_else(|e| panic!("{e:#?}"))
}

/// A pipeline of the crate's passes.
pub(crate) fn pipeline(text: &str) -> Pipeline {
    parse_pipeline(text, &luma_opt::registry()).unwrap_or_else(|e| panic!("{}", e.render(text)))
}

/// Every step is verified.
pub(crate) const CHECKED: RunOptions = RunOptions { verify_each: true, threads: 1 };

/// Runs a pipeline, verifies after every step, and gives what each step did.
pub(crate) fn run_steps(
    module: &mut Module,
    pipeline: &Pipeline,
) -> Result<Vec<StepReport>, Vec<Diagnostic>> {
    let analyses = Analyses::default();
    pipeline.steps.iter().map(|step| run_step(module, step, &analyses, CHECKED)).collect()
}

/// Runs a pipeline that must succeed, and verifies after every step.
pub(crate) fn run_text(module: &mut Module, text: &str) {
    if let Err(errors) = run(module, &pipeline(text), CHECKED) {
        let text = print_module(module, PrintOptions::default());
        panic!("{errors:#?}\n{text}");
    }
}

/// The passes that stand before code generation.
pub(crate) fn lower_all(module: &mut Module) {
    run_text(module, "func(lower-defer,structured-to-cfg)");
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

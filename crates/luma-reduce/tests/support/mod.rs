//! Programs as modules, and what oracles ask about them.

use std::path::Path;
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, SourceMap};
use luma_ir::{Context, Module, PrintOptions, print_module};

/// The Luma IR of source text, if nothing is wrong with it.
pub(crate) fn lower(text: &str) -> Option<Module> {
    let mut map = SourceMap::new();
    let file = map.add("test.lx", text);
    let parse = luma_syntax::parse(file, text);
    let (analysis, found) = luma_sema::analyze(&parse.ast);
    if parse.diagnostics.iter().chain(&found).any(Diagnostic::is_error) {
        return None;
    }
    Some(luma_lower::lower(&parse.ast, &analysis, Arc::new(Context::new())))
}

/// The module that text in Luma IR is.
#[allow(dead_code, reason = "not every test reads IR")]
pub(crate) fn parse_ir(text: &str) -> Module {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", text);
    luma_ir::parse_module(Arc::new(Context::new()), &map, file)
        .unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// A program of the test suite.
pub(crate) fn program(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/run").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// What a program prints, and whether it comes to its end.
pub(crate) fn interpret(module: &Module) -> (String, bool) {
    let options = luma_interp::Options { step_limit: Some(100_000), ..Default::default() };
    let mut out = Vec::new();
    let outcome = luma_interp::run(module, &options, &mut out);
    (String::from_utf8_lossy(&out).into_owned(), outcome.trap.is_none())
}

/// Whether the verifier of ownership reports `code`.
pub(crate) fn reports(module: &Module, code: &str) -> bool {
    let found = luma_ownership::verify_ownership(module, &luma_ownership::Options::default());
    found.iter().any(|diagnostic| diagnostic.code.as_str() == code)
}

/// The text of a module.
#[allow(dead_code, reason = "not every test reads IR")]
pub(crate) fn text(module: &Module) -> String {
    print_module(module, PrintOptions::default())
}

//! What must hold of any text, however wrong: shared by `tests/robustness.rs` and the fuzz targets.
//!
//! Bad input ends in located diagnostics. What the front ends accept is valid IR, reads back byte
//! for byte, and stays valid and does the same through the built-in pipelines.

use std::sync::Arc;

use luma_diagnostics::{Diagnostic, Format, RenderOptions, SourceMap, codes, render_all};
use luma_interp::TrapKind;
use luma_ir::{
    Context, Module, Op, PrintOptions, Violation, parse_module, print_function, print_module,
    verify_module,
};
use rustc_hash::FxHashMap;

/// Runs `work` with the stack the compiler itself runs on.
pub(crate) fn on_big_stack(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work);
        if let Err(panic) = thread.unwrap().join() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Source text; true if it was accepted.
pub(crate) fn source(what: &str, text: &str) -> bool {
    let mut map = SourceMap::new();
    let file = map.add("mutant.lx", text);
    let parse = luma_syntax::parse(file, text);
    let (analysis, found) = luma_sema::analyze(&parse.ast);
    let mut diagnostics = parse.diagnostics;
    diagnostics.extend(found);
    located(what, text, &map, &diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return false;
    }
    let module = luma_lower::lower(&parse.ast, &analysis, Arc::new(Context::new()));
    valid(what, text, &module);
    module_holds(what, text, &map, module);
    true
}

/// IR text; true if it was accepted.
pub(crate) fn ir(what: &str, text: &str) -> bool {
    ir_of(what, text, &Arc::new(Context::new()))
}

/// IR text with the dialects of `context`.
fn ir_of(what: &str, text: &str, context: &Arc<Context>) -> bool {
    let mut map = SourceMap::new();
    let file = map.add("mutant.lir", text);
    match parse_module(Arc::clone(context), &map, file) {
        Err(errors) => {
            assert!(!errors.is_empty());
            located(what, text, &map, &errors);
            false
        }
        Ok(module) => {
            let violations = verify_module(&module);
            let errors: Vec<Diagnostic> = violations.iter().map(|v| v.to_diagnostic()).collect();
            located(what, text, &map, &errors);
            if !errors.is_empty() {
                with_notes(&module, &violations);
                return false;
            }
            module_holds(what, text, &map, module);
            true
        }
    }
}

/// Between a table of a dialect and IR that uses it, in one text.
pub(crate) const IR_FOLLOWS: &str = "\n#--- ir\n";

/// A table of a dialect, and IR with it if that follows; true if the table was accepted.
pub(crate) fn dialect(what: &str, text: &str) -> bool {
    let (text, ir) = text.split_once(IR_FOLLOWS).unwrap_or((text, ""));
    let mut map = SourceMap::new();
    let file = map.add("mutant.toml", text);
    let dialect = match luma_ir::dialect::load(&map, file) {
        Err(errors) => {
            assert!(!errors.is_empty());
            located(what, text, &map, &errors);
            return false;
        }
        Ok(dialect) => dialect,
    };
    let context = match Context::with_dialects([dialect]) {
        Err(errors) => {
            assert!(!errors.is_empty());
            located(what, text, &map, &errors);
            return false;
        }
        Ok(context) => Arc::new(context),
    };
    let names: Vec<&str> = context.dialects().iter().map(|d| &*d.name).collect();
    assert!(!luma_ir::dialect::irdl(&context, &names).is_empty());
    for name in names {
        assert!(luma_ir::dialect::reference(&context, name).is_some(), "{what}: {name}\n{text}");
    }
    ir_of(what, ir, &context);
    for (_, def) in context.op_defs() {
        if let Some(program) = def.program.as_ref().filter(|_| !def.name.starts_with("luma.")) {
            ir_of(what, &program.text, &context);
        }
    }
    true
}

fn module_holds(what: &str, text: &str, map: &SourceMap, module: Module) {
    reads_back(what, text, &module);
    let options = luma_ownership::Options::default();
    located(what, text, map, &luma_ownership::verify_ownership(&module, &options));
    let before = behaviour(&module);
    for level in [0, 2] {
        let mut module = module.clone();
        let options = luma_pass::RunOptions { verify_each: true, threads: 1 };
        let passes = luma_pass::run(&mut module, &luma_opt::pipeline(level), options);
        if let Err(errors) = &passes
            && errors.iter().all(of_expansion)
        {
            located(what, text, map, errors);
            return;
        }
        assert!(passes.is_ok(), "{what}: -O{level}: {passes:?}\n{text}");
        reads_back(what, text, &module);
        if let Some(before) = &before
            && let Some(after) = behaviour(&module)
        {
            assert!(*before == after, "{what}: -O{level}: {before:?}, then {after:?}\n{text}");
        }
    }
}

/// An expansion in a loaded dialect that does not fit the types it is used with, or is no valid IR:
/// that only shows where it is used.
fn of_expansion(error: &Diagnostic) -> bool {
    let made_by = "found in what an operation here expands to";
    error.code == codes::E0503 || error.notes.iter().any(|note| note == made_by)
}

/// Output and exit code, by the interpreter; `None` for what may change: undefined behaviour, and
/// programs that take too long.
fn behaviour(module: &Module) -> Option<(Vec<u8>, u8, Option<TrapKind>)> {
    module.function("main").filter(|f| f.entry().is_some())?;
    let mut stdout = Vec::new();
    let options = luma_interp::Options {
        step_limit: Some(20_000),
        call_depth: 200,
        memory_limit: 16 << 20,
        ..luma_interp::Options::default()
    };
    let outcome = luma_interp::run(module, &options, &mut stdout);
    let kind = outcome.trap.map(|trap| trap.kind);
    match kind {
        None | Some(TrapKind::DivisionByZero | TrapKind::DivisionOverflow) => {
            Some((stdout, outcome.exit_code, kind))
        }
        _ => None,
    }
}

/// Every diagnostic has a place in the text, and can be printed.
fn located(what: &str, text: &str, map: &SourceMap, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        let fine = span.is_some_and(|s| s.start <= s.end && s.end as usize <= text.len());
        assert!(fine, "{what}: {diagnostic:?} is not located\n{text}");
    }
    let options = RenderOptions { format: Format::Human, colour: true };
    assert!(render_all(map, options, diagnostics).is_empty() == diagnostics.is_empty());
}

fn valid(what: &str, text: &str, module: &Module) {
    let violations = verify_module(module);
    assert!(violations.is_empty(), "{what}: invalid IR {violations:#?}\n{text}");
}

/// Both text forms of a module print the same once read.
fn reads_back(what: &str, text: &str, module: &Module) {
    for generic in [false, true] {
        let options = PrintOptions { generic, ..PrintOptions::default() };
        let printed = print_module(module, options);
        let mut map = SourceMap::new();
        let file = map.add("mutant.lir", printed.as_str());
        let again = parse_module(Arc::clone(&module.context), &map, file)
            .unwrap_or_else(|e| panic!("{what}: does not read back: {e:#?}\n{printed}\n{text}"));
        assert!(
            print_module(&again, options) == printed,
            "{what}: reads back differently\n{printed}\n{text}"
        );
    }
}

/// Invalid modules can be printed, with what is wrong with them under the operations.
fn with_notes(module: &Module, violations: &[Violation]) {
    for (name, function) in &module.functions {
        let mut notes: FxHashMap<Op, Vec<String>> = FxHashMap::default();
        for violation in violations.iter().filter(|v| v.function == Some(*name)) {
            if let Some(op) = violation.op {
                notes.entry(op).or_default().push(violation.message.clone());
            }
        }
        let options = PrintOptions { notes: Some(&notes), ..PrintOptions::default() };
        assert!(!print_function(&module.context, function, options).is_empty());
    }
    print_module(module, PrintOptions { generic: true, ..PrintOptions::default() });
}

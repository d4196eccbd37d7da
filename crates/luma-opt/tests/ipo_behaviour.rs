//! Every program of `tests/run` does the same before and after the passes that look at more than one
//! function, in several orders; so do random modules.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use luma_diagnostics::{Severity, SourceMap};
use luma_generate::ir::Style;
use luma_interp::TrapKind;
use luma_ir::{Context, Module, PrintOptions, print_module};
use support::watch::{compare, watch};
use support::{parse, random, root, run_text};

const PIPELINES: &[&str] = &[
    "symbol-dce",
    "erase-ownership",
    "func(licm)",
    "func(mem2reg)",
    "func(lower-defer,mem2reg,structured-to-cfg)",
    "func(lower-defer,structured-to-cfg,mem2reg)",
    "func(lower-defer,mem2reg{max-slots=2},structured-to-cfg{all},mem2reg)",
    "func(lower-defer),inline",
    "func(lower-defer,structured-to-cfg),inline{threshold=500 max-growth=2000}",
    "erase-ownership,func(lower-defer),inline{threshold=200},func(licm,structured-to-cfg),symbol-dce",
    "func(licm,lower-defer),inline{inline-once=false},erase-ownership,func(structured-to-cfg{all}),\
     inline{threshold=1000 max-growth=1000},symbol-dce",
];

/// Programs that take longer are left out.
const STEPS: u64 = 1_000_000;

/// Whether the program ended within the limits, so that the comparison says something.
fn survives(name: &str, module: &Module, steps: u64) -> bool {
    let expected = watch(module, steps, 1);
    for pipeline in PIPELINES {
        let mut changed = module.clone();
        run_text(&mut changed, pipeline);
        compare(&format!("{name} after {pipeline}"), &expected, &changed, 1);
        // The text form is still what it was.
        let text = print_module(&changed, PrintOptions::default());
        assert_eq!(text, print_module(&parse(&text), PrintOptions::default()), "{name}");
    }
    !expected.is_cut()
}

fn programs(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.extension() {
            _ if path.is_dir() => programs(&path, out),
            Some(extension) if extension == "lx" => out.push(path),
            _ => {}
        }
    }
}

#[test]
fn programs_do_what_they_did() {
    let mut files = Vec::new();
    programs(&root().join("tests/run"), &mut files);
    files.sort();
    let mut compared = 0;
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let id = SourceMap::new().add("program.lx", text.as_str());
        let parsed = luma_syntax::parse(id, &text);
        let (sema, errors) = luma_sema::analyze(&parsed.ast);
        let mut all = parsed.diagnostics.iter().chain(&errors);
        assert!(all.all(|d| d.severity() != Severity::Error), "{}", file.display());
        let module = luma_lower::lower(&parsed.ast, &sema, Arc::new(Context::new()));
        compared += usize::from(survives(&file.display().to_string(), &module, STEPS));
    }
    assert!(compared * 10 > files.len() * 9, "{compared} of {}", files.len());
}

#[test]
fn a_variable_of_a_copied_body_has_no_value_again() {
    // The second call reads a variable that only the first one gave a value.
    let text = "\
        luma.func @f(%c: i1) -> i64 {\n\
        %x = luma.local() : () -> !luma.place<i64>\n\
        luma.if(%c) ({\n\
        %0 = luma.constant() {value = 1 : i64} : () -> i64\n\
        luma.store(%0, %x) : (i64, !luma.place<i64>) -> ()\n\
        luma.yield() : () -> ()\n\
        }) : (i1) -> ()\n\
        %1 = luma.load(%x) : (!luma.place<i64>) -> i64\n\
        luma.return(%1) : (i64) -> ()\n}\n\
        luma.func public @main() -> i64 {\n\
        %true = luma.constant() {value = true} : () -> i1\n\
        %0 = luma.loop(%true) ({\n\
        ^bb1(%a: i1):\n\
        %1 = luma.call(%a) {callee = @f} : (i1) -> i64\n\
        luma.print(%1) : (i64) -> ()\n\
        luma.yield(%true, %a) : (i1, i1) -> ()\n}, {\n\
        ^bb2(%b: i1):\n\
        %2 = luma.not(%b) : (i1) -> i1\n\
        luma.yield(%2) : (i1) -> ()\n}, {\n\
        ^bb3(%c: i1):\n\
        luma.yield(%c) : (i1) -> ()\n}) : (i1) -> i1\n\
        luma.unreachable() : () -> ()\n}\n";
    let module = parse(text);
    let seen = watch(&module, STEPS, 1);
    assert_eq!((seen.output.as_str(), seen.trap.unwrap().0), ("1", TrapKind::Uninitialised));
    assert!(survives("two calls", &module, STEPS));
    let mut inlined = module;
    run_text(&mut inlined, "inline,symbol-dce");
    assert_eq!(inlined.functions.len(), 1);
}

#[test]
fn random_modules_do_what_they_did() {
    let (mut compared, mut calls) = (0, 0);
    for number in 0..80 {
        let module = random(Style::Any, number);
        compared += usize::from(survives(&format!("program {number}"), &module, 20_000));
        calls += luma_ir::CallGraph::new(&module).callees(module.context.symbol("main")).len();
    }
    assert!(compared > 50 && calls > 100, "{compared}, {calls}");
}

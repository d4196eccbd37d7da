//! `tests/ir/PASS/NAME.lir` goes through PASS; what comes out is `snapshots/ir/PASS/NAME.snap`.
//! Every file also goes through the whole pipeline, and what the passes promise is checked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};

use luma_diagnostics::codes;
use luma_ir::{Origin, PrintOptions, print_module};
use luma_opt::{LowerDefer, PASSES, StructuredToCfg};
use luma_pass::{Pipeline, RunOptions, run};
use support::{check_flat, check_no_defer, lower_all, parse, run_pass};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(pass: &str) -> Vec<PathBuf> {
    let dir = root().join("tests/ir").join(pass);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lir"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_pass_gives_what_its_files_expect() {
    for pass in PASSES {
        let files = files(pass.name);
        assert!(!files.is_empty(), "no files for {}", pass.name);
        let snapshots = root().join("snapshots/ir").join(pass.name);
        std::fs::create_dir_all(&snapshots).unwrap();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(snapshots.canonicalize().unwrap());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        for file in files {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut module = parse(&std::fs::read_to_string(&file).unwrap());
            run_pass(&mut module, (pass.make)());
            let text = print_module(&module, PrintOptions::default());
            settings.set_input_file(&file);
            settings.bind(|| insta::assert_snapshot!(name, text));
        }
    }
}

#[test]
fn the_passes_keep_their_promises() {
    for file in PASSES.iter().flat_map(|pass| files(pass.name)) {
        let mut module = parse(&std::fs::read_to_string(&file).unwrap());
        lower_all(&mut module);
        check_no_defer(&module);
        check_flat(&module);
        // What a pass is done with, it leaves alone.
        let text = print_module(&module, PrintOptions::default());
        lower_all(&mut module);
        assert_eq!(text, print_module(&module, PrintOptions::default()), "{}", file.display());
    }
}

#[test]
fn operations_tell_which_pass_made_them() {
    let file = root().join("tests/ir/lower-defer/loop-in-defer.lir");
    let mut module = parse(&std::fs::read_to_string(file).unwrap());
    lower_all(&mut module);
    let (context, f) = (module.context.clone(), &module.functions[0]);
    let mut chains = std::collections::BTreeSet::new();
    f.walk(&mut |op| {
        let loc = f.loc(op);
        assert!(loc.span.end > loc.span.start, "{op:?} comes from nowhere");
        let passes = context.origin_passes(loc.origin);
        assert_eq!(passes.is_empty(), loc.origin == Origin::SOURCE);
        chains.insert(passes.iter().map(|&p| context.name(p).to_string()).collect::<Vec<_>>());
    });
    let chains: Vec<String> = chains.iter().map(|chain| chain.join(" ")).collect();
    // Moved; copied; made out of a copy; made out of source.
    assert_eq!(chains, ["", "lower-defer", "lower-defer structured-to-cfg", "structured-to-cfg"]);
}

#[test]
fn structured_to_cfg_wants_defers_lowered() {
    let file = root().join("tests/ir/lower-defer/fallthrough.lir");
    let mut module = parse(&std::fs::read_to_string(file).unwrap());
    let wrong = Pipeline::new().function(StructuredToCfg::default()).function(LowerDefer);
    let errors = run(&mut module, &wrong, RunOptions { verify_each: true }).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, codes::E0502);
    assert_eq!(errors[0].help[0].message, "run `lower-defer` before it");
}

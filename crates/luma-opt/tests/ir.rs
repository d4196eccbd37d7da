//! `tests/ir/PASS/NAME.lir` goes through PASS with its default options, or through the pipeline in
//! its first line (`// pipeline: func(mem2reg{max-slots=1})`). `snapshots/ir/PASS/NAME.snap` holds the
//! source, what came out and what the passes counted, so that a reader needs nothing else. A new case
//! is a new file; `cargo test -p luma-opt --test ir PASS/NAME` runs one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use luma_diagnostics::{RenderOptions, render_all};
use luma_ir::{Module, PrintOptions, print_module};
use luma_pass::Pipeline;
use support::{files, parse, parse_with_map, pipeline, root, run_steps};

fn main() -> ExitCode {
    let mut tests = Vec::new();
    for entry in std::fs::read_dir(root().join("tests/ir")).unwrap() {
        let dir = entry.unwrap();
        if !dir.file_type().unwrap().is_dir() {
            continue;
        }
        let pass = dir.file_name().into_string().unwrap();
        for file in files(&pass) {
            let (pass, name) =
                (pass.clone(), file.file_stem().unwrap().to_str().unwrap().to_owned());
            tests.push(Trial::test(format!("{pass}/{name}"), move || {
                check(&pass, &name, &file);
                Ok(())
            }));
        }
    }
    for pass in luma_opt::PASSES {
        let prefix = format!("{}/", pass.name);
        let tested = tests.iter().any(|test| test.name().starts_with(&prefix));
        tests.push(Trial::test(format!("{prefix}has-files"), move || match tested {
            true => Ok(()),
            false => Err(Failed::from("no file in its directory of tests/ir")),
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}

fn check(pass: &str, name: &str, file: &Path) {
    let source = std::fs::read_to_string(file).unwrap();
    let text = run_file(&source, &pipeline_of(&source, pass));
    let snapshots = root().join("snapshots/ir").join(pass);
    std::fs::create_dir_all(&snapshots).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshots.canonicalize().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(file);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What a file names in its first line, or the pass of its directory.
fn pipeline_of(source: &str, pass: &str) -> Pipeline {
    let first = source.lines().next().unwrap_or_default();
    pipeline(first.strip_prefix("// pipeline:").unwrap_or(pass))
}

/// Source, result and statistics; or the errors.
fn run_file(source: &str, pipeline: &Pipeline) -> String {
    let (map, mut module) = parse_with_map(source);
    let mut out = format!("{}\n\n", source.trim_end());
    match run_steps(&mut module, pipeline) {
        Ok(reports) => {
            let _ = write!(out, "// ----- after {pipeline}\n\n{}", text_of(&module));
            let mut heading = "\n// ----- statistics\n\n";
            for (step, report) in pipeline.steps.iter().zip(reports) {
                for (name, count) in report.counts {
                    let _ = writeln!(out, "{heading}// {}: {count} {name}", step.name());
                    heading = "";
                }
            }
        }
        Err(errors) => {
            let _ = writeln!(out, "// ----- errors of {pipeline}\n");
            out += &render_all(&map, RenderOptions::default(), &errors);
        }
    }
    out
}

/// The text of a result, which must parse back to the same.
fn text_of(module: &Module) -> String {
    let text = print_module(module, PrintOptions::default());
    assert_eq!(text, print_module(&parse(&text), PrintOptions::default()), "text changed");
    text
}

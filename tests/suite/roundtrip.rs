//! Luma IR reads back the same after every step, and does not depend on the number of threads.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::Trial;
use luma_diagnostics::{Diagnostic, SourceMap};
use luma_ir::dialect::irdl;
use luma_ir::{Context, Module, PrintOptions, parse_module, print_module};
use luma_pass::{Analyses, RunOptions};

use crate::cases::{Case, cases, root};
use crate::tool::{lumac_on, output, scratch, success};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let of_run = || cases("tests/run", &["lx", "lir"]).into_iter().filter(|case| !case.check_fail);
    for case in of_run() {
        trials.push(Trial::test(format!("{} round trips", case.name), move || {
            round_trips(&case);
            Ok(())
        }));
    }
    for case in of_run().chain(cases("tests/ui", &["lx", "lir"])) {
        trials.push(Trial::test(format!("{} threads", case.name), move || {
            threads(&case.path);
            Ok(())
        }));
    }
    // Small modules get by with one thread, whatever is asked for.
    trials.push(Trial::test("a large program threads", || {
        let directory = scratch();
        let path = directory.path().join("large.lx");
        let script = root().join("tests/bench/gen.sh");
        let program = success(Command::new("sh").arg(script).arg("5000"), b"");
        std::fs::write(&path, program).unwrap();
        threads(&path);
        // With a leak in many functions.
        let text = std::fs::read_to_string(&path).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains("defer free(")).collect();
        let leaky = kept.join("\n");
        assert!(leaky.len() < text.len(), "nothing is freed there");
        std::fs::write(&path, leaky).unwrap();
        threads(&path);
        Ok(())
    }));
    trials
}

/// The Luma IR of a program.
fn module(case: &Case) -> Module {
    let mut map = SourceMap::new();
    let file = map.add(case.name.clone(), case.text.as_str());
    let context = Arc::new(Context::new());
    if case.path.extension().is_some_and(|e| e == "lir") {
        return read(context, &map, file);
    }
    let parse = luma_syntax::parse(file, &case.text);
    let (analysis, found) = luma_sema::analyze(&parse.ast);
    let errors = parse.diagnostics.iter().chain(&found).filter(|d| d.is_error()).count();
    assert_eq!(errors, 0, "{found:?}");
    luma_lower::lower(&parse.ast, &analysis, context)
}

fn read(context: Arc<Context>, map: &SourceMap, file: luma_diagnostics::FileId) -> Module {
    let messages = |errors: Vec<Diagnostic>| -> Vec<String> {
        errors.into_iter().map(|error| error.message).collect()
    };
    parse_module(context, map, file).map_err(messages).unwrap()
}

/// After every step of -O2, what is printed is read back and printed the same, and the generic form
/// of all that is accepted by the stock tool.
fn round_trips(case: &Case) {
    let mut module = module(case);
    let mut generic = vec![reads_back(&module, "the front end")];
    let analyses = Analyses::default();
    for step in &luma_opt::pipeline(2).steps {
        let options = RunOptions { verify_each: true, threads: 1 };
        let ran = luma_pass::run_step(&mut module, step, &analyses, options);
        assert!(ran.is_ok(), "`{}`: {:?}", step.name(), ran.err());
        generic.push(reads_back(&module, step.name()));
    }
    let directory = scratch();
    let dialects = directory.path().join("irdl.mlir");
    let names: Vec<&str> = module.context.dialects().iter().map(|d| &*d.name).collect();
    std::fs::write(&dialects, irdl(&module.context, &names)).unwrap();
    let irdl = format!("--irdl-file={}", dialects.display());
    let mut stock = Command::new("mlir-opt-22");
    stock.args(["-", &irdl, "--split-input-file", "--verify-roundtrip", "-o", "/dev/null"]);
    success(&mut stock, generic.join("\n// -----\n").as_bytes());
}

/// Both forms of a module; gives the generic one.
fn reads_back(module: &Module, after: &str) -> String {
    let print = |module: &Module, generic| {
        print_module(module, PrintOptions { generic, ..PrintOptions::default() })
    };
    let text = print(module, false);
    let mut map = SourceMap::new();
    let file = map.add("printed.lir", text.as_str());
    let again = read(Arc::new(Context::new()), &map, file);
    assert!(print(&again, false) == text, "after {after}, reading back changes\n{text}");
    let generic = print(module, true);
    let file = map.add("generic.lir", generic.as_str());
    let again = read(Arc::new(Context::new()), &map, file);
    assert!(print(&again, false) == text, "after {after}, the generic form is another program");
    assert!(print(&again, true) == generic, "after {after}, reading back changes\n{generic}");
    generic
}

/// Luma IR after the passes, diagnostics and the exit code are the same for any number of threads.
fn threads(path: &Path) {
    let run = |threads: &str| {
        let mut command = lumac_on(path);
        let passes = format!("--luma-passes={}", luma_opt::O2);
        command.args(["--emit=luma-ir", &passes, threads]);
        let ran = output(&mut command, b"", 120);
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        (ran.status.code(), ran.stdout, stderr)
    };
    let (one, four) = (run("--threads=1"), run("--threads=4"));
    assert_eq!((one.0, &one.2), (four.0, &four.2), "the diagnostics differ");
    assert!(one.1 == four.1, "Luma IR differs");
    assert!(one.0 == Some(1) || !one.1.is_empty(), "nothing is made\n{}", one.2);
}

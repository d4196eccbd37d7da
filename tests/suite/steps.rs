//! The list of steps over three worlds, and everything that works on it.

use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::Trial;

use crate::cases::{cases, snapshot};
use crate::tool::{lumac, lumac_on, output, scratch, success};

pub(crate) fn trials() -> Vec<Trial> {
    let tests: &[(&str, fn())] = &[
        ("the built-in pipelines are listed", pipelines),
        ("LLVM's pipelines are those of opt", expansion),
        ("passes are listed with their options", passes),
        ("pipelines that make no sense", wrong_pipelines),
        ("steps named that are not there", wrong_steps),
        ("each world runs the passes it is given", own_pipelines),
        ("patterns and transform scripts from files", scripts),
        ("dumps before and after steps", dumps),
        ("changes are shown as differences", changes),
        ("a run stops after any step", stops),
        ("a directory with the IR after each step", tree),
        ("times as a table and as JSON", times),
        ("statistics as a table and as JSON", statistics),
        ("optional steps are skipped", skipping),
        ("any level can be read from standard input", standard_input),
        ("every failure leaves a reproducer that fails the same way", reproducers),
        ("reproducers that are none", no_reproducers),
        ("assertions that fail in release builds", internal_errors),
    ];
    let one = |&(name, test): &(&str, fn())| {
        Trial::test(format!("steps: {name}"), move || {
            test();
            Ok(())
        })
    };
    let mut trials: Vec<Trial> = tests.iter().map(one).collect();
    for case in cases("tests/run", &["lx"]).into_iter().filter(|case| !case.check_fail) {
        trials.push(Trial::test(format!("{} steps", case.name), move || {
            same_one_by_one(&case);
            Ok(())
        }));
    }
    trials
}

const PROGRAM: &str = "const square -> fn (x: int) int { return x * x; }\n\n\
                       const main -> fn () int {\n    let total: int = 0;\n    \
                       loop [i: int = 0](i < 7) : (++i) { total = total + square(i); }\n    \
                       defer outputln(\"bye\");\n    if (total > 50) { return 1; }\n    \
                       return total;\n}\n";

fn program() -> tempfile::TempDir {
    let directory = scratch();
    std::fs::write(directory.path().join("x.lx"), PROGRAM).unwrap();
    directory
}

/// A run of lumac.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(directory: &Path, arguments: &[&str]) -> Run {
    run_with(directory, arguments, b"")
}

fn run_with(directory: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = lumac();
    command.current_dir(directory).args(arguments);
    if provokes(arguments) {
        command.env_remove("LUMAC_ICE_LOG");
    }
    let Output { status, stdout, stderr } = output(&mut command, input, 120);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// Whether the assertions that fail are meant to: they are not to be counted.
fn provokes(arguments: &[&str]) -> bool {
    arguments.iter().any(|argument| *argument == "--test-passes" || *argument == "--run-reproducer")
}

/// A run that must succeed.
fn fine(directory: &Path, arguments: &[&str]) -> Run {
    let ran = run(directory, arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}\n{}", ran.stderr);
    ran
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Every step has a number, a world and a summary.
fn pipelines() {
    for level in ["0", "1", "2", "3"] {
        let arguments = [&format!("-O{level}"), "--print-pipeline"];
        let list = text(success(lumac().args(arguments), b""));
        let steps = list.lines().filter(|line| !line.starts_with("       ")).count();
        assert_eq!(list.lines().count(), 2 * steps, "a step has no summary:\n{list}");
        if matches!(level, "0" | "2") {
            snapshot("steps", &format!("pipeline-O{level}"), &list);
        }
    }
    let list = text(success(lumac().args(["-O0", "--print-pipeline", "--from=llvm-ir"]), b""));
    assert!(list.contains("codegen") && !list.contains("mlir"), "{list}");
    let list = text(success(lumac().args(["--print-pipeline", "--emit=luma-ir"]), b""));
    assert!(list.contains("verify-ownership") && !list.contains("lower-to-mlir"), "{list}");
}

/// The passes that stand in the list, with options and nesting, are those `opt` says it runs.
fn expansion() {
    for level in ["1", "2", "3"] {
        let arguments = [&format!("-O{level}"), "--print-pipeline", "--from=llvm-ir"];
        let list = text(success(lumac().args(arguments), b""));
        let steps: Vec<&str> = list
            .lines()
            .filter_map(|line| line.trim_start().split_once(" llvm ")?.1.split_whitespace().nth(1))
            .filter(|name| *name != "codegen")
            .collect();
        let passes = format!("-passes=default<O{level}>");
        let mut opt = Command::new("opt-22");
        opt.args([&passes, "-print-pipeline-passes", "-disable-output", "-"]);
        let expanded = text(success(&mut opt, b""));
        // What each pass stands in is repeated for each by lumac, and written once by `opt`, which
        // also runs the verifier at the end. At -O1, lumac does not vectorise at all.
        let pieces = |text: &str| {
            let parts = text.trim().split([',', '(', ')']);
            let parts = parts.filter(|p| !["", "verify", "function<eager-inv>"].contains(p));
            let vectorizes = |p: &&str| level != "1" || !p.starts_with("loop-vectorize");
            parts.filter(vectorizes).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(pieces(&steps.join(",")), pieces(&expanded), "-O{level}");
    }
}

fn passes() {
    let list = text(success(lumac().arg("--list-passes"), b""));
    for words in ["lower-defer (function, mandatory)", "MLIR passes", "opt --print-passes"] {
        assert!(list.contains(words), "{words} is missing in\n{list}");
    }
    assert!(!list.contains("test-crash"), "{list}");
    let all = text(success(lumac().args(["--list-passes", "--test-passes"]), b""));
    assert!(all.contains("test-crash"), "{all}");
}

fn wrong_pipelines() {
    let directory = program();
    for (arguments, words) in [
        (&["--luma-passes=func(lower-defer,lower-defre)"][..], "`lower-defer`"),
        (&["--luma-passes=func(lower-defer"], "^"),
        (&["--luma-passes=lower-defer{nonsense=1}"], "nonsense"),
        (&["--mlir-passes=builtin.module(canonicalize"], "^"),
        (&["--mlir-passes=nonsense"], "nonsense"),
        (&["--mlir-passes=func.func(convert-func-to-llvm)"], "builtin.module"),
        (&["--mlir-passes=canonicalize{nonsense=1}"], "nonsense"),
        (&["--llvm-passes=nonsense"], "nonsense"),
        (&["--llvm-passes=function(instcombine"], "--llvm-passes"),
        (&["--llvm-passes=default<O9>"], "O9"),
        (&["--test-passes", "--luma-passes=nonsense"], "nonsense"),
        (&["--threads=many"], "many"),
        (&["--time-passes=nonsense"], "nonsense"),
    ] {
        for more in [&["x.lx"][..], &["--print-pipeline"]] {
            let ran = run(directory.path(), &[arguments, more].concat());
            assert_eq!(ran.code, Some(2), "{arguments:?}\n{}", ran.stderr);
            assert!(ran.stderr.contains(words) && ran.stdout.is_empty(), "{}", ran.stderr);
        }
    }
    let ran = run(directory.path(), &["x.lx", "--luma-passes=test-crash"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let deep = format!("--mlir-passes={}", "any(".repeat(10_000));
    assert_eq!(run(directory.path(), &["x.lx", &deep]).code, Some(2));
}

fn wrong_steps() {
    let directory = program();
    for (arguments, words) in [
        (&["--stop-after=999"][..], "step number 999 is out of range"),
        (&["--stop-after=lower-defre"], "the pipeline has a step `lower-defer`"),
        (&["--print-ir-after=nonsense"], "`--print-ir-after`: unknown step `nonsense`"),
        (&["--print-ir-before=lower-defer,nonsense"], "unknown step `nonsense`"),
        (&["--disable-pass=nonsense"], "unknown step `nonsense`"),
        (&["--disable-pass=lower-defer"], "`lower-defer` is mandatory"),
        (&["--disable-pass=lower-to-mlir"], "`lower-to-mlir` is mandatory"),
        (&["--disable-pass=codegen", "--emit=obj"], "`codegen` is mandatory"),
        (&["--print-ir-after=lower-to-mlir", "--emit=luma-ir"], "unknown step"),
    ] {
        let ran = run(directory.path(), &[&["x.lx"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{arguments:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains(words) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
}

fn own_pipelines() {
    let directory = program();
    let at = directory.path();
    let emitted = fine(at, &["x.lx", "--emit=luma-ir", "--luma-passes=lower-defer"]).stdout;
    assert!(!emitted.contains("luma.defer"), "{emitted}");
    let emitted = fine(at, &["x.lx", "--emit=luma-ir", "--luma-passes="]).stdout;
    assert_eq!(emitted, fine(at, &["x.lx", "--emit=luma-ir"]).stdout);
    // What MLIR needs runs although it is not named.
    for pipeline in ["", "func(lower-defer)"] {
        let option = format!("--luma-passes={pipeline}");
        let ran = run(at, &["run", "x.lx", "-O0", &option]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "bye\n"), "{}", ran.stderr);
    }
    let plain = fine(at, &["x.lx", "--emit=mlir", "-O0"]).stdout;
    let passes = "--mlir-passes=builtin.module(inline,canonicalize,func.func(cse),symbol-dce)";
    let better = fine(at, &["x.lx", "--emit=mlir", "-O0", passes]).stdout;
    assert!(plain.contains("call @") && better != plain, "{better}");
    let ran = run(at, &["run", "x.lx", "-O0", passes, "--llvm-passes=default<O3>"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "bye\n"), "{}", ran.stderr);
    let optimised = fine(at, &["x.lx", "--emit=llvm-ir", "-O0", "--llvm-passes=mem2reg"]).stdout;
    let plain = fine(at, &["x.lx", "--emit=llvm-ir", "-O0", "--llvm-passes="]).stdout;
    assert!(plain.contains("alloca") && !optimised.contains("load i64"), "{optimised}");
}

fn dumps() {
    let directory = program();
    let at = directory.path();
    let only = |arguments: &[&str]| {
        let ran = fine(at, &[&["x.lx", "--emit=obj", "-o", "x.o"], arguments].concat());
        let headers = ran.stderr.lines().filter(|line| line.contains("-----// IR Dump"));
        headers.map(str::to_owned).collect::<Vec<_>>()
    };
    let headers = only(&["--print-ir-after=lower-defer", "-O0"]);
    assert_eq!(headers.len(), 1, "{headers:?}");
    assert!(headers[0].starts_with("// -----// IR Dump After lower-defer (step "), "{headers:?}");
    let headers = only(&["--print-ir-before=2,lower-to-mlir,sroa", "-O1"]);
    assert!(headers[0].contains("Before verify-ownership (step 2)"), "{headers:?}");
    assert!(headers[1].contains("Before lower-to-mlir"), "{headers:?}");
    assert!(headers[2].starts_with("; -----// IR Dump Before sroa"), "{headers:?}");
    let list = fine(at, &["-O1", "--emit=obj", "--print-pipeline"]).stdout;
    let steps = list.lines().count() / 2;
    assert_eq!(only(&["--print-ir-after-all", "-O1"]).len(), steps);
    assert_eq!(only(&["--print-ir-before-all", "-O1"]).len(), steps);
    assert_eq!(only(&["--print-ir-after-failure", "-O1"]).len(), 0);
    // What is dumped can be read again.
    let ran = fine(at, &["x.lx", "--emit=obj", "-o", "x.o", "--print-ir-after=lower-to-mlir"]);
    let again = run_with(at, &["-", "--from=mlir", "--emit=mlir"], ran.stderr.as_bytes());
    assert_eq!(again.code, Some(0), "{}", again.stderr);
}

fn changes() {
    let directory = program();
    let arguments = ["x.lx", "-O0", "--emit=mlir", "-o", "x.mlir", "--print-ir-after-change"];
    let shown = fine(directory.path(), &arguments).stderr;
    snapshot("steps", "print-ir-after-change", &shown);
    let arguments = ["x.lx", "-O2", "--emit=llvm-ir", "-o", "x.ll", "--print-ir-after-change"];
    let shown = fine(directory.path(), &arguments).stderr;
    assert!(shown.contains("sroa (step ") && shown.contains("\n-  "), "{shown}");
    assert!(shown.contains("; -----// coro-early (step "), "{shown}");
}

fn stops() {
    let directory = program();
    let at = directory.path();
    const LUMA: &str = "--luma-passes=func(lower-defer,structured-to-cfg)";
    let list = fine(at, &["-O1", LUMA, "--emit=obj", "--print-pipeline"]).stdout;
    for (name, word) in [
        ("lower-to-luma-ir", "luma.func"),
        ("verify-ownership", "luma.defer"),
        ("lower-defer", "luma.func"),
        ("lower-to-mlir", "func.func"),
        ("convert-scf-to-cf", "cf.cond_br"),
        ("reconcile-unrealized-casts", "llvm.func"),
        ("translate-to-llvm-ir", "define"),
        ("sroa", "define"),
    ] {
        let by_name = fine(at, &["x.lx", "-O1", LUMA, &format!("--stop-after={name}")]).stdout;
        assert!(by_name.contains(word), "{name}\n{by_name}");
        let lines: Vec<&str> = list.lines().filter(|line| !line.starts_with("       ")).collect();
        let index = lines.iter().position(|line| line.contains(name)).unwrap();
        let by_number =
            fine(at, &["x.lx", "-O1", LUMA, &format!("--stop-after={}", index + 1)]).stdout;
        assert_eq!(by_name, by_number, "{name}");
        fine(at, &["x.lx", "-O1", LUMA, &format!("--stop-after={name}"), "-o", "out"]);
        assert_eq!(std::fs::read_to_string(at.join("out")).unwrap(), by_name);
    }
    // No `main` is needed to look at something.
    std::fs::write(at.join("part.lx"), "const f -> fn () int { return 1; }\n").unwrap();
    let part = fine(at, &["part.lx", "-O0", "--stop-after=lower-to-mlir"]).stdout;
    assert!(part.contains("func.func"), "{part}");
}

fn tree() {
    let directory = program();
    let at = directory.path();
    let list = fine(at, &["-O1", "--emit=obj", "--print-pipeline"]).stdout;
    let arguments = ["x.lx", "-O1", "--emit=obj", "-o", "x.o", "--print-ir-tree-dir=a/tree"];
    fine(at, &arguments);
    let mut names: Vec<String> = std::fs::read_dir(at.join("a/tree"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), list.lines().count() / 2 + 1, "{names:?}");
    assert_eq!(names[0], "000_input.lx");
    assert_eq!(names[1], "001_lower-to-luma-ir.lir");
    for end in ["_lower-to-mlir.mlir", "_translate-to-llvm-ir.ll", "_sroa.ll"] {
        let name = names.iter().find(|name| name.ends_with(end)).expect(end);
        // Each is a whole input.
        let path = format!("a/tree/{name}");
        let ran = run(at, &["run", &path]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "bye\n"), "{path}: {}", ran.stderr);
    }
    std::fs::write(at.join("file"), "").unwrap();
    let ran = run(at, &["x.lx", "--emit=obj", "-o", "y.o", "--print-ir-tree-dir=file"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("E0505") && !at.join("y.o").exists(), "{}", ran.stderr);
}

fn times() {
    let directory = program();
    let at = directory.path();
    let steps = fine(at, &["-O1", "--emit=obj", "--print-pipeline"]).stdout.lines().count() / 2;
    let arguments = ["x.lx", "-O1", "--emit=obj", "-o", "x.o"];
    let table = fine(at, &[&arguments[..], &["--time-passes"]].concat()).stderr;
    assert_eq!(table.lines().count(), steps + 2, "{table}");
    assert!(table.lines().last().unwrap().ends_with("100.0%  total"), "{table}");
    let json = fine(at, &[&arguments[..], &["--time-passes=json"]].concat()).stderr;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let all = json["steps"].as_array().unwrap();
    assert_eq!(all.len(), steps);
    let sum: f64 = all.iter().map(|step| step["seconds"].as_f64().unwrap()).sum();
    assert!((sum - json["total_seconds"].as_f64().unwrap()).abs() < 1e-6);
    for (index, step) in all.iter().enumerate() {
        assert_eq!(step["number"], index + 1);
        assert!(step["pass"].is_string() && step["text"].is_string(), "{step}");
        assert!(["luma", "mlir", "llvm"].contains(&step["world"].as_str().unwrap()), "{step}");
    }
}

fn statistics() {
    let directory = program();
    let at = directory.path();
    let arguments =
        ["x.lx", "--emit=luma-ir", "-o", "x.lir", "--luma-passes=func(lower-defer,dce),inline"];
    let table = fine(at, &[&arguments[..], &["--stats"]].concat()).stderr;
    assert!(table.contains("inline."), "{table}");
    let json = fine(at, &[&arguments[..], &["--stats=json"]].concat()).stderr;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let steps = json["steps"].as_array().unwrap();
    let inline = steps.iter().find(|step| step["pass"] == "inline").unwrap();
    let counts = inline["statistics"].as_object().unwrap();
    assert!(counts.values().any(|count| count.as_u64() > Some(0)), "{json}");
}

fn skipping() {
    let directory = program();
    let at = directory.path();
    let arguments = ["x.lx", "-O1", "--emit=llvm-ir"];
    let list = fine(at, &[&arguments[..], &["--print-pipeline"]].concat()).stdout;
    let lines: Vec<&str> = list.lines().filter(|line| !line.starts_with("       ")).collect();
    let optional = lines.iter().filter(|line| line.contains(" optional ")).count();
    let none = fine(at, &[&arguments[..], &["--opt-bisect-limit=0"]].concat());
    let lines_with = |text: &str, words: &str| text.lines().filter(|l| l.contains(words)).count();
    assert_eq!(lines_with(&none.stderr, "BISECT: NOT running pass ("), optional);
    assert!(none.stdout.contains("alloca"), "{}", none.stdout);
    let all = fine(at, &[&arguments[..], &["--opt-bisect-limit=100000"]].concat());
    assert_eq!(lines_with(&all.stderr, "BISECT: running pass ("), optional);
    assert_eq!(all.stdout, fine(at, &arguments).stdout);
    let sroa = lines.iter().position(|line| line.contains("sroa")).unwrap() + 1;
    let some = fine(at, &[&arguments[..], &[&format!("--opt-bisect-limit={sroa}")]].concat());
    assert!(some.stderr.contains(&format!("BISECT: running pass ({sroa}) sroa on llvm-ir\n")));
    let next = sroa + 1;
    assert!(some.stderr.contains(&format!("BISECT: NOT running pass ({next}) ")));

    let off = ["--disable-pass=simplifycfg,instcombine,cgscc", "--print-ir-after-all"];
    let ran = fine(at, &[&arguments[..], &off].concat());
    assert!(ran.stderr.contains("After sroa"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("After simplifycfg"), "{}", ran.stderr);
    let ran = run(at, &["run", "x.lx", "-O2", "--disable-pass=instcombine"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "bye\n"), "{}", ran.stderr);
}

fn standard_input() {
    let directory = program();
    let at = directory.path();
    for (from, emit) in
        [("luma", ""), ("luma-ir", "luma-ir"), ("mlir", "mlir"), ("llvm-ir", "llvm-ir")]
    {
        let input = match emit {
            "" => PROGRAM.to_owned(),
            _ => fine(at, &["x.lx", "-O0", &format!("--emit={emit}")]).stdout,
        };
        let ran = run_with(at, &["run", "-", &format!("--from={from}")], input.as_bytes());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "bye\n"), "{from}: {}", ran.stderr);
        // What a file is called does not matter then.
        std::fs::write(at.join("input.txt"), &input).unwrap();
        let ran = fine(at, &["input.txt", &format!("--from={from}"), "--emit=asm", "-o", "-"]);
        assert!(ran.stdout.contains("main:"), "{}", ran.stdout);
    }
    let ran = run_with(at, &["check", "-", "--from=luma-ir"], b"nonsense");
    assert!(ran.code == Some(1) && ran.stderr.contains("<stdin>"), "{}", ran.stderr);
}

/// It has to look at what it did, and may not.
const UNCONVERGED: &str = "--mlir-passes=canonicalize{max-iterations=1 test-convergence=true}";

/// What a failed assertion says.
const NEVER: &str = "error[E0700]: internal compiler error: `test-never` ran on `@";

/// Name, arguments, exit code, what is said.
const FAILURES: &[(&str, &[&str], i32, &str)] = &[
    ("panic", &["--luma-passes=func(lower-defer),test-crash,symbol-dce"], 101, "test-crash"),
    ("never", &["--luma-passes=func(lower-defer,test-never)", "--threads=1"], 101, NEVER),
    ("ice", &["--luma-passes=test-ice"], 101, "error[E0700]: internal compiler error: `test-ice`"),
    ("abort", &["--luma-passes=func(lower-defer),test-abort"], 101, "SIGABRT"),
    ("overflow", &["--luma-passes=test-overflow"], 101, "SIGSEGV"),
    ("defect", &["--luma-passes=test-defect"], 1, "error[E0502]: `test-defect` fails"),
    ("invalid", &["--luma-passes=func(lower-defer,test-invalid)", "--verify-each"], 1, "E0502"),
    ("mlir abort", &["--mlir-passes=canonicalize,func.func(cse,test-abort)"], 101, "SIGABRT"),
    ("mlir failure", &[UNCONVERGED], 1, "the pass failed"),
    ("llvm crash", &["--llvm-passes=function(sroa),trigger-crash-module"], 101, "ended by SIG"),
    ("llvm crash at -O2", &["-O2", "--llvm-passes=default<O2>,trigger-crash-function"], 101, "SIG"),
    ("llvm verifier", &["--llvm-passes=trigger-verifier-error", "--verify-each"], 1, "E0502"),
];

fn reproducers() {
    for &(name, arguments, code, words) in FAILURES {
        let directory = program();
        let at = directory.path();
        let start = ["x.lx", "--emit=obj", "-o", "x.o", "--test-passes"];
        let failed = run(at, &[&start, arguments].concat());
        assert_eq!(failed.code, Some(code), "{name}\n{}", failed.stderr);
        assert!(failed.stderr.contains(words), "{name}\n{}", failed.stderr);
        let file = reproducer(at).unwrap_or_else(|| panic!("{name}\n{}", failed.stderr));
        assert!(failed.stderr.contains(&format!("wrote `{file}`")), "{name}\n{}", failed.stderr);
        assert!(!at.join("x.o").exists());
        let again = run(at, &["--run-reproducer", &file]);
        assert_eq!(again.code, Some(code), "{name}: {file}\n{}", again.stderr);
        let words = if code == 101 && words.starts_with("ended") { "ended by SIG" } else { words };
        assert!(again.stderr.contains(words), "{name}\n{}", again.stderr);
        assert_eq!(std::fs::read_dir(at).unwrap().count(), 2, "{name}: replaying writes nothing");
    }
    // From standard input, to another directory.
    let directory = scratch();
    let at = directory.path();
    let arguments = ["-", "--test-passes", "--luma-passes=test-abort", "--reproducer-dir=crashes"];
    let failed = run_with(at, &arguments, PROGRAM.as_bytes());
    assert_eq!(failed.code, Some(101), "{}", failed.stderr);
    let file = reproducer(&at.join("crashes")).unwrap_or_else(|| panic!("{}", failed.stderr));
    assert!(file.starts_with("lumac-reproducer-stdin-"), "{file}");
    // Errors of the program leave none.
    let failed =
        run_with(at, &["-", "--test-passes", "--luma-passes=test-error"], PROGRAM.as_bytes());
    assert_eq!((failed.code, reproducer(at)), (Some(1), None), "{}", failed.stderr);
    // `run` leaves one, too.
    let failed = run_with(
        at,
        &["run", "-", "--test-passes", "--luma-passes=test-abort"],
        PROGRAM.as_bytes(),
    );
    assert_eq!(failed.code, Some(101), "{}", failed.stderr);
    assert!(reproducer(at).is_some(), "{}", failed.stderr);
}

/// In release builds a `never!` that fails is recorded, the pass goes on, and the step fails after
/// its end: with every diagnostic format, any number of threads, and in every command.
fn internal_errors() {
    let directory = program();
    let at = directory.path();
    let log = at.join("log");
    let failed = |arguments: &[&str]| {
        let mut command = lumac();
        command.current_dir(at).args(arguments);
        command.env("LUMAC_ICE", "record").env("LUMAC_ICE_LOG", &log);
        let ran = output(&mut command, b"", 120);
        let text = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(101), "{arguments:?}\n{text}");
        let lines = std::fs::read_to_string(&log).unwrap();
        std::fs::remove_file(&log).unwrap();
        (text, lines)
    };
    let passes = "--luma-passes=func(lower-defer,test-never),test-crash";
    let compile = ["x.lx", "--emit=obj", "-o", "x.o", "--test-passes", passes];
    for threads in ["--threads=1", "--threads=4"] {
        let (text, lines) = failed(&[&compile[..], &[threads]].concat());
        // All functions got through the pass; they are one error, and `test-crash` never ran.
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert_eq!(text.matches("error[E0700]").count(), 1, "{text}");
        for words in [
            &format!("{NEVER}main`")[..],
            "detected at crates/lumac/src/test_passes.rs:",
            "in the step `test-never`",
            "stopped by 1 error",
        ] {
            assert!(text.contains(words), "{words} is missing in\n{text}");
        }
        let file = reproducer(at).unwrap_or_else(|| panic!("{text}"));
        assert!(text.contains(&format!("wrote `{file}`")), "{text}");
        let (again, _) = failed(&["--run-reproducer", &file]);
        assert!(again.contains(NEVER), "{again}");
        std::fs::remove_file(at.join(file)).unwrap();
        assert!(!at.join("x.o").exists());
    }
    let (text, _) = failed(&[&compile[..], &["--error-format=json"]].concat());
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line.to_string().contains("E0700")), "{text}");
    let (text, _) = failed(&["x.lx", "--test-passes", "--luma-passes=test-ice", "--emit=luma-ir"]);
    assert!(text.contains("`test-ice` gave up on 2 functions"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    let (text, _) = failed(&["run", "x.lx", "--test-passes", passes]);
    assert!(text.contains(NEVER), "{text}");
}

/// `--patterns` and `--transform` are steps after the passes of MLIR; errors in the files are located.
fn scripts() {
    let directory = program();
    let at = directory.path();
    let text = "const main -> fn (argc: int, argv: **byte) int { return 2 * argc * (2 + 2) * 8; }";
    std::fs::write(at.join("x.lx"), text).unwrap();
    let patterns = crate::cases::root().join("tests/patterns");
    let pattern = format!("--patterns={}", patterns.join("mul-to-shift.pdl.mlir").display());
    let simpler = patterns.join("canonicalize.transform.mlir");
    let transform = format!("--transform={}", simpler.display());
    let mlir = |more: &[&str]| fine(at, &[&["x.lx", "-O0", "--emit=mlir"], more].concat()).stdout;
    let plain = mlir(&[]);
    assert!(plain.contains("arith.muli") && !plain.contains("arith.shli"), "{plain}");
    let shifted = mlir(&[&pattern]);
    assert!(shifted.contains("arith.shli"), "{shifted}");
    let folded = mlir(&[&transform]);
    assert!(folded.len() < plain.len() && !folded.contains("arith.addi"), "{folded}");
    // The script simplifies what the patterns leave; the executable does what it did.
    let both = [pattern.as_str(), &transform];
    assert_eq!(mlir(&both), mlir(&[&transform, &pattern]));
    for more in [&[][..], &both] {
        let ran = run(at, &[&["run", "x.lx"], more].concat());
        assert_eq!(ran.code, Some(64), "{}", ran.stderr);
    }
    let list = fine(at, &[&["--print-pipeline"][..], &both].concat()).stdout;
    let place = |words: &str| list.find(words).unwrap_or_else(|| panic!("{words}: {list}"));
    assert!(place("lower-to-mlir") < place("apply-patterns{"), "{list}");
    assert!(place("apply-patterns{") < place("apply-transform{"), "{list}");
    let skipped = mlir(&["--disable-pass=apply-patterns", &pattern]);
    assert_eq!(skipped, plain);

    std::fs::write(at.join("bad.mlir"), "module {\n  nonsense\n}\n").unwrap();
    let empty = "module attributes {transform.with_named_sequence} {\n}\n";
    std::fs::write(at.join("empty.mlir"), empty).unwrap();
    for (option, place, code) in [
        ("--patterns=bad.mlir", "bad.mlir:2:3: error[E0501]", 1),
        ("--transform=bad.mlir", "bad.mlir:2:3: error[E0501]", 1),
        ("--transform=empty.mlir", "error[E0501]", 1),
        ("--patterns=missing.mlir", "error[E0100]", 2),
    ] {
        let ran = run(at, &["x.lx", "--emit=mlir", "--error-format=short", option]);
        assert_eq!(ran.code, Some(code), "{option}: {}", ran.stderr);
        assert!(ran.stderr.contains(place), "{option}: {}", ran.stderr);
    }
    assert!(reproducer(at).is_none(), "a wrong file is no crash");
    let stdin = run(at, &["x.lx", "--emit=mlir", "--patterns=-"]);
    assert_eq!(stdin.code, Some(2), "{}", stdin.stderr);
}

/// The one reproducer in a directory.
fn reproducer(directory: &Path) -> Option<String> {
    let names = std::fs::read_dir(directory).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: Vec<String> = names.filter(|name| name.starts_with("lumac-reproducer-")).collect();
    assert!(found.len() < 2, "{found:?}");
    found.into_iter().next()
}

fn no_reproducers() {
    let directory = program();
    let at = directory.path();
    let failed = |file: &str, text: &str, words: &str| {
        std::fs::write(at.join(file), text).unwrap();
        let ran = run(at, &["--run-reproducer", file]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    };
    failed("a.lir", PROGRAM, "is not a reproducer");
    failed("b.lir", "// lumac reproducer\n// option: -oprecious\n", "`-oprecious`");
    let missing = run(at, &["--run-reproducer", "missing.lir"]);
    assert!(missing.code == Some(2) && missing.stderr.contains("E0100"), "{}", missing.stderr);
    let fine = "; lumac reproducer\n; option: --from=llvm-ir\n; option: --emit=obj\n\
                define void @f() { ret void }\n";
    std::fs::write(at.join("fine.ll"), fine).unwrap();
    let ran = run(at, &["--run-reproducer", "fine.ll"]);
    assert!(ran.code == Some(0) && ran.stderr.contains("does not fail"), "{}", ran.stderr);
}

/// Single steps make what batches make, for any number of threads.
fn same_one_by_one(case: &crate::cases::Case) {
    let levels = [("0", "mlir-llvm"), ("1", "llvm-ir"), ("2", "llvm-ir"), ("3", "llvm-ir")];
    for (level, kind) in levels {
        let emit = |more: &[&str]| {
            let mut command = lumac_on(&case.path);
            command.args([&format!("-O{level}"), &format!("--emit={kind}")]).args(more);
            text(success(&mut command, b""))
        };
        let batched = emit(&["--threads=1"]);
        let single = emit(&["--verify-each", "--time-passes=json", "--threads=4"]);
        assert!(single == batched, "{}: -O{level} differs when single-stepped", case.name);
    }
}

//! Programs in text form: those of `data/traps` are stopped for the reason and at the line that
//! `//~ CODE` says, those of `data/runs` end. `//@ NAME: VALUE` says the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use luma_diagnostics::{SourceMap, Span};
use luma_interp::{Options, Outcome, TrapKind, run};
use luma_ir::{Context, parse_module, verify_module};

struct Ran {
    name: String,
    text: String,
    map: SourceMap,
    outcome: Outcome,
    stdout: String,
}

impl Ran {
    fn directive(&self, name: &str) -> Option<&str> {
        let head = format!("//@ {name}: ");
        self.text.lines().find_map(|line| line.strip_prefix(head.as_str()))
    }

    fn line(&self, span: Span) -> u32 {
        self.map.start(span).unwrap().1.line
    }
}

fn files(directory: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(directory);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn ran(path: &Path) -> Ran {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let (map, outcome, stdout) = run_text(&name, &text);
    Ran { name, text, map, outcome, stdout }
}

fn run_text(name: &str, text: &str) -> (SourceMap, Outcome, String) {
    let mut map = SourceMap::new();
    let file = map.add(name, text);
    let module = parse_module(Arc::new(Context::new()), &map, file)
        .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{name}: {violations:#?}");
    let steps = text.lines().find_map(|line| line.strip_prefix("//@ steps: "));
    let options =
        Options { step_limit: steps.map(|steps| steps.parse().unwrap()), ..Options::default() };
    let mut out = Vec::new();
    let outcome = run(&module, &options, &mut out);
    // The same again, to the last step.
    let mut again = Vec::new();
    assert_eq!(run(&module, &options, &mut again), outcome, "{name}");
    assert_eq!(again, out, "{name}");
    (map, outcome, String::from_utf8(out).unwrap())
}

#[test]
fn programs_are_stopped_where_they_go_wrong() {
    let mut kinds = Vec::new();
    for path in files("traps") {
        let ran = ran(&path);
        let name = &ran.name;
        let trap = ran.outcome.trap.as_ref().unwrap_or_else(|| panic!("{name}: runs to its end"));
        let mark = ran.text.lines().enumerate().find(|(_, line)| line.contains("//~ ")).unwrap();
        let code = mark.1.split("//~ ").nth(1).unwrap();
        let diagnostic = trap.to_diagnostic();
        let line = ran.line(diagnostic.primary.as_ref().unwrap().span);
        let found = (diagnostic.code.as_str(), line as usize);
        assert_eq!(found, (code, mark.0 + 1), "{name}: {trap:#?}");
        assert_eq!(ran.stdout, ran.directive("stdout").unwrap_or(""), "{name}");
        if let Some(stack) = ran.directive("stack") {
            let functions: Vec<&str> =
                trap.stack.iter().map(|frame| frame.function.as_str()).collect();
            let stack: Vec<&str> = stack.split(' ').collect();
            assert!(functions.starts_with(&stack), "{name}: {functions:?}");
            assert_eq!(*functions.last().unwrap(), "main", "{name}");
            assert_eq!(diagnostic.path.len(), functions.len() - 1, "{name}");
        }
        kinds.push(trap.kind);
    }
    for kind in [
        TrapKind::Leak,
        TrapKind::DoubleFree,
        TrapKind::UseAfterFree,
        TrapKind::BadFree,
        TrapKind::OutOfBounds,
        TrapKind::Uninitialised,
        TrapKind::NullDereference,
        TrapKind::DivisionByZero,
        TrapKind::DivisionOverflow,
        TrapKind::Unreachable,
        TrapKind::UnknownExtern,
        TrapKind::StepLimit,
        TrapKind::StackOverflow,
        TrapKind::ReadOnly,
        TrapKind::Misaligned,
        TrapKind::OutOfMemory,
        TrapKind::BadArgument,
        TrapKind::Unsupported,
    ] {
        assert!(kinds.contains(&kind), "no program shows {kind:?}");
    }
}

#[test]
fn programs_run_to_their_end() {
    for path in files("runs") {
        let ran = ran(&path);
        let name = &ran.name;
        assert_eq!(ran.outcome.trap, None, "{name}");
        assert_eq!(ran.stdout, ran.directive("stdout").unwrap_or(""), "{name}");
        let exit: u8 = ran.directive("exit").map_or(0, |code| code.parse().unwrap());
        assert_eq!(ran.outcome.exit_code, exit, "{name}");
        let reachable: Vec<u64> = ran.outcome.leaks.iter().map(|leak| leak.size).collect();
        let expected: Vec<u64> =
            ran.directive("reachable").map(|size| size.parse().unwrap()).into_iter().collect();
        assert_eq!(reachable, expected, "{name}");
        assert!(ran.outcome.leaks.iter().all(|leak| leak.reachable), "{name}");
    }
}

#[test]
fn deep_nesting_costs_no_stack() {
    // As deep as the text form lets regions nest.
    let depth = 1_000;
    let text = format!(
        "luma.func @main() -> i64 {{\n%c = luma.constant() {{value = true}} : () -> i1\n\
         %z = luma.constant() {{value = 0 : i64}} : () -> i64\n{}luma.print(%z) : (i64) -> ()\n\
         {}luma.return(%z) : (i64) -> ()\n}}\n",
        "luma.if(%c) ({\nluma.defer() ({\n".repeat(depth),
        "luma.yield() : () -> ()\n}) : () -> ()\nluma.yield() : () -> ()\n}) : (i1) -> ()\n"
            .repeat(depth)
    );
    // The parser needs stack for this, the interpreter does not.
    let on_stack = |bytes: usize| std::thread::Builder::new().stack_size(bytes);
    let parse = move || {
        let mut map = SourceMap::new();
        let file = map.add("deep", text);
        parse_module(Arc::new(Context::new()), &map, file).unwrap()
    };
    let module = on_stack(256 << 20).spawn(parse).unwrap().join().unwrap();
    let interpret = move || {
        let mut out = Vec::new();
        (run(&module, &Options::default(), &mut out), out)
    };
    let (outcome, stdout) = on_stack(128 << 10).spawn(interpret).unwrap().join().unwrap();
    assert_eq!((outcome.trap, stdout.as_slice()), (None, b"0".as_slice()));
}

#[test]
fn deep_recursion_runs() {
    let text = "luma.func @down(%n: i64) -> i64 {
  %zero = luma.constant() {value = 0 : i64} : () -> i64
  %one = luma.constant() {value = 1 : i64} : () -> i64
  %x = luma.local() : () -> !luma.place<i64>
  luma.store(%n, %x) : (i64, !luma.place<i64>) -> ()
  %p = luma.addr_of(%x) : (!luma.place<i64>) -> !luma.ptr<i64>
  %end = luma.cmp(%n, %zero) {pred = \"eq\"} : (i64, i64) -> i1
  %r = luma.if(%end) ({
    luma.yield(%zero) : (i64) -> ()
  }, {
    %m = luma.sub(%n, %one) : (i64, i64) -> i64
    %d = luma.call(%m) {callee = @down} : (i64) -> i64
    %q = luma.deref(%p) : (!luma.ptr<i64>) -> !luma.place<i64>
    %mine = luma.load(%q) : (!luma.place<i64>) -> i64
    %difference = luma.sub(%mine, %m) : (i64, i64) -> i64
    %s = luma.add(%d, %difference) : (i64, i64) -> i64
    luma.yield(%s) : (i64) -> ()
  }) : (i1) -> i64
  luma.return(%r) : (i64) -> ()
}

luma.func @main() -> i64 {
  %n = luma.constant() {value = 200000 : i64} : () -> i64
  %r = luma.call(%n) {callee = @down} : (i64) -> i64
  luma.print(%r) : (i64) -> ()
  %zero = luma.constant() {value = 0 : i64} : () -> i64
  luma.return(%zero) : (i64) -> ()
}
";
    let (_, outcome, stdout) = run_text("down", text);
    assert_eq!((outcome.trap, stdout.as_str()), (None, "200000"));
}

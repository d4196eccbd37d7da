//! Every program of `tests/run` does the same before and after the passes that look at more than one
//! function, in several orders; so do random modules.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use luma_diagnostics::{Severity, SourceMap, Span};
use luma_interp::{Options, TrapKind};
use luma_ir::{Context, Module, PrintOptions, print_module};
use support::evaluate::Random;
use support::{parse, root, run_text};

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

/// What can be seen of a run.
#[derive(PartialEq, Debug)]
struct Seen {
    output: String,
    exit_code: u8,
    aborted: bool,
    /// Why and where it was stopped.
    trap: Option<(TrapKind, Option<Span>)>,
}

fn watch(module: &Module, limit: u64) -> Seen {
    let mut output = Vec::new();
    let options = Options { step_limit: Some(limit), ..Options::default() };
    let outcome = luma_interp::run(module, &options, &mut output);
    Seen {
        output: String::from_utf8_lossy(&output).into_owned(),
        exit_code: outcome.exit_code,
        aborted: outcome.aborted,
        trap: outcome.trap.map(|trap| (trap.kind, trap.stack.first().map(|frame| frame.span))),
    }
}

/// Whether the program ended within the limits, so that the comparison says something.
fn compare(name: &str, module: &Module, steps: u64) -> bool {
    let expected = watch(module, steps);
    if expected.trap.as_ref().is_some_and(|(kind, _)| kind.is_limit()) {
        return false;
    }
    for pipeline in PIPELINES {
        let mut changed = module.clone();
        run_text(&mut changed, pipeline);
        let found = watch(&changed, steps * 4);
        assert!(
            found == expected,
            "{name} after {pipeline}:\n{expected:?}\n{found:?}\n{}",
            print_module(&changed, PrintOptions::default())
        );
        // The text form is still what it was.
        let text = print_module(&changed, PrintOptions::default());
        assert_eq!(text, print_module(&parse(&text), PrintOptions::default()), "{name}");
    }
    true
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
        compared += usize::from(compare(&file.display().to_string(), &module, STEPS));
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
    let seen = watch(&module, STEPS);
    assert_eq!((seen.output.as_str(), seen.trap.unwrap().0), ("1", TrapKind::Uninitialised));
    assert!(compare("two calls", &module, STEPS));
    let mut inlined = module;
    run_text(&mut inlined, "inline,symbol-dce");
    assert_eq!(inlined.functions.len(), 1);
}

#[test]
fn random_modules_do_what_they_did() {
    let mut compared = 0;
    let mut calls = 0;
    for seed in 0..60 {
        let module = parse(
            &Generator { random: Random::new(seed + 1), out: String::new(), next: 0 }.module(),
        );
        compared += usize::from(compare(&format!("seed {seed}"), &module, 20_000));
        calls += luma_ir::CallGraph::new(&module).callees(module.context.symbol("main")).len();
    }
    assert!(compared > 40 && calls > 60, "{compared}, {calls}");
}

/// Writes modules of functions that call each other, return early, loop and keep variables.
struct Generator {
    random: Random,
    out: String,
    next: u32,
}

impl Generator {
    fn module(mut self) -> String {
        let count = 3 + self.random.below(5);
        for index in 0..count {
            let name = if index + 1 == count { "main".to_owned() } else { format!("f{index}") };
            let params = if index + 1 == count { "" } else { "%a: i64, %b: i64" };
            self.out += &format!("luma.func @{name}({params}) -> i64 {{\n");
            let mut values = match params {
                "" => vec![self.number(3), self.number(8)],
                _ => vec!["%a".to_owned(), "%b".to_owned()],
            };
            self.out += "%x = luma.local() : () -> !luma.place<i64>\n";
            if self.random.below(8) > 0 {
                let value = self.pick(&values);
                self.store(&value);
            }
            self.statements(2, index, &mut values);
            let value = self.load();
            self.out += &format!("luma.return({value}) : (i64) -> ()\n}}\n");
        }
        self.out
    }

    fn name(&mut self) -> String {
        self.next += 1;
        format!("%v{}", self.next)
    }

    fn pick(&mut self, values: &[String]) -> String {
        values[self.random.below(values.len() as u64) as usize].clone()
    }

    fn number(&mut self, value: i64) -> String {
        let name = self.name();
        self.out += &format!("{name} = luma.constant() {{value = {value} : i64}} : () -> i64\n");
        name
    }

    fn store(&mut self, value: &str) {
        self.out += &format!("luma.store({value}, %x) : (i64, !luma.place<i64>) -> ()\n");
    }

    fn load(&mut self) -> String {
        let name = self.name();
        self.out += &format!("{name} = luma.load(%x) : (!luma.place<i64>) -> i64\n");
        name
    }

    fn compare(&mut self, values: &[String]) -> String {
        let (name, a, b) = (self.name(), self.pick(values), self.pick(values));
        self.out += &format!("{name} = luma.cmp({a}, {b}) {{pred = \"lt\"}} : (i64, i64) -> i1\n");
        name
    }

    /// A region in braces; it may end with a return.
    fn region(&mut self, depth: u32, index: u64, values: &[String]) {
        self.out += "{\n";
        let mut values = values.to_vec();
        self.statements(depth, index, &mut values);
        let value = self.pick(&values);
        self.out += &match self.random.below(6) {
            0 | 1 => format!("luma.return({value}) : (i64) -> ()\n}}"),
            _ => "luma.yield() : () -> ()\n}".to_owned(),
        };
    }

    fn statements(&mut self, depth: u32, index: u64, values: &mut Vec<String>) {
        for _ in 0..1 + self.random.below(4) {
            match self.random.below(if depth == 0 { 6 } else { 10 }) {
                0 => {
                    let value = self.load();
                    self.out += &format!("luma.print({value}) : (i64) -> ()\n");
                    values.push(value);
                }
                1 => {
                    let value = self.pick(values);
                    self.store(&value);
                }
                2 | 3 => {
                    let op = ["add", "sub", "mul", "div", "rem"][self.random.below(5) as usize];
                    let (name, a) = (self.name(), self.pick(values));
                    let b = match self.random.below(3) {
                        0 => self.number(7),
                        _ => self.pick(values),
                    };
                    self.out += &format!("{name} = luma.{op}({a}, {b}) : (i64, i64) -> i64\n");
                    values.push(name);
                }
                4 | 5 if index > 0 => {
                    let callee = self.random.below(index);
                    let (name, a, b) = (self.name(), self.pick(values), self.pick(values));
                    self.out += &format!(
                        "{name} = luma.call({a}, {b}) {{callee = @f{callee}}} : (i64, i64) -> i64\n"
                    );
                    values.push(name);
                }
                4 | 5 => {
                    let value = self.number(2);
                    values.push(value);
                }
                6 | 7 => {
                    let condition = self.compare(values);
                    self.out += &format!("luma.if({condition}) (");
                    self.region(depth - 1, index, values);
                    if self.random.below(2) == 0 {
                        self.out += ", ";
                        self.region(depth - 1, index, values);
                    }
                    self.out += ") : (i1) -> ()\n";
                }
                8 => {
                    let zero = self.number(0);
                    let limit = self.number(3);
                    let [i, j, k, c, d, one, result] = std::array::from_fn(|_| self.name());
                    // Counted by what it carries; left early by breaks, which carry that too.
                    self.out += &format!(
                        "{result} = luma.loop({zero}) ({{\n^bb1({i}: i64):\n\
                         {c} = luma.cmp({i}, {limit}) {{pred = \"lt\"}} : (i64, i64) -> i1\n\
                         luma.yield({c}, {i}) : (i1, i64) -> ()\n}}, {{\n^bb2({j}: i64):\n"
                    );
                    let mut inner = values.clone();
                    inner.push(j.clone());
                    self.statements(depth - 1, index, &mut inner);
                    let limit = self.pick(&inner);
                    self.out += &format!(
                        "{d} = luma.cmp({limit}, {j}) {{pred = \"lt\"}} : (i64, i64) -> i1\n\
                         luma.if({d}) ({{\nluma.break({j}) : (i64) -> ()\n}}) : (i1) -> ()\n\
                         luma.yield({j}) : (i64) -> ()\n}}, {{\n^bb3({k}: i64):\n\
                         {one} = luma.constant() {{value = 1 : i64}} : () -> i64\n\
                         {d}x = luma.add({k}, {one}) : (i64, i64) -> i64\n\
                         luma.yield({d}x) : (i64) -> ()\n}}) : (i64) -> i64\n"
                    );
                    values.push(result);
                }
                _ => {
                    let value = self.pick(values);
                    self.out += &format!("luma.switch({value}) (");
                    self.region(depth - 1, index, values);
                    self.out += ", ";
                    self.region(depth - 1, index, values);
                    self.out += ") {cases = [[3, 8]]} : (i64) -> ()\n";
                }
            }
        }
    }
}

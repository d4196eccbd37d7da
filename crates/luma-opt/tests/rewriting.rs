//! Random programs do the same, by the interpreter, before and after the passes that rewrite; and
//! every pattern declared with an operation of the project's dialects applies somewhere.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use luma_interp::{Options, TrapKind};
use luma_ir::rewrite::{Config, Rewriter, apply, declared_patterns};
use luma_ir::{Module, PrintOptions, print_module};
use support::evaluate::Random;
use support::{parse, run_steps};

const PIPELINES: [&str; 8] = [
    "func(canonicalize)",
    "func(cse)",
    "func(cse{loads})",
    "func(dce)",
    "func(canonicalize,cse{loads},dce,canonicalize)",
    "func(lower-defer,structured-to-cfg,canonicalize,cse{loads},dce)",
    "func(lower-defer,structured-to-cfg{all},canonicalize,cse,dce,canonicalize)",
    "func(lower-defer,canonicalize{region-simplify=false},structured-to-cfg{all},dce,canonicalize)",
];

#[test]
fn random_programs_do_what_they_did() {
    let mut compared = 0;
    for seed in 0..300 {
        let text = Generator::new(seed).module();
        let before = parse(&text);
        let Some(expected) = behaviour(&before, 20_000) else { continue };
        compared += 1;
        for pipeline in PIPELINES {
            let mut module = before.clone();
            for report in run_steps(&mut module, &support::pipeline(pipeline)).unwrap() {
                for (name, count) in report.counts {
                    let stopped = name == "not-converged" && count > 0;
                    assert!(!stopped, "seed {seed}, {pipeline}:\n{text}");
                }
            }
            let found = behaviour(&module, 400_000);
            assert!(
                found.as_ref() == Some(&expected),
                "seed {seed}, {pipeline}:\n{expected:?}\n{found:?}\n{text}\n{}",
                print_module(&module, PrintOptions::default())
            );
        }
    }
    assert!(compared > 150, "{compared}");
}

#[test]
fn every_declared_pattern_applies_and_is_right() {
    let mut applied = BTreeSet::new();
    let mut all = BTreeSet::new();
    for seed in 0..2000 {
        if seed > 100 && all == applied {
            break;
        }
        let text = Generator::straight(seed).module();
        let before = parse(&text);
        let mut after = before.clone();
        let context = before.context.clone();
        let patterns = declared_patterns(&context);
        all.extend(patterns.names().map(str::to_owned));
        for f in after.functions.values_mut() {
            let mut rewriter = Rewriter::new(&context, f, &|loc| loc);
            // Without the evaluator, sums of three constants can be turned around for ever.
            let config = Config { max_rewrites: Some(500), ..Config::default() };
            let outcome = apply(&mut rewriter, &[patterns], &config);
            applied.extend(outcome.rewrites.into_iter().map(|(name, _)| name));
        }
        let violations = luma_ir::verify_module(&after);
        assert!(violations.is_empty(), "{violations:#?}\n{text}");
        let (expected, found) = (behaviour(&before, 20_000), behaviour(&after, 20_000));
        assert!(
            expected.is_none() || found == expected,
            "seed {seed}:\n{expected:?}\n{found:?}\n{text}\n{}",
            print_module(&after, PrintOptions::default())
        );
    }
    let never: Vec<&String> = all.difference(&applied).collect();
    assert!(never.is_empty(), "never applied: {never:#?}");
}

/// Output, exit code and the trap the language defines; nothing for programs without defined
/// behaviour and for those that take too long.
fn behaviour(module: &Module, steps: u64) -> Option<(String, u8, Option<TrapKind>)> {
    let mut out = Vec::new();
    let options = Options { step_limit: Some(steps), ..Options::default() };
    let outcome = luma_interp::run(module, &options, &mut out);
    let trap = outcome.trap.map(|trap| trap.kind);
    let defined = [None, Some(TrapKind::DivisionByZero), Some(TrapKind::DivisionOverflow)];
    assert_ne!(trap, Some(TrapKind::Unsupported));
    defined.contains(&trap).then(|| (String::from_utf8(out).unwrap(), outcome.exit_code, trap))
}

const NUMBERS: [&str; 5] = ["i1", "i8", "i64", "f32", "f64"];
const PTR: &str = "!luma.ptr<i64>";
const BYTES: &str = "!luma.ptr<i8>";

#[derive(Clone, PartialEq)]
struct Value {
    name: String,
    ty: &'static str,
}

struct Generator {
    random: Random,
    out: String,
    next: u32,
    /// Operations still to write.
    budget: u32,
    /// Only operations, no regions and no variables.
    straight: bool,
    /// What can be used here.
    values: Vec<Value>,
    places: Vec<Value>,
}

/// Where code stands.
#[derive(Clone)]
struct At {
    depth: u32,
    /// What the loop around carries, if it can be left from here.
    in_loop: Option<Vec<&'static str>>,
    may_return: bool,
}

impl Generator {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed + 1),
            out: String::new(),
            next: 0,
            budget: 70,
            straight: false,
            values: Vec::new(),
            places: Vec::new(),
        }
    }

    fn straight(seed: u64) -> Self {
        Self { straight: true, budget: 90, ..Self::new(seed) }
    }

    fn module(mut self) -> String {
        let globals = [("i1", "true"), ("i8", "-128 : i8"), ("i64", "7 : i64")];
        for (ty, value) in globals.into_iter().chain([("f32", "2.5 : f32"), ("f64", "-0.0 : f64")])
        {
            self.out += &format!("luma.global @{ty} {{type = {ty}, value = {value}}}\n");
        }
        self.out += "luma.func public @main() -> i64 {\n";
        for ty in NUMBERS {
            let place = self.fresh();
            let global = format!("{{global = @{ty}}}");
            self.out +=
                &format!("{place} = luma.global_addr() {global} : () -> !luma.place<{ty}>\n");
            self.places.push(Value { name: place, ty });
            self.load(self.places.len() - 1);
        }
        let at = At { depth: 4, in_loop: None, may_return: true };
        while self.budget > 0 {
            self.statements(&at);
        }
        for value in self.values.clone() {
            self.print(&value);
        }
        self.give_back();
        self.out += "}\n";
        self.out
    }

    // --- values -----------------------------------------------------------------------------

    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("%v{}", self.next)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn emit(&mut self, op: &str, operands: &[&Value], attributes: &str, ty: &'static str) -> Value {
        let name = self.fresh();
        let names: Vec<&str> = operands.iter().map(|value| value.name.as_str()).collect();
        let types: Vec<&str> = operands.iter().map(|value| value.ty).collect();
        self.out += &format!(
            "{name} = luma.{op}({}){attributes} : ({}) -> {ty}\n",
            names.join(", "),
            types.join(", ")
        );
        let value = Value { name, ty };
        self.values.push(value.clone());
        value
    }

    fn constant(&mut self, ty: &'static str) -> Value {
        let text = match ty {
            "i1" => self.one_of(&["true", "false"]).to_owned(),
            PTR | BYTES => return self.emit("null", &[], "", ty),
            "f32" | "f64" => {
                format!("{} : {ty}", self.one_of(&["0.0", "-0.0", "1.0", "1.0", "-1.0", "2.5"]))
            }
            _ => format!(
                "{} : {ty}",
                self.one_of(&["0", "0", "1", "1", "-1", "-1", "2", "7", "-128"])
            ),
        };
        self.emit("constant", &[], &format!(" {{value = {text}}}"), ty)
    }

    /// A value of a type: mostly one of the last, sometimes a new constant.
    fn value(&mut self, ty: &'static str) -> Value {
        let known: Vec<Value> = self.values.iter().filter(|v| v.ty == ty).cloned().collect();
        if known.is_empty() || self.below(5) == 0 {
            return self.constant(ty);
        }
        let recent = known.len().min(if self.straight { 4 } else { 6 });
        known[known.len() - 1 - self.below(recent)].clone()
    }

    fn computation(&mut self) -> Value {
        let ty = self.one_of(&["i1", "i1", "i8", "i64", "i64", "f32", "f64", PTR]);
        let is_float = ty == "f32" || ty == "f64";
        match (self.below(10), ty) {
            (0, _) => self.constant(ty),
            (1, "i1") | (2..=4, "i1") => {
                let of = self.one_of(&["i1", "i8", "i64", "f64", PTR]);
                let (a, b) = self.pair(of);
                let predicate = self.one_of(&["eq", "ne", "lt", "le", "gt", "ge"]);
                self.emit("cmp", &[&a, &b], &format!(" {{pred = \"{predicate}\"}}"), ty)
            }
            (1..=6, PTR) => {
                let (pointer, index) = (self.value(PTR), self.value("i64"));
                self.emit("offset", &[&pointer, &index], "", ty)
            }
            (_, PTR) => {
                let from = self.one_of(&["i64", PTR]);
                let value = self.value(from);
                self.emit("cast", &[&value], "", ty)
            }
            (1, _) => {
                let from = if is_float {
                    self.one_of(&["i1", "i8", "i64", "f32", "f64"])
                } else {
                    self.one_of(&["i1", "i8", "i64", "i64", PTR])
                };
                let value = self.value(from);
                self.emit("cast", &[&value], "", ty)
            }
            (2, _) if ty != "i1" => {
                let value = self.value(ty);
                self.emit("neg", &[&value], "", ty)
            }
            (3, _) | (5, "i1") if !is_float => {
                let value = self.value(ty);
                self.emit("not", &[&value], "", ty)
            }
            (4, _) if !is_float && ty != "i1" && self.below(3) == 0 => {
                let (a, b) = self.pair(ty);
                let op = self.one_of(&["div", "rem"]);
                self.emit(op, &[&a, &b], "", ty)
            }
            _ => {
                let op = match ty {
                    "i1" => self.one_of(&["and", "or", "xor"]),
                    "f32" | "f64" => self.one_of(&["add", "sub", "mul", "div"]),
                    _ => self.one_of(&[
                        "add", "add", "sub", "sub", "mul", "and", "or", "xor", "shl", "shr",
                    ]),
                };
                let (a, b) = self.pair(ty);
                self.emit(op, &[&a, &b], "", ty)
            }
        }
    }

    fn pair(&mut self, ty: &'static str) -> (Value, Value) {
        let a = self.value(ty);
        let b = if self.below(5) == 0 { a.clone() } else { self.value(ty) };
        (a, b)
    }

    // --- effects ----------------------------------------------------------------------------

    fn print(&mut self, value: &Value) {
        let mut value = value.clone();
        if value.ty == PTR || value.ty == BYTES {
            value = self.emit("cast", &[&value], "", "i64");
        }
        self.out += &format!("luma.print({}) : ({}) -> ()\n", value.name, value.ty);
    }

    /// A place by way of its address, twice.
    fn address(&mut self) {
        let place = self.below(self.places.len());
        let Value { name, ty } = self.places[place].clone();
        let [pointer, place, again, last] = [(); 4].map(|()| self.fresh());
        for (from, pointer, place) in [(&name, &pointer, &place), (&place, &again, &last)] {
            self.out += &format!(
                "{pointer} = luma.addr_of({from}) : (!luma.place<{ty}>) -> !luma.ptr<{ty}>\n\
                 {place} = luma.deref({pointer}) : (!luma.ptr<{ty}>) -> !luma.place<{ty}>\n"
            );
        }
        self.places.push(Value { name: last, ty });
        self.load(self.places.len() - 1);
    }

    /// A value through three types without a float, compared with 0 at the end.
    fn casts(&mut self) {
        const TYPES: [&str; 5] = ["i1", "i8", "i64", PTR, BYTES];
        let mut ty = self.one_of(&TYPES);
        let mut value = self.value(ty);
        for _ in 0..3 {
            ty = self.one_of(&TYPES);
            value = self.emit("cast", &[&value], "", ty);
            if ty == PTR {
                let place = self.emit("deref", &[&value], "", "!luma.place<i64>");
                self.values.pop();
                value = self.emit("addr_of", &[&place], "", ty);
            }
        }
        let zero = if ty == "i1" || ty == PTR || ty == BYTES {
            self.constant(ty)
        } else {
            self.emit("constant", &[], &format!(" {{value = 0 : {ty}}}"), ty)
        };
        let predicate = self.one_of(&["eq", "ne"]);
        self.emit("cmp", &[&value, &zero], &format!(" {{pred = \"{predicate}\"}}"), "i1");
    }

    /// A value with two constants.
    fn constants(&mut self) {
        let ty = self.one_of(&["i8", "i64"]);
        let op = self.one_of(&["add", "sub", "mul", "and", "or", "xor"]);
        let mut value = self.value(ty);
        for _ in 0..2 {
            let constant = self.constant(ty);
            value = self.emit(op, &[&value, &constant], "", ty);
        }
    }

    fn load(&mut self, place: usize) {
        let Value { name, ty } = self.places[place].clone();
        let result = self.fresh();
        self.out += &format!("{result} = luma.load({name}) : (!luma.place<{ty}>) -> {ty}\n");
        self.values.push(Value { name: result, ty });
    }

    fn store(&mut self, place: usize) {
        let Value { name, ty } = self.places[place].clone();
        let value = self.value(ty).name;
        self.out += &format!("luma.store({value}, {name}) : ({ty}, !luma.place<{ty}>) -> ()\n");
    }

    fn give_back(&mut self) {
        let value = self.value("i64").name;
        self.out += &format!("luma.return({value}) : (i64) -> ()\n");
    }

    // --- statements -------------------------------------------------------------------------

    fn statements(&mut self, at: &At) {
        for _ in 0..=self.below(5) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.statement(at);
        }
    }

    fn statement(&mut self, at: &At) {
        if self.straight {
            match self.below(12) {
                0 => self.casts(),
                1 => self.address(),
                2 => self.constants(),
                _ => _ = self.computation(),
            }
            return;
        }
        let inner = At { depth: at.depth.saturating_sub(1), ..at.clone() };
        let closed = At { in_loop: None, may_return: false, ..inner.clone() };
        match self.below(if at.depth == 0 { 12 } else { 19 }) {
            0..=5 => {
                self.computation();
            }
            6 | 7 => {
                let value = self.computation();
                self.print(&value);
            }
            8 => {
                let ty = self.one_of(&NUMBERS);
                let name = self.fresh();
                self.out += &format!("{name} = luma.local() : () -> !luma.place<{ty}>\n");
                self.places.push(Value { name, ty });
                self.store(self.places.len() - 1);
            }
            9 => {
                let place = self.below(self.places.len());
                self.load(place);
            }
            10 => {
                let place = self.below(self.places.len());
                self.store(place);
            }
            11 => self.address(),
            12 | 13 => {
                let results = self.carried();
                let condition = self.value("i1");
                let regions = if results.is_empty() { 1 + self.below(2) } else { 2 };
                self.structured("if", &[condition], &results, "", regions, &inner);
            }
            14 => {
                let results = self.carried();
                let ty = self.one_of(&["i8", "i64"]);
                let value = self.value(ty);
                let cases = " {cases = [[0, 2], [1, -1]]}";
                self.structured("switch", &[value], &results, cases, 3, &inner);
            }
            15 | 16 => {
                let results = self.carried();
                self.structured("block", &[], &results, "", 1, &inner);
            }
            17 => {
                self.out += "luma.defer() ({\n";
                let scope = (self.values.len(), self.places.len());
                self.statements(&closed);
                self.leave(scope);
                self.out += "luma.yield() : () -> ()\n}) : () -> ()\n";
            }
            _ => self.looped(&inner, &closed),
        }
    }

    fn carried(&mut self) -> Vec<&'static str> {
        let count = self.below(3);
        (0..count).map(|_| self.one_of(&["i1", "i8", "i64", "f64", PTR])).collect()
    }

    fn leave(&mut self, (values, places): (usize, usize)) {
        self.values.truncate(values);
        self.places.truncate(places);
    }

    /// Ends a region with `end` and values of these types, after others.
    fn end(&mut self, end: &str, first: Option<Value>, types: &[&'static str]) {
        let values: Vec<Value> = first.into_iter().collect();
        let values: Vec<Value> =
            values.into_iter().chain(types.iter().map(|ty| self.value(ty))).collect();
        let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
        let types: Vec<&str> = values.iter().map(|value| value.ty).collect();
        self.out += &format!("luma.{end}({}) : ({}) -> ()\n", names.join(", "), types.join(", "));
    }

    /// A region in braces, with arguments.
    fn region(&mut self, args: &[&'static str], results: &[&'static str], at: &At) {
        self.out += "{\n";
        let scope = (self.values.len(), self.places.len());
        self.arguments(args);
        self.statements(at);
        match (self.below(9), &at.in_loop) {
            (0, Some(carried)) => self.end("break", None, &carried.clone()),
            (1, Some(carried)) => self.end("continue", None, &carried.clone()),
            (2, _) if at.may_return => self.give_back(),
            _ => self.end("yield", None, results),
        }
        self.leave(scope);
        self.out += "}";
    }

    fn arguments(&mut self, types: &[&'static str]) {
        if types.is_empty() {
            return;
        }
        let names: Vec<String> = types.iter().map(|_| self.fresh()).collect();
        let list: Vec<String> =
            names.iter().zip(types).map(|(name, ty)| format!("{name}: {ty}")).collect();
        self.next += 1;
        self.out += &format!("^bb{}({}):\n", self.next, list.join(", "));
        for (name, &ty) in names.into_iter().zip(types) {
            self.values.push(Value { name, ty });
        }
    }

    fn results(&mut self, types: &[&'static str]) -> (String, Vec<Value>) {
        let names: Vec<Value> = types.iter().map(|&ty| Value { name: self.fresh(), ty }).collect();
        let list: Vec<&str> = names.iter().map(|value| value.name.as_str()).collect();
        let text = if list.is_empty() { String::new() } else { list.join(", ") + " = " };
        (text, names)
    }

    fn structured(
        &mut self,
        op: &str,
        operands: &[Value],
        results: &[&'static str],
        attributes: &str,
        regions: usize,
        at: &At,
    ) {
        let (left, values) = self.results(results);
        let names: Vec<&str> = operands.iter().map(|value| value.name.as_str()).collect();
        let types: Vec<&str> = operands.iter().map(|value| value.ty).collect();
        self.out += &format!("{left}luma.{op}({}) (", names.join(", "));
        for i in 0..regions {
            self.out += if i > 0 { ", " } else { "" };
            self.region(&[], results, at);
        }
        let right = match results {
            [one] => (*one).to_owned(),
            _ => format!("({})", results.join(", ")),
        };
        self.out += &format!("){attributes} : ({}) -> {right}\n", types.join(", "));
        self.values.extend(values);
    }

    /// A loop that counts to a small number, or never runs, or has a condition of its own.
    fn looped(&mut self, inner: &At, closed: &At) {
        let mut types = vec!["i64"];
        types.extend(self.carried());
        let inits: Vec<Value> = types.iter().map(|ty| self.value(ty)).collect();
        let (left, results) = self.results(&types);
        let names: Vec<&str> = inits.iter().map(|value| value.name.as_str()).collect();
        self.out += &format!("{left}luma.loop({}) ({{\n", names.join(", "));
        let scope = (self.values.len(), self.places.len());
        self.arguments(&types);
        let counter = self.values[scope.0].clone();
        self.statements(closed);
        let condition = if self.below(4) == 0 {
            self.value("i1")
        } else {
            let limit = self.value("i64");
            self.emit("cmp", &[&counter, &limit], " {pred = \"lt\"}", "i1")
        };
        self.end("yield", Some(condition), &types);
        self.leave(scope);
        self.out += "}, ";
        let body = At { in_loop: Some(types.clone()), ..inner.clone() };
        self.region(&types, &types, &body);
        self.out += ", {\n";
        self.arguments(&types);
        let counter = self.values[scope.0].clone();
        self.statements(closed);
        let one = self.constant("i64");
        let next = self.emit("add", &[&counter, &one], "", "i64");
        self.end("yield", Some(next), &types[1..]);
        self.leave(scope);
        let list = types.join(", ");
        let right = if types.len() == 1 { list.clone() } else { format!("({list})") };
        self.out += &format!("}}) : ({list}) -> {right}\n");
        self.values.extend(results);
    }
}

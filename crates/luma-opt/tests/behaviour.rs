//! Random functions do the same before and after the passes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use luma_ir::{PrintOptions, print_module};
use luma_opt::{LowerDefer, StructuredToCfg};
use luma_pass::Step;
use support::evaluate::{Random, trace};
use support::{check_flat, check_no_defer, lower_all, parse, run_pass};

#[test]
fn lowered_functions_do_what_they_did() {
    let mut longest = 0;
    let mut returned = 0;
    for seed in 0..1000 {
        let text = Generator::new(seed).module();
        let before = parse(&text);
        let mut deferless = before.clone();
        run_pass(&mut deferless, Step::Function(Box::new(LowerDefer)));
        check_no_defer(&deferless);
        let mut lowered = before.clone();
        lower_all(&mut lowered);
        check_no_defer(&lowered);
        check_flat(&lowered);
        let mut flat = lowered.clone();
        let all = StructuredToCfg { only_early_exits: false };
        run_pass(&mut flat, Step::Function(Box::new(all)));
        for f in flat.functions.values() {
            f.walk(&mut |op| assert!(f.op_regions(op).is_empty()));
        }
        for run in 0..6 {
            let expected = trace(&before, "f", seed * 31 + run, 200);
            longest = longest.max(expected.len());
            returned += usize::from(expected.last().unwrap().starts_with("return"));
            for (step, module) in
                [("lower-defer", &deferless), ("structured-to-cfg", &lowered), ("all", &flat)]
            {
                let found = trace(module, "f", seed * 31 + run, 200);
                assert!(
                    found == expected,
                    "seed {seed}, run {run}, after {step}:\n{expected:?}\n{found:?}\n{text}\n{}",
                    print_module(module, PrintOptions::default())
                );
            }
        }
        // The text form is still what it was.
        let printed = print_module(&lowered, PrintOptions::default());
        assert_eq!(printed, print_module(&parse(&printed), PrintOptions::default()));
    }
    // The comparison means something: functions get somewhere and come back.
    assert!(longest > 100 && returned > 1000, "{longest}, {returned}");
}

struct Generator {
    random: Random,
    out: String,
    next: u32,
    /// What the function returns.
    ty: &'static str,
    /// Operations still to write.
    budget: u32,
}

impl Generator {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed + 1);
        let ty = ["i64", "i64", "!luma.struct<@Pair>"][random.below(3) as usize];
        Self { random, out: String::new(), next: 0, ty, budget: 60 }
    }

    fn module(mut self) -> String {
        let ty = self.ty;
        self.out = format!(
            "luma.struct @Pair {{a = i64, b = i64}}\n\
             luma.func external @choose() -> i1\nluma.func external @pick() -> i64\n\
             luma.func external @make() -> {ty}\nluma.func external @show({ty})\n\
             luma.func external @mark(i64)\n\
             luma.func @f() -> {ty} {{\n"
        );
        self.out += &format!("%x = luma.local() : () -> !luma.place<{ty}>\n");
        self.assign();
        self.statements(5, false, false);
        self.give_back();
        self.out += "}\n";
        self.out
    }

    fn name(&mut self) -> String {
        self.next += 1;
        format!("%v{}", self.next)
    }

    fn call(&mut self, callee: &str, ty: &str) -> String {
        let name = self.name();
        self.out += &format!("{name} = luma.call() {{callee = @{callee}}} : () -> {ty}\n");
        name
    }

    fn show(&mut self, value: &str) {
        self.out += &format!("luma.call({value}) {{callee = @show}} : ({}) -> ()\n", self.ty);
    }

    fn read(&mut self) -> String {
        let (name, ty) = (self.name(), self.ty);
        self.out += &format!("{name} = luma.load(%x) : (!luma.place<{ty}>) -> {ty}\n");
        name
    }

    fn assign(&mut self) {
        let ty = self.ty;
        let value = self.call("make", ty);
        self.out += &format!("luma.store({value}, %x) : ({ty}, !luma.place<{ty}>) -> ()\n");
    }

    fn give_back(&mut self) {
        let value = self.read();
        self.out += &format!("luma.return({value}) : ({}) -> ()\n", self.ty);
    }

    fn mark(&mut self) {
        let name = self.name();
        let number = self.next;
        self.out += &format!(
            "{name} = luma.constant() {{value = {number} : i64}} : () -> i64\n\
             luma.call({name}) {{callee = @mark}} : (i64) -> ()\n"
        );
    }

    /// A region in braces. It may leave a loop if it is in one, and the function unless deferred.
    fn region(&mut self, depth: u32, in_loop: bool, in_defer: bool) {
        self.out += "{\n";
        self.statements(depth, in_loop, in_defer);
        match self.random.below(8) {
            0 | 1 if in_loop => self.out += "luma.break() : () -> ()\n",
            2 if in_loop => self.out += "luma.continue() : () -> ()\n",
            3 | 4 if !in_defer => self.give_back(),
            5 if self.random.below(6) == 0 => self.out += "luma.unreachable() : () -> ()\n",
            _ => self.out += "luma.yield() : () -> ()\n",
        }
        self.out += "}";
    }

    fn statements(&mut self, depth: u32, in_loop: bool, in_defer: bool) {
        for _ in 0..self.random.below(5) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.statement(depth, in_loop, in_defer);
        }
    }

    fn statement(&mut self, depth: u32, in_loop: bool, in_defer: bool) {
        let choice = if depth == 0 { self.random.below(3) } else { self.random.below(13) };
        let inner = depth.saturating_sub(1);
        match choice {
            0 => self.mark(),
            1 => self.assign(),
            2 => {
                let value = self.read();
                self.show(&value);
            }
            3..=6 => {
                self.out += "luma.defer() ({\n";
                self.mark();
                self.statements(inner, false, true);
                self.out += "luma.yield() : () -> ()\n}) : () -> ()\n";
            }
            7 | 8 => {
                let condition = self.call("choose", "i1");
                self.out += &format!("luma.if({condition}) (");
                self.region(inner, in_loop, in_defer);
                if self.random.below(2) == 0 {
                    self.out += ", ";
                    self.region(inner, in_loop, in_defer);
                }
                self.out += ") : (i1) -> ()\n";
            }
            9 => {
                let (condition, result) = (self.call("choose", "i1"), self.name());
                self.out += &format!("{result} = luma.if({condition}) ({{\n");
                for last in [false, true] {
                    self.statements(inner, in_loop, in_defer);
                    let value = self.read();
                    let (ty, end) = (self.ty, if last { "}" } else { "}, {" });
                    self.out += &format!("luma.yield({value}) : ({ty}) -> ()\n{end}");
                    self.out += if last { "" } else { "\n" };
                }
                self.out += &format!(") : (i1) -> {}\n", self.ty);
                self.show(&result);
            }
            10 => {
                self.out += "luma.loop() ({\n";
                self.statements(inner.min(1), false, true);
                let condition = self.call("choose", "i1");
                self.out += &format!("luma.yield({condition}) : (i1) -> ()\n}}, ");
                self.region(inner, true, in_defer);
                self.out += ", {\n";
                self.mark();
                self.statements(inner.min(1), false, true);
                self.out += "luma.yield() : () -> ()\n}) : () -> ()\n";
            }
            11 => {
                let value = self.call("pick", "i64");
                self.out += &format!("luma.switch({value}) (");
                self.region(inner, in_loop, in_defer);
                self.out += ", ";
                self.region(inner, in_loop, in_defer);
                self.out += ", ";
                self.region(inner, in_loop, in_defer);
                self.out += ") {cases = [[0, 2], [1]]} : (i64) -> ()\n";
            }
            _ => {
                self.out += "luma.block() (";
                self.region(inner, in_loop, in_defer);
                self.out += ") : () -> ()\n";
            }
        }
    }
}

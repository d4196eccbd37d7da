//! Random functions do the same before and after the passes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use luma_ir::dialects::luma;
use luma_ir::{Module, PrintOptions, print_module};
use support::evaluate::{Random, trace};
use support::{check_flat, check_no_defer, lower_all, parse, run_text};

#[test]
fn lowered_functions_do_what_they_did() {
    let mut longest = 0;
    let (mut returned, mut undefined) = (0, 0);
    let (mut locals, mut left) = (0, 0);
    for seed in 0..700 {
        let text = Generator::new(seed).module();
        let before = parse(&text);
        let mut deferless = before.clone();
        run_text(&mut deferless, "lower-defer");
        check_no_defer(&deferless);
        let mut lowered = before.clone();
        lower_all(&mut lowered);
        check_no_defer(&lowered);
        check_flat(&lowered);
        let mut flat = lowered.clone();
        run_text(&mut flat, "structured-to-cfg{all}");
        for f in flat.functions.values() {
            f.walk(&mut |op| assert!(f.op_regions(op).is_empty()));
        }
        // At every level, and with the passes after it.
        let promoted = [
            ("mem2reg", &before),
            ("mem2reg,lower-defer,structured-to-cfg", &before),
            ("mem2reg{max-slots=1},mem2reg", &deferless),
            ("mem2reg,structured-to-cfg,mem2reg", &deferless),
            ("mem2reg,structured-to-cfg{all}", &lowered),
            ("mem2reg", &flat),
        ]
        .map(|(passes, module)| {
            let mut promoted = module.clone();
            run_text(&mut promoted, passes);
            (passes, promoted)
        });
        locals += count_locals(&before);
        left += count_locals(&promoted[5].1);
        let mut steps = vec![
            ("lower-defer", &deferless),
            ("structured-to-cfg", &lowered),
            ("structured-to-cfg{all}", &flat),
        ];
        steps.extend(promoted.iter().map(|(passes, module)| (*passes, module)));
        for run in 0..6 {
            let expected = trace(&before, "f", seed * 31 + run, 200);
            longest = longest.max(expected.len());
            returned += usize::from(expected.last().unwrap().starts_with("return"));
            undefined += usize::from(expected.last().unwrap() == "undefined");
            for &(step, module) in &steps {
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
    // A third are structs; reads that find nothing are still there.
    assert!(undefined > 100 && 3 * left < 2 * locals, "{undefined}, {left} of {locals}");
}

fn count_locals(module: &Module) -> usize {
    let mut count = 0;
    for f in module.functions.values() {
        f.walk(&mut |op| count += usize::from(f.op_name(op) == luma::Local::NAME));
    }
    count
}

struct Generator {
    random: Random,
    out: String,
    next: u32,
    /// What the function returns, and all values but truth values.
    ty: &'static str,
    /// Operations still to write.
    budget: u32,
    /// Values that can be used here.
    visible: Vec<String>,
    /// Variables that can be used here. All but the first may be undefined.
    places: Vec<String>,
}

/// Where a region stands.
#[derive(Clone, Copy)]
struct At {
    depth: u32,
    /// How many values the loop around carries, if it can be left.
    in_loop: Option<usize>,
    in_defer: bool,
}

impl At {
    fn inner(self) -> Self {
        Self { depth: self.depth.saturating_sub(1), ..self }
    }

    /// Inside something that control may not leave.
    fn closed(self) -> Self {
        Self { in_loop: None, in_defer: true, ..self.inner() }
    }
}

impl Generator {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed + 1);
        let ty = ["i64", "i64", "!luma.struct<@Pair>"][random.below(3) as usize];
        let places = vec!["%x".to_owned()];
        Self { random, out: String::new(), next: 0, ty, budget: 60, visible: Vec::new(), places }
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
        self.statements(At { depth: 5, in_loop: None, in_defer: false });
        self.leave("return", 1);
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

    /// Some value that can be used here.
    fn value(&mut self) -> String {
        let count = self.visible.len() as u64;
        if count > 0 && self.random.below(2) == 0 {
            // Rather one of the last.
            let back = self.random.below(count.min(4)) + 1;
            return self.visible[(count - back) as usize].clone();
        }
        let (name, ty, place) = (self.name(), self.ty, self.place());
        self.out += &format!("{name} = luma.load({place}) : (!luma.place<{ty}>) -> {ty}\n");
        name
    }

    /// Some variable, rather one of the last.
    fn place(&mut self) -> String {
        let count = self.places.len() as u64;
        let back = self.random.below(count.min(3)) + 1;
        self.places[(count - back) as usize].clone()
    }

    /// A new variable, mostly with a value.
    fn declare(&mut self) {
        let (name, ty) = (self.name(), self.ty);
        self.out += &format!("{name} = luma.local() : () -> !luma.place<{ty}>\n");
        self.places.push(name);
        if self.random.below(5) > 0 {
            let value = self.call("make", ty);
            let place = self.places[self.places.len() - 1].clone();
            self.out +=
                &format!("luma.store({value}, {place}) : ({ty}, !luma.place<{ty}>) -> ()\n");
        }
    }

    fn values(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.value()).collect()
    }

    /// `ty` so many times.
    fn types(&self, count: usize) -> String {
        vec![self.ty; count].join(", ")
    }

    fn assign(&mut self) {
        let (ty, place) = (self.ty, self.place());
        let value = if self.visible.is_empty() || self.random.below(2) == 0 {
            self.call("make", ty)
        } else {
            self.value()
        };
        self.out += &format!("luma.store({value}, {place}) : ({ty}, !luma.place<{ty}>) -> ()\n");
    }

    /// A terminator with so many values.
    fn leave(&mut self, name: &str, count: usize) {
        let values = self.values(count).join(", ");
        self.out += &format!("luma.{name}({values}) : ({}) -> ()\n", self.types(count));
    }

    fn mark(&mut self) {
        let name = self.name();
        let number = self.next;
        self.out += &format!(
            "{name} = luma.constant() {{value = {number} : i64}} : () -> i64\n\
             luma.call({name}) {{callee = @mark}} : (i64) -> ()\n"
        );
    }

    /// A region in braces with so many arguments, with what `fill` puts into it.
    fn braces(&mut self, args: usize, fill: impl FnOnce(&mut Self)) {
        let (seen, declared) = (self.visible.len(), self.places.len());
        self.out += "{\n";
        if args > 0 {
            let names: Vec<String> = (0..args).map(|_| self.name()).collect();
            let args: Vec<String> =
                names.iter().map(|name| format!("{name}: {}", self.ty)).collect();
            self.next += 1;
            self.out += &format!("^bb{}({}):\n", self.next, args.join(", "));
            self.visible.extend(names);
        }
        fill(self);
        self.out += "}";
        self.visible.truncate(seen);
        self.places.truncate(declared);
    }

    /// A region in braces that yields so many values. It may leave a loop if it is in one, and the
    /// function unless deferred.
    fn region(&mut self, at: At, args: usize, yields: usize) {
        self.braces(args, |g| {
            g.statements(at);
            match (g.random.below(8), at.in_loop) {
                (0 | 1, Some(carried)) => g.leave("break", carried),
                (2, Some(carried)) => g.leave("continue", carried),
                (3 | 4, _) if !at.in_defer => g.leave("return", 1),
                (5, _) if g.random.below(6) == 0 => g.out += "luma.unreachable() : () -> ()\n",
                _ => g.leave("yield", yields),
            }
        });
    }

    fn statements(&mut self, at: At) {
        for _ in 0..self.random.below(5) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.statement(at);
        }
    }

    /// How many values an operation results in, often none.
    fn results(&mut self) -> usize {
        self.random.below(5).saturating_sub(2) as usize
    }

    /// Writes `%a, %b = `.
    fn give_results(&mut self, count: usize) -> Vec<String> {
        let names: Vec<String> = (0..count).map(|_| self.name()).collect();
        if count > 0 {
            self.out += &format!("{} = ", names.join(", "));
        }
        names
    }

    /// Shows some results; from here on they are visible.
    fn take_results(&mut self, names: Vec<String>) {
        for name in names {
            if self.random.below(2) == 0 {
                self.show(&name);
            }
            self.visible.push(name);
        }
    }

    fn statement(&mut self, at: At) {
        let choice = if at.depth == 0 { self.random.below(4) } else { self.random.below(15) };
        let inner = at.inner();
        match choice {
            0 => self.mark(),
            1 => self.assign(),
            2 => {
                let value = self.value();
                self.show(&value);
            }
            3 | 4 => self.declare(),
            5..=7 => {
                self.out += "luma.defer() (";
                self.braces(0, |g| {
                    g.mark();
                    g.statements(At { in_defer: true, in_loop: None, ..inner });
                    g.leave("yield", 0);
                });
                self.out += ") : () -> ()\n";
            }
            8..=10 => {
                let condition = self.call("choose", "i1");
                let count = self.results();
                let names = self.give_results(count);
                self.out += &format!("luma.if({condition}) (");
                self.region(inner, 0, count);
                if count > 0 || self.random.below(2) == 0 {
                    self.out += ", ";
                    self.region(inner, 0, count);
                }
                self.out += &format!(") : (i1) -> ({})\n", self.types(count));
                self.take_results(names);
            }
            11 | 12 => {
                let count = self.results();
                let inits = self.values(count);
                let names = self.give_results(count);
                self.out += &format!("luma.loop({}) (", inits.join(", "));
                let closed = At { depth: inner.depth.min(1), ..at.closed() };
                self.braces(count, |g| {
                    g.statements(closed);
                    let condition = g.call("choose", "i1");
                    let values = [vec![condition], g.values(count)].concat().join(", ");
                    let types = [vec!["i1"], vec![g.ty; count]].concat().join(", ");
                    g.out += &format!("luma.yield({values}) : ({types}) -> ()\n");
                });
                self.out += ", ";
                self.region(At { in_loop: Some(count), ..inner }, count, count);
                self.out += ", ";
                self.braces(count, |g| {
                    g.mark();
                    g.statements(closed);
                    g.leave("yield", count);
                });
                let types = self.types(count);
                self.out += &format!(") : ({types}) -> ({types})\n");
                self.take_results(names);
            }
            13 => {
                let value = self.call("pick", "i64");
                let count = self.results();
                let names = self.give_results(count);
                self.out += &format!("luma.switch({value}) (");
                self.region(inner, 0, count);
                self.out += ", ";
                self.region(inner, 0, count);
                self.out += ", ";
                self.region(inner, 0, count);
                let types = self.types(count);
                self.out += &format!(") {{cases = [[0, 2], [1]]}} : (i64) -> ({types})\n");
                self.take_results(names);
            }
            _ => {
                let count = self.results();
                let names = self.give_results(count);
                self.out += "luma.block() (";
                self.region(inner, 0, count);
                self.out += &format!(") : () -> ({})\n", self.types(count));
                self.take_results(names);
            }
        }
    }
}

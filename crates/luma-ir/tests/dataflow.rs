//! The dataflow engine on `tests/dataflow/NAME.lir`: `NAME.snap` beside it shows each operation with
//! what one analysis of each kind says about it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_ir::dataflow::{
    Choice, DenseForward, Flow, Goal, Lattice, Liveness, SparseBackward, SparseForward,
    dense_forward, sparse_backward, sparse_forward,
};
use luma_ir::{
    Attribute, Context, Entity, Function, Module, Op, Region, Value, parse_module, verify_module,
};
use smallvec::SmallVec;

fn module(text: &str) -> Module {
    let mut map = SourceMap::new();
    let table = map.add("flow.toml", include_str!("dataflow/flow.toml"));
    let dialect = luma_ir::dialect::load(&map, table).unwrap();
    let context = Context::with_dialects([dialect]).unwrap();
    let file = map.add("test.lir", text);
    let module =
        parse_module(Arc::new(context), &map, file).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{violations:#?}");
    module
}

/// Dense forward: the numbers printed on some path so far.
#[derive(Clone, PartialEq, Debug)]
struct Printed(BTreeSet<i64>);

impl Lattice for Printed {
    fn join(&mut self, other: &Self) -> bool {
        let before = self.0.len();
        self.0.extend(&other.0);
        self.0.len() != before
    }
}

struct Prints<'a> {
    f: &'a Function,
    context: &'a Context,
}

impl DenseForward for Prints<'_> {
    type State = Printed;

    fn entry(&mut self) -> Printed {
        Printed(BTreeSet::new())
    }

    fn transfer(&mut self, op: Op, state: &mut Printed) -> bool {
        if &*self.context.op_def(self.f.op_name(op)).name == "luma.print" {
            state.0.extend(constant(self.f, self.f.operands(op)[0]));
        }
        true
    }
}

fn constant(f: &Function, value: Value) -> Option<i64> {
    match f.op_attribute(f.def_op(value)?, luma_ir::dialects::attr::VALUE)? {
        Attribute::Int(value, _) => Some(*value),
        Attribute::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

/// Sparse forward: the constant a value is, if it is one.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Known {
    Nothing,
    Is(i64),
    Anything,
}

impl Lattice for Known {
    fn join(&mut self, other: &Self) -> bool {
        let joined = match (*self, *other) {
            (Self::Nothing, known) | (known, Self::Nothing) => known,
            (a, b) if a == b => a,
            _ => Self::Anything,
        };
        std::mem::replace(self, joined) != joined
    }
}

struct Copies<'a>(&'a Function);

impl SparseForward for Copies<'_> {
    type Fact = Known;

    fn bottom(&mut self) -> Known {
        Known::Nothing
    }

    fn unknown(&mut self, _: Value) -> Known {
        Known::Anything
    }

    fn transfer(&mut self, op: Op, _: &[Known]) -> SmallVec<[Known; 1]> {
        let result = self.0.results(op).first();
        result.and_then(|&value| constant(self.0, value)).map(Known::Is).into_iter().collect()
    }

    fn choose(&mut self, flow: &Flow<'_>, op: Op, chooser: Option<&Known>) -> Choice {
        match chooser {
            Some(Known::Nothing) => Choice::None,
            Some(&Known::Is(value)) => flow.chosen(op, value).map_or(Choice::All, Choice::One),
            Some(Known::Anything) | None => Choice::All,
        }
    }
}

/// Sparse backward: whether a value has a part in what the function does.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Needed(bool);

impl Lattice for Needed {
    fn join(&mut self, other: &Self) -> bool {
        let joined = self.0 | other.0;
        std::mem::replace(&mut self.0, joined) != joined
    }
}

struct Demand<'a> {
    f: &'a Function,
    context: &'a Context,
}

impl SparseBackward for Demand<'_> {
    type Fact = Needed;

    fn bottom(&mut self) -> Needed {
        Needed(false)
    }

    fn transfer(&mut self, op: Op, results: &[Needed]) -> SmallVec<[Needed; 2]> {
        let flow = Flow::new(self.context, self.f);
        let def = self.context.op_def(self.f.op_name(op));
        let exits = flow.targets(op).iter().any(|target| target.to == Goal::Exit);
        let acts = !flow.stops(op) && !def.traits.pure;
        let needed = exits || acts || results.contains(&Needed(true));
        let chooser = flow.chooser(op);
        let operands = self.f.operands(op).iter();
        operands
            .map(|&value| {
                Needed(if flow.stops(op) { exits || chooser == Some(value) } else { needed })
            })
            .collect()
    }
}

/// What all the analyses say.
struct Shown<'a> {
    f: &'a Function,
    context: &'a Context,
    flow: Flow<'a>,
    live: Liveness,
    printed: luma_ir::dataflow::DenseStates<Printed>,
    known: luma_ir::dataflow::Executable<Known>,
    needed: Vec<Needed>,
    out: String,
}

impl Shown<'_> {
    fn name(&self, value: Value) -> String {
        let name = self.f.value_name(value).map(|name| self.context.name(name).to_string());
        format!("%{}", name.unwrap_or_else(|| format!("v{}", value.index())))
    }

    fn names(&self, values: impl IntoIterator<Item = Value>) -> String {
        values.into_iter().map(|value| self.name(value)).collect::<Vec<_>>().join(" ")
    }

    /// A value with what is known of it.
    fn told(&self, value: Value) -> String {
        let known = match self.known.fact(value) {
            Some(Known::Is(value)) => format!("={value}"),
            _ => String::new(),
        };
        let idle = if self.needed[value.index()].0 { "" } else { " idle" };
        format!("{}{known}{idle}", self.name(value))
    }

    /// One line for each operation of `region`.
    fn region(&mut self, region: Region, depth: usize) {
        let indent = "  ".repeat(depth);
        for (i, &block) in self.f.blocks(region).iter().enumerate() {
            if i > 0 || !self.f.block_args(block).is_empty() {
                let args = self.f.block_args(block).iter().map(|&v| self.told(v));
                let args = args.collect::<Vec<_>>().join(", ");
                let _ = writeln!(self.out, "{indent}^{i}({args})");
            }
            for op in self.f.block_ops(block) {
                self.op(op, &indent);
                for &region in self.f.op_regions(op) {
                    self.region(region, depth + 1);
                }
            }
        }
    }

    fn op(&mut self, op: Op, indent: &str) {
        let name = &self.context.op_def(self.f.op_name(op)).name;
        let results: Vec<String> = self.f.results(op).iter().map(|&v| self.told(v)).collect();
        let operands = self.names(self.f.operands(op).iter().copied());
        let equals = if results.is_empty() { "" } else { " = " };
        let text = format!("{indent}{}{equals}{name} {operands}", results.join(", "));
        let live = match self.live.before(&self.flow, op) {
            Some(values) => format!("live {}", self.names(values)),
            None => "never".into(),
        };
        let mut prints = Prints { f: self.f, context: self.context };
        let printed = self.printed.before(self.context, self.f, &mut prints, op);
        let printed = match printed {
            Some(printed) if !printed.0.is_empty() => format!("; printed {:?}", printed.0),
            _ => String::new(),
        };
        let runs = if self.known.runs(op) { "" } else { "; not run" };
        let _ = writeln!(self.out, "{:<48} | {live}{printed}{runs}", text.trim_end());
    }
}

fn show(context: &Context, f: &Function) -> String {
    let mut shown = Shown {
        f,
        context,
        flow: Flow::new(context, f),
        live: Liveness::new(context, f),
        printed: dense_forward(context, f, &mut Prints { f, context }),
        known: sparse_forward(context, f, &mut Copies(f)),
        needed: sparse_backward(context, f, &mut Demand { f, context }),
        out: format!("@{}\n", context.name(f.name)),
    };
    shown.region(f.body(), 0);
    shown.out.push('\n');
    shown.out
}

#[test]
fn every_kind_of_analysis_follows_every_kind_of_control() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dataflow");
    let mut files: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lir"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&dir);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let module = module(&text);
        let shown: String = module.functions.values().map(|f| show(&module.context, f)).collect();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        settings.bind(|| insta::assert_snapshot!(name, format!("{}\n\n{shown}", text.trim_end())));
    }
}

/// Loops in loops: what is known at inner heads is kept, or this would take 2^40 turns.
#[test]
fn nested_loops_do_not_multiply() {
    let depth = 40;
    let open =
        "luma.loop() ({\n luma.yield(%c) : (i1) -> ()\n}, {\n luma.print(%n) : (i64) -> ()\n";
    let close = "luma.yield() : () -> ()\n}, {\n luma.yield() : () -> ()\n}) : () -> ()\n";
    let text = format!(
        "luma.func @f(%c: i1) {{\n%n = luma.constant() {{value = 1 : i64}} : () -> i64\n{}{}luma.return() : () -> ()\n}}\n",
        open.repeat(depth),
        close.repeat(depth)
    );
    let module = module(&text);
    let f = &module.functions[0];
    let context = &module.context;
    let states = dense_forward(context, f, &mut Prints { f, context });
    let last = f.last(f.entry().unwrap()).unwrap();
    let end = states.before(context, f, &mut Prints { f, context }, last).unwrap();
    assert_eq!(end.0, BTreeSet::from([1]));
    assert_eq!(Liveness::new(context, f).at_start(f.entry().unwrap()).count(), 1);
}

//! Abstract interpretation of one function. `luma_ir::dataflow::interpret` drives it over
//! structured operations, blocks and deferred code; `control`, `branch` and `loops` implement its
//! callbacks.
//!
//! A point has a bounded set of [states](state::State), one per path as far as paths matter. Values
//! are constants, symbols or addresses; an address is a piece of memory and a byte offset, so
//! aliases are equal addresses and interior pointers are offsets. An object is named after its
//! `own.take` and the number of iterations since; that distinguishes the latest objects of a site
//! and lets a loop reach a fixed point. The analysis produces facts only: the wording is in
//! `explain`.

mod branch;
mod calls;
mod control;
pub(crate) mod declared;
pub(crate) mod defect;
mod effects;
mod eval;
mod exposure;
mod facts;
mod finish;
pub(crate) mod history;
mod index;
mod join;
mod keep;
mod loops;
mod memory;
mod ownership;
mod record;
mod state;
mod sweep;
mod term;
mod transfer;

use luma_diagnostics::OrNever as _;
use luma_ir::dataflow::interpret;
use luma_ir::dialects::own;
use luma_ir::{Def, Entity, Function, Module, Op, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

use crate::Options;
use crate::facts::Point;
use crate::layout::Layout;
use crate::summary::{Discharge, Summaries, Summary};
use defect::{Defect, DefectKind, Fate};
use history::{Event, Histories};
use index::Index;
use record::Recorder;
use state::{Root, State, Status};
use term::{Source, Term, TermData, Terms};

/// Longest path that is kept for a report.
const MAX_PATH: usize = 40;

/// The outcome of one function's analysis.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) defects: Vec<Defect>,
    pub(crate) summary: Summary,
}

/// Analyses the body of `f`.
pub(crate) fn run(
    module: &Module,
    f: &Function,
    summaries: &Summaries,
    options: &Options<'_>,
) -> Outcome {
    run_engine(module, f, summaries, options, None).0
}

/// What is known after each operation of `f`.
pub(crate) fn record(
    module: &Module,
    f: &Function,
    summaries: &Summaries,
    options: &Options<'_>,
) -> FxHashMap<Op, Point> {
    let recorder = Recorder::new(&module.context, f);
    let (_, recorder) = run_engine(module, f, summaries, options, Some(recorder));
    let points = recorder.map(|recorder| recorder.points);
    points.or_never(FxHashMap::default(), "the engine hands the recorder back")
}

fn run_engine(
    module: &Module,
    f: &Function,
    summaries: &Summaries,
    options: &Options<'_>,
    recorder: Option<Recorder>,
) -> (Outcome, Option<Recorder>) {
    let index = Index::new(module, f);
    let budget = (index.ops as u64).saturating_mul(options.effort).saturating_add(100_000);
    let mut engine = Engine {
        module,
        f,
        index,
        layout: Layout::new(module),
        terms: Terms::new(f.entry().map(|entry| f.block_args(entry).to_vec()).unwrap_or_default()),
        histories: Histories::default(),
        summaries,
        max_states: options.max_states.max(1),
        defects: FxHashMap::default(),
        summary: Summary::default(),
        work: 0,
        budget,
        loops: Vec::new(),
        widening: false,
        defer_depth: 0,
        objects: 0,
        forks: Vec::new(),
        returned: false,
        is_recursive: summaries.get(f.name).is_some(),
        takes: BTreeMap::new(),
        used: FxHashSet::default(),
        kept: FxHashMap::default(),
        kept_in: FxHashMap::default(),
        stored: FxHashSet::default(),
        fates: FxHashMap::default(),
        recorder,
    };
    engine.takes = engine.takes_of_parameters();
    interpret(&module.context, f, &mut engine, vec![State::new()]);
    engine.summary.never_returns = !engine.returned;
    let is_scalar = f.results.first().is_some_and(|&ty| !module.context.is_ptr(ty));
    engine.summary.simplify(is_scalar);
    engine.summary.forget_inexact();
    engine.summary.may_use = engine.used.iter().filter_map(|&term| engine.path_of(term)).collect();
    engine.note_lost_stores();
    let mut defects: Vec<Defect> = engine.defects.into_values().collect();
    for defect in &mut defects {
        let fate = defect.take.and_then(|take| engine.fates.get(&take));
        defect.fate = fate.copied().unwrap_or_default();
    }
    defects.sort_by_key(|defect| (defect.op.map(Entity::index), defect.kind.code()));
    (Outcome { defects, summary: engine.summary }, engine.recorder)
}

/// The analysis of one function.
pub(crate) struct Engine<'a> {
    module: &'a Module,
    f: &'a Function,
    index: Index,
    layout: Layout<'a>,
    terms: Terms,
    histories: Histories,
    summaries: &'a Summaries<'a>,
    max_states: usize,
    /// The one with the shortest path for each key.
    defects: FxHashMap<(u16, Option<Op>, u32), Defect>,
    summary: Summary,
    /// Work done, and the amount beyond which precision is given up.
    work: u64,
    budget: u64,
    /// The loops being followed, innermost last.
    loops: Vec<loops::Running>,
    /// Whether some enclosing loop is past its exact iterations.
    widening: bool,
    /// How many runs of deferred code the analysis is inside of.
    defer_depth: u32,
    /// Numbers given to objects so far.
    objects: u32,
    /// Further states the operation that just ran leads to.
    forks: Vec<State>,
    /// Whether the function can be left.
    returned: bool,
    /// Whether its summary is iterated on: then only facts that stay small are recorded of its
    /// results.
    is_recursive: bool,
    /// The takes of parameters.
    takes: BTreeMap<u32, Op>,
    /// Pointers that existed at entry and whose memory is used on some path.
    used: FxHashSet<Term>,
    /// Stores of borrowed parameters where they outlive the call.
    kept: FxHashMap<Op, keep::Keep>,
    /// The last store of a parameter at an offset of the objects of a take.
    kept_in: FxHashMap<(Op, u32, Option<i64>), Op>,
    /// Takes of objects that callers find behind a parameter.
    stored: FxHashSet<Op>,
    /// What became of the objects of each take.
    fates: FxHashMap<Op, Fate>,
    /// Records the states, if requested.
    recorder: Option<Recorder>,
}

impl Engine<'_> {
    /// Whether the function has used up its effort; loops are no longer iterated then.
    fn is_coarse(&self) -> bool {
        self.work > self.budget
    }

    /// How many states a point may have.
    fn max_states(&self) -> usize {
        if self.is_coarse() { self.max_states.min(4) } else { self.max_states }
    }

    fn note(&mut self, state: &mut State, event: Event) {
        state.history = self.histories.push(state.history, event);
    }

    fn fate(&mut self, site: Op) -> &mut Fate {
        self.fates.entry(site).or_default()
    }

    /// Notes the objects that have escaped: at `at`, or where they were taken if that is not known.
    fn note_escapes(&mut self, state: &mut State, at: Option<Op>) {
        for (site, why) in std::mem::take(&mut state.escaped) {
            self.fate(site).discharged = true;
            self.summary.leaves.insert((at.unwrap_or(site), why));
            if let Some(taken) = self.taken(site) {
                taken.kept = true;
            }
        }
    }

    /// What becomes of the parameter that `site` takes, if it takes one.
    fn taken(&mut self, site: Op) -> Option<&mut Discharge> {
        let parameter = self.parameter_taken(site)?;
        Some(self.summary.taken.entry(parameter).or_default())
    }

    fn takes_of_parameters(&self) -> BTreeMap<u32, Op> {
        let mut takes = BTreeMap::new();
        self.f.walk(&mut |op| {
            if !self.f.results(op).iter().any(|&result| self.is_aggregate(result)) {
                takes.extend(self.parameter_taken(op).map(|parameter| (parameter, op)));
            }
        });
        takes
    }

    /// The parameter that `site` takes, if it takes one.
    fn parameter_taken(&self, site: Op) -> Option<u32> {
        let &operand = self.f.operands(site).first().filter(|_| self.is_take(site))?;
        self.parameter_value(operand)
    }

    fn is_take(&self, op: Op) -> bool {
        self.f.op_name(op) == own::Take::NAME
    }

    /// Records a defect at `op` about the memory `root`, which is muted.
    fn report(
        &mut self,
        state: &mut State,
        kind: DefectKind,
        op: Op,
        root: Option<Root>,
        other: Option<Op>,
    ) {
        let object = root.and_then(|root| state.object(root).copied());
        let number = object.map(|object| object.number);
        if let Some(root) = root {
            state.set_status(root, Status::Muted);
        }
        let (leaf, take) = match root {
            Some(Root::Object(id)) => (id.leaf, Some(id.site)),
            _ => (0, None),
        };
        let leaf = if matches!(kind, DefectKind::Leak(_)) { leaf } else { 0 };
        let path = self.path(state, number);
        let key = (kind.code(), Some(op), leaf);
        let better = self.defects.get(&key).is_none_or(|old| path.len() < old.path.len());
        if better {
            let fate = Fate::default();
            self.defects.insert(key, Defect { kind, op: Some(op), take, other, path, fate });
        }
    }

    /// The events that matter for object `number`, in order.
    fn path(&self, state: &State, number: Option<u32>) -> Vec<Event> {
        let mut path: Vec<Event> = Vec::new();
        let mut returned = false;
        let mut want_defer = self.defer_depth > 0;
        for (event, _) in self.histories.back(state.history) {
            let about = |object: u32| number == Some(object);
            match event {
                Event::Take { object, .. } => {
                    if about(object) {
                        path.push(event);
                        break;
                    }
                    continue;
                }
                Event::Alias { object, .. } | Event::Give { object, .. } => {
                    if !about(object) {
                        continue;
                    }
                    want_defer = matches!(event, Event::Give { .. });
                }
                Event::Defer { .. } => {
                    if !std::mem::take(&mut want_defer) {
                        continue;
                    }
                }
                Event::Return { .. } => {
                    if std::mem::replace(&mut returned, true) {
                        continue;
                    }
                }
                Event::Outward { .. } => continue,
                Event::Branch { .. } => {}
            }
            path.push(event);
        }
        // The end of an overlong path says most; its start comes last here.
        if path.len() > MAX_PATH {
            let start = path.pop();
            path.truncate(MAX_PATH);
            path.extend(start);
        }
        path.reverse();
        path
    }

    /// The number of the pointer parameter `term` stands for.
    fn parameter(&self, term: Term) -> Option<u32> {
        let TermData::Opaque { source: Source::Value(value, 0), age: 0 } = self.terms.get(term)
        else {
            return None;
        };
        self.parameter_value(value).filter(|_| self.is_ptr(value))
    }

    fn parameter_value(&self, value: Value) -> Option<u32> {
        match self.f.def(value) {
            Def::Arg(block, at) if Some(block) == self.f.entry() => Some(at),
            _ => None,
        }
    }

    fn is_ptr(&self, value: Value) -> bool {
        self.module.context.is_ptr(self.f.value_type(value))
    }

    fn is_aggregate(&self, value: Value) -> bool {
        self.module.context.is_aggregate(self.f.value_type(value))
    }
}

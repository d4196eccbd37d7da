//! Abstract interpretation of one function over its structured regions.
//!
//! A point has a bounded set of [states](state::State), one a path as far as paths matter. Values
//! are constants, symbols or addresses; an address is a piece of memory and a byte offset, so
//! aliases are equal addresses and interior pointers are offsets. An object is named after its
//! `own.take` and the number of iterations since; that keeps the latest objects of a site apart and
//! lets a loop reach a fixed point. What is said here is only facts: wording is in `explain`.

mod calls;
mod control;
pub(crate) mod defect;
mod effects;
mod eval;
mod facts;
pub(crate) mod history;
mod index;
mod join;
mod memory;
mod ownership;
mod state;
mod term;
mod transfer;

use luma_ir::{Def, Entity, Function, Module, Op, Value};
use rustc_hash::FxHashMap;

use crate::Options;
use crate::layout::Layout;
use crate::summary::{Summaries, Summary};
use defect::{Defect, DefectKind};
use history::{Event, Histories};
use index::Index;
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
    let index = Index::new(module, f);
    let budget = (index.ops as u64).saturating_mul(options.effort).saturating_add(100_000);
    let mut engine = Engine {
        module,
        f,
        index,
        layout: Layout::new(module),
        terms: Terms::default(),
        histories: Histories::default(),
        summaries,
        max_states: options.max_states.max(1),
        defects: FxHashMap::default(),
        summary: Summary::default(),
        work: 0,
        budget,
        loop_depth: 0,
        widening: false,
        defer_depth: 0,
        objects: 0,
        jumps: Vec::new(),
        forks: Vec::new(),
    };
    let returns = engine.run_body();
    engine.summary.never_returns = !returns;
    engine.summary.simplify();
    let mut defects: Vec<Defect> = engine.defects.into_values().collect();
    defects.sort_by_key(|defect| (defect.op.map(Entity::index), defect.kind.code()));
    Outcome { defects, summary: engine.summary }
}

/// The analysis of one function.
pub(crate) struct Engine<'a> {
    module: &'a Module,
    f: &'a Function,
    index: Index,
    layout: Layout<'a>,
    terms: Terms,
    histories: Histories,
    summaries: &'a Summaries,
    max_states: usize,
    /// The shortest of each.
    defects: FxHashMap<(u16, Option<Op>, u32), Defect>,
    summary: Summary,
    /// Transfers done, and how many may be before precision is given up.
    work: u64,
    budget: u64,
    loop_depth: u32,
    /// Some enclosing loop is past its exact iterations.
    widening: bool,
    defer_depth: u32,
    /// Numbers given to objects so far.
    objects: u32,
    /// Where unstructured branches go.
    jumps: Vec<(luma_ir::Block, State)>,
    /// Further states the operation that just ran leads to.
    forks: Vec<State>,
}

impl Engine<'_> {
    /// Whether the function has used up its effort; loops are no longer followed then.
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
            self.defects.insert(key, Defect { kind, op: Some(op), take, other, path });
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
        // Of an overlong path the end says most; how it starts comes last here.
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

//! Records the states at every operation, on request.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::{luma, own};
use luma_ir::{Entity, Function, Op, Type, Value, value_names};
use rustc_hash::FxHashMap;

use super::Engine;
use super::effects::FIRST_LEFT;
use super::history::Event;
use super::state::{Root, State, Status, Val};
use super::term::{Source, Term, TermData};
use crate::facts::{Object, Point, Reference, Situation};
use crate::place::inside;

/// Maximum number of situations kept at one operation.
const MAX_SITUATIONS: usize = 64;

/// Maximum number of pointers that are followed back to find the type of a place.
const MAX_STEPS: u32 = 3;

/// The recorded states of one function.
#[derive(Debug)]
pub(crate) struct Recorder {
    names: Vec<Box<str>>,
    /// The takes, numbered from 1 in the order of the operations.
    sites: FxHashMap<Op, usize>,
    /// The calls, which may leave objects, numbered in the same way.
    calls: FxHashMap<Op, usize>,
    pub(crate) points: FxHashMap<Op, Point>,
}

impl Recorder {
    pub(super) fn new(context: &luma_ir::Context, f: &Function) -> Self {
        let (mut sites, mut calls) = (FxHashMap::default(), FxHashMap::default());
        f.walk(&mut |op| {
            let numbers = match f.op_name(op) {
                luma::Call::NAME => &mut calls,
                _ => &mut sites,
            };
            if is_site(context, f, op) {
                let number = numbers.len() + 1;
                numbers.insert(op, number);
            }
        });
        Self { names: value_names(context, f), sites, calls, points: FxHashMap::default() }
    }
}

impl Engine<'_> {
    /// Records the states after `op`.
    pub(super) fn record(&mut self, op: Op, states: &[State]) {
        let Some(mut recorder) = self.recorder.take() else { return };
        for state in states {
            let situation = self.situation(&mut recorder, state);
            let point = recorder.points.entry(op).or_default();
            let same =
                |old: &Situation| old.objects == situation.objects && old.nulls == situation.nulls;
            match point.situations.iter().position(same) {
                Some(at) => {
                    if let Some(old) = point.situations.get_mut(at)
                        && old.decisions.len() > situation.decisions.len()
                    {
                        *old = situation;
                    }
                }
                None if point.situations.len() < MAX_SITUATIONS => point.situations.push(situation),
                None => point.more = true,
            }
        }
        self.recorder = Some(recorder);
    }

    fn situation(&mut self, recorder: &mut Recorder, state: &State) -> Situation {
        let mut objects: Vec<Object> = Vec::new();
        for &(root, object) in &state.objects {
            let (status, by) = match object.status {
                Status::Owned => ("owned", None),
                Status::Freed(by) => ("freed", Some(by)),
                Status::Given(by) => ("given", Some(by)),
                Status::Returned(by) => ("returned", Some(by)),
                Status::Stored => ("stored", None),
                Status::Escaped => ("escaped", None),
                Status::Muted => ("reported", None),
            };
            let take = match root {
                Root::Object(id) => Some(id.site),
                _ => None,
            };
            let mut references: Vec<Reference> = Vec::new();
            let mut add = |place: String, val: Val| {
                if let Some((target, offset)) = val.address()
                    && target == root
                {
                    references.push(Reference { place, offset });
                }
            };
            for &(value, val) in &state.values {
                add(value_text(recorder, value), val);
            }
            for cell in &state.cells {
                add(self.place_text(recorder, cell.root, cell.offset), cell.val);
            }
            let name = self.root_text(recorder, root);
            let maybe_null = object.nullable;
            objects.push(Object { name, take, status, by, maybe_null, references });
        }
        let nulls = self.nulls(recorder, state);
        let mut decisions: Vec<(Op, u32)> = self
            .histories
            .back(state.history)
            .filter_map(|(event, _)| match event {
                Event::Branch { op, region } => Some((op, region)),
                _ => None,
            })
            .collect();
        decisions.reverse();
        Situation { objects, nulls, decisions }
    }

    /// The values and places of pointer type that hold null.
    fn nulls(&mut self, recorder: &Recorder, state: &State) -> Vec<String> {
        let f = self.f;
        let mut nulls: Vec<String> = Vec::new();
        for &(value, val) in &state.values {
            if val == Val::Int(0) && self.module.context.is_ptr(f.value_type(value)) {
                nulls.push(value_text(recorder, value));
            }
        }
        let zero = state.cells.iter().filter(|cell| cell.val == Val::Int(0));
        for (root, offset) in zero.map(|cell| (cell.root, cell.offset)).collect::<Vec<_>>() {
            let types = self.types_at(state, root, offset, MAX_STEPS);
            if types.into_iter().any(|ty| self.module.context.is_ptr(ty)) {
                nulls.push(self.place_text(recorder, root, offset));
            }
        }
        nulls
    }

    /// The types of what is `offset` bytes into the memory of `root`, as far as they can be found
    /// in `steps` steps from a value or variable.
    fn types_at(&mut self, state: &State, root: Root, offset: i64, steps: u32) -> Vec<Type> {
        let types = self.types_of(state, root, steps);
        let at = types.into_iter().filter_map(|ty| {
            let offset = offset.rem_euclid(self.layout.size(ty).max(1));
            inside(self.module, ty, offset)
        });
        at.map(|(_, ty)| ty).collect()
    }

    /// The types as which the memory of `root` is used.
    fn types_of(&mut self, state: &State, root: Root, steps: u32) -> Vec<Type> {
        let (f, context) = (self.f, &self.module.context);
        let element = |value: Value| context.element(f.value_type(value));
        match root {
            Root::Local(place) => element(place).into_iter().collect(),
            Root::Aggregate(value) => vec![f.value_type(value)],
            Root::Return => f.results.first().copied().into_iter().collect(),
            Root::Global(name) => {
                self.module.globals.get(&name).map(|global| global.ty).into_iter().collect()
            }
            Root::Text(_) => Vec::new(),
            Root::Object(_) | Root::Term(_) => {
                // Only pointers to its start count; a place may be that of a field alone.
                let start = |val: Val| val.address() == Some((root, Some(0)));
                let values = state.values.iter().filter(|(_, val)| start(*val));
                let values = values.map(|&(value, _)| value);
                let values = values.filter(|&value| context.is_ptr(f.value_type(value)));
                let values = values.filter_map(element);
                let parameter = root.term().and_then(|term| self.value_of(term));
                let mut types: Vec<Type> = values.chain(parameter.and_then(element)).collect();
                if steps > 0 {
                    for cell in state.cells.iter().filter(|cell| start(cell.val)) {
                        let pointers = self.types_at(state, cell.root, cell.offset, steps - 1);
                        types.extend(pointers.into_iter().filter_map(|ty| context.element(ty)));
                    }
                }
                types
            }
        }
    }

    /// The value that `term` stands for, if it is one.
    fn value_of(&self, term: Term) -> Option<Value> {
        match self.terms.get(term) {
            TermData::Opaque { source: Source::Value(value, 0), age: 0 } => Some(value),
            _ => None,
        }
    }

    fn place_text(&self, recorder: &Recorder, root: Root, offset: i64) -> String {
        let base = self.root_text(recorder, root);
        if offset == 0 { base } else { format!("{base}+{offset}") }
    }

    fn root_text(&self, recorder: &Recorder, root: Root) -> String {
        match root {
            Root::Local(value) | Root::Aggregate(value) => value_text(recorder, value),
            Root::Return => "return".to_owned(),
            Root::Object(id) => {
                let (letter, numbers, first) = match recorder.calls.contains_key(&id.site) {
                    true => ('c', &recorder.calls, FIRST_LEFT),
                    false => ('o', &recorder.sites, 0),
                };
                let number = numbers.get(&id.site).copied();
                let number = number.or_never(0, "all operations that make objects are numbered");
                let part = id.leaf.saturating_sub(first);
                let part = if part == 0 { String::new() } else { format!(".{part}") };
                let age = if id.age == 0 { String::new() } else { format!("~{}", id.age) };
                format!("{letter}{number}{part}{age}")
            }
            Root::Term(term) => format!("*{}", self.term_text(recorder, term)),
            Root::Global(name) => format!("@{}", self.module.context.name(name)),
            Root::Text(_) => "text".to_owned(),
        }
    }

    /// Describes an unknown value by its origin; terms nest only a few levels.
    fn term_text(&self, recorder: &Recorder, term: Term) -> String {
        match self.terms.get(term) {
            TermData::Opaque { source: Source::Value(value, 0), age: 0 } => {
                value_text(recorder, value)
            }
            TermData::Entry(base, offset) => {
                let base = self.term_text(recorder, base);
                format!("*({base}+{offset})")
            }
            TermData::Plus(base, offset) => {
                let base = self.term_text(recorder, base);
                format!("({base}+{offset})")
            }
            _ => format!("?{}", term.0),
        }
    }
}

/// Whether objects may come from `op`.
fn is_site(context: &luma_ir::Context, f: &Function, op: Op) -> bool {
    matches!(f.op_name(op), own::Take::NAME | luma::Call::NAME)
        || !matches!(context.op_def(f.op_name(op)).dialect(), "luma" | "own")
}

fn value_text(recorder: &Recorder, value: Value) -> String {
    format!("%{}", recorder.names[value.index()])
}

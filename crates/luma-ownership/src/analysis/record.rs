//! Writes down the states at every operation, when somebody asks.

use luma_ir::dialects::own;
use luma_ir::{Entity, Function, Op, Value, value_names};
use rustc_hash::FxHashMap;

use super::Engine;
use super::history::Event;
use super::state::{Root, State, Status, Val};
use super::term::{Source, Term, TermData};
use crate::facts::{Object, Point, Reference, Situation};

/// Most situations kept at one operation.
const MAX_SITUATIONS: usize = 64;

/// What has been written down of one function.
#[derive(Debug)]
pub(crate) struct Recorder {
    names: Vec<Box<str>>,
    /// The takes, in the order of the text, from 1.
    sites: FxHashMap<Op, usize>,
    pub(crate) points: FxHashMap<Op, Point>,
}

impl Recorder {
    pub(super) fn new(context: &luma_ir::Context, f: &Function) -> Self {
        let mut sites = FxHashMap::default();
        f.walk(&mut |op| {
            if f.op_name(op) == own::Take::NAME {
                let number = sites.len() + 1;
                sites.insert(op, number);
            }
        });
        Self { names: value_names(context, f), sites, points: FxHashMap::default() }
    }
}

impl Engine<'_> {
    /// Writes down the states after `op`.
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

    fn situation(&self, recorder: &mut Recorder, state: &State) -> Situation {
        let mut objects: Vec<Object> = Vec::new();
        for &(root, object) in &state.objects {
            let (status, by) = match object.status {
                Status::Owned => ("owned", None),
                Status::Freed(by) => ("freed", Some(by)),
                Status::Given(by) => ("given", Some(by)),
                Status::Returned(by) => ("returned", Some(by)),
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
        let is_null_pointer = |root: Root| match root {
            Root::Local(place) => {
                let content = self.module.context.element(self.f.value_type(place));
                content.is_some_and(|ty| self.module.context.is_ptr(ty))
            }
            _ => false,
        };
        let nulls = state.cells.iter().filter(|cell| cell.val == Val::Int(0));
        let nulls = nulls.filter(|cell| is_null_pointer(cell.root));
        let nulls = nulls.map(|cell| self.place_text(recorder, cell.root, cell.offset)).collect();
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

    fn place_text(&self, recorder: &Recorder, root: Root, offset: i64) -> String {
        let base = self.root_text(recorder, root);
        if offset == 0 { base } else { format!("{base}+{offset}") }
    }

    fn root_text(&self, recorder: &Recorder, root: Root) -> String {
        match root {
            Root::Local(value) | Root::Aggregate(value) => value_text(recorder, value),
            Root::Return => "return".to_owned(),
            Root::Object(id) => {
                let number = recorder.sites.get(&id.site).copied().unwrap_or_default();
                let leaf = if id.leaf == 0 { String::new() } else { format!(".{}", id.leaf) };
                let age = if id.age == 0 { String::new() } else { format!("~{}", id.age) };
                format!("o{number}{leaf}{age}")
            }
            Root::Term(term) => format!("*{}", self.term_text(recorder, term)),
            Root::Global(name) => format!("@{}", self.module.context.name(name)),
            Root::Text(_) => "text".to_owned(),
        }
    }

    /// An unknown value by where it comes from; terms nest a few levels only.
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

fn value_text(recorder: &Recorder, value: Value) -> String {
    let name = recorder.names.get(value.index()).map_or("?", |name| name);
    format!("%{name}")
}

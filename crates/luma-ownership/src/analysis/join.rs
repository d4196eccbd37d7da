//! Sets of states: equal states become one, excess states are merged, and loops age what they hold.
//!
//! Two states that agree on every object and every pointer to one (their *shape*) are merged
//! without a loss that matters. States of different shapes are only merged beyond the bound; an
//! object they disagree on then counts as escaped, so that nothing false is reported about it.

use std::hash::{Hash, Hasher};

use luma_ir::Op;
use rustc_hash::{FxHashMap, FxHasher};

use super::history::Histories;
use super::state::{Cell, Object, Range, Root, State, Status, Val, Writers};
use super::term::{Ageing, Source, Term, Terms};
use crate::summary::Departure;

/// Number of states at one point from which on those of the same shape are merged.
const SOFT_LIMIT: usize = 8;

impl State {
    fn content_hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for (root, object) in &self.objects {
            (root, object.status.kind(), object.nullable, object.partial).hash(&mut hasher);
        }
        for cell in &self.cells {
            (cell.root, cell.offset, cell.val).hash(&mut hasher);
        }
        for entry in &self.values {
            entry.hash(&mut hasher);
        }
        for (term, range) in &self.ranges {
            (term, range.low, range.high).hash(&mut hasher);
        }
        for entry in &self.relations {
            entry.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Objects, their statuses and where pointers to them are.
    fn shape(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for (root, object) in &self.objects {
            (root, object.status.kind()).hash(&mut hasher);
        }
        for cell in &self.cells {
            if let Val::Ptr(root @ Root::Object(_), offset) = cell.val {
                (cell.root, cell.offset, root, offset == Some(0)).hash(&mut hasher);
            }
        }
        for entry in &self.values {
            if let Val::Ptr(root @ Root::Object(_), offset) = entry.1 {
                (entry.0, root, offset == Some(0)).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// Objects and their statuses alone.
    fn outline(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for (root, object) in &self.objects {
            (root, object.status.kind()).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Makes `self` a state that stands for both. With `widen`, bounds that move are dropped at
    /// once, so that repeated joining terminates. At the `head` of a loop, a variable that differs
    /// gets a name for its value there, so that facts about it can still be recorded.
    pub(crate) fn join(&mut self, other: &Self, widen: bool, terms: &mut Terms, head: Option<Op>) {
        let mut named: Vec<(Term, Option<Range>)> = Vec::new();
        self.join_objects(other);
        self.writers = self.writers.join(other.writers);
        self.scribblers = self.scribblers.join(other.scribblers);
        self.scribbled |= other.scribbled;
        self.used.retain(|term| other.used.contains(term));
        self.vague |= other.vague;
        self.swept = self.swept.max(other.swept);
        let mut lost: Vec<Val> = Vec::new();
        let mut vague = false;
        let mut scribbled = false;
        let mut partial: Vec<Root> = Vec::new();

        let left = &*self;
        let mut kept = Vec::with_capacity(self.cells.len().min(other.cells.len()));
        merge(
            &self.cells,
            &other.cells,
            |a, b| (a.root, a.offset).cmp(&(b.root, b.offset)),
            |a, b| match (a, b) {
                (Some(a), Some(b)) if a == b => kept.push(*a),
                (Some(a), Some(b)) if let Some(val) = inside(a.val, b.val) => {
                    kept.push(Cell { val, ..*a });
                }
                (Some(a), Some(b))
                    if let Some((term, range)) = name(terms, head, (left, a), (other, b)) =>
                {
                    named.push((term, range));
                    kept.push(Cell { val: Val::Sym(term), ..*a });
                }
                (a, b) => {
                    let gone = || [a, b].into_iter().flatten();
                    for cell in gone() {
                        let changed = matches!(cell.root, Root::Term(_)) && !cell.initial;
                        vague |= changed && cell.pointer;
                        scribbled |= changed && !cell.pointer;
                        let old = left.object(cell.root).is_some_and(|object| object.old);
                        if old || (cell.pointer && cell.val.term().is_some()) {
                            partial.push(cell.root);
                        }
                    }
                    lost.extend(gone().map(|cell| cell.val));
                }
            },
        );
        self.cells = kept;
        // An entry value that was merely read on one side is read again when needed.
        if vague {
            (self.vague, self.writers) = (true, Writers::Several);
        }
        if scribbled {
            (self.scribbled, self.scribblers) = (true, Writers::Several);
        }
        for root in partial {
            if let Some(object) = self.object_mut(root) {
                object.partial = true;
            }
        }

        let mut kept = Vec::with_capacity(self.values.len().min(other.values.len()));
        merge(
            &self.values,
            &other.values,
            |a, b| a.0.cmp(&b.0),
            |a, b| match (a, b) {
                (Some(a), Some(b)) if a == b => kept.push(*a),
                (Some(a), Some(b)) if let Some(val) = inside(a.1, b.1) => kept.push((a.0, val)),
                (a, b) => lost.extend([a, b].into_iter().flatten().map(|entry| entry.1)),
            },
        );
        self.values = kept;

        let mut kept = Vec::new();
        merge(
            &self.ranges,
            &other.ranges,
            |a, b| a.0.cmp(&b.0),
            |a, b| {
                if let (Some(a), Some(b)) = (a, b) {
                    if a.1 == b.1 {
                        kept.push(a.clone());
                    } else if widen {
                        kept.extend(a.1.widened(&b.1).map(|range| (a.0, range)));
                    } else {
                        kept.extend(a.1.hull(&b.1).map(|range| (a.0, range)));
                    }
                }
            },
        );
        self.ranges = kept;

        let mut kept = Vec::new();
        merge(
            &self.relations,
            &other.relations,
            |a, b| a.0.cmp(&b.0),
            |a, b| {
                if let (Some(a), Some(b)) = (a, b)
                    && a.1 | b.1 != 7
                {
                    kept.push((a.0, a.1 | b.1));
                }
            },
        );
        self.relations = kept;
        for (term, range) in named {
            self.relations.retain(|&((a, b), _)| a != term && b != term);
            self.set_range(term, range);
        }

        for &root in &other.exposed {
            self.expose(root);
        }
        for val in lost {
            if let Val::Ptr(root @ (Root::Object(_) | Root::Local(_)), _) = val {
                self.escape(val, Departure::Merged);
                self.expose(root);
            }
        }
        if self.dirty || other.dirty {
            self.dirty = true;
            self.lost.clear();
        }
    }

    fn join_objects(&mut self, other: &Self) {
        let mut kept = Vec::with_capacity(self.objects.len());
        let mut vague = false;
        let mut departed: Vec<Op> = Vec::new();
        let doubtful = |object: &Object| Object {
            status: match object.status {
                Status::Owned | Status::Stored => Status::Escaped,
                status => status,
            },
            ..*object
        };
        merge(
            &self.objects,
            &other.objects,
            |a, b| a.0.cmp(&b.0),
            |a, b| match (a, b) {
                (Some(a), Some(b)) => {
                    let status = if a.1.status.kind() == b.1.status.kind() {
                        a.1.status
                    } else if [a.1.status, b.1.status].iter().any(|s| matches!(s, Status::Muted)) {
                        Status::Muted
                    } else {
                        Status::Escaped
                    };
                    let differ = a.1.status.kind() != b.1.status.kind();
                    departed.extend(a.0.site().filter(|_| differ));
                    let nullable = a.1.nullable || b.1.nullable;
                    let partial = a.1.partial || b.1.partial;
                    let gone = a.1.gone && b.1.gone;
                    let life = (a.1.life.0.max(b.1.life.0), a.1.life.1.min(b.1.life.1));
                    kept.push((a.0, Object { status, nullable, partial, gone, life, ..a.1 }));
                }
                (Some(one), None) | (None, Some(one)) => {
                    // Memory of unknown pointers is only listed once it is freed or given away.
                    if matches!(one.0, Root::Object(_)) {
                        let owned = matches!(one.1.status, Status::Owned | Status::Stored);
                        departed.extend(one.0.site().filter(|_| owned));
                        kept.push((one.0, doubtful(&one.1)));
                    } else {
                        vague = true;
                    }
                }
                (None, None) => {}
            },
        );
        self.objects = kept;
        self.escaped.extend(departed.into_iter().map(|site| (site, Departure::Merged)));
        self.escaped.extend_from_slice(&other.escaped);
        self.vague |= vague;
    }

    /// Renames what was created in a loop when its next iteration starts. What is too old to be
    /// distinguished is forgotten; owned objects escape.
    pub(crate) fn age(&mut self, terms: &mut Terms, ageing: &Ageing<'_>) {
        let old: Vec<Root> = self
            .objects
            .iter()
            .map(|&(root, _)| root)
            .filter(|&root| {
                matches!(root, Root::Object(_)) && terms.aged_root(root, ageing).is_none()
            })
            .collect();
        for root in old {
            self.escape(Val::Ptr(root, Some(0)), Departure::Loop);
            self.clear_root(root);
            self.remove_object(root);
        }
        self.lost.clear();
        let mut roots: FxHashMap<Root, Option<Root>> = FxHashMap::default();
        let mut vals: FxHashMap<Val, Option<Val>> = FxHashMap::default();
        let mut root_of = |terms: &mut Terms, root: Root| {
            *roots.entry(root).or_insert_with(|| terms.aged_root(root, ageing))
        };
        let mut val_of = |terms: &mut Terms, val: Val| {
            *vals.entry(val).or_insert_with(|| terms.aged_val(val, ageing))
        };

        let mut cells = std::mem::take(&mut self.cells);
        let mut named: Vec<(Term, Option<Range>)> = Vec::new();
        cells.retain_mut(|cell| match (root_of(terms, cell.root), val_of(terms, cell.val)) {
            (Some(root), Some(val)) => {
                (cell.root, cell.val) = (root, val);
                true
            }
            // Too old to have a name of its own, but its range may still be known.
            (Some(_), None) => match name(terms, Some(ageing.of), (self, cell), (self, cell)) {
                Some((term, range)) => {
                    named.push((term, range));
                    cell.val = Val::Sym(term);
                    true
                }
                None => false,
            },
            _ => false,
        });
        cells.sort_by_key(|cell| (cell.root, cell.offset));
        self.cells = cells;

        let mut values = std::mem::take(&mut self.values);
        values.retain_mut(|entry| match val_of(terms, entry.1) {
            Some(val) => {
                entry.1 = val;
                true
            }
            None => false,
        });
        self.values = values;

        let mut objects = std::mem::take(&mut self.objects);
        objects.retain_mut(|entry| match root_of(terms, entry.0) {
            Some(root) => {
                entry.0 = root;
                true
            }
            None => false,
        });
        objects.sort_by_key(|entry| entry.0);
        self.objects = objects;

        let mut exposed = std::mem::take(&mut self.exposed);
        exposed.retain_mut(|root| match root_of(terms, *root) {
            Some(aged) => {
                *root = aged;
                true
            }
            None => false,
        });
        exposed.sort_unstable();
        self.exposed = exposed;

        let ranges = std::mem::take(&mut self.ranges);
        let mut ranges: Vec<_> = ranges
            .into_iter()
            .filter_map(|(term, range)| Some((terms.aged(term, ageing)?, range)))
            .collect();
        ranges.sort_by_key(|entry| entry.0);
        self.ranges = ranges;
        for (term, range) in named {
            self.set_range(term, range);
        }

        let relations = std::mem::take(&mut self.relations);
        let mut relations: Vec<_> = relations
            .into_iter()
            .filter_map(|((a, b), mask)| {
                let (x, y) = (terms.aged(a, ageing)?, terms.aged(b, ageing)?);
                // Renaming may invert the order; such facts are rare enough to drop.
                (x < y).then_some(((x, y), mask))
            })
            .collect();
        relations.sort_by_key(|entry| entry.0);
        self.relations = relations;
    }
}

/// A pointer that stands for two into the same memory.
fn inside(a: Val, b: Val) -> Option<Val> {
    match (a, b) {
        (Val::Ptr(r, _), Val::Ptr(s, _)) if r == s => Some(Val::Ptr(r, None)),
        _ => None,
    }
}

/// The merged value of a variable that holds `a` in one state and `b` in the other, at the head of
/// the loop `head` if there is one; `None` unless a range says all that matters of both.
fn name(
    terms: &mut Terms,
    head: Option<Op>,
    (left, a): (&State, &Cell),
    (right, b): (&State, &Cell),
) -> Option<(Term, Option<Range>)> {
    let Root::Local(variable) = a.root else { return None };
    let plain = |val: Val| !matches!(val, Val::Ptr(Root::Object(_) | Root::Local(_), _));
    if a.size != b.size || !plain(a.val) || !plain(b.val) {
        return None;
    }
    let (x, y) = (left.range_of(terms, a.val), right.range_of(terms, b.val));
    match head {
        Some(op) => Some((terms.opaque(Source::Head(op, variable, a.offset)), x.widened(&y))),
        // Elsewhere only a value whose range is known is worth a name.
        None => x.hull(&y).map(|range| (terms.fresh(), Some(range))),
    }
}

/// Walks two sorted slices side by side.
fn merge<T>(
    a: &[T],
    b: &[T],
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
    mut each: impl FnMut(Option<&T>, Option<&T>),
) {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (None, None) => return,
            (Some(_), None) => each(a.next(), None),
            (None, Some(_)) => each(None, b.next()),
            (Some(x), Some(y)) => match order(x, y) {
                std::cmp::Ordering::Less => each(a.next(), None),
                std::cmp::Ordering::Greater => each(None, b.next()),
                std::cmp::Ordering::Equal => each(a.next(), b.next()),
            },
        }
    }
}

/// Keeps one of each group of equal states, the one with the shortest history, and merges beyond
/// the bound.
pub(crate) fn limit(states: &mut Vec<State>, histories: &Histories, terms: &mut Terms, max: usize) {
    if states.len() <= 1 {
        return;
    }
    dedupe(states, histories);
    if states.len() > SOFT_LIMIT.min(max) {
        group(states, histories, terms, State::shape);
    }
    if states.len() > max {
        group(states, histories, terms, State::outline);
    }
    if states.len() > max {
        let rest = states.split_off(max.max(1));
        if let Some(last) = states.last_mut() {
            rest.iter().for_each(|state| join_pair(last, state, histories, terms));
        }
    }
}

fn dedupe(states: &mut Vec<State>, histories: &Histories) {
    let mut seen: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    let mut kept: Vec<State> = Vec::with_capacity(states.len());
    'next: for state in states.drain(..) {
        let bucket = seen.entry(state.content_hash()).or_default();
        for &at in bucket.iter() {
            if let Some(other) = kept.get_mut(at)
                && other.same(&state)
            {
                let swept = state.swept.max(other.swept);
                if histories.length(state.history) < histories.length(other.history) {
                    *other = state;
                }
                other.swept = swept;
                continue 'next;
            }
        }
        bucket.push(kept.len());
        kept.push(state);
    }
    *states = kept;
}

fn group(
    states: &mut Vec<State>,
    histories: &Histories,
    terms: &mut Terms,
    key: impl Fn(&State) -> u64,
) {
    let mut groups: FxHashMap<u64, usize> = FxHashMap::default();
    let mut kept: Vec<State> = Vec::new();
    for state in states.drain(..) {
        let at = *groups.entry(key(&state)).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(group) => join_pair(group, &state, histories, terms),
            None => kept.push(state),
        }
    }
    *states = kept;
}

/// Joins `state` into `group` and keeps the shorter history, with its objects' numbers.
fn join_pair(group: &mut State, state: &State, histories: &Histories, terms: &mut Terms) {
    if histories.length(state.history) < histories.length(group.history) {
        let mut joined = state.clone();
        joined.join(group, false, terms, None);
        *group = joined;
    } else {
        group.join(state, false, terms, None);
    }
}

/// The states at the head of a loop: one of each shape, joined until nothing changes.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) states: Vec<State>,
    shapes: FxHashMap<u64, usize>,
}

impl Head {
    /// Adds `state`, at the head of the loop `op`; returns whether that changed anything.
    pub(crate) fn add(
        &mut self,
        state: State,
        max: usize,
        terms: &mut Terms,
        op: Option<Op>,
    ) -> bool {
        let shape = state.shape();
        let at = match self.shapes.get(&shape) {
            Some(&at) => at,
            None if self.states.len() < max.max(1) => {
                self.shapes.insert(shape, self.states.len());
                self.states.push(state);
                return true;
            }
            None => self.states.len() - 1,
        };
        let slot = &mut self.states[at];
        let mut joined = slot.clone();
        joined.join(&state, true, terms, op);
        let changed = !joined.same(slot);
        *slot = joined;
        changed
    }
}

//! Sets of states: equal states become one, too many are merged, and loops age what they hold.
//!
//! Two states are merged without loss that matters when they agree on every object and every
//! pointer to one (their *shape*). States of different shapes are only merged beyond the bound;
//! an object they disagree on then counts as escaped, so that nothing false is said about it.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::history::Histories;
use super::state::{Object, Root, State, Status, Val};
use super::term::{Ageing, Terms};

/// States at one point from which on those of one shape are merged.
const SOFT_LIMIT: usize = 8;

impl State {
    fn content_hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for (root, object) in &self.objects {
            (root, object.status.kind(), object.nullable).hash(&mut hasher);
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
            if matches!(cell.val, Val::Ptr(Root::Object(_), _)) {
                (cell.root, cell.offset, cell.val).hash(&mut hasher);
            }
        }
        for entry in &self.values {
            if matches!(entry.1, Val::Ptr(Root::Object(_), _)) {
                entry.hash(&mut hasher);
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

    /// The state that stands for both. With `widen`, facts that differ are dropped at once, so
    /// that repeated joining ends.
    pub(crate) fn join(&mut self, other: &Self, widen: bool) {
        self.join_objects(other);
        self.pristine &= other.pristine;
        self.vague |= other.vague;
        let mut lost: Vec<Val> = Vec::new();
        let mut vague = false;

        let mut kept = Vec::with_capacity(self.cells.len().min(other.cells.len()));
        merge(
            &self.cells,
            &other.cells,
            |a, b| (a.root, a.offset).cmp(&(b.root, b.offset)),
            |a, b| match (a, b) {
                (Some(a), Some(b)) if a == b => kept.push(*a),
                (a, b) => {
                    let gone = || [a, b].into_iter().flatten();
                    vague |= gone().any(|cell| matches!(cell.root, Root::Term(_)));
                    lost.extend(gone().map(|cell| cell.val));
                }
            },
        );
        self.cells = kept;
        // An entry value that was merely read on one side is read again when needed.
        self.vague |= vague;

        let mut kept = Vec::with_capacity(self.values.len().min(other.values.len()));
        merge(
            &self.values,
            &other.values,
            |a, b| a.0.cmp(&b.0),
            |a, b| match (a, b) {
                (Some(a), Some(b)) if a == b => kept.push(*a),
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
                    } else if !widen {
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

        for &root in &other.exposed {
            self.expose(root);
        }
        for val in lost {
            if let Val::Ptr(root @ (Root::Object(_) | Root::Local(_)), _) = val {
                self.escape(val);
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
        let doubtful = |object: &Object| Object {
            status: match object.status {
                Status::Owned => Status::Escaped,
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
                    let nullable = a.1.nullable || b.1.nullable;
                    kept.push((a.0, Object { status, nullable, number: a.1.number }));
                }
                (Some(one), None) | (None, Some(one)) => {
                    // Memory of unknown pointers is only listed once it is gone.
                    if matches!(one.0, Root::Object(_)) {
                        kept.push((one.0, doubtful(&one.1)));
                    } else {
                        vague = true;
                    }
                }
                (None, None) => {}
            },
        );
        self.objects = kept;
        self.vague |= vague;
    }

    /// Renames what was made in a loop when its next iteration starts; what is too old to be kept
    /// apart is forgotten, owned objects as escaped.
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
            self.escape(Val::Ptr(root, Some(0)));
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
        cells.retain_mut(|cell| match (root_of(terms, cell.root), val_of(terms, cell.val)) {
            (Some(root), Some(val)) => {
                (cell.root, cell.val) = (root, val);
                true
            }
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

        let relations = std::mem::take(&mut self.relations);
        let mut relations: Vec<_> = relations
            .into_iter()
            .filter_map(|((a, b), mask)| {
                let (x, y) = (terms.aged(a, ageing)?, terms.aged(b, ageing)?);
                // Renaming may turn the order round; such facts are rare enough to drop.
                (x < y).then_some(((x, y), mask))
            })
            .collect();
        relations.sort_by_key(|entry| entry.0);
        self.relations = relations;
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
pub(crate) fn limit(states: &mut Vec<State>, histories: &Histories, max: usize) {
    if states.len() <= 1 {
        return;
    }
    dedupe(states, histories);
    if states.len() > SOFT_LIMIT.min(max) {
        group(states, histories, State::shape);
    }
    if states.len() > max {
        group(states, histories, State::outline);
    }
    if states.len() > max {
        let rest = states.split_off(max.max(1));
        if let Some(last) = states.last_mut() {
            rest.iter().for_each(|state| join_pair(last, state, histories, false));
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
                if histories.length(state.history) < histories.length(other.history) {
                    *other = state;
                }
                continue 'next;
            }
        }
        bucket.push(kept.len());
        kept.push(state);
    }
    *states = kept;
}

fn group(states: &mut Vec<State>, histories: &Histories, key: impl Fn(&State) -> u64) {
    let mut groups: FxHashMap<u64, usize> = FxHashMap::default();
    let mut kept: Vec<State> = Vec::new();
    for state in states.drain(..) {
        let at = *groups.entry(key(&state)).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(group) => join_pair(group, &state, histories, false),
            None => kept.push(state),
        }
    }
    *states = kept;
}

/// Joins `state` into `group` and keeps the shorter history, with its objects' numbers.
fn join_pair(group: &mut State, state: &State, histories: &Histories, widen: bool) {
    if histories.length(state.history) < histories.length(group.history) {
        let mut joined = state.clone();
        joined.join(group, widen);
        *group = joined;
    } else {
        group.join(state, widen);
    }
}

/// The states at the head of a loop: one of each shape, joined until nothing changes.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) states: Vec<State>,
    shapes: FxHashMap<u64, usize>,
}

impl Head {
    /// Adds `state`; whether that changed anything.
    pub(crate) fn add(&mut self, state: State, max: usize) -> bool {
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
        let Some(slot) = self.states.get_mut(at) else { return false };
        let mut joined = slot.clone();
        joined.join(&state, true);
        let changed = !joined.same(slot);
        *slot = joined;
        changed
    }
}

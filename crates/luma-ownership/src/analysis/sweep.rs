//! Finds what can still be reached, and forgets the rest.

use rustc_hash::FxHashSet;

use super::state::{Object, Root, State, Status, Val, object_of};
use super::term::{Term, TermData, Terms};

impl State {
    /// Whether all objects that lost a reference are still held by a variable or a value: the
    /// common case, detected without following every pointer.
    pub(crate) fn all_held(&self) -> bool {
        let held = |root: Root| {
            // Usually the pointer was stored somewhere new, so later entries are tried first.
            self.values.iter().rev().any(|&(_, val)| object_of(val) == Some(root))
                || self.cells.iter().rev().any(|cell| {
                    !matches!(cell.root, Root::Object(_)) && object_of(cell.val) == Some(root)
                })
        };
        !self.lost.is_empty()
            && self.lost.len() <= 8
            && self
                .lost
                .iter()
                .all(|&root| (!self.is_ours(root) && !self.holds_owned(root)) || held(root))
    }

    /// The objects that can still be reached.
    pub(crate) fn reachable(&self) -> FxHashSet<Root> {
        let mut seen: FxHashSet<Root> = FxHashSet::default();
        let mut stack: Vec<Root> = Vec::new();
        stack.extend(self.values.iter().filter_map(|&(_, val)| object_of(val)));
        for cell in &self.cells {
            if !matches!(cell.root, Root::Object(_)) {
                stack.extend(object_of(cell.val));
            }
        }
        // What others hold stays reachable for them.
        for &(root, object) in &self.objects {
            if matches!(root, Root::Object(_))
                && !matches!(object.status, Status::Owned | Status::Freed(_) | Status::Muted)
                && !object.gone
            {
                stack.extend(self.cells_of(root).iter().filter_map(|cell| object_of(cell.val)));
            }
        }
        while let Some(root) = stack.pop() {
            if seen.insert(root) {
                stack.extend(self.cells_of(root).iter().filter_map(|cell| object_of(cell.val)));
            }
        }
        seen
    }

    /// Forgets what nothing refers to any more: memory behind dead pointers, objects that are
    /// gone, facts about values nobody holds.
    pub(crate) fn sweep(&mut self, terms: &Terms) {
        self.sweep_objects();
        self.sweep_terms(terms);
    }

    fn sweep_objects(&mut self) {
        if self.objects.is_empty() {
            return;
        }
        let reachable = self.reachable();
        let keep = |root: Root, object: &Object| match root {
            Root::Object(_) => {
                matches!(object.status, Status::Owned | Status::Stored)
                    || object.old
                    || reachable.contains(&root)
            }
            _ => true,
        };
        let objects = std::mem::take(&mut self.objects);
        self.objects = objects.into_iter().filter(|(r, o)| keep(*r, o)).collect();
        let objects = &self.objects;
        let alive = |root: Root| match root {
            Root::Object(_) => objects.binary_search_by_key(&root, |&(r, _)| r).is_ok(),
            _ => true,
        };
        self.cells.retain(|cell| alive(cell.root));
        self.exposed.retain(|&root| alive(root));
    }

    /// Keeps the terms held by values and cells outside of term memory, and what these reach.
    fn sweep_terms(&mut self, terms: &Terms) {
        let is_term = |root: Root| matches!(root, Root::Term(_));
        if self.ranges.is_empty()
            && self.relations.is_empty()
            && !self.objects.iter().any(|&(root, _)| is_term(root))
            && !self.cells.iter().any(|cell| is_term(cell.root))
        {
            return;
        }
        let mut live: FxHashSet<Term> = FxHashSet::default();
        let mut stack: Vec<Term> = Vec::new();
        stack.extend(self.values.iter().filter_map(|(_, val)| val.term()));
        let of_param = |term: Term| terms.is_of_entry(term);
        for cell in &self.cells {
            match cell.root {
                Root::Term(term) => {
                    if of_param(term) {
                        stack.push(term);
                    }
                }
                _ => stack.extend(cell.val.term()),
            }
        }
        for (term, _) in &self.ranges {
            if of_param(*term) {
                stack.push(*term);
            }
        }
        while let Some(term) = stack.pop() {
            if live.insert(term) {
                let data = terms.get(term);
                stack.extend(terms.operands(data).into_iter().flatten());
                let inner = self.cells_of(Root::Term(term));
                stack.extend(inner.iter().filter_map(|cell| cell.val.term()));
            }
        }
        let holds = |term: Term| live.contains(&term) || of_param(term);
        self.cells.retain(|cell| cell.root.term().is_none_or(holds));
        self.objects.retain(|(root, _)| root.term().is_none_or(holds));
        self.ranges.retain(|(term, _)| {
            holds(*term) || terms.operands(terms.get(*term)).into_iter().flatten().any(holds)
        });
        self.relations.retain(|&((a, b), _)| holds(a) && holds(b));
    }

    /// Every use of `root` as an address becomes null: the object does not exist.
    pub(crate) fn nullify(&mut self, root: Root, terms: &Terms) {
        let replace = |val: &mut Val| match *val {
            Val::Ptr(r, _) if r == root => *val = Val::Int(0),
            Val::Sym(term) if terms.get(term) == TermData::IsNull(root) => *val = Val::Int(1),
            Val::Sym(term) => {
                if let TermData::Not(inner) = terms.get(term)
                    && terms.get(inner) == TermData::IsNull(root)
                {
                    *val = Val::Int(0);
                }
            }
            _ => {}
        };
        // Nor do the objects exist that it would own.
        let held = self.cells_of(root).to_vec();
        self.cells.retain(|cell| cell.root != root);
        for cell in held {
            if let Val::Ptr(inner, _) = cell.val
                && self.is_owned(inner)
            {
                self.nullify(inner, terms);
            }
        }
        self.cells.iter_mut().for_each(|cell| replace(&mut cell.val));
        self.values.iter_mut().for_each(|(_, val)| replace(val));
        self.remove_object(root);
        self.unexpose(root);
    }
}

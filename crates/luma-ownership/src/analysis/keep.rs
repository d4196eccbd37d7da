//! Borrowed parameters that a function stores where they outlive the call: in a global, or behind
//! another parameter. Whoever holds a pointer there may free it, so the caller must give it away.

use luma_ir::Op;
use rustc_hash::FxHashMap;

use super::Engine;
use super::defect::{DefectKind, Discharging};
use super::history::Event;
use super::state::{Root, State, Status, Val};
use super::term::{Term, TermData};
use crate::summary::{Departure, Kept};

/// A store of a borrowed parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    parameter: u32,
    /// The parameter behind which it is stored; `None` for a global.
    holder: Option<u32>,
    /// Byte offset from where the holder points, if known.
    offset: Option<i64>,
}

impl Engine<'_> {
    /// Notes that `op` stores `val` in memory that outlives what this function sees of it.
    pub(super) fn keep(
        &mut self,
        state: &mut State,
        op: Op,
        (root, offset): (Root, Option<i64>),
        val: Val,
    ) {
        let Some(parameter) = val.term().and_then(|term| self.parameter(term)) else { return };
        if let Root::Object(id) = root {
            self.kept_in.insert((id.site, id.leaf, offset), op);
        }
        if !Self::is_outward(state, root) {
            return;
        }
        let holder = root.term().and_then(|term| self.holder(term));
        if holder == Some(parameter) {
            return;
        }
        let at = match root {
            Root::Global(name) => Kept::Global(name),
            Root::Term(term) => self.path_of(term).map_or(Kept::Unknown, Kept::Behind),
            _ => Kept::Unknown,
        };
        self.summary.keeps.entry(parameter).or_insert(at);
        // What is stored to `*out` is handed to the caller, like a result.
        let is_result = holder.is_some_and(|holder| {
            let context = &self.module.context;
            let ty = self.f.params.get(holder as usize);
            let is_out =
                ty.and_then(|&ty| context.element(ty)).is_some_and(|ty| context.is_ptr(ty));
            is_out && root.term().is_some_and(|term| self.parameter(term).is_some())
        });
        if is_result || !(holder.is_some() || matches!(root, Root::Global(_))) {
            return;
        }
        self.kept.insert(op, Keep { parameter, holder, offset });
        state.history = self.histories.push_at(state.history, Event::Outward { op }, Some(root));
    }

    /// Handles a store of the object `val` points to in memory that this function did not create.
    /// Behind a parameter, at a known place, the caller finds it; elsewhere it is unknown who frees
    /// it.
    pub(super) fn store_outward(
        &mut self,
        state: &mut State,
        (place, offset): (Root, Option<i64>),
        val: Val,
    ) {
        let is_exact = offset.is_some()
            && match place {
                Root::Term(term) => self.path_of(term).is_some(),
                _ => state
                    .object(place)
                    .is_some_and(|o| matches!(o.status, Status::Stored | Status::Returned(_))),
            };
        match val {
            Val::Ptr(root @ Root::Object(id), Some(0)) if is_exact && state.is_owned(root) => {
                state.set_status(root, Status::Stored);
                let fate = self.fate(id.site);
                (fate.discharged, fate.shared) = (true, true);
                if let Some(taken) = self.taken(id.site) {
                    taken.kept = true;
                }
                // What it owns goes with it.
                self.store_contents(state, root);
            }
            Val::Ptr(root @ Root::Object(_), Some(0)) if is_exact && state.is_stored(root) => {}
            _ => state.escape(val, Departure::Stored),
        }
    }

    /// What the object `root` owns goes to the caller with it.
    pub(super) fn store_contents(&mut self, state: &mut State, root: Root) {
        for cell in state.cells_of(root).to_vec() {
            self.store_outward(state, (root, Some(cell.offset)), cell.val);
        }
    }

    /// The parameter that leads to `term`.
    fn holder(&self, term: Term) -> Option<u32> {
        let mut term = term;
        while let TermData::Entry(base, _) = self.terms.get(term) {
            term = base;
        }
        self.parameter(term)
    }

    /// Reports the parameters that are stored when the function is left.
    pub(super) fn report_kept(&mut self, state: &mut State) {
        self.report_kept_in_objects(state);
        if self.kept.is_empty() {
            return;
        }
        let mut stores: Vec<(Op, Root)> = self
            .histories
            .back(state.history)
            .filter_map(|(event, root)| match event {
                Event::Outward { op } => Some((op, root?)),
                _ => None,
            })
            .collect();
        stores.reverse();
        // Which parameter is stored behind which; storing one behind itself loses nothing.
        let mut behind: FxHashMap<u32, Option<u32>> = FxHashMap::default();
        for (op, root) in stores {
            let Some(&Keep { parameter, holder, offset }) = self.kept.get(&op) else { continue };
            let now = offset.and_then(|offset| state.cell(root, offset));
            let overwritten = now.is_some_and(|cell| {
                cell.val.term().and_then(|term| self.parameter(term)) != Some(parameter)
            });
            if behind.contains_key(&parameter)
                || overwritten
                || Some(parameter) == outermost(&behind, holder)
            {
                continue;
            }
            behind.insert(parameter, holder);
            let kind = DefectKind::BorrowedFree { parameter, how: Discharging::Kept };
            self.report(state, kind, op, None, None);
        }
    }
}

impl Engine<'_> {
    /// Reports the parameters that are stored in objects behind another parameter.
    fn report_kept_in_objects(&mut self, state: &mut State) {
        if self.kept_in.is_empty() {
            return;
        }
        let mut found: Vec<(Op, u32)> = Vec::new();
        for cell in &state.cells {
            let Some(holder) = cell.root.term().and_then(|term| self.holder(term)) else {
                continue;
            };
            let mut stack: Vec<Root> = Vec::new();
            let mut seen: Vec<Root> = Vec::new();
            stack.extend(cell.val.address().map(|(root, _)| root));
            while let Some(root) = stack.pop() {
                if !state.is_stored(root) || seen.contains(&root) {
                    continue;
                }
                seen.push(root);
                let Root::Object(id) = root else { continue };
                for held in state.cells_of(root) {
                    stack.extend(held.val.address().map(|(root, _)| root));
                    let parameter = held.val.term().and_then(|term| self.parameter(term));
                    let store = self.kept_in.get(&(id.site, id.leaf, Some(held.offset)));
                    if let (Some(parameter), Some(&op)) = (parameter, store)
                        && parameter != holder
                    {
                        found.push((op, parameter));
                    }
                }
            }
        }
        for (op, parameter) in found {
            let kind = DefectKind::BorrowedFree { parameter, how: Discharging::Kept };
            self.report(state, kind, op, None, None);
        }
    }
}

/// The outermost object that contains `holder`.
fn outermost(behind: &FxHashMap<u32, Option<u32>>, holder: Option<u32>) -> Option<u32> {
    let mut at = holder;
    for _ in 0..behind.len() {
        match at.and_then(|at| behind.get(&at)) {
            Some(&next) => at = next,
            None => break,
        }
    }
    at
}

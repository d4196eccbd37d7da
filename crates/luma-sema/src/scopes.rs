//! Local names and where they are visible.

use luma_diagnostics::{OrNever as _, never};
use luma_syntax::ast::LocalId;
use rustc_hash::FxHashMap;

/// A stack of scopes; every operation except leaving a scope takes constant time.
#[derive(Debug, Default)]
pub(crate) struct Scopes<'a> {
    /// For each name its declarations, the innermost last, each with the depth of its scope.
    visible: FxHashMap<&'a str, Vec<(usize, LocalId)>>,
    /// Declared names in order.
    declared: Vec<&'a str>,
    /// How many were declared when each open scope began.
    marks: Vec<usize>,
}

impl<'a> Scopes<'a> {
    /// Opens a scope.
    pub(crate) fn push(&mut self) {
        self.marks.push(self.declared.len());
    }

    /// Closes the innermost scope and removes its names.
    pub(crate) fn pop(&mut self) {
        let mark = self.marks.pop().or_never(0, "every closed scope was opened");
        for name in self.declared.drain(mark..) {
            let hidden = self.visible.get_mut(name).and_then(Vec::pop);
            never!(hidden.is_none(), "`{name}` is declared and not visible");
        }
    }

    /// Makes `name` visible; returns the local that already has that name in the same scope.
    pub(crate) fn declare(&mut self, name: &'a str, local: LocalId) -> Option<LocalId> {
        let depth = self.marks.len();
        let stack = self.visible.entry(name).or_default();
        let previous = stack.last().filter(|(at, _)| *at == depth).map(|(_, local)| *local);
        stack.push((depth, local));
        self.declared.push(name);
        previous
    }

    /// The innermost local called `name`.
    pub(crate) fn get(&self, name: &str) -> Option<LocalId> {
        self.visible.get(name)?.last().map(|(_, local)| *local)
    }

    /// All names visible now, with repetitions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.declared.iter().copied()
    }
}

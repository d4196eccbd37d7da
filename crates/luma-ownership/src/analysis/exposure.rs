//! Memory that other code may see or change: escapes, and stores and calls whose effect is not
//! known exactly.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::state::{Cell, Root, State, Status, Val, Writers};
use crate::summary::Departure;

impl State {
    pub(crate) fn is_exposed(&self, root: Root) -> bool {
        self.exposed.binary_search(&root).is_ok()
    }

    pub(crate) fn expose(&mut self, root: Root) {
        if let Err(at) = self.exposed.binary_search(&root) {
            self.exposed.insert(at, root);
        }
    }

    pub(crate) fn unexpose(&mut self, root: Root) {
        if let Ok(at) = self.exposed.binary_search(&root) {
            self.exposed.remove(at);
        }
    }

    /// The objects that `val` points to, and those reachable from there, are no longer this
    /// function's responsibility: code it cannot see may keep or free them.
    pub(crate) fn escape(&mut self, val: Val, why: Departure) {
        let mut stack: SmallVec<[Root; 4]> = SmallVec::new();
        stack.extend(val.address().map(|(root, _)| root));
        let mut seen: FxHashSet<Root> = FxHashSet::default();
        while let Some(root) = stack.pop() {
            if !seen.insert(root) {
                continue;
            }
            match root {
                Root::Object(id) => {
                    if self.is_owned(root) || self.is_stored(root) {
                        self.escaped.push((id.site, why));
                        self.set_status(root, Status::Escaped);
                    }
                }
                Root::Local(_) => self.expose(root),
                _ => continue,
            }
            let inner = self.cells_of(root).iter().filter_map(|cell| cell.val.address());
            stack.extend(inner.map(|(root, _)| root));
        }
    }

    /// Forgets the contents of `root`, which other code may have changed, and the objects it owned.
    pub(crate) fn havoc(&mut self, root: Root, why: Departure) {
        let mut stack: SmallVec<[Root; 4]> = SmallVec::from_slice(&[root]);
        while let Some(root) = stack.pop() {
            for cell in self.forget(root, why) {
                // Memory behind an address in it may have changed as well.
                if let Some((inner, _)) = cell.val.address()
                    && inner != root
                    && !matches!(inner, Root::Text(_))
                {
                    stack.push(inner);
                }
            }
        }
    }

    /// Forgets the contents of `root` itself, which may have been overwritten, and returns them.
    fn forget(&mut self, root: Root, why: Departure) -> SmallVec<[Cell; 4]> {
        if matches!(root, Root::Term(_) | Root::Global(_)) {
            self.writers = Writers::Several;
        }
        let cells: SmallVec<[Cell; 4]> = self.cells_of(root).into();
        for cell in cells.iter().filter(|cell| !cell.initial) {
            match root {
                Root::Term(_) if cell.pointer => self.vague = true,
                Root::Term(_) => self.scribbled = true,
                _ => {}
            }
        }
        let old = self.object(root).is_some_and(|object| object.old);
        if cells.iter().any(|cell| old || (cell.pointer && cell.val.term().is_some()))
            && let Some(object) = self.object_mut(root)
        {
            object.partial = true;
        }
        cells.iter().for_each(|cell| self.escape(cell.val, why));
        self.clear_root(root);
        cells
    }

    /// A store through `writer`, a pointer that existed at entry: other memory that existed at
    /// entry may have changed.
    pub(crate) fn clobber_outside(&mut self, writer: Root, why: Departure) {
        let writers = match self.writers {
            Writers::Nobody => Writers::Only(writer),
            Writers::Only(other) if other == writer => self.writers,
            _ => Writers::Several,
        };
        let mut roots: Vec<Root> = Vec::new();
        for cell in &self.cells {
            let open = matches!(cell.root, Root::Term(_) | Root::Global(_));
            if open && cell.root != writer && roots.last() != Some(&cell.root) {
                roots.push(cell.root);
            }
        }
        for root in roots {
            self.forget(root, why);
        }
        self.writers = writers;
    }

    /// Forgets everything unknown code or an unknown pointer may have changed, except in `but`.
    pub(crate) fn clobber(&mut self, but: Option<Root>, why: Departure) {
        self.writers = Writers::Several;
        let mut roots: Vec<Root> = Vec::new();
        for cell in &self.cells {
            if roots.last() != Some(&cell.root) && Some(cell.root) != but {
                let open = match cell.root {
                    Root::Term(_) | Root::Global(_) => true,
                    Root::Object(_) => {
                        self.is_exposed(cell.root)
                            || self.object(cell.root).is_none_or(|o| {
                                !matches!(o.status, Status::Owned | Status::Freed(_))
                            })
                    }
                    Root::Local(_) => self.is_exposed(cell.root),
                    Root::Aggregate(_) | Root::Return | Root::Text(_) => false,
                };
                if open {
                    roots.push(cell.root);
                }
            }
        }
        roots.into_iter().for_each(|root| self.havoc(root, why));
    }
}

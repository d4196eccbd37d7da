//! Def-use chains: what every operation uses, and who uses every value.
//!
//! The values an operation uses, operands first, then the arguments of its successors, stand in
//! consecutive slots. Each slot is also a link of the chain of all uses of its value, so adding and
//! removing a use takes constant time. Cranelift has no such chains; MLIR's use lists are the model.

use luma_diagnostics::never;

use crate::entity::{Entity, Index, Op, Value};
use crate::function::pool::Slots;

/// A slot of [`UseLists`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct UseId(Index);

impl UseId {
    fn new(slot: u32) -> Self {
        Self(Index::new(slot as usize))
    }

    fn slot(self) -> usize {
        self.0.get()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

#[derive(Clone, Copy, Debug)]
struct Link {
    /// The operation that uses the value; `None` in slots that stand for no use.
    op: Option<Op>,
    previous: Option<UseId>,
    next: Option<UseId>,
}

/// The slots that one operation uses.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    start: u32,
    len: u32,
}

impl Used {
    pub(super) fn len(self) -> usize {
        self.len as usize
    }

    /// Which of the uses stands in `slot`.
    pub(super) fn index_of(self, slot: u32) -> usize {
        (slot - self.start) as usize
    }

    fn slots(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// The first use of every value; kept with the values.
pub(super) trait Heads {
    fn head(&mut self, value: Value) -> &mut Option<UseId>;
}

/// All uses of a function.
#[derive(Clone, Debug, Default)]
pub(super) struct UseLists {
    values: Vec<Value>,
    links: Vec<Link>,
    slots: Slots,
}

impl UseLists {
    pub(super) fn values(&self, used: Used) -> &[Value] {
        &self.values[used.slots()]
    }

    /// The operations and slots of the chain that starts at `head`.
    pub(super) fn chain(&self, head: Option<UseId>) -> impl Iterator<Item = (Op, u32)> + '_ {
        std::iter::successors(head, |id| self.links[id.slot()].next)
            .filter_map(|id| Some((self.links[id.slot()].op?, id.slot() as u32)))
    }

    pub(super) fn is_single(&self, head: Option<UseId>) -> bool {
        head.is_some_and(|id| self.links[id.slot()].next.is_none())
    }

    /// Enters the uses of `op`, which had none.
    pub(super) fn add(
        &mut self,
        heads: &mut impl Heads,
        op: Op,
        values: impl ExactSizeIterator<Item = Value>,
    ) -> Used {
        let len = values.len() as u32;
        if len == 0 {
            return Used::default();
        }
        let used = Used { start: self.slots.take(len), len };
        self.fill_to_end();
        for (slot, value) in used.slots().zip(values) {
            self.link(heads, slot, op, value);
        }
        used
    }

    /// Removes all uses of one operation.
    pub(super) fn remove(&mut self, heads: &mut impl Heads, used: Used) {
        for slot in used.slots() {
            self.unlink(heads, slot);
        }
        self.slots.give(used.start, used.len);
    }

    /// Makes use `index` of an operation a use of `value`.
    pub(super) fn set(&mut self, heads: &mut impl Heads, used: Used, index: usize, value: Value) {
        assert!(index < used.len());
        let slot = used.start as usize + index;
        if self.values[slot] == value {
            return;
        }
        let Some(op) = self.links[slot].op else {
            never!("a value is used in a slot that is free");
            return;
        };
        self.unlink(heads, slot);
        self.link(heads, slot, op, value);
    }

    /// Puts a use of `value` by `op` before use `index` (behind the last one for the length). At
    /// the end that takes constant time on average.
    pub(super) fn insert(
        &mut self,
        heads: &mut impl Heads,
        used: Used,
        index: usize,
        op: Op,
        value: Value,
    ) -> Used {
        assert!(index <= used.len());
        let mut new = Used { start: used.start, len: used.len + 1 };
        if used.len == Slots::capacity(used.len) {
            new.start = self.slots.take(new.len);
            self.fill_to_end();
            for i in 0..index {
                self.relocate(heads, used.start as usize + i, new.start as usize + i);
            }
        }
        for i in (index..used.len()).rev() {
            self.relocate(heads, used.start as usize + i, new.start as usize + i + 1);
        }
        if new.start != used.start {
            self.slots.give(used.start, used.len);
        }
        self.link(heads, new.start as usize + index, op, value);
        new
    }

    /// Makes those uses of `old` for which `wanted` holds, given the operation and the slot, uses
    /// of `new`.
    pub(super) fn replace(
        &mut self,
        heads: &mut impl Heads,
        old: Value,
        new: Value,
        mut wanted: impl FnMut(Op, u32) -> bool,
    ) {
        let mut next = *heads.head(old);
        while let Some(id) = next {
            let slot = id.slot();
            next = self.links[slot].next;
            let Some(op) = self.links[slot].op else {
                never!("a value is used in a slot that is free");
                continue;
            };
            if wanted(op, slot as u32) {
                self.unlink(heads, slot);
                self.link(heads, slot, op, new);
            }
        }
    }

    fn link(&mut self, heads: &mut impl Heads, slot: usize, op: Op, value: Value) {
        let id = UseId::new(slot as u32);
        let head = heads.head(value);
        let next = head.replace(id);
        self.values[slot] = value;
        self.links[slot] = Link { op: Some(op), previous: None, next };
        if let Some(next) = next {
            self.links[next.slot()].previous = Some(id);
        }
    }

    fn unlink(&mut self, heads: &mut impl Heads, slot: usize) {
        let Link { previous, next, .. } = self.links[slot];
        match previous {
            Some(previous) => self.links[previous.slot()].next = next,
            None => *heads.head(self.values[slot]) = next,
        }
        if let Some(next) = next {
            self.links[next.slot()].previous = previous;
        }
        self.links[slot] = Link { op: None, previous: None, next: None };
    }

    /// Moves a use to a free slot; its place in the chain stays.
    fn relocate(&mut self, heads: &mut impl Heads, from: usize, to: usize) {
        let link =
            std::mem::replace(&mut self.links[from], Link { op: None, previous: None, next: None });
        let id = Some(UseId::new(to as u32));
        match link.previous {
            Some(previous) => self.links[previous.slot()].next = id,
            None => *heads.head(self.values[from]) = id,
        }
        if let Some(next) = link.next {
            self.links[next.slot()].previous = id;
        }
        self.links[to] = link;
        self.values[to] = self.values[from];
    }

    fn fill_to_end(&mut self) {
        let end = self.slots.end();
        if self.values.len() < end {
            self.values.resize(end, Value::from_index(0));
            self.links.resize(end, Link { op: None, previous: None, next: None });
        }
    }
}

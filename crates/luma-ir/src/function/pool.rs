//! Lists whose items live in one vector of the function, as in Cranelift's `EntityList`: a list
//! costs 8 bytes in its owner and no allocation of its own.

use std::fmt;
use std::marker::PhantomData;

use crate::attribute::Attribute;
use crate::context::Symbol;
use crate::entity::{Block, Entity, Region, Value};
use crate::function::successors::Target;

/// A list in a [`Pool`] of `T`. Only the pool it came from can read it, and only one owner may
/// change it.
pub(super) struct List<T> {
    start: u32,
    len: u32,
    items: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    pub(super) const EMPTY: Self = Self { start: 0, len: 0, items: PhantomData };

    pub(super) fn len(self) -> usize {
        self.len as usize
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.range())
    }
}

/// Hands out blocks of slots whose sizes are powers of two, and takes them back.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    /// Starts of free blocks, by the logarithm of their size.
    free: Vec<Vec<u32>>,
    end: u32,
}

impl Slots {
    /// How many slots a block for `len` items has.
    pub(super) fn capacity(len: u32) -> u32 {
        if len == 0 { 0 } else { len.next_power_of_two() }
    }

    /// A block for `len` items, at least one.
    pub(super) fn take(&mut self, len: u32) -> u32 {
        let class = Self::capacity(len).trailing_zeros() as usize;
        if let Some(start) = self.free.get_mut(class).and_then(Vec::pop) {
            return start;
        }
        let start = self.end;
        self.end += Self::capacity(len);
        start
    }

    /// Takes the block of `len` items at `start` back.
    pub(super) fn give(&mut self, start: u32, len: u32) {
        if len == 0 {
            return;
        }
        let class = Self::capacity(len).trailing_zeros() as usize;
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        self.free[class].push(start);
    }

    /// One past the last slot ever handed out.
    pub(super) fn end(&self) -> usize {
        self.end as usize
    }
}

/// What stands in slots that no list uses.
pub(super) trait Filler: Clone {
    fn filler() -> Self;
}

impl Filler for Value {
    fn filler() -> Self {
        Self::from_index(0)
    }
}

impl Filler for Region {
    fn filler() -> Self {
        Self::from_index(0)
    }
}

impl Filler for Target {
    fn filler() -> Self {
        Self { block: Block::from_index(0), start: 0 }
    }
}

impl Filler for (Symbol, Attribute) {
    fn filler() -> Self {
        (Symbol::FIRST, Attribute::Unit)
    }
}

/// The items of all lists of one kind in a function.
#[derive(Clone, Debug)]
pub(super) struct Pool<T> {
    items: Vec<T>,
    slots: Slots,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { items: Vec::new(), slots: Slots::default() }
    }
}

impl<T: Filler> Pool<T> {
    pub(super) fn get(&self, list: List<T>) -> &[T] {
        &self.items[list.range()]
    }

    pub(super) fn get_mut(&mut self, list: List<T>) -> &mut [T] {
        &mut self.items[list.range()]
    }

    /// A new list.
    pub(super) fn list(&mut self, items: impl ExactSizeIterator<Item = T>) -> List<T> {
        let len = items.len() as u32;
        if len == 0 {
            return List::EMPTY;
        }
        let start = self.slots.take(len);
        self.fill_to_end();
        let list = List { start, len, items: PhantomData };
        for (slot, item) in self.get_mut(list).iter_mut().zip(items) {
            *slot = item;
        }
        list
    }

    pub(super) fn push(&mut self, list: &mut List<T>, item: T) {
        if list.len == Slots::capacity(list.len) {
            let start = self.slots.take(list.len + 1);
            self.fill_to_end();
            for i in 0..list.len {
                let item = self.take(list.start + i);
                self.items[(start + i) as usize] = item;
            }
            self.slots.give(list.start, list.len);
            list.start = start;
        }
        self.items[(list.start + list.len) as usize] = item;
        list.len += 1;
    }

    /// Removes the items for which `keep` does not hold.
    pub(super) fn retain(&mut self, list: &mut List<T>, mut keep: impl FnMut(&T) -> bool) {
        let old = *list;
        let mut kept = 0;
        for i in old.start..old.start + old.len {
            if keep(&self.items[i as usize]) {
                let item = self.take(i);
                self.items[(old.start + kept) as usize] = item;
                kept += 1;
            }
        }
        self.shrink(list, kept);
    }

    /// Forgets all items.
    pub(super) fn clear(&mut self, list: &mut List<T>) {
        for i in list.range() {
            self.items[i] = T::filler();
        }
        self.slots.give(list.start, list.len);
        *list = List::EMPTY;
    }

    /// Keeps the first `len` items, moved to a smaller block where one is enough: the block of a
    /// list follows from its length.
    fn shrink(&mut self, list: &mut List<T>, len: u32) {
        let old = *list;
        for i in len..old.len {
            self.items[(old.start + i) as usize] = T::filler();
        }
        list.len = len;
        if Slots::capacity(len) == Slots::capacity(old.len) {
            return;
        }
        list.start = 0;
        if len > 0 {
            list.start = self.slots.take(len);
            self.fill_to_end();
            for i in 0..len {
                let item = self.take(old.start + i);
                self.items[(list.start + i) as usize] = item;
            }
        }
        self.slots.give(old.start, old.len);
    }

    fn take(&mut self, slot: u32) -> T {
        std::mem::replace(&mut self.items[slot as usize], T::filler())
    }

    fn fill_to_end(&mut self) {
        let end = self.slots.end();
        if self.items.len() < end {
            self.items.resize(end, T::filler());
        }
    }
}

//! Use lists: who uses each value of a function.

use smallvec::SmallVec;

use crate::entity::{Entity, Op, Value};
use crate::function::Function;

/// The uses of every value of one function: operands and arguments of successors. A side table; it
/// is true of the function it was computed from as long as whoever changes that says so here, as
/// [`Rewriter`](super::Rewriter) does.
///
/// Adding or removing one use takes constant time, so a value with many uses costs no more than
/// many values with one.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// The first use of each value, by index.
    heads: Vec<u32>,
    /// How many uses each value has, by index.
    counts: Vec<u32>,
    /// Every use that ever was; those of one value are chained.
    links: Vec<Link>,
    /// The uses of each operation, by index: its operands, then the arguments of its successors.
    slots: Vec<SmallVec<[u32; 2]>>,
    /// Links nobody needs.
    free: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    value: Value,
    op: Op,
    slot: u32,
    previous: u32,
    next: u32,
}

const NONE: u32 = u32::MAX;

/// One use of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Use {
    /// Who uses it.
    pub op: Op,
    /// Where: the index of an operand, or beyond those, of an argument of the successors, counted
    /// through.
    pub slot: usize,
}

impl Uses {
    /// The uses of all values of `f`, in linear time.
    pub fn new(f: &Function) -> Self {
        let mut uses = Self::default();
        f.walk(&mut |op| uses.add_op(f, op));
        uses
    }

    /// How many times `value` is used.
    pub fn count(&self, value: Value) -> usize {
        self.counts.get(value.index()).map_or(0, |&count| count as usize)
    }

    /// Whether nothing uses `value`.
    pub fn is_unused(&self, value: Value) -> bool {
        self.count(value) == 0
    }

    /// Whether nothing uses any result of `op`.
    pub fn has_no_uses(&self, f: &Function, op: Op) -> bool {
        f.results(op).iter().all(|&value| self.is_unused(value))
    }

    /// The uses of `value`, the one added last first.
    pub fn of(&self, value: Value) -> impl Iterator<Item = Use> + '_ {
        let first = self.heads.get(value.index()).copied().unwrap_or(NONE);
        std::iter::successors(self.links.get(first as usize), |link| {
            self.links.get(link.next as usize)
        })
        .map(|link| Use { op: link.op, slot: link.slot as usize })
    }

    /// The operations that use `value`; one that uses it several times may come several times.
    pub fn users(&self, value: Value) -> impl Iterator<Item = Op> + '_ {
        self.of(value).map(|at| at.op)
    }

    /// Enters the uses of `op`, which is new or was forgotten; not of what its regions hold.
    pub(crate) fn add_op(&mut self, f: &Function, op: Op) {
        let args = f.successors(op).iter().flat_map(|successor| &successor.args);
        for (slot, &value) in f.operands(op).iter().chain(args).enumerate() {
            let link = self.link(value, op, slot as u32);
            if self.slots.len() <= op.index() {
                self.slots.resize(op.index() + 1, SmallVec::new());
            }
            if let Some(slots) = self.slots.get_mut(op.index()) {
                slots.push(link);
            }
        }
    }

    /// Forgets the uses of `op`; not of what its regions hold.
    pub(crate) fn remove_op(&mut self, op: Op) {
        let slots = self.slots.get_mut(op.index()).map(std::mem::take).unwrap_or_default();
        for link in slots {
            self.unlink(link);
            self.free.push(link);
        }
    }

    /// Says that what `at` uses is now `value`.
    pub(crate) fn change(&mut self, at: Use, value: Value) {
        let slots = self.slots.get(at.op.index());
        let Some(&link) = slots.and_then(|slots| slots.get(at.slot)) else { return };
        self.unlink(link);
        self.push(link, value);
    }

    fn link(&mut self, value: Value, op: Op, slot: u32) -> u32 {
        let new = Link { value, op, slot, previous: NONE, next: NONE };
        let link = match self.free.pop() {
            Some(link) => link,
            None => {
                self.links.push(new);
                (self.links.len() - 1) as u32
            }
        };
        if let Some(old) = self.links.get_mut(link as usize) {
            *old = new;
        }
        self.push(link, value);
        link
    }

    /// Puts a link at the front of the chain of `value`.
    fn push(&mut self, link: u32, value: Value) {
        if self.heads.len() <= value.index() {
            self.heads.resize(value.index() + 1, NONE);
            self.counts.resize(value.index() + 1, 0);
        }
        let (Some(head), Some(count)) =
            (self.heads.get_mut(value.index()), self.counts.get_mut(value.index()))
        else {
            return;
        };
        let first = std::mem::replace(head, link);
        *count += 1;
        if let Some(data) = self.links.get_mut(link as usize) {
            *data = Link { value, previous: NONE, next: first, ..*data };
        }
        if let Some(first) = self.links.get_mut(first as usize) {
            first.previous = link;
        }
    }

    /// Takes a link out of its chain.
    fn unlink(&mut self, link: u32) {
        let Some(&Link { value, previous, next, .. }) = self.links.get(link as usize) else {
            return;
        };
        match self.links.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => {
                if let Some(head) = self.heads.get_mut(value.index()) {
                    *head = next;
                }
            }
        }
        if let Some(next) = self.links.get_mut(next as usize) {
            next.previous = previous;
        }
        if let Some(count) = self.counts.get_mut(value.index()) {
            *count -= 1;
        }
    }
}

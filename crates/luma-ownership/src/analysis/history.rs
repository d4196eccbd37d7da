//! What happened on the way to a state: a tree of steps, each state holding its last one.

use luma_ir::Op;

use super::state::Root;

/// A point on a path; [`HistoryId::START`] is the entry of the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct HistoryId(u32);

impl HistoryId {
    pub(crate) const START: Self = Self(0);
}

/// An event on a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The function took ownership of object number `object`.
    Take {
        /// The operation.
        op: Op,
        /// The object's number.
        object: u32,
    },
    /// A pointer to object number `object` was put into another place.
    Alias {
        /// The store.
        op: Op,
        /// The object's number.
        object: u32,
    },
    /// Object number `object` was given away.
    Give {
        /// The operation.
        op: Op,
        /// The object's number.
        object: u32,
    },
    /// A branch of which several targets were possible: the region that was entered.
    Branch {
        /// The operation that decides.
        op: Op,
        /// The region of `luma.if` or `luma.switch` that was entered; for `luma.loop`, 1 for
        /// another iteration and 0 for leaving. An absent `else` counts as region 1.
        region: u32,
    },
    /// Deferred code ran.
    Defer {
        /// The `luma.defer`.
        op: Op,
    },
    /// The function returned.
    Return {
        /// The `luma.return`.
        op: Op,
    },
    /// The address of a local was put into memory that outlives the function.
    Outward {
        /// The store.
        op: Op,
    },
}

#[derive(Debug)]
struct Node {
    previous: HistoryId,
    length: u32,
    event: Event,
    /// For [`Event::Outward`], the memory.
    root: Option<Root>,
}

/// All histories of one function's analysis.
#[derive(Debug, Default)]
pub(crate) struct Histories {
    nodes: Vec<Node>,
}

impl Histories {
    /// `previous`, then `event`.
    pub(crate) fn push(&mut self, previous: HistoryId, event: Event) -> HistoryId {
        self.push_at(previous, event, None)
    }

    /// [`Histories::push`] for an event about `root`.
    pub(crate) fn push_at(
        &mut self,
        previous: HistoryId,
        event: Event,
        root: Option<Root>,
    ) -> HistoryId {
        let length = self.length(previous) + 1;
        self.nodes.push(Node { previous, length, event, root });
        HistoryId(self.nodes.len() as u32)
    }

    fn node(&self, id: HistoryId) -> Option<&Node> {
        self.nodes.get((id.0 as usize).checked_sub(1)?)
    }

    /// The number of events that lead to `id`.
    pub(crate) fn length(&self, id: HistoryId) -> u32 {
        self.node(id).map_or(0, |node| node.length)
    }

    /// The events that lead to `id`, latest first.
    pub(crate) fn back(&self, id: HistoryId) -> impl Iterator<Item = (Event, Option<Root>)> + '_ {
        let mut at = id;
        std::iter::from_fn(move || {
            let node = self.node(at)?;
            at = node.previous;
            Some((node.event, node.root))
        })
    }
}

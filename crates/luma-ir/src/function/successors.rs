//! Successors of terminators.

use smallvec::SmallVec;

use crate::entity::{Block, Value};

/// A successor to give to a terminator: a block of the same region and the values for its
/// arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Successor {
    /// The successor block.
    pub block: Block,
    /// The values its arguments get.
    pub args: SmallVec<[Value; 2]>,
}

/// A successor that a terminator has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SuccessorRef<'f> {
    /// The successor block.
    pub block: Block,
    /// The values its arguments get.
    pub args: &'f [Value],
}

impl From<SuccessorRef<'_>> for Successor {
    fn from(successor: SuccessorRef<'_>) -> Self {
        Self { block: successor.block, args: successor.args.into() }
    }
}

/// Storage of a successor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) block: Block,
    /// Where its arguments begin among the values that the operation uses; they end where those
    /// of the next successor begin.
    pub(super) start: u32,
}

/// The successors of an operation, in order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Successors<'f> {
    targets: &'f [Target],
    used: &'f [Value],
}

impl<'f> Successors<'f> {
    pub(super) fn new(targets: &'f [Target], used: &'f [Value]) -> Self {
        Self { targets, used }
    }

    /// The number of successors.
    pub fn len(self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.targets.is_empty()
    }

    /// Successor `index`.
    pub fn get(self, index: usize) -> Option<SuccessorRef<'f>> {
        let target = self.targets.get(index)?;
        let end = self.targets.get(index + 1).map_or(self.used.len(), |next| next.start as usize);
        Some(SuccessorRef { block: target.block, args: &self.used[target.start as usize..end] })
    }

    /// The first one.
    pub fn first(self) -> Option<SuccessorRef<'f>> {
        self.get(0)
    }

    /// The only one.
    pub fn single(self) -> Option<SuccessorRef<'f>> {
        self.first().filter(|_| self.len() == 1)
    }

    /// Iterates over them.
    pub fn iter(self) -> SuccessorIter<'f> {
        SuccessorIter { successors: self, rest: 0..self.len() }
    }

    /// The blocks control can go to.
    pub fn blocks(self) -> impl ExactSizeIterator<Item = Block> + Clone {
        self.targets.iter().map(|target| target.block)
    }

    /// Copies that live without the function.
    pub fn to_vec(self) -> SmallVec<[Successor; 2]> {
        self.iter().map(Successor::from).collect()
    }
}

impl<'f> IntoIterator for Successors<'f> {
    type Item = SuccessorRef<'f>;
    type IntoIter = SuccessorIter<'f>;

    fn into_iter(self) -> SuccessorIter<'f> {
        self.iter()
    }
}

/// Iterates over [`Successors`].
#[derive(Clone, Debug)]
pub struct SuccessorIter<'f> {
    successors: Successors<'f>,
    rest: std::ops::Range<usize>,
}

impl<'f> Iterator for SuccessorIter<'f> {
    type Item = SuccessorRef<'f>;

    fn next(&mut self) -> Option<SuccessorRef<'f>> {
        self.successors.get(self.rest.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl<'f> DoubleEndedIterator for SuccessorIter<'f> {
    fn next_back(&mut self) -> Option<SuccessorRef<'f>> {
        self.successors.get(self.rest.next_back()?)
    }
}

impl ExactSizeIterator for SuccessorIter<'_> {}

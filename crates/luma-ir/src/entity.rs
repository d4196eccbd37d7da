//! 32-bit ids of the things a function owns, and the arenas that hold them.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// A 32-bit id into an arena of one function. `Option` of an id takes 32 bits, too.
pub trait Entity: Copy + Eq + Hash + Ord + fmt::Debug {
    /// The id with this index.
    fn from_index(index: usize) -> Self;
    /// Its index.
    fn index(self) -> usize;
}

/// Makes `id-arena` hand out our ids: 4 bytes instead of 16, without an arena tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Small<T, I>(PhantomData<fn() -> (T, I)>);

impl<T, I: Entity> id_arena::ArenaBehavior for Small<T, I> {
    type Id = I;

    fn new_id(_arena_id: u32, index: usize) -> I {
        I::from_index(index)
    }

    fn index(id: I) -> usize {
        id.index()
    }

    fn arena_id(_: I) -> u32 {
        0
    }

    fn new_arena_id() -> u32 {
        0
    }
}

/// An arena of `T` with ids `I`.
pub type Arena<T, I> = id_arena::Arena<T, Small<T, I>>;

/// The index behind an id, shifted by one so that zero is free for `None`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Index(NonZeroU32);

impl Index {
    pub(crate) const fn new(index: usize) -> Self {
        debug_assert!(index < u32::MAX as usize);
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }

    pub(crate) const fn get(self) -> usize {
        (self.0.get() - 1) as usize
    }
}

macro_rules! entity {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Index);

        impl Entity for $name {
            fn from_index(index: usize) -> Self {
                Self(Index::new(index))
            }

            fn index(self) -> usize {
                self.0.get()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.index())
            }
        }
    )*};
}

entity! {
    /// An operation.
    Op "op";
    /// A block: arguments and a list of operations.
    Block "block";
    /// A region: a list of blocks, the first its entry.
    Region "region";
    /// An SSA value: a result of an operation or an argument of a block.
    Value "v";
}

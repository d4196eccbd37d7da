//! The defects the analysis finds, as facts: no wording, no source text.

use luma_ir::{Op, Symbol};

use super::history::Event;

/// How a pointer is used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Use {
    /// The memory is read.
    Read,
    /// The memory is written.
    Write,
    /// The pointer is passed to a function.
    Pass,
    /// The pointer is returned.
    Return,
    /// The pointer is stored in memory that outlives the function's view.
    Store,
    /// The pointer is freed.
    Free,
}

/// How an owned object becomes unreachable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Loss {
    /// The function ends.
    Exit,
    /// The last variable that refers to it goes out of scope.
    Scope,
    /// The last place that refers to it is overwritten.
    Overwritten,
    /// Nothing ever refers to it.
    Discarded,
    /// The object that holds the last pointer to it is freed.
    OwnerFreed,
}

/// Memory that is not a heap object of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Memory {
    /// A variable or parameter.
    Local,
    /// A global.
    Global(Symbol),
    /// A string literal.
    Text,
}

/// What a `#returns_ownership` function returns instead of an object of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FalseResult {
    /// Parameter number `.0`, which it only borrows, or something inside it.
    Borrowed(u32),
    /// Memory that is not on the heap.
    NotHeap(Memory),
    /// An object it has freed.
    Freed,
}

/// What a function does with a pointer as if it owned it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Discharging {
    /// It is freed.
    Freed,
    /// It is passed to a function that takes it.
    Given,
    /// It is stored where it outlives the call.
    Kept,
}

/// Which attribute has nothing to apply to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum IdleAttribute {
    /// `#returns_ownership`
    Returns,
    /// `#takes_ownership`
    Takes,
}

/// The rule that is broken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DefectKind {
    /// E0401
    Leak(Loss),
    /// E0402
    DoubleFree,
    /// E0403
    UseAfterFree(Use),
    /// E0404
    UseAfterTransfer(Use),
    /// E0405: parameter number `parameter`.
    BorrowedFree {
        /// Index of the parameter.
        parameter: u32,
        /// How the function discharges it.
        how: Discharging,
    },
    /// E0406
    NotHeap {
        /// The kind of memory.
        memory: Memory,
        /// It is passed to a function that takes it, not freed.
        given: bool,
    },
    /// E0407
    Interior {
        /// It is passed to a function that takes it, or returned, not freed.
        given: bool,
        /// Bytes from the start, if known.
        offset: Option<i64>,
    },
    /// E0408
    MissingReturns,
    /// E0409
    FalseReturns(FalseResult),
    /// E0410
    Dangling {
        /// It is stored, not returned.
        stored: bool,
    },
    /// W0411
    Idle(IdleAttribute),
    /// E0412
    Conflict,
}

impl DefectKind {
    /// The number of its code; defects with equal numbers at one operation are one defect.
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Leak(_) => 401,
            Self::DoubleFree => 402,
            Self::UseAfterFree(_) => 403,
            Self::UseAfterTransfer(_) => 404,
            Self::BorrowedFree { .. } => 405,
            Self::NotHeap { .. } => 406,
            Self::Interior { .. } => 407,
            Self::MissingReturns => 408,
            Self::FalseReturns(_) => 409,
            Self::Dangling { .. } => 410,
            Self::Idle(_) => 411,
            Self::Conflict => 412,
        }
    }
}

/// One defect and the shortest path found that leads to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defect {
    /// The rule.
    pub kind: DefectKind,
    /// The operation whose source text is at fault; for a leak, the take. `None` for a defect of
    /// the function as a whole.
    pub op: Option<Op>,
    /// The `own.take` of the object it is about, if one is known.
    pub take: Option<Op>,
    /// The other operation involved: the earlier free or transfer; for a leak, the one at which the
    /// object is lost.
    pub other: Option<Op>,
    /// The events on the path, in order.
    pub path: Vec<Event>,
    /// What happens, over all paths, to the objects of the same take.
    pub fate: Fate,
}

/// What happens to the objects of one take, over all paths.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Fate {
    /// Some path frees one, gives it away, or stores it where the function cannot follow it.
    pub discharged: bool,
    /// A pointer to one is put into more than one place, or one comes to own others.
    pub shared: bool,
    /// The store that first puts a pointer to one into a place.
    pub store: Option<Op>,
}

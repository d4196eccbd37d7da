//! What is known at one point on one path: the contents of places, the objects, and facts.

use luma_ir::{Op, Symbol, Value};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::history::HistoryId;
use super::term::{Term, TermData, Terms};
use crate::summary::{Departure, Scalar};

/// A heap object: the `own.take` that introduced it, which pointer of its result, and how many
/// iterations of the loop around the take have started since.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct ObjectId {
    pub(crate) site: Op,
    pub(crate) leaf: u32,
    pub(crate) age: u8,
}

/// A piece of memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Root {
    /// A variable.
    Local(Value),
    /// An SSA value that is a struct or an array.
    Aggregate(Value),
    /// What the function returns, once computed.
    Return,
    /// A heap object this function took.
    Object(ObjectId),
    /// What an unknown pointer points to.
    Term(Term),
    /// A global.
    Global(Symbol),
    /// A string literal.
    Text(Op),
}

impl Root {
    /// The take an object is named after.
    pub(crate) fn site(self) -> Option<Op> {
        match self {
            Self::Object(id) => Some(id.site),
            _ => None,
        }
    }

    pub(crate) fn term(self) -> Option<Term> {
        match self {
            Self::Term(term) => Some(term),
            _ => None,
        }
    }
}

/// A scalar value or an address. A place is represented by its address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Val {
    /// A known integer or truth value; the null pointer is 0.
    Int(i64),
    /// An unknown value; as an address, the start of the `Root::Term` of it.
    Sym(Term),
    /// An address: memory and byte offset, `None` if the offset is unknown.
    Ptr(Root, Option<i64>),
}

impl Val {
    pub(crate) fn term(self) -> Option<Term> {
        match self {
            Self::Sym(term) | Self::Ptr(Root::Term(term), _) => Some(term),
            _ => None,
        }
    }

    /// The memory and offset an address means.
    pub(crate) fn address(self) -> Option<(Root, Option<i64>)> {
        match self {
            Self::Int(_) => None,
            Self::Sym(term) => Some((Root::Term(term), Some(0))),
            Self::Ptr(root, offset) => Some((root, offset)),
        }
    }

    /// The address `offset` bytes into `root`.
    pub(crate) fn at(root: Root, offset: Option<i64>) -> Self {
        match (root, offset) {
            (Root::Term(term), Some(0)) => Self::Sym(term),
            _ => Self::Ptr(root, offset),
        }
    }
}

/// Who is responsible for an object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Status {
    /// This function.
    Owned,
    /// Nobody: it was freed here.
    Freed(Op),
    /// The function it was passed to here.
    Given(Op),
    /// The caller, to whom it is returned here.
    Returned(Op),
    /// The caller, who finds it in memory behind a parameter.
    Stored,
    /// Whoever holds it where this function cannot see.
    Escaped,
    /// A defect of it was reported; nothing more is reported about it.
    Muted,
}

impl Status {
    pub(crate) fn kind(self) -> u8 {
        match self {
            Self::Owned => 0,
            Self::Freed(_) => 1,
            Self::Given(_) => 2,
            Self::Returned(_) => 3,
            Self::Escaped => 4,
            Self::Muted => 5,
            Self::Stored => 6,
        }
    }
}

/// The abstract state of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object {
    pub(crate) status: Status,
    /// It existed before the function was entered.
    pub(crate) old: bool,
    /// Its pointer may turn out to be null, so that there is no object.
    pub(crate) nullable: bool,
    /// Identifies it in histories; the same for all its names.
    pub(crate) number: u32,
    /// Some of what it holds has been forgotten.
    pub(crate) partial: bool,
    /// How many objects had been created when it was, and when it was freed or given away: objects
    /// that exist at the same time have different addresses.
    pub(crate) life: (u32, u32),
    /// The callee it was given to has freed it.
    pub(crate) gone: bool,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.status.kind() == other.status.kind()
            && (self.nullable, self.partial, self.gone)
                == (other.nullable, other.partial, other.gone)
    }
}

/// The content of a scalar place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Cell {
    pub(crate) root: Root,
    pub(crate) offset: i64,
    pub(crate) size: u8,
    pub(crate) val: Val,
    /// It is a pointer.
    pub(crate) pointer: bool,
    /// It has only been read: it is what the memory behind a parameter held at entry.
    pub(crate) initial: bool,
}

impl Cell {
    pub(crate) fn scalar(&self) -> Scalar {
        Scalar { size: self.size, pointer: self.pointer }
    }
}

/// The pointers through which memory that this function did not create was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Writers {
    Nobody,
    /// Through this one alone; its cells say what was written.
    Only(Root),
    Several,
}

impl Writers {
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Nobody, Self::Only(root)) | (Self::Only(root), Self::Nobody) => Self::Only(root),
            _ => Self::Several,
        }
    }
}

/// An interval of integers with holes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Range {
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) holes: SmallVec<[i64; 2]>,
}

/// Bits of a relation between two terms.
pub(crate) const LESS: u8 = 1;
pub(crate) const EQUAL: u8 = 2;
pub(crate) const GREATER: u8 = 4;

/// An abstract state. Everything absent is unknown. All vectors are sorted by their keys.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) cells: Vec<Cell>,
    /// SSA scalars and addresses that are still used.
    pub(crate) values: Vec<(Value, Val)>,
    /// Objects, and unknown pointers whose memory was freed or given away.
    pub(crate) objects: Vec<(Root, Object)>,
    /// Variables and objects that unknown pointers may point to.
    pub(crate) exposed: Vec<Root>,
    pub(crate) ranges: Vec<(Term, Range)>,
    /// Relations between terms, the smaller term first.
    pub(crate) relations: Vec<((Term, Term), u8)>,
    pub(crate) history: HistoryId,
    /// Whether a reference to an owned object was lost.
    pub(crate) dirty: bool,
    /// The objects that lost a reference; empty if unknown.
    pub(crate) lost: SmallVec<[Root; 2]>,
    /// Other memory that this function did not create still holds what it held at entry.
    pub(crate) writers: Writers,
    /// The same for scalars that are not pointers.
    pub(crate) scribblers: Writers,
    /// Whether what happened to memory that this function did not create is no longer fully known.
    pub(crate) vague: bool,
    /// The same for scalars that are not pointers.
    pub(crate) scribbled: bool,
    /// [`size`](Self::size) after the last sweep.
    pub(crate) swept: usize,
    /// Pointers that existed at entry and whose memory was used on every path to this point.
    pub(crate) used: SmallVec<[Term; 4]>,
    /// Sites of objects that escaped since the engine last asked, and why.
    pub(crate) escaped: Vec<(Op, Departure)>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            cells: Vec::new(),
            values: Vec::new(),
            objects: Vec::new(),
            exposed: Vec::new(),
            ranges: Vec::new(),
            relations: Vec::new(),
            history: HistoryId::START,
            dirty: false,
            lost: SmallVec::new(),
            writers: Writers::Nobody,
            scribblers: Writers::Nobody,
            vague: false,
            scribbled: false,
            swept: 0,
            used: SmallVec::new(),
            escaped: Vec::new(),
        }
    }

    /// Whether both states allow the same continuations; histories do not count.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.objects == other.objects
            && self.cells == other.cells
            && self.values == other.values
            && self.ranges == other.ranges
            && self.relations == other.relations
            && self.exposed == other.exposed
            && (self.writers, self.vague) == (other.writers, other.vague)
            && (self.scribblers, self.scribbled) == (other.scribblers, other.scribbled)
    }

    /// The number of entries.
    pub(crate) fn size(&self) -> usize {
        self.cells.len() + self.values.len() + self.objects.len() + self.ranges.len()
    }

    // --- SSA values -------------------------------------------------------------------------

    pub(crate) fn value(&self, value: Value) -> Option<Val> {
        let at = self.values.binary_search_by_key(&value, |&(v, _)| v).ok()?;
        self.values.get(at).map(|&(_, val)| val)
    }

    pub(crate) fn set_value(&mut self, value: Value, val: Val) {
        match self.values.binary_search_by_key(&value, |&(v, _)| v) {
            Ok(at) => {
                if let Some(slot) = self.values.get_mut(at) {
                    slot.1 = val;
                }
            }
            Err(at) => self.values.insert(at, (value, val)),
        }
    }

    /// Forgets an SSA value and what it holds.
    pub(crate) fn drop_value(&mut self, value: Value) {
        if let Ok(at) = self.values.binary_search_by_key(&value, |&(v, _)| v) {
            let (_, val) = self.values.remove(at);
            self.lost(val);
        }
        self.clear_root(Root::Aggregate(value));
    }

    // --- objects ----------------------------------------------------------------------------

    pub(crate) fn object(&self, root: Root) -> Option<&Object> {
        let at = self.objects.binary_search_by_key(&root, |&(r, _)| r).ok()?;
        self.objects.get(at).map(|(_, object)| object)
    }

    pub(crate) fn object_mut(&mut self, root: Root) -> Option<&mut Object> {
        let at = self.objects.binary_search_by_key(&root, |&(r, _)| r).ok()?;
        self.objects.get_mut(at).map(|(_, object)| object)
    }

    pub(crate) fn set_object(&mut self, root: Root, object: Object) {
        match self.objects.binary_search_by_key(&root, |&(r, _)| r) {
            Ok(at) => {
                if let Some(slot) = self.objects.get_mut(at) {
                    slot.1 = object;
                }
            }
            Err(at) => self.objects.insert(at, (root, object)),
        }
    }

    pub(crate) fn remove_object(&mut self, root: Root) {
        if let Ok(at) = self.objects.binary_search_by_key(&root, |&(r, _)| r) {
            self.objects.remove(at);
        }
    }

    /// Forgets what `root` contains, except for pointers to owned objects.
    pub(crate) fn retain_owned(&mut self, root: Root) {
        let held = self.cells_of(root).to_vec();
        for cell in held {
            let owned = matches!(cell.val, Val::Ptr(inner, _) if self.is_owned(inner));
            if owned {
                self.dirty = true;
            } else {
                self.clear_range(root, cell.offset, cell.size.into());
            }
        }
    }

    pub(crate) fn holds_owned(&self, root: Root) -> bool {
        let mut vals = self.cells_of(root).iter();
        vals.any(|cell| matches!(cell.val, Val::Ptr(inner, _) if self.is_owned(inner)))
    }

    /// Where the object that holds a pointer to `root` was freed.
    pub(crate) fn freed_owner(&self, root: Root) -> Option<Op> {
        let holders = self.cells.iter().filter(|cell| object_of(cell.val) == Some(root));
        holders.filter_map(|cell| self.object(cell.root)).find_map(|owner| match owner.status {
            Status::Freed(by) => Some(by),
            Status::Given(by) if owner.gone => Some(by),
            _ => None,
        })
    }

    /// Renames the object `old`, known only from the summary of a call, to `new`.
    pub(crate) fn rename(&mut self, old: Root, new: Root) {
        let Some(known) = self.object(old).copied() else { return };
        if let Some(object) = self.object_mut(new) {
            (object.nullable, object.partial) = (known.nullable, known.partial);
        }
        self.remove_object(old);
        let renamed = |val: Val| match val {
            Val::Ptr(root, offset) if root == old => Val::Ptr(new, offset),
            _ => val,
        };
        for cell in &mut self.cells {
            cell.val = renamed(cell.val);
            if cell.root == old {
                cell.root = new;
            }
        }
        self.cells.sort_by_key(|cell| (cell.root, cell.offset));
        self.values.iter_mut().for_each(|entry| entry.1 = renamed(entry.1));
    }

    pub(crate) fn set_status(&mut self, root: Root, status: Status) {
        if let Some(object) = self.object_mut(root) {
            object.status = status;
        }
    }

    pub(crate) fn is_owned(&self, root: Root) -> bool {
        self.object(root).is_some_and(|object| matches!(object.status, Status::Owned))
    }

    /// Whether it must be reachable: this function owns it, or promises it to its caller.
    pub(crate) fn is_ours(&self, root: Root) -> bool {
        self.is_owned(root) || self.is_stored(root)
    }

    pub(crate) fn is_stored(&self, root: Root) -> bool {
        self.object(root).is_some_and(|object| matches!(object.status, Status::Stored))
    }

    /// Notes that a copy of `val` is gone.
    pub(crate) fn lost(&mut self, val: Val) {
        if let Val::Ptr(root @ Root::Object(_), _) = val
            && (self.is_ours(root) || self.holds_owned(root))
        {
            if !self.dirty {
                self.lost.clear();
            }
            if (!self.dirty || !self.lost.is_empty()) && !self.lost.contains(&root) {
                self.lost.push(root);
            }
            self.dirty = true;
        }
    }

    // --- cells ------------------------------------------------------------------------------

    fn first_cell(&self, root: Root, offset: i64) -> usize {
        self.cells.partition_point(|cell| (cell.root, cell.offset) < (root, offset))
    }

    /// The cells of `root`.
    pub(crate) fn cells_of(&self, root: Root) -> &[Cell] {
        let start = self.first_cell(root, i64::MIN);
        let rest = &self.cells[start..];
        let count = rest.partition_point(|cell| cell.root == root);
        &rest[..count]
    }

    pub(crate) fn cell(&self, root: Root, offset: i64) -> Option<&Cell> {
        self.cells
            .get(self.first_cell(root, offset))
            .filter(|cell| cell.root == root && cell.offset == offset)
    }

    /// Forgets all cells of `root`.
    pub(crate) fn clear_root(&mut self, root: Root) {
        let start = self.first_cell(root, i64::MIN);
        let count = self.cells_of(root).len();
        if count > 0 {
            let gone: SmallVec<[Val; 8]> =
                self.cells.drain(start..start + count).map(|cell| cell.val).collect();
            gone.into_iter().for_each(|val| self.lost(val));
        }
    }

    /// Forgets the cells that overlap `size` bytes from `offset` of `root`.
    pub(crate) fn clear_range(&mut self, root: Root, offset: i64, size: i64) {
        let start = self.first_cell(root, offset.saturating_sub(7));
        let end = offset.saturating_add(size);
        let mut at = start;
        while let Some(&cell) = self.cells.get(at) {
            if cell.root != root || cell.offset >= end {
                break;
            }
            let cell_end = cell.offset.saturating_add(i64::from(cell.size));
            if cell_end > offset {
                self.cells.remove(at);
                if matches!(root, Root::Term(_)) && (cell.offset < offset || cell_end > end) {
                    self.writers = Writers::Several;
                }
                self.lost(cell.val);
            } else {
                at += 1;
            }
        }
    }

    /// Puts `val` into a cell after forgetting what it overlaps.
    pub(crate) fn set_cell(&mut self, root: Root, offset: i64, scalar: Scalar, val: Val) {
        let Scalar { size, pointer } = scalar;
        let at = self.first_cell(root, offset);
        if let Some(cell) = self.cells.get_mut(at)
            && cell.root == root
            && cell.offset == offset
            && cell.size == size
        {
            let old = std::mem::replace(&mut cell.val, val);
            (cell.pointer, cell.initial) = (pointer, false);
            return self.lost(old);
        }
        self.clear_range(root, offset, i64::from(size));
        let at = self.first_cell(root, offset);
        self.cells.insert(at, Cell { root, offset, size, val, pointer, initial: false });
    }

    /// Records what was read at a place that has no cell.
    pub(crate) fn set_initial(&mut self, root: Root, offset: i64, scalar: Scalar, val: Val) {
        self.set_cell(root, offset, scalar, val);
        let at = self.first_cell(root, offset);
        self.cells[at].initial = true;
    }

    /// Whether a cell holds any of `size` bytes from `offset` of `root`.
    fn is_covered(&self, root: Root, offset: i64, size: i64) -> bool {
        let start = self.first_cell(root, offset.saturating_sub(7));
        let end = offset.saturating_add(size);
        let near = self.cells[start..].iter();
        near.take_while(|cell| cell.root == root && cell.offset < end)
            .any(|cell| cell.offset.saturating_add(i64::from(cell.size)) > offset)
    }

    /// Whether the scalar at `offset` of `root`, memory that existed at entry, is unchanged.
    pub(crate) fn is_initial(&self, root: Root, offset: i64, scalar: Scalar) -> bool {
        let unwritten = |writers| match writers {
            Writers::Nobody => true,
            Writers::Only(writer) => writer == root,
            Writers::Several => false,
        };
        unwritten(self.writers)
            && (scalar.pointer || unwritten(self.scribblers))
            && !self.is_covered(root, offset, scalar.size.into())
    }

    /// Forgets the non-pointers in `root`, some of which may have been changed.
    pub(crate) fn scribble(&mut self, root: Root) {
        if matches!(root, Root::Term(_) | Root::Global(_)) {
            self.scribblers = Writers::Several;
            let mut cells = self.cells_of(root).iter();
            self.scribbled |= cells.any(|cell| !cell.pointer && !cell.initial);
        }
        self.cells.retain(|cell| cell.root != root || cell.pointer);
    }

    /// A store of a non-pointer through `writer`: other memory may have changed, too. If `writer`
    /// is a pointer from `before` the entry, only memory that existed then.
    pub(crate) fn scribble_others(&mut self, writer: Option<Root>, before: bool) {
        let scribblers = match (self.scribblers, writer) {
            (Writers::Nobody, Some(writer)) if before => Writers::Only(writer),
            (Writers::Only(other), Some(writer)) if before && other == writer => self.scribblers,
            _ => Writers::Several,
        };
        let mut roots: Vec<Root> = Vec::new();
        for cell in self.cells.iter().filter(|cell| !cell.pointer && Some(cell.root) != writer) {
            let open = match cell.root {
                Root::Term(_) | Root::Global(_) => true,
                Root::Object(_) | Root::Local(_) => !before && self.is_exposed(cell.root),
                Root::Aggregate(_) | Root::Return | Root::Text(_) => false,
            };
            if open && roots.last() != Some(&cell.root) {
                roots.push(cell.root);
            }
        }
        roots.into_iter().for_each(|root| self.scribble(root));
        self.scribblers = scribblers;
    }

    // --- the end of variables ---------------------------------------------------------------

    /// The scope of variables ends.
    pub(crate) fn end_locals(&mut self, locals: &[Value], terms: &Terms) {
        let mut held: SmallVec<[Root; 4]> = SmallVec::new();
        // From the last to the first, which moves the least of the sorted cells.
        for &local in locals.iter().rev() {
            let root = Root::Local(local);
            held.extend(self.cells_of(root).iter().filter_map(|cell| object_of(cell.val)));
            self.clear_root(root);
            self.unexpose(root);
        }
        held.retain(|object| self.is_gone(*object) && !self.is_tested(*object, terms));
        if held.is_empty() {
            return;
        }
        let mut gone: FxHashSet<Root> = held.into_iter().collect();
        let vals = self.values.iter().map(|&(_, val)| val);
        for object in vals.chain(self.cells.iter().map(|cell| cell.val)).filter_map(object_of) {
            gone.remove(&object);
        }
        self.objects.retain(|(root, _)| !gone.contains(root));
    }

    /// Nothing reads a variable any more: paths that differ only in what it holds become one.
    /// Objects it may still own stay its own until its scope ends, and so does what a null test is
    /// about.
    pub(crate) fn end_unused(&mut self, local: Value, terms: &Terms) {
        let root = Root::Local(local);
        if self.is_exposed(root) {
            return;
        }
        let cells: SmallVec<[Cell; 2]> = self.cells_of(root).into();
        for cell in cells {
            let object = object_of(cell.val);
            if object.is_some_and(|object| !self.is_gone(object) || self.is_tested(object, terms)) {
                continue;
            }
            self.cells.remove(self.first_cell(root, cell.offset));
            if let Some(object) = object
                && !self.is_pointed_at(object)
            {
                self.remove_object(object);
            }
        }
    }

    /// Whether the object was freed, and nothing is known of what it contained.
    fn is_gone(&self, root: Root) -> bool {
        self.object(root).is_some_and(|object| matches!(object.status, Status::Freed(_)))
            && self.cells_of(root).is_empty()
    }

    fn is_pointed_at(&self, root: Root) -> bool {
        self.values.iter().any(|&(_, val)| object_of(val) == Some(root))
            || self.cells.iter().any(|cell| object_of(cell.val) == Some(root))
    }

    /// Whether something holds the result of a null test of `root`.
    fn is_tested(&self, root: Root, terms: &Terms) -> bool {
        let Some(test) = terms.known(TermData::IsNull(root)) else { return false };
        let negated = terms.known(TermData::Not(test));
        let holds = |val: Val| match val {
            Val::Sym(term) => term == test || Some(term) == negated,
            _ => false,
        };
        self.values.iter().any(|&(_, val)| holds(val)) || self.cells.iter().any(|c| holds(c.val))
    }
}

pub(crate) fn object_of(val: Val) -> Option<Root> {
    match val {
        Val::Ptr(root @ Root::Object(_), _) => Some(root),
        _ => None,
    }
}

//! What is known at one point on one path: the contents of places, the objects, and facts.

use luma_ir::{Op, Symbol, Value};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::history::HistoryId;
use super::term::{Source, Term, TermData, Terms};

/// A heap object: the `own.take` that made it known, which pointer of its result, and how many
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
    /// Something unknown; as an address, the start of `Root::Term` of it.
    Sym(Term),
    /// An address: so many bytes from the start, `None` when unknown.
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

/// Who must give an object away.
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
    /// Whoever holds it where this function cannot see.
    Escaped,
    /// A defect of it was reported; nothing more is said about it.
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
        }
    }
}

/// What is known of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object {
    pub(crate) status: Status,
    /// It may turn out to be no object, its pointer being null.
    pub(crate) nullable: bool,
    /// Identifies it in histories; the same for all its names.
    pub(crate) number: u32,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.status.kind() == other.status.kind() && self.nullable == other.nullable
    }
}

/// The content of a scalar place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Cell {
    pub(crate) root: Root,
    pub(crate) offset: i64,
    pub(crate) size: u8,
    pub(crate) val: Val,
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

/// See the module. Everything absent is unknown. All vectors are sorted by their keys.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) cells: Vec<Cell>,
    /// SSA scalars and addresses still to be used.
    pub(crate) values: Vec<(Value, Val)>,
    /// Objects, and unknown pointers whose memory was freed or given away.
    pub(crate) objects: Vec<(Root, Object)>,
    /// Variables and objects that unknown pointers may point to.
    pub(crate) exposed: Vec<Root>,
    pub(crate) ranges: Vec<(Term, Range)>,
    /// Relations between terms, the smaller term first.
    pub(crate) relations: Vec<((Term, Term), u8)>,
    pub(crate) history: HistoryId,
    /// A reference to an owned object was lost.
    pub(crate) dirty: bool,
    /// The objects that is about; empty when that is not known.
    pub(crate) lost: SmallVec<[Root; 2]>,
    /// Memory this function did not make still holds what it held at entry, but for the cells.
    pub(crate) pristine: bool,
    /// What happened to memory this function did not make is no longer fully known.
    pub(crate) vague: bool,
    /// Its size after the last sweep.
    pub(crate) swept: usize,
    /// Sites of objects that escaped since the engine last asked.
    pub(crate) escaped: Vec<Op>,
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
            pristine: true,
            vague: false,
            swept: 0,
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
            && (self.pristine, self.vague) == (other.pristine, other.vague)
    }

    /// How many entries it has.
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

    pub(crate) fn set_status(&mut self, root: Root, status: Status) {
        if let Some(object) = self.object_mut(root) {
            object.status = status;
        }
    }

    pub(crate) fn is_owned(&self, root: Root) -> bool {
        self.object(root).is_some_and(|object| matches!(object.status, Status::Owned))
    }

    /// Notes that a copy of `val` is gone.
    pub(crate) fn lost(&mut self, val: Val) {
        if let Val::Ptr(root @ Root::Object(_), _) = val
            && self.is_owned(root)
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
        let rest = self.cells.get(start..).unwrap_or_default();
        let count = rest.partition_point(|cell| cell.root == root);
        rest.get(..count).unwrap_or_default()
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
            if cell.offset.saturating_add(i64::from(cell.size)) > offset {
                self.cells.remove(at);
                self.lost(cell.val);
            } else {
                at += 1;
            }
        }
    }

    /// Puts `val` into a cell after forgetting what it overlaps.
    pub(crate) fn set_cell(&mut self, root: Root, offset: i64, size: u8, val: Val) {
        let at = self.first_cell(root, offset);
        if let Some(cell) = self.cells.get_mut(at)
            && cell.root == root
            && cell.offset == offset
            && cell.size == size
        {
            let old = std::mem::replace(&mut cell.val, val);
            return self.lost(old);
        }
        self.clear_range(root, offset, i64::from(size));
        let at = self.first_cell(root, offset);
        self.cells.insert(at, Cell { root, offset, size, val });
    }

    // --- exposure and reachability ----------------------------------------------------------

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

    /// The objects that `val` points to, and those reachable from there, stop being this
    /// function's concern: somebody it cannot see may keep or free them.
    pub(crate) fn escape(&mut self, val: Val) {
        let mut stack: SmallVec<[Root; 4]> = SmallVec::new();
        stack.extend(val.address().map(|(root, _)| root));
        let mut seen: FxHashSet<Root> = FxHashSet::default();
        while let Some(root) = stack.pop() {
            if !seen.insert(root) {
                continue;
            }
            match root {
                Root::Object(id) => {
                    if self.is_owned(root) {
                        self.escaped.push(id.site);
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

    /// Forgets what `root` contains: somebody else may have changed it, and what it owned with it.
    pub(crate) fn havoc(&mut self, root: Root) {
        let mut stack: SmallVec<[Root; 4]> = SmallVec::from_slice(&[root]);
        self.pristine = false;
        while let Some(root) = stack.pop() {
            let cells: SmallVec<[Cell; 4]> = self.cells_of(root).into();
            self.vague |= matches!(root, Root::Term(_)) && !cells.is_empty();
            for cell in &cells {
                self.escape(cell.val);
                // Behind an address in there anything may be changed as well.
                if let Some((inner, _)) = cell.val.address()
                    && inner != root
                    && !matches!(inner, Root::Text(_))
                {
                    stack.push(inner);
                }
            }
            self.clear_root(root);
        }
    }

    /// Forgets everything unknown code or an unknown pointer may have changed, except in `but`.
    pub(crate) fn clobber(&mut self, but: Option<Root>) {
        self.pristine = false;
        let mut roots: Vec<Root> = Vec::new();
        for cell in &self.cells {
            if roots.last() != Some(&cell.root) && Some(cell.root) != but {
                let open = match cell.root {
                    Root::Term(_) | Root::Global(_) => true,
                    Root::Object(_) => {
                        self.is_exposed(cell.root)
                            || self
                                .object(cell.root)
                                .is_none_or(|object| !matches!(object.status, Status::Owned))
                    }
                    Root::Local(_) => self.is_exposed(cell.root),
                    Root::Aggregate(_) | Root::Return | Root::Text(_) => false,
                };
                if open {
                    roots.push(cell.root);
                }
            }
        }
        roots.into_iter().for_each(|root| self.havoc(root));
    }

    /// Whether all objects that lost a reference are still held by a variable or a value: the
    /// common case, found out without following every pointer.
    pub(crate) fn all_held(&self) -> bool {
        let held = |root: Root| {
            self.values.iter().any(|&(_, val)| object_of(val) == Some(root))
                || self.cells.iter().any(|cell| {
                    !matches!(cell.root, Root::Object(_)) && object_of(cell.val) == Some(root)
                })
        };
        !self.lost.is_empty()
            && self.lost.len() <= 8
            && self.lost.iter().all(|&root| !self.is_owned(root) || held(root))
    }

    /// The objects that can still be reached.
    pub(crate) fn reachable(&self) -> FxHashSet<Root> {
        let mut seen: FxHashSet<Root> = FxHashSet::default();
        let mut stack: Vec<Root> = Vec::new();
        stack.extend(self.values.iter().filter_map(|&(_, val)| object_of(val)));
        for cell in &self.cells {
            if !matches!(cell.root, Root::Object(_)) {
                stack.extend(object_of(cell.val));
            }
        }
        // What others hold stays reachable for them.
        for &(root, object) in &self.objects {
            if matches!(root, Root::Object(_))
                && matches!(object.status, Status::Escaped | Status::Returned(_) | Status::Given(_))
            {
                stack.extend(self.cells_of(root).iter().filter_map(|cell| object_of(cell.val)));
            }
        }
        while let Some(root) = stack.pop() {
            if seen.insert(root) {
                stack.extend(self.cells_of(root).iter().filter_map(|cell| object_of(cell.val)));
            }
        }
        seen
    }

    /// Forgets what nothing refers to any more: memory behind dead pointers, objects that are
    /// gone, facts about values nobody holds.
    pub(crate) fn sweep(&mut self, terms: &Terms, is_param: impl Fn(Value) -> bool) {
        let reachable = self.reachable();
        let keep = |root: Root, object: &Object| match root {
            Root::Object(_) => matches!(object.status, Status::Owned) || reachable.contains(&root),
            _ => true,
        };
        let objects = std::mem::take(&mut self.objects);
        self.objects = objects.into_iter().filter(|(r, o)| keep(*r, o)).collect();
        let objects = &self.objects;
        let alive = |root: Root| match root {
            Root::Object(_) => objects.binary_search_by_key(&root, |&(r, _)| r).is_ok(),
            _ => true,
        };
        self.cells.retain(|cell| alive(cell.root));
        self.exposed.retain(|&root| alive(root));

        // Terms: those held by values and cells outside of term memory, then what these reach.
        let mut live: FxHashSet<Term> = FxHashSet::default();
        let mut stack: Vec<Term> = Vec::new();
        stack.extend(self.values.iter().filter_map(|(_, val)| val.term()));
        let of_param = |mut term: Term| {
            loop {
                match terms.get(term) {
                    TermData::Opaque { source: Source::Value(value, _), age: 0 } => {
                        return is_param(value);
                    }
                    TermData::Entry(base, _) => term = base,
                    _ => return false,
                }
            }
        };
        for cell in &self.cells {
            match cell.root {
                Root::Term(term) => {
                    if of_param(term) {
                        stack.push(term);
                    }
                }
                _ => stack.extend(cell.val.term()),
            }
        }
        for (term, _) in &self.ranges {
            if of_param(*term) {
                stack.push(*term);
            }
        }
        while let Some(term) = stack.pop() {
            if live.insert(term) {
                let data = terms.get(term);
                stack.extend(terms.operands(data).into_iter().flatten());
                let inner = self.cells_of(Root::Term(term));
                stack.extend(inner.iter().filter_map(|cell| cell.val.term()));
            }
        }
        let holds = |term: Term| live.contains(&term) || of_param(term);
        self.cells.retain(|cell| cell.root.term().is_none_or(holds));
        self.objects.retain(|(root, _)| root.term().is_none_or(holds));
        self.ranges.retain(|(term, _)| {
            holds(*term) || terms.operands(terms.get(*term)).into_iter().flatten().any(holds)
        });
        self.relations.retain(|&((a, b), _)| holds(a) && holds(b));
    }

    /// Every use of `root` as an address becomes null: there is no such object.
    pub(crate) fn nullify(&mut self, root: Root, terms: &Terms) {
        let replace = |val: &mut Val| match *val {
            Val::Ptr(r, _) if r == root => *val = Val::Int(0),
            Val::Sym(term) if terms.get(term) == TermData::IsNull(root) => *val = Val::Int(1),
            Val::Sym(term) => {
                if let TermData::Not(inner) = terms.get(term)
                    && terms.get(inner) == TermData::IsNull(root)
                {
                    *val = Val::Int(0);
                }
            }
            _ => {}
        };
        self.cells.retain(|cell| cell.root != root);
        self.cells.iter_mut().for_each(|cell| replace(&mut cell.val));
        self.values.iter_mut().for_each(|(_, val)| replace(val));
        self.remove_object(root);
        self.unexpose(root);
    }
}

fn object_of(val: Val) -> Option<Root> {
    match val {
        Val::Ptr(root @ Root::Object(_), _) => Some(root),
        _ => None,
    }
}

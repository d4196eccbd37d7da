//! What callers have to know of a function beyond its attributes, computed callees first.

use std::collections::{BTreeMap, BTreeSet};

use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Function, Module, Op, Symbol, Type, Value};
use rustc_hash::FxHashMap;

use crate::analysis::declared::matters;
use crate::reach::returns;

/// Facts about one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Whether no call of it returns.
    pub never_returns: bool,
    /// Whether it may change or free memory it did not create.
    pub writes: bool,
    /// Whether it may change scalars other than pointers in memory it did not create.
    pub scribbles: bool,
    /// Whether its result is null on some path.
    pub null_result: bool,
    /// Byte offsets of the pointers in its result that own an object.
    pub owned_fields: BTreeSet<i64>,
    /// Parameters that it, or a function it calls, stores outside its own variables, and where.
    pub keeps: BTreeMap<u32, Kept>,
    /// Pointers stored behind parameters, or in parameters that are structs, whose memory it uses on
    /// some path.
    pub may_use: BTreeSet<Path>,
    /// Parameters that it takes, and what becomes of them.
    pub taken: BTreeMap<u32, Discharge>,
    /// Whether parameters that it keeps may be in places that `effects` does not mention.
    pub hides: bool,
    /// Operations at which an object left what the analysis sees exactly, and why: beyond them a leak
    /// or a free of it is not noticed. Empty for functions inside the tracked fragment.
    pub leaves: BTreeSet<(Op, Departure)>,
    /// The possible outcomes of a call, if all are known; if it `writes`, only their results are.
    pub effects: Vec<Effect>,
}

/// Why an object is no longer followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Departure {
    /// It is stored in a global, behind a parameter, or in memory of unknown owner.
    Stored,
    /// It is stored at, or read from, a place whose index is not known.
    Index,
    /// It was created more iterations of a loop ago than are distinguished.
    Loop,
    /// Paths on which it is owned and paths on which it is not were merged.
    Merged,
    /// A function it was passed to may have done anything with it.
    Call,
    /// It is held by an object that is given to another function, or returned.
    Given,
    /// Its origin is not known, but it is freed or given away; so may be whatever it aliases.
    Unknown,
    /// The function exceeds the effort allowed for it.
    Effort,
}

/// What a function does with a parameter it takes, each on some path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discharge {
    /// Frees it.
    pub freed: bool,
    /// Gives it to another function.
    pub given: bool,
    /// Returns it.
    pub returned: bool,
    /// Stores it where the function cannot follow it.
    pub kept: bool,
}

/// Memory that keeps a parameter after the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A global variable.
    Global(Symbol),
    /// In the memory that the pointer at a path points to.
    Behind(Path),
    /// Where this function stores what it is passed.
    By(Symbol),
    /// Memory of unknown origin.
    Unknown,
}

/// How a scalar lies in memory. Pointers and other scalars are assumed not to overlap, as long as
/// no code writes the bytes of a pointer through a cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scalar {
    /// Size in bytes, at most 8.
    pub size: u8,
    /// It is a pointer.
    pub pointer: bool,
}

impl Scalar {
    pub(crate) const POINTER: Self = Self { size: 8, pointer: true };
}

/// Where a pointer comes from: parameter number `parameter`, then the pointer stored at a byte
/// offset in the memory behind it, and so on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The parameter.
    pub parameter: u32,
    /// Byte offsets, one for each dereference; for a parameter that is a struct, first the one in
    /// it.
    pub offsets: Vec<i64>,
}

/// A value a function leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// A constant; 0 is null.
    Constant(i64),
    /// What was at a path at entry, moved by a number of bytes (`None`: somewhere inside).
    Entry(Path, Option<i64>),
    /// A byte offset into a global (`None`: somewhere inside).
    Global(Symbol, Option<i64>),
    /// The integer at a path at entry, plus a constant.
    Sum(Path, i64),
    /// An object that the function took and the caller owns from now on: its number among those
    /// that one outcome leaves, and whether its pointer may be null instead.
    Object {
        /// Equal for equal objects.
        number: u32,
        /// The pointer may be null.
        nullable: bool,
        /// The parameter it was taken from, if it was.
        from: Option<u32>,
    },
    /// Anything else.
    Unknown,
}

/// One possible outcome of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What must hold at entry: the value at each path is between the first two numbers and none of
    /// the others.
    pub when: Vec<(Path, i64, i64, Vec<i64>)>,
    /// Pointers stored behind parameters whose memory is used, so that it must still exist.
    pub uses: Vec<Path>,
    /// What is freed, including parameters that it takes.
    pub frees: Vec<Path>,
    /// What is given away, with all it owns.
    pub gives: Vec<Path>,
    /// What is stored: the pointer, the byte offset from it, the kind and the value.
    pub stores: Vec<(Path, i64, Scalar, Left)>,
    /// The contents of the objects that are left, by number: offset, kind and value.
    pub objects: Vec<Vec<(i64, Scalar, Left)>>,
    /// The result; for a struct or array see `fields`.
    pub result: Left,
    /// What is in a result that is a struct or an array: offset, kind and value.
    pub fields: Vec<(i64, Scalar, Left)>,
}

/// Maximum number of outcomes of a call in a summary.
const MAX_EFFECTS: usize = 6;

impl Summary {
    /// Whether `effects` says all that happens to pointers.
    pub(crate) fn is_exact(&self) -> bool {
        !(self.writes || self.hides || self.effects.is_empty())
    }

    /// Merges outcomes that differ in nothing a caller can act on. A result that is not a pointer
    /// (`is_scalar`) only counts if it distinguishes outcomes with different effects on memory.
    pub(crate) fn simplify(&mut self, is_scalar: bool) {
        let acts = |effect: &Effect| {
            let Effect { frees, gives, stores, objects, .. } = effect;
            (frees.clone(), gives.clone(), stores.clone(), objects.clone())
        };
        let plain = is_scalar
            && (self.writes
                || self
                    .effects
                    .windows(2)
                    .all(|pair| matches!(pair, [a, b] if acts(a) == acts(b))));
        self.simplify_fields();
        let mut kept: Vec<Effect> = Vec::new();
        for effect in std::mem::take(&mut self.effects) {
            let same = |other: &&mut Effect| {
                (self.writes || acts(other) == acts(&effect))
                    && other.fields == effect.fields
                    && (plain
                        || other.result == effect.result
                        || matches!(other.result, Left::Unknown)
                        || matches!(effect.result, Left::Unknown))
            };
            if kept.iter_mut().any(|other| merge_null(other, &effect)) {
                continue;
            }
            match kept.iter_mut().find(same) {
                Some(other) => {
                    other.when.retain(|condition| effect.when.contains(condition));
                    other.uses.retain(|path| effect.uses.contains(path));
                    if other.result != effect.result {
                        other.result = Left::Unknown;
                    }
                }
                None => kept.push(effect),
            }
        }
        if kept.len() > MAX_EFFECTS {
            self.writes |= kept
                .iter()
                .any(|e| !(e.frees.is_empty() && e.gives.is_empty() && e.stores.is_empty()));
            kept.clear();
        }
        self.effects = kept;
    }

    /// Fields of a result are distinguished only if some of them hold objects.
    fn simplify_fields(&mut self) {
        let is_object = |(.., left): &(i64, Scalar, Left)| matches!(left, Left::Object { .. });
        let Some((first, others)) = self.effects.split_first() else { return };
        if self.effects.iter().any(|effect| effect.fields.iter().any(is_object)) {
            return;
        }
        let everywhere = |field: &&(i64, Scalar, Left)| {
            others.iter().all(|effect| effect.fields.contains(field))
        };
        let common: Vec<_> = first.fields.iter().filter(everywhere).cloned().collect();
        for effect in &mut self.effects {
            effect.fields.clone_from(&common);
        }
    }

    /// Keeps the objects that are left only if callers know everything that may later decide what
    /// becomes of them: with an unknown value of a counter beside them, or of a tag in them, a
    /// caller would see contradictions.
    pub(crate) fn forget_inexact(&mut self) {
        let unknown = |left: &Left| matches!(left, Left::Unknown);
        let forks = self.effects.len() > 1;
        let inexact = self.writes
            || self.scribbles
            || self.effects.iter().any(|effect| {
                let contents = || effect.objects.iter().flatten().chain(&effect.fields);
                effect.stores.iter().any(|(.., left)| unknown(left))
                    || (forks && contents().any(|(.., left)| unknown(left)))
            });
        if !inexact {
            return;
        }
        for effect in &mut self.effects {
            self.hides |= effect.objects.iter().any(|contents| !contents.is_empty());
            for (.., left) in &mut effect.stores {
                if matches!(left, Left::Object { .. }) {
                    *left = Left::Unknown;
                    self.hides = true;
                }
            }
            effect.objects.iter_mut().for_each(Vec::clear);
            effect.fields.retain(|(.., left)| !matches!(left, Left::Object { .. }));
        }
    }
}

/// Merges an outcome that returns an object with one that returns null and is otherwise the same:
/// the object becomes nullable.
fn merge_null(a: &mut Effect, b: &Effect) -> bool {
    let is_null = |effect: &Effect| effect.result == Left::Constant(0) && effect.objects.is_empty();
    let is_object = |effect: &Effect| matches!(effect.result, Left::Object { .. });
    let fits = (is_null(a) && is_object(b)) || (is_object(a) && is_null(b));
    if !fits
        || a.frees != b.frees
        || a.gives != b.gives
        || a.stores != b.stores
        || a.fields != b.fields
    {
        return false;
    }
    a.when.retain(|condition| b.when.contains(condition));
    a.uses.retain(|path| b.uses.contains(path));
    if is_object(b) {
        (a.result, a.objects) = (b.result.clone(), b.objects.clone());
    }
    if let Left::Object { nullable, .. } = &mut a.result {
        *nullable = true;
    }
    true
}

/// Summaries of the functions analysed so far.
#[derive(Debug, Default)]
pub struct Summaries<'a> {
    of: FxHashMap<Symbol, Summary>,
    /// The summaries of functions analysed before these.
    below: Option<&'a Summaries<'a>>,
}

impl<'a> Summaries<'a> {
    /// No summaries yet except those `below`.
    pub(crate) fn above(below: &'a Summaries<'a>) -> Self {
        Self { of: FxHashMap::default(), below: Some(below) }
    }

    /// Those that are not below.
    pub(crate) fn into_own(self) -> FxHashMap<Symbol, Summary> {
        self.of
    }

    pub(crate) fn extend(&mut self, others: FxHashMap<Symbol, Summary>) {
        self.of.extend(others);
    }

    /// The summary of `function`, unless nothing is known of it yet.
    pub fn get(&self, function: Symbol) -> Option<&Summary> {
        self.of.get(&function).or_else(|| self.below?.get(function))
    }

    pub(crate) fn set(&mut self, function: Symbol, summary: Summary) {
        self.of.insert(function, summary);
    }

    pub(crate) fn remove(&mut self, function: Symbol) {
        self.of.remove(&function);
    }

    pub(crate) fn of_all(&self, functions: &[Symbol]) -> Vec<Option<Summary>> {
        functions.iter().map(|&name| self.get(name).cloned()).collect()
    }
}

/// C functions that end the program.
const ENDINGS: &[&str] = &["exit", "_exit", "_Exit", "quick_exit", "abort", "__assert_fail"];

/// The summary of a function without a body, of which only its name and type are known.
pub(crate) fn of_prototype(module: &Module, f: &Function) -> Summary {
    let name = module.context.name(f.name);
    let context = &module.context;
    Summary {
        never_returns: ENDINGS.contains(&name),
        writes: f.params.iter().any(|&ty| context.is_ptr(ty) || context.is_aggregate(ty)),
        scribbles: false,
        null_result: false,
        owned_fields: BTreeSet::new(),
        keeps: BTreeMap::new(),
        may_use: BTreeSet::new(),
        taken: BTreeMap::new(),
        hides: false,
        leaves: BTreeSet::new(),
        effects: Vec::new(),
    }
}

/// The summary of a function in which nothing can be wrong, from the shape of its body alone.
pub(crate) fn of_plain(module: &Module, f: &Function, known: &Summaries) -> Summary {
    let mut writes = false;
    let mut scribbles = false;
    f.walk(&mut |op| match f.op_name(op) {
        luma::Store::NAME | luma::Copy::NAME => {
            let outward = f.operands(op).get(1).is_some_and(|&place| !is_own_variable(f, place));
            let stored = f.operands(op).first().map(|&value| f.value_type(value));
            let number = stored.is_some_and(|ty| ty.is_int() || ty.is_float());
            writes |= outward && !number;
            scribbles |= outward && number;
        }
        luma::Zero::NAME => {
            writes |= f.operands(op).first().is_some_and(|&place| !is_own_variable(f, place));
        }
        luma::Call::NAME => {
            let callee = luma::Call(op).callee_attr(f).and_then(Attribute::as_symbol);
            let summary = callee.and_then(|callee| known.get(callee));
            writes |= summary.is_none_or(|summary| summary.writes);
            scribbles |= summary.is_some_and(|summary| summary.scribbles);
        }
        _ => {}
    });
    let ends = !returns(module, f, known);
    Summary { never_returns: ends, writes, scribbles, ..Summary::default() }
}

/// Whether `place` is a variable of this function, or part of one.
fn is_own_variable(f: &Function, place: Value) -> bool {
    let mut place = place;
    loop {
        let Some(op) = f.def_op(place) else { return false };
        match f.op_name(op) {
            luma::Local::NAME => return true,
            luma::Field::NAME => place = luma::Field(op).base(f),
            luma::Element::NAME => place = luma::Element(op).base(f),
            _ => return false,
        }
    }
}

/// Functions of up to this many operations are always analysed: they may return a constant.
const TINY: usize = 16;

/// Functions of up to this many operations are analysed for an exact summary if they deal with
/// memory of their callers at all.
const SMALL: usize = 64;

/// Whether `f` has anything the verifier must look at.
pub(crate) fn needs_analysis(module: &Module, f: &Function) -> bool {
    let mut count = 0;
    f.walk(&mut |op| count += usize::from(f.op_name(op) != luma::Defer::NAME));
    let moves = |ty: Type| module.context.is_ptr(ty) || module.context.is_aggregate(ty);
    let mut found = count <= TINY
        || (count <= SMALL
            && (f.results.iter().any(|&ty| moves(ty))
                || f.params.iter().any(|&ty| module.context.is_aggregate(ty))));
    f.walk(&mut |op| {
        let operands = f.operands(op);
        let ty = |at: usize| operands.get(at).map(|&value| f.value_type(value));
        let outward = |at: usize| operands.get(at).is_some_and(|&place| !is_own_variable(f, place));
        found |= match f.op_name(op) {
            own::Take::NAME | own::Give::NAME => true,
            // The address of a variable may escape.
            luma::AddrOf::NAME => !outward(0),
            luma::Store::NAME => outward(1) && (count <= SMALL || ty(0).is_some_and(moves)),
            luma::Copy::NAME | luma::Zero::NAME => {
                operands.iter().any(|&place| !is_own_variable(f, place))
            }
            luma::Load::NAME => {
                let read = f.results(op).first().map(|&value| f.value_type(value));
                count <= SMALL && outward(0) && read.is_some_and(moves)
            }
            luma::Call::NAME => {
                count <= SMALL && operands.iter().any(|&value| moves(f.value_type(value)))
            }
            _ => matters(module, f, op),
        };
    });
    found
}

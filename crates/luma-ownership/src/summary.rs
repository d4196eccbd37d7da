//! What callers have to know of a function beyond its attributes, computed callees first.

use std::collections::{BTreeMap, BTreeSet};

use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Function, Module, Symbol, Value};
use rustc_hash::FxHashMap;

use crate::analysis::declared::matters;
use crate::reach::returns;

/// Facts about one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// No call of it returns.
    pub never_returns: bool,
    /// It may change or free memory it did not make itself.
    pub writes: bool,
    /// Its result is null on some path.
    pub null_result: bool,
    /// Byte offsets of the pointers in its result that own an object.
    pub owned_fields: BTreeSet<i64>,
    /// Parameters that it, or a function it calls, stores outside its own variables.
    pub keeps: BTreeSet<u32>,
    /// Parameters that it takes, and what becomes of them.
    pub taken: BTreeMap<u32, Discharge>,
    /// The ways a call may end, when they are all known; if it `writes`, only their results are.
    pub effects: Vec<Effect>,
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

/// Where a pointer comes from: parameter number `parameter`, then what is stored so many bytes
/// into the memory behind it, and so on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The parameter.
    pub parameter: u32,
    /// Byte offsets, one for each dereference.
    pub offsets: Vec<i64>,
}

/// A value a function leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// A constant; 0 is null.
    Constant(i64),
    /// What was at a path at entry, moved by so many bytes (`None`: somewhere inside).
    Entry(Path, Option<i64>),
    /// Anything else.
    Unknown,
}

/// One way a call may end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What must hold at entry: the value at each path is between the first two numbers and none of
    /// the others.
    pub when: Vec<(Path, i64, i64, Vec<i64>)>,
    /// What is freed or given away.
    pub frees: Vec<Path>,
    /// What is stored: the pointer, bytes from it, the size and the value.
    pub stores: Vec<(Path, i64, u8, Left)>,
    /// The result.
    pub result: Left,
}

/// Most ways a call is told to end.
const MAX_EFFECTS: usize = 6;

impl Summary {
    /// Merges ways that differ in nothing a caller can act on.
    pub(crate) fn simplify(&mut self) {
        let mut kept: Vec<Effect> = Vec::new();
        for effect in std::mem::take(&mut self.effects) {
            let same = |other: &&mut Effect| {
                (self.writes || (other.frees == effect.frees && other.stores == effect.stores))
                    && (other.result == effect.result
                        || matches!(other.result, Left::Unknown)
                        || matches!(effect.result, Left::Unknown))
            };
            match kept.iter_mut().find(same) {
                Some(other) => {
                    other.when.retain(|condition| effect.when.contains(condition));
                    if other.result != effect.result {
                        other.result = Left::Unknown;
                    }
                }
                None => kept.push(effect),
            }
        }
        if kept.len() > MAX_EFFECTS {
            self.writes |= kept.iter().any(|e| !e.frees.is_empty() || !e.stores.is_empty());
            kept.clear();
        }
        self.effects = kept;
    }
}

/// Summaries of the functions analysed so far.
#[derive(Debug, Default)]
pub struct Summaries {
    of: FxHashMap<Symbol, Summary>,
}

impl Summaries {
    /// The summary of `function`, unless nothing is known of it yet.
    pub fn get(&self, function: Symbol) -> Option<&Summary> {
        self.of.get(&function)
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
        never_returns: ENDINGS.contains(&&*name),
        writes: f.params.iter().any(|&ty| context.is_ptr(ty) || context.is_aggregate(ty)),
        null_result: false,
        owned_fields: BTreeSet::new(),
        keeps: BTreeSet::new(),
        taken: BTreeMap::new(),
        effects: Vec::new(),
    }
}

/// The summary of a function in which nothing can be wrong, from the shape of its body alone.
pub(crate) fn of_plain(module: &Module, f: &Function, known: &Summaries) -> Summary {
    let mut writes = false;
    f.walk(&mut |op| match f.op_name(op) {
        luma::Store::NAME | luma::Copy::NAME => {
            writes |= f.operands(op).get(1).is_some_and(|&place| !is_own_variable(f, place));
        }
        luma::Zero::NAME => {
            writes |= f.operands(op).first().is_some_and(|&place| !is_own_variable(f, place));
        }
        luma::Call::NAME => {
            let callee = luma::Call(op).callee_attr(f).and_then(Attribute::as_symbol);
            let summary = callee.and_then(|callee| known.get(callee));
            writes |= summary.is_none_or(|summary| summary.writes);
        }
        _ => {}
    });
    let ends = !returns(module, f, known);
    Summary { never_returns: ends, writes, ..Summary::default() }
}

/// Whether `place` is a variable of this function, or part of one.
fn is_own_variable(f: &Function, place: Value) -> bool {
    let mut place = place;
    loop {
        let Some(op) = f.def_op(place) else { return false };
        match f.op_name(op) {
            luma::Local::NAME => return true,
            luma::Field::NAME | luma::Element::NAME => match f.operands(op).first() {
                Some(&base) => place = base,
                None => return false,
            },
            _ => return false,
        }
    }
}

/// Functions of up to so many operations are always analysed, for an exact summary.
const SMALL: usize = 64;

/// Whether `f` has anything the verifier must look at.
pub(crate) fn needs_analysis(module: &Module, f: &Function) -> bool {
    let mut found = false;
    let mut count = 0;
    f.walk(&mut |op| count += usize::from(f.op_name(op) != luma::Defer::NAME));
    if count <= SMALL {
        return true;
    }
    f.walk(&mut |op| match f.op_name(op) {
        own::Take::NAME | own::Give::NAME => found = true,
        // The address of a variable may get out.
        luma::AddrOf::NAME => {
            let outward = f.operands(op).first().is_some_and(|&place| is_own_variable(f, place));
            found |= outward;
        }
        _ => found |= matters(module, f, op),
    });
    found
}

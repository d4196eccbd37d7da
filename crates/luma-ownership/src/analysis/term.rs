//! Symbolic values: names for what is not known, and expressions over them, interned so that equal
//! expressions have equal ids.

use luma_ir::{Def, Function, Op, OpName, Value};
use rustc_hash::FxHashMap;

use super::state::{Root, Val};

/// An interned symbolic value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Term(pub(crate) u32);

/// Where an unknown value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Source {
    /// An SSA value, or the scalar at an offset in one.
    Value(Value, i64),
    /// What an operation moved from one place to another, by offset.
    Op(Op, i64),
    /// What a variable holds after different paths have been merged.
    Merge(u32),
    /// What a variable holds, at a byte offset, when an iteration of a loop begins.
    Head(Op, Value, i64),
}

/// A relation the analysis reasons about; the others are these, negated or with swapped operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Pred {
    Eq,
    Lt,
    Le,
}

/// The expression a term denotes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum TermData {
    /// An unknown but fixed value. `age` counts the iterations of the loop around its source since
    /// it was created, so that values of two iterations never share a name.
    Opaque { source: Source, age: u8 },
    /// The value at entry of the pointer or integer at a byte offset in the memory behind a
    /// parameter (or behind another such value).
    Entry(Term, i64),
    /// A comparison of integers or pointers.
    Cmp(Pred, Val, Val),
    /// Whether a pointer to the start of this object is null.
    IsNull(Root),
    /// Logical negation.
    Not(Term),
    /// A sum with a constant: `.0 + .1`.
    Plus(Term, i64),
    /// The result of a pure operation.
    Pure(OpName, u8, Val, Val),
}

/// Deepest expression that is kept; deeper ones become opaque.
const MAX_DEPTH: u8 = 6;

/// The interner of one function's analysis.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    data: Vec<(TermData, u8)>,
    /// The parameters of the function.
    parameters: Vec<Value>,
    /// Names given at merges so far.
    merges: u32,
    ids: FxHashMap<TermData, Term>,
}

impl Terms {
    /// No terms, for a function of these parameters.
    pub(crate) fn new(parameters: Vec<Value>) -> Self {
        Self { parameters, ..Self::default() }
    }

    pub(crate) fn get(&self, term: Term) -> TermData {
        self.data[term.0 as usize].0
    }

    /// Whether `term` is a parameter, or was reachable from one at entry.
    pub(crate) fn is_of_entry(&self, term: Term) -> bool {
        let mut term = term;
        loop {
            match self.get(term) {
                TermData::Entry(base, _) => term = base,
                TermData::Opaque { source: Source::Value(value, _), age: 0 } => {
                    return self.parameters.contains(&value);
                }
                _ => return false,
            }
        }
    }

    /// The term for `data`, if it exists already.
    pub(crate) fn known(&self, data: TermData) -> Option<Term> {
        self.ids.get(&data).copied()
    }

    /// The term for `data`; `None` if the expression is too deep.
    pub(crate) fn intern(&mut self, data: TermData) -> Option<Term> {
        if let Some(&term) = self.ids.get(&data) {
            return Some(term);
        }
        let depth = self.operands(data).into_iter().flatten().map(|t| self.depth(t)).max();
        let depth = depth.map_or(0, |d| d + 1);
        (depth <= MAX_DEPTH).then(|| self.insert(data, depth))
    }

    fn insert(&mut self, data: TermData, depth: u8) -> Term {
        let term = Term(self.data.len() as u32);
        self.data.push((data, depth));
        self.ids.insert(data, term);
        term
    }

    /// The term of an unknown value.
    pub(crate) fn opaque(&mut self, source: Source) -> Term {
        let data = TermData::Opaque { source, age: 0 };
        match self.known(data) {
            Some(term) => term,
            None => self.insert(data, 0),
        }
    }

    /// A new term, which equals no other.
    pub(crate) fn fresh(&mut self) -> Term {
        self.merges += 1;
        self.opaque(Source::Merge(self.merges))
    }

    fn depth(&self, term: Term) -> u8 {
        self.data[term.0 as usize].1
    }

    /// The terms `data` is made of.
    pub(crate) fn operands(&self, data: TermData) -> [Option<Term>; 2] {
        match data {
            TermData::Opaque { .. } => [None, None],
            TermData::Not(a) | TermData::Plus(a, _) | TermData::Entry(a, _) => [Some(a), None],
            TermData::IsNull(root) => [root.term(), None],
            TermData::Cmp(_, a, b) | TermData::Pure(_, _, a, b) => [a.term(), b.term()],
        }
    }

    /// The name of `term` once the loop that `inside` describes starts its next iteration; `None`
    /// if it is too old to be distinguished.
    pub(crate) fn aged(&mut self, term: Term, ageing: &Ageing<'_>) -> Option<Term> {
        let data = match self.get(term) {
            TermData::Opaque { source, age } => {
                if !ageing.moves(source) {
                    return Some(term);
                }
                let age = ageing.next(age)?;
                TermData::Opaque { source, age }
            }
            TermData::Cmp(pred, a, b) => {
                TermData::Cmp(pred, self.aged_val(a, ageing)?, self.aged_val(b, ageing)?)
            }
            TermData::IsNull(root) => TermData::IsNull(self.aged_root(root, ageing)?),
            TermData::Entry(t, at) => TermData::Entry(self.aged(t, ageing)?, at),
            TermData::Not(t) => TermData::Not(self.aged(t, ageing)?),
            TermData::Plus(t, k) => TermData::Plus(self.aged(t, ageing)?, k),
            TermData::Pure(name, tag, a, b) => {
                TermData::Pure(name, tag, self.aged_val(a, ageing)?, self.aged_val(b, ageing)?)
            }
        };
        self.intern(data)
    }

    /// [`Terms::aged`] for a value.
    pub(crate) fn aged_val(&mut self, val: Val, ageing: &Ageing<'_>) -> Option<Val> {
        Some(match val {
            Val::Int(_) => val,
            Val::Sym(term) => Val::Sym(self.aged(term, ageing)?),
            Val::Ptr(root, offset) => Val::Ptr(self.aged_root(root, ageing)?, offset),
        })
    }

    /// [`Terms::aged`] for a root.
    pub(crate) fn aged_root(&mut self, root: Root, ageing: &Ageing<'_>) -> Option<Root> {
        Some(match root {
            Root::Object(mut object) => {
                if (ageing.inside)(object.site) {
                    object.age = ageing.next(object.age)?;
                }
                Root::Object(object)
            }
            Root::Term(term) => Root::Term(self.aged(term, ageing)?),
            _ => root,
        })
    }
}

/// The start of a loop's next iteration.
pub(crate) struct Ageing<'a> {
    pub(crate) f: &'a Function,
    /// The loop.
    pub(crate) of: Op,
    /// Whether an operation is inside the loop.
    pub(crate) inside: &'a dyn Fn(Op) -> bool,
    /// The oldest age that is still distinguished.
    pub(crate) cap: u8,
    /// 1, or 0 to only forget what is older than `cap`.
    pub(crate) step: u8,
}

impl Ageing<'_> {
    /// The age that follows, unless it is too old.
    fn next(&self, age: u8) -> Option<u8> {
        age.checked_add(self.step).filter(|&age| age <= self.cap)
    }

    fn moves(&self, source: Source) -> bool {
        match source {
            Source::Value(value, _) => match self.f.def(value) {
                Def::Result(op, _) => (self.inside)(op),
                Def::Arg(block, _) => {
                    let outer = self.f.region_op(self.f.block_region(block));
                    outer.is_some_and(|outer| outer == self.of || (self.inside)(outer))
                }
            },
            Source::Op(op, _) => (self.inside)(op),
            Source::Merge(_) => true,
            Source::Head(op, ..) => op == self.of || (self.inside)(op),
        }
    }
}

//! Sparse analyses: a fact about each value.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::Lattice;
use super::flow::{Flow, Goal, Target};
use crate::context::Context;
use crate::entity::{Block, Entity, Op, Value};
use crate::function::{Def, Function};

/// A sparse forward analysis.
pub trait SparseForward {
    /// The lattice of facts about a value.
    type Fact: Lattice;

    /// Of a value that was not computed yet: the least fact.
    fn bottom(&mut self) -> Self::Fact;

    /// Of a value the engine does not see being made: a parameter, or what comes out of an
    /// operation whose table does not say how values go.
    fn unknown(&mut self, value: Value) -> Self::Fact;

    /// Of the results of `op`, which has no regions, from those of its operands; results it gives
    /// no fact for are unknown.
    fn transfer(&mut self, op: Op, operands: &[Self::Fact]) -> SmallVec<[Self::Fact; 1]>;

    /// Which targets of `op` can be taken; `chooser` is what is known of the value that chooses,
    /// if one does.
    fn choose(&mut self, flow: &Flow<'_>, op: Op, chooser: Option<&Self::Fact>) -> Choice;
}

/// The targets that can be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// None, as far as is known.
    None,
    /// The one of this index.
    One(usize),
    /// All targets.
    All,
}

/// What can run, and a fact about each value.
#[derive(Clone, Debug)]
pub struct Executable<F> {
    facts: Vec<F>,
    goals: FxHashSet<Goal>,
    runs: Vec<bool>,
}

impl<F> Executable<F> {
    /// The fact about `value`.
    pub fn fact(&self, value: Value) -> Option<&F> {
        self.facts.get(value.index())
    }

    /// Whether control can come to `block`.
    pub fn enters(&self, block: Block) -> bool {
        self.goals.contains(&Goal::Block(block))
    }

    /// Whether `op` can run.
    pub fn runs(&self, op: Op) -> bool {
        self.runs.get(op.index()).copied().unwrap_or(false)
    }

    /// Whether `op`, which has regions, can be done.
    pub fn completes(&self, op: Op) -> bool {
        self.goals.contains(&Goal::After(op))
    }
}

/// Runs a sparse forward analysis on what can run. Each operation is looked at once, and again
/// whenever a fact about an operand changes. Deferred code counts as running once registered.
pub fn sparse_forward<A: SparseForward>(
    context: &Context,
    f: &Function,
    analysis: &mut A,
) -> Executable<A::Fact> {
    let bottom = analysis.bottom();
    let mut solver = Forward {
        flow: Flow::new(context, f),
        f,
        found: Executable {
            facts: vec![bottom; f.value_count()],
            goals: FxHashSet::default(),
            runs: vec![false; f.op_capacity()],
        },
        analysis,
        goals: Vec::new(),
        values: Vec::new(),
    };
    if let Some(entry) = f.entry() {
        for &value in f.block_args(entry) {
            solver.lose(value);
        }
        solver.reach(Goal::Block(entry));
    }
    solver.solve();
    solver.found
}

struct Forward<'a, A: SparseForward> {
    flow: Flow<'a>,
    f: &'a Function,
    found: Executable<A::Fact>,
    analysis: &'a mut A,
    goals: Vec<Goal>,
    values: Vec<Value>,
}

impl<A: SparseForward> Forward<'_, A> {
    fn solve(&mut self) {
        loop {
            // Values first: what is known then saves second looks.
            if let Some(value) = self.values.pop() {
                let f = self.f;
                for user in f.users(value) {
                    if self.found.runs(user) {
                        self.op(user);
                    }
                }
            } else if let Some(goal) = self.goals.pop() {
                self.straight(goal);
            } else {
                return;
            }
        }
    }

    fn reach(&mut self, goal: Goal) {
        if self.found.goals.insert(goal) {
            self.goals.push(goal);
        }
    }

    fn join(&mut self, value: Value, fact: &A::Fact) {
        if self.found.facts[value.index()].join(fact) {
            self.values.push(value);
        }
    }

    fn lose(&mut self, value: Value) {
        let fact = self.analysis.unknown(value);
        self.join(value, &fact);
    }

    fn straight(&mut self, goal: Goal) {
        let f = self.f;
        let mut next = match goal {
            Goal::Block(block) => f.first(block),
            Goal::After(op) => f.next(op),
            Goal::Again(op) => return self.op(op),
            Goal::Resume | Goal::Exit => return,
        };
        while let Some(op) = next {
            self.found.runs[op.index()] = true;
            self.op(op);
            next = if self.flow.stops(op) { None } else { f.next(op) };
        }
    }

    fn op(&mut self, op: Op) {
        let f = self.f;
        if self.flow.stops(op) {
            return self.stop(op);
        }
        if let Some(&body) = f.op_regions(op).first() {
            if let Some(&block) = f.blocks(body).first() {
                self.reach(Goal::Block(block));
            }
            return;
        }
        let operands: SmallVec<[A::Fact; 2]> =
            f.operands(op).iter().map(|&v| self.found.facts[v.index()].clone()).collect();
        let mut facts = self.analysis.transfer(op, &operands).into_iter();
        for &result in f.results(op) {
            match facts.next() {
                Some(fact) => self.join(result, &fact),
                None => self.lose(result),
            }
        }
    }

    fn stop(&mut self, op: Op) {
        let chooser = self.flow.chooser(op).and_then(|value| self.found.fact(value));
        let choice = self.analysis.choose(&self.flow, op, chooser);
        let targets = self.flow.targets(op);
        match choice {
            Choice::None => {}
            Choice::One(at) if at < targets.len() => self.take(op, &targets[at]),
            // An operation whose targets nobody verifies may have none for what was chosen.
            Choice::One(_) | Choice::All => targets.iter().for_each(|target| self.take(op, target)),
        }
    }

    fn take(&mut self, op: Op, target: &Target) {
        let (from, to) = self.flow.handed(op, target);
        let mut from = from.iter();
        for &value in to {
            match from.next() {
                Some(from) => self.join(value, &self.found.facts[from.index()].clone()),
                None => self.lose(value),
            }
        }
        self.reach(target.to);
    }
}

/// A sparse backward analysis.
pub trait SparseBackward {
    /// The lattice of facts about a value.
    type Fact: Lattice;

    /// Of a value without uses: the least fact.
    fn bottom(&mut self) -> Self::Fact;

    /// What `op` makes of each of its operands, from the facts about its results. Operands it gives
    /// no fact for are left alone. Values that a terminator or an operation with regions hands on
    /// also get the facts of what they become.
    fn transfer(&mut self, op: Op, results: &[Self::Fact]) -> SmallVec<[Self::Fact; 2]>;
}

/// Runs a sparse backward analysis on all code; returns the facts by index of the value.
pub fn sparse_backward<A: SparseBackward>(
    context: &Context,
    f: &Function,
    analysis: &mut A,
) -> Vec<A::Fact> {
    let flow = Flow::new(context, f);
    let mut ops = Vec::new();
    f.walk(&mut |op| ops.push(op));
    // Who hands on to block arguments and to results of operations with regions.
    let mut feeders: Vec<SmallVec<[Op; 2]>> = vec![SmallVec::new(); f.value_count()];
    for &op in &ops {
        if flow.stops(op) {
            for target in flow.targets(op) {
                for value in flow.handed(op, &target).1 {
                    feeders[value.index()].push(op);
                }
            }
        }
    }
    let bottom = analysis.bottom();
    let mut facts = vec![bottom; f.value_count()];
    let mut waiting = vec![false; f.op_capacity()];
    let mut work = ops;
    for op in &work {
        waiting[op.index()] = true;
    }
    // The last first: uses come before definitions.
    while let Some(op) = work.pop() {
        waiting[op.index()] = false;
        let results: SmallVec<[A::Fact; 1]> =
            f.results(op).iter().map(|&value| facts[value.index()].clone()).collect();
        let made = analysis.transfer(op, &results);
        let mut changes: SmallVec<[(Value, A::Fact); 4]> =
            f.operands(op).iter().copied().zip(made).collect();
        if flow.stops(op) {
            for target in flow.targets(op) {
                let (from, to) = flow.handed(op, &target);
                for (&from, &to) in from.iter().zip(to) {
                    changes.push((from, facts[to.index()].clone()));
                }
            }
        }
        for (value, fact) in changes {
            if !facts[value.index()].join(&fact) {
                continue;
            }
            let def = match f.def(value) {
                Def::Result(op, _) => Some(op),
                Def::Arg(..) => None,
            };
            for &op in def.iter().chain(&feeders[value.index()]) {
                if !std::mem::replace(&mut waiting[op.index()], true) {
                    work.push(op);
                }
            }
        }
    }
    facts
}

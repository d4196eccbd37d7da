//! Dense forward analysis: a state that operations transform, followed from the entry of a function
//! along control flow of every kind.
//!
//! [`interpret`] is the general form: states *move* along the flow graph in weak topological order,
//! and the [`Interpreter`] decides how they branch, merge and go round loops. [`dense_forward`] is
//! the plain form over it, for states that form a [`Lattice`].

use luma_diagnostics::never;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Lattice;
use super::flow::{Flow, Goal, Target, Way};
use super::graph::{Graph, Point, first_op};
use super::order::{Item, weak_topological};
use crate::context::Context;
use crate::entity::{Op, Region, Value};
use crate::function::Function;

/// What follows states through a function. Points in deferred code are visited for every exit that
/// runs it.
pub trait Interpreter {
    /// The abstract state at a program point.
    type State: Clone;

    /// Merges `other`, which has come to the same point, into `state`.
    fn join(&mut self, state: &mut Self::State, other: Self::State);

    /// Executes an operation that neither has regions nor ends a block; whether anything runs
    /// after it.
    fn transfer(&mut self, op: Op, state: &mut Self::State) -> bool;

    /// Splits `state` between the targets of `op`, a terminator or an operation with regions:
    /// for each the state it is entered with, if it can be.
    fn branch(
        &mut self,
        flow: &Flow<'_>,
        op: Op,
        state: Self::State,
        targets: &[Target],
    ) -> Ways<Self::State>;

    /// Called before anything else happens at a point; `sources` is how many states were merged
    /// there, `depth` how many runs of deferred code it is inside of.
    fn arrive(&mut self, _point: Point, _state: &mut Self::State, _sources: u32, _depth: u32) {}

    /// Deferred code of `region`, which is being left, is about to run: that of
    /// `flow.defers(region)[at]`, those before it still to come.
    fn defer(
        &mut self,
        _flow: &Flow<'_>,
        _region: Region,
        _at: usize,
        _way: Way,
        _state: &mut Self::State,
    ) {
    }

    /// The scope of `region` ends.
    fn leave(&mut self, _region: Region, _way: Way, _state: &mut Self::State) {}

    /// The function is left.
    fn exit(&mut self, _state: Self::State) {}

    /// A loop is entered with `state`: with what its first turn starts. Loops nest: every call is
    /// answered by [`turn`](Self::turn)s until one says [`Turn::Done`].
    fn enter(&mut self, head: LoopHead, state: Self::State) -> Self::State;

    /// A turn of the innermost entered loop has ended; `back` is what has come back to its head.
    fn turn(&mut self, head: LoopHead, back: Option<Self::State>) -> Turn<Self::State>;
}

/// The point a loop is entered at; in deferred code, of one of its runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LoopHead {
    /// The point.
    pub point: Point,
    node: u32,
}

/// States for the targets of an operation.
pub type Ways<S> = SmallVec<[Option<S>; 2]>;

/// How the iteration over a loop continues.
#[derive(Clone, Debug)]
pub enum Turn<S> {
    /// With another turn that starts with this. What has left the loop in the last turn counts.
    Follow(S),
    /// With another turn that starts with this and covers the last, of which nothing counts.
    Again(S),
    /// Not at all. What has left the loop in the last turn counts.
    Done,
}

/// Follows `entry` through `f`. Time is that of the turns the interpreter wants; nothing recurses.
pub fn interpret<I: Interpreter>(context: &Context, f: &Function, i: &mut I, entry: I::State) {
    let graph = Graph::new(Flow::new(context, f));
    let next = |node: u32| graph.nodes[node as usize].next.as_slice();
    let order = weak_topological(graph.nodes.len(), next);
    let mut position = vec![0; graph.nodes.len()];
    for (at, item) in order.iter().enumerate() {
        position[item.node as usize] = at;
    }
    let pending = order.iter().map(|_| None).collect();
    let mut run = Run { graph: &graph, position, pending, loops: Vec::new() };
    if !order.is_empty() {
        run.pending[0] = Some((entry, 1));
        run.all(i, &order);
    }
}

/// A loop being followed.
struct Active<S> {
    head: usize,
    end: usize,
    entered: bool,
    /// What has left it in this turn, and for where.
    left: Vec<(usize, S)>,
}

struct Run<'g, S> {
    graph: &'g Graph<'g>,
    /// Of each node in the order.
    position: Vec<usize>,
    /// By position: what has come and was not looked at, and of how many states it was merged.
    pending: Vec<Option<(S, u32)>>,
    loops: Vec<Active<S>>,
}

impl<S: Clone> Run<'_, S> {
    fn all<I: Interpreter<State = S>>(&mut self, i: &mut I, order: &[Item]) {
        let mut at = 0;
        loop {
            if let Some(active) = self.loops.last()
                && active.end == at
            {
                at = self.turn(i, order);
                continue;
            }
            let Some(item) = order.get(at) else { return };
            if let Some(end) = item.end {
                let (head, end) = (at, end as usize);
                let active = Active { head, end, entered: false, left: Vec::new() };
                self.loops.push(active);
                if let Some((state, sources)) = self.pending[at].take() {
                    let state = self.enter(i, item.node, state);
                    self.node(i, item.node, state, sources);
                }
            } else if let Some((state, sources)) = self.pending[at].take() {
                self.node(i, item.node, state, sources);
            }
            at += 1;
        }
    }

    fn enter<I: Interpreter<State = S>>(&mut self, i: &mut I, node: u32, state: S) -> S {
        if let Some(active) = self.loops.last_mut() {
            active.entered = true;
        }
        i.enter(self.head(node), state)
    }

    fn head(&self, node: u32) -> LoopHead {
        LoopHead { point: self.graph.nodes[node as usize].point, node }
    }

    /// Ends a turn of the innermost loop; returns the position to go on at.
    fn turn<I: Interpreter<State = S>>(&mut self, i: &mut I, order: &[Item]) -> usize {
        let Some(mut active) = self.loops.pop() else {
            never!("a turn ends outside of all loops");
            return order.len();
        };
        let (head, end) = (active.head, active.end);
        let node = order[head].node;
        let back = self.pending[head].take();
        let next = match (active.entered, back) {
            (true, back) => i.turn(self.head(node), back.map(|(state, _)| state)),
            // Only now has anything come to its head: an irreducible graph.
            (false, Some((state, _))) => {
                active.entered = true;
                Turn::Follow(i.enter(self.head(node), state))
            }
            (false, None) => Turn::Done,
        };
        if !matches!(next, Turn::Again(_)) {
            for (to, state) in std::mem::take(&mut active.left) {
                self.send(i, to, state);
            }
        }
        active.left.clear();
        match next {
            Turn::Done => end,
            Turn::Follow(state) | Turn::Again(state) => {
                self.loops.push(active);
                self.node(i, node, state, 1);
                head + 1
            }
        }
    }

    /// Lets `state` come to the point at position `to`.
    fn send<I: Interpreter<State = S>>(&mut self, i: &mut I, to: usize, state: S) {
        if let Some(active) = self.loops.last_mut()
            && !(active.head..active.end).contains(&to)
        {
            return active.left.push((to, state));
        }
        match &mut self.pending[to] {
            Some((old, sources)) => {
                i.join(old, state);
                *sources += 1;
            }
            slot => *slot = Some((state, 1)),
        }
    }

    fn node<I: Interpreter<State = S>>(&mut self, i: &mut I, id: u32, state: S, sources: u32) {
        let graph = self.graph;
        let node = &graph.nodes[id as usize];
        let mut state = state;
        i.arrive(node.point, &mut state, sources, graph.depth(id));
        match node.point {
            Point::At(_) => self.straight(i, id, state),
            Point::Leave { region, way, defers } => {
                match (defers as usize).checked_sub(1) {
                    Some(at) => i.defer(&graph.flow, region, at, way, &mut state),
                    None => {
                        i.leave(region, way, &mut state);
                        if graph.flow.function().region_op(region).is_none() {
                            return i.exit(state);
                        }
                    }
                }
                for &to in &node.next {
                    self.send(i, self.position[to as usize], state.clone());
                }
            }
        }
    }

    fn straight<I: Interpreter<State = S>>(&mut self, i: &mut I, id: u32, state: S) {
        let graph = self.graph;
        let node = &graph.nodes[id as usize];
        let (f, flow) = (graph.flow.function(), &graph.flow);
        let mut state = state;
        let mut at = first_op(f, node.point);
        while let Some(op) = at
            && Some(op) != node.stop
        {
            let deferring = !f.op_regions(op).is_empty();
            if !deferring && !i.transfer(op, &mut state) {
                return;
            }
            at = f.next(op);
        }
        let Some(stop) = node.stop else { return };
        let targets = flow.targets(stop);
        let ways = i.branch(flow, stop, state, &targets);
        for (&to, way) in node.next.iter().zip(ways) {
            if let Some(state) = way {
                self.send(i, self.position[to as usize], state);
            }
        }
    }
}

/// A dense forward analysis over a lattice.
pub trait DenseForward {
    /// The abstract state at a program point.
    type State: Lattice;

    /// What holds where the function is entered.
    fn entry(&mut self) -> Self::State;

    /// Executes an operation that neither has regions nor ends a block; whether anything runs
    /// after it.
    fn transfer(&mut self, op: Op, state: &mut Self::State) -> bool;

    /// What goes from `op` along `target`, if control can; `from` becomes `to` on the way (nothing
    /// is known of `to` where `from` is shorter).
    fn pass(
        &mut self,
        _op: Op,
        _target: &Target,
        (_from, _to): (&[Value], &[Value]),
        _state: &mut Self::State,
    ) -> bool {
        true
    }
}

/// Runs a dense forward analysis; what it found holds at the points it lists.
///
/// Each loop keeps what is known at its head, so that inner loops do not begin anew in every turn
/// of outer ones.
pub fn dense_forward<A: DenseForward>(
    context: &Context,
    f: &Function,
    analysis: &mut A,
) -> DenseStates<A::State> {
    let entry = analysis.entry();
    let mut plain = Plain {
        analysis,
        heads: FxHashMap::default(),
        states: DenseStates { states: FxHashMap::default() },
    };
    interpret(context, f, &mut plain, entry);
    plain.states
}

/// The result of a dense analysis.
#[derive(Clone, Debug)]
pub struct DenseStates<S> {
    states: FxHashMap<Point, S>,
}

impl<S: Lattice> DenseStates<S> {
    /// What holds at `point` in all runs of it; `None` if control cannot come there.
    pub fn at(&self, point: Point) -> Option<&S> {
        self.states.get(&point)
    }

    /// What holds before `op`, by running the operations of its block again.
    pub fn before<A: DenseForward<State = S>>(
        &self,
        context: &Context,
        f: &Function,
        analysis: &mut A,
        op: Op,
    ) -> Option<S> {
        let flow = Flow::new(context, f);
        let mut first = op;
        while let Some(previous) = f.previous(first)
            && !flow.stops(previous)
        {
            first = previous;
        }
        let start = match f.previous(first) {
            Some(stop) => Point::At(Goal::After(stop)),
            None => Point::At(Goal::Block(f.parent(first)?)),
        };
        let mut state = self.at(start)?.clone();
        while first != op {
            if f.op_regions(first).is_empty() && !analysis.transfer(first, &mut state) {
                return None;
            }
            first = f.next(first)?;
        }
        Some(state)
    }

    pub(super) fn record(&mut self, point: Point, state: &S) {
        match self.states.get_mut(&point) {
            Some(known) => {
                known.join(state);
            }
            None => {
                self.states.insert(point, state.clone());
            }
        }
    }
}

struct Plain<'a, A: DenseForward> {
    analysis: &'a mut A,
    heads: FxHashMap<LoopHead, A::State>,
    states: DenseStates<A::State>,
}

impl<A: DenseForward> Interpreter for Plain<'_, A> {
    type State = A::State;

    fn join(&mut self, state: &mut A::State, other: A::State) {
        state.join(&other);
    }

    fn transfer(&mut self, op: Op, state: &mut A::State) -> bool {
        self.analysis.transfer(op, state)
    }

    fn branch(
        &mut self,
        flow: &Flow<'_>,
        op: Op,
        state: A::State,
        targets: &[Target],
    ) -> Ways<A::State> {
        let mut pass = |target: &Target| {
            let mut state = state.clone();
            let handed = flow.handed(op, target);
            self.analysis.pass(op, target, handed, &mut state).then_some(state)
        };
        targets.iter().map(&mut pass).collect()
    }

    fn arrive(&mut self, point: Point, state: &mut A::State, _sources: u32, _depth: u32) {
        self.states.record(point, state);
    }

    fn enter(&mut self, head: LoopHead, state: A::State) -> A::State {
        let known = self.heads.entry(head).or_insert_with(|| state.clone());
        known.join(&state);
        known.clone()
    }

    fn turn(&mut self, head: LoopHead, back: Option<A::State>) -> Turn<A::State> {
        let (Some(known), Some(back)) = (self.heads.get_mut(&head), back) else {
            return Turn::Done;
        };
        if known.join(&back) { Turn::Again(known.clone()) } else { Turn::Done }
    }
}

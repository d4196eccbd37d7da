//! Dense backward analysis: what holds at a point because of what runs after it.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Lattice;
use super::flow::{Flow, Goal, Target};
use super::graph::{Graph, Point, first_op};
use super::order::weak_topological;
use crate::context::Context;
use crate::entity::{Op, Value};
use crate::function::Function;

/// A dense backward analysis over a lattice.
pub trait DenseBackward {
    /// The abstract state at a program point.
    type State: Lattice;

    /// What holds where control does not go on: the least state.
    fn bottom(&mut self) -> Self::State;

    /// What holds where the function has been left.
    fn exit(&mut self) -> Self::State {
        self.bottom()
    }

    /// From after `op` to before it. For a terminator or an operation with regions, what is after
    /// it is what all its targets have passed on.
    fn transfer(&mut self, op: Op, state: &mut Self::State);

    /// From the start of `target` back to `op`; `from` becomes `to` on the way (nothing is known of
    /// `to` where `from` is shorter).
    fn pass(
        &mut self,
        op: Op,
        target: &Target,
        handed: (&[Value], &[Value]),
        state: &mut Self::State,
    );
}

/// Runs a dense backward analysis. Code that cannot be reached is not looked at.
pub fn dense_backward<A: DenseBackward>(
    context: &Context,
    f: &Function,
    analysis: &mut A,
) -> BackwardStates<A::State> {
    let graph = Graph::new(Flow::new(context, f));
    let next = |node: u32| graph.nodes[node as usize].next.as_slice();
    let order = weak_topological(graph.nodes.len(), next);
    let mut position = vec![0; graph.nodes.len()];
    let mut previous: Vec<Vec<usize>> = order.iter().map(|_| Vec::new()).collect();
    for (at, item) in order.iter().enumerate() {
        position[item.node as usize] = at;
    }
    for (at, item) in order.iter().enumerate() {
        for &to in next(item.node) {
            previous[position[to as usize]].push(at);
        }
    }
    let mut found = BackwardStates { starts: FxHashMap::default(), stops: FxHashMap::default() };
    let mut starts: Vec<Option<A::State>> = order.iter().map(|_| None).collect();
    // What runs last first; a point again when what runs after it has changed.
    let mut work: BTreeSet<usize> = (0..order.len()).collect();
    while let Some(at) = work.pop_last() {
        let id = order[at].node;
        let mut state = analysis.bottom();
        let node = &graph.nodes[id as usize];
        match (node.point, node.stop) {
            (Point::Leave { region, .. }, _) => {
                for &to in &node.next {
                    if let Some(after) = &starts[position[to as usize]] {
                        state.join(after);
                    }
                }
                if f.region_op(region).is_none() && node.next.is_empty() {
                    state.join(&analysis.exit());
                }
            }
            (Point::At(goal), Some(stop)) => {
                for (target, &to) in graph.flow.targets(stop).iter().zip(&node.next) {
                    let Some(after) = &starts[position[to as usize]] else { continue };
                    let mut after = after.clone();
                    analysis.pass(stop, target, graph.flow.handed(stop, target), &mut after);
                    state.join(&after);
                }
                if goal != Goal::Again(stop) {
                    analysis.transfer(stop, &mut state);
                    record(&mut found.stops, stop, &state);
                    run(f, analysis, first_op(f, node.point), stop, &mut state);
                }
            }
            (Point::At(_), None) => {}
        }
        let changed = match &mut starts[at] {
            Some(known) => known.join(&state),
            slot => {
                *slot = Some(state);
                true
            }
        };
        if changed {
            work.extend(&previous[at]);
            if let Some(state) = &starts[at] {
                record(&mut found.starts, node.point, state);
            }
        }
    }
    found
}

/// From before `end` to before `first`, which stands before it in its block.
fn run<A: DenseBackward>(
    f: &Function,
    analysis: &mut A,
    first: Option<Op>,
    end: Op,
    state: &mut A::State,
) {
    let mut at = end;
    while Some(at) != first
        && let Some(op) = f.previous(at)
    {
        if f.op_regions(op).is_empty() {
            analysis.transfer(op, state);
        }
        at = op;
    }
}

fn record<K: std::hash::Hash + Eq, S: Lattice>(map: &mut FxHashMap<K, S>, key: K, state: &S) {
    match map.get_mut(&key) {
        Some(known) => {
            known.join(state);
        }
        None => {
            map.insert(key, state.clone());
        }
    }
}

/// What a dense backward analysis found, joined over all runs of deferred code.
#[derive(Clone, Debug)]
pub struct BackwardStates<S> {
    starts: FxHashMap<Point, S>,
    /// Before each terminator and operation with regions.
    stops: FxHashMap<Op, S>,
}

impl<S: Lattice> BackwardStates<S> {
    /// What holds at `point`; `None` if control cannot come there.
    pub fn at(&self, point: Point) -> Option<&S> {
        self.starts.get(&point)
    }

    /// What holds before `op`, by running what follows it in its block again.
    pub fn before<A: DenseBackward<State = S>>(
        &self,
        flow: &Flow<'_>,
        analysis: &mut A,
        op: Op,
    ) -> Option<S> {
        let f = flow.function();
        let stop = std::iter::successors(Some(op), |&op| f.next(op)).find(|&op| flow.stops(op))?;
        let mut state = self.stops.get(&stop)?.clone();
        run(f, analysis, Some(op), stop, &mut state);
        Some(state)
    }
}

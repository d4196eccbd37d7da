//! Liveness: which values are still to be used.

use std::collections::BTreeSet;

use super::Lattice;
use super::backward::{BackwardStates, DenseBackward, dense_backward};
use super::flow::{Flow, Goal, Target};
use super::graph::Point;
use crate::context::Context;
use crate::entity::{Block, Op, Value};
use crate::function::Function;

/// The values of a function that are live: defined, and used on some path from there. A place is a
/// value like any other, live as long as it may be read from or stored to.
#[derive(Clone, Debug)]
pub struct Liveness {
    states: BackwardStates<Live>,
}

impl Liveness {
    /// Finds them.
    pub fn new(context: &Context, f: &Function) -> Self {
        Self { states: dense_backward(context, f, &mut Uses { f }) }
    }

    /// The values live where `block` is entered, its arguments included; none if it never is.
    pub fn at_start(&self, block: Block) -> impl Iterator<Item = Value> + '_ {
        let live = self.states.at(Point::At(Goal::Block(block)));
        live.into_iter().flat_map(|live| live.0.iter().copied())
    }

    /// The values live after `op`, which has regions, is done; none if it never is.
    pub fn after_regions(&self, op: Op) -> impl Iterator<Item = Value> + '_ {
        let live = self.states.at(Point::At(Goal::After(op)));
        live.into_iter().flat_map(|live| live.0.iter().copied())
    }

    /// The values live before `op`; `None` if it never runs. Costs time in the length of its block.
    pub fn before(&self, flow: &Flow<'_>, op: Op) -> Option<impl Iterator<Item = Value>> {
        let live = self.states.before(flow, &mut Uses { f: flow.function() }, op)?;
        Some(live.0.into_iter())
    }
}

#[derive(Clone, PartialEq, Debug)]
struct Live(BTreeSet<Value>);

impl Lattice for Live {
    fn join(&mut self, other: &Self) -> bool {
        let before = self.0.len();
        self.0.extend(&other.0);
        self.0.len() != before
    }
}

struct Uses<'a> {
    f: &'a Function,
}

impl DenseBackward for Uses<'_> {
    type State = Live;

    fn bottom(&mut self) -> Live {
        Live(BTreeSet::new())
    }

    fn transfer(&mut self, op: Op, live: &mut Live) {
        for value in self.f.results(op) {
            live.0.remove(value);
        }
        live.0.extend(self.f.operands(op));
    }

    fn pass(&mut self, op: Op, target: &Target, (from, to): (&[Value], &[Value]), live: &mut Live) {
        for value in to {
            live.0.remove(value);
        }
        // Operands are used in any case, what goes to a block only on the way there.
        if target.way.is_none() && self.f.op_regions(op).is_empty() {
            live.0.extend(from);
        }
    }
}

//! The graph of phis and their incoming values, before any of them is inserted.

use std::rc::Rc;

use luma_ir::{Block, Op, Value};

use super::find::Number;

/// The value of a variable at some point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Node {
    /// Undefined: it was never written.
    Undefined,
    /// A stored value.
    Value(Value),
    /// The zero written by this `luma.zero`.
    Zero(Op),
    /// The phi of this index.
    Phi(u32),
}

/// Where the phis of a [`Join`] will be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Arguments of a block.
    Arguments(Block),
    /// Results of an operation.
    Results(Op),
}

/// A control-flow join, with a phi for each of some variables.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) place: Place,
    pub(super) variables: Rc<[Number]>,
    /// The index of its first phi; the others follow.
    pub(super) first: u32,
    /// The incoming edges, as indices of [`Graph::edges`].
    pub(super) edges: Vec<u32>,
}

/// How the nodes of an [`Edge`] are passed on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pass {
    /// As operands.
    Operands(Op),
    /// As arguments of a successor.
    Successor(Op, usize),
    /// By the else region that this `luma.if` does not have yet.
    Else(Op),
    /// As another edge does, that of the same condition of a loop.
    Shared,
}

/// An incoming edge of a join.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) join: JoinId,
    pub(super) pass: Pass,
    /// A node for each variable of the join.
    pub(super) nodes: Vec<Node>,
    /// It comes from unreachable code.
    pub(super) is_dead: bool,
}

/// An index of [`Graph::joins`].
pub(super) type JoinId = u32;

/// What a load reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) op: Op,
    pub(super) variable: Number,
    pub(super) node: Node,
}

/// All joins of a function.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) joins: Vec<Join>,
    pub(super) edges: Vec<Edge>,
    /// The join of each phi.
    pub(super) phis: Vec<JoinId>,
    /// The joins of each loop: its three regions and its results.
    pub(super) loops: Vec<[JoinId; 4]>,
    /// In the order of the walk: what is stored was loaded before.
    pub(super) loads: Vec<Load>,
}

/// Which phis and variables are kept.
#[derive(Debug)]
pub(super) struct Live {
    /// By phi: whether a load can read it.
    pub(super) phis: Vec<bool>,
    /// By variable: whether no load can read what is undefined.
    pub(super) promotable: Vec<bool>,
}

impl Graph {
    /// A new join without edges.
    pub(super) fn join(&mut self, place: Place, variables: Rc<[Number]>) -> JoinId {
        let id = self.joins.len() as JoinId;
        let first = self.phis.len() as u32;
        self.phis.extend(variables.iter().map(|_| id));
        self.joins.push(Join { place, variables, first, edges: Vec::new() });
        id
    }

    /// The variables of a join.
    pub(super) fn variables(&self, join: JoinId) -> Rc<[Number]> {
        self.joins[join as usize].variables.clone()
    }

    /// Adds an incoming edge to a join.
    pub(super) fn edge(&mut self, join: JoinId, pass: Pass, nodes: Vec<Node>, is_dead: bool) {
        let id = self.edges.len() as u32;
        self.joins[join as usize].edges.push(id);
        self.edges.push(Edge { join, pass, nodes, is_dead });
    }

    /// Marks the phis that loads read, transitively.
    pub(super) fn live(&self, fits: impl Iterator<Item = bool>) -> Live {
        let mut live = Live { phis: vec![false; self.phis.len()], promotable: fits.collect() };
        let mut pending: Vec<(Node, Number)> =
            self.loads.iter().map(|load| (load.node, load.variable)).collect();
        while let Some((node, variable)) = pending.pop() {
            let phi = match node {
                Node::Value(_) | Node::Zero(_) => continue,
                Node::Undefined => {
                    live.spoil(variable);
                    continue;
                }
                Node::Phi(phi) => phi,
            };
            if std::mem::replace(&mut live.phis[phi as usize], true) {
                continue;
            }
            let join = &self.joins[self.phis[phi as usize] as usize];
            let mut is_reached = false;
            for edge in join.edges.iter().map(|&edge| &self.edges[edge as usize]) {
                if !edge.is_dead {
                    is_reached = true;
                    pending.push((edge.nodes[(phi - join.first) as usize], variable));
                }
            }
            if !is_reached {
                live.spoil(variable);
            }
        }
        // What a loop carries, it carries everywhere.
        for joins in &self.loops {
            let joins = joins.map(|join| &self.joins[join as usize]);
            for i in 0..joins[0].variables.len() {
                let phis = joins.map(|join| join.first as usize + i);
                if phis.iter().any(|&phi| live.phis[phi]) {
                    phis.iter().for_each(|&phi| live.phis[phi] = true);
                }
            }
        }
        live
    }
}

impl Live {
    fn spoil(&mut self, variable: Number) {
        self.promotable[variable as usize] = false;
    }
}

//! Puts the phis that are worth it into the function and takes the variables out.

use luma_ir::dialects::luma;
use luma_ir::{Builder, Function, Loc, Op, Position, Type, Value};
use luma_pass::PassContext;
use rustc_hash::FxHashMap;

use crate::fold::{Constant, materialize};

use super::find::{Number, Variable, Variables};
use super::graph::{Edge, Graph, Node, Pass, Place};

/// How much was done.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) locals: usize,
    pub(super) loads: usize,
    pub(super) stores: usize,
    pub(super) values: usize,
}

/// Makes values of the variables that `promoted` says, with the phis that `live` says.
pub(super) fn rewrite(
    cx: &PassContext<'_>,
    f: &mut Function,
    variables: &Variables,
    graph: &Graph,
    live: &[bool],
    promoted: &[bool],
) -> Done {
    let mut done = Done::default();
    if !promoted.contains(&true) {
        return done;
    }
    let is_promoted = |number: Number| promoted[number as usize];
    let mut rewriter = Rewriter {
        cx,
        f,
        phis: vec![None; graph.phis.len()],
        zeros: FxHashMap::default(),
        loaded: FxHashMap::default(),
    };
    for join in &graph.joins {
        for (i, &number) in join.variables.iter().enumerate() {
            let phi = join.first as usize + i;
            if live[phi] && is_promoted(number) {
                let value = rewriter.phi(join.place, &variables.list[number as usize]);
                rewriter.phis[phi] = Some(value);
                done.values += 1;
            }
        }
    }
    // A value that a loop carries is one, with four names.
    for [condition, ..] in &graph.loops {
        let join = &graph.joins[*condition as usize];
        let phis = join.first as usize..join.first as usize + join.variables.len();
        done.values -= 3 * rewriter.phis[phis].iter().flatten().count();
    }
    for load in graph.loads.iter().filter(|load| is_promoted(load.variable)) {
        let variable = &variables.list[load.variable as usize];
        let before = Position::Before(load.op);
        let value = rewriter.value(load.node, variable.ty, before, rewriter.f.loc(load.op));
        rewriter.loaded.insert(luma::Load(load.op).result(rewriter.f), value);
        done.loads += 1;
    }
    for edge in &graph.edges {
        rewriter.pass(graph, edge, variables);
    }
    let loaded = rewriter.loaded;
    // In the order of the loads: what one reads may be what an earlier one has read.
    for load in graph.loads.iter().filter(|load| is_promoted(load.variable)) {
        let result = luma::Load(load.op).result(f);
        f.replace_all_uses(result, loaded[&result]);
        f.erase(load.op);
    }
    for (variable, _) in variables.list.iter().zip(promoted).filter(|(_, promoted)| **promoted) {
        variable.writes.iter().for_each(|&write| f.erase(write));
        f.erase(variable.local);
        done.locals += 1;
        done.stores += variable.writes.len();
    }
    done
}

struct Rewriter<'a> {
    cx: &'a PassContext<'a>,
    f: &'a mut Function,
    /// By phi: the value that it has become.
    phis: Vec<Option<Value>>,
    /// By `luma.zero`: the value it leaves.
    zeros: FxHashMap<Op, Value>,
    /// By result of a load: the value it reads.
    loaded: FxHashMap<Value, Value>,
}

impl Rewriter<'_> {
    /// A new argument or result that stands for `variable`.
    fn phi(&mut self, place: Place, variable: &Variable) -> Value {
        let value = match place {
            Place::Arguments(block) => self.f.add_arg(block, variable.ty),
            Place::Results(op) => self.f.add_result(op, variable.ty),
        };
        if let Some(name) = self.f.value_name(variable.place) {
            self.f.set_value_name(value, name);
        }
        value
    }

    /// The value of `node`. Where nobody will look at it and there is none, any.
    fn value(&mut self, node: Node, ty: Type, position: Position, loc: Loc) -> Value {
        match node {
            Node::Value(value) => return self.loaded.get(&value).copied().unwrap_or(value),
            Node::Phi(phi) => {
                if let Some(value) = self.phis[phi as usize] {
                    return value;
                }
            }
            Node::Zero(op) => {
                if let Some(&value) = self.zeros.get(&op) {
                    return value;
                }
                let loc = self.f.loc(op);
                let value = self.zero(ty, Position::Before(op), loc);
                self.zeros.insert(op, value);
                return value;
            }
            Node::Undefined => {}
        }
        self.zero(ty, position, loc)
    }

    fn zero(&mut self, ty: Type, position: Position, loc: Loc) -> Value {
        let loc = self.cx.derive(loc);
        let mut b = Builder { context: self.cx.context, func: self.f, position, loc };
        zero(&mut b, ty)
    }

    /// Passes on what an edge needs.
    fn pass(&mut self, graph: &Graph, edge: &Edge, variables: &Variables) {
        let join = &graph.joins[edge.join as usize];
        let op = match edge.pass {
            Pass::Operands(op) | Pass::Successor(op, _) | Pass::Else(op) => op,
            Pass::Shared => return,
        };
        let mut values = Vec::new();
        for (i, &node) in edge.nodes.iter().enumerate() {
            if self.phis[join.first as usize + i].is_some() {
                let variable = &variables.list[join.variables[i] as usize];
                let loc = self.f.loc(op);
                values.push(self.value(node, variable.ty, Position::Before(op), loc));
            }
        }
        if values.is_empty() {
            return;
        }
        match edge.pass {
            Pass::Successor(_, index) => {
                let mut successors = self.f.successors(op).to_vec();
                successors[index].args.extend(values);
                self.f.set_successors(op, successors);
            }
            Pass::Else(_) => {
                let region = self.f.add_region(op);
                let block = self.f.add_block(region);
                let loc = self.cx.derive(self.f.loc(op));
                let mut b = Builder::at_end(self.cx.context, self.f, block, loc);
                luma::Yield::build(&mut b, &values);
            }
            _ => {
                for value in values {
                    self.f.add_operand(op, value);
                }
            }
        }
    }
}

/// What a place of `ty` holds when every byte of it is zero.
fn zero(b: &mut Builder<'_>, ty: Type) -> Value {
    let zero = Constant::float(0.0, ty).unwrap_or_else(|| Constant::int(0, ty));
    materialize(b, zero)
}

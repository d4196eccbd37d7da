//! The walk that finds the value each load reads.

use std::rc::Rc;

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Block, Dominators, Entity, Function, Op, Value};
use rustc_hash::FxHashMap;

use super::find::{Number, Variables};
use super::graph::{Graph, JoinId, Live, Load, Node, Pass, Place};

/// The result of the walk.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) graph: Graph,
    pub(super) live: Live,
}

/// Walks over `f`. `tree` is that of the body, if it has several blocks.
pub(super) fn walk(f: &Function, variables: &Variables, tree: Option<&Dominators>) -> Found {
    let mut walker = Walker {
        f,
        variables,
        graph: Graph::default(),
        joins: FxHashMap::default(),
        now: vec![Node::Undefined; variables.list.len()],
        log: Vec::new(),
        loops: Vec::new(),
    };
    match tree {
        Some(tree) => walker.body(tree),
        None => {
            if let Some(entry) = f.entry() {
                walker.block(entry, End::None);
            }
        }
    }
    let live = walker.graph.live(variables.list.iter().map(|variable| variable.fits));
    Found { graph: walker.graph, live }
}

/// What a `luma.yield` does.
#[derive(Clone, Copy)]
enum End {
    /// Nothing that matters.
    None,
    Join(JoinId),
    /// It is that of the condition of a loop: goes to the body, or to the results.
    Test(JoinId, JoinId),
}

struct Walker<'a> {
    f: &'a Function,
    variables: &'a Variables,
    graph: Graph,
    /// Those at blocks of the body.
    joins: FxHashMap<Block, JoinId>,
    /// The value of each variable at this point.
    now: Vec<Node>,
    /// The undo log, restored when a scope ends, last first.
    log: Vec<(Number, Node)>,
    /// Where `luma.continue` and `luma.break` go, for the loops around.
    loops: Vec<[JoinId; 2]>,
}

impl Walker<'_> {
    // --- the graph of blocks ----------------------------------------------------------------

    fn body(&mut self, tree: &Dominators) {
        let f = self.f;
        let blocks = f.blocks(f.body());
        let order = tree.preorder(blocks);
        for (block, numbers) in self.frontiers(tree, &order) {
            let join = self.graph.join(Place::Arguments(block), numbers.into());
            self.joins.insert(block, join);
        }
        // The blocks of the tree above this one, each with the length of the log before it.
        let mut above: Vec<(Block, usize)> = Vec::new();
        for block in order {
            while let Some(&(top, mark)) = above.last()
                && !tree.dominates(top, block)
            {
                self.restore(mark);
                above.pop();
            }
            above.push((block, self.log.len()));
            if let Some(&join) = self.joins.get(&block) {
                self.take(join);
            }
            self.block(block, End::None);
            self.branch(block, false);
        }
        for &block in blocks.iter().filter(|&&block| !tree.is_reachable(block)) {
            self.branch(block, true);
        }
    }

    /// The edges out of a block of the body.
    fn branch(&mut self, block: Block, is_dead: bool) {
        let f = self.f;
        let op = f.terminator(block);
        for (i, successor) in f.successors(op).iter().enumerate() {
            if let Some(&join) = self.joins.get(&successor.block) {
                self.go(join, Pass::Successor(op, i), is_dead);
            }
        }
    }

    /// Where variables need phis: the blocks in the order of the tree, each with its variables.
    fn frontiers(&self, tree: &Dominators, order: &[Block]) -> Vec<(Block, Vec<Number>)> {
        let f = self.f;
        let mut position = vec![u32::MAX; f.block_capacity()];
        let mut parent = vec![0_usize; order.len()];
        let mut above: Vec<usize> = Vec::new();
        for (i, &block) in order.iter().enumerate() {
            position[block.index()] = i as u32;
            while let Some(&top) = above.last()
                && !tree.dominates(order[top], block)
            {
                above.pop();
            }
            parent[i] = above.last().copied().unwrap_or(0);
            above.push(i);
        }
        // Not of what cannot be reached.
        let at = |block: Block| Some(position[block.index()] as usize).filter(|&i| i < order.len());
        let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); order.len()];
        for (i, &block) in order.iter().enumerate() {
            for to in f.successors(f.terminator(block)).blocks() {
                if let Some(to) = at(to) {
                    predecessors[to].push(i);
                }
            }
        }
        let mut frontier: Vec<Vec<usize>> = vec![Vec::new(); order.len()];
        for (join, from) in predecessors.iter().enumerate().filter(|(_, from)| from.len() > 1) {
            for &predecessor in from {
                let mut runner = predecessor;
                while runner != parent[join] && frontier[runner].last() != Some(&join) {
                    frontier[runner].push(join);
                    runner = parent[runner];
                }
            }
        }
        let mut phis: Vec<Vec<Number>> = vec![Vec::new(); order.len()];
        for (number, variable) in self.variables.list.iter().enumerate() {
            // What only one block uses, after its `luma.local` there, needs none.
            if !variable.fits || !variable.is_shared {
                continue;
            }
            let number = number as Number;
            let mut pending: Vec<usize> =
                variable.blocks.iter().filter_map(|&block| at(block)).collect();
            while let Some(block) = pending.pop() {
                for &join in &frontier[block] {
                    if phis[join].last() != Some(&number) {
                        phis[join].push(number);
                        pending.push(join);
                    }
                }
            }
        }
        order.iter().copied().zip(phis).filter(|(_, numbers)| !numbers.is_empty()).collect()
    }

    // --- one block --------------------------------------------------------------------------

    fn block(&mut self, block: Block, end: End) {
        let f = self.f;
        for op in f.block_ops(block) {
            match f.op_name(op) {
                luma::Local::NAME => self.write(luma::Local(op).result(f), Node::Undefined),
                luma::Load::NAME => {
                    if let Some(variable) = self.variables.at(luma::Load(op).place(f)) {
                        let node = self.node(variable);
                        self.graph.loads.push(Load { op, variable, node });
                    }
                }
                luma::Store::NAME => {
                    let store = luma::Store(op);
                    self.write(store.place(f), Node::Value(store.value(f)));
                }
                luma::Zero::NAME => self.write(luma::Zero(op).place(f), Node::Zero(op)),
                luma::If::NAME | luma::Switch::NAME | luma::Block::NAME => self.choice(op),
                luma::Loop::NAME => self.looped(op),
                luma::Yield::NAME => match end {
                    End::None => {}
                    End::Join(join) => self.go(join, Pass::Operands(op), false),
                    End::Test(body, results) => {
                        self.go(body, Pass::Operands(op), false);
                        self.go(results, Pass::Shared, false);
                    }
                },
                luma::Continue::NAME | luma::Break::NAME => {
                    let is_break = f.op_name(op) == luma::Break::NAME;
                    let Some(&[post, after]) = self.loops.last() else {
                        never!("a jump is in no loop");
                        continue;
                    };
                    self.go(if is_break { after } else { post }, Pass::Operands(op), false);
                }
                _ => {
                    for &region in f.op_regions(op) {
                        for &block in f.blocks(region) {
                            self.scope(block, End::None);
                        }
                    }
                }
            }
        }
    }

    /// A block of a region; what it writes is then forgotten.
    fn scope(&mut self, block: Block, end: End) {
        let mark = self.log.len();
        self.block(block, end);
        self.restore(mark);
    }

    /// `luma.if`, `luma.switch` and `luma.block`.
    fn choice(&mut self, op: Op) {
        let f = self.f;
        let variables: Rc<[Number]> = self.variables.written(op).into();
        let join = self.graph.join(Place::Results(op), variables.clone());
        let regions = f.op_regions(op);
        for &region in regions {
            self.scope(f.only_block(region), End::Join(join));
        }
        if f.op_name(op) == luma::If::NAME && regions.len() == 1 && !variables.is_empty() {
            self.go(join, Pass::Else(op), false);
        }
        let data = &self.graph.joins[join as usize];
        let (first, edges) = (data.first, data.edges.clone());
        for (i, &variable) in variables.iter().enumerate() {
            // Where every way that writes it leaves, it is still what it was.
            let before = self.node(variable);
            let changes =
                edges.iter().any(|&edge| self.graph.edges[edge as usize].nodes[i] != before);
            if changes {
                self.set(variable, Node::Phi(first + i as u32));
            }
        }
    }

    fn looped(&mut self, op: Op) {
        let f = self.f;
        let [condition, body, post] = [0, 1, 2].map(|i| f.only_block(f.op_regions(op)[i]));
        let variables: Rc<[Number]> = self.variables.written(op).into();
        let [test, round, step] = [condition, body, post]
            .map(|block| self.graph.join(Place::Arguments(block), variables.clone()));
        let after = self.graph.join(Place::Results(op), variables);
        self.graph.loops.push([test, round, step, after]);
        self.go(test, Pass::Operands(op), false);
        let mark = self.log.len();
        self.take(test);
        self.scope(condition, End::Test(round, after));
        self.take(round);
        self.loops.push([step, after]);
        self.scope(body, End::Join(step));
        self.loops.pop();
        self.take(step);
        self.scope(post, End::Join(test));
        self.restore(mark);
        self.take(after);
    }

    // --- what variables hold ----------------------------------------------------------------

    fn node(&self, variable: Number) -> Node {
        self.now[variable as usize]
    }

    fn write(&mut self, place: Value, node: Node) {
        if let Some(variable) = self.variables.at(place) {
            self.set(variable, node);
        }
    }

    fn set(&mut self, variable: Number, node: Node) {
        self.log.push((variable, std::mem::replace(&mut self.now[variable as usize], node)));
    }

    /// Sets back what was set since the log was this long.
    fn restore(&mut self, mark: usize) {
        for (variable, node) in self.log.drain(mark..).rev() {
            self.now[variable as usize] = node;
        }
    }

    /// From here on the variables of `join` are its phis.
    fn take(&mut self, join: JoinId) {
        let first = self.graph.joins[join as usize].first;
        for (i, &variable) in self.graph.variables(join).iter().enumerate() {
            self.set(variable, Node::Phi(first + i as u32));
        }
    }

    /// An edge from here to `join`.
    fn go(&mut self, join: JoinId, pass: Pass, is_dead: bool) {
        let variables = self.graph.variables(join);
        let nodes = variables.iter().map(|&variable| match is_dead {
            true => Node::Undefined,
            false => self.node(variable),
        });
        let nodes = nodes.collect();
        self.graph.edge(join, pass, nodes, is_dead);
    }
}

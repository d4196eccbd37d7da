//! The flow graph of a function: blocks and structured operations alike become points with edges,
//! and deferred code stands once for each way the region that deferred it is left.

use luma_diagnostics::never;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::flow::{Flow, Goal, Way};
use crate::entity::{Op, Region};
use crate::function::Function;

/// Where straight-line code begins, or a step of leaving a region.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Point {
    /// The start of a block, an operation with regions being done, or its regions still to choose.
    At(Goal),
    /// A region is left in some way, so many of its deferring operations still to be run. At 0, its
    /// scope has ended.
    Leave {
        /// The region.
        region: Region,
        /// How the region is left.
        way: Way,
        /// The number of deferred regions still to run.
        defers: u32,
    },
}

/// One point. Points in deferred code exist once for each of its runs.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) point: Point,
    /// The run of deferred code it is in; 0 for none.
    run: u32,
    /// Where the straight-line code from here ends.
    pub(super) stop: Option<Op>,
    /// Where control goes then; in the order of the targets of `stop`.
    pub(super) next: SmallVec<[u32; 2]>,
}

#[derive(Debug, Default)]
struct Run {
    /// Nesting depth of deferred regions.
    depth: u32,
    /// The exits that resume after the deferred region.
    resumes: Vec<(u32, Point)>,
    /// The node at which the code is done.
    end: Option<u32>,
}

/// Deferred code inside deferred code is told apart by its run down to this depth.
const MAX_DEPTH: u32 = 2;

/// All points that may be reached; the first is the entry of the function.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    pub(super) flow: Flow<'a>,
    pub(super) nodes: Vec<Node>,
    ids: FxHashMap<(u32, Point), u32>,
    runs: Vec<Run>,
    run_ids: FxHashMap<(u32, Op), u32>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(flow: Flow<'a>) -> Self {
        let mut graph = Self {
            flow,
            nodes: Vec::new(),
            ids: FxHashMap::default(),
            runs: vec![Run::default()],
            run_ids: FxHashMap::default(),
        };
        if let Some(entry) = graph.flow.function().entry() {
            graph.node(0, Point::At(Goal::Block(entry)));
        }
        let mut done = 0;
        while done < graph.nodes.len() {
            graph.connect(done as u32);
            done += 1;
        }
        graph
    }

    /// How many runs of deferred code the node is inside of.
    pub(super) fn depth(&self, node: u32) -> u32 {
        self.runs[self.nodes[node as usize].run as usize].depth
    }

    fn node(&mut self, run: u32, point: Point) -> u32 {
        *self.ids.entry((run, point)).or_insert_with(|| {
            let f = self.flow.function();
            let stop = first_op(f, point).and_then(|op| {
                std::iter::successors(Some(op), |&op| f.next(op)).find(|&op| self.flow.stops(op))
            });
            let stop = match point {
                Point::At(Goal::Again(op)) => Some(op),
                _ => stop,
            };
            self.nodes.push(Node { point, run, stop, next: SmallVec::new() });
            self.nodes.len() as u32 - 1
        })
    }

    fn edge(&mut self, from: u32, run: u32, to: Point) {
        let to = self.node(run, to);
        self.nodes[from as usize].next.push(to);
    }

    fn connect(&mut self, id: u32) {
        let node = &self.nodes[id as usize];
        let (run, point) = (node.run, node.point);
        match point {
            Point::At(_) => {
                let Some(stop) = node.stop else { return };
                let Some(region) = self.flow.region(stop) else {
                    never!("an operation of the body is in no region");
                    return;
                };
                let defers = self.flow.defers_before(stop);
                for target in self.flow.targets(stop) {
                    let to = match target.way {
                        Some(way) => Point::Leave { region, way, defers },
                        None => Point::At(target.to),
                    };
                    self.edge(id, run, to);
                }
            }
            Point::Leave { region, way, defers: 0 } => self.left(id, run, region, way),
            Point::Leave { region, way, defers } => {
                let rest = Point::Leave { region, way, defers: defers - 1 };
                let f = self.flow.function();
                let defer = self.flow.defers(region)[defers as usize - 1];
                let body = f.op_regions(defer).first();
                let Some(entry) = body.and_then(|&body| f.blocks(body).first().copied()) else {
                    return self.edge(id, run, rest);
                };
                let inner = self.start_run(id, run, defer);
                self.edge(id, inner, Point::At(Goal::Block(entry)));
                let inner = &mut self.runs[inner as usize];
                inner.resumes.push((run, rest));
                if let Some(end) = inner.end {
                    self.edge(end, run, rest);
                }
            }
        }
    }

    /// The run of the code of `defer` that `id` starts.
    fn start_run(&mut self, id: u32, outer: u32, defer: Op) -> u32 {
        let depth = self.runs[outer as usize].depth + 1;
        // Deep inside, all runs of one operation are one: their number stays bounded.
        let key = if depth > MAX_DEPTH { (u32::MAX, defer) } else { (id, defer) };
        *self.run_ids.entry(key).or_insert_with(|| {
            self.runs.push(Run { depth, ..Run::default() });
            self.runs.len() as u32 - 1
        })
    }

    /// Connects the point at which the scope of `region` has ended.
    fn left(&mut self, id: u32, run: u32, region: Region, way: Way) {
        let Some(op) = self.flow.function().region_op(region) else { return };
        let goal = match way {
            Way::End(at) => self.flow.ends(region).get(at as usize).copied(),
            _ => self.flow.caught(op, way),
        };
        match goal {
            Some(Goal::Resume) => {
                let run = &mut self.runs[run as usize];
                run.end = Some(id);
                for (run, point) in run.resumes.clone() {
                    self.edge(id, run, point);
                }
            }
            Some(goal) => self.edge(id, run, Point::At(goal)),
            None => {
                let Some(outer) = self.flow.region(op) else {
                    never!("an operation of the body is in no region");
                    return;
                };
                let defers = self.flow.defers_before(op);
                self.edge(id, run, Point::Leave { region: outer, way, defers });
            }
        }
    }
}

/// The first operation that runs from `point` on.
pub(super) fn first_op(f: &Function, point: Point) -> Option<Op> {
    match point {
        Point::At(Goal::Block(block)) => f.first(block),
        Point::At(Goal::After(op)) => f.next(op),
        _ => None,
    }
}

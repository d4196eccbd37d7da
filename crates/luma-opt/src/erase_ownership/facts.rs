//! From what happens where to what holds: losses go along the edges of [`Flow`] until nothing
//! changes. Every node loses a thing once, so that is linear in the edges.

use luma_diagnostics::never;
use luma_ir::{Entity, Module, Symbol, Type, Value};
use rustc_hash::FxHashMap;

use super::flow::{FREED, Flow, KEPT, Losses, Node, OBSERVED, OLD, RETURNED, WRITTEN};

pub(super) const NOCAPTURE: &str = "nocapture";
pub(super) const READONLY: &str = "readonly";
pub(super) const NOFREE: &str = "nofree";
pub(super) const NOALIAS: &str = "noalias";

/// For each parameter or result, the names of its facts.
type Lists = Vec<Vec<&'static str>>;

/// What holds of the functions of a module.
#[derive(Debug, Default)]
pub(super) struct Facts {
    of: FxHashMap<Symbol, (Lists, Lists)>,
}

impl Facts {
    /// The facts of all functions that have a body.
    pub(super) fn find(module: &Module) -> Self {
        let mut flow = Flow::new(module);
        lose_backward(&mut flow);
        grow_old(&mut flow);
        let context = &module.context;
        let mut facts = Self::default();
        for (&name, f) in &module.functions {
            let Some(entry) = f.entry() else { continue };
            let base = flow.bases[&name];
            let lost = |node: Node| flow.lost[node as usize];
            let param = |(&value, &ty): (&Value, &Type)| match context.is_ptr(ty) {
                true => of_param(lost(base + value.index() as Node)),
                false => Vec::new(),
            };
            let params = f.block_args(entry).iter().zip(&f.params).map(param).collect();
            let is_new = lost(base + f.value_count() as Node) & OLD == 0;
            let result = |&ty: &Type| match context.is_ptr(ty) && is_new {
                true => vec![NOALIAS],
                false => Vec::new(),
            };
            facts.of.insert(name, (params, f.results.iter().map(result).collect()));
        }
        facts
    }

    /// The facts of the parameters and of the results of `function`.
    pub(super) fn of(&self, function: Symbol) -> (&[Vec<&'static str>], &[Vec<&'static str>]) {
        match self.of.get(&function) {
            Some((params, results)) => (params, results),
            None => {
                never!("facts were found for every function that has a body");
                Default::default()
            }
        }
    }
}

fn of_param(lost: Losses) -> Vec<&'static str> {
    let needs = [
        (NOCAPTURE, KEPT | OBSERVED | RETURNED),
        (READONLY, KEPT | WRITTEN | FREED),
        (NOFREE, KEPT | FREED),
    ];
    needs.iter().filter(|(_, needs)| lost & needs == 0).map(|(name, _)| *name).collect()
}

/// What happens to a derived value happens to what it comes from, and what a function does with a
/// parameter to the argument. What it returns is a copy that the caller is not seen to have.
fn lose_backward(flow: &mut Flow) {
    let derived = Edges::to(flow.lost.len(), flow.derived.iter().map(|&(from, to)| (to, from)));
    let passed = Edges::to(flow.lost.len(), flow.passed.iter().map(|&(from, to)| (to, from)));
    let is_lost = |&node: &Node| flow.lost[node as usize] & !OLD != 0;
    let mut pending: Vec<Node> = (0..flow.lost.len() as Node).filter(is_lost).collect();
    while let Some(node) = pending.pop() {
        let lost = flow.lost[node as usize] & !OLD;
        // A copy that is kept can be used for anything.
        let of_argument = match lost & RETURNED {
            0 => lost,
            _ => lost & !RETURNED | super::flow::ALL,
        };
        let derived = derived.at(node).iter().map(|&from| (from, lost));
        for (from, losses) in derived.chain(passed.at(node).iter().map(|&arg| (arg, of_argument))) {
            let known = &mut flow.lost[from as usize];
            if *known | losses != *known {
                *known |= losses;
                pending.push(from);
            }
        }
    }
}

/// An object of which a copy is kept is not new, nor is what may be a value that is not.
fn grow_old(flow: &mut Flow) {
    for &source in &flow.sources {
        let lost = &mut flow.lost[source as usize];
        if *lost & KEPT != 0 {
            *lost |= OLD;
        }
    }
    let same = Edges::to(flow.lost.len(), flow.same.iter().copied());
    let is_old = |&node: &Node| flow.lost[node as usize] & OLD != 0;
    let mut pending: Vec<Node> = (0..flow.lost.len() as Node).filter(is_old).collect();
    while let Some(node) = pending.pop() {
        for &to in same.at(node) {
            let lost = &mut flow.lost[to as usize];
            if *lost & OLD == 0 {
                *lost |= OLD;
                pending.push(to);
            }
        }
    }
}

/// Edges by where they start, in one array.
struct Edges {
    /// Where those of each node begin in `ends`; one more than there are nodes.
    starts: Vec<u32>,
    ends: Vec<Node>,
}

impl Edges {
    fn to(nodes: usize, edges: impl Iterator<Item = (Node, Node)> + Clone) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        for (from, _) in edges.clone() {
            starts[from as usize + 1] += 1;
        }
        for i in 0..nodes {
            starts[i + 1] += starts[i];
        }
        let mut free = starts.clone();
        let mut ends = vec![0; starts[nodes] as usize];
        for (from, to) in edges {
            let slot = &mut free[from as usize];
            ends[*slot as usize] = to;
            *slot += 1;
        }
        Self { starts, ends }
    }

    fn at(&self, node: Node) -> &[Node] {
        let start = self.starts[node as usize] as usize;
        let end = self.starts[node as usize + 1] as usize;
        &self.ends[start..end]
    }
}

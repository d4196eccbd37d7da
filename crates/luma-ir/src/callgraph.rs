//! Who calls whom: the functions of a module, their direct calls, and the cycles among them, after
//! Tarjan, "Depth-First Search and Linear Graph Algorithms" (1972).
//!
//! Every call of Luma IR names its callee, so the graph is exact; operations that stand for others
//! count as calls of what those may call. Time is linear in the operations of the module, and
//! neither depth of calls nor of nesting costs stack.

use rustc_hash::FxHashMap;

use crate::attribute::Attribute;
use crate::context::{Context, Symbol};
use crate::dialect::{Expansion, OpName};
use crate::dialects::luma;
use crate::entity::Op;
use crate::function::Function;
use crate::module::Module;

/// The call graph of a module.
#[derive(Clone, Debug, Default)]
pub struct CallGraph {
    nodes: FxHashMap<Symbol, Node>,
    /// All functions, callees first; functions of one cycle next to each other.
    order: Vec<Symbol>,
    /// Where each component ends in `order`.
    ends: Vec<usize>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Each callee once, in the order of the first call.
    callees: Vec<Symbol>,
    /// The component it is in.
    component: usize,
    /// How many calls in the module name it.
    calls: usize,
    calls_itself: bool,
}

/// The function that `op` calls, if it is a `luma.call`.
pub fn callee(f: &Function, op: Op) -> Option<Symbol> {
    luma::Call::cast(f, op)?.callee_attr(f).and_then(Attribute::as_symbol)
}

/// The symbols named by what operations called `name` stand for, if they are defined in terms of
/// others.
pub fn expansion_symbols(context: &Context, name: OpName) -> Vec<Symbol> {
    match &context.op_def(name).expansion {
        None => Vec::new(),
        Some(Expansion::Call(callee)) => vec![context.symbol(callee)],
        Some(Expansion::Ops(text)) => text
            .split('@')
            .skip(1)
            .map(|rest| {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || "_.$-".contains(c)));
                context.symbol(&rest[..end.unwrap_or(rest.len())])
            })
            .collect(),
    }
}

impl CallGraph {
    /// The graph of `module`. Calls of what is not in the module are left out.
    pub fn new(module: &Module) -> Self {
        let mut graph = Self::default();
        graph.nodes.extend(module.functions.keys().map(|&name| (name, Node::default())));
        for (&name, f) in &module.functions {
            let mut callees: crate::module::Table<usize> = crate::module::Table::default();
            f.walk(&mut |op| {
                let expansion = expansion_symbols(&module.context, f.op_name(op));
                for callee in expansion.into_iter().chain(callee(f, op)) {
                    if module.functions.contains_key(&callee) {
                        *callees.entry(callee).or_default() += 1;
                    }
                }
            });
            for (callee, &calls) in &callees {
                if let Some(node) = graph.nodes.get_mut(callee) {
                    node.calls += calls;
                }
            }
            if let Some(node) = graph.nodes.get_mut(&name) {
                node.calls_itself = callees.contains_key(&name);
                node.callees = callees.into_keys().collect();
            }
        }
        graph.find_components(module);
        graph
    }

    /// The functions that `function` calls, each once, in the order of the first call.
    pub fn callees(&self, function: Symbol) -> &[Symbol] {
        self.nodes.get(&function).map_or(&[], |node| &node.callees)
    }

    /// How many calls in the module name `function`.
    pub fn call_count(&self, function: Symbol) -> usize {
        self.nodes.get(&function).map_or(0, |node| node.calls)
    }

    /// Whether a call of `function` can lead to another one of it before it returns.
    pub fn is_recursive(&self, function: Symbol) -> bool {
        let Some(node) = self.nodes.get(&function) else { return false };
        node.calls_itself || self.component(node.component).len() > 1
    }

    /// Whether `a` and `b` can each lead to a call of the other, or are the same.
    pub fn in_one_cycle(&self, a: Symbol, b: Symbol) -> bool {
        let component = |name| self.nodes.get(&name).map(|node| node.component);
        a == b || (component(a).is_some() && component(a) == component(b))
    }

    /// All functions, callees before callers but for calls within a cycle.
    pub fn callees_first(&self) -> &[Symbol] {
        &self.order
    }

    /// The strongly connected components, callees before callers: a function that is in no cycle
    /// alone, the functions of a cycle together.
    pub fn components(&self) -> impl Iterator<Item = &[Symbol]> {
        (0..self.ends.len()).map(|index| self.component(index))
    }

    fn component(&self, index: usize) -> &[Symbol] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.order[start..self.ends[index]]
    }

    fn find_components(&mut self, module: &Module) {
        let mut search = Search::default();
        for &root in module.functions.keys() {
            if !search.number.contains_key(&root) {
                self.search(root, &mut search);
            }
        }
        for index in 0..self.ends.len() {
            for name in self.component(index).to_vec() {
                if let Some(node) = self.nodes.get_mut(&name) {
                    node.component = index;
                }
            }
        }
    }

    /// One depth-first search, with an explicit stack.
    fn search(&mut self, root: Symbol, search: &mut Search) {
        let mut stack = vec![search.enter(root)];
        while let Some(visit) = stack.last_mut() {
            let (name, next) = (visit.name, visit.next);
            visit.next += 1;
            if let Some(&callee) = self.callees(name).get(next) {
                match search.number.get(&callee) {
                    None => stack.push(search.enter(callee)),
                    // Of a component that is complete already.
                    Some(&DONE) => {}
                    Some(&number) => visit.lowest = visit.lowest.min(number),
                }
                continue;
            }
            let Visit { number, lowest, .. } = *visit;
            stack.pop();
            if let Some(caller) = stack.last_mut() {
                caller.lowest = caller.lowest.min(lowest);
            }
            if lowest == number {
                // `name` is the first of its component; what was entered since is the rest.
                while let Some(member) = search.open.pop() {
                    search.number.insert(member, DONE);
                    self.order.push(member);
                    if member == name {
                        break;
                    }
                }
                self.ends.push(self.order.len());
            }
        }
    }
}

/// The number of functions whose component is complete.
const DONE: usize = usize::MAX;

#[derive(Default)]
struct Search {
    /// When each function was entered.
    number: FxHashMap<Symbol, usize>,
    /// Functions entered whose component is not complete.
    open: Vec<Symbol>,
    entered: usize,
}

struct Visit {
    name: Symbol,
    number: usize,
    /// The earliest open function known to be reachable.
    lowest: usize,
    /// The callee to look at next.
    next: usize,
}

impl Search {
    fn enter(&mut self, name: Symbol) -> Visit {
        let number = self.entered;
        self.entered += 1;
        self.number.insert(name, number);
        self.open.push(name);
        Visit { name, number, lowest: number, next: 0 }
    }
}

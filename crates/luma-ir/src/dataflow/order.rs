//! Weak topological order of a graph, after Bourdoncle, "Efficient chaotic iteration strategies with
//! widenings" (1993): nodes in an order in which control runs, each loop contiguous behind its head,
//! loops nested in loops. Found as strongly connected components (Tarjan 1972) of what is left of a
//! component without its head, with explicit stacks.

use luma_diagnostics::OrNever as _;

/// A position in the order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// The node.
    pub(super) node: u32,
    /// For the head of a loop, the position after the loop's last node.
    pub(super) end: Option<u32>,
}

/// Orders the nodes that can be reached from node 0 in a graph of `count` nodes.
pub(super) fn weak_topological<'g>(count: usize, next: impl Fn(u32) -> &'g [u32]) -> Vec<Item> {
    let mut search = Search {
        label: vec![0; count],
        index: vec![0; count],
        low: vec![0; count],
        clock: 0,
        stack: Vec::new(),
    };
    let mut order: Vec<Item> = Vec::with_capacity(count);
    let mut labels = 0;
    let mut work: Vec<Work> = Vec::new();
    if count > 0 {
        search.components(&[0], 0, &next, &mut work);
    }
    while let Some(task) = work.pop() {
        match task {
            Work::Node(node) => order.push(Item { node, end: None }),
            Work::Close(head) => {
                let end = order.len() as u32;
                if let Some(item) = order.get_mut(head) {
                    item.end = Some(end);
                }
            }
            Work::Loop(mut nodes) => {
                // The node found first is the one the loop is entered by.
                let head = nodes.remove(0);
                work.push(Work::Close(order.len()));
                order.push(Item { node: head, end: None });
                labels += 1;
                for &node in &nodes {
                    search.forget(node, labels);
                }
                search.components(&nodes, labels, &next, &mut work);
            }
        }
    }
    order
}

/// What is still to be put into the order; the last comes first.
enum Work {
    Node(u32),
    /// A strongly connected component, in the order its nodes were found.
    Loop(Vec<u32>),
    /// The loop whose head stands at this position ends here.
    Close(usize),
}

struct Search {
    /// The component a node is being looked for in.
    label: Vec<u32>,
    /// When it was found there; 0 for not yet, `u32::MAX` once its component is complete.
    index: Vec<u32>,
    low: Vec<u32>,
    clock: u32,
    stack: Vec<u32>,
}

impl Search {
    fn forget(&mut self, node: u32, label: u32) {
        self.label[node as usize] = label;
        self.index[node as usize] = 0;
    }

    /// Adds the components of the part called `label` to `work`, the first to run last.
    fn components<'g>(
        &mut self,
        roots: &[u32],
        label: u32,
        next: &impl Fn(u32) -> &'g [u32],
        work: &mut Vec<Work>,
    ) {
        // Tarjan finds what runs last first, so that the stack of work is in the right order when
        // roots are searched from the last.
        let mut path: Vec<(u32, usize)> = Vec::new();
        for &root in roots {
            if self.index[root as usize] != 0 {
                continue;
            }
            self.found(root, &mut path);
            while let Some((node, tried)) = path.last_mut() {
                let node = *node;
                let successors = next(node);
                // From the last, so that the first stands first in the order.
                let successor = successors.len().checked_sub(*tried + 1).map(|at| successors[at]);
                *tried += 1;
                match successor {
                    Some(to) if self.label[to as usize] != label => {}
                    Some(to) => match self.index[to as usize] {
                        0 => self.found(to, &mut path),
                        u32::MAX => {}
                        index => {
                            let low = &mut self.low[node as usize];
                            *low = (*low).min(index);
                        }
                    },
                    None => {
                        path.pop();
                        if let Some(&(outer, _)) = path.last() {
                            let low = self.low[node as usize];
                            let slot = &mut self.low[outer as usize];
                            *slot = (*slot).min(low);
                        }
                        if self.low[node as usize] == self.index[node as usize] {
                            self.close(node, next(node), work);
                        }
                    }
                }
            }
        }
    }

    fn found(&mut self, node: u32, path: &mut Vec<(u32, usize)>) {
        self.clock += 1;
        self.index[node as usize] = self.clock;
        self.low[node as usize] = self.clock;
        self.stack.push(node);
        path.push((node, 0));
    }

    /// Takes the component of `root` off the stack.
    fn close(&mut self, root: u32, successors: &[u32], work: &mut Vec<Work>) {
        let start = self.stack.iter().rposition(|&node| node == root);
        let start = start.or_never(0, "the root of a component is on the stack");
        let nodes = self.stack.split_off(start);
        for &node in &nodes {
            self.index[node as usize] = u32::MAX;
        }
        work.push(match nodes.as_slice() {
            &[node] if !successors.contains(&node) => Work::Node(node),
            _ => Work::Loop(nodes),
        });
    }
}

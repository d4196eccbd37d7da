//! Dominator trees of regions with more than one block, after Cooper, Harvey and Kennedy,
//! "A Simple, Fast Dominance Algorithm" (2001).

use rustc_hash::FxHashMap;

use crate::entity::{Block, Region};
use crate::function::Function;

/// The dominator tree of one region.
#[derive(Debug)]
pub struct Dominators {
    /// Position of each reachable block in reverse postorder.
    order: FxHashMap<Block, u32>,
    /// Immediate dominators by that position; the entry is its own.
    idom: Vec<u32>,
}

impl Dominators {
    /// Computes the tree of `region`.
    pub fn new(f: &Function, region: Region) -> Self {
        let postorder = postorder(f, region);
        let count = postorder.len();
        let order: FxHashMap<Block, u32> =
            postorder.iter().enumerate().map(|(i, &b)| (b, (count - 1 - i) as u32)).collect();
        let mut predecessors: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (&block, &from) in &order {
            for successor in f.last(block).map(|op| f.successors(op)).unwrap_or_default() {
                if let Some(&to) = order.get(&successor.block) {
                    predecessors[to as usize].push(from);
                }
            }
        }
        let mut idom = vec![u32::MAX; count];
        if let Some(entry) = idom.first_mut() {
            *entry = 0;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for block in 1..count {
                let mut new = u32::MAX;
                for &p in &predecessors[block] {
                    if idom[p as usize] == u32::MAX {
                        continue;
                    }
                    new = if new == u32::MAX { p } else { intersect(&idom, p, new) };
                }
                if idom[block] != new {
                    idom[block] = new;
                    changed = true;
                }
            }
        }
        Self { order, idom }
    }

    /// Whether control can reach `block` from the entry.
    pub fn is_reachable(&self, block: Block) -> bool {
        self.order.contains_key(&block)
    }

    /// Whether every path to `b` goes through `a`. Unreachable blocks are dominated by all.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let Some(&(mut at)) = self.order.get(&b) else { return true };
        let Some(&a) = self.order.get(&a) else { return false };
        while at > a {
            at = self.idom[at as usize];
        }
        at == a
    }
}

fn intersect(idom: &[u32], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        while a > b {
            a = idom[a as usize];
        }
        while b > a {
            b = idom[b as usize];
        }
    }
    a
}

/// The reachable blocks of `region` in postorder, without recursion.
fn postorder(f: &Function, region: Region) -> Vec<Block> {
    let Some(&entry) = f.blocks(region).first() else { return Vec::new() };
    let mut seen: rustc_hash::FxHashSet<Block> = [entry].into_iter().collect();
    let mut stack = vec![(entry, 0)];
    let mut out = Vec::new();
    while let Some((block, next)) = stack.last_mut() {
        let successors = f.last(*block).map(|op| f.successors(op)).unwrap_or_default();
        match successors.get(*next) {
            Some(successor) => {
                *next += 1;
                if f.block_region(successor.block) == region && seen.insert(successor.block) {
                    stack.push((successor.block, 0));
                }
            }
            None => {
                out.push(*block);
                stack.pop();
            }
        }
    }
    out
}

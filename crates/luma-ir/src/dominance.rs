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
    /// By that position, the range of numbers a walk over the tree gives the block's subtree: `a`
    /// dominates `b` where the range of `a` holds the first number of `b`.
    subtree: Vec<std::ops::Range<u32>>,
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
            for successor in f.successors(f.terminator(block)) {
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
        Self { order, subtree: number(&idom) }
    }

    /// Whether control can reach `block` from the entry.
    pub fn is_reachable(&self, block: Block) -> bool {
        self.order.contains_key(&block)
    }

    /// The reachable ones of `blocks`, each before the blocks it dominates and next to them: a walk
    /// over the tree.
    pub fn preorder(&self, blocks: &[Block]) -> Vec<Block> {
        let start = |block: &Block| {
            let position = *self.order.get(block)? as usize;
            self.subtree.get(position).map(|subtree| subtree.start)
        };
        let mut numbered: Vec<(u32, Block)> =
            blocks.iter().filter_map(|block| Some((start(block)?, *block))).collect();
        numbered.sort_unstable();
        numbered.into_iter().map(|(_, block)| block).collect()
    }

    /// Whether every path to `b` goes through `a`. Unreachable blocks are dominated by all.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let Some(&b) = self.order.get(&b) else { return true };
        let Some(&a) = self.order.get(&a) else { return false };
        self.subtree[a as usize].contains(&self.subtree[b as usize].start)
    }
}

/// Numbers the tree in preorder. A parent stands before its children in reverse postorder, so sizes
/// of subtrees add up in one pass from the back and numbers are handed down in one from the front.
fn number(idom: &[u32]) -> Vec<std::ops::Range<u32>> {
    let mut sizes = vec![1; idom.len()];
    for block in (1..idom.len()).rev() {
        sizes[idom[block] as usize] += sizes[block];
    }
    let mut subtree: Vec<std::ops::Range<u32>> = vec![0..0; idom.len()];
    // The first number not yet given to a child.
    let mut free = vec![0; idom.len()];
    for block in 0..idom.len() {
        let start = if block == 0 {
            0
        } else {
            let parent = idom[block] as usize;
            let start = free[parent];
            free[parent] += sizes[block];
            start
        };
        subtree[block] = start..start + sizes[block];
        free[block] = start + 1;
    }
    subtree
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
        match f.successors(f.terminator(*block)).get(*next) {
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

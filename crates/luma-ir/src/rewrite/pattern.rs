//! What a pattern is, and sets of them.

use rustc_hash::FxHashMap;

use super::rewriter::Rewriter;
use crate::dialect::OpName;
use crate::entity::Op;

/// A local change of a function, found at one operation.
pub trait RewritePattern: Send + Sync {
    /// What it is called in statistics.
    fn name(&self) -> &str;

    /// The only operation it looks at; `None` to look at all.
    fn root(&self) -> Option<OpName> {
        None
    }

    /// Of the patterns that match an operation the one of most benefit is applied, of equal ones
    /// the one added first.
    fn benefit(&self) -> u16 {
        1
    }

    /// Changes the function through `rewriter` and returns true; or changes nothing and returns
    /// false.
    fn match_and_rewrite(&self, op: Op, rewriter: &mut Rewriter<'_>) -> bool;
}

/// Patterns to apply together.
#[derive(Default)]
pub struct PatternSet {
    patterns: Vec<Box<dyn RewritePattern>>,
    /// Those for one operation and those for any, the best first.
    by_root: FxHashMap<OpName, Vec<usize>>,
    /// Those for any operation, the best first.
    any: Vec<usize>,
}

impl PatternSet {
    /// No patterns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pattern.
    pub fn add(&mut self, pattern: impl RewritePattern + 'static) {
        let index = self.patterns.len();
        let root = pattern.root();
        self.patterns.push(Box::new(pattern));
        match root {
            Some(root) => {
                let any = &self.any;
                let list = self.by_root.entry(root).or_insert_with(|| any.clone());
                insert(&self.patterns, list, index);
            }
            None => {
                insert(&self.patterns, &mut self.any, index);
                for list in self.by_root.values_mut() {
                    insert(&self.patterns, list, index);
                }
            }
        }
    }

    /// Adds a function as a pattern of benefit 1.
    pub fn add_fn(
        &mut self,
        name: &'static str,
        root: Option<OpName>,
        rewrite: fn(Op, &mut Rewriter<'_>) -> bool,
    ) {
        self.add(FunctionPattern { name, root, rewrite });
    }

    /// The number of patterns.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns that look at operations called `name`, in the order they are tried, with their
    /// places in the set.
    pub(crate) fn for_op(
        &self,
        name: OpName,
    ) -> impl Iterator<Item = (usize, &dyn RewritePattern)> {
        let list = self.by_root.get(&name).unwrap_or(&self.any);
        list.iter().map(|&index| (index, &*self.patterns[index]))
    }

    /// The name of each, in the order they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.name())
    }
}

impl std::fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// Puts a new pattern behind those that are at least as good.
fn insert(patterns: &[Box<dyn RewritePattern>], list: &mut Vec<usize>, index: usize) {
    let benefit = |index: usize| patterns[index].benefit();
    let at = list.partition_point(|&other| benefit(other) >= benefit(index));
    list.insert(at, index);
}

struct FunctionPattern {
    name: &'static str,
    root: Option<OpName>,
    rewrite: fn(Op, &mut Rewriter<'_>) -> bool,
}

impl RewritePattern for FunctionPattern {
    fn name(&self) -> &str {
        self.name
    }

    fn root(&self) -> Option<OpName> {
        self.root
    }

    fn match_and_rewrite(&self, op: Op, rewriter: &mut Rewriter<'_>) -> bool {
        (self.rewrite)(op, rewriter)
    }
}

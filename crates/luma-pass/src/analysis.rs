//! Analyses of functions: computed on demand, kept until a pass does not preserve them.

use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use luma_diagnostics::never;
use luma_ir::{Context, Dominators, Function, Module, Region, Symbol};
use rustc_hash::FxHashMap;

/// Something computed from a function that many passes can use: dominance, liveness.
pub trait Analysis: Any + Send + Sync + Sized {
    /// Computes it.
    fn compute(context: &Context, f: &Function) -> Self;
}

/// The analyses that a pass preserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preserved {
    unchanged: bool,
    kept: Vec<TypeId>,
}

impl Preserved {
    /// Everything: the pass changed nothing.
    pub fn all() -> Self {
        Self { unchanged: true, kept: Vec::new() }
    }

    /// Nothing: the pass may have changed anything.
    pub fn none() -> Self {
        Self { unchanged: false, kept: Vec::new() }
    }

    /// And `A`, although something changed.
    pub fn and<A: Analysis>(mut self) -> Self {
        self.kept.push(TypeId::of::<A>());
        self
    }

    /// Narrows this to what `other` preserves, too.
    pub fn meet(&mut self, other: &Self) {
        if self.unchanged {
            self.clone_from(other);
        } else if !other.unchanged {
            self.kept.retain(|analysis| other.kept.contains(analysis));
        }
    }

    /// Whether something changed.
    pub fn changed(&self) -> bool {
        !self.unchanged
    }

    fn keeps(&self, analysis: TypeId) -> bool {
        self.unchanged || self.kept.contains(&analysis)
    }
}

impl From<bool> for Preserved {
    /// All analyses are preserved if nothing changed, else none.
    fn from(changed: bool) -> Self {
        if changed { Self::none() } else { Self::all() }
    }
}

/// One function's, by their types. Few at a time.
type Held = Vec<(TypeId, Arc<dyn Any + Send + Sync>)>;

/// The analyses of a module's functions that are known to hold, by names of functions.
#[derive(Debug, Default)]
pub struct Analyses {
    /// A lock for each function: they are worked on at once.
    functions: RwLock<FxHashMap<Symbol, Mutex<Held>>>,
}

impl Analyses {
    /// The analysis `A` of `f`, computed unless it is held.
    pub fn get<A: Analysis>(&self, context: &Context, f: &Function) -> Arc<A> {
        if let Some(analysis) = self.held(f.name) {
            return analysis;
        }
        // Not under a lock: it may ask for other analyses.
        let analysis = Arc::new(A::compute(context, f));
        let mut functions = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        let held = functions.entry(f.name).or_default();
        let held = held.get_mut().unwrap_or_else(PoisonError::into_inner);
        held.push((TypeId::of::<A>(), analysis.clone()));
        analysis
    }

    /// The analysis `A` of the function called `name`, if it is held.
    pub fn held<A: Analysis>(&self, name: Symbol) -> Option<Arc<A>> {
        let functions = self.functions.read().unwrap_or_else(PoisonError::into_inner);
        let held = functions.get(&name)?.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, analysis) = held.iter().find(|(id, _)| *id == TypeId::of::<A>())?;
        let analysis = analysis.clone().downcast();
        never!(analysis.is_err(), "an analysis is held under the type of another");
        analysis.ok()
    }

    /// Drops what `preserved` does not name of the function called `name`.
    pub fn retain(&self, name: Symbol, preserved: &Preserved) {
        if preserved.changed() {
            let functions = self.functions.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(held) = functions.get(&name) {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.retain(|(id, _)| preserved.keeps(*id));
            }
        }
    }

    /// Drops what `preserved` does not name of every function of `module`, and all of functions
    /// that are not in it.
    pub fn retain_module(&self, module: &Module, preserved: &Preserved) {
        if preserved.changed() {
            let mut functions = self.functions.write().unwrap_or_else(PoisonError::into_inner);
            functions.retain(|name, held| {
                let held = held.get_mut().unwrap_or_else(PoisonError::into_inner);
                held.retain(|(id, _)| preserved.keeps(*id));
                !held.is_empty() && module.functions.contains_key(name)
            });
        }
    }
}

impl Analysis for Dominators {
    /// Of the blocks of the function's body.
    fn compute(_: &Context, f: &Function) -> Self {
        Self::new(f, f.body())
    }
}

/// The dominator trees of all regions of a function that have more than one block; in others, the
/// order of operations says all.
#[derive(Debug)]
pub struct RegionDominators {
    trees: FxHashMap<Region, Dominators>,
}

impl RegionDominators {
    /// The tree of `region`; `None` if it has at most one block.
    pub fn of(&self, region: Region) -> Option<&Dominators> {
        self.trees.get(&region)
    }
}

impl Analysis for RegionDominators {
    fn compute(_: &Context, f: &Function) -> Self {
        let mut regions = vec![f.body()];
        f.walk(&mut |op| regions.extend_from_slice(f.op_regions(op)));
        regions.retain(|&region| f.blocks(region).len() > 1);
        Self { trees: regions.iter().map(|&r| (r, Dominators::new(f, r))).collect() }
    }
}

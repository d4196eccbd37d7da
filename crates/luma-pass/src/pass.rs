//! Passes and their context.

use std::cell::{Cell, RefCell};

use luma_diagnostics::Diagnostic;
use luma_ir::{Context, Function, Global, Loc, Module, Origin, StructDef, Symbol, Table};

use crate::analysis::{Analyses, Analysis, Preserved};
use crate::registration::Statistic;

/// What running a pass gives: which analyses still hold ([`Preserved::all`] when nothing changed),
/// or what is wrong with its input.
pub type PassResult = Result<Preserved, Vec<Diagnostic>>;

/// A pass over one function. It must not depend on any other function's body: passes run on many
/// functions at once, in any order.
pub trait FunctionPass: Send + Sync {
    /// Works on a function that has a body and that the verifier accepts.
    ///
    /// # Errors
    ///
    /// What is wrong with the input; the function may then be half changed.
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult;
}

/// A pass over a whole module.
pub trait ModulePass: Send + Sync {
    /// Works on a module that the verifier accepts.
    ///
    /// # Errors
    ///
    /// What is wrong with the input; the module may then be half changed.
    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult;

    /// Whether the interpreter can run what it leaves but perhaps not what it is given: it replaces
    /// operations that a dialect defines in terms of others.
    fn makes_executable(&self) -> bool {
        false
    }
}

/// The parts of a module that no function pass changes, so that all can read them at once.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    /// Struct types.
    pub structs: &'a Table<StructDef>,
    /// Globals.
    pub globals: &'a Table<Global>,
}

/// Statistics by name.
pub type Counts = Vec<(&'static str, u64)>;

/// The context of a running pass.
#[derive(Debug)]
pub struct PassContext<'a> {
    /// Names, types and operations.
    pub context: &'a Context,
    /// What surrounds the function; `None` for module passes, which see the module itself.
    pub items: Option<Items<'a>>,
    /// The name of the running pass.
    pub pass: Symbol,
    /// Cached analyses.
    analyses: &'a Analyses,
    /// What [`PassContext::count`] counted.
    counts: RefCell<Counts>,
    /// The last chain extended and what it became: nearly all operations come from few chains, and
    /// the table of chains is behind a lock.
    last_origin: Cell<Option<(Origin, Origin)>>,
}

impl<'a> PassContext<'a> {
    /// The context of a run of the pass called `name`.
    pub fn new(
        context: &'a Context,
        items: Option<Items<'a>>,
        name: &str,
        analyses: &'a Analyses,
    ) -> Self {
        Self::of(context, items, context.symbol(name), analyses)
    }

    /// The same, with the name looked up already.
    pub(crate) fn of(
        context: &'a Context,
        items: Option<Items<'a>>,
        pass: Symbol,
        analyses: &'a Analyses,
    ) -> Self {
        Self {
            context,
            items,
            pass,
            analyses,
            counts: RefCell::default(),
            last_origin: Cell::new(None),
        }
    }

    /// The analysis `A` of `f`: from the cache if it still holds, else computed and kept. A pass
    /// that has changed `f` must [`forget`](Self::forget) before it asks again.
    pub fn analysis<A: Analysis>(&self, f: &Function) -> std::sync::Arc<A> {
        self.analyses.get(self.context, f)
    }

    /// Invalidates all analyses of `f`, after a change.
    pub fn forget(&self, f: &Function) {
        self.analyses.retain(f.name, &Preserved::none());
    }

    /// Adds `times` to a statistic that the running pass declares.
    pub fn count(&self, statistic: &Statistic, times: usize) {
        if times == 0 {
            return;
        }
        let mut counts = self.counts.borrow_mut();
        match counts.iter_mut().find(|(name, _)| *name == statistic.name) {
            Some((_, count)) => *count += times as u64,
            None => counts.push((statistic.name, times as u64)),
        }
    }

    /// The statistics counted so far.
    pub fn into_counts(self) -> Counts {
        self.counts.into_inner()
    }

    /// The location of an operation this pass makes out of one at `loc`: the same place, and this
    /// pass at the end of the chain.
    pub fn derive(&self, loc: Loc) -> Loc {
        let origin = match self.last_origin.get() {
            Some((from, to)) if from == loc.origin => to,
            _ => {
                // A copy of a copy is still made by this pass once.
                let made_here = self.context.origin_passes(loc.origin).last() == Some(&self.pass);
                let to = match made_here {
                    true => loc.origin,
                    false => self.context.origin(loc.origin, self.pass),
                };
                self.last_origin.set(Some((loc.origin, to)));
                to
            }
        };
        Loc { span: loc.span, origin }
    }
}

//! What a pass is, and what it is given.

use std::cell::Cell;

use luma_diagnostics::Diagnostic;
use luma_ir::{Context, Function, Loc, Module, Origin, Symbol};

/// Whether a pass changed what it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    /// Nothing is different.
    No,
    /// Something may be different.
    Yes,
}

impl Changed {
    /// `Yes` if either is.
    pub fn or(self, other: Self) -> Self {
        if self == Self::Yes { self } else { other }
    }
}

impl From<bool> for Changed {
    fn from(changed: bool) -> Self {
        if changed { Self::Yes } else { Self::No }
    }
}

/// What running a pass gives: whether it changed anything, or what is wrong with its input.
pub type PassResult = Result<Changed, Vec<Diagnostic>>;

/// A pass over one function. It must not depend on any other function's body.
pub trait FunctionPass: Send + Sync {
    /// Its name in pipelines and in locations: `lower-defer`.
    fn name(&self) -> &'static str;

    /// What it does, in one sentence.
    fn summary(&self) -> &'static str;

    /// Works on a function that has a body and that the verifier accepts.
    ///
    /// # Errors
    ///
    /// What is wrong with the input; the function may then be half changed.
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult;
}

/// A pass over a whole module.
pub trait ModulePass: Send + Sync {
    /// Its name in pipelines and in locations.
    fn name(&self) -> &'static str;

    /// What it does, in one sentence.
    fn summary(&self) -> &'static str;

    /// Works on a module that the verifier accepts.
    ///
    /// # Errors
    ///
    /// What is wrong with the input; the module may then be half changed.
    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult;
}

/// What a pass is given beside its input.
#[derive(Debug)]
pub struct PassContext<'a> {
    /// Names, types and operations.
    pub context: &'a Context,
    /// The name of the running pass.
    pub pass: Symbol,
    /// The last chain extended and what it became: nearly all operations come from few chains, and
    /// the table of chains is behind a lock.
    last_origin: Cell<Option<(Origin, Origin)>>,
}

impl<'a> PassContext<'a> {
    /// The context of a run of the pass called `name`.
    pub fn new(context: &'a Context, name: &str) -> Self {
        Self { context, pass: context.symbol(name), last_origin: Cell::new(None) }
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

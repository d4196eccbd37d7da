//! `lower-defer`: deferred code runs where control leaves the region that deferred it.
//!
//! *Before:* `luma.defer` registers its region to run on every exit from the region it stands in,
//! last registered first.
//!
//! *After:* there is no `luma.defer`.
//!
//! - A region that control only leaves at its end stays structured; its deferred code stands before
//!   its terminator.
//! - Whatever encloses an exit that runs deferred code of an outer region is flattened into blocks
//!   of the function's body, and so is everything around it. Exits of one kind (return, break,
//!   continue) share their deferred code, as in `flatten::drop_tree`: the result is linear
//!   in defers and exits.
//! - What a `luma.return` returns is computed before deferred code runs. It travels as a block
//!   argument, or through a `luma.local` when it is a struct or an array.

use luma_ir::Function;
use luma_pass::{FunctionPass, PassContext, PassResult, Registration, Step};

use crate::exits::Extent;
use crate::flatten::flatten;

/// Replaces every `luma.defer` by its code, where control leaves its region.
#[derive(Clone, Copy, Debug, Default)]
pub struct LowerDefer;

impl FunctionPass for LowerDefer {
    fn name(&self) -> &'static str {
        REGISTRATION.name
    }

    fn summary(&self) -> &'static str {
        REGISTRATION.summary
    }

    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        Ok(flatten(cx, f, Extent::Defers).into())
    }
}

/// How the pass makes itself known.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "lower-defer",
    summary: "Runs deferred code where control leaves its region.",
    make: || Step::Function(Box::new(LowerDefer)),
};

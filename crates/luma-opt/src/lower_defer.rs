//! `lower-defer`: inserts deferred code wherever control leaves the region that registered it.
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
use luma_ir::dialects::luma;
use luma_pass::{FunctionPass, PassContext, PassResult, Registration, Statistic, Work};

use crate::exits::Extent;
use crate::flatten::flatten;

/// Replaces every `luma.defer` by its code at the exits of its region.
#[derive(Clone, Copy, Debug, Default)]
pub struct LowerDefer;

impl FunctionPass for LowerDefer {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let mut defers = 0;
        f.walk(&mut |op| defers += usize::from(f.op_name(op) == luma::Defer::NAME));
        let blocks = f.block_capacity();
        let changed = flatten(cx, f, Extent::Defers);
        cx.count(&DEFERS_LOWERED, defers);
        cx.count(&BLOCKS_MADE, f.block_capacity() - blocks);
        Ok(changed.into())
    }
}

static DEFERS_LOWERED: Statistic =
    Statistic { name: "defers-lowered", summary: "Defers whose code was moved to the exits." };
static BLOCKS_MADE: Statistic =
    Statistic { name: "blocks-made", summary: "Blocks created for exits and flattened regions." };

/// The registration of the pass.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "lower-defer",
    summary: "Moves deferred code to the exits of its region.",
    options: &[],
    statistics: &[DEFERS_LOWERED, BLOCKS_MADE],
    mandatory: true,
    make: |_| Work::function(LowerDefer),
};

//! `structured-to-cfg`: structured control flow becomes blocks and branches.
//!
//! *Before:* no `luma.defer` (run `lower-defer` first).
//!
//! *After:* what is left is what the lowering to MLIR takes.
//!
//! - Every region of a remaining `luma.if`, `luma.loop` or `luma.switch` ends with `luma.yield`:
//!   no return, break or continue leaves it, and none stands around a flattened one.
//! - No remaining `luma.loop` carries structs or arrays, none nests more than 64 levels deep, and no
//!   block has so many operations that MLIR would take long to convert it (`exits` has the limits).
//! - There is no `luma.block`.
//! - Everything else is blocks of the function's body that end with `luma.br`, `luma.cond_br`,
//!   `luma.switch_br`, `luma.return` or `luma.unreachable`. Results of a flattened `luma.if` are
//!   block arguments, or travel through a `luma.local` when they are structs or arrays.
//! - In a function something was flattened in, all blocks are reachable and stand in reverse
//!   postorder.
//!
//! *After, with `all`:* the same, and no structured operation remains.
//!
//! Passes that follow may undo this; it is mandatory as the last one before MLIR.

use luma_diagnostics::{Diagnostic, OrNever as _, codes};
use luma_ir::Function;
use luma_ir::dialects::luma;
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};

use crate::exits::Extent;
use crate::flatten::flatten;

/// Turns structured control flow into blocks and branches.
#[derive(Clone, Copy, Debug, Default)]
pub struct StructuredToCfg {
    /// Leave nothing structured, not even what MLIR takes as it is.
    pub all: bool,
}

impl FunctionPass for StructuredToCfg {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let mut defer = None;
        let mut structured = 0;
        f.walk(&mut |op| {
            structured += usize::from(!f.op_regions(op).is_empty());
            if f.op_name(op) == luma::Defer::NAME {
                defer = defer.or(Some(op));
            }
        });
        if let Some(op) = defer {
            let message = "`structured-to-cfg` cannot work on `luma.defer`";
            let error = Diagnostic::new(codes::E0503, f.loc(op).span, message)
                .help("run `lower-defer` before it");
            return Err(vec![error]);
        }
        let extent = if self.all { Extent::All } else { Extent::Lowering };
        let blocks = f.block_capacity();
        let changed = flatten(cx, f, extent);
        if changed {
            let mut left = 0;
            f.walk(&mut |op| left += usize::from(!f.op_regions(op).is_empty()));
            let flattened = structured.checked_sub(left);
            let flattened = flattened.or_never(0, "no structured operation was added");
            cx.count(&OPS_FLATTENED, flattened);
            cx.count(&BLOCKS_MADE, f.block_capacity() - blocks);
        }
        Ok(changed.into())
    }
}

static OPS_FLATTENED: Statistic = Statistic {
    name: "ops-flattened",
    summary: "Structured operations lowered to blocks and branches.",
};
static BLOCKS_MADE: Statistic =
    Statistic { name: "blocks-made", summary: "Blocks created for them." };

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "structured-to-cfg",
    summary: "Lowers structured control flow that scf cannot hold to blocks and branches.",
    options: &[OptionSpec {
        name: "all",
        summary: "Lower all structured control flow.",
        kind: OptionKind::Flag,
        default: "false",
    }],
    statistics: &[OPS_FLATTENED, BLOCKS_MADE],
    mandatory: true,
    make: |options| Work::function(StructuredToCfg { all: options.flag("all") }),
};

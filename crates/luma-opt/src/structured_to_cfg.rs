//! `structured-to-cfg`: structured control flow becomes blocks and branches.
//!
//! *Before:* no `luma.defer` (run `lower-defer` first).
//!
//! *After, with `only_early_exits`:*
//!
//! - Every region of a remaining `luma.if`, `luma.loop` or `luma.switch` ends with `luma.yield`:
//!   no return, break or continue leaves it, and none stands around a flattened one.
//! - There is no `luma.block`.
//! - Everything else is blocks of the function's body that end with `luma.br`, `luma.cond_br`,
//!   `luma.switch_br`, `luma.return` or `luma.unreachable`. Results of a flattened `luma.if` are
//!   block arguments, or travel through a `luma.local` when they are structs or arrays.
//! - In a function something was flattened in, all blocks are reachable and stand in reverse
//!   postorder.
//!
//! *After, without it:* the same, and no structured operation remains.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::Function;
use luma_ir::dialects::luma;
use luma_pass::{FunctionPass, PassContext, PassResult, Registration, Step};

use crate::exits::Extent;
use crate::flatten::flatten;

/// Turns structured control flow into blocks and branches.
#[derive(Clone, Copy, Debug)]
pub struct StructuredToCfg {
    /// Leave structured what control enters and leaves in one place.
    pub only_early_exits: bool,
}

impl Default for StructuredToCfg {
    fn default() -> Self {
        Self { only_early_exits: true }
    }
}

impl FunctionPass for StructuredToCfg {
    fn name(&self) -> &'static str {
        REGISTRATION.name
    }

    fn summary(&self) -> &'static str {
        REGISTRATION.summary
    }

    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let mut defer = None;
        f.walk(&mut |op| {
            if f.op_name(op) == luma::Defer::NAME {
                defer = defer.or(Some(op));
            }
        });
        if let Some(op) = defer {
            let message = "`structured-to-cfg` cannot work on `luma.defer`";
            let error = Diagnostic::new(codes::E0502, f.loc(op).span, message)
                .help("run `lower-defer` before it");
            return Err(vec![error]);
        }
        let extent = if self.only_early_exits { Extent::EarlyExits } else { Extent::All };
        Ok(flatten(cx, f, extent).into())
    }
}

/// How the pass makes itself known.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "structured-to-cfg",
    summary: "Turns structured control flow that has early exits into blocks and branches.",
    make: || Step::Function(Box::new(StructuredToCfg::default())),
};

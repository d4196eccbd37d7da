//! Maps each `own.give` to its receiving call.

use luma_ir::dialects::luma;
use luma_ir::{Function, Op};

/// The call that `give` gives to, and which of its arguments that is.
pub(crate) fn call_of(f: &Function, give: Op) -> Option<(Op, u32)> {
    let &given = f.results(give).first()?;
    let mut at = f.next(give);
    while let Some(op) = at {
        if f.op_name(op) == luma::Call::NAME
            && let Some(index) = f.operands(op).iter().position(|&value| value == given)
        {
            return Some((op, index as u32));
        }
        at = f.next(op);
    }
    None
}

/// Whether `a` and `b` give to the same call.
pub(crate) fn same_call(f: &Function, a: Op, b: Op) -> bool {
    let calls = (call_of(f, a), call_of(f, b));
    matches!(calls, (Some((a, _)), Some((b, _))) if a == b)
}

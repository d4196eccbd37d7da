//! Lowering of `clamp.to` to operations of the dialect `luma`.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Builder, Context, Function, Op, Type, Value};

/// Lowers a `clamp.to` to two comparisons and two selections.
pub(crate) fn clamp(b: &mut Builder<'_>, op: Op) -> Result<Vec<Value>, Diagnostic> {
    let wrong = |b: &Builder<'_>, what: &str| {
        Diagnostic::new(codes::E0503, b.func.loc(op).span, format!("`clamp.to` {what}"))
    };
    let (Some((low, high)), Some(&value)) =
        (bounds(b.context, b.func, op), b.func.operands(op).first())
    else {
        return Err(wrong(b, "needs whole numbers as bounds"));
    };
    if low > high {
        return Err(wrong(b, &format!("has no number between {low} and {high}")));
    }
    let low = constant(b, low);
    let high = constant(b, high);
    let below = compare(b, "lt", value, low);
    let raised = choose(b, below, low, value);
    let above = compare(b, "gt", raised, high);
    Ok(vec![choose(b, above, high, raised)])
}

/// The bounds of a `clamp.to`.
pub(crate) fn bounds(context: &Context, f: &Function, op: Op) -> Option<(i64, i64)> {
    let bound = |name| f.op_attribute(op, context.symbol(name)).and_then(Attribute::as_int);
    Some((bound("low")?, bound("high")?))
}

fn constant(b: &mut Builder<'_>, value: i64) -> Value {
    luma::Constant::build(b, Attribute::Int(value, Type::I64), Type::I64).result(b.func)
}

fn compare(b: &mut Builder<'_>, pred: &str, lhs: Value, rhs: Value) -> Value {
    luma::Cmp::build(b, lhs, rhs, Attribute::str(pred), Type::I1).result(b.func)
}

/// `yes` if `condition` is true, `no` otherwise.
fn choose(b: &mut Builder<'_>, condition: Value, yes: Value, no: Value) -> Value {
    let op = luma::If::build(b, condition, &[Type::I64], true);
    let after = b.position;
    for (&region, value) in b.func.op_regions(op.0).to_vec().iter().zip([yes, no]) {
        b.enter_new_block(region);
        luma::Yield::build(b, &[value]);
    }
    b.position = after;
    op.results(b.func)[0]
}

//! Plain values: what takes the place of a value nobody cares about.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Builder, Function, Op, OpName, Type, Value};
use smallvec::SmallVec;

/// A plain value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plain {
    /// 0, false, null, a place or an aggregate of zeros.
    Zero,
    /// 1 or true; zero for other types.
    One,
}

/// Builds a plain value of type `ty` and says which operations make it, its own first.
pub(crate) fn default_value(
    b: &mut Builder<'_>,
    ty: Type,
    plain: Plain,
) -> (Value, SmallVec<[Op; 3]>) {
    let one = plain == Plain::One;
    let number = match ty {
        Type::I1 => Some(Attribute::Bool(one)),
        Type::I8 | Type::I64 => Some(Attribute::Int(i64::from(one), ty)),
        Type::F32 | Type::F64 => Some(Attribute::Float(f64::from(u8::from(one)), ty)),
        _ => None,
    };
    if let Some(number) = number {
        let op = luma::Constant::build(b, number, ty);
        return (op.result(b.func), [op.0].into_iter().collect());
    }
    if b.context.is_ptr(ty) {
        let op = luma::Null::build(b, ty);
        return (op.result(b.func), [op.0].into_iter().collect());
    }
    let is_place = b.context.is_place(ty);
    let place = if is_place { ty } else { b.context.place(ty) };
    let local = luma::Local::build(b, place);
    let value = local.result(b.func);
    let zero = luma::Zero::build(b, value);
    if is_place {
        return (value, [local.0, zero.0].into_iter().collect());
    }
    let load = luma::Load::build(b, value, ty);
    (load.result(b.func), [load.0, local.0, zero.0].into_iter().collect())
}

/// Whether an operation makes a number, truth value or null out of nothing.
pub(crate) fn is_constant(name: OpName) -> bool {
    matches!(name, luma::Constant::NAME | luma::Null::NAME)
}

/// Whether a value is what [`default_value`] can make, or as plain as that.
pub(crate) fn is_plain(f: &Function, value: Value) -> bool {
    f.def_op(value).is_some_and(|op| {
        let name = f.op_name(op);
        is_constant(name) || name == luma::Local::NAME
    })
}

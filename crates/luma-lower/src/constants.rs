//! Constant values as attributes.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::fold::Constant;
use luma_ir::{Attribute, Type, TypeData};
use luma_sema::Const;

use crate::ProgramCx;

/// The initial value of a global of type `ty` that is `value`; [`Attribute::Unit`] is zero.
pub(crate) fn attribute(cx: &ProgramCx<'_>, value: &Const, ty: Type) -> Attribute {
    match (value, cx.context.type_data(ty)) {
        (Const::Zero, _) => Attribute::Unit,
        (Const::Aggregate(items), TypeData::Array(length, element)) => {
            let missing = (length as usize).checked_sub(items.len());
            let missing = missing.or_never(0, "a constant is no longer than its type");
            Attribute::array(
                items
                    .iter()
                    .map(|item| attribute(cx, item, element))
                    .chain(std::iter::repeat_n(Attribute::Unit, missing)),
            )
        }
        (Const::Aggregate(items), TypeData::Struct(name)) => {
            let info = cx.sema.structs.iter().find(|s| cx.context.symbol(&s.name) == name);
            let fields = info.map(|info| info.fields.as_slice());
            let fields = fields.or_never(&[], "struct types come from the program");
            Attribute::array(
                items.iter().zip(fields).map(|(item, field)| attribute(cx, item, cx.ty(field.ty))),
            )
        }
        (Const::Function(item) | Const::Address(item), _) => Attribute::Symbol(symbol(cx, *item)),
        (Const::Str(bytes), _) => Attribute::str(bytes),
        (_, TypeData::Ptr(_)) => Attribute::int(as_int(value)),
        (_, TypeData::F32 | TypeData::F64) => Attribute::Float(as_float(value), ty),
        _ => {
            let value = Constant::int(as_int(value), ty).attribute();
            value.or_never(Attribute::Unit, "a number is of an integer type")
        }
    }
}

/// The value of a scalar constant as an integer.
pub(crate) fn as_int(value: &Const) -> i64 {
    match value {
        Const::Int(value) => *value,
        Const::Byte(value) => i64::from(*value as i8),
        Const::Bool(value) => i64::from(*value),
        Const::Float(value) => *value as i64,
        Const::Zero => 0,
        Const::Str(_) | Const::Function(_) | Const::Address(_) | Const::Aggregate(_) => {
            never!("{value:?} is not a number");
            0
        }
    }
}

fn as_float(value: &Const) -> f64 {
    match value {
        Const::Float(value) => *value,
        other => as_int(other) as f64,
    }
}

/// The name of a global or function.
pub(crate) fn symbol(cx: &ProgramCx<'_>, item: luma_syntax::ast::ItemId) -> luma_ir::Symbol {
    let global = cx.sema.globals.get(item).map(|info| info.name.as_str());
    let function = || cx.sema.functions.get(item).map(|info| info.name.as_str());
    let name = global.or_else(function);
    cx.context.symbol(name.or_never("", "addresses are of globals and functions"))
}

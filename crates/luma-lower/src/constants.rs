//! Constant values as attributes.

use luma_ir::fold::Constant;
use luma_ir::{Attribute, Type, TypeData};
use luma_sema::Const;

use crate::ProgramCx;

/// The initial value of a global of type `ty` that is `value`; [`Attribute::Unit`] is zero.
pub(crate) fn attribute(cx: &ProgramCx<'_>, value: &Const, ty: Type) -> Attribute {
    match (value, cx.context.type_data(ty)) {
        (Const::Zero, _) => Attribute::Unit,
        (Const::Aggregate(items), TypeData::Array(length, element)) => {
            let missing = (length as usize).saturating_sub(items.len());
            Attribute::array(
                items
                    .iter()
                    .map(|item| attribute(cx, item, element))
                    .chain(std::iter::repeat_n(Attribute::Unit, missing)),
            )
        }
        (Const::Aggregate(items), TypeData::Struct(name)) => {
            let info = cx.sema.structs.iter().find(|s| cx.context.symbol(&s.name) == name);
            let fields = info.map(|info| info.fields.as_slice()).unwrap_or_default();
            Attribute::array(
                items.iter().zip(fields).map(|(item, field)| attribute(cx, item, cx.ty(field.ty))),
            )
        }
        (Const::Function(item) | Const::Address(item), _) => Attribute::Symbol(symbol(cx, *item)),
        (Const::Str(bytes), _) => Attribute::str(bytes),
        (_, TypeData::Ptr(_)) => Attribute::int(as_int(value)),
        (_, TypeData::F32 | TypeData::F64) => Attribute::Float(as_float(value), ty),
        _ => Constant::int(as_int(value), ty).attribute().unwrap_or(Attribute::Unit),
    }
}

/// The value of a scalar constant as an integer.
pub(crate) fn as_int(value: &Const) -> i64 {
    match value {
        Const::Int(value) => *value,
        Const::Byte(value) => i64::from(*value as i8),
        Const::Bool(value) => i64::from(*value),
        Const::Float(value) => *value as i64,
        _ => 0,
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
    cx.context.symbol(global.or_else(function).unwrap_or(""))
}

//! Maps types of the language to types of the IR.

use luma_diagnostics::OrNever as _;
use luma_ir::{Context, Type, TypeData};
use luma_sema::Analysis;
use luma_sema::types::{Ty, TyKind};
use rustc_hash::FxHashMap;

/// The IR type of every type of the program.
pub(crate) struct TypeMap {
    map: FxHashMap<Ty, Type>,
}

impl TypeMap {
    /// Maps all types of `sema`.
    pub(crate) fn new(sema: &Analysis, context: &Context) -> Self {
        let mut map = FxHashMap::default();
        for ty in sema.types.all() {
            convert(sema, context, ty, &mut map);
        }
        Self { map }
    }

    /// The IR type of `ty`; `!luma.void` for types without an IR type.
    pub(crate) fn get(&self, ty: Ty) -> Type {
        self.map.get(&ty).copied().or_never(Type::VOID, "all types of the program are mapped")
    }
}

/// Recursion is bounded by the nesting of written types: structs are referred to by name.
fn convert(sema: &Analysis, context: &Context, ty: Ty, map: &mut FxHashMap<Ty, Type>) -> Type {
    if let Some(&done) = map.get(&ty) {
        return done;
    }
    let converted = match sema.types.kind(ty) {
        TyKind::Error | TyKind::Void => Type::VOID,
        TyKind::Int | TyKind::Enum(_) => Type::I64,
        TyKind::Byte => Type::I8,
        TyKind::Bool => Type::I1,
        TyKind::Float => Type::F32,
        TyKind::Double => Type::F64,
        TyKind::Str | TyKind::String => context.ptr(Type::I8),
        TyKind::Pointer(element) => context.ptr(convert(sema, context, *element, map)),
        TyKind::Array(element, length) => {
            let element = convert(sema, context, *element, map);
            context.ty(TypeData::Array(*length, element))
        }
        TyKind::Struct(id) => {
            let name = &sema.structs[id.0 as usize].name;
            context.ty(TypeData::Struct(context.symbol(name)))
        }
        TyKind::Function(params, result) => {
            let params: Vec<Type> =
                params.iter().map(|&ty| convert(sema, context, ty, map)).collect();
            match convert(sema, context, *result, map) {
                Type::VOID => context.function_type(&params, &[]),
                result => context.function_type(&params, &[result]),
            }
        }
    };
    map.insert(ty, converted);
    converted
}

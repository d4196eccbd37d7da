//! Layouts of the types of a module: sizes, alignments and field offsets in bytes.

use luma_values::int::Width;
use luma_values::layout::{self, Shape, Types};
pub use luma_values::layout::{Layout, LayoutError, MAX_SIZE, Scalar};

use crate::context::{Context, Symbol};
use crate::module::{Module, StructDef, Table};
use crate::types::{Type, TypeData};

/// Finds the layouts of the types of a module, each once.
#[derive(Debug)]
pub struct Layouts<'a>(layout::Layouts<ModuleTypes<'a>>);

/// What types of a context are made of.
#[derive(Clone, Copy, Debug)]
struct ModuleTypes<'a> {
    context: &'a Context,
    /// `None` where they are not at hand; then structs have no layout.
    structs: Option<&'a Table<StructDef>>,
}

impl Types for ModuleTypes<'_> {
    type Type = Type;

    fn shape(&self, ty: Type) -> Shape<Type> {
        match self.context.type_data(ty) {
            TypeData::I1 => Shape::Scalar(Scalar::Int(Width::W1)),
            TypeData::I8 => Shape::Scalar(Scalar::Int(Width::W8)),
            TypeData::I64 => Shape::Scalar(Scalar::Int(Width::W64)),
            TypeData::F32 => Shape::Scalar(Scalar::F32),
            TypeData::F64 => Shape::Scalar(Scalar::F64),
            TypeData::Ptr(_) | TypeData::Place(_) => Shape::Scalar(Scalar::Pointer),
            TypeData::Void | TypeData::Function(..) => Shape::Unsized,
            TypeData::Array(count, element) => Shape::Array { element, count },
            TypeData::Struct(name) => match self.structs.and_then(|structs| structs.get(&name)) {
                Some(def) => Shape::Struct(def.fields.values().copied().collect()),
                None => Shape::Opaque,
            },
        }
    }
}

impl<'a> Layouts<'a> {
    /// Layouts of the types of `module`.
    pub fn new(module: &'a Module) -> Self {
        Self::with_structs(&module.context, Some(&module.structs))
    }

    /// Layouts of the types of `context`, in which struct types are defined by `structs`. Without
    /// those, types that contain structs have no layout ([`LayoutError::Opaque`]).
    pub fn with_structs(context: &'a Context, structs: Option<&'a Table<StructDef>>) -> Self {
        Self(layout::Layouts::new(ModuleTypes { context, structs }))
    }

    /// The layout of `ty`.
    ///
    /// # Errors
    /// Why it has none.
    pub fn of(&mut self, ty: Type) -> Result<Layout, LayoutError> {
        self.0.of(ty)
    }

    /// The offsets in bytes of the fields of the struct type `ty`, in order; none for other types.
    ///
    /// # Errors
    /// Why `ty` has no layout.
    pub fn offsets(&mut self, ty: Type) -> Result<&[u64], LayoutError> {
        self.0.offsets(ty)
    }

    /// The offset in bytes of the field called `field` of the struct type `ty`; `None` if there is
    /// no such field or `ty` has no layout.
    pub fn field_offset(&mut self, ty: Type, field: Symbol) -> Option<u64> {
        let types = *self.0.types();
        let TypeData::Struct(name) = types.context.type_data(ty) else { return None };
        let index = types.structs?.get(&name)?.fields.get_index_of(&field)?;
        self.offsets(ty).ok()?.get(index).copied()
    }
}

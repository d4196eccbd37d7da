//! Places inside types, as byte offsets that the analysis can add to and subtract from.

use luma_ir::layout::{LayoutError, Layouts};
use luma_ir::{Module, Symbol, Type, TypeData};

use crate::summary::Scalar;

/// Maximum number of scalars of one aggregate that are tracked one by one.
const MAX_LEAVES: usize = 64;

/// A scalar inside a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leaf {
    /// Bytes from the start.
    pub(crate) offset: i64,
    /// Size in bytes.
    pub(crate) size: u8,
    /// Whether it is a pointer.
    pub(crate) pointer: bool,
}

impl Leaf {
    pub(crate) fn scalar(&self) -> Scalar {
        Scalar { size: self.size, pointer: self.pointer }
    }
}

/// Computes properties of the types of one module, each once.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) module: &'a Module,
    layouts: Layouts<'a>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(module: &'a Module) -> Self {
        Self { module, layouts: Layouts::new(module) }
    }

    /// Size in bytes of a value of type `ty`. Memory of unknown type has elements of one byte; a
    /// type that is too large has the largest size.
    pub(crate) fn size(&mut self, ty: Type) -> i64 {
        match self.layouts.of(ty) {
            // The size of a layout fits in an `i64`.
            Ok(layout) => layout.size as i64,
            Err(LayoutError::TooLarge) => i64::MAX,
            Err(LayoutError::Unsized | LayoutError::Opaque | LayoutError::Recursive) => 1,
        }
    }

    /// Byte offset of field `field` of struct type `ty`.
    pub(crate) fn field_offset(&mut self, ty: Type, field: Symbol) -> Option<i64> {
        self.layouts.field_offset(ty, field).map(|offset| offset as i64)
    }

    /// The scalars of `ty`, in order of their offsets; `None` when there are too many to follow.
    pub(crate) fn leaves(&mut self, ty: Type) -> Option<Vec<Leaf>> {
        let mut leaves = Vec::new();
        self.collect(ty, 0, &mut leaves).then_some(leaves)
    }

    fn collect(&mut self, ty: Type, start: i64, leaves: &mut Vec<Leaf>) -> bool {
        match self.module.context.type_data(ty) {
            TypeData::Array(count, element) => {
                let size = self.size(element);
                if count > MAX_LEAVES as u64 {
                    return false;
                }
                (0..count as i64).all(|i| {
                    let at = start.saturating_add(size.saturating_mul(i));
                    self.collect(element, at, leaves)
                })
            }
            TypeData::Struct(name) => {
                let module = self.module;
                let Some(def) = module.structs.get(&name) else { return true };
                def.fields.iter().all(|(&name, &field)| {
                    let offset = self.field_offset(ty, name);
                    offset.is_some_and(|at| self.collect(field, start.saturating_add(at), leaves))
                })
            }
            data => {
                let size = self.size(ty).clamp(1, 8) as u8;
                let pointer = matches!(data, TypeData::Ptr(_) | TypeData::Function(..));
                leaves.push(Leaf { offset: start, size, pointer });
                leaves.len() <= MAX_LEAVES
            }
        }
    }
}

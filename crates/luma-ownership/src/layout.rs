//! Sizes and offsets of types, so that a place is a root and a byte offset.
//!
//! The numbers only have to be consistent within the analysis; they follow natural alignment.

use luma_ir::{Context, Module, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

use crate::summary::Scalar;

/// Most scalars of one aggregate that are followed one by one.
const MAX_LEAVES: usize = 64;

/// A scalar inside a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leaf {
    /// Bytes from the start.
    pub(crate) offset: i64,
    /// Bytes it takes.
    pub(crate) size: u8,
    /// Whether it is a pointer.
    pub(crate) pointer: bool,
}

impl Leaf {
    pub(crate) fn scalar(&self) -> Scalar {
        Scalar { size: self.size, pointer: self.pointer }
    }
}

/// Answers questions about types of one module, each computed once.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) module: &'a Module,
    sizes: FxHashMap<Type, (i64, i64)>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(module: &'a Module) -> Self {
        Self { module, sizes: FxHashMap::default() }
    }

    fn context(&self) -> &'a Context {
        &self.module.context
    }

    /// Size in bytes of a value of type `ty`.
    pub(crate) fn size(&mut self, ty: Type) -> i64 {
        self.size_align(ty).0
    }

    fn size_align(&mut self, ty: Type) -> (i64, i64) {
        if let Some(&known) = self.sizes.get(&ty) {
            return known;
        }
        let found = match self.context().type_data(ty) {
            TypeData::Void | TypeData::I1 | TypeData::I8 => (1, 1),
            TypeData::F32 => (4, 4),
            TypeData::I64
            | TypeData::F64
            | TypeData::Ptr(_)
            | TypeData::Place(_)
            | TypeData::Function(..) => (8, 8),
            TypeData::Array(count, element) => {
                let (size, align) = self.size_align(element);
                (size.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)), align)
            }
            TypeData::Struct(name) => {
                let (mut end, mut align) = (0i64, 1i64);
                for &field in self.fields(name).iter() {
                    let (size, a) = self.size_align(field);
                    end = align_up(end, a).saturating_add(size);
                    align = align.max(a);
                }
                (align_up(end, align), align)
            }
        };
        self.sizes.insert(ty, found);
        found
    }

    fn fields(&self, name: Symbol) -> Vec<Type> {
        self.module
            .structs
            .get(&name)
            .map(|def| def.fields.values().copied().collect())
            .unwrap_or_default()
    }

    /// Byte offset of field `field` of struct type `ty`.
    pub(crate) fn field_offset(&mut self, ty: Type, field: Symbol) -> Option<i64> {
        let TypeData::Struct(name) = self.context().type_data(ty) else { return None };
        let def = self.module.structs.get(&name)?;
        let mut end = 0i64;
        for (&name, &ty) in &def.fields {
            let (size, align) = self.size_align(ty);
            let start = align_up(end, align);
            if name == field {
                return Some(start);
            }
            end = start.saturating_add(size);
        }
        None
    }

    /// The scalars of `ty`, in order of their offsets; `None` when there are too many to follow.
    pub(crate) fn leaves(&mut self, ty: Type) -> Option<Vec<Leaf>> {
        let mut leaves = Vec::new();
        self.collect(ty, 0, &mut leaves).then_some(leaves)
    }

    fn collect(&mut self, ty: Type, start: i64, leaves: &mut Vec<Leaf>) -> bool {
        match self.context().type_data(ty) {
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
                let mut end = 0i64;
                for &field in self.fields(name).iter() {
                    let (size, align) = self.size_align(field);
                    let at = align_up(end, align);
                    if !self.collect(field, start.saturating_add(at), leaves) {
                        return false;
                    }
                    end = at.saturating_add(size);
                }
                true
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

/// `value` rounded up to a multiple of `align`, a power of two.
fn align_up(value: i64, align: i64) -> i64 {
    value.saturating_add(align - 1) & !(align - 1)
}

//! Sizes, alignments and field offsets of types, as C lays them out on 64-bit machines.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::{Module, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

/// Maximum size of an object; offsets into larger ones would leave its part of the address space.
pub(crate) const LARGEST: u64 = 1 << 30;

/// Size and alignment in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Layout {
    /// Saturated: sizes past the limits of memory stay past them.
    pub(crate) size: u64,
    pub(crate) align: u32,
}

/// The layouts of a module's types, each computed once.
#[derive(Debug)]
pub(crate) struct Layouts<'a> {
    module: &'a Module,
    known: FxHashMap<Type, Layout>,
    fields: FxHashMap<Symbol, Vec<u64>>,
}

impl<'a> Layouts<'a> {
    pub(crate) fn new(module: &'a Module) -> Self {
        Self { module, known: FxHashMap::default(), fields: FxHashMap::default() }
    }

    /// The layout of `ty`.
    pub(crate) fn of(&mut self, ty: Type) -> Layout {
        if let Some(&layout) = self.known.get(&ty) {
            return layout;
        }
        // Types may nest arbitrarily deeply, so the stack is explicit.
        let mut stack = vec![ty];
        while let Some(&ty) = stack.last() {
            let before = stack.len();
            let layout = self.attempt(ty, &mut stack);
            if stack.len() == before {
                self.known.insert(ty, layout);
                stack.pop();
            }
        }
        let layout = self.known.get(&ty).copied();
        layout.or_never(Layout { size: 0, align: 1 }, "the layout was just made")
    }

    /// The layout of `ty` if those of its parts are known; otherwise pushes the missing ones.
    fn attempt(&mut self, ty: Type, missing: &mut Vec<Type>) -> Layout {
        let scalar = |size: u32| Layout { size: size.into(), align: size };
        match self.module.context.type_data(ty) {
            TypeData::I1 | TypeData::I8 => scalar(1),
            TypeData::F32 => scalar(4),
            TypeData::I64 | TypeData::F64 | TypeData::Ptr(_) | TypeData::Place(_) => scalar(8),
            TypeData::Void | TypeData::Function(..) => Layout { size: 0, align: 1 },
            TypeData::Array(length, element) => match self.known.get(&element) {
                Some(&part) => Layout { size: part.size.saturating_mul(length), align: part.align },
                None => {
                    missing.push(element);
                    scalar(1)
                }
            },
            TypeData::Struct(name) => {
                let Some(def) = self.module.structs.get(&name) else {
                    never!("a struct type that is not defined");
                    return scalar(1);
                };
                let mut layout = Layout { size: 0, align: 1 };
                let mut offsets = Vec::with_capacity(def.fields.len());
                for &field in def.fields.values() {
                    let Some(&part) = self.known.get(&field) else {
                        missing.push(field);
                        continue;
                    };
                    let at = round_up(layout.size, part.align);
                    offsets.push(at);
                    layout.size = at.saturating_add(part.size);
                    layout.align = layout.align.max(part.align);
                }
                layout.size = round_up(layout.size, layout.align);
                self.fields.insert(name, offsets);
                layout
            }
        }
    }

    /// The offset of field `field` of the struct type `ty`.
    pub(crate) fn field(&mut self, ty: Type, field: Symbol) -> Option<u64> {
        let TypeData::Struct(name) = self.module.context.type_data(ty) else {
            never!("a field of a type that is not a struct");
            return None;
        };
        let index = self.module.structs.get(&name)?.fields.get_index_of(&field)?;
        self.offsets(ty).get(index).copied()
    }

    /// The offsets of the fields of the struct type `ty`, in order.
    pub(crate) fn offsets(&mut self, ty: Type) -> &[u64] {
        self.of(ty);
        match self.module.context.type_data(ty) {
            TypeData::Struct(name) => {
                let offsets = self.fields.get(&name).map(Vec::as_slice);
                offsets.or_never(&[], "the layout was just made")
            }
            _ => {
                never!("offsets of a type that is not a struct");
                &[]
            }
        }
    }
}

fn round_up(value: u64, align: u32) -> u64 {
    value.checked_next_multiple_of(align.into()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

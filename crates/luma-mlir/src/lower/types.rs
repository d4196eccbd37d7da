//! Types of Luma IR as MLIR types, and their sizes in memory.

use luma_ir::{Context, Module, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

use super::emit::{Emit, Ty};

/// Structs and arrays nested deeper than this are refused: MLIR's types recurse.
const DEPTH_LIMIT: u32 = 500;
/// Larger types are refused: LLVM's array types count elements in 32 bits, and sizes are signed.
const SIZE_LIMIT: u64 = 1 << 40;

/// Size and alignment in bytes, with the layout of C on 64-bit machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) size: u64,
    pub(crate) align: u64,
}

/// A type in memory.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) ty: Ty,
    pub(crate) layout: Layout,
}

impl Memory {
    /// The size as an operand of `llvm.intr.memcpy`.
    pub(crate) fn bytes(self) -> i64 {
        // `SIZE_LIMIT` keeps it positive.
        self.layout.size as i64
    }
}

/// Types in memory that were asked for before.
#[derive(Default)]
pub(crate) struct MemoryTypes {
    known: FxHashMap<Type, Memory>,
}

/// How values of a type are held in MLIR.
pub(crate) fn value_type(context: &Context, emit: &Emit, ty: Type) -> Ty {
    match ty {
        Type::I1 => emit.ty.i1,
        Type::I8 => emit.ty.i8,
        Type::I64 => emit.ty.i64,
        Type::F32 => emit.ty.f32,
        Type::F64 => emit.ty.f64,
        // Pointers and places, and aggregates as the address of memory that nobody changes.
        _ => {
            debug_assert!(!matches!(context.type_data(ty), TypeData::Function(..)));
            emit.ty.ptr
        }
    }
}

impl MemoryTypes {
    /// `ty` in memory: truth values take a byte, structs are identified types.
    ///
    /// # Errors
    /// Why there is no such type.
    pub(crate) fn get(&mut self, module: &Module, emit: &Emit, ty: Type) -> Result<Memory, String> {
        self.at_depth(module, emit, ty, 0)
    }

    fn at_depth(
        &mut self,
        module: &Module,
        emit: &Emit,
        ty: Type,
        depth: u32,
    ) -> Result<Memory, String> {
        if let Some(&memory) = self.known.get(&ty) {
            return Ok(memory);
        }
        if depth > DEPTH_LIMIT {
            return Err(format!("types nest deeper than {DEPTH_LIMIT} levels"));
        }
        let scalar = |ty, size| Memory { ty, layout: Layout { size, align: size } };
        let memory = match module.context.type_data(ty) {
            TypeData::I1 | TypeData::I8 => scalar(emit.ty.i8, 1),
            TypeData::I64 => scalar(emit.ty.i64, 8),
            TypeData::F32 => scalar(emit.ty.f32, 4),
            TypeData::F64 => scalar(emit.ty.f64, 8),
            TypeData::Ptr(_) | TypeData::Place(_) => scalar(emit.ty.ptr, 8),
            TypeData::Array(length, element) => {
                let element = self.at_depth(module, emit, element, depth + 1)?;
                let size = element.layout.size.checked_mul(length);
                let size = size.filter(|&size| size <= SIZE_LIMIT).ok_or_else(too_large)?;
                let length = u32::try_from(length).map_err(|_| too_large())?;
                let layout = Layout { size, align: element.layout.align };
                Memory { ty: emit.array_type(element.ty, length), layout }
            }
            TypeData::Struct(name) => self.structure(module, emit, name, depth)?,
            TypeData::Void | TypeData::Function(..) => {
                return Err("a type without values has no size".to_owned());
            }
        };
        self.known.insert(ty, memory);
        Ok(memory)
    }

    fn structure(
        &mut self,
        module: &Module,
        emit: &Emit,
        name: Symbol,
        depth: u32,
    ) -> Result<Memory, String> {
        let text = module.context.name(name);
        let def = module.structs.get(&name).ok_or_else(|| format!("no struct `{text}`"))?;
        let mut layout = Layout { size: 0, align: 1 };
        let mut fields = Vec::with_capacity(def.fields.len());
        for &field in def.fields.values() {
            let field = self.at_depth(module, emit, field, depth + 1)?;
            layout.size = layout.size.next_multiple_of(field.layout.align) + field.layout.size;
            layout.align = layout.align.max(field.layout.align);
            if layout.size > SIZE_LIMIT {
                return Err(too_large());
            }
            fields.push(field.ty);
        }
        layout.size = layout.size.next_multiple_of(layout.align);
        Ok(Memory { ty: emit.struct_type(&text, &fields), layout })
    }
}

fn too_large() -> String {
    format!("a type larger than {} GiB", SIZE_LIMIT >> 30)
}

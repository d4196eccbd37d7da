//! Types of Luma IR as MLIR types, and their sizes in memory.

use luma_ir::layout::{Layout, LayoutError, Layouts};
use luma_ir::{Context, Module, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

use super::emit::{Emit, Ty};

/// The maximum nesting of structs and arrays: MLIR recurses over types.
const DEPTH_LIMIT: u32 = 500;
/// The maximum size of a type in bytes: LLVM's array types count elements in 32 bits, and sizes are
/// signed.
const SIZE_LIMIT: u64 = 1 << 40;

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

/// The types in memory that have been requested, and their layouts.
pub(crate) struct MemoryTypes<'a> {
    module: &'a Module,
    layouts: Layouts<'a>,
    known: FxHashMap<Type, Memory>,
}

/// The MLIR type of values of type `ty`.
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

impl<'a> MemoryTypes<'a> {
    pub(crate) fn new(module: &'a Module) -> Self {
        Self { module, layouts: Layouts::new(module), known: FxHashMap::default() }
    }

    /// The layouts of the module's types.
    pub(crate) fn layouts(&mut self) -> &mut Layouts<'a> {
        &mut self.layouts
    }

    /// `ty` in memory: `i1` is stored as a byte, structs are identified types.
    ///
    /// # Errors
    /// The type is too large, nested too deeply, or has no values.
    pub(crate) fn get(&mut self, emit: &Emit, ty: Type) -> Result<Memory, String> {
        self.at_depth(emit, ty, 0)
    }

    fn at_depth(&mut self, emit: &Emit, ty: Type, depth: u32) -> Result<Memory, String> {
        if let Some(&memory) = self.known.get(&ty) {
            return Ok(memory);
        }
        if depth > DEPTH_LIMIT {
            return Err(format!(
                "this type is nested too deeply; the limit is {DEPTH_LIMIT} levels"
            ));
        }
        let layout = match self.layouts.of(ty) {
            Ok(layout) if layout.size <= SIZE_LIMIT => layout,
            Ok(_) | Err(LayoutError::TooLarge) => return Err(too_large()),
            Err(why) => return Err(why.to_string()),
        };
        let in_memory = match self.module.context.type_data(ty) {
            TypeData::Array(length, element) => {
                let element = self.at_depth(emit, element, depth + 1)?;
                let length = u32::try_from(length).map_err(|_| too_large())?;
                emit.array_type(element.ty, length)
            }
            TypeData::Struct(name) => self.structure(emit, name, depth)?,
            TypeData::I1 => emit.ty.i8,
            _ => value_type(&self.module.context, emit, ty),
        };
        let memory = Memory { ty: in_memory, layout };
        self.known.insert(ty, memory);
        Ok(memory)
    }

    fn structure(&mut self, emit: &Emit, name: Symbol, depth: u32) -> Result<Ty, String> {
        let module = self.module;
        let text = module.context.name(name);
        let def =
            module.structs.get(&name).ok_or_else(|| format!("struct `{text}` is not defined"))?;
        let mut fields = Vec::with_capacity(def.fields.len());
        for &field in def.fields.values() {
            fields.push(self.at_depth(emit, field, depth + 1)?.ty);
        }
        Ok(emit.struct_type(text, &fields))
    }
}

fn too_large() -> String {
    format!("this type is too large; a type may take at most {} GiB", SIZE_LIMIT >> 30)
}

//! Attributes of the llvm dialect that become LLVM's debug metadata.

use mlir_sys as sys;

use super::super::emit::{Attr, Block, Emit, Location, one_line};
use crate::error::string_ref;
use crate::session::DebugInfo;

/// `DW_LANG_C11`: debuggers read expressions as those of C.
const LANGUAGE: u32 = 0x1d;
/// `DW_OP_deref`
const DEREF: u32 = 0x06;
/// No address space (`MLIR_CAPI_DWARF_ADDRESS_SPACE_NULL`).
const NO_ADDRESS_SPACE: i64 = -1;

/// Tags of DWARF.
pub(super) const TAG_ARRAY: u32 = 0x01;
pub(super) const TAG_MEMBER: u32 = 0x0d;
pub(super) const TAG_POINTER: u32 = 0x0f;
pub(super) const TAG_STRUCTURE: u32 = 0x13;
const TAG_BASE: u32 = 0x24;

/// Flags of subprograms.
const LOCAL_TO_UNIT: u64 = 1 << 2;
const DEFINITION: u64 = 1 << 3;
const OPTIMIZED: u64 = 1 << 4;

/// The flag of composite types that are only named.
pub(super) const FORWARD: i64 = 1 << 2;

/// A parameter that is left out. MLIR's C API passes it on as what the parameter is.
fn none() -> Attr {
    Attr { ptr: std::ptr::null() }
}

/// A struct or array type.
pub(super) struct Composite<'a> {
    pub(super) tag: u32,
    pub(super) name: &'a str,
    pub(super) file: Option<Attr>,
    pub(super) line: u32,
    /// Of the elements of an array.
    pub(super) base: Option<Attr>,
    pub(super) flags: i64,
    /// In bytes.
    pub(super) size: u64,
    pub(super) align: u64,
    pub(super) elements: &'a [Attr],
    /// What references to the type from within it name.
    pub(super) recursive: Option<Attr>,
}

/// A function.
pub(super) struct Subprogram<'a> {
    pub(super) unit: Attr,
    pub(super) file: Attr,
    pub(super) name: &'a str,
    pub(super) line: u32,
    pub(super) ty: Attr,
    pub(super) exported: bool,
    pub(super) optimized: bool,
}

/// A variable or parameter.
pub(super) struct Variable<'a> {
    /// The subprogram.
    pub(super) scope: Attr,
    pub(super) file: Attr,
    pub(super) name: &'a str,
    pub(super) line: u32,
    /// The number of a parameter, from 1; 0 for a variable.
    pub(super) number: u32,
    pub(super) ty: Attr,
}

// What every `unsafe` below relies on: handles come from the context of `emit`, or are null where the
// attribute has no such parameter; lists are passed as pointer and length of live slices, and
// strings as MLIR copies them.
impl Emit {
    /// An attribute that is equal to no other.
    pub(super) fn distinct(&self) -> Attr {
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirDisctinctAttrCreate(self.unit_attr()) }
    }

    pub(super) fn di_file(&self, name: &str, directory: &str) -> Attr {
        let (name, directory) = (&*one_line(name), &*one_line(directory));
        let (name, directory) =
            (self.string_attr(name.as_bytes()), self.string_attr(directory.as_bytes()));
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirLLVMDIFileAttrGet(self.context, name, directory) }
    }

    pub(super) fn di_compile_unit(&self, info: &DebugInfo, file: Attr) -> Attr {
        // SAFETY: the attributes are of this context, or null where there may be none.
        unsafe {
            sys::mlirLLVMDICompileUnitAttrGet(
                self.context,
                self.distinct(),
                LANGUAGE,
                file,
                self.string_attr(info.producer.as_bytes()),
                info.optimized,
                sys::MlirLLVMDIEmissionKind_MlirLLVMDIEmissionKindFull,
                sys::MlirLLVMDINameTableKind_MlirLLVMDINameTableKindDefault,
                none(),
            )
        }
    }

    /// A type without structure: its size in bytes, its encoding in DWARF.
    pub(super) fn di_basic_type(&self, name: &str, size: u64, encoding: u32) -> Attr {
        let name = self.string_attr(name.as_bytes());
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirLLVMDIBasicTypeAttrGet(self.context, TAG_BASE, name, size * 8, encoding) }
    }

    /// A pointer, or a field at `offset`; sizes in bytes.
    pub(super) fn di_derived_type(
        &self,
        tag: u32,
        name: Option<&str>,
        base: Option<Attr>,
        size: u64,
        offset: u64,
    ) -> Attr {
        let name = name.map_or_else(none, |name| self.string_attr(name.as_bytes()));
        let base = base.unwrap_or_else(none);
        let (size, offset) = (size * 8, offset * 8);
        // SAFETY: the attributes are of this context, or null where there may be none.
        unsafe {
            let context = self.context;
            sys::mlirLLVMDIDerivedTypeAttrGet(
                context,
                tag,
                name,
                base,
                size,
                0,
                offset,
                NO_ADDRESS_SPACE,
                none(),
            )
        }
    }

    pub(super) fn di_composite_type(&self, ty: &Composite<'_>) -> Attr {
        let name = match ty.name {
            "" => none(),
            name => self.string_attr(name.as_bytes()),
        };
        // SAFETY: the attributes are of this context, or null where there may be none; lists are live slices.
        unsafe {
            sys::mlirLLVMDICompositeTypeAttrGet(
                self.context,
                ty.recursive.unwrap_or_else(none),
                false,
                ty.tag,
                name,
                ty.file.unwrap_or_else(none),
                ty.line,
                none(),
                ty.base.unwrap_or_else(none),
                ty.flags,
                ty.size * 8,
                ty.align * 8,
                ty.elements.len() as isize,
                ty.elements.as_ptr(),
                none(),
                none(),
                none(),
                none(),
            )
        }
    }

    /// The type around it that has the name `recursive`.
    pub(super) fn di_enclosing_type(&self, recursive: Attr) -> Attr {
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirLLVMDICompositeTypeAttrGetRecSelf(recursive) }
    }

    /// Indexes from 0 to `count`.
    pub(super) fn di_subrange(&self, count: u64) -> Attr {
        let text = format!("#llvm.di_subrange<count = {count} : i64>");
        // SAFETY: the attributes are of this context; MLIR copies the string.
        unsafe { sys::mlirAttributeParseGet(self.context, string_ref(&text)) }
    }

    /// The result (`None` for none) and the parameters of a function.
    pub(super) fn di_subroutine_type(&self, result: Option<Attr>, params: &[Attr]) -> Attr {
        // SAFETY: the attributes are of this context; lists are live slices.
        unsafe {
            let result = result.unwrap_or_else(|| sys::mlirLLVMDINullTypeAttrGet(self.context));
            let types = [&[result], params].concat();
            let (count, types) = (types.len() as isize, types.as_ptr());
            sys::mlirLLVMDISubroutineTypeAttrGet(self.context, 0, count, types)
        }
    }

    pub(super) fn di_subprogram(&self, f: &Subprogram<'_>) -> Attr {
        let mut flags = DEFINITION;
        flags |= if f.exported { 0 } else { LOCAL_TO_UNIT };
        flags |= if f.optimized { OPTIMIZED } else { 0 };
        // SAFETY: the attributes are of this context, or null where there may be none.
        unsafe {
            sys::mlirLLVMDISubprogramAttrGet(
                self.context,
                none(),
                false,
                self.distinct(),
                f.unit,
                f.file,
                self.string_attr(f.name.as_bytes()),
                // Of a unit in C, gdb would take the name in the object file for the only one.
                none(),
                f.file,
                f.line,
                f.line,
                flags,
                f.ty,
                0,
                std::ptr::null(),
                0,
                std::ptr::null(),
            )
        }
    }

    pub(super) fn di_variable(&self, variable: &Variable<'_>) -> Attr {
        // SAFETY: the attributes are of this context.
        unsafe {
            sys::mlirLLVMDILocalVariableAttrGet(
                self.context,
                variable.scope,
                self.string_attr(variable.name.as_bytes()),
                variable.file,
                variable.line,
                variable.number,
                0,
                variable.ty,
                0,
            )
        }
    }

    /// What a variable's address is made of that which is declared: itself, or what it leads to.
    pub(super) fn di_expression(&self, indirect: bool) -> Attr {
        // SAFETY: the attributes are of this context; lists are live slices.
        unsafe {
            let deref =
                sys::mlirLLVMDIExpressionElemAttrGet(self.context, DEREF, 0, std::ptr::null());
            let elements = if indirect { &[deref][..] } else { &[] };
            let (count, elements) = (elements.len() as isize, elements.as_ptr());
            sys::mlirLLVMDIExpressionAttrGet(self.context, count, elements)
        }
    }

    /// `location` in `scope`.
    pub(super) fn scoped_location(&self, scope: Attr, location: Location) -> Location {
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirLocationFusedGet(self.context, 1, &raw const location, scope) }
    }

    /// `callee`, inlined at `caller`.
    pub(super) fn call_site_location(&self, callee: Location, caller: Location) -> Location {
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirLocationCallSiteGet(callee, caller) }
    }

    /// Sets the location of the module whose body is `top`.
    pub(super) fn locate_module(&self, top: Block, location: Location) {
        // SAFETY: the attributes are of this context.
        unsafe { sys::mlirOperationSetLocation(sys::mlirBlockGetParentOperation(top), location) };
    }
}

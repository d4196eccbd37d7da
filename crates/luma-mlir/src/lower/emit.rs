//! Makes MLIR operations, types and attributes. The only place of the lowering that calls MLIR's
//! C API to build; everything above it is safe code.
//!
//! The handles passed around are plain pointers. They stay valid while the context lives, which is
//! as long as the [`Emit`]: both are locals of one call that builds one session.

use std::borrow::Cow;

use luma_diagnostics::printable;
use mlir_sys as sys;
pub(crate) use mlir_sys::{
    MlirAttribute as Attr, MlirBlock as Block, MlirLocation as Location,
    MlirOperation as Operation, MlirRegion as Region, MlirType as Ty, MlirValue as Val,
};

use crate::error::string_ref;

/// The marker of a dynamic index among the constant ones of `llvm.getelementptr`.
const DYNAMIC: i32 = i32::MIN;

/// An operation to be made.
#[derive(Default)]
pub(crate) struct Spec<'a> {
    pub(crate) operands: &'a [Val],
    pub(crate) results: &'a [Ty],
    pub(crate) attributes: &'a [(&'static str, Attr)],
    pub(crate) regions: &'a [Region],
    pub(crate) successors: &'a [Block],
}

/// The types every function needs.
pub(crate) struct Types {
    pub(crate) i1: Ty,
    pub(crate) i8: Ty,
    pub(crate) i32: Ty,
    pub(crate) i64: Ty,
    pub(crate) f32: Ty,
    pub(crate) f64: Ty,
    pub(crate) ptr: Ty,
}

/// A cursor: where operations go and which location they get.
pub(crate) struct Emit {
    pub(super) context: sys::MlirContext,
    pub(crate) ty: Types,
    /// Operations are appended here.
    pub(crate) block: Block,
    /// Operations get this location.
    pub(crate) location: Location,
}

// What every `unsafe` below relies on: handles come from this context (or are null where MLIR allows
// that), lists are passed as pointer and length of live slices, and strings as MLIR copies them.
// Ownership of operations, blocks and regions passes to the thing they are put into.
impl Emit {
    /// A cursor at the end of `block`, whose context has the dialects in use loaded.
    pub(crate) fn new(context: sys::MlirContext, block: Block) -> Self {
        // SAFETY: the handles are of this context.
        unsafe {
            let ty = Types {
                i1: sys::mlirIntegerTypeGet(context, 1),
                i8: sys::mlirIntegerTypeGet(context, 8),
                i32: sys::mlirIntegerTypeGet(context, 32),
                i64: sys::mlirIntegerTypeGet(context, 64),
                f32: sys::mlirF32TypeGet(context),
                f64: sys::mlirF64TypeGet(context),
                ptr: sys::mlirLLVMPointerTypeGet(context, 0),
            };
            let location = sys::mlirLocationUnknownGet(context);
            Self { context, ty, block, location }
        }
    }

    // --- operations -------------------------------------------------------------------------

    fn make(&self, name: &str, spec: &Spec<'_>) -> Operation {
        // SAFETY: the handles are of this context; lists are live slices; MLIR copies the string;
        // the regions become the operation's.
        unsafe {
            let mut state = sys::mlirOperationStateGet(string_ref(name), self.location);
            let state = &raw mut state;
            if !spec.results.is_empty() {
                sys::mlirOperationStateAddResults(
                    state,
                    spec.results.len() as isize,
                    spec.results.as_ptr(),
                );
            }
            if !spec.operands.is_empty() {
                sys::mlirOperationStateAddOperands(
                    state,
                    spec.operands.len() as isize,
                    spec.operands.as_ptr(),
                );
            }
            for &(name, value) in spec.attributes {
                let name = sys::mlirIdentifierGet(self.context, string_ref(name));
                let named = sys::mlirNamedAttributeGet(name, value);
                sys::mlirOperationStateAddAttributes(state, 1, &raw const named);
            }
            if !spec.regions.is_empty() {
                sys::mlirOperationStateAddOwnedRegions(
                    state,
                    spec.regions.len() as isize,
                    spec.regions.as_ptr(),
                );
            }
            if !spec.successors.is_empty() {
                sys::mlirOperationStateAddSuccessors(
                    state,
                    spec.successors.len() as isize,
                    spec.successors.as_ptr(),
                );
            }
            sys::mlirOperationCreate(state)
        }
    }

    /// Appends an operation.
    pub(crate) fn op(&self, name: &str, spec: &Spec<'_>) -> Operation {
        let op = self.make(name, spec);
        // SAFETY: the handles are of this context; what is put in was nobody's.
        unsafe { sys::mlirBlockAppendOwnedOperation(self.block, op) };
        op
    }

    /// Inserts an operation into `block` after `after`, at its start if there is none.
    pub(crate) fn op_after(
        &self,
        block: Block,
        after: Option<Operation>,
        name: &str,
        spec: &Spec<'_>,
    ) -> Operation {
        let op = self.make(name, spec);
        let after = after.unwrap_or(Operation { ptr: std::ptr::null_mut() });
        // SAFETY: the handles are of this context; what is put in was nobody's.
        unsafe { sys::mlirBlockInsertOwnedOperationAfter(block, after, op) };
        op
    }

    /// Appends an operation with one result, and returns that.
    pub(crate) fn value(
        &self,
        name: &str,
        operands: &[Val],
        result: Ty,
        attributes: &[(&'static str, Attr)],
    ) -> Val {
        let results = &[result];
        result_of(self.op(name, &Spec { operands, results, attributes, ..Spec::default() }), 0)
    }

    /// Appends an operation without results.
    pub(crate) fn effect(&self, name: &str, operands: &[Val], attributes: &[(&'static str, Attr)]) {
        self.op(name, &Spec { operands, attributes, ..Spec::default() });
    }

    // --- blocks and regions -----------------------------------------------------------------

    /// A detached block with arguments of these types.
    pub(crate) fn new_block(&self, args: &[Ty]) -> Block {
        let locations = vec![self.location; args.len()];
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe { sys::mlirBlockCreate(args.len() as isize, args.as_ptr(), locations.as_ptr()) }
    }

    /// A detached region.
    pub(crate) fn new_region(&self) -> Region {
        // SAFETY: makes a new region.
        unsafe { sys::mlirRegionCreate() }
    }

    /// A detached region with one block, which is returned too.
    pub(crate) fn region_with_block(&self, args: &[Ty]) -> (Region, Block) {
        let (region, block) = (self.new_region(), self.new_block(args));
        self.append_block(region, block);
        (region, block)
    }

    /// Puts a detached block at the end of a region.
    pub(crate) fn append_block(&self, region: Region, block: Block) {
        // SAFETY: the handles are of this context; what is put in was nobody's.
        unsafe { sys::mlirRegionAppendOwnedBlock(region, block) };
    }

    // --- types ------------------------------------------------------------------------------

    /// `(params) -> results`
    pub(crate) fn function_type(&self, params: &[Ty], results: &[Ty]) -> Ty {
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe {
            sys::mlirFunctionTypeGet(
                self.context,
                params.len() as isize,
                params.as_ptr(),
                results.len() as isize,
                results.as_ptr(),
            )
        }
    }

    /// `!llvm.func<result (params)>`, variadic or not; no result is void.
    pub(crate) fn llvm_function_type(&self, result: Option<Ty>, params: &[Ty], var: bool) -> Ty {
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe {
            let result = result.unwrap_or_else(|| sys::mlirLLVMVoidTypeGet(self.context));
            sys::mlirLLVMFunctionTypeGet(result, params.len() as isize, params.as_ptr(), var)
        }
    }

    /// `!llvm.array<length x element>`
    pub(crate) fn array_type(&self, element: Ty, length: u32) -> Ty {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirLLVMArrayTypeGet(element, length) }
    }

    /// `!llvm.struct<"name", (fields)>`; the name must be new.
    pub(crate) fn struct_type(&self, name: &str, fields: &[Ty]) -> Ty {
        // SAFETY: the handles are of this context; lists are live slices; MLIR copies the string.
        unsafe {
            let ty = sys::mlirLLVMStructTypeIdentifiedGet(self.context, string_ref(name));
            sys::mlirLLVMStructTypeSetBody(ty, fields.len() as isize, fields.as_ptr(), false);
            ty
        }
    }

    /// `!llvm.struct<(fields)>`
    pub(crate) fn literal_struct_type(&self, fields: &[Ty]) -> Ty {
        // SAFETY: the context and the types of the fields live as long as the session.
        unsafe {
            sys::mlirLLVMStructTypeLiteralGet(
                self.context,
                fields.len() as isize,
                fields.as_ptr(),
                false,
            )
        }
    }

    // --- attributes -------------------------------------------------------------------------

    pub(crate) fn int_attr(&self, ty: Ty, value: i64) -> Attr {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirIntegerAttrGet(ty, value) }
    }

    pub(crate) fn bool_attr(&self, value: bool) -> Attr {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirBoolAttrGet(self.context, value.into()) }
    }

    pub(crate) fn float_attr(&self, ty: Ty, value: f64) -> Attr {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirFloatAttrDoubleGet(self.context, ty, value) }
    }

    pub(crate) fn string_attr(&self, bytes: &[u8]) -> Attr {
        let string = sys::MlirStringRef { data: bytes.as_ptr().cast(), length: bytes.len() };
        // SAFETY: the handles are of this context; MLIR copies the string.
        unsafe { sys::mlirStringAttrGet(self.context, string) }
    }

    pub(crate) fn symbol_attr(&self, name: &str) -> Attr {
        // SAFETY: the handles are of this context; MLIR copies the string.
        unsafe { sys::mlirFlatSymbolRefAttrGet(self.context, string_ref(name)) }
    }

    pub(crate) fn type_attr(&self, ty: Ty) -> Attr {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirTypeAttrGet(ty) }
    }

    pub(crate) fn unit_attr(&self) -> Attr {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirUnitAttrGet(self.context) }
    }

    /// `#llvm.zero`: the zero of whatever type it initialises.
    pub(crate) fn zero_attr(&self) -> Attr {
        let text = string_ref("#llvm.zero");
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirAttributeParseGet(self.context, text) }
    }

    pub(crate) fn array_attr(&self, items: &[Attr]) -> Attr {
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe { sys::mlirArrayAttrGet(self.context, items.len() as isize, items.as_ptr()) }
    }

    /// `{name, name}`
    pub(crate) fn flag_attr(&self, names: &[&str]) -> Attr {
        // SAFETY: the handles are of this context; lists are live slices; MLIR copies the string.
        unsafe {
            let named = names.iter().map(|name| {
                let name = sys::mlirIdentifierGet(self.context, string_ref(name));
                sys::mlirNamedAttributeGet(name, self.unit_attr())
            });
            let items: Vec<sys::MlirNamedAttribute> = named.collect();
            sys::mlirDictionaryAttrGet(self.context, items.len() as isize, items.as_ptr())
        }
    }

    pub(crate) fn i32_array_attr(&self, items: &[i32]) -> Attr {
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe { sys::mlirDenseI32ArrayGet(self.context, items.len() as isize, items.as_ptr()) }
    }

    pub(crate) fn i64_array_attr(&self, items: &[i64]) -> Attr {
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe { sys::mlirDenseI64ArrayGet(self.context, items.len() as isize, items.as_ptr()) }
    }

    /// `dense<items> : vector<Nxi64>`
    pub(crate) fn dense_i64_attr(&self, items: &[i64]) -> Attr {
        // SAFETY: the handles are of this context; lists are live slices.
        unsafe {
            let shape = [items.len() as i64];
            let ty = sys::mlirVectorTypeGet(1, shape.as_ptr(), self.ty.i64);
            sys::mlirDenseElementsAttrInt64Get(ty, items.len() as isize, items.as_ptr())
        }
    }

    /// `#llvm.linkage<internal>`
    pub(crate) fn internal_linkage(&self) -> Attr {
        let internal = sys::MlirLLVMLinkage_MlirLLVMLinkageInternal;
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirLLVMLinkageAttrGet(self.context, internal) }
    }

    /// `#llvm.linkage<external>`
    pub(crate) fn external_linkage(&self) -> Attr {
        let external = sys::MlirLLVMLinkage_MlirLLVMLinkageExternal;
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirLLVMLinkageAttrGet(self.context, external) }
    }

    /// `loc("file":line:column)`; assembly shows it in a comment of one line.
    pub(crate) fn file_location(&self, file: &str, line: u32, column: u32) -> Location {
        let file = &*one_line(file);
        // SAFETY: the handles are of this context; MLIR copies the string.
        unsafe { sys::mlirLocationFileLineColGet(self.context, string_ref(file), line, column) }
    }

    /// `loc(unknown)`
    pub(crate) fn unknown_location(&self) -> Location {
        // SAFETY: the handles are of this context.
        unsafe { sys::mlirLocationUnknownGet(self.context) }
    }

    // --- operations used all over -----------------------------------------------------------

    /// `arith.constant` of an integer type.
    pub(crate) fn int(&self, ty: Ty, value: i64) -> Val {
        self.value("arith.constant", &[], ty, &[("value", self.int_attr(ty, value))])
    }

    /// The float `value` of so many bits as an `i64`: truncated towards zero, out of range the
    /// nearest `i64`, a NaN 0. (`arith.fptosi` is poison there.)
    pub(crate) fn saturate_to_i64(&self, value: Val, bits: u32) -> Val {
        let name = format!("llvm.fptosi.sat.i64.f{bits}");
        let attributes = [
            ("intrin", self.string_attr(name.as_bytes())),
            ("operandSegmentSizes", self.i32_array_attr(&[1, 0])),
            ("op_bundle_sizes", self.i32_array_attr(&[])),
        ];
        self.value("llvm.call_intrinsic", &[value], self.ty.i64, &attributes)
    }

    /// `llvm.mlir.addressof`
    pub(crate) fn address_of(&self, symbol: &str) -> Val {
        let symbol = self.symbol_attr(symbol);
        self.value("llvm.mlir.addressof", &[], self.ty.ptr, &[("global_name", symbol)])
    }

    /// `llvm.getelementptr base[0, field]` into a struct type. (`inbounds` is no attribute but a
    /// bare property, which the C API cannot set.)
    pub(crate) fn field_address(&self, base: Val, structure: Ty, field: i32) -> Val {
        let attributes = [
            ("elem_type", self.type_attr(structure)),
            ("rawConstantIndices", self.i32_array_attr(&[0, field])),
        ];
        self.value("llvm.getelementptr", &[base], self.ty.ptr, &attributes)
    }

    /// `llvm.getelementptr base[index]` over elements of a type.
    pub(crate) fn element_address(&self, base: Val, element: Ty, index: Val) -> Val {
        let attributes = [
            ("elem_type", self.type_attr(element)),
            ("rawConstantIndices", self.i32_array_attr(&[DYNAMIC])),
        ];
        self.value("llvm.getelementptr", &[base, index], self.ty.ptr, &attributes)
    }

    /// `llvm.load`
    pub(crate) fn load(&self, address: Val, ty: Ty) -> Val {
        self.value("llvm.load", &[address], ty, &[])
    }

    /// `llvm.store`
    pub(crate) fn store(&self, value: Val, address: Val) {
        self.effect("llvm.store", &[value, address], &[]);
    }

    /// `llvm.intr.memcpy` of a constant number of bytes, between places that are equal or apart;
    /// none for zero.
    pub(crate) fn copy(&self, to: Val, from: Val, bytes: i64) {
        self.copy_bytes("llvm.intr.memcpy", to, from, bytes);
    }

    /// `llvm.intr.memmove`: the same between places that may overlap.
    pub(crate) fn copy_overlapping(&self, to: Val, from: Val, bytes: i64) {
        self.copy_bytes("llvm.intr.memmove", to, from, bytes);
    }

    fn copy_bytes(&self, name: &str, to: Val, from: Val, bytes: i64) {
        if bytes != 0 && !std::ptr::eq(to.ptr, from.ptr) {
            let bytes = self.int(self.ty.i64, bytes);
            let plain = self.bool_attr(false);
            self.effect(name, &[to, from, bytes], &[("isVolatile", plain)]);
        }
    }

    /// `llvm.call` of a symbol, or of the first operand if there is none.
    pub(crate) fn llvm_call(
        &self,
        callee: Option<&str>,
        operands: &[Val],
        result: Option<Ty>,
        variadic: Option<Ty>,
    ) -> Option<Val> {
        let mut attributes = vec![
            ("operandSegmentSizes", self.i32_array_attr(&[operands.len() as i32, 0])),
            ("op_bundle_sizes", self.i32_array_attr(&[])),
        ];
        if let Some(callee) = callee {
            attributes.push(("callee", self.symbol_attr(callee)));
        }
        if let Some(ty) = variadic {
            attributes.push(("var_callee_type", self.type_attr(ty)));
        }
        let results = result.as_slice();
        let spec = Spec { operands, results, attributes: &attributes, ..Spec::default() };
        let op = self.op("llvm.call", &spec);
        result.map(|_| result_of(op, 0))
    }

    /// `cf.br`
    pub(crate) fn branch(&self, target: Block, args: &[Val]) {
        let successors = &[target];
        self.op("cf.br", &Spec { operands: args, successors, ..Spec::default() });
    }

    /// `cf.cond_br`
    pub(crate) fn cond_branch(
        &self,
        condition: Val,
        (then, then_args): (Block, &[Val]),
        (other, other_args): (Block, &[Val]),
    ) {
        let operands = [&[condition], then_args, other_args].concat();
        let sizes = [1, then_args.len() as i32, other_args.len() as i32];
        let attributes = &[("operandSegmentSizes", self.i32_array_attr(&sizes))];
        let successors = &[then, other];
        let spec = Spec { operands: &operands, attributes, successors, ..Spec::default() };
        self.op("cf.cond_br", &spec);
    }

    /// `cf.switch` on an `i64`; every label with its block, whose arguments are `args`.
    pub(crate) fn switch(
        &self,
        flag: Val,
        (default, default_args): (Block, &[Val]),
        cases: &[(i64, Block, Vec<Val>)],
    ) {
        if cases.is_empty() {
            return self.branch(default, default_args);
        }
        // MLIR prints labels unsigned and then cannot read them: keep them positive, by counting
        // from the least. Where that overflows the text cannot be read back, but runs.
        let least = cases.iter().map(|&(label, ..)| label).min().unwrap_or(0);
        let shifted: Option<Vec<i64>> =
            cases.iter().map(|&(label, ..)| label.checked_sub(least)).collect();
        let (labels, flag) = match shifted {
            Some(labels) if least < 0 => {
                let least = self.int(self.ty.i64, least);
                (labels, self.value("arith.subi", &[flag, least], self.ty.i64, &[]))
            }
            _ => (cases.iter().map(|&(label, ..)| label).collect(), flag),
        };
        let segments: Vec<i32> = cases.iter().map(|(_, _, args)| args.len() as i32).collect();
        let mut operands = vec![flag];
        operands.extend_from_slice(default_args);
        operands.extend(cases.iter().flat_map(|(_, _, args)| args));
        let in_cases = segments.iter().sum();
        let mut successors = vec![default];
        successors.extend(cases.iter().map(|&(_, block, _)| block));
        let sizes = [1, default_args.len() as i32, in_cases];
        let attributes = &[
            ("case_values", self.dense_i64_attr(&labels)),
            ("case_operand_segments", self.i32_array_attr(&segments)),
            ("operandSegmentSizes", self.i32_array_attr(&sizes)),
        ];
        let spec =
            Spec { operands: &operands, attributes, successors: &successors, ..Spec::default() };
        self.op("cf.switch", &spec);
    }
}

/// A result of an operation.
pub(crate) fn result_of(op: Operation, index: usize) -> Val {
    // SAFETY: callers ask for results the operation was made with.
    unsafe { sys::mlirOperationGetResult(op, index as isize) }
}

/// The first region of an operation. One that was handed over to the operation is gone: its blocks
/// are in this.
pub(crate) fn region_of(op: Operation) -> Region {
    // SAFETY: callers ask for regions the operation was made with.
    unsafe { sys::mlirOperationGetRegion(op, 0) }
}

/// An argument of a block.
pub(crate) fn argument_of(block: Block, index: usize) -> Val {
    // SAFETY: callers ask for arguments the block was made with.
    unsafe { sys::mlirBlockGetArgument(block, index as isize) }
}

/// No value yet.
pub(crate) const NO_VALUE: Val = Val { ptr: std::ptr::null() };

/// Whether two types are the same.
pub(crate) fn same(a: Ty, b: Ty) -> bool {
    // SAFETY: both types live as long as their context.
    unsafe { sys::mlirTypeEqual(a, b) }
}

/// The name of a file as assembly can show it in a comment of one line.
pub(crate) fn one_line(name: &str) -> Cow<'_, str> {
    match name.contains(['\n', '\r']) {
        true => printable(&name.replace(['\n', '\r'], " ")).into_owned().into(),
        false => printable(name),
    }
}

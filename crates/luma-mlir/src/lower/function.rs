//! One function: its signature, its body, and what all parts of the body share.

use std::rc::Rc;

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Def, Entity, Function, Linkage, Loc, Op, Type, Value};
use rustc_hash::FxHashMap;

use super::calls::{self, Signature};
use super::emit::{
    Block, NO_VALUE, Operation, Region, Spec, Ty, Val, argument_of, region_of, result_of,
};
use super::shape::Shape;
use super::types::{Memory, value_type};
use super::{Lowered, Lowering, cfg, debug, facts, failure, globals};

/// What the lowering of one function carries.
pub(crate) struct Body<'m, 'a> {
    pub(crate) m: &'m mut Lowering<'a>,
    pub(crate) f: &'m Function,
    pub(crate) shape: Shape,
    pub(crate) signature: Rc<Signature>,
    /// Where the result goes, if it is an aggregate.
    pub(crate) result_address: Option<Val>,
    /// Variables that are the counter of a `scf.for` right now.
    pub(crate) counters: FxHashMap<Value, Val>,
    values: Vec<Val>,
    entry: Block,
    last_alloca: Option<Operation>,
    one: Val,
}

/// Emits `f`.
pub(crate) fn lower(m: &mut Lowering<'_>, f: &Function) -> Lowered<()> {
    let signature = Rc::new(calls::signature(m, f)?);
    m.emit.block = m.top;
    m.at(f.loc);
    let emit = &m.emit;
    let ty = emit.function_type(&signature.params, signature.results());
    let name = m.symbols.function(f.name).ok_or_else(|| failure(f.loc, "a nameless function"))?;
    if f.linkage == Linkage::External && calls::is_runtime(name) {
        // Declared with the type that generated code calls it by.
        return Ok(());
    }
    let mut attributes = vec![
        ("sym_name", emit.string_attr(name.as_bytes())),
        ("function_type", emit.type_attr(ty)),
    ];
    let exported = name == "main" || f.linkage == Linkage::Public;
    if !exported {
        attributes.push(("sym_visibility", emit.string_attr(b"private")));
    }
    if f.linkage == Linkage::External {
        attributes.extend(calls::extensions(emit, f));
    } else {
        attributes.extend(facts::attributes(m, f, &signature));
        if !exported {
            attributes.push(("llvm.linkage", emit.internal_linkage()));
        } else if name != "main" {
            // LLVM must not take it for the function of the C library that has its name.
            attributes.push(("passthrough", emit.array_attr(&[emit.string_attr(b"nobuiltin")])));
        }
    }
    let region = emit.new_region();
    let spec = Spec { attributes: &attributes, regions: &[region], ..Spec::default() };
    if f.entry().is_some() {
        debug::describe_function(m, f);
    }
    let made = m.emit.op("func.func", &spec);
    if f.entry().is_none() {
        return Ok(());
    }
    let region = region_of(made);
    let entry = m.emit.new_block(&signature.params);
    m.emit.append_block(region, entry);
    let mut body = Body {
        values: vec![NO_VALUE; f.value_count()],
        shape: Shape::of(f),
        counters: FxHashMap::default(),
        result_address: None,
        last_alloca: None,
        one: NO_VALUE,
        signature,
        entry,
        m,
        f,
    };
    body.bind_parameters();
    cfg::lower_body(&mut body, region, entry)
}

impl Body<'_, '_> {
    fn bind_parameters(&mut self) {
        self.m.emit.block = self.entry;
        self.m.at(self.f.loc);
        let mut index = 0;
        if self.signature.result_by_address.is_some() {
            self.result_address = Some(argument_of(self.entry, 0));
            index = 1;
        }
        let f = self.f;
        let params = f.entry().map(|entry| f.block_args(entry));
        let params = params.or_never(&[], "only functions with a body get here");
        for (number, &param) in params.iter().enumerate() {
            let mut value = argument_of(self.entry, index);
            if self.signature.is_main && f.value_type(param) == Type::I64 {
                let ty = self.m.emit.ty.i64;
                value = self.m.emit.value("arith.extsi", &[value], ty, &[]);
            }
            self.set(param, value);
            debug::parameter(self, param, value, number as u32 + 1);
            index += 1;
        }
    }

    // --- values -----------------------------------------------------------------------------

    /// The MLIR value of `value`.
    pub(crate) fn get(&mut self, value: Value) -> Lowered<Val> {
        let found = self.values[value.index()];
        if !found.ptr.is_null() {
            return Ok(found);
        }
        // String literals are made where they are used: most are only ever printed.
        if let Some(bytes) = self.literal(value) {
            let symbol = globals::string_symbol(self.m, &bytes);
            return Ok(self.m.emit.address_of(&symbol));
        }
        let loc = match self.f.def(value) {
            Def::Result(op, _) => self.f.loc(op),
            Def::Arg(..) => self.f.loc,
        };
        Err(failure(loc, "a value is used where it is not defined"))
    }

    /// Sets the MLIR value of `value`.
    pub(crate) fn set(&mut self, value: Value, found: Val) {
        self.values[value.index()] = found;
    }

    /// The bytes of the string literal that `value` is.
    pub(crate) fn literal(&self, value: Value) -> Option<std::sync::Arc<[u8]>> {
        let op = luma::String::cast(self.f, self.f.def_op(value)?)?;
        match op.value_attr(self.f) {
            Some(luma_ir::Attribute::Str(bytes)) => Some(std::sync::Arc::clone(bytes)),
            _ => None,
        }
    }

    /// Operand `index` of `op`.
    pub(crate) fn operand(&self, op: Op, index: usize) -> Lowered<Value> {
        let found = self.f.operands(op).get(index).copied();
        found.ok_or_else(|| self.failure(op, "lacks an operand"))
    }

    /// Result `index` of `op`.
    pub(crate) fn result(&self, op: Op, index: usize) -> Lowered<Value> {
        let found = self.f.results(op).get(index).copied();
        found.ok_or_else(|| self.failure(op, "lacks a result"))
    }

    /// Region `index` of `op` as its only block.
    pub(crate) fn only_block(&self, op: Op, index: usize) -> Lowered<luma_ir::Block> {
        let region = self.f.op_regions(op).get(index);
        match region.map(|&region| self.f.blocks(region)) {
            Some(&[block]) => Ok(block),
            _ => Err(self.failure(op, "needs exactly one block in each region")),
        }
    }

    /// `op` has no MLIR form, because it `why`.
    pub(crate) fn failure(&self, op: Op, why: &str) -> Box<luma_diagnostics::Diagnostic> {
        let name = &self.m.module.context.op_def(self.f.op_name(op)).name;
        failure(self.f.loc(op), format!("`{name}` {why}"))
    }

    // --- types and memory -------------------------------------------------------------------

    /// How values of `ty` are held.
    pub(crate) fn value_type(&self, ty: Type) -> Ty {
        value_type(&self.m.module.context, &self.m.emit, ty)
    }

    /// Whether values of `ty` are held by address.
    pub(crate) fn is_aggregate(&self, ty: Type) -> bool {
        self.m.module.context.is_aggregate(ty)
    }

    /// What the place or pointer `value` leads to, in memory.
    pub(crate) fn element(&mut self, value: Value, op: Op) -> Lowered<(Type, Memory)> {
        let ty = self.m.module.context.element(self.f.value_type(value));
        let ty = ty.ok_or_else(|| self.failure(op, "needs a place"))?;
        Ok((ty, self.m.memory(ty, self.f.loc(op))?))
    }

    /// New memory in the frame of the function, made once however often control comes by.
    pub(crate) fn alloca(&mut self, memory: Memory) -> Val {
        let emit = &self.m.emit;
        let i64 = emit.ty.i64;
        if self.last_alloca.is_none() {
            let attributes = &[("value", emit.int_attr(i64, 1))];
            let spec = Spec { results: &[i64], attributes, ..Spec::default() };
            let one = emit.op_after(self.entry, None, "llvm.mlir.constant", &spec);
            self.one = result_of(one, 0);
            self.last_alloca = Some(one);
        }
        let attributes = &[
            ("elem_type", emit.type_attr(memory.ty)),
            ("alignment", emit.int_attr(i64, memory.layout.align as i64)),
        ];
        let (operands, results) = (&[self.one], &[emit.ty.ptr]);
        let spec = Spec { operands, results, attributes, ..Spec::default() };
        let op = emit.op_after(self.entry, self.last_alloca, "llvm.alloca", &spec);
        self.last_alloca = Some(op);
        result_of(op, 0)
    }

    /// Copies the aggregate at `from` to `to`.
    pub(crate) fn copy(&mut self, to: Val, from: Val, ty: Type, loc: Loc) -> Lowered<()> {
        let memory = self.m.memory(ty, loc)?;
        self.m.emit.copy(to, from, memory.bytes());
        Ok(())
    }

    /// Appends a block to a region and moves to its end.
    pub(crate) fn enter(&mut self, region: Region, block: Block) {
        self.m.emit.append_block(region, block);
        self.m.emit.block = block;
    }
}

//! Prints modules in MLIR's generic form.
//!
//! MLIR's own tools read the result given the IRDL of the dialects. What IRDL cannot say of an
//! operation is said by operations of MLIR, which the parser takes away again:
//!
//! | in Luma IR | in the generic form |
//! | --- | --- |
//! | a module | `"builtin.module"` with `"luma.struct_def"`, `"luma.global"` and `"luma.func"` |
//! | a terminator (operations defined by IRDL end no block) | `"ub.unreachable"` follows |
//! | a terminator with successors | `"llvm.indirectbr"` follows, and has them |
//! | variadic values of several types (IRDL gives all one) | a `tuple`, packed and unpacked by `"builtin.unrealized_conversion_cast"` |
//! | variadic regions (IRDL fixes the number) | one region of `"luma.region"` operations |
//! | a missing optional region | an empty one |

use std::fmt::Write as _;

use super::print::Printer;
use crate::dialect::{Arity, OpDef};
use crate::entity::{Op, Region, Value};
use crate::function::{Function, Linkage};
use crate::module::{Global, Module, StructDef};
use crate::types::Type;

/// What the generic form says of a function by attributes.
pub(super) const FUNCTION_KEYS: [&str; 3] = ["sym_name", "function_type", "linkage"];

impl Printer<'_> {
    pub(super) fn generic_module(&mut self, module: &Module) {
        self.out.push_str("\"builtin.module\"() ({\n");
        self.indent = 1;
        for (&name, def) in &module.structs {
            self.generic_struct(module.context.name(name), def);
        }
        for (&name, global) in &module.globals {
            self.generic_global(module.context.name(name), global);
        }
        for function in module.functions.values() {
            self.generic_function(function);
        }
        self.out.push_str("}) : () -> ()\n");
    }

    fn generic_struct(&mut self, name: &str, def: &StructDef) {
        self.line_start();
        // No `sym_name`: structs and functions may share names.
        self.out.push_str("\"luma.struct_def\"() {struct_name = ");
        self.quoted(name);
        self.out.push_str(", field_names = [");
        for (i, &field) in def.fields.keys().enumerate() {
            self.comma(i);
            let text = self.context.name(field);
            self.quoted(text);
        }
        self.out.push_str("], field_types = [");
        self.types(def.fields.values().copied());
        self.out.push_str("]} : () -> ()\n");
    }

    fn generic_global(&mut self, name: &str, global: &Global) {
        self.line_start();
        self.out.push_str("\"luma.global\"() {sym_name = ");
        self.quoted(name);
        self.out.push_str(", type = ");
        self.ty(global.ty);
        if let Some(init) = &global.init {
            self.out.push_str(", value = ");
            self.attribute(init);
        }
        if global.constant {
            self.out.push_str(", constant");
        }
        self.out.push_str("} : () -> ()\n");
    }

    fn generic_function(&mut self, f: &Function) {
        self.name_values(f);
        self.line_start();
        self.out.push_str("\"luma.func\"() (");
        match f.entry() {
            Some(_) => self.generic_region(f, f.body()),
            None => self.out.push_str("{}"),
        }
        self.out.push_str(") {sym_name = ");
        let name = self.context.name(f.name);
        self.quoted(name);
        self.out.push_str(", function_type = (");
        self.types(f.params.iter().copied());
        self.out.push_str(") -> ");
        self.type_list(&f.results);
        self.out.push_str(match f.linkage {
            Linkage::Private => ", linkage = \"private\"",
            Linkage::Public => ", linkage = \"public\"",
            Linkage::External => ", linkage = \"external\"",
        });
        if !f.attributes.is_empty() {
            self.out.push_str(", ");
            self.entries(&f.attributes);
        }
        self.out.push_str("} : () -> ()");
        self.location(f.loc);
        self.out.push('\n');
    }

    fn generic_region(&mut self, f: &Function, region: Region) {
        self.out.push_str("{\n");
        self.indent += 1;
        for (i, &block) in f.blocks(region).iter().enumerate() {
            if i > 0 || !f.block_args(block).is_empty() {
                self.block_header(f, block);
            }
            for op in f.block_ops(block) {
                self.generic_op(f, op);
            }
        }
        self.indent -= 1;
        self.line_start();
        self.out.push('}');
    }

    fn generic_op(&mut self, f: &Function, op: Op) {
        let context = self.context;
        let def = context.op_def(f.op_name(op));
        let operands = Packed::new(f, f.operands(op), variadic_start(&def.operands));
        let results = Packed::new(f, f.results(op), variadic_start(&def.results));
        let packed_operands = operands.rest.map(|rest| {
            let name = self.fresh("packed");
            self.line_start();
            let _ = write!(self.out, "%{name} = \"builtin.unrealized_conversion_cast\"(");
            self.value_list(rest);
            self.out.push_str(") : (");
            self.types(rest.iter().map(|&v| f.value_type(v)));
            self.out.push_str(") -> ");
            self.tuple(f, rest);
            self.out.push('\n');
            name
        });
        let packed_results = results.rest.map(|_| self.fresh("packed"));

        self.line_start();
        if !f.results(op).is_empty() {
            self.packed_list(results.plain, packed_results.as_deref());
            self.out.push_str(" = ");
        }
        let _ = write!(self.out, "\"{}\"(", def.name);
        self.packed_list(operands.plain, packed_operands.as_deref());
        self.out.push(')');
        self.generic_regions(f, op, def);
        if !f.attributes(op).is_empty() {
            self.out.push(' ');
            self.dict(f.attributes(op));
        }
        self.out.push_str(" : (");
        self.packed_types(f, &operands);
        self.out.push_str(") -> ");
        match (f.results(op), results.rest) {
            ([one], None) => self.ty(f.value_type(*one)),
            _ => {
                self.out.push('(');
                self.packed_types(f, &results);
                self.out.push(')');
            }
        }
        self.location(f.loc(op));
        self.out.push('\n');
        if let (Some(name), Some(rest)) = (packed_results, results.rest) {
            self.line_start();
            self.value_list(rest);
            let _ = write!(self.out, " = \"builtin.unrealized_conversion_cast\"(%{name}) : (");
            self.tuple(f, rest);
            self.out.push_str(") -> (");
            self.types(rest.iter().map(|&v| f.value_type(v)));
            self.out.push_str(")\n");
        }
        if let Some(notes) = self.options.notes.and_then(|notes| notes.get(&op)) {
            for note in notes {
                self.line_start();
                let _ = writeln!(self.out, "// {note}");
            }
        }
        if def.traits.terminator {
            self.end_block(f, op);
        }
    }

    fn generic_regions(&mut self, f: &Function, op: Op, def: &OpDef) {
        if def.regions.is_empty() {
            return;
        }
        self.out.push_str(" (");
        let mut rest = f.op_regions(op).iter();
        for (i, slot) in def.regions.iter().enumerate() {
            self.comma(i);
            if slot.arity == Arity::Variadic {
                self.out.push_str("{\n");
                self.indent += 1;
                for &region in rest.by_ref() {
                    self.line_start();
                    self.out.push_str("\"luma.region\"() (");
                    self.generic_region(f, region);
                    self.out.push_str(") : () -> ()\n");
                }
                self.line_start();
                self.out.push_str("\"ub.unreachable\"() : () -> ()\n");
                self.indent -= 1;
                self.line_start();
                self.out.push('}');
                continue;
            }
            match rest.next() {
                Some(&region) => self.generic_region(f, region),
                None => self.out.push_str("{}"),
            }
        }
        self.out.push(')');
    }

    /// What ends the block of a terminator in MLIR's eyes.
    fn end_block(&mut self, f: &Function, op: Op) {
        let successors = f.successors(op);
        self.line_start();
        if successors.is_empty() {
            self.out.push_str("\"ub.unreachable\"() : () -> ()\n");
            return;
        }
        let address = self.fresh("address");
        let _ = writeln!(self.out, "%{address} = \"llvm.mlir.zero\"() : () -> !llvm.ptr");
        self.line_start();
        let args: Vec<Value> = successors.iter().flat_map(|s| s.args.iter().copied()).collect();
        self.out.push_str("\"llvm.indirectbr\"(");
        let _ = write!(self.out, "%{address}");
        for &arg in &args {
            self.out.push_str(", ");
            self.value(arg);
        }
        self.out.push_str(")[");
        for (i, successor) in successors.iter().enumerate() {
            self.comma(i);
            self.label(successor.block);
        }
        self.out.push_str("] {indbr_operand_segments = array<i32: ");
        for (i, successor) in successors.iter().enumerate() {
            self.comma(i);
            let _ = write!(self.out, "{}", successor.args.len());
        }
        self.out.push_str(">} : (!llvm.ptr");
        for &arg in &args {
            self.out.push_str(", ");
            self.ty(f.value_type(arg));
        }
        self.out.push_str(") -> ()\n");
    }

    fn packed_list(&mut self, plain: &[Value], packed: Option<&str>) {
        self.value_list(plain);
        if let Some(name) = packed {
            self.comma(plain.len());
            let _ = write!(self.out, "%{name}");
        }
    }

    fn packed_types(&mut self, f: &Function, packed: &Packed<'_>) {
        self.types(packed.plain.iter().map(|&v| f.value_type(v)));
        if let Some(rest) = packed.rest {
            self.comma(packed.plain.len());
            self.tuple(f, rest);
        }
    }

    fn tuple(&mut self, f: &Function, values: &[Value]) {
        self.out.push_str("tuple<");
        self.types(values.iter().map(|&v| f.value_type(v)));
        self.out.push('>');
    }

    fn comma(&mut self, before: usize) {
        if before > 0 {
            self.out.push_str(", ");
        }
    }
}

/// Values of an operation: those printed as they are, and those that become one tuple.
struct Packed<'f> {
    plain: &'f [Value],
    rest: Option<&'f [Value]>,
}

impl<'f> Packed<'f> {
    fn new(f: &Function, values: &'f [Value], variadic: usize) -> Self {
        let (plain, rest) = values.split_at(variadic.min(values.len()));
        let types: Vec<Type> = rest.iter().map(|&v| f.value_type(v)).collect();
        match types.windows(2).any(|pair| pair[0] != pair[1]) {
            true => Self { plain, rest: Some(rest) },
            false => Self { plain: values, rest: None },
        }
    }
}

/// Where the variadic values begin, if there can be some.
fn variadic_start<C>(slots: &[crate::dialect::Slot<C>]) -> usize {
    let variadic = slots.last().is_some_and(|slot| slot.arity == Arity::Variadic);
    if variadic { slots.len() - 1 } else { usize::MAX }
}

//! Prints modules and functions.

use std::borrow::Cow;
use std::fmt::Write as _;

use luma_diagnostics::SourceMap;
use rustc_hash::FxHashMap;

use super::names::Names;
use crate::attribute::Attribute;
use crate::context::{Context, Symbol};
use crate::entity::{Block, Entity, Op, Region, Value};
use crate::function::{Attributes, Function, Linkage, Loc, Successors};
use crate::module::{Global, Module, StructDef};
use crate::types::{Signature, Type, TypeData};

/// What to print beside the operations.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrintOptions<'a> {
    /// Print `loc(…)` after every operation, with names and lines from this map.
    pub locations: Option<&'a SourceMap>,
    /// Lines printed as comments under operations (verifier errors, analysis states).
    pub notes: Option<&'a FxHashMap<Op, Vec<String>>>,
    /// Print MLIR's generic form, which MLIR's own tools read given the IRDL of the dialects; see
    /// [`irdl`](crate::dialect::irdl). For whole modules only.
    pub generic: bool,
}

/// The text of a module. Parsing it gives a module that prints the same bytes.
pub fn print_module(module: &Module, options: PrintOptions<'_>) -> String {
    let mut printer = Printer::new(&module.context, options);
    // Growing a large text by doubling would hold it twice. Most operations take less than this.
    let ops: usize = module.functions.values().map(|f| f.op_capacity()).sum();
    printer.out.reserve(ops * 72);
    if options.generic {
        printer.generic_module(module);
        return printer.out;
    }
    let mut first = true;
    let mut gap = |printer: &mut Printer<'_>| {
        if !std::mem::replace(&mut first, false) {
            printer.out.push('\n');
        }
    };
    for (&name, def) in &module.structs {
        printer.strukt(name, def);
    }
    if !module.structs.is_empty() {
        gap(&mut printer);
    }
    if !module.globals.is_empty() {
        gap(&mut printer);
    }
    for (&name, global) in &module.globals {
        printer.global(name, global);
    }
    for function in module.functions.values() {
        gap(&mut printer);
        printer.function(function);
    }
    printer.out
}

/// The text of one function.
pub fn print_function(context: &Context, function: &Function, options: PrintOptions<'_>) -> String {
    let mut printer = Printer::new(context, options);
    printer.function(function);
    printer.out
}

/// The names of the values of `function` as its text shows them, without the `%`, by index.
pub fn value_names(context: &Context, function: &Function) -> Vec<Box<str>> {
    let names = Names::of(context, function);
    let text = |index| names.text(context, Value::from_index(index)).into();
    (0..function.value_count()).map(text).collect()
}

pub(super) struct Printer<'a> {
    pub(super) context: &'a Context,
    pub(super) options: PrintOptions<'a>,
    pub(super) out: String,
    pub(super) indent: usize,
    /// Names of what is in the current function.
    names: Names,
    types: FxHashMap<Type, Box<str>>,
}

impl<'a> Printer<'a> {
    fn new(context: &'a Context, options: PrintOptions<'a>) -> Self {
        Self {
            context,
            options,
            out: String::new(),
            indent: 0,
            names: Names::default(),
            types: FxHashMap::default(),
        }
    }

    fn strukt(&mut self, name: Symbol, def: &StructDef) {
        self.out.push_str("luma.struct ");
        self.symbol(name);
        let fields: Attributes =
            def.fields.iter().map(|(&name, &ty)| (name, Attribute::Type(ty))).collect();
        self.out.push(' ');
        self.dict(&fields);
        self.out.push('\n');
    }

    fn global(&mut self, name: Symbol, global: &Global) {
        self.out.push_str("luma.global ");
        self.symbol(name);
        self.out.push_str(" {type = ");
        self.ty(global.ty);
        if let Some(init) = &global.init {
            self.out.push_str(", value = ");
            self.attribute(init);
        }
        if global.constant {
            self.out.push_str(", constant");
        }
        self.out.push_str("}\n");
    }

    fn function(&mut self, f: &Function) {
        self.name_values(f);
        self.out.push_str("luma.func ");
        self.out.push_str(match f.linkage {
            Linkage::Private => "",
            Linkage::Public => "public ",
            Linkage::External => "external ",
        });
        self.symbol(f.name);
        self.out.push('(');
        let args = f.entry().map(|entry| f.block_args(entry));
        for (i, &ty) in f.params.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            if let Some(&arg) = args.and_then(|args| args.get(i)) {
                self.value(arg);
                self.out.push_str(": ");
            }
            self.ty(ty);
        }
        self.out.push(')');
        if !f.results.is_empty() {
            self.out.push_str(" -> ");
            self.type_list(&f.results);
        }
        if !f.attributes.is_empty() {
            self.out.push_str(" attributes ");
            self.dict(&f.attributes);
        }
        if f.entry().is_some() {
            self.out.push(' ');
            self.region(f, f.body(), true);
        }
        self.location(f.loc);
        self.out.push('\n');
    }

    /// Gives every value and block of `f` its printed name.
    pub(super) fn name_values(&mut self, f: &Function) {
        self.names = Names::of(self.context, f);
    }

    fn region(&mut self, f: &Function, region: Region, is_body: bool) {
        self.out.push_str("{\n");
        self.indent += 1;
        for (i, &block) in f.blocks(region).iter().enumerate() {
            if i > 0 || (!is_body && !f.block_args(block).is_empty()) {
                self.block_header(f, block);
            }
            for op in f.block_ops(block) {
                self.op(f, op);
            }
        }
        self.indent -= 1;
        self.line_start();
        self.out.push('}');
    }

    pub(super) fn block_header(&mut self, f: &Function, block: Block) {
        self.indent -= 1;
        self.line_start();
        self.indent += 1;
        self.label(block);
        if !f.block_args(block).is_empty() {
            self.out.push('(');
            for (i, &arg) in f.block_args(block).iter().enumerate() {
                if i > 0 {
                    self.out.push_str(", ");
                }
                self.value(arg);
                self.out.push_str(": ");
                self.ty(f.value_type(arg));
            }
            self.out.push(')');
        }
        self.out.push_str(":\n");
    }

    fn op(&mut self, f: &Function, op: Op) {
        self.line_start();
        let results = f.results(op);
        if !results.is_empty() {
            self.value_list(results);
            self.out.push_str(" = ");
        }
        let context = self.context;
        self.out.push_str(&context.op_def(f.op_name(op)).name);
        self.out.push('(');
        self.value_list(f.operands(op));
        self.out.push(')');
        if !f.successors(op).is_empty() {
            self.successors(f.successors(op));
        }
        if !f.op_regions(op).is_empty() {
            self.out.push_str(" (");
            for (i, &region) in f.op_regions(op).iter().enumerate() {
                if i > 0 {
                    self.out.push_str(", ");
                }
                self.region(f, region, false);
            }
            self.out.push(')');
        }
        if !f.attributes(op).is_empty() {
            self.out.push(' ');
            self.dict(f.attributes(op));
        }
        self.out.push_str(" : (");
        self.types(f.operands(op).iter().map(|&v| f.value_type(v)));
        self.out.push_str(") -> ");
        match results {
            &[result] => self.ty(f.value_type(result)),
            _ => {
                self.out.push('(');
                self.types(results.iter().map(|&v| f.value_type(v)));
                self.out.push(')');
            }
        }
        self.location(f.loc(op));
        self.out.push('\n');
        if let Some(notes) = self.options.notes.and_then(|notes| notes.get(&op)) {
            for note in notes {
                self.line_start();
                let _ = writeln!(self.out, "// {note}");
            }
        }
    }

    fn successors(&mut self, successors: Successors<'_>) {
        self.out.push('[');
        for (i, successor) in successors.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.label(successor.block);
            if !successor.args.is_empty() {
                self.out.push('(');
                self.value_list(successor.args);
                self.out.push(')');
            }
        }
        self.out.push(']');
    }

    pub(super) fn line_start(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
    }

    pub(super) fn value(&mut self, value: Value) {
        self.out.push('%');
        self.names.write(self.context, value, &mut self.out);
    }

    pub(super) fn value_list(&mut self, values: &[Value]) {
        for (i, &value) in values.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.value(value);
        }
    }

    pub(super) fn label(&mut self, block: Block) {
        let _ = write!(self.out, "^bb{}", self.names.block(block));
    }

    pub(super) fn symbol(&mut self, symbol: Symbol) {
        self.out.push_str(&symbol_text(self.context.name(symbol)));
    }

    pub(super) fn dict(&mut self, attributes: &[(Symbol, Attribute)]) {
        self.out.push('{');
        self.entries(attributes);
        self.out.push('}');
    }

    /// A dictionary without its braces.
    pub(super) fn entries(&mut self, attributes: &[(Symbol, Attribute)]) {
        for (i, (name, value)) in attributes.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            let text = self.context.name(*name);
            match is_key(text) {
                true => self.out.push_str(text),
                false => {
                    let _ = write!(self.out, "\"{text}\"");
                }
            }
            if *value != Attribute::Unit {
                self.out.push_str(" = ");
                self.attribute(value);
            }
        }
    }

    /// A name no value of the current function has.
    pub(super) fn fresh(&mut self, base: &str) -> String {
        self.names.fresh(self.context, base)
    }

    pub(super) fn attribute(&mut self, attribute: &Attribute) {
        match attribute {
            Attribute::Unit => self.out.push_str("unit"),
            Attribute::Bool(value) => {
                let _ = write!(self.out, "{value}");
            }
            Attribute::Int(value, ty) => {
                let _ = write!(self.out, "{value} : ");
                self.ty(*ty);
            }
            Attribute::Float(value, ty) => {
                let text = float_text(*value, *ty);
                let _ = write!(self.out, "{text} : ");
                self.ty(*ty);
            }
            Attribute::Str(bytes) => self.string(bytes),
            Attribute::Type(ty) => self.ty(*ty),
            Attribute::Symbol(symbol) => self.symbol(*symbol),
            Attribute::Array(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    self.attribute(item);
                }
                self.out.push(']');
            }
        }
    }

    /// MLIR's escapes: a backslash and two hexadecimal digits for what is not printable ASCII.
    pub(super) fn string(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for &byte in bytes {
            match byte {
                b'"' | b'\\' | 0..0x20 | 0x7f.. => {
                    let _ = write!(self.out, "\\{byte:02X}");
                }
                _ => self.out.push(byte as char),
            }
        }
        self.out.push('"');
    }

    /// A name as a string: names have no escapes, and hold nothing that needs one.
    pub(super) fn quoted(&mut self, name: &str) {
        let _ = write!(self.out, "\"{name}\"");
    }

    pub(super) fn ty(&mut self, ty: Type) {
        if !self.types.contains_key(&ty) {
            let text = type_text(self.context, ty);
            self.types.insert(ty, text.into());
        }
        if let Some(text) = self.types.get(&ty) {
            self.out.push_str(text);
        }
    }

    pub(super) fn types(&mut self, types: impl Iterator<Item = Type>) {
        for (i, ty) in types.enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.ty(ty);
        }
    }

    /// One type bare, any other number in parentheses.
    pub(super) fn type_list(&mut self, types: &[Type]) {
        match types {
            [ty] => self.ty(*ty),
            _ => {
                self.out.push('(');
                self.types(types.iter().copied());
                self.out.push(')');
            }
        }
    }

    pub(super) fn location(&mut self, loc: Loc) {
        let Some(map) = self.options.locations else { return };
        let Some((file, at)) = map.start(loc.span) else { return };
        self.out.push_str(" loc(");
        let passes = self.context.origin_passes(loc.origin);
        for &pass in passes.iter().rev() {
            let _ = write!(self.out, "\"{}\"(", self.context.name(pass));
        }
        self.string(file.as_bytes());
        let _ = write!(self.out, ":{}:{}", at.line, at.column);
        for _ in &passes {
            self.out.push(')');
        }
        self.out.push(')');
    }
}

/// The text of a type.
pub(crate) fn type_text(context: &Context, ty: Type) -> String {
    let list = |types: &[Type]| {
        types.iter().map(|&t| type_text(context, t)).collect::<Vec<_>>().join(", ")
    };
    match context.type_data(ty) {
        TypeData::Void => "!luma.void".into(),
        TypeData::I1 => "i1".into(),
        TypeData::I8 => "i8".into(),
        TypeData::I64 => "i64".into(),
        TypeData::F32 => "f32".into(),
        TypeData::F64 => "f64".into(),
        TypeData::Ptr(element) => format!("!luma.ptr<{}>", type_text(context, element)),
        TypeData::Place(element) => format!("!luma.place<{}>", type_text(context, element)),
        TypeData::Array(length, element) => {
            format!("!luma.array<{length}, {}>", type_text(context, element))
        }
        TypeData::Struct(name) => format!("!luma.struct<{}>", symbol_text(context.name(name))),
        TypeData::Function(id) => {
            let Signature { params, results } = context.signature(id);
            match &**results {
                &[result] => format!("({}) -> {}", list(params), type_text(context, result)),
                results => format!("({}) -> ({})", list(params), list(results)),
            }
        }
    }
}

/// `@name`, with quotes where MLIR's lexer needs them.
fn symbol_text(name: &str) -> String {
    if is_suffix(name) { format!("@{name}") } else { format!("@\"{name}\"") }
}

/// Whether `name` may follow `@` or `%` bare.
pub(super) fn is_suffix(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"$._-".contains(&b);
    name.bytes().next().is_some_and(|b| !b.is_ascii_digit()) && name.bytes().all(plain)
}

/// Whether `name` may be the key of an attribute bare.
fn is_key(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"$._".contains(&b);
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(plain)
}

/// Decimal where that is exact and finite, else the bits in hexadecimal.
fn float_text(value: f64, ty: Type) -> Cow<'static, str> {
    if !value.is_finite() {
        return if ty == Type::F32 {
            format!("0x{:08X}", (value as f32).to_bits()).into()
        } else {
            format!("0x{:016X}", value.to_bits()).into()
        };
    }
    let text = if ty == Type::F32 { format!("{:?}", value as f32) } else { format!("{value:?}") };
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => {
            format!("{mantissa}.0e{exponent}").into()
        }
        _ => text.into(),
    }
}

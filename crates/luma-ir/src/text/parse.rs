//! Builds a module from the grammar's output: resolves names, collects every error.

use std::sync::Arc;

use lalrpop_util::ParseError;
use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::lexer::{self, LexError, Token, unquoted};
use super::{grammar, raw};
use crate::attribute::Attribute;
use crate::context::{Context, Origin};
use crate::entity::{Block, Op, Region, Value};
use crate::function::{Function, Linkage, Loc, OpParts, Successor};
use crate::module::{Global, Module, StructDef, Table};
use crate::types::{Type, TypeData};

/// Parses the text of `file`. Operations without `loc(…)` get their place in this text.
///
/// # Errors
///
/// Everything wrong with the text, with code E0501. The result is not verified: run
/// [`verify_module`](crate::verify_module) on it.
pub fn parse_module(
    context: Arc<Context>,
    map: &SourceMap,
    file: FileId,
) -> Result<Module, Vec<Diagnostic>> {
    let text = map.file(file).map(|f| f.text().clone()).unwrap_or_default();
    let items = grammar::ItemsParser::new()
        .parse(file, lexer::lex(&text))
        .map_err(|error| vec![syntax_error(file, &text, error)])?;
    let mut parser = Parser::new(context, map);
    let items = match items {
        raw::Items::List(items) => items,
        raw::Items::Generic(op) => {
            let (items, errors) = super::generic::items(&parser.context, *op);
            parser.errors = errors;
            items
        }
    };
    for item in &items {
        parser.item(item);
    }
    if parser.errors.is_empty() { Ok(parser.module) } else { Err(parser.errors) }
}

pub(super) fn syntax_error(
    file: FileId,
    text: &str,
    error: ParseError<u32, Token<'_>, LexError>,
) -> Diagnostic {
    let (start, end, message, expected) = match error {
        ParseError::User { error } => (error.start, error.end, error.message.to_string(), vec![]),
        ParseError::InvalidToken { location } => {
            (location, location, "unknown token".to_string(), vec![])
        }
        ParseError::UnrecognizedEof { expected, .. } => {
            let end = text.len() as u32;
            (end, end, "unexpected end of file".to_string(), expected)
        }
        ParseError::UnrecognizedToken { token: (start, _, end), expected } => {
            let found = text.get(start as usize..end as usize).unwrap_or("");
            let shown: String = found.chars().take(40).collect();
            (start, end, format!("unexpected `{shown}`"), expected)
        }
        ParseError::ExtraToken { token: (start, _, end) } => {
            (start, end, "unexpected text after the module".to_string(), vec![])
        }
    };
    let diagnostic = Diagnostic::new(codes::E0501, Span::new(file, start, end), message);
    match expected.as_slice() {
        [] => diagnostic,
        [one] => diagnostic.label(format!("expected {}", plain(one))),
        many => {
            let list: Vec<String> = many.iter().take(6).map(|e| plain(e)).collect();
            diagnostic.label(format!("expected one of {}", list.join(", ")))
        }
    }
}

/// lalrpop names terminals with quotes: `"("` is a token, `"value name"` a kind of token.
fn plain(terminal: &str) -> String {
    let bare = terminal.trim_matches('"');
    let is_kind = ["identifier", "string", "integer", "float", "hexadecimal"].contains(&bare)
        || bare.contains(' ');
    if is_kind { bare.to_string() } else { format!("`{bare}`") }
}

pub(super) struct Parser<'a> {
    context: Arc<Context>,
    map: &'a SourceMap,
    module: Module,
    pub(super) errors: Vec<Diagnostic>,
    /// Set while what an operation stands for is built.
    pub(super) expanded: Option<Expanded>,
}

/// The operation an expansion is built for, as the text of the expansion sees it.
#[derive(Debug)]
pub(super) struct Expanded {
    /// `!name`
    pub(super) types: FxHashMap<String, Type>,
    /// `#name`
    pub(super) attributes: FxHashMap<String, Attribute>,
    /// Where everything that is built comes from.
    pub(super) loc: Loc,
}

/// What is known while one function is built.
#[derive(Default)]
pub(super) struct Body<'r, 't> {
    pub(super) values: FxHashMap<&'t str, Value>,
    blocks: FxHashMap<(Region, &'t str), Block>,
    /// Operations whose operands and successors are filled in once every name is known, each with
    /// the region it stands in.
    pub(super) pending: Vec<(Op, &'r raw::Op<'t>, Region)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(context: Arc<Context>, map: &'a SourceMap) -> Self {
        let module = Module::new(context.clone());
        Self { module, context, map, errors: Vec::new(), expanded: None }
    }
}

impl Parser<'_> {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::new(codes::E0501, span, message));
    }

    fn item(&mut self, item: &raw::Item<'_>) {
        match item {
            raw::Item::Struct { name, fields } => self.strukt(name, fields),
            raw::Item::Global { name, attributes } => self.global(name, attributes),
            raw::Item::Func(func) => self.func(func),
        }
    }

    fn strukt(&mut self, name: &raw::Word<'_>, fields: &[raw::Attr<'_>]) {
        let mut def = StructDef { fields: Table::default(), loc: Loc::source(name.span) };
        for field in fields {
            let raw::Value::Type(ty) = &field.value.item else {
                self.error(field.value.span, "a field of a struct needs a type");
                continue;
            };
            let ty = self.ty(ty, field.value.span);
            if def.fields.insert(self.context.symbol(field.name.item), ty).is_some() {
                self.error(field.name.span, format!("field `{}` is there twice", field.name.item));
            }
        }
        if self.module.structs.insert(self.context.symbol(name.item), def).is_some() {
            self.error(name.span, format!("struct `@{}` is defined twice", name.item));
        }
    }

    fn global(&mut self, name: &raw::Word<'_>, attributes: &[raw::Attr<'_>]) {
        let mut global =
            Global { ty: Type::VOID, init: None, constant: false, loc: Loc::source(name.span) };
        let mut typed = false;
        for attr in attributes {
            let value = self.attribute(&attr.value);
            typed |= attr.name.item == "type";
            match (attr.name.item, value) {
                ("type", Some(Attribute::Type(ty))) => global.ty = ty,
                ("value", value) => global.init = value,
                ("constant", Some(Attribute::Unit)) => global.constant = true,
                (other, _) => self.error(
                    attr.name.span,
                    format!("`{other}` is no attribute of a global, or malformed"),
                ),
            }
        }
        if !typed {
            self.error(name.span, format!("global `@{}` needs a type", name.item));
        }
        if self.module.globals.insert(self.context.symbol(name.item), global).is_some() {
            self.error(name.span, format!("global `@{}` is defined twice", name.item));
        }
    }

    fn func<'t>(&mut self, raw: &raw::Func<'t>) {
        let params: Vec<Type> =
            raw.params.iter().map(|(_, ty)| self.ty(&ty.item, ty.span)).collect();
        let results = raw.results.iter().map(|ty| self.ty(&ty.item, ty.span)).collect();
        let loc = self.loc(raw.loc.as_ref(), raw.name.span);
        let name = self.context.symbol(raw.name.item);
        let mut f = Function::new(name, params, results, loc);
        f.linkage = match (raw.public, raw.external) {
            (_, true) => Linkage::External,
            (true, _) => Linkage::Public,
            _ => Linkage::Private,
        };
        for attr in &raw.attributes {
            if super::print_generic::FUNCTION_KEYS.contains(&attr.name.item) {
                let message = format!("`{}` is no attribute a function can have", attr.name.item);
                self.error(attr.name.span, message);
            }
            if let Some(value) = self.attribute(&attr.value) {
                f.attributes.push((self.context.symbol(attr.name.item), value));
            }
        }
        match &raw.body {
            None if f.linkage != Linkage::External => {
                self.error(raw.name.span, "a function without a body must be `external`");
            }
            Some(_) if f.linkage == Linkage::External => {
                self.error(raw.name.span, "an `external` function cannot have a body");
            }
            None => {}
            Some(region) => self.body(&mut f, raw, region),
        }
        if self.module.functions.insert(name, f).is_some() {
            self.error(raw.name.span, format!("function `@{}` is defined twice", raw.name.item));
        }
    }

    fn body<'r, 't>(
        &mut self,
        f: &mut Function,
        raw: &'r raw::Func<'t>,
        region: &'r raw::Region<'t>,
    ) {
        let mut body = Body {
            values: FxHashMap::default(),
            blocks: FxHashMap::default(),
            pending: Vec::new(),
        };
        let target = f.body();
        if region.blocks.is_empty() {
            self.error(raw.name.span, "the body of a function needs at least one operation");
            return;
        }
        self.region(f, &mut body, region, target);
        if let Some(entry) = f.entry() {
            for (i, (name, ty)) in raw.params.iter().enumerate() {
                let value = f.add_arg(entry, f.params.get(i).copied().unwrap_or(Type::VOID));
                match name {
                    Some(name) => self.define(f, &mut body, name, value),
                    None => {
                        self.error(ty.span, "a parameter of a function with a body needs a name")
                    }
                }
            }
        }
        for (op, raw, region) in std::mem::take(&mut body.pending) {
            self.resolve(f, &body, op, raw, region);
        }
    }

    fn region<'r, 't>(
        &mut self,
        f: &mut Function,
        body: &mut Body<'r, 't>,
        raw: &'r raw::Region<'t>,
        region: Region,
    ) {
        for raw_block in &raw.blocks {
            let block = f.add_block(region);
            if let Some(label) = &raw_block.label
                && body.blocks.insert((region, label.item), block).is_some()
            {
                self.error(label.span, format!("block `^{}` is defined twice", label.item));
            }
            for (name, ty) in &raw_block.args {
                let ty = self.ty(&ty.item, ty.span);
                let value = f.add_arg(block, ty);
                self.define(f, body, name, value);
            }
            for raw_op in &raw_block.ops {
                self.op(f, body, raw_op, block, region);
            }
        }
    }

    pub(super) fn op<'r, 't>(
        &mut self,
        f: &mut Function,
        body: &mut Body<'r, 't>,
        raw: &'r raw::Op<'t>,
        block: Block,
        region: Region,
    ) {
        let Some(name) = self.context.op_name(raw.name.item) else {
            self.error(raw.name.span, format!("unknown operation `{}`", raw.name.item));
            return;
        };
        let here = if raw.regions.is_empty() { raw.span } else { raw.name.span };
        let mut parts = OpParts::new(name, self.loc(raw.loc.as_ref(), here));
        for ty in &raw.result_types {
            let ty = self.ty(&ty.item, ty.span);
            parts.results.push(ty);
        }
        for attr in &raw.attributes {
            if let Some(value) = self.attribute(&attr.value) {
                parts.attributes.push((self.context.symbol(attr.name.item), value));
            }
        }
        if raw.results.len() != parts.results.len() {
            self.error(
                raw.span,
                format!(
                    "{} results are named but {} have types",
                    raw.results.len(),
                    parts.results.len()
                ),
            );
        }
        let op = f.make_op(parts);
        f.append(block, op);
        for (i, name) in raw.results.iter().enumerate() {
            if let Some(&value) = f.results(op).get(i) {
                self.define(f, body, name, value);
            }
        }
        body.pending.push((op, raw, region));
        for raw_region in &raw.regions {
            let region = f.add_region(op);
            self.region(f, body, raw_region, region);
        }
    }

    fn define<'t>(
        &mut self,
        f: &mut Function,
        body: &mut Body<'_, 't>,
        name: &raw::Word<'t>,
        value: Value,
    ) {
        if body.values.insert(name.item, value).is_some() {
            self.error(name.span, format!("value `%{}` is defined twice", name.item));
        }
        if !name.item.bytes().all(|b| b.is_ascii_digit()) {
            f.set_value_name(value, self.context.symbol(name.item));
        }
    }

    /// Fills in operands and successors, now that every name is known.
    pub(super) fn resolve(
        &mut self,
        f: &mut Function,
        body: &Body<'_, '_>,
        op: Op,
        raw: &raw::Op<'_>,
        region: Region,
    ) {
        let operands: Vec<Option<Value>> =
            raw.operands.iter().map(|name| self.value(body, name)).collect();
        if raw.operands.len() != raw.operand_types.len() {
            self.error(
                raw.span,
                format!(
                    "{} operands but {} operand types",
                    raw.operands.len(),
                    raw.operand_types.len()
                ),
            );
        }
        for ((value, ty), name) in operands.iter().zip(&raw.operand_types).zip(&raw.operands) {
            let written = self.ty(&ty.item, ty.span);
            if let Some(value) = value
                && f.value_type(*value) != written
            {
                let actual = super::print::type_text(&self.context, f.value_type(*value));
                self.error(ty.span, format!("`%{}` has type `{actual}`", name.item));
            }
        }
        f.set_operands(op, operands.into_iter().flatten());
        let mut successors: SmallVec<[Successor; 2]> = SmallVec::new();
        for (label, args) in &raw.successors {
            let args = args.iter().filter_map(|name| self.value(body, name)).collect();
            match body.blocks.get(&(region, label.item)) {
                Some(&block) => successors.push(Successor { block, args }),
                None => {
                    self.error(label.span, format!("no block `^{}` in this region", label.item))
                }
            }
        }
        f.set_successors(op, successors);
    }

    fn value(&mut self, body: &Body<'_, '_>, name: &raw::Word<'_>) -> Option<Value> {
        let value = body.values.get(name.item).copied();
        if value.is_none() {
            self.error(name.span, format!("value `%{}` is not defined", name.item));
        }
        value
    }

    fn ty(&mut self, raw: &raw::Type<'_>, span: Span) -> Type {
        use raw::TypeArg;
        match raw {
            raw::Type::Name(name) => match *name {
                "i1" => Type::I1,
                "i8" => Type::I8,
                "i64" => Type::I64,
                "f32" => Type::F32,
                "f64" => Type::F64,
                _ => {
                    self.error(span, format!("unknown type `{name}`"));
                    Type::VOID
                }
            },
            raw::Type::Function(params, results) => {
                let params = params.iter().map(|t| self.ty(&t.item, t.span)).collect();
                let results = results.iter().map(|t| self.ty(&t.item, t.span)).collect();
                self.context.ty(TypeData::Function(params, results))
            }
            raw::Type::Dialect(name, args) => match (*name, args.as_slice()) {
                (name, []) if self.alias(name).is_some() => self.alias(name).unwrap_or(Type::VOID),
                ("luma.void", []) => Type::VOID,
                ("luma.ptr", [TypeArg::Type(t)]) => {
                    let element = self.ty(&t.item, t.span);
                    self.context.ptr(element)
                }
                ("luma.place", [TypeArg::Type(t)]) => {
                    let element = self.ty(&t.item, t.span);
                    self.context.place(element)
                }
                ("luma.array", [TypeArg::Int(length), TypeArg::Type(t)]) => {
                    let element = self.ty(&t.item, t.span);
                    match length.parse() {
                        Ok(length) => self.context.ty(TypeData::Array(length, element)),
                        Err(_) => {
                            self.error(span, format!("`{length}` is no array length"));
                            Type::VOID
                        }
                    }
                }
                ("luma.struct", [TypeArg::Symbol(name)]) => {
                    self.context.ty(TypeData::Struct(self.context.symbol(name)))
                }
                _ => {
                    self.error(span, format!("unknown type `!{name}`, or wrong parameters for it"));
                    Type::VOID
                }
            },
        }
    }

    fn alias(&self, name: &str) -> Option<Type> {
        self.expanded.as_ref()?.types.get(name).copied()
    }

    fn attribute(&mut self, raw: &raw::Located<raw::Value<'_>>) -> Option<Attribute> {
        let span = raw.span;
        Some(match &raw.item {
            raw::Value::Unit => Attribute::Unit,
            raw::Value::Bool(value) => Attribute::Bool(*value),
            raw::Value::Int(text, ty) => {
                let ty = ty.as_ref().map_or(Type::I64, |t| self.ty(&t.item, t.span));
                let Ok(value) = text.parse() else {
                    self.error(span, "integer out of range");
                    return None;
                };
                if !(ty.is_int() || ty == Type::I1) {
                    self.error(span, "an integer needs an integer type");
                }
                Attribute::Int(value, ty)
            }
            raw::Value::Float(text, ty) => {
                let ty = ty.as_ref().map_or(Type::F64, |t| self.ty(&t.item, t.span));
                let Ok(value) = text.parse() else {
                    self.error(span, "malformed float");
                    return None;
                };
                if !ty.is_float() {
                    self.error(span, "a float needs a float type");
                }
                Attribute::Float(value, ty)
            }
            raw::Value::FloatBits(digits, ty) => {
                let ty = self.ty(&ty.item, ty.span);
                let value = match ty {
                    Type::F32 => {
                        u32::from_str_radix(digits, 16).ok().map(|b| f64::from(f32::from_bits(b)))
                    }
                    Type::F64 => u64::from_str_radix(digits, 16).ok().map(f64::from_bits),
                    _ => None,
                };
                let Some(value) = value else {
                    self.error(span, "malformed float");
                    return None;
                };
                Attribute::Float(value, ty)
            }
            raw::Value::Str(text) => Attribute::Str(unescape(text).into()),
            raw::Value::Alias(name) => {
                let known = self.expanded.as_ref().map(|op| op.attributes.get(*name).cloned());
                if known.is_none() {
                    self.error(span, "`#name` only has a meaning in the expansion of an operation");
                }
                // An optional attribute that is not there is not there in the expansion either.
                return known.flatten();
            }
            raw::Value::Segments(_) => {
                self.error(span, "segment sizes are no attribute of Luma IR");
                return None;
            }
            raw::Value::Symbol(name) => Attribute::Symbol(self.context.symbol(name)),
            raw::Value::Array(items) => {
                Attribute::array(items.iter().filter_map(|item| self.attribute(item)))
            }
            raw::Value::Type(ty) => Attribute::Type(self.ty(ty, span)),
        })
    }

    /// The written location when it names a file we have, else the place in this text.
    fn loc(&mut self, raw: Option<&raw::Location<'_>>, here: Span) -> Loc {
        if let Some(op) = &self.expanded {
            return op.loc;
        }
        let Some(raw) = raw else { return Loc::source(here) };
        let origin = raw.passes.iter().rev().fold(Origin::SOURCE, |origin, pass| {
            self.context.origin(origin, self.context.symbol(pass))
        });
        let named = self.map.files().find(|(_, file)| file.name() == raw.file);
        let span = named.and_then(|(id, file)| {
            let offset = file.offset(raw.line.parse().ok()?, raw.column.parse().ok()?)?;
            Some(Span::new(id, offset, offset))
        });
        Loc { span: span.unwrap_or(here), origin }
    }
}

/// The bytes of a quoted string with MLIR's escapes.
fn unescape(quoted: &str) -> Vec<u8> {
    let inner = unquoted(quoted).as_bytes();
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let hex = |b: u8| (b as char).to_digit(16);
        match tail {
            [a, b, more @ ..] if hex(*a).is_some() && hex(*b).is_some() => {
                bytes.push((hex(*a).unwrap_or(0) * 16 + hex(*b).unwrap_or(0)) as u8);
                rest = more;
            }
            [b'n', more @ ..] => {
                bytes.push(b'\n');
                rest = more;
            }
            [b't', more @ ..] => {
                bytes.push(b'\t');
                rest = more;
            }
            [c @ (b'"' | b'\\'), more @ ..] => {
                bytes.push(*c);
                rest = more;
            }
            _ => bytes.push(b'\\'),
        }
    }
    bytes
}

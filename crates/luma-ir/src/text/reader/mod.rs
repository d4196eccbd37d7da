//! Builds IR while the grammar reads its text: resolves names, collects every error.
//!
//! The parser works bottom-up, so an operation is built after what its regions hold; what a list
//! holds waits on one of the stacks until the list's owner takes it. A value may be used before the
//! text that defines it (in blocks); such operations get their operands at the end of the function.

mod attributes;
mod body;
mod generic;
mod types;

use std::sync::Arc;

use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes, never};
use rustc_hash::FxHashMap;

use crate::attribute::Attribute;
use crate::context::{Context, Symbol};
use crate::entity::{Block, Op, Region, Value};
use crate::function::{Function, Linkage, Loc};
use crate::module::{Global, Module, StructDef, Table};
use crate::types::Type;

pub(super) use attributes::{AttrValue, Written};
pub(super) use types::TypeArg;

/// A word of the text and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    pub(super) item: &'t str,
    pub(super) span: Span,
}

/// The head of a function.
#[derive(Debug)]
pub(super) struct FuncHead<'t> {
    pub(super) public: bool,
    pub(super) external: bool,
    pub(super) name: Word<'t>,
    /// How many of the arguments that wait are its parameters.
    pub(super) params: u32,
    pub(super) results: u32,
}

/// An operation: how much of each stack is its own.
#[derive(Debug)]
pub(super) struct OpText<'t> {
    pub(super) span: Span,
    pub(super) name: Word<'t>,
    pub(super) results: u32,
    pub(super) operands: u32,
    pub(super) successors: u32,
    pub(super) attributes: u32,
    pub(super) operand_types: u32,
    pub(super) result_types: u32,
    pub(super) loc: Option<Written>,
}

/// The operation an expansion is read for.
#[derive(Debug)]
pub(super) struct Expanded {
    /// `!name`
    pub(super) types: FxHashMap<String, Type>,
    /// `#name`
    pub(super) attributes: FxHashMap<String, Attribute>,
    /// Where everything that is built comes from. `None` while the text is checked, without an
    /// operation it is for: then types mean nothing, and operations know where their names stand.
    pub(super) loc: Option<Loc>,
    /// The name of the operation.
    pub(super) op: String,
}

pub(super) struct Reader<'t> {
    context: &'t Context,
    map: &'t SourceMap,
    structs: Table<StructDef>,
    globals: Table<Global>,
    functions: Table<Function>,
    pub(super) errors: Vec<Diagnostic>,
    /// Set while what an operation stands for is built.
    pub(super) expanded: Option<Expanded>,

    /// The function being built.
    pub(super) f: Function,
    header: Option<Header<'t>>,
    pub(super) values: FxHashMap<&'t str, Value>,
    blocks: FxHashMap<(Region, &'t str), Label>,
    /// Labels used before the text that defines them.
    forward_labels: Vec<(Region, Word<'t>)>,
    /// Operations that use values before the text that defines them.
    forward: Vec<body::Forward<'t>>,
    scopes: Vec<Scope<'t>>,
    generic: generic::State<'t>,

    // What waits for its owner.
    pub(super) words: Vec<Word<'t>>,
    pub(super) labels: Vec<(Word<'t>, u32)>,
    pub(super) types: Vec<(Type, Span)>,
    /// Parameters of functions and arguments of blocks.
    pub(super) args: Vec<(Option<Word<'t>>, Type, Span)>,
    pub(super) type_args: Vec<TypeArg<'t>>,
    attributes: Vec<attributes::Entry<'t>>,
    /// Values of attributes and items of arrays.
    attribute_values: Vec<AttrValue<'t>>,
    items: Vec<Option<Attribute>>,
    regions: Vec<Region>,
    /// Types of other dialects that stand where only the generic form has them.
    foreign: Vec<types::Foreign>,
    /// The names of the operations whose end was not read yet, and how many regions waited then.
    heads: Vec<(&'t str, usize)>,
    last_file: Option<(&'t str, Option<FileId>)>,
}

#[derive(Debug)]
struct Header<'t> {
    name: Word<'t>,
    /// Parameters without a name.
    unnamed: Vec<Span>,
    /// Holds the parameters until the text of the entry block begins.
    entry: Block,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    block: Block,
    is_defined: bool,
}

/// A region that is being read.
#[derive(Debug)]
struct Scope<'t> {
    kind: ScopeKind,
    /// The block that operations are added to.
    block: Option<Block>,
    /// The operation just built, when its last results wait to be unpacked from a tuple.
    packed: Option<(Op, Word<'t>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScopeKind {
    Region(Region),
    /// The generic form: the region of the module.
    Module,
    /// The generic form: a region that lists regions.
    List,
}

impl<'t> Reader<'t> {
    pub(super) fn new(context: &'t Context, map: &'t SourceMap) -> Self {
        Self {
            context,
            map,
            structs: Table::default(),
            globals: Table::default(),
            functions: Table::default(),
            errors: Vec::new(),
            expanded: None,
            f: empty_function(),
            header: None,
            values: FxHashMap::default(),
            blocks: FxHashMap::default(),
            forward_labels: Vec::new(),
            forward: Vec::new(),
            scopes: Vec::new(),
            generic: generic::State::default(),
            words: Vec::new(),
            labels: Vec::new(),
            types: Vec::new(),
            args: Vec::new(),
            type_args: Vec::new(),
            attributes: Vec::new(),
            attribute_values: Vec::new(),
            items: Vec::new(),
            regions: Vec::new(),
            foreign: Vec::new(),
            heads: Vec::new(),
            last_file: None,
        }
    }

    /// What the module holds, once the whole text is read, for `context`, which is the reader's.
    pub(super) fn finish(mut self, context: Arc<Context>) -> Result<Module, Vec<Diagnostic>> {
        if self.errors.is_empty() {
            let Self { structs, globals, functions, .. } = self;
            return Ok(Module { context, structs, globals, functions });
        }
        self.errors.sort_by_key(|error| error.primary.as_ref().map(|label| label.span.start));
        Err(self.errors)
    }

    /// What is read next goes to the end of `block`, which is of `region`.
    pub(super) fn enter(&mut self, region: Region, block: Block) {
        let kind = ScopeKind::Region(region);
        self.scopes.push(Scope { kind, block: Some(block), packed: None });
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::new(codes::E0501, span, message));
    }

    // --- items ------------------------------------------------------------------------------

    pub(super) fn strukt(&mut self, name: Word<'t>, fields: u32) {
        let mut def = StructDef { fields: Table::default(), loc: Loc::source(name.span) };
        for field in self.take_entries(fields) {
            let AttrValue::Known(Attribute::Type(ty)) = field.value else {
                self.error(field.value_span, "a field of a struct needs a type");
                continue;
            };
            self.field(&mut def, field.name, ty);
        }
        self.add_struct(name, def);
    }

    fn field(&mut self, def: &mut StructDef, name: Word<'t>, ty: Type) {
        if def.fields.insert(self.context.symbol(name.item), ty).is_some() {
            self.error(name.span, format!("duplicate field `{}`", name.item));
        }
    }

    fn add_struct(&mut self, name: Word<'t>, def: StructDef) {
        if self.structs.insert(self.context.symbol(name.item), def).is_some() {
            self.error(name.span, format!("struct `@{}` is defined twice", name.item));
        }
    }

    pub(super) fn global(&mut self, name: Word<'t>, attributes: u32) {
        let entries = self.take_entries(attributes);
        self.add_global(name, entries);
    }

    fn add_global(&mut self, name: Word<'t>, entries: Vec<attributes::Entry<'t>>) {
        let mut global =
            Global { ty: Type::VOID, init: None, constant: false, loc: Loc::source(name.span) };
        let mut typed = false;
        for attr in entries {
            typed |= attr.name.item == "type";
            match (attr.name.item, self.plain(attr.value, attr.value_span)) {
                ("type", Some(Attribute::Type(ty))) => global.ty = ty,
                ("value", value) => global.init = value,
                ("constant", Some(Attribute::Unit)) => global.constant = true,
                (other, _) => self.error(
                    attr.name.span,
                    format!("`{other}` is not an attribute of a global, or is malformed"),
                ),
            }
        }
        if !typed {
            self.error(name.span, format!("global `@{}` needs a type", name.item));
        }
        if self.globals.insert(self.context.symbol(name.item), global).is_some() {
            self.error(name.span, format!("global `@{}` is defined twice", name.item));
        }
    }

    /// The head of a function: its body, if it has one, comes next.
    pub(super) fn func(&mut self, head: FuncHead<'t>) {
        let results = self.take_types(head.results);
        let args = self.take_args(head.params);
        let params: Vec<Type> = args.iter().map(|&(_, ty, span)| self.known(ty, span)).collect();
        let name = self.context.symbol(head.name.item);
        self.start_func(Function::new(name, params, results, Loc::source(head.name.span)));
        self.f.linkage = match (head.public, head.external) {
            (_, true) => Linkage::External,
            (true, _) => Linkage::Public,
            _ => Linkage::Private,
        };
        let entry = self.f.make_block(self.f.body());
        let mut unnamed = Vec::new();
        for (i, (name, _, span)) in args.into_iter().enumerate() {
            let value = self.f.add_arg(entry, self.f.params[i]);
            match name {
                Some(name) => self.define(name, value),
                None => unnamed.push(span),
            }
        }
        self.header = Some(Header { name: head.name, unnamed, entry });
    }

    fn start_func(&mut self, f: Function) {
        self.f = f;
        self.values.clear();
        self.blocks.clear();
        self.forward_labels.clear();
        self.forward.clear();
    }

    pub(super) fn end_func(&mut self, attributes: u32, has_body: bool, loc: Option<Written>) {
        let entries = self.take_entries(attributes);
        let Some(header) = self.header.take() else {
            never!("a function ends that did not begin");
            return;
        };
        if let Some(loc) = loc {
            self.f.loc = loc.or(header.name.span);
        }
        for entry in entries {
            if super::print_generic::FUNCTION_KEYS.contains(&entry.name.item) {
                let message = format!("a function cannot have an attribute `{}`", entry.name.item);
                self.error(entry.name.span, message);
            }
            self.function_attribute(entry);
        }
        match has_body {
            false if self.f.linkage != Linkage::External => {
                self.error(header.name.span, "a function without a body must be `external`");
            }
            true if self.f.linkage == Linkage::External => {
                self.error(header.name.span, "an `external` function cannot have a body");
            }
            true if self.f.entry().is_none() => {
                let message = "the body of a function needs at least one operation";
                self.error(header.name.span, message);
            }
            true => {
                for span in header.unnamed {
                    self.error(span, "a parameter of a function with a body needs a name");
                }
            }
            false => {}
        }
        self.finish_func(header.name);
    }

    fn function_attribute(&mut self, entry: attributes::Entry<'t>) {
        if let Some(value) = self.plain(entry.value, entry.value_span) {
            self.f.attributes.push((self.context.symbol(entry.name.item), value));
        }
    }

    /// Puts the function into the module.
    fn finish_func(&mut self, name: Word<'t>) {
        self.resolve_forward();
        let mut f = std::mem::replace(&mut self.f, empty_function());
        if f.entry().is_none() {
            // The values of its parameters were made for a body.
            let mut prototype = Function::new(f.name, f.params, f.results, f.loc);
            prototype.linkage = f.linkage;
            prototype.attributes = std::mem::take(&mut f.attributes);
            f = prototype;
        }
        if self.functions.insert(f.name, f).is_some() {
            self.error(name.span, format!("function `@{}` is defined twice", name.item));
        }
    }
}

fn empty_function() -> Function {
    Function::new(Symbol::FIRST, Vec::new(), Vec::new(), Loc::default())
}

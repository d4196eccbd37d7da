//! What all functions of a module share: interned names and types, the registry of operations,
//! and the chains of passes that made operations.

use std::borrow::Cow;

use luma_diagnostics::Diagnostic;

use crate::dialect::{self, Dialect, OpDef, OpName};
use crate::entity::Index;
use crate::inlined::{CallSite, CallSites};
use crate::intern::Interner;
use crate::types::{Signature, SignatureId, Type, TypeData};

/// An interned name: of a function, a global, a struct, an attribute, or an SSA value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Symbol(Index);

impl Symbol {
    /// The name interned first in every context.
    pub(crate) const FIRST: Self = Self::known(0);

    /// The name at `index` of the names that have the same id in every context.
    pub(crate) const fn known(index: usize) -> Self {
        Self(Index::new(index))
    }
}

/// The chain of passes that made an operation; [`Origin::SOURCE`] for what the front end built.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Origin(u32);

impl Origin {
    /// Made from source text, by no pass.
    pub const SOURCE: Self = Self(0);

    /// Marks an index of [`CallSites`] among those of the chains of passes.
    const CALL_SITE: u32 = 1 << 31;

    pub(crate) fn of_call_site(index: usize) -> Self {
        Self(index as u32 | Self::CALL_SITE)
    }
}

/// The latest step of a chain.
#[derive(Clone, Copy)]
pub(crate) enum OriginStep {
    /// A pass.
    Pass(Symbol),
    /// Inlining of a callee.
    Inlined(CallSite),
}

/// What is known of a dialect beside its operations.
#[derive(Clone, Debug)]
pub struct DialectInfo {
    /// Its name: `luma`.
    pub name: Cow<'static, str>,
    /// A one-sentence description.
    pub summary: Cow<'static, str>,
    /// Its description, in Markdown; may be empty.
    pub doc: Cow<'static, str>,
}

/// Shared by a module and everything that works on it, from any thread.
#[derive(Debug)]
pub struct Context {
    symbols: Interner<Box<str>>,
    types: Interner<TypeData>,
    signatures: Interner<Signature>,
    origins: Interner<(Origin, Option<Symbol>)>,
    pub(crate) call_sites: CallSites,
    dialects: Vec<DialectInfo>,
    ops: Vec<OpDef>,
    op_names: rustc_hash::FxHashMap<String, OpName>,
    /// The rewrite patterns declared with the operations, read when first needed.
    pub(crate) declared: std::sync::OnceLock<crate::rewrite::PatternSet>,
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl Context {
    /// A context that knows the project's own dialects.
    pub fn new() -> Self {
        let mut context = Self {
            symbols: Interner::default(),
            types: Interner::default(),
            signatures: Interner::default(),
            origins: Interner::default(),
            call_sites: CallSites::default(),
            dialects: Vec::new(),
            ops: Vec::new(),
            op_names: rustc_hash::FxHashMap::default(),
            declared: std::sync::OnceLock::new(),
        };
        for data in Type::FIXED {
            context.types.intern(&data);
        }
        context.origins.intern(&(Origin::SOURCE, None));
        for &(name, summary, doc) in crate::dialects::DIALECTS {
            let info = DialectInfo { name: name.into(), summary: summary.into(), doc: doc.into() };
            context.dialects.push(info);
        }
        for &name in crate::dialects::KNOWN_SYMBOLS {
            context.symbol(name);
        }
        for def in crate::dialects::OPS {
            context.add_op(def.clone());
        }
        context
    }

    /// A context that knows the project's own dialects and these.
    ///
    /// # Errors
    ///
    /// A dialect with the name of another, expansions that are malformed or come back to their own
    /// operation, rewrite patterns that make no sense: each with code E0506.
    pub fn with_dialects(
        dialects: impl IntoIterator<Item = Dialect>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut context = Self::new();
        let dialects: Vec<Dialect> = dialects.into_iter().collect();
        let mut errors = Vec::new();
        for dialect in &dialects {
            if context.dialects.iter().any(|known| known.name == dialect.name) {
                errors.push(dialect::clash(dialect));
                continue;
            }
            context.dialects.push(DialectInfo {
                name: dialect.name.clone(),
                summary: dialect.summary.clone(),
                doc: dialect.doc.clone(),
            });
            for op in &dialect.ops {
                context.add_op(op.clone());
            }
        }
        errors.extend(dialect::check(&context, &dialects));
        if errors.is_empty() { Ok(context) } else { Err(errors) }
    }

    fn add_op(&mut self, def: OpDef) {
        self.op_names.insert(def.name.to_string(), OpName(self.ops.len() as u32));
        self.ops.push(def);
    }

    /// The dialects, in the order they became known.
    pub fn dialects(&self) -> &[DialectInfo] {
        &self.dialects
    }

    /// The interned form of `name`.
    pub fn symbol(&self, name: &str) -> Symbol {
        Symbol(Index::new(self.symbols.intern(name)))
    }

    /// The symbol whose text is `name`, if it was interned before.
    pub fn find_symbol(&self, name: &str) -> Option<Symbol> {
        self.symbols.find(name).map(|index| Symbol(Index::new(index)))
    }

    /// The text of `symbol`.
    pub fn name(&self, symbol: Symbol) -> &str {
        self.symbols.get(symbol.0.get())
    }

    /// The interned form of `data`.
    pub fn ty(&self, data: TypeData) -> Type {
        Type(self.types.intern(&data) as u32)
    }

    /// The structure of `ty`.
    pub fn type_data(&self, ty: Type) -> TypeData {
        *self.types.get(ty.0 as usize)
    }

    /// `(params) -> (results)`
    pub fn function_type(&self, params: &[Type], results: &[Type]) -> Type {
        let signature = Signature { params: params.into(), results: results.into() };
        let index = self.signatures.intern(&signature);
        self.ty(TypeData::Function(SignatureId(Index::new(index))))
    }

    /// The parameters and results of a function type.
    pub fn signature(&self, id: SignatureId) -> &Signature {
        self.signatures.get(id.0.get())
    }

    /// `!luma.ptr<pointee>`
    pub fn ptr(&self, pointee: Type) -> Type {
        self.ty(TypeData::Ptr(pointee))
    }

    /// `!luma.place<element>`
    pub fn place(&self, element: Type) -> Type {
        self.ty(TypeData::Place(element))
    }

    /// What a pointer points to or a place holds.
    pub fn element(&self, ty: Type) -> Option<Type> {
        match self.type_data(ty) {
            TypeData::Ptr(element) | TypeData::Place(element) => Some(element),
            _ => None,
        }
    }

    /// Whether `ty` is a pointer.
    pub fn is_ptr(&self, ty: Type) -> bool {
        matches!(self.type_data(ty), TypeData::Ptr(_))
    }

    /// Whether `ty` is a place.
    pub fn is_place(&self, ty: Type) -> bool {
        matches!(self.type_data(ty), TypeData::Place(_))
    }

    /// Whether `ty` is a struct or an array.
    pub fn is_aggregate(&self, ty: Type) -> bool {
        matches!(self.type_data(ty), TypeData::Struct(_) | TypeData::Array(..))
    }

    /// The operation called `name` (`luma.add`), if a dialect defines it.
    pub fn op_name(&self, name: &str) -> Option<OpName> {
        self.op_names.get(name).copied()
    }

    /// The definition of an operation.
    pub fn op_def(&self, name: OpName) -> &OpDef {
        // Names are only made by this registry, in `new` and `op_name`.
        &self.ops[name.0 as usize]
    }

    /// All operations, in the order of their dialects' tables.
    pub fn op_defs(&self) -> impl Iterator<Item = (OpName, &OpDef)> {
        self.ops.iter().enumerate().map(|(i, def)| (OpName(i as u32), def))
    }

    /// The latest step of a chain, and the chain before it; `None` for the source.
    pub(crate) fn origin_step(&self, origin: Origin) -> Option<(Origin, OriginStep)> {
        if origin.0 & Origin::CALL_SITE != 0 {
            let (parent, site) = self.call_sites.get((origin.0 ^ Origin::CALL_SITE) as usize);
            return Some((parent, OriginStep::Inlined(site)));
        }
        let &(parent, pass) = self.origins.get(origin.0 as usize);
        Some((parent, OriginStep::Pass(pass?)))
    }

    /// The chain `parent` followed by `pass`.
    pub fn origin(&self, parent: Origin, pass: Symbol) -> Origin {
        Origin(self.origins.intern(&(parent, Some(pass))) as u32)
    }

    /// The passes of a chain, the latest last.
    pub fn origin_passes(&self, mut origin: Origin) -> Vec<Symbol> {
        let mut passes = Vec::new();
        while let Some((parent, step)) = self.origin_step(origin) {
            if let OriginStep::Pass(pass) = step {
                passes.push(pass);
            }
            origin = parent;
        }
        passes.reverse();
        passes
    }
}

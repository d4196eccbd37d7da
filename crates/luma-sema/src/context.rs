//! The state shared by all checks of one analysis: the tree, the tables so far, names and scopes.

use la_arena::ArenaMap;
use luma_diagnostics::{Diagnostic, Span, codes};
use luma_syntax::ast::{Ast, ExprId, ItemId, LocalId, Name};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::globals::GlobalState;
use crate::scopes::Scopes;
use crate::structs::StructState;
use crate::types::{EnumId, StructId, Ty, TyKind, Types};
use crate::{Analysis, Const, LocalInfo};

/// How deep expressions and the constants they ask for may nest in all. One expression never gets
/// here (the parser's own limit is lower); long forward chains of constants can.
const MAX_DEPTH: u32 = 25_000;

/// Maximum number of errors for which spelling suggestions are computed, which keeps time linear.
const MAX_SUGGESTIONS: u32 = 100;

/// Maximum total number of elements copied out of constants that are referred to by name.
const COPY_BUDGET: usize = 1 << 22;

/// What a name at module level refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Def {
    /// A function, by its key in [`Analysis::functions`].
    Function(ItemId),
    /// A global or constant.
    Global(ItemId),
    /// A struct.
    Struct(StructId),
    /// An enum.
    Enum(EnumId),
}

/// Interned types that are used often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prims {
    pub(crate) error: Ty,
    pub(crate) void: Ty,
    pub(crate) int: Ty,
    pub(crate) byte: Ty,
    pub(crate) bool: Ty,
    pub(crate) float: Ty,
    pub(crate) double: Ty,
    pub(crate) str: Ty,
    pub(crate) string: Ty,
    pub(crate) byte_ptr: Ty,
    pub(crate) void_ptr: Ty,
}

impl Prims {
    fn new(types: &mut Types) -> Self {
        let error = types.intern(TyKind::Error);
        let void = types.intern(TyKind::Void);
        let byte = types.intern(TyKind::Byte);
        Self {
            error,
            void,
            int: types.intern(TyKind::Int),
            byte,
            bool: types.intern(TyKind::Bool),
            float: types.intern(TyKind::Float),
            double: types.intern(TyKind::Double),
            str: types.intern(TyKind::Str),
            string: types.intern(TyKind::String),
            byte_ptr: types.intern(TyKind::Pointer(byte)),
            void_ptr: types.intern(TyKind::Pointer(void)),
        }
    }
}

/// A construct around a statement that affects jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A loop.
    Loop {
        /// Whether some `break` leaves it.
        broken: bool,
    },
    /// The body of a `defer`, which control may leave only at its end.
    Defer(Span),
}

/// The function whose body is being checked.
#[derive(Debug, Default)]
pub(crate) struct Enclosing {
    /// Its item, while there is one.
    pub(crate) item: Option<ItemId>,
    /// Loops and defers around the current statement, outermost first.
    pub(crate) frames: Vec<Frame>,
}

/// The state of one analysis.
pub(crate) struct Cx<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) out: Analysis,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) prims: Prims,
    /// Names at module level.
    pub(crate) names: FxHashMap<&'a str, Def>,
    /// Members of all enums by name.
    pub(crate) enum_members: FxHashMap<(EnumId, &'a str), u32>,
    /// Methods of all structs, reported as unsupported where they are declared.
    pub(crate) methods: FxHashSet<(StructId, &'a str)>,
    /// Fields of large structs by name, built on first use.
    pub(crate) field_index: FxHashMap<StructId, FxHashMap<String, u32>>,
    /// Local names visible now.
    pub(crate) scopes: Scopes<'a>,
    /// How far the check of each struct has come, by its id.
    pub(crate) structs: Vec<StructState>,
    /// How far the check of each global has come.
    pub(crate) globals: ArenaMap<ItemId, GlobalState>,
    /// Values of local scalar constants, where they are known.
    pub(crate) local_constants: ArenaMap<LocalId, Const>,
    /// Whether the expression being checked must be constant.
    pub(crate) in_constant: bool,
    pub(crate) enclosing: Enclosing,
    pub(crate) copy_budget: usize,
    pub(crate) suggestions_left: u32,
    depth: u32,
}

impl<'a> Cx<'a> {
    /// An analysis of `ast` that has found nothing yet.
    pub(crate) fn new(ast: &'a Ast) -> Self {
        let mut out = Analysis::default();
        let prims = Prims::new(&mut out.types);
        Self {
            ast,
            out,
            diagnostics: Vec::new(),
            prims,
            names: FxHashMap::default(),
            enum_members: FxHashMap::default(),
            methods: FxHashSet::default(),
            field_index: FxHashMap::default(),
            scopes: Scopes::default(),
            structs: Vec::new(),
            globals: ArenaMap::default(),
            local_constants: ArenaMap::default(),
            in_constant: false,
            enclosing: Enclosing::default(),
            copy_budget: COPY_BUDGET,
            suggestions_left: MAX_SUGGESTIONS,
            depth: 0,
        }
    }

    /// Collects a diagnostic.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The structure of `ty`.
    pub(crate) fn kind(&self, ty: Ty) -> &TyKind {
        self.out.types.kind(ty)
    }

    /// Whether `ty` is the type of something erroneous, which is already reported.
    pub(crate) fn is_error(&self, ty: Ty) -> bool {
        ty == self.prims.error
    }

    /// The type `*pointee`.
    pub(crate) fn pointer_to(&mut self, pointee: Ty) -> Ty {
        self.out.types.intern(TyKind::Pointer(pointee))
    }

    /// The source range of `e`.
    pub(crate) fn span(&self, e: ExprId) -> Span {
        self.ast.exprs[e].span
    }

    /// `ty` as the user writes it.
    pub(crate) fn show(&self, ty: Ty) -> String {
        self.out.type_name(ty)
    }

    /// Records that the value of `e` is converted to `to`.
    pub(crate) fn adjust(&mut self, e: ExprId, to: Ty) {
        self.out.adjustments.insert(e, to);
    }

    /// The record of `local`.
    pub(crate) fn local(&mut self, local: LocalId) -> &mut LocalInfo {
        let ty = self.prims.error;
        if !self.out.locals.contains_idx(local) {
            self.out.locals.insert(local, LocalInfo { ty, assigned: false, addressed: false });
        }
        &mut self.out.locals[local]
    }

    /// Goes one level deeper; at the limit reports and returns false. Pair with [`Cx::leave`].
    pub(crate) fn enter(&mut self, span: Span) -> bool {
        if self.depth >= MAX_DEPTH {
            let message = "constants depend on each other too deeply here";
            let help = "declare constants before the ones that use them";
            self.report(Diagnostic::new(codes::E0107, span, message).help(help));
            return false;
        }
        self.depth += 1;
        true
    }

    /// Undoes one successful [`Cx::enter`].
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The name of what `item` declares.
    pub(crate) fn item_name(&self, item: ItemId) -> &'a Name {
        use luma_syntax::ast::ItemKind;
        match &self.ast.items[item].kind {
            ItemKind::Function(function) => &function.name,
            ItemKind::Struct(strukt) => &strukt.name,
            ItemKind::Enum(enumeration) => &enumeration.name,
            ItemKind::Global(global) => &global.name,
        }
    }

    /// Where `def` is declared: the span of its name.
    pub(crate) fn def_span(&self, def: Def) -> Span {
        let item = match def {
            Def::Function(item) | Def::Global(item) => item,
            Def::Struct(id) => self.out.structs[id.0 as usize].item,
            Def::Enum(id) => self.out.enums[id.0 as usize].item,
        };
        self.item_name(item).span
    }
}

//! The actions of the grammar: build the tree, and check what the grammar cannot express.

use luma_diagnostics::{Diagnostic, FileId, OrNever as _, Span, codes};
use std::cell::Cell;

use crate::ast::*;
use crate::infix::Pending;
use crate::lexer::{self, Docs};

/// Deepest trees that are built. Later phases recurse over them, so their depth must be bounded; a
/// sum is as deep as it has terms, because `a + b + c` is `(a + b) + c`.
const MAX_EXPR_DEPTH: u16 = 20_000;
const MAX_TYPE_DEPTH: u16 = 1000;
/// Deepest nesting of statements. An arm of an `if` stands in the `else` of the arm before.
const MAX_STMT_DEPTH: u16 = 500;
/// The lowering starts a new `if` after so many arms, in the `else` of the one before.
pub const IF_ARMS: usize = 200;

/// The tree under construction.
pub(crate) struct Builder<'a> {
    file: FileId,
    pub(crate) text: &'a str,
    docs: &'a Docs,
    /// Set when the declaration is nested too deeply; the token stream then ends.
    pub(crate) stop: &'a Cell<bool>,
    pub(crate) ast: Ast,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Height of each node's tree, by raw id.
    expr_depth: Vec<u16>,
    type_depth: Vec<u16>,
    stmt_depth: Vec<u16>,
    /// Literals 2^63 that no minus has been applied to yet.
    unclaimed_min: Vec<(ExprId, Span)>,
    /// Infix operators that are waiting for their right operand.
    pub(crate) pending: Vec<Pending>,
}

/// A statement that has no id yet.
pub(crate) struct Raw {
    /// The arms of an `if` are in reverse order, because chains of `else if` grow at their front.
    kind: StmtKind,
    span: Span,
    /// Depth of the deepest statement in it.
    inner: u16,
    depth: u16,
}

/// How deep a statement of this kind nests others, given the depth of the deepest.
fn depth_around(kind: &StmtKind, inner: u16) -> u16 {
    let own = match kind {
        StmtKind::If { arms, .. } => arms.len().min(IF_ARMS) + arms.len() / IF_ARMS,
        _ => 1,
    };
    inner.saturating_add(u16::try_from(own).unwrap_or(u16::MAX))
}

/// A modifier or attribute before a declaration.
pub(crate) enum Prefix {
    Pub(Span),
    Priv(Span),
    Returns(Span),
    Takes(Vec<Name>, Span),
    Import(&'static str, Span),
    Unknown,
}

/// A declaration without what precedes it.
pub(crate) enum Def {
    Variable { name: Name, constant: bool, ty: TypeId, init: Option<ExprId> },
    Function(Name, (Vec<LocalId>, TypeId), Option<Body>),
    Struct(Name, Vec<Member>),
    Enum(Name, Vec<Name>),
}

/// An entry of a struct's body.
pub(crate) enum Member {
    Field(Field),
    Section(bool),
    /// Not supported, and reported.
    Method(Name),
    Unusable,
}

fn raw_index<T>(id: la_arena::Idx<T>) -> usize {
    u32::from(id.into_raw()) as usize
}

fn height<T>(depths: &[u16], id: la_arena::Idx<T>) -> u16 {
    depths.get(raw_index(id)).copied().or_never(0, "nodes are built after their children")
}

impl<'a> Builder<'a> {
    pub(crate) fn new(file: FileId, text: &'a str, docs: &'a Docs, stop: &'a Cell<bool>) -> Self {
        Self {
            file,
            text,
            docs,
            stop,
            ast: Ast::default(),
            diagnostics: Vec::new(),
            expr_depth: Vec::new(),
            type_depth: Vec::new(),
            stmt_depth: Vec::new(),
            unclaimed_min: Vec::new(),
            pending: Vec::new(),
        }
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    pub(crate) fn text(&self, start: u32, end: u32) -> &'a str {
        lexer::slice(self.text, start, end)
    }

    pub(crate) fn docs(&self) -> &'a Docs {
        self.docs
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn unsupported(&mut self, what: &str, span: Span) {
        self.error(Diagnostic::new(codes::E0109, span, format!("{what} is not supported yet")));
    }

    /// Reports excessive depth, once for a declaration, and ends its parse.
    fn too_deep(&mut self, what: &str, most: u16, span: Span) {
        if !self.stop.replace(true) {
            self.error(
                Diagnostic::new(codes::E0107, span, format!("{what} is nested too deeply"))
                    .note(format!("at most {most} levels are supported"))
                    .help("split it up with variables or functions"),
            );
        }
    }

    // ---- Declarations ----

    /// Clears the state left behind by a failed or finished declaration.
    pub(crate) fn start_item(&mut self) {
        self.unclaimed_min.clear();
        self.pending.clear();
        self.stop.set(false);
    }

    pub(crate) fn item(&mut self, start: u32, prefix: Vec<Prefix>, at: u32, def: Def, end: u32) {
        for (_, span) in std::mem::take(&mut self.unclaimed_min) {
            self.error(
                Diagnostic::new(
                    codes::E0106,
                    span,
                    "integer `9223372036854775808` is out of range",
                )
                .note("the largest `int` is 9223372036854775807"),
            );
        }
        if self.stop.get() {
            // Later phases recurse over the tree; this one must not reach them.
            return;
        }
        let is_function = matches!(def, Def::Function(..));
        let (public, attributes) = self.prefixes(prefix, is_function);
        let doc = self.docs.before(start).or_else(|| self.docs.before(at)).map(str::to_owned);
        let kind = match def {
            Def::Variable { name, constant, ty, init } => {
                ItemKind::Global(Global { name, constant, ty, init })
            }
            Def::Function(name, (params, result), body) => {
                ItemKind::Function(Function { name, attributes, params, result, body })
            }
            Def::Struct(name, members) => {
                let mut public = true;
                let mut fields = Vec::new();
                let mut methods = Vec::new();
                for member in members {
                    match member {
                        Member::Field(field) => fields.push(Field { public, ..field }),
                        Member::Section(is_public) => public = is_public,
                        Member::Method(name) => methods.push(name),
                        Member::Unusable => {}
                    }
                }
                ItemKind::Struct(Struct { name, fields, methods })
            }
            Def::Enum(name, members) => ItemKind::Enum(Enum { name, members }),
        };
        let span = self.span(start, end);
        self.ast.items.alloc(Item { kind, public, doc, span });
    }

    fn prefixes(&mut self, prefix: Vec<Prefix>, is_function: bool) -> (bool, Attributes) {
        let mut visibility: Option<(bool, Span)> = None;
        let mut attributes = Attributes::default();
        for part in prefix {
            let (word, span, repeated) = match part {
                Prefix::Pub(span) => {
                    let repeated = visibility.replace((true, span)).is_some();
                    ("pub", span, repeated)
                }
                Prefix::Priv(span) => {
                    let repeated = visibility.replace((false, span)).is_some();
                    ("priv", span, repeated)
                }
                Prefix::Returns(span) => {
                    let repeated = attributes.returns_ownership.replace(span).is_some();
                    ("#returns_ownership", span, repeated)
                }
                Prefix::Takes(names, span) => {
                    let repeated = attributes.takes_ownership.replace((names, span)).is_some();
                    ("#takes_ownership", span, repeated)
                }
                Prefix::Import(word, span) => {
                    self.unsupported(&format!("`{word}`"), span);
                    continue;
                }
                Prefix::Unknown => continue,
            };
            if repeated {
                let message = match word {
                    "pub" | "priv" => "visibility is given twice".to_owned(),
                    _ => format!("`{word}` is given twice"),
                };
                self.error(Diagnostic::new(codes::E0111, span, message));
            } else if word.starts_with('#') && !is_function {
                self.error(Diagnostic::new(
                    codes::E0111,
                    span,
                    format!("`{word}` only applies to functions"),
                ));
            }
        }
        (visibility.is_some_and(|(public, _)| public), attributes)
    }

    pub(crate) fn field(&mut self, start: u32, name: Name, ty: TypeId) -> Member {
        let doc = self.docs.before(start).map(str::to_owned);
        Member::Field(Field { name, ty, public: true, doc })
    }

    /// A data field with `static` or an ownership attribute, which only methods can have.
    pub(crate) fn modified_field(&mut self, start: u32, name: Name, ty: TypeId) -> Member {
        let span = self.span(start, name.span.start);
        let modifier = self.text(start, name.span.start).trim_end().to_owned();
        self.error(
            Diagnostic::new(
                codes::E0111,
                span,
                format!("`{modifier}` is not allowed on the data field `{}`", name.text),
            )
            .help("only methods can be static or have ownership attributes"),
        );
        self.field(start, name, ty)
    }

    pub(crate) fn method(&mut self, start: u32, name: Name) -> Member {
        let span = self.span(start, name.span.end);
        self.error(Diagnostic::new(
            codes::E0109,
            span,
            format!("a method like `{}` is not supported yet", name.text),
        ));
        Member::Method(name)
    }

    pub(crate) fn unsupported_member(&mut self, what: &str, start: u32, end: u32) -> Member {
        let span = self.span(start, end);
        self.unsupported(what, span);
        Member::Unusable
    }

    pub(crate) fn local(&mut self, name: Name, ty: TypeId, constant: bool) -> LocalId {
        self.ast.locals.alloc(LocalDecl { name, ty, constant })
    }

    pub(crate) fn name(&mut self, start: u32, end: u32) -> Name {
        Name { text: self.text(start, end).into(), span: self.span(start, end) }
    }

    // ---- Types ----

    pub(crate) fn ty(&mut self, kind: TypeKind, start: u32, end: u32) -> TypeId {
        let span = self.span(start, end);
        let depth = 1 + match &kind {
            TypeKind::Path(_) | TypeKind::Error => 0,
            TypeKind::Pointer(to) => height(&self.type_depth, *to),
            TypeKind::Array(of, n) => {
                height(&self.type_depth, *of).max(height(&self.expr_depth, *n))
            }
            TypeKind::Function(params, result) => params
                .iter()
                .map(|&param| height(&self.type_depth, param))
                .fold(height(&self.type_depth, *result), u16::max),
        };
        if depth > MAX_TYPE_DEPTH {
            self.too_deep("type", MAX_TYPE_DEPTH, span);
        }
        self.type_depth.push(depth.min(MAX_TYPE_DEPTH));
        self.ast.types.alloc(TypeExpr { kind, span })
    }

    // ---- Statements ----

    pub(crate) fn raw(&mut self, kind: StmtKind, start: u32, end: u32) -> Raw {
        let block = |block: &Block| {
            block.stmts.iter().map(|&stmt| height(&self.stmt_depth, stmt)).max().unwrap_or(0)
        };
        let inner = match &kind {
            StmtKind::Block(body) | StmtKind::Defer(body) => block(body),
            StmtKind::Loop(Loop { body, .. }) => block(body),
            StmtKind::If { arms, otherwise } => {
                let bodies = arms.iter().map(|(_, body)| body).chain(otherwise);
                bodies.map(block).max().unwrap_or(0)
            }
            StmtKind::Switch { arms, .. } => {
                arms.iter().map(|arm| block(&arm.body)).max().unwrap_or(0)
            }
            _ => 0,
        };
        let depth = depth_around(&kind, inner);
        let span = self.span(start, end);
        if depth > MAX_STMT_DEPTH {
            self.too_deep("statement", MAX_STMT_DEPTH, span);
        }
        Raw { kind, span, inner, depth: depth.min(MAX_STMT_DEPTH) }
    }

    pub(crate) fn stmt(&mut self, raw: Raw) -> StmtId {
        let Raw { mut kind, span, depth, .. } = raw;
        if let StmtKind::If { arms, .. } = &mut kind {
            arms.reverse();
        }
        self.stmt_depth.push(depth);
        self.ast.stmts.alloc(Stmt { kind, span })
    }

    /// A statement as the body of another one.
    pub(crate) fn body(&mut self, raw: Raw) -> Block {
        match raw.kind {
            StmtKind::Block(block) => block,
            _ => {
                let span = raw.span;
                Block { stmts: vec![self.stmt(raw)], span }
            }
        }
    }

    pub(crate) fn if_only(&mut self, cond: ExprId, body: Raw, start: u32, end: u32) -> Raw {
        let body = self.body(body);
        self.raw(StmtKind::If { arms: vec![(cond, body)], otherwise: None }, start, end)
    }

    pub(crate) fn if_elif(
        &mut self,
        mut arms: Vec<(ExprId, Block)>,
        cond: ExprId,
        body: Raw,
        start: u32,
        end: u32,
    ) -> Raw {
        arms.push((cond, self.body(body)));
        arms.reverse();
        self.raw(StmtKind::If { arms, otherwise: None }, start, end)
    }

    pub(crate) fn if_else(
        &mut self,
        arms: Vec<(ExprId, Block)>,
        body: Raw,
        start: u32,
        end: u32,
    ) -> Raw {
        match body.kind {
            // `else if` is `elif`, so that long chains stay flat.
            StmtKind::If { arms: mut all, otherwise } => {
                let kind = StmtKind::If { arms, otherwise: None };
                let outer = self.raw(kind, start, end);
                if let StmtKind::If { arms, .. } = outer.kind {
                    all.extend(arms.into_iter().rev());
                }
                let kind = StmtKind::If { arms: all, otherwise };
                let inner = outer.inner.max(body.inner);
                let depth = depth_around(&kind, inner);
                if depth > MAX_STMT_DEPTH {
                    self.too_deep("statement", MAX_STMT_DEPTH, outer.span);
                }
                Raw { kind, span: outer.span, inner, depth: depth.min(MAX_STMT_DEPTH) }
            }
            _ => {
                let otherwise = Some(self.body(body));
                let arms = arms.into_iter().rev().collect();
                self.raw(StmtKind::If { arms, otherwise }, start, end)
            }
        }
    }

    pub(crate) fn defer(&mut self, body: Raw, start: u32, end: u32) -> Raw {
        let body = self.body(body);
        self.raw(StmtKind::Defer(body), start, end)
    }

    pub(crate) fn loop_(
        &mut self,
        (inits, cond, post): (Vec<(LocalId, ExprId)>, Option<ExprId>, Option<ExprId>),
        body: Block,
        start: u32,
        end: u32,
    ) -> Raw {
        self.raw(StmtKind::Loop(Loop { inits, cond, post, body }), start, end)
    }

    pub(crate) fn switch(
        &mut self,
        subject: ExprId,
        arms: Vec<SwitchArm>,
        start: u32,
        end: u32,
    ) -> Raw {
        self.raw(StmtKind::Switch { subject, arms }, start, end)
    }

    pub(crate) fn arm(
        &mut self,
        labels: Vec<ExprId>,
        body: Raw,
        start: u32,
        end: u32,
    ) -> SwitchArm {
        let is_default = |id: &ExprId| {
            matches!(&self.ast.exprs[*id].kind,
                ExprKind::Path(path) if path.len() == 1 && path.iter().all(|n| n.text == "_"))
        };
        let labels =
            if labels.len() == 1 && labels.iter().all(is_default) { Vec::new() } else { labels };
        SwitchArm { labels, body: self.body(body), span: self.span(start, end) }
    }

    /// An arm that could not be parsed: one unusable label, so that it is not mistaken for `_`.
    pub(crate) fn error_arm(&mut self, start: u32, end: u32) -> SwitchArm {
        let label = self.expr(ExprKind::Error, start, end);
        let raw = self.raw(StmtKind::Error, start, end);
        SwitchArm { labels: vec![label], body: self.body(raw), span: self.span(start, end) }
    }

    /// A declaration inside a body.
    pub(crate) fn local_def(&mut self, prefix: Vec<Prefix>, def: Def, start: u32, end: u32) -> Raw {
        for part in prefix {
            let (word, span) = match part {
                // Harmless before a variable.
                Prefix::Pub(_) | Prefix::Priv(_) | Prefix::Unknown => continue,
                Prefix::Returns(span) => ("#returns_ownership", span),
                Prefix::Takes(_, span) => ("#takes_ownership", span),
                Prefix::Import(word, span) => (word, span),
            };
            if matches!(def, Def::Variable { .. }) {
                self.error(Diagnostic::new(
                    codes::E0111,
                    span,
                    format!("`{word}` only applies to functions"),
                ));
            }
        }
        let (what, name) = match def {
            Def::Variable { name, constant, ty, init } => {
                let local = self.local(name, ty, constant);
                return self.raw(StmtKind::Let { local, init }, start, end);
            }
            Def::Function(name, ..) => ("a function", name),
            Def::Struct(name, _) => ("a struct", name),
            Def::Enum(name, _) => ("an enum", name),
        };
        self.error(
            Diagnostic::new(
                codes::E0109,
                name.span,
                format!("{what} inside a function is not supported yet"),
            )
            .help(format!("move `{}` out of the function", name.text)),
        );
        self.raw(StmtKind::Error, start, end)
    }

    // ---- Expressions ----

    pub(crate) fn expr(&mut self, kind: ExprKind, start: u32, end: u32) -> ExprId {
        let span = self.span(start, end);
        let depth = |id: &ExprId| height(&self.expr_depth, *id);
        let most = |ids: &[ExprId]| ids.iter().map(depth).max().unwrap_or(0);
        let height = 1 + match &kind {
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Char(_)
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Path(_)
            | ExprKind::Error => 0,
            ExprKind::Unary(_, e)
            | ExprKind::Member(e, _)
            | ExprKind::Alloc(e)
            | ExprKind::Free(e)
            | ExprKind::Step { place: e, .. } => depth(e),
            ExprKind::Binary(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Assign(a, b)
            | ExprKind::Index(a, b) => depth(a).max(depth(b)),
            ExprKind::Call(f, args) => depth(f).max(most(args)),
            ExprKind::ArrayLit(items) => most(items),
            ExprKind::StructLit(_, fields) => fields
                .iter()
                .map(|field| match field {
                    FieldInit::Field(_, e) | FieldInit::Spread(e) => depth(e),
                })
                .max()
                .unwrap_or(0),
            ExprKind::Cast(ty, e) => depth(e).max(self::height(&self.type_depth, *ty)),
            ExprKind::Sizeof(ty) => self::height(&self.type_depth, *ty),
        };
        if height > MAX_EXPR_DEPTH {
            self.too_deep("expression", MAX_EXPR_DEPTH, span);
        }
        self.expr_depth.push(height.min(MAX_EXPR_DEPTH));
        self.ast.exprs.alloc(Expr { kind, span })
    }

    pub(crate) fn unary(&mut self, op: UnaryOp, operand: ExprId, start: u32, end: u32) -> ExprId {
        if op == UnaryOp::Neg && self.unclaimed_min.last().is_some_and(|&(id, _)| id == operand) {
            self.unclaimed_min.pop();
        }
        self.expr(ExprKind::Unary(op, operand), start, end)
    }

    pub(crate) fn integer(&mut self, start: u32, end: u32) -> ExprId {
        // Out of range or malformed: reported by the lexer.
        let value = lexer::integer_value(self.text(start, end)).filter(|&value| value <= 1 << 63);
        let Some(value) = value else { return self.expr(ExprKind::Error, start, end) };
        let id = self.expr(ExprKind::Int(value), start, end);
        if value == 1 << 63 {
            self.unclaimed_min.push((id, self.span(start, end)));
        }
        id
    }

    pub(crate) fn float(&mut self, start: u32, end: u32) -> ExprId {
        let value = self.text(start, end).parse().unwrap_or(0.0);
        self.expr(ExprKind::Float(value), start, end)
    }

    pub(crate) fn character(&mut self, start: u32, end: u32) -> ExprId {
        let value = lexer::character_value(self.text(start, end));
        self.expr(ExprKind::Char(value), start, end)
    }

    pub(crate) fn string(&mut self, start: u32, end: u32) -> ExprId {
        let value = lexer::string_value(self.text(start, end));
        self.expr(ExprKind::Str(value), start, end)
    }

    pub(crate) fn unsupported_expr(&mut self, word: &str, start: u32, end: u32) -> ExprId {
        let span = self.span(start, start + word.len() as u32);
        self.unsupported(&format!("`{word}`"), span);
        self.expr(ExprKind::Error, start, end)
    }
}

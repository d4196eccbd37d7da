//! The tree as text, one line per node, for `--emit=ast` and snapshots.

use std::fmt::Write;

use crate::ast::*;

/// The tree of `ast` as indented text: declarations in source order, one node per line.
pub fn dump(ast: &Ast) -> String {
    let mut out = Dump { ast, text: String::new(), depth: 0 };
    if let Some((name, _)) = &ast.module_name {
        out.line(format_args!("module {name:?}"));
    }
    if let Some(doc) = &ast.module_doc {
        out.line(format_args!("doc {doc:?}"));
    }
    for (_, item) in ast.items.iter() {
        out.item(item);
    }
    out.text
}

struct Dump<'a> {
    ast: &'a Ast,
    text: String,
    depth: usize,
}

impl Dump<'_> {
    fn line(&mut self, content: std::fmt::Arguments<'_>) {
        // Deep trees would otherwise be mostly blanks.
        const DEEPEST: usize = 100;
        for _ in 0..self.depth.min(DEEPEST) {
            self.text.push_str("  ");
        }
        if self.depth > DEEPEST {
            let _ = write!(self.text, "[{}] ", self.depth);
        }
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{content}");
    }

    fn nested(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn item(&mut self, item: &Item) {
        let public = if item.public { "pub " } else { "" };
        match &item.kind {
            ItemKind::Function(function) => {
                let form = if function.body.is_none() { "prototype" } else { "function" };
                let result = self.ty(function.result);
                self.line(format_args!("{public}{form} {}: {result}", function.name.text));
            }
            ItemKind::Struct(s) => self.line(format_args!("{public}struct {}", s.name.text)),
            ItemKind::Enum(e) => self.line(format_args!("{public}enum {}", e.name.text)),
            ItemKind::Global(global) => {
                let word = if global.constant { "const" } else { "let" };
                let ty = self.ty(global.ty);
                self.line(format_args!("{public}{word} {}: {ty}", global.name.text));
            }
        }
        self.nested(|out| {
            if let Some(doc) = &item.doc {
                out.line(format_args!("doc {doc:?}"));
            }
            match &item.kind {
                ItemKind::Function(function) => out.function(function),
                ItemKind::Struct(s) => s.fields.iter().for_each(|field| out.field(field)),
                ItemKind::Enum(e) => {
                    e.members.iter().for_each(|name| out.line(format_args!("member {}", name.text)))
                }
                ItemKind::Global(global) => global.init.iter().for_each(|&init| out.expr(init)),
            }
        });
    }

    fn function(&mut self, function: &Function) {
        if function.attributes.returns_ownership.is_some() {
            self.line(format_args!("#returns_ownership"));
        }
        if let Some((names, _)) = &function.attributes.takes_ownership {
            let names: String = names.iter().map(|name| format!(" {}", name.text)).collect();
            self.line(format_args!("#takes_ownership{names}"));
        }
        for &param in &function.params {
            let text = self.local(param);
            self.line(format_args!("param {text}"));
        }
        match &function.body {
            Some(Body::Block(block)) => self.stmts(block),
            Some(Body::Expr(e)) => {
                self.line(format_args!("value"));
                self.nested(|out| out.expr(*e));
            }
            None => {}
        }
    }

    fn field(&mut self, field: &Field) {
        let private = if field.public { "" } else { "priv " };
        let ty = self.ty(field.ty);
        self.line(format_args!("{private}field {}: {ty}", field.name.text));
        if let Some(doc) = &field.doc {
            self.nested(|out| out.line(format_args!("doc {doc:?}")));
        }
    }

    fn local(&self, id: LocalId) -> String {
        let local = &self.ast.locals[id];
        format!("{}: {}", local.name.text, self.ty(local.ty))
    }

    fn stmts(&mut self, block: &Block) {
        block.stmts.iter().for_each(|&stmt| self.stmt(stmt));
    }

    /// A labelled block, one level deeper.
    fn block(&mut self, label: &str, block: &Block) {
        self.line(format_args!("{label}"));
        self.nested(|out| out.stmts(block));
    }

    fn exprs(&mut self, exprs: &[ExprId]) {
        self.nested(|out| exprs.iter().for_each(|&e| out.expr(e)));
    }

    fn stmt(&mut self, id: StmtId) {
        let ast = self.ast;
        match &ast.stmts[id].kind {
            StmtKind::Let { local, init } => {
                let word = if ast.locals[*local].constant { "const" } else { "let" };
                let text = self.local(*local);
                self.line(format_args!("{word} {text}"));
                self.exprs(init.as_slice());
            }
            StmtKind::Expr(e) => self.expr(*e),
            StmtKind::Return(e) => {
                self.line(format_args!("return"));
                self.exprs(e.as_slice());
            }
            StmtKind::Break => self.line(format_args!("break")),
            StmtKind::Continue => self.line(format_args!("continue")),
            StmtKind::Block(block) => self.block("block", block),
            StmtKind::If { arms, otherwise } => {
                let mut word = "if";
                for (cond, body) in arms {
                    self.line(format_args!("{word}"));
                    self.exprs(&[*cond]);
                    self.block("then", body);
                    word = "elif";
                }
                if let Some(body) = otherwise {
                    self.block("else", body);
                }
            }
            StmtKind::Loop(l) => {
                self.line(format_args!("loop"));
                self.nested(|out| {
                    for (local, init) in &l.inits {
                        let text = out.local(*local);
                        out.line(format_args!("init {text}"));
                        out.exprs(&[*init]);
                    }
                    if let Some(cond) = l.cond {
                        out.line(format_args!("while"));
                        out.exprs(&[cond]);
                    }
                    if let Some(post) = l.post {
                        out.line(format_args!("post"));
                        out.exprs(&[post]);
                    }
                    out.block("body", &l.body);
                });
            }
            StmtKind::Switch { subject, arms } => {
                self.line(format_args!("switch"));
                self.exprs(&[*subject]);
                for arm in arms {
                    let default = if arm.labels.is_empty() { " _" } else { "" };
                    self.line(format_args!("arm{default}"));
                    self.exprs(&arm.labels);
                    self.block("then", &arm.body);
                }
            }
            StmtKind::Defer(body) => self.block("defer", body),
            StmtKind::Output { args, newline } => {
                let word = if *newline { "outputln" } else { "output" };
                self.line(format_args!("{word}"));
                self.exprs(args);
            }
            StmtKind::Error => self.line(format_args!("error")),
        }
    }

    fn expr(&mut self, id: ExprId) {
        let ast = self.ast;
        let head = self.head(id);
        self.line(format_args!("{head}"));
        if let ExprKind::StructLit(_, fields) = &ast.exprs[id].kind {
            self.nested(|out| {
                for field in fields {
                    let value = match field {
                        FieldInit::Field(name, value) => {
                            out.line(format_args!("field {}", name.text));
                            value
                        }
                        FieldInit::Spread(value) => {
                            out.line(format_args!("spread"));
                            value
                        }
                    };
                    out.exprs(&[*value]);
                }
            });
            return;
        }
        let operands = self.operands(id);
        self.exprs(&operands);
    }

    /// An expression without its operands.
    fn head(&self, id: ExprId) -> String {
        match &self.ast.exprs[id].kind {
            ExprKind::Int(value) => format!("int {value}"),
            ExprKind::Float(value) => format!("float {value:?}"),
            ExprKind::Char(value) => format!("char {value}"),
            ExprKind::Str(bytes) => format!("str \"{}\"", bytes.escape_ascii()),
            ExprKind::Bool(value) => format!("bool {value}"),
            ExprKind::Path(path) => format!("path {}", joined(path)),
            ExprKind::Unary(op, _) => format!("unary {op:?}"),
            ExprKind::Step { increment, prefix, .. } => format!(
                "step {} {}",
                if *prefix { "prefix" } else { "postfix" },
                if *increment { "++" } else { "--" }
            ),
            ExprKind::Binary(op, ..) => format!("binary {op:?}"),
            ExprKind::And(..) => "and".to_owned(),
            ExprKind::Or(..) => "or".to_owned(),
            ExprKind::Assign(..) => "assign".to_owned(),
            ExprKind::Call(..) => "call".to_owned(),
            ExprKind::Index(..) => "index".to_owned(),
            ExprKind::Member(_, name) => format!("member {}", name.text),
            ExprKind::StructLit(path, _) if path.is_empty() => "struct literal".to_owned(),
            ExprKind::StructLit(path, _) => format!("struct literal {}", joined(path)),
            ExprKind::ArrayLit(_) => "array literal".to_owned(),
            ExprKind::Alloc(_) => "alloc".to_owned(),
            ExprKind::Free(_) => "free".to_owned(),
            ExprKind::Cast(ty, _) => format!("cast {}", self.ty(*ty)),
            ExprKind::Sizeof(ty) => format!("sizeof {}", self.ty(*ty)),
            ExprKind::Error => "error".to_owned(),
        }
    }

    fn operands(&self, id: ExprId) -> Vec<ExprId> {
        match &self.ast.exprs[id].kind {
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Char(_)
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Path(_)
            | ExprKind::Sizeof(_)
            | ExprKind::Error => Vec::new(),
            ExprKind::Unary(_, e)
            | ExprKind::Step { place: e, .. }
            | ExprKind::Member(e, _)
            | ExprKind::Alloc(e)
            | ExprKind::Free(e)
            | ExprKind::Cast(_, e) => vec![*e],
            ExprKind::Binary(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Assign(a, b)
            | ExprKind::Index(a, b) => vec![*a, *b],
            ExprKind::Call(f, args) => std::iter::once(*f).chain(args.iter().copied()).collect(),
            ExprKind::ArrayLit(items) => items.clone(),
            ExprKind::StructLit(_, fields) => fields
                .iter()
                .map(|field| match field {
                    FieldInit::Field(_, value) | FieldInit::Spread(value) => *value,
                })
                .collect(),
        }
    }

    /// A type on one line, as it is written.
    fn ty(&self, id: TypeId) -> String {
        match &self.ast.types[id].kind {
            TypeKind::Path(path) => joined(path),
            TypeKind::Pointer(to) => format!("*{}", self.ty(*to)),
            TypeKind::Array(of, n) => format!("[{}; {}]", self.ty(*of), self.inline(*n)),
            TypeKind::Function(params, result) => {
                let params: Vec<String> = params.iter().map(|&param| self.ty(param)).collect();
                format!("fn ({}) {}", params.join(", "), self.ty(*result))
            }
            TypeKind::Error => "error".to_owned(),
        }
    }

    /// An expression on one line: the size of an array type.
    fn inline(&self, id: ExprId) -> String {
        match &self.ast.exprs[id].kind {
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Path(path) => joined(path),
            _ => {
                let mut text = format!("({}", self.head(id));
                for operand in self.operands(id) {
                    text.push(' ');
                    text.push_str(&self.inline(operand));
                }
                text.push(')');
                text
            }
        }
    }
}

fn joined(path: &[Name]) -> String {
    let segments: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
    segments.join("::")
}

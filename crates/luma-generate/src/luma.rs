//! Programs as Luma source.

use std::fmt::Write as _;

use crate::tree::{Binary, Expr, Function, Kind, Piece, Program, Stmt, Ty, Unary};
use crate::used::Used;

/// The text of `program`, without `main`. Names of everything at module level begin with `prefix`, so
/// that many programs can stand in one file. What is never used is left out.
pub fn source(program: &Program, prefix: &str) -> String {
    let mut p = Printer { prefix, text: String::new(), depth: 0 };
    let used = Used::of(program);
    for (index, &members) in program.enums.iter().enumerate() {
        if used.enums.contains(&index) {
            let members: Vec<String> = (0..members).map(|m| format!("M{m}")).collect();
            p.line(&format!("const {prefix}E{index} -> enum {{ {} }};", members.join(", ")));
        }
    }
    for (index, fields) in program.structs.iter().enumerate() {
        if used.structs.contains(&index) {
            let fields: Vec<String> =
                fields.iter().enumerate().map(|(i, ty)| format!("f{i}: {}", p.ty(ty))).collect();
            p.line(&format!("const {prefix}S{index} -> struct {{ {} }};", fields.join(", ")));
        }
    }
    for (index, global) in program.globals.iter().enumerate() {
        if used.globals.contains(&index) {
            let word = if global.constant { "const" } else { "let" };
            let init = global.init.as_ref().map(|e| format!(" = {}", p.expr(e, 0)));
            let ty = p.ty(&global.ty);
            p.line(&format!("{word} {prefix}g{index}: {ty}{};", init.unwrap_or_default()));
        }
    }
    for (index, f) in program.functions.iter().enumerate() {
        if used.functions.contains(&index) {
            p.function(index, f);
        }
    }
    p.text
}

/// The text of a block without its braces.
pub(crate) fn statements(body: &[Stmt]) -> String {
    let mut p = Printer { prefix: "", text: String::new(), depth: 0 };
    p.block(body);
    p.text
}

/// The name of the function where `program` starts.
pub fn entry(program: &Program, prefix: &str) -> String {
    format!("{prefix}f{}", program.functions.len().saturating_sub(1))
}

struct Printer<'a> {
    prefix: &'a str,
    text: String,
    depth: usize,
}

impl Printer<'_> {
    fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text += "    ";
        }
        self.text += line;
        self.text.push('\n');
    }

    fn ty(&self, ty: &Ty) -> String {
        match ty {
            Ty::Void => "void".into(),
            Ty::Int => "int".into(),
            Ty::Byte => "byte".into(),
            Ty::Bool => "bool".into(),
            Ty::Float => "float".into(),
            Ty::Double => "double".into(),
            Ty::Enum(index) => format!("{}E{index}", self.prefix),
            Ty::Struct(index) => format!("{}S{index}", self.prefix),
            Ty::Array(element, length) => format!("[{}; {length}]", self.ty(element)),
            Ty::Ptr(pointee) => format!("*{}", self.ty(pointee)),
        }
    }

    fn function(&mut self, index: usize, f: &Function) {
        let params: Vec<String> =
            f.params.iter().map(|(name, ty)| format!("{name}: {}", self.ty(ty))).collect();
        let head = format!(
            "const {}f{index} -> fn ({}) {}",
            self.prefix,
            params.join(", "),
            self.ty(&f.result)
        );
        if let [Stmt::Return(Some(value))] = f.body.as_slice() {
            let value = self.expr(value, 0);
            return self.line(&format!("{head} = {value};"));
        }
        self.line(&format!("{head} {{"));
        self.block(&f.body);
        self.line("}");
    }

    fn block(&mut self, body: &[Stmt]) {
        self.depth += 1;
        for stmt in body {
            self.stmt(stmt);
        }
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(name, ty, value) => {
                let line = format!("let {name}: {} = {};", self.ty(ty), self.expr(value, 0));
                self.line(&line);
            }
            Stmt::Text(text) => self.line(text),
            Stmt::Expr(e) => {
                let line = format!("{};", self.expr(e, 0));
                self.line(&line);
            }
            Stmt::If(condition, then, otherwise) => {
                let head = format!("if ({})", self.expr(condition, 0));
                match (then.as_slice(), otherwise.as_slice()) {
                    // Bodies without braces are allowed, too.
                    ([Stmt::Expr(_) | Stmt::Output(_)], []) => {
                        self.line(&head);
                        self.block(then);
                    }
                    (_, []) => {
                        self.line(&format!("{head} {{"));
                        self.block(then);
                        self.line("}");
                    }
                    _ => {
                        self.line(&format!("{head} {{"));
                        self.block(then);
                        self.otherwise(otherwise);
                    }
                }
            }
            Stmt::Loop { init, condition, post, body } => {
                let mut head = "loop".to_owned();
                if !init.is_empty() {
                    let variables: Vec<String> = init
                        .iter()
                        .map(|(name, ty, e)| {
                            format!("{name}: {} = {}", self.ty(ty), self.expr(e, 0))
                        })
                        .collect();
                    let _ = write!(head, " [{}]", variables.join(", "));
                }
                if let Some(condition) = condition {
                    let _ = write!(head, " ({})", self.expr(condition, 0));
                }
                if let Some(post) = post {
                    let _ = write!(head, " : ({})", self.expr(post, 0));
                }
                self.line(&format!("{head} {{"));
                self.block(body);
                self.line("}");
            }
            Stmt::Switch(subject, arms, default) => {
                let line = format!("switch ({}) {{", self.expr(subject, 0));
                self.line(&line);
                self.depth += 1;
                for (labels, body) in arms {
                    let labels: Vec<String> = labels.iter().map(|e| self.expr(e, 0)).collect();
                    self.line(&format!("{} -> {{", labels.join(", ")));
                    self.block(body);
                    self.line("}");
                }
                if let Some(body) = default {
                    self.line("_ -> {");
                    self.block(body);
                    self.line("}");
                }
                self.depth -= 1;
                self.line("}");
            }
            Stmt::Block(body) => {
                self.line("{");
                self.block(body);
                self.line("}");
            }
            Stmt::Defer(body) => {
                if let [Stmt::Free(e)] = body.as_slice() {
                    let line = format!("defer free({});", self.expr(e, 0));
                    return self.line(&line);
                }
                if let [Stmt::Text(text)] = body.as_slice() {
                    return self.line(&format!("defer {text}"));
                }
                self.line("defer {");
                self.block(body);
                self.line("}");
            }
            Stmt::Free(e) => {
                let line = format!("free({});", self.expr(e, 0));
                self.line(&line);
            }
            Stmt::Output(pieces) => {
                let pieces: Vec<String> = pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => format!("{text:?}"),
                        Piece::Value(e) => self.expr(e, 0),
                    })
                    .collect();
                self.line(&format!("outputln({});", pieces.join(", ")));
            }
            Stmt::Break => self.line("break;"),
            Stmt::Continue => self.line("continue;"),
            Stmt::Return(None) => self.line("return;"),
            Stmt::Return(Some(e)) => {
                let line = format!("return {};", self.expr(e, 0));
                self.line(&line);
            }
        }
    }

    /// The rest of an `if` after the block of `then`.
    fn otherwise(&mut self, body: &[Stmt]) {
        if let [Stmt::If(condition, then, otherwise)] = body {
            let line = format!("}} elif ({}) {{", self.expr(condition, 0));
            self.line(&line);
            self.block(then);
            if otherwise.is_empty() {
                return self.line("}");
            }
            return self.otherwise(otherwise);
        }
        self.line("} else {");
        self.block(body);
        self.line("}");
    }

    /// The text of an expression, in brackets if it binds less than `level`.
    fn expr(&self, e: &Expr, level: u8) -> String {
        let (own, text) = self.bare(e);
        if own < level { format!("({text})") } else { text }
    }

    /// The text of an expression and how strongly it binds: the levels of the grammar, the strongest
    /// the highest.
    fn bare(&self, e: &Expr) -> (u8, String) {
        const PRIMARY: u8 = 20;
        const POSTFIX: u8 = 19;
        const PREFIX: u8 = 17;
        // `- -x` and `--x` must not be mistaken for each other, so prefix operators stand alone.
        let operand = |e: &Expr| self.expr(e, PREFIX + 1);
        match &e.kind {
            Kind::Int(value) if *value < 0 => (PREFIX, format!("-{}", value.unsigned_abs())),
            Kind::Int(value) => (PRIMARY, value.to_string()),
            Kind::Char(byte) => (PRIMARY, format!("'{}'", char::from(*byte))),
            Kind::Bool(value) => (PRIMARY, value.to_string()),
            Kind::Float(value) => (PRIMARY, decimal(*value)),
            Kind::Member(member) => (PRIMARY, format!("{}::M{member}", self.ty(&e.ty))),
            Kind::Local(name) => (PRIMARY, name.clone()),
            Kind::Text(text) => (PRIMARY, text.clone()),
            Kind::Global(index) => (PRIMARY, format!("{}g{index}", self.prefix)),
            Kind::Unary(op, a) => {
                let op = match op {
                    Unary::Neg => '-',
                    Unary::BitNot => '~',
                    Unary::Not => '!',
                };
                (PREFIX, format!("{op}{}", operand(a)))
            }
            Kind::Binary(op, a, b) => {
                let (level, op) = operator(*op);
                let (a, b) = (self.expr(a, level), self.expr(b, level + 1));
                (level, format!("{a} {op} {b}"))
            }
            Kind::Logic(and, a, b) => {
                let (level, op) = if *and { (3, "&&") } else { (2, "||") };
                (level, format!("{} {op} {}", self.expr(a, level), self.expr(b, level + 1)))
            }
            Kind::Step { up, prefix, place } => {
                let op = if *up { "++" } else { "--" };
                if *prefix {
                    (PREFIX, format!("{op}{}", operand(place)))
                } else {
                    (PREFIX, format!("{}{op}", self.expr(place, POSTFIX)))
                }
            }
            Kind::Assign(target, value) => {
                (1, format!("{} = {}", self.expr(target, PREFIX), self.expr(value, 2)))
            }
            Kind::Field(base, index) => (POSTFIX, format!("{}.f{index}", self.expr(base, POSTFIX))),
            Kind::Index(base, index) => {
                (POSTFIX, format!("{}[{}]", self.expr(base, POSTFIX), self.expr(index, 0)))
            }
            Kind::Deref(pointer) => (PREFIX, format!("*{}", operand(pointer))),
            Kind::AddrOf(place) => (PREFIX, format!("&{}", operand(place))),
            Kind::Cast(a) => (PRIMARY, format!("cast<{}>({})", self.ty(&e.ty), self.expr(a, 0))),
            Kind::Implicit(a) => self.bare(a),
            Kind::Sizeof(ty) => (PRIMARY, format!("sizeof<{}>", self.ty(ty))),
            Kind::Call(index, args) => {
                let args: Vec<String> = args.iter().map(|e| self.expr(e, 0)).collect();
                (POSTFIX, format!("{}f{index}({})", self.prefix, args.join(", ")))
            }
            Kind::Struct(fields, rest) => {
                let mut entries: Vec<String> = fields
                    .iter()
                    .map(|(index, value)| format!("f{index}: {}", self.expr(value, 0)))
                    .collect();
                if let Some((at, source)) = rest {
                    entries.insert(*at, format!("...{}", self.expr(source, POSTFIX)));
                }
                (POSTFIX, format!("{} {{ {} }}", self.ty(&e.ty), entries.join(", ")))
            }
            Kind::Array(items) => {
                let items: Vec<String> = items.iter().map(|e| self.expr(e, 0)).collect();
                (PRIMARY, format!("[{}]", items.join(", ")))
            }
            Kind::Alloc(count) => {
                let element = match &e.ty {
                    Ty::Ptr(element) => self.ty(element),
                    other => self.ty(other),
                };
                let size = format!("alloc({count} * sizeof<{element}>)");
                (PRIMARY, format!("cast<{}>({size})", self.ty(&e.ty)))
            }
        }
    }
}

/// How strongly an operator binds, and the operator.
fn operator(op: Binary) -> (u8, &'static str) {
    match op {
        Binary::Mul => (13, "*"),
        Binary::Div => (13, "/"),
        Binary::Rem => (13, "%"),
        Binary::Add => (12, "+"),
        Binary::Sub => (12, "-"),
        Binary::Shl => (11, "<<"),
        Binary::Shr => (11, ">>"),
        Binary::Lt => (9, "<"),
        Binary::Le => (9, "<="),
        Binary::Gt => (9, ">"),
        Binary::Ge => (9, ">="),
        Binary::Eq => (8, "=="),
        Binary::Ne => (8, "!="),
        Binary::And => (7, "&"),
        Binary::Xor => (6, "^"),
        Binary::Or => (5, "|"),
    }
}

/// A float with digits on both sides of the point and no exponent, read back as the same.
pub(crate) fn decimal(value: f64) -> String {
    let text = format!("{value}");
    if text.contains('.') { text } else { text + ".0" }
}

//! The programs that are made: statements as text in a tree of blocks.

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stmt {
    /// A simple statement with its semicolon.
    Line(String),
    /// `if (0) 1 else 2`; no `else` if that is empty.
    If(String, Vec<Stmt>, Vec<Stmt>),
    /// What stands between `loop` and the body.
    Loop(String, Vec<Stmt>),
    /// The subject, and labels with their blocks.
    Switch(String, Vec<(String, Vec<Stmt>)>),
    /// `defer`.
    Defer(Vec<Stmt>),
    /// A block of its own.
    Block(Vec<Stmt>),
}

/// A function.
#[derive(Clone, Debug)]
pub(super) struct Fun {
    /// Ownership attributes, one a line.
    pub(super) attributes: Vec<String>,
    /// `const NAME -> fn (…) T`.
    pub(super) head: String,
    pub(super) body: Vec<Stmt>,
}

/// A program.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) functions: Vec<Fun>,
}

/// What every program declares.
pub(super) const PRELUDE: &str = "\
const ask -> fn (site: int) int;
const exit -> fn (code: int) void;
const Kind -> enum { Red, Green, Blue };
const Pair -> struct { a: *int, b: *int, n: int };
const Outer -> struct { p: Pair, q: *int };
const Node -> struct { next: *Node, data: *int, n: int };
let g0: *int;
const kind -> fn (n: int) Kind {
    if (n == 0) { return Kind::Red; }
    if (n == 1) { return Kind::Green; }
    return Kind::Blue;
}
";

impl Program {
    /// Its source text.
    pub(super) fn text(&self) -> String {
        let mut out = PRELUDE.to_owned();
        for f in &self.functions {
            for attribute in &f.attributes {
                out += &format!("{attribute}\n");
            }
            out += &format!("{} {{\n", f.head);
            print(&f.body, 1, &mut out);
            out += "}\n";
        }
        out
    }
}

fn print(block: &[Stmt], depth: usize, out: &mut String) {
    let pad = "    ".repeat(depth);
    for stmt in block {
        match stmt {
            Stmt::Line(text) => *out += &format!("{pad}{text}\n"),
            Stmt::If(condition, then, otherwise) => {
                *out += &format!("{pad}if ({condition}) {{\n");
                print(then, depth + 1, out);
                if !otherwise.is_empty() {
                    *out += &format!("{pad}}} else {{\n");
                    print(otherwise, depth + 1, out);
                }
                *out += &format!("{pad}}}\n");
            }
            Stmt::Loop(head, body) => {
                *out += &format!("{pad}loop{head} {{\n");
                print(body, depth + 1, out);
                *out += &format!("{pad}}}\n");
            }
            Stmt::Switch(subject, arms) => {
                *out += &format!("{pad}switch ({subject}) {{\n");
                for (label, body) in arms {
                    *out += &format!("{pad}    {label} -> {{\n");
                    print(body, depth + 2, out);
                    *out += &format!("{pad}    }}\n");
                }
                *out += &format!("{pad}}}\n");
            }
            Stmt::Defer(body) => match body.as_slice() {
                [Stmt::Line(text)] => *out += &format!("{pad}defer {text}\n"),
                _ => {
                    *out += &format!("{pad}defer {{\n");
                    print(body, depth + 1, out);
                    *out += &format!("{pad}}}\n");
                }
            },
            Stmt::Block(body) => {
                *out += &format!("{pad}{{\n");
                print(body, depth + 1, out);
                *out += &format!("{pad}}}\n");
            }
        }
    }
}

/// A line.
pub(super) fn line(text: impl Into<String>) -> Stmt {
    Stmt::Line(text.into())
}

impl Stmt {
    /// The blocks directly inside it.
    pub(super) fn blocks_mut(&mut self) -> Vec<&mut Vec<Stmt>> {
        match self {
            Self::Line(_) => Vec::new(),
            Self::If(_, then, otherwise) => vec![then, otherwise],
            Self::Switch(_, arms) => arms.iter_mut().map(|(_, body)| body).collect(),
            Self::Loop(_, body) | Self::Defer(body) | Self::Block(body) => vec![body],
        }
    }
}

/// Calls `visit` with every block in `block`, itself first, and how many loops are around it.
pub(super) fn each_block(
    block: &mut Vec<Stmt>,
    loops: u32,
    visit: &mut dyn FnMut(&mut Vec<Stmt>, u32),
) {
    visit(block, loops);
    for stmt in block {
        let inside = loops + u32::from(matches!(stmt, Stmt::Loop(..)));
        for inner in stmt.blocks_mut() {
            each_block(inner, inside, visit);
        }
    }
}

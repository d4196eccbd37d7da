//! Programs as C: the twin of a Luma program, which does the same if the compiler of either is right.
//!
//! Everything is in three-address form: each value goes to a variable of its own, so that the order
//! of evaluation is what Luma defines and not what a C compiler chooses. Arrays are in structs, for
//! C cannot assign them. Deferred statements are written out at every end of their scope.

mod expr;
mod stmt;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::tree::{Function, Program, Ty};
use crate::used::Used;

/// What every file of twins begins with.
pub const PRELUDE: &str = include_str!("prelude.h");

/// The text of `program` without [`PRELUDE`] and `main`. What has a name at module level begins with
/// `prefix`, which must not be empty.
pub fn source(program: &Program, prefix: &str) -> String {
    let used = Used::of(program);
    let mut w = Writer {
        program,
        prefix,
        text: String::new(),
        depth: 0,
        fresh: 0,
        names: Vec::new(),
        scopes: Vec::new(),
    };
    w.types(&used);
    for &index in &used.globals {
        let ty = &program.globals[index].ty;
        w.line(&format!("static {} {prefix}g{index};", w.ty(ty)));
    }
    for &index in &used.functions {
        let f = &program.functions[index];
        w.line(&format!("{};", w.head(index, f)));
    }
    w.globals(&used);
    for &index in &used.functions {
        w.function(index, &program.functions[index]);
    }
    w.text
}

/// The function that runs `program`: sets its globals and calls the function where it starts.
pub fn entry(prefix: &str) -> String {
    format!("{prefix}run")
}

/// Where statements go and what is known there.
struct Writer<'a> {
    program: &'a Program,
    prefix: &'a str,
    text: String,
    depth: usize,
    /// The number of the next variable or label.
    fresh: usize,
    /// Variables in scope and what they are called in C.
    names: Vec<(&'a str, String)>,
    /// The scopes around, the innermost last.
    scopes: Vec<Scope<'a>>,
}

/// A scope.
#[derive(Default)]
struct Scope<'a> {
    /// What is deferred so far, each with the number of names in scope there.
    deferred: Vec<(usize, &'a [crate::tree::Stmt])>,
    /// For the body of a loop, its number.
    of_loop: Option<usize>,
    /// Control does not leave through this scope: it is deferred itself.
    is_deferred: bool,
}

impl<'a> Writer<'a> {
    fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text += "  ";
        }
        self.text += line;
        self.text.push('\n');
    }

    fn number(&mut self) -> usize {
        self.fresh += 1;
        self.fresh
    }

    fn ty(&self, ty: &Ty) -> String {
        match ty {
            Ty::Void => "void".into(),
            Ty::Int | Ty::Enum(_) => "i64".into(),
            Ty::Byte => "i8".into(),
            Ty::Bool => "bool".into(),
            Ty::Float => "float".into(),
            Ty::Double => "double".into(),
            Ty::Struct(index) => format!("{}S{index}", self.prefix),
            Ty::Array(..) => format!("{}{}", self.prefix, mangled(ty)),
            Ty::Ptr(pointee) => format!("{} *", self.ty(pointee)),
        }
    }

    fn types(&mut self, used: &Used) {
        let structs: Vec<Ty> = used.structs.iter().map(|&index| Ty::Struct(index)).collect();
        let all: Vec<&Ty> = structs.iter().chain(&used.arrays).collect();
        for ty in &all {
            let name = self.ty(ty);
            self.line(&format!("typedef struct {name} {name};"));
        }
        let mut done = BTreeSet::new();
        for ty in all {
            self.define(ty, &mut done);
        }
    }

    /// Defines `ty` after what it consists of.
    fn define(&mut self, ty: &Ty, done: &mut BTreeSet<String>) {
        let name = self.ty(ty);
        let mut body = String::new();
        match ty {
            Ty::Array(element, length) => {
                self.define(element, done);
                let _ = write!(body, "{} e[{length}];", self.ty(element));
            }
            Ty::Struct(index) => {
                for (i, field) in self.program.structs[*index].iter().enumerate() {
                    self.define(field, done);
                    let _ = write!(body, "{} f{i}; ", self.ty(field));
                }
            }
            _ => return,
        }
        if done.insert(name.clone()) {
            self.line(&format!("struct {name} {{ {body} }};"));
        }
    }

    /// The function that sets the globals and starts the program.
    fn globals(&mut self, used: &Used) {
        let program = self.program;
        self.line(&format!("static void {}(void) {{", entry(self.prefix)));
        self.depth += 1;
        for &index in &used.globals {
            if let Some(init) = &program.globals[index].init {
                let value = self.value(init);
                self.line(&format!("{}g{index} = {value};", self.prefix));
            }
        }
        if let Some(last) = program.functions.len().checked_sub(1) {
            self.line(&format!("{}f{last}();", self.prefix));
        }
        self.depth -= 1;
        self.line("}");
    }

    fn head(&self, index: usize, f: &Function) -> String {
        let params: Vec<String> =
            f.params.iter().map(|(name, ty)| format!("{} {name}", self.ty(ty))).collect();
        let params = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
        format!("static {} {}f{index}({params})", self.ty(&f.result), self.prefix)
    }

    fn function(&mut self, index: usize, f: &'a Function) {
        self.names = f.params.iter().map(|(name, _)| (name.as_str(), name.clone())).collect();
        let head = self.head(index, f);
        self.line(&format!("{head} {{"));
        self.scope(&f.body, Scope::default());
        self.line("}");
    }
}

/// The name of a type without `*` and spaces.
fn mangled(ty: &Ty) -> String {
    match ty {
        Ty::Void => "v".into(),
        Ty::Int => "i".into(),
        Ty::Enum(_) => "i".into(),
        Ty::Byte => "c".into(),
        Ty::Bool => "b".into(),
        Ty::Float => "f".into(),
        Ty::Double => "d".into(),
        Ty::Struct(index) => format!("S{index}"),
        Ty::Array(element, length) => format!("A{length}_{}", mangled(element)),
        Ty::Ptr(pointee) => format!("P{}", mangled(pointee)),
    }
}

/// Stops the compiler at what is only known as Luma.
fn no_form(text: &str) -> String {
    format!("_Static_assert(0, {text:?});")
}

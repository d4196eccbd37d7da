//! From the text of declarations to trees of statements, so that mistakes can be made in them.
//! Simple statements and conditions stay text.

use super::tree::{Fun, Item};
use crate::tree::{Expr, Kind, Stmt, Ty};

/// The declarations in `text`, which the generator has written; what is no function with a block stays
/// as it is.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut p = Parser { text, at: 0 };
    let mut items = Vec::new();
    loop {
        p.blank();
        if p.rest().is_empty() {
            return items;
        }
        let mut attributes = Vec::new();
        while p.rest().starts_with('#') {
            attributes.push(p.until(|c| c == '\n').trim().to_owned());
            p.blank();
        }
        let head = p.until(|c| matches!(c, '{' | ';' | '='));
        if p.rest().starts_with('{') && head.contains("-> fn") {
            let head = head.trim().to_owned();
            items.push(Item::Function(Fun { attributes, head, body: p.block() }));
        } else {
            let rest = p.until(|c| c == ';');
            p.skip(1);
            let lines = attributes.join("\n") + if attributes.is_empty() { "" } else { "\n" };
            items.push(Item::Text(format!("{lines}{head}{rest};\n")));
        }
    }
}

/// Luma text as an expression of any type.
pub(super) fn raw(text: &str) -> Expr {
    Expr { ty: Ty::Void, kind: Kind::Text(text.trim().to_owned()) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.skip(rest.len() - rest.trim_start().len());
    }

    /// The text up to a character for which `ends` holds, or a closing bracket that was not opened here.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let (mut depth, mut quoted) = (0_u32, false);
        for (at, c) in rest.char_indices() {
            if quoted {
                quoted = c != '"';
                continue;
            }
            if depth == 0 && (ends(c) || matches!(c, ')' | ']' | '}')) {
                self.skip(at);
                return &rest[..at];
            }
            match c {
                '"' => quoted = true,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
        }
        self.skip(rest.len());
        rest
    }

    /// Skips `word` if it comes next.
    fn take(&mut self, word: &str) -> bool {
        self.blank();
        let rest = self.rest();
        let whole = |after: &str| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let name = word.starts_with(char::is_alphabetic);
        let found = rest.strip_prefix(word).is_some_and(|after| !name || whole(after));
        if found {
            self.skip(word.len());
        }
        found
    }

    /// What is in brackets that begin here.
    fn bracketed(&mut self) -> &'t str {
        self.blank();
        self.skip(1);
        let inner = self.until(|_| false);
        self.skip(1);
        inner
    }

    fn block(&mut self) -> Vec<Stmt> {
        self.blank();
        self.skip(1);
        let mut body = Vec::new();
        loop {
            self.blank();
            if self.rest().is_empty() || self.take("}") {
                return body;
            }
            body.push(self.statement());
        }
    }

    /// A block, or one statement without braces.
    fn body(&mut self) -> Vec<Stmt> {
        self.blank();
        if self.rest().starts_with('{') { self.block() } else { vec![self.statement()] }
    }

    fn statement(&mut self) -> Stmt {
        if self.take("if") {
            return self.branch();
        }
        if self.take("loop") {
            return self.repeat();
        }
        if self.take("switch") {
            return self.switch();
        }
        if self.take("defer") {
            return Stmt::Defer(self.body());
        }
        if self.rest().starts_with('{') {
            return Stmt::Block(self.block());
        }
        let text = self.until(|c| c == ';').trim();
        self.skip(1);
        match text {
            "break" => Stmt::Break,
            "continue" => Stmt::Continue,
            "return" => Stmt::Return(None),
            _ => match text.strip_prefix("return ") {
                Some(value) => Stmt::Return(Some(raw(value))),
                None => Stmt::Text(format!("{text};")),
            },
        }
    }

    fn branch(&mut self) -> Stmt {
        let condition = raw(self.bracketed());
        let then = self.body();
        let otherwise = if self.take("elif") {
            vec![self.branch()]
        } else if self.take("else") {
            self.body()
        } else {
            Vec::new()
        };
        Stmt::If(condition, then, otherwise)
    }

    fn repeat(&mut self) -> Stmt {
        self.blank();
        let mut init = Vec::new();
        if self.rest().starts_with('[') {
            // Loops count by numbers.
            for variable in self.bracketed().split(',') {
                if let Some((name, value)) = variable.split_once(": int =") {
                    init.push((name.trim().to_owned(), Ty::Int, raw(value)));
                }
            }
        }
        self.blank();
        let condition = self.rest().starts_with('(').then(|| raw(self.bracketed()));
        let post = self.take(":").then(|| raw(self.bracketed()));
        Stmt::Loop { init, condition, post, body: self.body() }
    }

    fn switch(&mut self) -> Stmt {
        let subject = raw(self.bracketed());
        self.take("{");
        let (mut arms, mut default) = (Vec::new(), None);
        while !self.take("}") && !self.rest().is_empty() {
            let label = self.until(|c| c == '-');
            self.skip("->".len());
            let body = self.body();
            match label.trim() {
                "_" => default = Some(body),
                labels => arms.push((labels.split(',').map(raw).collect(), body)),
            }
        }
        Stmt::Switch(subject, arms, default)
    }
}

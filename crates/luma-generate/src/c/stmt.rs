//! Statements.

use super::{Scope, Writer, no_form};
use crate::tree::{Expr, Piece, Stmt, Ty};

impl<'a> Writer<'a> {
    /// The statements of a scope and what is deferred in it.
    pub(super) fn scope(&mut self, body: &'a [Stmt], scope: Scope<'a>) {
        let names = self.names.len();
        self.scopes.push(scope);
        self.depth += 1;
        for stmt in body {
            self.stmt(stmt);
        }
        let leaves = matches!(body.last(), Some(Stmt::Return(_) | Stmt::Break | Stmt::Continue));
        if !leaves {
            self.unwind(self.scopes.len() - 1);
        }
        self.depth -= 1;
        self.scopes.pop();
        self.names.truncate(names);
    }

    /// What the scopes from number `to` on have deferred, the innermost first.
    fn unwind(&mut self, to: usize) {
        for index in (to..self.scopes.len()).rev() {
            for at in (0..self.scopes[index].deferred.len()).rev() {
                let (names, body) = self.scopes[index].deferred[at];
                // It sees the variables that were in scope where it stands.
                let hidden = self.names.split_off(names);
                self.line("{");
                self.scope(body, Scope { is_deferred: true, ..Scope::default() });
                self.line("}");
                self.names.extend(hidden);
            }
        }
    }

    fn declare(&mut self, name: &'a str, ty: &Ty, value: &str) {
        let number = self.number();
        let own = format!("{name}_{number}");
        self.line(&format!("{} {own} = {value};", self.ty(ty)));
        self.names.push((name, own));
    }

    fn braced(&mut self, body: &'a [Stmt]) {
        self.line("{");
        self.scope(body, Scope::default());
        self.line("}");
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Let(name, ty, value) => {
                let value = self.value(value);
                self.declare(name, ty, &value);
            }
            Stmt::Expr(e) => self.discard(e),
            Stmt::Text(text) => self.line(&no_form(text)),
            Stmt::If(condition, then, otherwise) => {
                let condition = self.value(condition);
                self.line(&format!("if ({condition})"));
                self.braced(then);
                if !otherwise.is_empty() {
                    self.line("else");
                    self.braced(otherwise);
                }
            }
            Stmt::Loop { init, condition, post, body } => {
                self.repeat(init, condition.as_ref(), post.as_ref(), body);
            }
            Stmt::Switch(subject, arms, default) => {
                let subject = self.value(subject);
                self.line(&format!("switch ({subject}) {{"));
                for (labels, body) in arms {
                    for label in labels {
                        // Labels are literals, so nothing is written before them.
                        let label = self.value(label);
                        self.line(&format!("case {label}:"));
                    }
                    self.braced(body);
                    self.line("break;");
                }
                if let Some(body) = default {
                    self.line("default:");
                    self.braced(body);
                    self.line("break;");
                }
                self.line("}");
            }
            Stmt::Block(body) => self.braced(body),
            Stmt::Defer(body) => {
                let names = self.names.len();
                if let Some(scope) = self.scopes.last_mut() {
                    scope.deferred.push((names, body));
                }
            }
            Stmt::Free(e) => {
                let pointer = self.value(e);
                self.line(&format!("free({pointer});"));
            }
            Stmt::Output(pieces) => self.output(pieces),
            Stmt::Break => self.jump("break"),
            Stmt::Continue => self.jump("continue"),
            Stmt::Return(value) => {
                let value = value.as_ref().map(|e| self.value(e));
                let to = self.scopes.iter().rposition(|scope| scope.is_deferred);
                self.unwind(to.map_or(0, |at| at + 1));
                self.line(&format!("return {};", value.unwrap_or_default()));
            }
        }
    }

    fn jump(&mut self, word: &str) {
        let mut scopes = self.scopes.iter().enumerate().rev();
        let around = scopes.find_map(|(at, scope)| Some((at, scope.of_loop?)));
        if let Some((at, number)) = around {
            self.unwind(at);
            self.line(&format!("goto {word}_{number};"));
        }
    }

    fn repeat(
        &mut self,
        init: &'a [(String, Ty, Expr)],
        condition: Option<&'a Expr>,
        post: Option<&'a Expr>,
        body: &'a [Stmt],
    ) {
        let (names, number) = (self.names.len(), self.number());
        self.line("{");
        self.depth += 1;
        for (name, ty, value) in init {
            let value = self.value(value);
            self.declare(name, ty, &value);
        }
        self.line("for (;;) {");
        self.depth += 1;
        if let Some(condition) = condition {
            let condition = self.value(condition);
            self.line(&format!("if (!{condition}) break;"));
        }
        self.line("{");
        self.scope(body, Scope { of_loop: Some(number), ..Scope::default() });
        self.line("}");
        self.line(&format!("continue_{number}: ;"));
        if let Some(post) = post {
            self.discard(post);
        }
        self.depth -= 1;
        self.line("}");
        self.line(&format!("break_{number}: ;"));
        self.depth -= 1;
        self.line("}");
        self.names.truncate(names);
    }

    fn output(&mut self, pieces: &'a [Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.line(&format!("print_text({text:?});")),
                Piece::Value(e) => {
                    let value = self.value(e);
                    let kind = match e.ty {
                        Ty::Byte => "byte",
                        Ty::Bool => "bool",
                        Ty::Float | Ty::Double => "double",
                        _ => "int",
                    };
                    self.line(&format!("print_{kind}({value});"));
                }
            }
        }
        self.line("print_text(\"\\n\");");
    }
}

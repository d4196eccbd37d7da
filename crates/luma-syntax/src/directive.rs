//! `@module`, and the directives that are not supported yet.

use luma_diagnostics::{Diagnostic, codes, never};

use crate::build::Builder;
use crate::chunk::Chunk;
use crate::lexer;
use crate::token::{T, Token};

/// The state of the handling of directives.
pub(crate) struct Directives {
    /// Whether nothing has been parsed yet.
    pub(crate) first: bool,
}

impl Default for Directives {
    fn default() -> Self {
        Self { first: true }
    }
}

impl Directives {
    /// Handles one directive.
    pub(crate) fn directive(&mut self, cx: &mut Builder<'_>, chunk: &Chunk) {
        let mut tokens = chunk.tokens.iter().copied().peekable();
        let mut first = None;
        while let Some(prefix) = tokens.next_if(|token| !token.kind.is_directive()) {
            first = first.or(Some(prefix));
        }
        let Some(directive) = tokens.next() else {
            never!("a chunk becomes a directive by such a token");
            return;
        };
        if let Some(prefix) = first {
            let span = cx.span(prefix.start, prefix.end);
            let text = cx.text(prefix.start, prefix.end);
            cx.diagnostics.push(Diagnostic::new(
                codes::E0111,
                span,
                format!("`{text}` cannot stand before a directive"),
            ));
        }
        if directive.kind == T::AtModule {
            self.module(cx, directive, tokens.next());
            return;
        }
        let span = cx.span(directive.start, directive.end);
        let text = cx.text(directive.start, directive.end);
        let message = format!("`{text}` is not supported yet");
        cx.diagnostics.push(Diagnostic::new(codes::E0109, span, message));
    }

    fn module(&self, cx: &mut Builder<'_>, directive: Token, name: Option<Token>) {
        let span = cx.span(directive.start, directive.end);
        let Some(name) = name.filter(|name| name.kind == T::Str) else {
            cx.diagnostics.push(
                Diagnostic::new(codes::E0101, span, "`@module` needs a name")
                    .help("write `@module \"name\"`"),
            );
            return;
        };
        if let Some((_, first)) = &cx.ast.module_name {
            let first = *first;
            cx.diagnostics.push(
                Diagnostic::new(codes::E0111, span, "a file has only one `@module`")
                    .also(first, "the first one is here"),
            );
            return;
        }
        if !self.first {
            cx.diagnostics.push(Diagnostic::new(
                codes::E0111,
                span,
                "`@module` must be the first declaration of the file",
            ));
        }
        let text = lexer::string_value(cx.text(name.start, name.end));
        let text = String::from_utf8_lossy(&text).into_owned();
        cx.ast.module_name = Some((text, cx.span(name.start, name.end)));
        let doc = [cx.docs().module.as_deref(), cx.docs().before(directive.start)];
        let lines: Vec<&str> = doc.into_iter().flatten().collect();
        if !lines.is_empty() {
            cx.ast.module_doc = Some(lines.join("\n"));
        }
    }
}

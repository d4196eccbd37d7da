//! Tokens, grammar and syntax tree of the Luma language.
//!
//! Invariant: this crate knows nothing of types or IR. Its one function is [`parse`]: text in,
//! tree and diagnostics out; it never fails and never panics.

pub mod ast;
mod build;
mod chunk;
mod directive;
mod dump;
mod foreign;
mod hints;
mod infix;
mod lexer;
mod message;
mod recover;
mod token;

use std::cell::Cell;

use lalrpop_util::{ParseError, lalrpop_mod};
use luma_diagnostics::{Diagnostic, FileId};

use build::Builder;
pub use build::IF_ARMS;
use chunk::{Chunk, ChunkKind};
pub use dump::dump;
use token::T;

lalrpop_mod!(
    #[allow(
        clippy::all,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        missing_docs,
        unreachable_pub,
        unused,
        reason = "generated"
    )]
    grammar
);

/// Maximum number of errors reported for one file; more help nobody and cost memory.
const MAX_DIAGNOSTICS: usize = 1000;

/// The outcome of [`parse`]: a tree (with `Error` nodes where text was unusable) and the errors.
#[derive(Debug, Clone)]
pub struct Parse {
    /// The tree of all that could be parsed. After errors its arenas may hold nodes that no item
    /// reaches.
    pub ast: ast::Ast,
    /// Everything wrong with the text, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file.
pub fn parse(file: FileId, text: &str) -> Parse {
    let lexed = lexer::lex(file, text);
    let mut diagnostics = lexed.diagnostics;
    let lexical = diagnostics.len();
    let chunks = chunk::split(file, text, &lexed.tokens, &mut diagnostics);
    let mut split = diagnostics.iter().skip(lexical);
    let balanced = split.all(|diagnostic| diagnostic.code.as_str() != "E0102");
    let stop = Cell::new(false);
    let mut cx = Builder::new(file, text, &lexed.docs, &stop);
    let parser = grammar::ItemParser::new();
    let mut directives = directive::Directives::default();
    let mut after_stray = false;
    for chunk in chunks {
        if cx.diagnostics.len() > MAX_DIAGNOSTICS {
            break;
        }
        let chunk_kind = chunk.kind;
        match chunk_kind {
            _ if chunk.too_deep => {}
            ChunkKind::Item => item(&mut cx, &parser, chunk),
            ChunkKind::Directive => directives.directive(&mut cx, &chunk),
            ChunkKind::Stray => message::stray(&mut cx, &chunk, after_stray, balanced),
        }
        after_stray = chunk_kind == ChunkKind::Stray;
        directives.first = false;
    }
    if cx.ast.module_doc.is_none() {
        cx.ast.module_doc.clone_from(&lexed.docs.module);
    }
    let from_parser = std::mem::take(&mut cx.diagnostics);
    diagnostics.extend(from_parser);
    if let Some(doubtful) = lexed.doubtful_from {
        let mut index = 0;
        diagnostics.retain(|diagnostic| {
            index += 1;
            let start = diagnostic.primary.as_ref().map_or(0, |label| label.span.start);
            // Brackets opened before that offset seem unclosed because their closers were
            // swallowed.
            index <= lexical || start < doubtful && diagnostic.code.as_str() != "E0102"
        });
    }
    diagnostics.sort_by_key(Diagnostic::sort_key);
    if diagnostics.len() > MAX_DIAGNOSTICS {
        diagnostics.truncate(MAX_DIAGNOSTICS);
        if let Some(last) = diagnostics.pop() {
            diagnostics.push(last.note("there are more errors in this file"));
        }
    }
    Parse { ast: cx.ast, diagnostics }
}

/// Parses one declaration. After each error, the unusable part is cut out and the rest parsed
/// again.
fn item(cx: &mut Builder<'_>, parser: &grammar::ItemParser, mut chunk: Chunk) {
    // Enough attempts for any hand-written function, yet few enough to keep the time linear.
    let mut tries = (4_000_000 / chunk.tokens.len().max(1)).clamp(4, 50);
    let checkpoint = cx.diagnostics.len();
    let mut errors: Vec<Diagnostic> = Vec::new();
    loop {
        cx.start_item();
        let stop = cx.stop;
        let tokens = chunk
            .tokens
            .iter()
            .take_while(|_| !stop.get())
            .map(|token| Ok::<(u32, T, u32), ()>((token.start, token.kind, token.end)));
        let result = parser.parse(cx, tokens);
        if stop.get() {
            // Only the depth error counts.
            let deep = cx.diagnostics.pop();
            cx.diagnostics.truncate(checkpoint);
            errors.extend(deep);
            break;
        }
        let Err(error) = result else { break };
        cx.diagnostics.truncate(checkpoint);
        let (at, expected) = match error {
            ParseError::UnrecognizedToken { token: (start, kind, end), expected } => {
                // An inserted comma has the position of the token after it.
                let found = chunk.tokens.partition_point(|token| token.start < start);
                let same = chunk.tokens.iter().enumerate().skip(found);
                let at = same
                    .take_while(|(_, token)| token.start == start)
                    .find(|(_, token)| token.kind == kind && token.end == end)
                    .map_or(found, |(index, _)| index);
                (at, expected)
            }
            ParseError::UnrecognizedEof { expected, .. } => (chunk.tokens.len(), expected),
            ParseError::InvalidToken { .. }
            | ParseError::ExtraToken { .. }
            | ParseError::User { .. } => (chunk.tokens.len(), Vec::new()),
        };
        errors.extend(message::syntax_error(cx, &chunk.tokens, at, &expected));
        tries = tries.saturating_sub(1);
        if tries == 0 || !recover::cut(cx.text, &mut chunk.tokens, at) {
            break;
        }
    }
    if let Some(broken) = chunk.broken_at {
        errors
            .retain(|error| error.primary.as_ref().is_some_and(|label| label.span.start < broken));
        // Errors of later checks on the balanced remainder would be guesses, too.
        let kept = cx.diagnostics.split_off(checkpoint.min(cx.diagnostics.len()));
        cx.diagnostics.extend(
            kept.into_iter().filter(|error| {
                error.primary.as_ref().is_some_and(|label| label.span.start < broken)
            }),
        );
    }
    cx.diagnostics.append(&mut errors);
}

/// Runs the examples in README.md as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

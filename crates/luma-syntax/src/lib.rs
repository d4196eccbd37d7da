//! Tokens, grammar and syntax tree of the Luma language.
//!
//! Invariant: this crate knows nothing of types or IR. Its one function is [`parse`]: text in,
//! tree and diagnostics out; it never fails and never panics.

pub mod ast;

use luma_diagnostics::{Diagnostic, FileId};

/// The outcome of [`parse`]: a tree (with `Error` nodes where text was unusable) and what is wrong.
#[derive(Debug, Clone)]
pub struct Parse {
    /// The tree of all that could be parsed.
    pub ast: ast::Ast,
    /// Everything wrong with the text, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file.
pub fn parse(file: FileId, text: &str) -> Parse {
    let _ = (file, text);
    Parse { ast: ast::Ast::default(), diagnostics: Vec::new() }
}

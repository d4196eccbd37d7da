//! Parses modules, and says what is wrong with text that is not one.

use std::sync::Arc;

use lalrpop_util::ParseError;
use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};

use super::grammar;
use super::lexer::{self, LexError, Token};
use super::reader::Reader;
use crate::context::Context;
use crate::module::Module;

/// Parses the text of `file`. Operations without `loc(…)` get their place in this text.
///
/// # Errors
///
/// Everything wrong with the text, with code E0501. The result is not verified: run
/// [`verify_module`](crate::verify_module) on it.
pub fn parse_module(
    context: Arc<Context>,
    map: &SourceMap,
    file: FileId,
) -> Result<Module, Vec<Diagnostic>> {
    let text = map.file(file).map_or("", |f| f.text());
    let mut reader = Reader::new(&context, map);
    grammar::ItemsParser::new()
        .parse(file, &mut reader, lexer::lex(text))
        .map_err(|error| vec![syntax_error(file, text, error)])?;
    reader.finish(context.clone())
}

pub(super) fn syntax_error(
    file: FileId,
    text: &str,
    error: ParseError<u32, Token<'_>, LexError>,
) -> Diagnostic {
    let (start, end, message, expected) = match error {
        ParseError::User { error } => (error.start, error.end, error.message.to_string(), vec![]),
        ParseError::InvalidToken { location } => {
            (location, location, "unknown token".to_string(), vec![])
        }
        ParseError::UnrecognizedEof { expected, .. } => {
            let end = text.len() as u32;
            (end, end, "unexpected end of file".to_string(), expected)
        }
        ParseError::UnrecognizedToken { token: (start, _, end), expected } => {
            let found = text.get(start as usize..end as usize).unwrap_or("");
            let shown: String = found.chars().take(40).collect();
            (start, end, format!("unexpected `{shown}`"), expected)
        }
        ParseError::ExtraToken { token: (start, _, end) } => {
            (start, end, "unexpected text after the module".to_string(), vec![])
        }
    };
    let diagnostic = Diagnostic::new(codes::E0501, Span::new(file, start, end), message);
    match expected.as_slice() {
        [] => diagnostic,
        [one] => diagnostic.label(format!("expected {}", plain(one))),
        many => {
            let list: Vec<String> = many.iter().take(6).map(|e| plain(e)).collect();
            diagnostic.label(format!("expected one of {}", list.join(", ")))
        }
    }
}

/// lalrpop names terminals with quotes: `"("` is a token, `"value name"` a kind of token.
fn plain(terminal: &str) -> String {
    let bare = terminal.trim_matches('"');
    let is_kind = ["identifier", "string", "integer", "float", "hexadecimal"].contains(&bare)
        || bare.contains(' ');
    if is_kind { bare.to_string() } else { format!("`{bare}`") }
}

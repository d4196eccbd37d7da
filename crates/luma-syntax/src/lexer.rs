//! The lexer. Comments produce no tokens; doc comments are kept separately, by the token they
//! precede.

use logos::{FilterResult, Logos};
use luma_diagnostics::{Diagnostic, FileId, OrNever as _, Span, codes};
use rustc_hash::FxHashMap;

use crate::token::{T, Token};

/// The result of [`lex`].
pub(crate) struct Lexed {
    /// All tokens in order; unusable text is a `Bad` token.
    pub(crate) tokens: Vec<Token>,
    /// Doc comments.
    pub(crate) docs: Docs,
    /// Lexical errors.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The offset from which the text was probably swallowed by an unterminated literal or comment,
    /// so that errors found there are consequences.
    pub(crate) doubtful_from: Option<u32>,
}

/// The doc comments of a file.
#[derive(Default)]
pub(crate) struct Docs {
    /// Text by the start of the token that follows; `u32::MAX` is the end of the file.
    by_token: FxHashMap<u32, String>,
    /// `//!` lines before the first token.
    pub(crate) module: Option<String>,
}

impl Docs {
    /// The doc comment right before the token that starts at `start`.
    pub(crate) fn before(&self, start: u32) -> Option<&str> {
        self.by_token.get(&start).map(String::as_str)
    }
}

/// What the callbacks collect; byte ranges are turned into spans at the end.
#[derive(Default)]
pub(crate) struct Notes {
    errors: Vec<LexError>,
    /// Doc comment lines not yet followed by a token: inner (`//!`) or not, and the text.
    docs: Vec<(bool, String)>,
    /// Whether a string was unterminated: the ends of later strings are then searched only within
    /// their line, which keeps the time linear, and unterminated ones are not reported again.
    unclosed_string: bool,
}

struct LexError {
    start: usize,
    end: usize,
    kind: Defect,
}

enum Defect {
    Attribute,
    Directive,
    Number,
    Range,
    Char(&'static str),
    StringEscape,
    UnterminatedString,
    UnterminatedComment,
}

type Lexer<'a> = logos::Lexer<'a, T>;

/// Splits `text` into tokens.
pub(crate) fn lex(file: FileId, text: &str) -> Lexed {
    let mut lexer = T::lexer(text);
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4);
    let mut docs = Docs::default();
    let mut diagnostics = Vec::new();
    let mut first_multiline: Option<(u32, u32)> = None;
    while let Some(token) = lexer.next() {
        let range = lexer.span();
        let (start, end) = (range.start as u32, range.end as u32);
        keep_docs(&mut lexer.extras.docs, &mut docs, tokens.is_empty(), start);
        let Ok(kind) = token else {
            if let Some(length) = curly_string(lexer.slice(), lexer.remainder()) {
                lexer.bump(length);
                curly_quotes(file, &mut diagnostics, (start, end + length as u32));
                tokens.push(Token::new(T::Str, start, end + length as u32));
            } else {
                unknown_character(file, text, &mut tokens, &mut diagnostics, start, end);
            }
            continue;
        };
        if kind == T::Str && first_multiline.is_none() && lexer.slice().contains('\n') {
            first_multiline = Some((start, end));
        }
        tokens.push(Token::new(kind, start, end));
    }
    keep_docs(&mut lexer.extras.docs, &mut docs, tokens.is_empty(), u32::MAX);
    let mut doubtful_from = None;
    for error in std::mem::take(&mut lexer.extras.errors) {
        let span = Span::new(file, error.start as u32, error.end as u32);
        let slice = slice(text, span.start, span.end);
        if matches!(error.kind, Defect::UnterminatedComment) {
            doubtful_from.get_or_insert(span.start);
        }
        let mut diagnostic = error.kind.diagnostic(span, slice);
        if matches!(error.kind, Defect::UnterminatedString) {
            let mut from = span.start;
            if let Some((start, end)) = first_multiline {
                from = start;
                diagnostic = diagnostic.also(
                    Span::new(file, start, end),
                    "this string goes over several lines; perhaps its closing `\"` is the missing \
                     one",
                );
            }
            doubtful_from.get_or_insert(from);
        }
        diagnostics.push(diagnostic);
    }
    Lexed { tokens, docs, diagnostics, doubtful_from }
}

/// Attaches the collected doc lines to the token at `start`.
fn keep_docs(lines: &mut Vec<(bool, String)>, docs: &mut Docs, first: bool, start: u32) {
    if lines.is_empty() {
        return;
    }
    let join = |inner: bool| {
        let lines: Vec<&str> =
            lines.iter().filter(|line| line.0 == inner).map(|line| line.1.as_str()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    if first {
        docs.module = join(true);
    }
    if let Some(text) = join(false) {
        docs.by_token.insert(start, text);
    }
    lines.clear();
}

/// The length of a string in curly quotes after its opening quote.
fn curly_string(open: &str, rest: &str) -> Option<usize> {
    if !matches!(open, "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{2018}" | "\u{2019}") {
        return None;
    }
    // Bounded, so that many such quotes take linear time.
    let line = rest.char_indices().take(200).take_while(|&(_, c)| c != '\n');
    let closes = |c: char| matches!(c, '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}');
    line.filter(|&(_, c)| closes(c)).map(|(at, c)| at + c.len_utf8()).next()
}

fn curly_quotes(file: FileId, diagnostics: &mut Vec<Diagnostic>, (start, end): (u32, u32)) {
    if diagnostics.len() <= crate::MAX_DIAGNOSTICS {
        let span = Span::new(file, start, end);
        let message = "a string is not written between curly quotes";
        diagnostics
            .push(Diagnostic::new(codes::E0103, span, message).help("use the straight quote `\"`"));
    }
}

/// Reports a character that does not start a token; a run of them is one error.
fn unknown_character(
    file: FileId,
    text: &str,
    tokens: &mut Vec<Token>,
    diagnostics: &mut Vec<Diagnostic>,
    start: u32,
    end: u32,
) {
    if let Some(last) = tokens.last_mut()
        && last.kind == T::Bad
        && text
            .get(last.end as usize..start as usize)
            .is_some_and(|gap| gap.bytes().all(|byte| byte.is_ascii_whitespace()))
    {
        last.end = end;
        return;
    }
    tokens.push(Token::new(T::Bad, start, end));
    if diagnostics.len() > crate::MAX_DIAGNOSTICS {
        return;
    }
    let span = Span::new(file, start, end);
    let character = slice(text, start, end);
    let shown: String = character.chars().take(1).flat_map(char::escape_debug).collect();
    let mut diagnostic =
        Diagnostic::new(codes::E0103, span, format!("unknown character `{shown}`"));
    let meant = match character {
        "\u{2013}" | "\u{2014}" | "\u{2212}" => "-",
        "\u{d7}" => "*",
        "\u{f7}" => "/",
        "\u{2264}" => "<=",
        "\u{2265}" => ">=",
        "\u{2260}" => "!=",
        "\u{201c}" | "\u{201d}" => "\"",
        "\u{2018}" | "\u{2019}" => "'",
        _ => "",
    };
    if !meant.is_empty() {
        diagnostic = diagnostic.fix(format!("write `{meant}`"), span, meant);
    } else if character == "#" {
        diagnostic = diagnostic.help("a comment is written `// …`");
    } else if character.chars().any(char::is_alphabetic) {
        diagnostic = diagnostic.help("names consist of the letters a-z and A-Z, digits and `_`");
    }
    diagnostics.push(diagnostic);
}

impl Defect {
    fn diagnostic(&self, span: Span, text: &str) -> Diagnostic {
        match self {
            Defect::Attribute => {
                Diagnostic::new(codes::E0101, span, format!("unknown attribute `{text}`")).help(
                    "the attributes are `#returns_ownership`, `#takes_ownership`, `#lib_import` \
                     and `#dll_import`",
                )
            }
            Defect::Directive => {
                Diagnostic::new(codes::E0101, span, format!("unknown directive `{text}`"))
                    .help("the directives are `@module`, `@use`, `@link` and `@os`")
            }
            Defect::Number => bad_number_message(span, text),
            Defect::Range => Diagnostic::new(
                codes::E0106,
                span,
                format!("integer `{}` is out of range", shorten(text)),
            )
            .note("the largest `int` is 9223372036854775807"),
            Defect::Char(message) => Diagnostic::new(codes::E0104, span, *message),
            Defect::StringEscape => {
                Diagnostic::new(codes::E0104, span, "`\\x` needs two hexadecimal digits")
                    .help("write `\\\\x` for a backslash followed by an `x`")
            }
            Defect::UnterminatedString => {
                Diagnostic::new(codes::E0105, span, "string is never closed")
                    .label("missing closing `\"`")
            }
            Defect::UnterminatedComment => {
                Diagnostic::new(codes::E0105, span, "comment is never closed")
                    .label("missing closing `*/`")
            }
        }
    }
}

fn bad_number_message(span: Span, text: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(codes::E0104, span, format!("`{}` is not a number", shorten(text)));
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("0x") {
        diagnostic.help("hexadecimal digits are `0`-`9` and `a`-`f`")
    } else if lower.starts_with("0b") || lower.starts_with("0o") {
        diagnostic.help("write the number in decimal, or in hexadecimal after `0x`")
    } else if text.contains('_') {
        let digits = text.replace('_', "");
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return diagnostic.fix("numbers have no `_` between digits", span, digits);
        }
        diagnostic.help("a name cannot start with a digit")
    } else if lower.contains('e') && lower.bytes().all(|b| b.is_ascii_digit() || b == b'e') {
        diagnostic.help("numbers have no exponent; write all digits")
    } else {
        diagnostic.help("a name cannot start with a digit")
    }
}

/// At most 40 characters of `text`.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(37).collect();
    short.push_str("...");
    short
}

fn defect(lexer: &mut Lexer<'_>, kind: Defect) {
    let range = lexer.span();
    // Unterminated literals and comments are few, and determine which other errors are reported.
    if lexer.extras.errors.len() <= crate::MAX_DIAGNOSTICS
        || matches!(kind, Defect::UnterminatedString | Defect::UnterminatedComment)
    {
        lexer.extras.errors.push(LexError { start: range.start, end: range.end, kind });
    }
}

pub(crate) fn unknown_attribute(lexer: &mut Lexer<'_>) {
    defect(lexer, Defect::Attribute);
}

pub(crate) fn unknown_directive(lexer: &mut Lexer<'_>) -> FilterResult<(), ()> {
    defect(lexer, Defect::Directive);
    FilterResult::Emit(())
}

pub(crate) fn bad_number(lexer: &mut Lexer<'_>) {
    defect(lexer, Defect::Number);
}

pub(crate) fn integer(lexer: &mut Lexer<'_>) {
    // 2^63 itself is valid under a minus, which only the parser sees.
    if integer_value(lexer.slice()).is_none_or(|value| value > 1 << 63) {
        defect(lexer, Defect::Range);
    }
}

/// Whether `text` has the form of an integer literal.
pub(crate) fn is_integer(text: &str) -> bool {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hex {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// The value of an integer literal, unless it needs more than 64 bits.
pub(crate) fn integer_value(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// `//`, `///` and `//!` to the end of the line.
pub(crate) fn line_comment(lexer: &mut Lexer<'_>) -> FilterResult<(), ()> {
    let text = lexer.slice();
    let doc = text.strip_prefix("///").map(|rest| (false, rest));
    if let Some((inner, rest)) = doc.or_else(|| text.strip_prefix("//!").map(|rest| (true, rest))) {
        let rest = rest.strip_suffix('\r').unwrap_or(rest);
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        lexer.extras.docs.push((inner, rest.to_owned()));
    }
    FilterResult::Skip
}

pub(crate) fn block_comment(lexer: &mut Lexer<'_>) -> FilterResult<(), ()> {
    match lexer.remainder().find("*/") {
        Some(at) => lexer.bump(at + 2),
        None => {
            defect(lexer, Defect::UnterminatedComment);
            lexer.bump(lexer.remainder().len());
        }
    }
    FilterResult::Skip
}

/// Lexes the rest of a string after its opening quote. An unterminated one stops at the end of the
/// line.
pub(crate) fn string(lexer: &mut Lexer<'_>) -> FilterResult<(), ()> {
    let rest = lexer.remainder().as_bytes();
    let start = lexer.span().end;
    let within_line = lexer.extras.unclosed_string;
    let mut bad_escapes = Vec::new();
    let mut at = 0;
    let mut closed = false;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'"' => {
                closed = true;
                break;
            }
            b'\n' if within_line => break,
            b'\\' => {
                if rest.get(at + 1) == Some(&b'x') && hex_pair(rest, at + 2).is_none() {
                    bad_escapes.push(start + at);
                }
                at += 2;
            }
            _ => at += 1,
        }
    }
    if closed {
        lexer.bump(at + 1);
        for start in bad_escapes {
            let kind = Defect::StringEscape;
            lexer.extras.errors.push(LexError { start, end: start + 2, kind });
        }
    } else {
        let line = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        lexer.bump(line);
        if !within_line {
            lexer.extras.unclosed_string = true;
            defect(lexer, Defect::UnterminatedString);
        }
    }
    FilterResult::Emit(())
}

/// The text of a token, or of whole tokens.
pub(crate) fn slice(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).or_never("", "tokens lie within the text")
}

/// The value of two hexadecimal digits at `at`.
fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    Some((digit(at)? * 16 + digit(at + 1)?) as u8)
}

/// The bytes a string literal stands for; `text` has its quotes. Unknown escapes stay as written.
pub(crate) fn string_value(text: &str) -> Vec<u8> {
    let text = text.strip_prefix('"').unwrap_or(text);
    let text = text.strip_suffix('"').unwrap_or(text).as_bytes();
    let mut value = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            value.push(byte);
            continue;
        }
        let escaped = text.get(at).copied();
        at += 1;
        match escaped {
            Some(b'n') => value.push(b'\n'),
            Some(b'r') => value.push(b'\r'),
            Some(b't') => value.push(b'\t'),
            Some(b'\\') => value.push(b'\\'),
            Some(b'"') => value.push(b'"'),
            Some(b'0') => value.push(0),
            Some(b'x') => {
                if let Some(byte) = hex_pair(text, at) {
                    value.push(byte);
                    at += 2;
                }
            }
            Some(other) => value.extend([b'\\', other]),
            None => value.push(b'\\'),
        }
    }
    value
}

/// Lexes the rest of a character literal after its opening quote.
pub(crate) fn character(lexer: &mut Lexer<'_>) -> FilterResult<(), ()> {
    let rest = lexer.remainder();
    let bytes = rest.as_bytes();
    let message = match bytes {
        [b'\\', b'n' | b't' | b'r' | b'\\' | b'\'' | b'"' | b'0', b'\'', ..] => {
            lexer.bump(3);
            return FilterResult::Emit(());
        }
        [b'\\', _, ..] => "unknown escape in a character literal",
        [b'\'', b'\'', ..] => "this character needs a backslash before it",
        [b'\'', ..] => "empty character literal",
        [b'\n' | b'\r', ..] | [] => "character literal is never closed",
        [byte, b'\'', ..] if byte.is_ascii() => {
            lexer.bump(2);
            return FilterResult::Emit(());
        }
        [byte, ..] if !byte.is_ascii() => "a character literal is one byte; use a string",
        _ => "a character literal is one byte; strings are written between `\"`",
    };
    // The end of the literal, if it is near; otherwise only the quote is consumed.
    let skip = if bytes.first() == Some(&b'\\') { 2 } else { 0 };
    let end = rest
        .char_indices()
        .take(8)
        .take_while(|&(_, c)| c != '\n')
        .filter(|&(at, _)| at >= skip)
        .find(|&(_, c)| c == '\'')
        .map_or(0, |(at, _)| at + 1);
    // `'''`: the quote in the middle was meant.
    let end = if bytes.starts_with(b"''") { 2 } else { end };
    let closed = end > 0;
    let word = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    lexer.bump(if closed { end } else { word });
    defect(lexer, Defect::Char(if closed { message } else { "character literal is never closed" }));
    FilterResult::Emit(())
}

/// The value of a character literal; `text` has its quotes. 0 for a malformed one.
pub(crate) fn character_value(text: &str) -> u8 {
    match text.as_bytes() {
        [b'\'', b'\\', escape, b'\''] => match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'0' => 0,
            other => *other,
        },
        [b'\'', byte, b'\''] => *byte,
        _ => 0,
    }
}

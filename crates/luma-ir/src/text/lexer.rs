//! Tokens of the text form.

use logos::Logos;

/// A token.
#[derive(Logos, Clone, Copy, Debug, PartialEq)]
#[logos(skip r"[ \t\r\n]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
pub(crate) enum Token<'t> {
    #[token("luma.func")]
    Func,
    #[token("luma.global")]
    Global,
    #[token("luma.struct")]
    Struct,
    #[token("public")]
    Public,
    #[token("external")]
    External,
    #[token("attributes")]
    Attributes,
    #[token("loc")]
    Loc,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("unit")]
    Unit,
    #[regex(r"[A-Za-z_][A-Za-z0-9_.$]*", |lex| lex.slice())]
    Ident(&'t str),
    #[regex(r#""([^"\\]|\\[\x00-\x7f])*""#, |lex| lex.slice())]
    String(&'t str),
    #[regex(r"%[A-Za-z0-9_.$-]+", |lex| &lex.slice()[1..])]
    Value(&'t str),
    #[regex(r"@[A-Za-z0-9_.$-]+", |lex| &lex.slice()[1..])]
    Symbol(&'t str),
    #[regex(r#"@"[^"\\\x00-\x1f\x7f]+""#, |lex| unquoted(&lex.slice()[1..]))]
    QuotedSymbol(&'t str),
    /// What the generic form says of the arguments of successors.
    #[regex(r"array<i32(:[0-9, ]*)?>", |lex| lex.slice())]
    Segments(&'t str),
    #[regex(r"\^[A-Za-z0-9_.$-]+", |lex| &lex.slice()[1..])]
    Label(&'t str),
    #[regex(r"![A-Za-z_][A-Za-z0-9_.$]*", |lex| &lex.slice()[1..])]
    DialectType(&'t str),
    #[regex(r"#[A-Za-z_][A-Za-z0-9_.$]*", |lex| &lex.slice()[1..])]
    Alias(&'t str),
    #[regex(r"-?[0-9]+", |lex| lex.slice())]
    Int(&'t str),
    #[regex(r"-?[0-9]+\.[0-9]*([eE][+-]?[0-9]+)?", |lex| lex.slice())]
    Float(&'t str),
    #[regex(r"0x[0-9A-Fa-f]+", |lex| &lex.slice()[2..])]
    Hex(&'t str),
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("<")]
    Less,
    #[token(">")]
    Greater,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("=")]
    Equal,
    #[token("->")]
    Arrow,
}

/// What stands between the quotes of a string.
pub(crate) fn unquoted(string: &str) -> &str {
    string.get(1..string.len().saturating_sub(1)).unwrap_or_default()
}

/// What is wrong with the text at some range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LexError {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) message: &'static str,
}

/// Brackets may nest this deep; deeper input is refused before anything recursive sees it.
const MAX_DEPTH: usize = 4096;

/// All tokens of `text` with their ranges, or the first error.
pub(crate) fn lex(text: &str) -> impl Iterator<Item = Result<(u32, Token<'_>, u32), LexError>> {
    let mut depth = 0usize;
    Token::lexer(text).spanned().map(move |(token, range)| {
        let (start, end) = (range.start as u32, range.end as u32);
        let token = token.map_err(|()| LexError {
            start,
            end,
            message: "unknown character or unterminated string",
        })?;
        match token {
            Token::LParen | Token::LBrace | Token::LBracket | Token::Less => depth += 1,
            Token::RParen | Token::RBrace | Token::RBracket | Token::Greater => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(LexError { start, end, message: "brackets nest more than 4096 deep" });
        }
        Ok((start, token, end))
    })
}

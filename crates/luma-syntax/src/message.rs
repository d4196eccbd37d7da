//! The wording of syntax errors.

use luma_diagnostics::{Code, Diagnostic, Span, codes};

use crate::build::Builder;
use crate::chunk::Chunk;
use crate::foreign;
use crate::lexer;
use crate::token::{T, Token};

/// The error for `tokens[at]` (one past the last: the declaration ends too early), where only
/// `expected` tokens are allowed. `None` if the defect is already reported.
pub(crate) fn syntax_error(
    cx: &Builder<'_>,
    tokens: &[Token],
    at: usize,
    expected: &[String],
) -> Option<Diagnostic> {
    let site = Site { cx, tokens, at, expected };
    // Malformed numbers are reported by the lexer.
    if matches!(site.kind(0), Some(T::Bad | T::Error))
        || site.kind(0) == Some(T::Int) && !lexer::is_integer(site.text(0))
    {
        return None;
    }
    Some(
        site.unsupported()
            .or_else(|| site.half_float())
            .or_else(|| site.foreign())
            .or_else(|| site.missing_separator())
            .unwrap_or_else(|| site.general()),
    )
}

/// The error for a chunk that is not allowed at module level. `again` says that it follows another
/// such chunk; unless the brackets of the file are `balanced`, its statements are then assumed to
/// be the rest of a function that was closed too early.
pub(crate) fn stray(cx: &mut Builder<'_>, chunk: &Chunk, again: bool, balanced: bool) {
    let (Some(&first), None) = (chunk.tokens.first(), chunk.broken_at) else { return };
    let like_declaration =
        matches!(first.kind, T::Fn | T::Struct | T::Enum | T::Impl) || first.kind.is_type_keyword();
    let blank = cx.text(0, first.start).bytes().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    let starts_line = blank.is_none_or(|byte| byte == b'\n');
    // What continues on the same line, or is the rest of what was reported, is not another error.
    let again = again && !(balanced && starts_line && !matches!(first.kind, T::Else | T::Elif));
    if first.kind == T::Bad || again && !like_declaration {
        return;
    }
    let site = Site { cx, tokens: &chunk.tokens, at: 0, expected: &[] };
    let span = site.span(first);
    let name = |offset: usize| match chunk.tokens.get(offset) {
        Some(token) if token.kind == T::Ident => cx.text(token.start, token.end),
        _ => "name",
    };
    let found = site.describe(first);
    let declaration =
        Diagnostic::new(codes::E0101, span, format!("expected a declaration, found {found}"));
    if let Some(help) = foreign::declaration(&site) {
        cx.diagnostics.push(declaration.help(help));
        return;
    }
    let diagnostic = match first.kind {
        T::Fn => declaration
            .help(format!("a function is declared as `const {} -> fn (…) type {{ … }}`", name(1))),
        T::Struct => declaration
            .help(format!("a struct is declared as `const {} -> struct {{ … }};`", name(1))),
        T::Enum => {
            declaration.help(format!("an enum is declared as `const {} -> enum {{ … }};`", name(1)))
        }
        T::Impl | T::Import => {
            Diagnostic::new(codes::E0109, span, format!("{found} is not supported yet"))
        }
        T::Semi => declaration.fix("remove the `;`", span, ""),
        T::Ident if foreign::is_declaration_word(site.text(0)) => declaration,
        kind if kind.starts_statement()
            || matches!(
                kind,
                T::Ident | T::LBrace | T::Star | T::PlusPlus | T::MinusMinus | T::Free
            ) =>
        {
            Diagnostic::new(codes::E0110, span, "statements are not allowed at module level")
                .help("put it into a function")
        }
        _ => declaration,
    };
    cx.diagnostics.push(diagnostic);
}

/// An error's surroundings.
pub(crate) struct Site<'s> {
    pub(crate) cx: &'s Builder<'s>,
    pub(crate) tokens: &'s [Token],
    pub(crate) at: usize,
    pub(crate) expected: &'s [String],
}

impl Site<'_> {
    /// The token `offset` after the offending one; inserted commas are not counted.
    pub(crate) fn token(&self, offset: isize) -> Option<Token> {
        if offset < 0 {
            return self.tokens.get(self.at.checked_add_signed(offset)?).copied();
        }
        let mut written =
            self.tokens.get(self.at..)?.iter().filter(|token| !is_inserted_comma(**token));
        written.nth(offset.unsigned_abs()).copied()
    }

    pub(crate) fn kind(&self, offset: isize) -> Option<T> {
        self.token(offset).map(|token| token.kind)
    }

    pub(crate) fn text(&self, offset: isize) -> &str {
        self.token(offset).map_or("", |token| self.cx.text(token.start, token.end))
    }

    pub(crate) fn span(&self, token: Token) -> Span {
        self.cx.span(token.start, token.end)
    }

    /// Where the offending token is; after the last token if there is none.
    pub(crate) fn here(&self) -> Span {
        match self.token(0) {
            Some(token) => self.span(token),
            None => self.behind(),
        }
    }

    /// The position right after the token before the offending one.
    fn behind(&self) -> Span {
        let before = self.tokens.get(..self.at).and_then(|before| before.last());
        before.map_or_else(|| self.cx.span(0, 0), |token| self.span(*token).shrink_to_end())
    }

    pub(crate) fn may(&self, token: &str) -> bool {
        self.expected.iter().any(|expected| expected.trim_matches('"') == token)
    }

    pub(crate) fn expects_expression(&self) -> bool {
        self.may("integer") && self.may("cast")
    }

    pub(crate) fn expects_statement(&self) -> bool {
        self.may("return") && self.may("loop")
    }

    pub(crate) fn expects_type(&self) -> bool {
        self.may("int") && self.may("double")
    }

    /// Whether an operand just ended and the expression may continue.
    pub(crate) fn after_operand(&self) -> bool {
        self.may("==") && self.may("%")
    }

    /// Whether the offending token is on a later line than the one before it.
    pub(crate) fn on_new_line(&self) -> bool {
        let (Some(before), Some(here)) = (self.token(-1), self.token(0)) else { return false };
        self.cx.text(before.end, here.start).contains('\n')
    }

    pub(crate) fn error(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, span, message)
    }

    fn unsupported(&self) -> Option<Diagnostic> {
        let kind = self.kind(0)?;
        (matches!(kind, T::Impl | T::AtModule | T::AtUse | T::AtLink | T::AtOs)
            && self.expects_statement())
        .then(|| {
            let message = match kind {
                T::AtModule => "`@module` must be the first declaration of the file".to_owned(),
                _ => format!("`{}` is not supported yet", self.text(0)),
            };
            let code = if kind == T::AtModule { codes::E0111 } else { codes::E0109 };
            self.error(code, self.here(), message)
        })
    }

    /// A missing `;` or `,` is shown where it belongs: right after the previous token.
    fn missing_separator(&self) -> Option<Diagnostic> {
        let separator = if self.may(";") {
            ";"
        } else if self.may(",") && !self.may(")") && !self.may("]") {
            ","
        } else {
            return None;
        };
        if self.expects_expression() || self.expects_type() {
            return None;
        }
        let ends_here = match self.kind(0) {
            None => true,
            Some(kind) => {
                self.on_new_line()
                    || kind == T::RBrace
                    || kind.starts_statement()
                    || separator == ";" && self.after_operand() && kind == T::Ident
            }
        };
        if !ends_here || self.kind(0) == Some(T::LBrace) {
            return None;
        }
        let message = match self.token(0) {
            Some(token) => format!("expected `{separator}`, found {}", self.describe(token)),
            None => format!("expected `{separator}` at the end of the declaration"),
        };
        let span = self.behind();
        Some(self.error(codes::E0101, span, message).fix(
            format!("add the `{separator}`"),
            span,
            separator,
        ))
    }

    /// "expected X, found Y".
    pub(crate) fn general_message(&self) -> Diagnostic {
        let wanted = self.wanted();
        let message = match (self.token(0), wanted.is_empty()) {
            (Some(token), false) => format!("expected {wanted}, found {}", self.describe(token)),
            (Some(token), true) => format!("unexpected {}", self.describe(token)),
            (None, false) => format!("expected {wanted} at the end of the declaration"),
            (None, true) => "the declaration ends too early".to_owned(),
        };
        self.error(codes::E0101, self.here(), message)
    }

    /// The same, with help if there is any.
    fn general(&self) -> Diagnostic {
        let mut diagnostic = self.general_message();
        let kind = self.kind(0);
        if self.expects_type() && kind == Some(T::Arrow) {
            diagnostic =
                diagnostic.help("the result type follows the `)` directly: `fn (…) int { … }`");
        } else if self.may("{")
            && !self.may(";")
            && !self.after_operand()
            && self.may(":") == (self.kind(-1) == Some(T::RParen))
            && self.tokens.get(self.statement_start()).is_some_and(|t| t.kind == T::Loop)
        {
            diagnostic = diagnostic.help("the body of a loop is written between `{` and `}`");
        } else if self.may("ident")
            && !self.expects_expression()
            && !self.expects_type()
            && kind.is_some_and(T::is_type_keyword)
            && self.kind(1) == Some(T::Ident)
        {
            diagnostic = diagnostic.help(format!(
                "the name comes first: `{}: {}`",
                self.text(1),
                self.text(0)
            ));
        }
        diagnostic
    }

    /// `1.` and `.5`.
    fn half_float(&self) -> Option<Diagnostic> {
        let dot = |token: Option<Token>| token.filter(|token| token.kind == T::Dot);
        let number = |token: Option<Token>| token.filter(|token| token.kind == T::Int);
        let span = if let (Some(dot), Some(number)) = (dot(self.token(-1)), number(self.token(-2)))
            && number.end == dot.start
        {
            self.span(number).to(self.span(dot))
        } else if let (Some(dot), Some(number)) = (dot(self.token(0)), number(self.token(1)))
            && dot.end == number.start
        {
            self.span(dot).to(self.span(number))
        } else {
            return None;
        };
        let message = "a number needs digits on both sides of its `.`";
        Some(self.error(codes::E0104, span, message))
    }

    /// What is allowed here, in a few words.
    fn wanted(&self) -> String {
        let mut wanted: Vec<String> = Vec::new();
        if self.expects_statement() {
            wanted.push("a statement".to_owned());
        } else if self.expects_expression() {
            wanted.push("an expression".to_owned());
        } else if self.expects_type() {
            wanted.push("a type".to_owned());
        } else if self.may("ident") {
            wanted.push("a name".to_owned());
        }
        let listed: &[&str] = if self.expects_expression() || self.expects_type() {
            &[")", "]", "}"]
        } else {
            &[
                ";", ":", "->", "=", ")", "]", ",", "}", ">", "<", "(", "{", "fn", "struct",
                "enum", "const", "let", "string", "if",
            ]
        };
        for &token in listed {
            // After an operand, a bracket would continue the expression, which is rarely meant.
            let goes_on = self.after_operand() && matches!(token, "=" | "<" | ">" | "(" | "{");
            let aliases = token == "=" && self.may("->");
            if self.may(token) && !goes_on && !aliases {
                wanted.push(match token {
                    "string" => "a string".to_owned(),
                    _ => format!("`{token}`"),
                });
            }
        }
        wanted.truncate(3);
        match wanted.pop() {
            None => String::new(),
            Some(last) if wanted.is_empty() => last,
            Some(last) => format!("{} or {last}", wanted.join(", ")),
        }
    }

    fn describe(&self, token: Token) -> String {
        let text = self.cx.text(token.start, token.end);
        let is_word = text.starts_with(|c: char| c.is_ascii_lowercase());
        match token.kind {
            T::Str => "a string".to_owned(),
            T::Ident | T::Int | T::Float if text.len() > 40 => "a long name or number".to_owned(),
            T::Ident => format!("`{text}`"),
            _ if token.start == token.end => "the end of the line".to_owned(),
            _ if is_word && self.may("ident") && !self.expects_statement() => {
                format!("the keyword `{text}`")
            }
            _ => format!("`{text}`"),
        }
    }
}

pub(crate) fn is_inserted_comma(token: Token) -> bool {
    token.kind == T::Comma && token.start == token.end
}

//! Splits the tokens of a file into declarations, so that each is parsed separately: an error in
//! one never affects another, and parsing takes linear time.
//!
//! On the way, brackets are matched (and balanced where they are not), each `{` is classified by
//! what it opens, and the optional commas inside `(…)` and `[…]` are inserted.

use luma_diagnostics::{Diagnostic, FileId, OrNever as _, Span, codes, never};

use crate::token::{Role, T, Token};

/// Deepest nesting of brackets.
const MAX_BRACKET_DEPTH: usize = 200;

/// The kind of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChunkKind {
    /// A declaration.
    Item,
    /// A directive: `@…`.
    Directive,
    /// Something that is not allowed at module level.
    Stray,
}

/// The tokens of one declaration.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) kind: ChunkKind,
    /// Its tokens; brackets are balanced.
    pub(crate) tokens: Vec<Token>,
    /// The offset of its first unmatched bracket. Errors after that are consequences.
    pub(crate) broken_at: Option<u32>,
    /// Too deeply nested to be parsed.
    pub(crate) too_deep: bool,
}

/// Splits `tokens` into chunks.
pub(crate) fn split(
    file: FileId,
    text: &str,
    tokens: &[Token],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Chunk> {
    let mut splitter = Splitter {
        file,
        chunks: Vec::new(),
        chunk: Chunk::new(),
        frames: vec![Frame::new(T::Semi, Role::None, T::Semi, 0)],
        deep: 0,
        open_braces: 0,
        open_parens: 0,
        open_squares: 0,
        only_prefix: true,
        ends_operand: false,
        stray_closer: false,
        diagnostics,
    };
    let balanced = is_balanced(tokens);
    let mut rest = tokens;
    while let [token, after @ ..] = rest {
        let token = *token;
        // In a file with unmatched brackets, a definition at the start of a line is assumed to be a
        // new declaration, whatever is still open.
        if !balanced && splitter.is_nested() && starts_line(text, token) && is_definition(rest) {
            splitter.finish();
        }
        splitter.token(token, after.first().map(|next| next.kind));
        rest = after;
    }
    splitter.finish();
    splitter.chunks
}

fn is_balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        if token.kind.opens() {
            open.push(token.kind);
        } else if token.kind.closes() && open.pop().map(closer) != Some(token.kind) {
            return false;
        }
    }
    open.is_empty()
}

fn closer(opener: T) -> T {
    match opener {
        T::LParen => T::RParen,
        T::LBracket => T::RBracket,
        _ => T::RBrace,
    }
}

fn starts_line(text: &str, token: Token) -> bool {
    let start = token.start as usize;
    start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n')
}

/// Whether `{attribute} [pub|priv] const NAME -> …` starts here.
fn is_definition(tokens: &[Token]) -> bool {
    let mut kinds = tokens.iter().take(12).map(|token| token.kind).skip_while(|kind| {
        kind.is_prefix() || matches!(kind, T::LParen | T::Str | T::RParen | T::Ident | T::Comma)
    });
    if tokens.first().is_none_or(|first| first.kind != T::Const && !first.kind.is_prefix()) {
        return false;
    }
    kinds.next() == Some(T::Const)
        && kinds.next() == Some(T::Ident)
        && match kinds.next() {
            Some(T::Arrow) => true,
            Some(T::Eq) => matches!(kinds.next(), Some(T::Fn | T::Struct | T::Enum)),
            _ => false,
        }
}

impl Chunk {
    fn new() -> Self {
        Self { kind: ChunkKind::Stray, tokens: Vec::new(), broken_at: None, too_deep: false }
    }
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
struct Frame {
    opener: T,
    role: Role,
    /// The token before the opener.
    before: T,
    /// Byte offset of the opening bracket.
    start: u32,
    /// Between `-> fn` and the body: a `{` after a name is the body, not a literal.
    in_signature: bool,
    /// Inside the `<…>` of the keyword (`cast`, `sizeof`, `input`).
    angle: Option<T>,
}

impl Frame {
    fn new(opener: T, role: Role, before: T, start: u32) -> Self {
        Self { opener, role, before, start, in_signature: false, angle: None }
    }
}

struct Splitter<'d> {
    file: FileId,
    chunks: Vec<Chunk>,
    chunk: Chunk,
    /// Open brackets; the first frame is the file itself.
    frames: Vec<Frame>,
    /// Number of brackets open beyond the limit.
    deep: usize,
    open_braces: usize,
    open_parens: usize,
    open_squares: usize,
    /// Whether the chunk has only attributes and `pub`/`priv` so far.
    only_prefix: bool,
    /// Whether the last token ended an operand.
    ends_operand: bool,
    /// Whether a closing bracket without an opener was found between declarations.
    stray_closer: bool,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Splitter<'_> {
    fn is_nested(&self) -> bool {
        self.frames.len() > 1
    }

    fn previous(&self) -> T {
        self.chunk.tokens.last().map_or(T::Semi, |token| token.kind)
    }

    fn token(&mut self, token: Token, next: Option<T>) {
        if !self.is_nested() && token.kind.starts_item() && !self.only_prefix {
            self.finish();
        }
        if token.kind == T::Impl && !self.is_nested() && self.chunk.kind == ChunkKind::Stray {
            self.finish();
        }
        if self.chunk.tokens.is_empty() && self.chunk.broken_at.is_none() {
            self.chunk.kind =
                if token.kind.starts_item() { ChunkKind::Item } else { ChunkKind::Stray };
            self.stray_closer &= self.chunk.kind == ChunkKind::Stray;
        }
        if !self.is_nested() && self.only_prefix && token.kind.is_directive() {
            self.chunk.kind = ChunkKind::Directive;
        }
        if token.kind.opens() {
            self.open(token);
        } else if token.kind.closes() {
            self.close(token, next);
        } else {
            self.plain(token);
        }
        if self.is_nested() {
            return;
        }
        let kind = token.kind;
        match self.chunk.kind {
            ChunkKind::Item | ChunkKind::Stray if kind == T::Semi => self.finish(),
            ChunkKind::Directive if self.directive_is_whole(next) => self.finish(),
            _ => {}
        }
    }

    /// Whether the directive collected so far is complete.
    fn directive_is_whole(&self, next: Option<T>) -> bool {
        let mut kinds =
            self.chunk.tokens.iter().map(|token| token.kind).skip_while(|kind| kind.is_prefix());
        match (kinds.next(), kinds.next(), kinds.next(), kinds.next()) {
            (Some(T::AtModule), Some(T::Str), ..) => true,
            (Some(T::AtUse), Some(T::Str), None, _) => next != Some(T::As),
            (Some(T::AtUse), Some(T::Str), Some(T::As), Some(T::Ident)) => true,
            (Some(T::AtLink), Some(T::LParen), ..) => true,
            (Some(T::AtOs), Some(T::LBrace), ..) => true,
            _ => false,
        }
    }

    /// A token that is not a bracket.
    fn plain(&mut self, token: Token) {
        let kind = token.kind;
        if self.deep > 0 {
            return;
        }
        self.insert_comma(kind, token.start);
        let previous = self.previous();
        if !self.is_nested() && !kind.is_prefix() {
            self.only_prefix = false;
        }
        let mut ends_operand = match kind {
            T::Ident | T::Int | T::Float | T::Char | T::Str | T::True | T::False => true,
            T::PlusPlus | T::MinusMinus => self.ends_operand,
            _ => kind.is_type_keyword(),
        };
        if let Some(frame) = self.frames.last_mut() {
            match kind {
                T::Fn if matches!(previous, T::Arrow | T::Eq) => frame.in_signature = true,
                T::Eq | T::Semi => frame.in_signature = false,
                T::Lt if matches!(previous, T::Cast | T::Sizeof | T::Input) => {
                    frame.angle = Some(previous);
                }
                T::Gt => ends_operand = frame.angle.take() == Some(T::Sizeof),
                _ => {}
            }
        }
        self.ends_operand = ends_operand;
        self.chunk.tokens.push(token);
    }

    /// Puts a comma before an operand that directly follows another one.
    fn insert_comma(&mut self, next: T, at: u32) {
        let in_list = self
            .frames
            .last()
            .is_some_and(|frame| matches!(frame.role, Role::Group | Role::Params));
        if !in_list || !self.ends_operand {
            return;
        }
        let starts_operand = matches!(
            next,
            T::Ident
                | T::Int
                | T::Float
                | T::Char
                | T::Str
                | T::True
                | T::False
                | T::Alloc
                | T::Free
                | T::Cast
                | T::Sizeof
                | T::Input
                | T::System
                | T::Syscall
                | T::Bang
                | T::Tilde
        ) || next == T::LBrace && self.previous() != T::Ident;
        if starts_operand {
            self.ends_operand = false;
            self.chunk.tokens.push(Token::new(T::Comma, at, at));
        }
    }

    fn open(&mut self, token: Token) {
        if self.deep > 0 {
            self.deep += 1;
            self.count(token.kind, true);
            self.frames.push(Frame::new(token.kind, Role::Group, T::Semi, token.start));
            return;
        }
        self.insert_comma(token.kind, token.start);
        let previous = self.previous();
        let (kind, role) = self.classify(token.kind, previous);
        if !(self.is_nested() || token.kind == T::LParen && previous.is_attribute()) {
            self.only_prefix = false;
        }
        if role == Role::Block
            && let Some(frame) = self.frames.last_mut()
        {
            frame.in_signature = false;
        }
        if self.frames.len() > MAX_BRACKET_DEPTH {
            self.deep = 1;
            self.chunk.too_deep = true;
            let span = Span::new(self.file, token.start, token.end);
            self.report(
                Diagnostic::new(codes::E0107, span, "brackets are nested too deeply")
                    .note(format!("at most {MAX_BRACKET_DEPTH} brackets may be open at once")),
            );
        } else {
            self.chunk.tokens.push(Token { kind, role, ..token });
        }
        self.count(token.kind, true);
        self.frames.push(Frame::new(token.kind, role, previous, token.start));
        self.ends_operand = false;
    }

    /// The token kind and the role of an opening bracket.
    fn classify(&self, kind: T, previous: T) -> (T, Role) {
        if kind == T::LParen && previous == T::Fn {
            return (kind, Role::Params);
        }
        if kind != T::LBrace {
            return (kind, Role::Group);
        }
        let in_signature = self.frames.last().is_some_and(|frame| frame.in_signature);
        match previous {
            T::Struct => (kind, Role::Struct),
            T::Enum => (kind, Role::Enum),
            T::Ident if !in_signature => (kind, Role::Literal),
            T::RParen if self.closes_switch_subject() => (kind, Role::Switch),
            T::Eq
            | T::LParen
            | T::LBracket
            | T::Comma
            | T::Colon
            | T::Return
            | T::Ellipsis
            | T::EqEq
            | T::NotEq
            | T::Le
            | T::Ge
            | T::AndAnd
            | T::OrOr
            | T::Shl
            | T::Shr
            | T::DotDot
            | T::Percent
            | T::Plus
            | T::Minus
            | T::Star
            | T::Slash
            | T::And
            | T::Or
            | T::Caret
            | T::Tilde
            | T::Bang => (T::LitBrace, Role::Literal),
            _ => (kind, Role::Block),
        }
    }

    /// Whether the `)` just seen is that of `switch (…)`, as its role says.
    fn closes_switch_subject(&self) -> bool {
        self.chunk.tokens.last().is_some_and(|token| token.role == Role::Switch)
    }

    fn count(&mut self, opener: T, opened: bool) {
        let count = match opener {
            T::LParen => &mut self.open_parens,
            T::LBracket => &mut self.open_squares,
            _ => &mut self.open_braces,
        };
        *count = match opened {
            true => *count + 1,
            false => count.checked_sub(1).or_never(0, "every open bracket is counted"),
        };
    }

    fn close(&mut self, token: Token, next: Option<T>) {
        let open = match token.kind {
            T::RParen => self.open_parens,
            T::RBracket => self.open_squares,
            _ => self.open_braces,
        };
        if open == 0 {
            self.unmatched(token.start, token.end, "closes nothing", token.kind);
            return;
        }
        while let Some(&frame) = self.frames.last()
            && self.is_nested()
            && closer(frame.opener) != token.kind
        {
            let message = format!("is not closed before this `{}`", closer_text(token.kind));
            self.unclosed(frame, Some((token, message)));
            self.pop(token.start, token.start);
        }
        let Some(frame) = self.pop(token.start, token.end) else {
            never!("an open bracket has a frame");
            return;
        };
        if self.is_nested() || self.chunk.kind == ChunkKind::Directive {
            return;
        }
        // What looks like a literal is not a value where no value is allowed: `class P { … }`.
        let is_body = matches!(frame.role, Role::Block | Role::Struct | Role::Enum | Role::Switch)
            || frame.role == Role::Literal && self.chunk.kind == ChunkKind::Stray;
        if is_body && next != Some(T::Semi) {
            self.finish();
        }
    }

    /// Closes the innermost bracket with a token at `start..end`.
    fn pop(&mut self, start: u32, end: u32) -> Option<Frame> {
        if !self.is_nested() {
            return None;
        }
        let frame = self.frames.pop()?;
        self.count(frame.opener, false);
        if self.deep > 0 {
            self.deep -= 1;
            if self.deep > 0 {
                return Some(frame);
            }
        } else {
            let mut token = Token::new(closer(frame.opener), start, end);
            if frame.opener == T::LParen && frame.before == T::Switch {
                token.role = Role::Switch;
            }
            self.chunk.tokens.push(token);
        }
        // After the `)` of a function type comes its result type.
        self.ends_operand = frame.role != Role::Params;
        Some(frame)
    }

    /// Reports the bracket of `frame` as never closed.
    fn unclosed(&mut self, frame: Frame, closed_by: Option<(Token, String)>) {
        if self.chunk.too_deep || self.chunk.broken_at.is_some() {
            return;
        }
        self.chunk.broken_at = Some(frame.start);
        let opener = opener_text(frame.opener);
        let span = Span::new(self.file, frame.start, frame.start + 1);
        let mut diagnostic =
            Diagnostic::new(codes::E0102, span, format!("`{opener}` is never closed"));
        if let Some((token, message)) = closed_by {
            let span = Span::new(self.file, token.start, token.end);
            diagnostic = diagnostic.also(span, format!("`{opener}` {message}"));
        }
        self.report(diagnostic);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() <= 3 * crate::MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a closing bracket that has no opener.
    fn unmatched(&mut self, start: u32, end: u32, what: &str, kind: T) {
        if self.chunk.too_deep || self.chunk.broken_at.is_some() {
            return;
        }
        // Outside of any declaration: errors up to the next one are consequences.
        if self.chunk.tokens.is_empty() || self.stray_closer {
            if std::mem::replace(&mut self.stray_closer, true) {
                return;
            }
        } else {
            self.chunk.broken_at = Some(start);
        }
        let span = Span::new(self.file, start, end);
        let message = format!("this `{}` {what}", closer_text(kind));
        self.report(Diagnostic::new(codes::E0102, span, message));
    }

    /// Ends the chunk; what is still open is closed.
    fn finish(&mut self) {
        if self.is_nested()
            && let Some(&frame) = self.frames.last()
        {
            self.unclosed(frame, None);
        }
        let end = self.chunk.tokens.last().map_or(0, |token| token.end);
        while self.is_nested() {
            self.pop(end, end);
        }
        self.frames.truncate(1);
        if let Some(file) = self.frames.first_mut() {
            *file = Frame::new(T::Semi, Role::None, T::Semi, 0);
        }
        self.only_prefix = true;
        self.ends_operand = false;
        let chunk = std::mem::replace(&mut self.chunk, Chunk::new());
        let follows_stray_closer = chunk.kind == ChunkKind::Stray && self.stray_closer;
        if !chunk.tokens.is_empty() && !follows_stray_closer {
            self.chunks.push(chunk);
        }
    }
}

fn opener_text(kind: T) -> &'static str {
    match kind {
        T::LParen => "(",
        T::LBracket => "[",
        _ => "{",
    }
}

fn closer_text(kind: T) -> &'static str {
    match kind {
        T::RParen => ")",
        T::RBracket => "]",
        _ => "}",
    }
}

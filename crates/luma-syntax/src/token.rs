//! The tokens of the language.

use logos::Logos;

use crate::lexer::{self, Notes};

/// What kind of token; its text and value are read from the source where they are needed.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[logos(extras = Notes)]
#[logos(skip r"[ \t\r\n\f\u{feff}]+")]
pub(crate) enum T {
    #[token("if")]
    If,
    #[token("elif")]
    Elif,
    #[token("else")]
    Else,
    #[token("loop")]
    Loop,
    #[token("break")]
    Break,
    #[token("continue")]
    Continue,
    #[token("return")]
    Return,
    #[token("defer")]
    Defer,
    #[token("switch")]
    Switch,
    #[token("const")]
    Const,
    #[token("let")]
    Let,
    #[token("pub")]
    Pub,
    #[token("priv")]
    Priv,
    #[token("static")]
    Static,
    #[token("fn")]
    Fn,
    #[token("struct")]
    Struct,
    #[token("enum")]
    Enum,
    #[token("impl")]
    Impl,
    #[token("import")]
    Import,
    #[token("as")]
    As,
    #[token("in")]
    In,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("output")]
    Output,
    #[token("outputln")]
    Outputln,
    #[token("input")]
    Input,
    #[token("system")]
    System,
    #[token("alloc")]
    Alloc,
    #[token("free")]
    Free,
    #[token("cast")]
    Cast,
    #[token("sizeof")]
    Sizeof,
    #[token("__syscall__")]
    Syscall,
    #[token("void")]
    Void,
    #[token("byte")]
    Byte,
    #[token("int")]
    IntType,
    #[token("float")]
    FloatType,
    #[token("double")]
    DoubleType,
    #[token("bool")]
    BoolType,

    #[token("@module")]
    AtModule,
    #[token("@use")]
    AtUse,
    #[token("@os")]
    AtOs,
    #[token("@link")]
    AtLink,
    #[token("#returns_ownership")]
    ReturnsOwnership,
    #[token("#takes_ownership")]
    TakesOwnership,
    #[token("#dll_import")]
    DllImport,
    #[token("#lib_import")]
    LibImport,
    /// Any other `#word`; reported by the lexer.
    #[regex(r"#[A-Za-z_][A-Za-z0-9_]*", lexer::unknown_attribute)]
    UnknownAttribute,

    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Ident,
    #[regex(r"[0-9]+", lexer::integer)]
    #[regex(r"0[xX][0-9A-Fa-f]+", lexer::integer)]
    #[regex(r"[0-9]+[A-Za-z_][A-Za-z0-9_]*", lexer::bad_number, priority = 3)]
    Int,
    #[regex(r"[0-9]+\.[0-9]+")]
    Float,
    #[token("'", lexer::character)]
    Char,
    #[token("\"", lexer::string)]
    Str,

    #[token("...")]
    Ellipsis,
    #[token("->")]
    Arrow,
    #[token("=>")]
    FatArrow,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<=")]
    Le,
    #[token(">=")]
    Ge,
    #[token("&&")]
    AndAnd,
    #[token("||")]
    OrOr,
    #[token("::")]
    ColonColon,
    #[token("++")]
    PlusPlus,
    #[token("--")]
    MinusMinus,
    #[token("<<")]
    Shl,
    #[token(">>")]
    Shr,
    #[token("..")]
    DotDot,
    #[token("%")]
    Percent,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    /// `{` of a block, a definition's body, or a literal after a name.
    #[token("{")]
    LBrace,
    /// `{` that starts an anonymous struct literal; distinguished from `LBrace` by the token before
    /// it.
    LitBrace,
    #[token("}")]
    RBrace,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token(";")]
    Semi,
    #[token(",")]
    Comma,
    #[token("=")]
    Eq,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("<")]
    Lt,
    #[token(">")]
    Gt,
    #[token("&")]
    And,
    #[token("|")]
    Or,
    #[token("^")]
    Caret,
    #[token("~")]
    Tilde,
    #[token("!")]
    Bang,
    #[token("?")]
    Question,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,

    /// Text that is not a token; already reported.
    #[regex(r"//[^\n]*", lexer::line_comment, allow_greedy = true)]
    #[token("/*", lexer::block_comment)]
    #[regex(r"@[A-Za-z_][A-Za-z0-9_]*", lexer::unknown_directive)]
    Bad,
    /// Stands for a statement, member or arm that could not be parsed; already reported.
    Error,
}

/// What a bracket opens; `None` for tokens that are not opening brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    #[default]
    None,
    /// `(` and `[`.
    Group,
    /// `(` of parameters, after `fn`.
    Params,
    /// `{` of a function, loop, arm or bare block.
    Block,
    /// `{` after `struct`.
    Struct,
    /// `{` after `enum`.
    Enum,
    /// `{` after `switch (…)`.
    Switch,
    /// `{` of a struct literal.
    Literal,
}

/// A token and its source range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: T,
    pub(crate) role: Role,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    /// A token that is not an opening bracket.
    pub(crate) fn new(kind: T, start: u32, end: u32) -> Self {
        Self { kind, role: Role::None, start, end }
    }
}

impl T {
    /// Whether a declaration at module level can start here.
    pub(crate) fn starts_item(self) -> bool {
        matches!(self, T::Const | T::Let) || self.is_prefix() || self.is_directive()
    }

    /// `pub`, `priv` and attributes.
    pub(crate) fn is_prefix(self) -> bool {
        matches!(self, T::Pub | T::Priv) || self.is_attribute()
    }

    /// `#…`
    pub(crate) fn is_attribute(self) -> bool {
        matches!(
            self,
            T::ReturnsOwnership
                | T::TakesOwnership
                | T::DllImport
                | T::LibImport
                | T::UnknownAttribute
        )
    }

    /// `@…`
    pub(crate) fn is_directive(self) -> bool {
        matches!(self, T::AtModule | T::AtUse | T::AtOs | T::AtLink)
    }

    /// Keywords that can only be the first token of a statement.
    pub(crate) fn starts_statement(self) -> bool {
        matches!(
            self,
            T::If
                | T::Loop
                | T::Break
                | T::Continue
                | T::Return
                | T::Defer
                | T::Switch
                | T::Const
                | T::Let
                | T::Output
                | T::Outputln
        )
    }

    /// Keywords that name a type.
    pub(crate) fn is_type_keyword(self) -> bool {
        matches!(self, T::Void | T::Byte | T::IntType | T::FloatType | T::DoubleType | T::BoolType)
    }

    /// `(`, `[`, `{`
    pub(crate) fn opens(self) -> bool {
        matches!(self, T::LParen | T::LBracket | T::LBrace | T::LitBrace)
    }

    /// `)`, `]`, `}`
    pub(crate) fn closes(self) -> bool {
        matches!(self, T::RParen | T::RBracket | T::RBrace)
    }
}

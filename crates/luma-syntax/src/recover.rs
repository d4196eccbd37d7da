//! After a syntax error: cuts out the smallest statement, member or arm around it.
//!
//! The tokens it spans are replaced by one `Error` token, and the declaration is parsed again.
//! Because brackets are balanced, bracketed text is skipped as a whole.

use luma_diagnostics::never;

use crate::token::{Role, T, Token};
use crate::{foreign, lexer};

/// Replaces the smallest cuttable part around `tokens[at]` with an `Error` token. False if there is
/// none, so that the whole declaration is lost.
pub(crate) fn cut(text: &str, tokens: &mut Vec<Token>, at: usize) -> bool {
    let mut at = at.min(tokens.len());
    loop {
        let Some(open) = enclosing(tokens, at) else { return false };
        let Some(opener) = tokens.get(open) else {
            never!("`enclosing` finds one of the tokens");
            return false;
        };
        let already_cut = tokens.get(at).is_some_and(|token| token.kind == T::Error);
        if !already_cut {
            let range = match opener.role {
                Role::Switch if let Some(range) = foreign_arm(text, tokens, open, at) => {
                    Some(range)
                }
                Role::Block | Role::Switch => statement(text, tokens, open, at),
                Role::Struct | Role::Enum | Role::Params => member(tokens, open, at),
                Role::None | Role::Group | Role::Literal => None,
            };
            if let Some((from, to)) = range
                && let (Some(first), Some(last)) =
                    (tokens.get(from), to.checked_sub(1).and_then(|last| tokens.get(last)))
            {
                let error = Token::new(T::Error, first.start, last.end);
                tokens.splice(from..to, [error]);
                return true;
            }
        }
        at = open;
    }
}

/// The opening bracket around `tokens[at]`.
pub(crate) fn enclosing(tokens: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().take(at).rev() {
        if token.kind.closes() {
            depth += 1;
        } else if token.kind.opens() {
            if depth == 0 {
                return Some(index);
            }
            depth -= 1;
        }
    }
    None
}

/// The bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind.opens() {
            depth += 1;
        } else if token.kind.closes() {
            depth -= 1;
            if depth == 0 {
                return index;
            }
        }
    }
    tokens.len()
}

fn word_text(text: &str, token: Token) -> &str {
    lexer::slice(text, token.start, token.end)
}

/// The arm around `at` if it is written `case value: …` or `default: …`: all statements up to the
/// next such arm belong to it.
fn foreign_arm(text: &str, tokens: &[Token], open: usize, at: usize) -> Option<(usize, usize)> {
    let starts = |index: usize| {
        let Some(word) = tokens.get(index) else { return false };
        let next = tokens.get(index + 1).map(|token| token.kind);
        word.kind == T::Ident
            && match word_text(text, *word) {
                "case" => !matches!(next, Some(T::Arrow | T::FatArrow | T::Comma)),
                "default" => next == Some(T::Colon),
                _ => false,
            }
    };
    let from = at.checked_sub(1).filter(|&from| from > open && starts(from))?;
    let close = closing(tokens, open);
    let mut index = at;
    while index < close && !starts(index) {
        index = skip(tokens, index) + 1;
    }
    Some((from, index.min(close)))
}

/// The statement of the block at `open` that `at` is in.
fn statement(text: &str, tokens: &[Token], open: usize, at: usize) -> Option<(usize, usize)> {
    let kind = |index: usize| tokens.get(index).map(|token| token.kind);
    let starts_fresh = |index: usize| {
        kind(index)
            .is_some_and(|kind| kind.starts_statement() || kind.is_directive() || kind == T::Impl)
            && index.checked_sub(1).and_then(kind).is_some_and(|before| {
                // An unbraced body, or a prefix, belongs to what it follows.
                !matches!(
                    before,
                    T::RParen | T::Else | T::Defer | T::Arrow | T::FatArrow | T::Let | T::Const
                ) && !before.is_prefix()
            })
    };
    let ends_with_block = |start: usize, index: usize| {
        kind(index) == Some(T::RBrace)
            && tokens.get(start).is_some_and(|t| matches!(t.role, Role::Block | Role::Switch))
            && !matches!(kind(index + 1), Some(T::Else | T::Elif | T::Semi))
    };
    let mut from = open + 1;
    let mut index = open + 1;
    while index < at {
        let end = skip(tokens, index);
        let ends = matches!(kind(end), Some(T::Semi | T::Error)) || ends_with_block(index, end);
        if end >= at {
            break;
        }
        index = end + 1;
        if ends {
            from = index;
        }
    }
    let close = closing(tokens, open);
    // The statement before has no end: the next one is kept.
    if from < at && (at >= close || starts_fresh(at) || missing_end(text, tokens, at)) {
        return Some((from, at));
    }
    let mut index = at;
    while index < close {
        let end = skip(tokens, index);
        if kind(end) == Some(T::Semi) || ends_with_block(index, end) {
            return Some((from, (end + 1).min(close)));
        }
        index = end + 1;
        if index < close && starts_fresh(index) {
            return Some((from, index));
        }
    }
    (from < close).then_some((from, close))
}

/// Whether the statement before `at` seems to be complete except for its `;`: an operand ends right
/// before `at` and another one starts there.
fn missing_end(text: &str, tokens: &[Token], at: usize) -> bool {
    let word = at.checked_sub(1).and_then(|index| tokens.get(index));
    if word.is_some_and(|word| foreign::is_prefix_word(word_text(text, *word))) {
        return false;
    }
    let before = at.checked_sub(1).and_then(|index| tokens.get(index)).map(|token| token.kind);
    let ended = matches!(
        before,
        Some(
            T::RParen
                | T::RBracket
                | T::Ident
                | T::Int
                | T::Float
                | T::Char
                | T::Str
                | T::True
                | T::False
                | T::Break
                | T::Continue
        )
    );
    let next = tokens.get(at).map(|token| token.kind);
    ended && matches!(next, Some(T::Ident | T::Free)) && {
        let after = tokens.get(at + 1).map(|token| token.kind);
        matches!(after, Some(T::LParen | T::Eq | T::Dot | T::LBracket | T::PlusPlus))
    }
}

/// The member of the struct, enum or parameter list at `open` that `at` is in.
fn member(tokens: &[Token], open: usize, at: usize) -> Option<(usize, usize)> {
    let kind = |index: usize| tokens.get(index).map(|token| token.kind);
    let is_end = |start: usize, end: usize| {
        // A comma of the source, not one inserted between the two halves of a wrong parameter.
        let written = tokens.get(end).is_some_and(|token| token.start < token.end);
        written && matches!(kind(end), Some(T::Comma | T::Semi | T::Error))
            || kind(end) == Some(T::RBrace)
                && tokens.get(start).is_some_and(|token| token.role == Role::Block)
            || kind(end) == Some(T::Colon)
                && end.checked_sub(1).and_then(kind).is_some_and(T::is_prefix)
    };
    let mut from = open + 1;
    let mut index = open + 1;
    while index < at {
        let end = skip(tokens, index);
        if end >= at {
            break;
        }
        if is_end(index, end) {
            from = end + 1;
        }
        index = end + 1;
    }
    let close = closing(tokens, open);
    if from < at && at >= close {
        return Some((from, at));
    }
    let mut index = at;
    while index < close {
        let end = skip(tokens, index);
        if is_end(index, end) {
            return Some((from, (end + 1).min(close)));
        }
        index = end + 1;
    }
    (from < close).then_some((from, close))
}

/// The last token of the bracketed text that starts at `index`, or `index` itself.
fn skip(tokens: &[Token], index: usize) -> usize {
    if tokens.get(index).is_some_and(|token| token.kind.opens()) {
        closing(tokens, index)
    } else {
        index
    }
}

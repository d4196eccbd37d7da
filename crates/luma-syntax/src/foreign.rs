//! Recognises the syntax of other languages, and says how to write it in Luma.
//!
//! Almost only the wording of errors depends on this; recovery uses [`is_prefix_word`], too.

use luma_diagnostics::{Diagnostic, codes};

use crate::message::Site;
use crate::recover;
use crate::token::{Role, T, Token};

/// Words that other languages put before an operand. No statement ends after one of them.
pub(crate) fn is_prefix_word(word: &str) -> bool {
    matches!(word, "new" | "delete" | "not" | "and" | "or" | "throw" | "await")
}

/// The keyword of which `word` seems to be a misspelling: one character added or missing, two
/// swapped, or, in a word so long that it can hardly mean anything else, one wrong.
fn slip(word: &str) -> Option<&'static str> {
    const KEYWORDS: [&str; 14] = [
        "return", "outputln", "output", "break", "continue", "loop", "switch", "defer", "const",
        "free", "alloc", "elif", "else", "if",
    ];
    let (first, last) = (word.as_bytes(), word.len());
    KEYWORDS.into_iter().find(|keyword| {
        let keyword = keyword.as_bytes();
        if keyword.len().abs_diff(last) > 1 || last < 3 {
            return false;
        }
        let same = first.iter().zip(keyword).take_while(|(a, b)| a == b).count();
        let tail = |skip_word: usize, skip_keyword: usize| {
            first.get(same + skip_word..) == keyword.get(same + skip_keyword..)
                && first.get(same + skip_word..).is_some()
        };
        let swapped = first.get(same) == keyword.get(same + 1)
            && first.get(same + 1) == keyword.get(same)
            && tail(2, 2);
        swapped || last > 5 && tail(1, 1) || tail(1, 0) || tail(0, 1)
    })
}

/// Words that start declarations in other languages and have no counterpart in Luma.
pub(crate) fn is_declaration_word(word: &str) -> bool {
    matches!(word, "union" | "use" | "using" | "namespace" | "module" | "package" | "class")
}

/// How to write in Luma the declaration `type name(…) …` or `type name = …;` at the site, which
/// starts a chunk.
pub(crate) fn declaration(site: &Site<'_>) -> Option<String> {
    let kind = |at: usize| site.tokens.get(at).map(|token| token.kind);
    let text = |at: usize| site.tokens.get(at).map_or("", |t| site.cx.text(t.start, t.end));
    let is_word = |kind: T| matches!(kind, T::Ident | T::Static) || kind.is_type_keyword();
    let (mut words, mut stars, mut at) = (Vec::new(), 0, 0);
    while let Some(here) = kind(at).filter(|&kind| at < 12 && (is_word(kind) || kind == T::Star)) {
        match here {
            T::Star => stars += 1,
            _ => words.push(at),
        }
        at += 1;
    }
    let name = words.pop().filter(|&name| name + 1 == at && kind(name) == Some(T::Ident))?;
    let (first, ty) = (text(*words.first()?), text(*words.last()?));
    let (name, pointer) = (text(name), "*".repeat(stars));
    if name.len() > 40 || ty.len() > 40 {
        return None;
    }
    match kind(at) {
        Some(T::LParen) => {
            let none = match kind(at + 1) {
                Some(T::Void) => kind(at + 2) == Some(T::RParen),
                next => next == Some(T::RParen),
            };
            let params = if none { "" } else { "…" };
            let ends = site.tokens.last().is_some_and(|last| last.kind == T::Semi);
            let body = if ends { ";" } else { " { … }" };
            let ty = if matches!(ty, "func" | "def" | "fun" | "function" | "proc" | "sub") {
                "type"
            } else {
                ty
            };
            Some(format!(
                "a function is declared as `const {name} -> fn ({params}) {pointer}{ty}{body}`"
            ))
        }
        Some(T::Semi | T::Eq | T::LBracket | T::Comma) | None => match first {
            "typedef" | "type" | "using" => Some("types cannot be given further names".to_owned()),
            "use" | "class" | "union" | "interface" | "trait" | "namespace" => None,
            "var" | "mut" | "auto" => {
                Some(format!("a variable is declared as `let {name}: type;`"))
            }
            _ => Some(format!("a variable is declared as `let {name}: {pointer}{ty};`")),
        },
        Some(T::LBrace) if matches!(first, "class" | "record" | "interface") => {
            Some(format!("a struct is declared as `const {name} -> struct {{ … }};`"))
        }
        _ => None,
    }
}

impl Site<'_> {
    /// The diagnostic for the error, if it looks like the syntax of another language.
    pub(crate) fn foreign(&self) -> Option<Diagnostic> {
        self.foreign_statement()
            .or_else(|| self.foreign_operator())
            .or_else(|| self.foreign_arm())
            .or_else(|| self.foreign_word())
            .or_else(|| self.slipped_keyword())
            .or_else(|| self.untyped_variable())
            .or_else(|| {
                let help = self.foreign_help()?;
                Some(self.general_message().help(help))
            })
    }

    /// The first token of the statement around the error.
    pub(crate) fn statement_start(&self) -> usize {
        // The `{` of a literal may be the body of an unknown statement: `do { … }`.
        let boundary = |token: &Token| {
            matches!(token.kind, T::Semi | T::RBrace | T::Error | T::Else)
                || token.kind == T::LBrace && token.role != Role::Literal
        };
        let mut before = self.tokens.iter().take(self.at);
        before.rposition(boundary).map_or(0, |index| index + 1)
    }

    /// Statements and declarations of other languages.
    fn foreign_statement(&self) -> Option<Diagnostic> {
        let start = self.statement_start();
        let first = *self.tokens.get(start)?;
        let word = self.cx.text(first.start, first.end);
        let span = self.span(first);
        let second = self.tokens.get(start + 1).map(|token| token.kind);
        let no_such = |word: &str, help: &str| {
            self.error(codes::E0101, span, format!("there is no `{word}` statement")).help(help)
        };
        if first.kind == T::Ident && self.at > start {
            match word {
                "while" => {
                    return Some(no_such(word, "write `loop (condition) { … }`"));
                }
                "for" => {
                    return Some(no_such(word, "write `loop [i: int = 0](i < n) : (++i) { … }`"));
                }
                "delete" if self.at == start + 1 => {
                    let pointer = if self.kind(0) == Some(T::Ident) { self.text(0) } else { "p" };
                    return Some(no_such(word, &format!("release memory with `free({pointer})`")));
                }
                "print" | "println" | "printf" | "puts" | "echo" if self.at == start + 1 => {
                    return Some(no_such(word, "print with `output(…)` or `outputln(…)`"));
                }
                "ret" if self.at == start + 1 => {
                    return Some(no_such(word, "write `return value;`"));
                }
                "do" => return Some(no_such(word, "write `loop { … }` with a `break`")),
                "match" => return Some(no_such(word, "write `switch (value) { 1 -> … _ -> … }`")),
                "var" | "auto" | "mut" if second == Some(T::Ident) => {
                    return Some(no_such(
                        word,
                        "a variable is declared as `let name: type = value;`",
                    ));
                }
                _ => {}
            }
            // `Point p = …;`
            let foreign = is_prefix_word(word) || slip(word).is_some();
            if !foreign
                && self.at == start + 1
                && self.kind(0) == Some(T::Ident)
                && !self.on_new_line()
            {
                let message = format!("expected `;`, found `{}`", self.text(0));
                return Some(self.error(codes::E0101, self.here(), message).help(format!(
                    "a variable is declared as `let {}: {word} = value;`",
                    self.text(0)
                )));
            }
        }
        if self.at != start || !self.expects_statement() {
            return None;
        }
        let declared = match second {
            Some(T::Ident) => self.text(1),
            _ => "name",
        };
        let expected = |help: String| {
            let message = format!("expected a statement, found `{word}`");
            Some(self.error(codes::E0101, span, message).help(help))
        };
        match first.kind {
            kind if kind.is_type_keyword() => {
                expected(format!("a variable is declared as `let {declared}: {word} = value;`"))
            }
            T::Fn | T::Struct | T::Enum => expected(format!(
                "a {} is declared at module level as `const {declared} -> {word} …`",
                if first.kind == T::Fn { "function" } else { "type" }
            )),
            T::Else | T::Elif => {
                Some(self.error(codes::E0101, span, format!("`{word}` without an `if` before it")))
            }
            T::Semi => Some(self.error(codes::E0101, span, "expected a statement, found `;`").fix(
                "remove the `;`",
                span,
                "",
            )),
            _ => None,
        }
    }

    /// `+=`, `?:` and the like.
    fn foreign_operator(&self) -> Option<Diagnostic> {
        if self.kind(0) == Some(T::Question) {
            let message = "there is no `? :` operator";
            return Some(
                self.error(codes::E0101, self.here(), message).help("use `if` and `else`"),
            );
        }
        let (operator, here) = (self.token(-1)?, self.token(0)?);
        let is_compound = matches!(
            operator.kind,
            T::Plus
                | T::Minus
                | T::Star
                | T::Slash
                | T::Percent
                | T::And
                | T::Or
                | T::Caret
                | T::Shl
                | T::Shr
        );
        if here.kind == T::Eq && is_compound && operator.end == here.start {
            let sign = self.text(-1);
            let place = if self.kind(-2) == Some(T::Ident) { self.text(-2) } else { "x" };
            let span = self.span(operator).to(self.span(here));
            return Some(
                self.error(codes::E0101, span, format!("there is no `{sign}=` operator"))
                    .help(format!("write `{place} = {place} {sign} …`")),
            );
        }
        None
    }

    /// `case 1:` and `default:`.
    fn foreign_arm(&self) -> Option<Diagnostic> {
        let before = self.token(-1)?;
        match (before.kind, self.text(-1), self.kind(0)) {
            (T::Ident, "case", Some(kind)) if kind != T::Arrow => Some(
                self.error(codes::E0101, self.span(before), "there is no `case` keyword").help(
                    "an arm is written `value -> statement` or `value -> { … }`, and ends by itself",
                ),
            ),
            (T::Ident, "default", Some(T::Colon)) => Some(
                self.error(codes::E0101, self.span(before), "there is no `default` keyword")
                    .help("the default arm is written `_ -> statement`"),
            ),
            _ if self.kind(0) == Some(T::Colon) && self.may("=>") => Some(
                self.error(codes::E0101, self.here(), "expected `->`, found `:`")
                    .help("an arm is written `value -> statement`"),
            ),
            _ => None,
        }
    }

    /// `let x = 1;`
    fn untyped_variable(&self) -> Option<Diagnostic> {
        let in_let = self.kind(0) == Some(T::Eq)
            && self.kind(-1) == Some(T::Ident)
            && self.kind(-2) == Some(T::Let);
        let in_let_colon = self.kind(0) == Some(T::Eq)
            && self.kind(-1) == Some(T::Colon)
            && self.kind(-2) == Some(T::Ident)
            && matches!(self.kind(-3), Some(T::Let | T::Const));
        let in_const = self.kind(-1) == Some(T::Eq)
            && self.kind(-2) == Some(T::Ident)
            && self.kind(-3) == Some(T::Const);
        let offset = match (in_let, in_const) {
            (true, _) => -1,
            (_, true) => -2,
            _ if in_let_colon => -2,
            _ => return None,
        };
        let name = self.token(offset)?;
        let text = self.text(offset);
        let in_let = in_let || in_let_colon && self.kind(-3) == Some(T::Let);
        let word = if in_let { "let" } else { "const" };
        let (kind, span) = (if in_let { "variable" } else { "constant" }, self.span(name));
        Some(
            self.error(codes::E0101, span, format!("{kind} `{text}` needs a type"))
                .help(format!("write `{word} {text}: type = value;`")),
        )
    }

    /// `and`, `or`, `not`, `new`, `as` and `->` as operators.
    fn foreign_word(&self) -> Option<Diagnostic> {
        let (before, here) = (self.token(-1), self.token(0)?);
        let no_operator = |word: &str, token: Token| {
            let message = format!("there is no `{word}` operator");
            self.error(codes::E0101, self.span(token), message)
        };
        let replaced = |word: &str, token: Token, by: &str| {
            let span = self.span(token);
            no_operator(word, token).fix(format!("write `{by}`"), span, by)
        };
        let literal =
            before.is_some_and(|token| matches!(token.kind, T::Int | T::Float | T::Char | T::Str));
        let ended = before.is_some_and(|token| {
            matches!(token.kind, T::Ident | T::RParen | T::RBracket | T::True | T::False)
        });
        match (here.kind, self.text(0)) {
            (T::Ident, "and") if ended || literal => return Some(replaced("and", here, "&&")),
            (T::Ident, "or") if ended || literal => return Some(replaced("or", here, "||")),
            (T::Arrow, _) if ended && self.kind(1) == Some(T::Ident) && !self.expects_type() => {
                let span = self.span(here);
                let help = "fields are reached with `.`, through a pointer, too";
                return Some(no_operator("->", here).fix(help, span, "."));
            }
            (T::As, _) if self.after_operand() || ended => {
                let ty = self.type_text(1).unwrap_or_else(|| "type".to_owned());
                let operand = self.operand_before().unwrap_or("…");
                let help = format!("a conversion is written `cast<{ty}>({operand})`");
                return Some(no_operator("as", here).help(help));
            }
            _ => {}
        }
        if here.kind == T::LBrace && self.kind(-1) == Some(T::RParen) {
            // `if (a) and (b) {`
            let open = recover::enclosing(self.tokens, self.at.checked_sub(1)?)?;
            let word = *self.tokens.get(open.checked_sub(1)?)?;
            let by = match self.cx.text(word.start, word.end) {
                "and" => "&&",
                "or" => "||",
                _ => return None,
            };
            return Some(
                no_operator(self.cx.text(word.start, word.end), word)
                    .help(format!("the whole condition stands in parentheses: `(… {by} …)`")),
            );
        }
        let before = before.filter(|token| token.kind == T::Ident)?;
        match self.text(-1) {
            "not" => Some(no_operator("not", before).help(match here.kind {
                T::Ident => format!("write `!{}`", self.text(0)),
                _ => "write `!`".to_owned(),
            })),
            "new" if here.kind == T::Ident => {
                let ty = self.text(0);
                Some(
                    no_operator("new", before)
                        .help(format!("allocate with `cast<*{ty}>(alloc(sizeof<{ty}>))`")),
                )
            }
            _ => None,
        }
    }

    /// `retrun 0;`
    fn slipped_keyword(&self) -> Option<Diagnostic> {
        let start = self.statement_start();
        let first = *self.tokens.get(start)?;
        let follows = self.at == start + 1 && !self.on_new_line()
            // `swich (x) {`
            || self.kind(0) == Some(T::LBrace)
                && self.kind(-1) == Some(T::RParen)
                && self.tokens.get(start + 1).is_some_and(|token| token.kind == T::LParen);
        if first.kind != T::Ident || !follows {
            return None;
        }
        let word = self.cx.text(first.start, first.end);
        let meant = slip(word)?;
        let span = self.span(first);
        Some(self.error(codes::E0101, span, format!("there is no `{word}` statement")).fix(
            format!("did you mean `{meant}`?"),
            span,
            meant,
        ))
    }
}

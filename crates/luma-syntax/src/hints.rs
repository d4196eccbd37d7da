//! The help for errors whose message is the general one: what was meant is written as in another
//! language, and the help says how to write it in Luma.

use crate::message::{Site, is_inserted_comma};
use crate::recover;
use crate::token::{Role, T, Token};

const COUNTING_LOOP: &str = "a counting loop is written `loop [i: int = 0](i < n) : (++i) { … }`";

impl Site<'_> {
    /// The help for errors that keep their general message.
    pub(crate) fn foreign_help(&self) -> Option<String> {
        self.loop_help()
            .or_else(|| self.parenthesis_help())
            .or_else(|| self.sizeof_help())
            .or_else(|| self.cast_help())
            .or_else(|| self.type_help())
            .or_else(|| self.parameter_help())
            .or_else(|| self.literal_help())
            .or_else(|| self.enum_help())
            .or_else(|| self.declaration_help())
            .or_else(|| self.misplaced_help())
    }

    /// The bracket around the error, and the token before it.
    fn opener(&self) -> Option<(Token, Option<Token>)> {
        let open = recover::enclosing(self.tokens, self.at.min(self.tokens.len()))?;
        let before = open.checked_sub(1).and_then(|index| self.tokens.get(index)).copied();
        Some((*self.tokens.get(open)?, before))
    }

    /// Loops over ranges and `for`-like heads.
    fn loop_help(&self) -> Option<String> {
        let help = Some(COUNTING_LOOP.to_owned());
        if self.kind(-1) == Some(T::Loop) && self.kind(1) == Some(T::In) {
            return help;
        }
        let kind = self.kind(0)?;
        let is_loop = |token: Option<Token>| token.is_some_and(|token| token.kind == T::Loop);
        if let Some((opener, before)) = self.opener()
            && is_loop(before)
        {
            let foreign = match opener.kind {
                T::LParen => matches!(kind, T::In | T::Let | T::Colon | T::Semi),
                T::LBracket => matches!(kind, T::In | T::Let | T::Eq | T::Semi | T::DotDot),
                _ => false,
            };
            return help.filter(|_| foreign);
        }
        let of_loop = is_loop(self.tokens.get(self.statement_start()).copied());
        let step = matches!(kind, T::PlusPlus | T::MinusMinus | T::Ident);
        let wanted = self.kind(-1) == Some(T::Colon) && self.may("(");
        help.filter(|_| of_loop && step && wanted)
    }

    /// Missing parentheses.
    fn parenthesis_help(&self) -> Option<String> {
        let here = self.token(0)?;
        if here.kind == T::LParen || !self.may("(") {
            return None;
        }
        let word = self.text(-1);
        match self.kind(-1)? {
            T::If | T::Elif | T::Switch | T::Loop => {
                if here.kind == T::LBrace {
                    return None;
                }
                let rest = self.tokens.get(self.at..)?.iter().take(24);
                let condition = rest
                    .take_while(|token| !matches!(token.kind, T::LBrace | T::LitBrace | T::Semi))
                    .last()
                    .map_or("", |last| self.cx.text(here.start, last.end));
                let short = !condition.is_empty()
                    && condition.chars().count() <= 40
                    && !condition.contains('\n');
                let condition = if short { condition } else { "…" };
                Some(format!("write `{word} ({condition}) {{ … }}`"))
            }
            T::Output | T::Outputln | T::Free | T::Alloc => {
                let alone = self.kind(1) == Some(T::Semi) && self.text(0).len() <= 40;
                let argument = if alone { self.text(0) } else { "…" };
                Some(format!("write `{word}({argument})`"))
            }
            T::Gt if here.kind != T::Semi => {
                Some("the value stands in parentheses: `cast<type>(value)`".to_owned())
            }
            _ => None,
        }
    }

    /// `sizeof(int)`
    fn sizeof_help(&self) -> Option<String> {
        if self.kind(-1) != Some(T::Sizeof) {
            return None;
        }
        let at = isize::from(self.kind(0) == Some(T::LParen));
        let ty = self.type_text(at).unwrap_or_else(|| "type".to_owned());
        Some(format!("write `sizeof<{ty}>`"))
    }

    /// `(int) x`, `(int*) x`, `(*int) x` and `int(x)`.
    fn cast_help(&self) -> Option<String> {
        if !self.expects_expression() || !self.kind(0)?.is_type_keyword() {
            return None;
        }
        if self.kind(-1) == Some(T::Lt) && self.kind(-2) == Some(T::Ident) {
            return Some("there are no generics".to_owned());
        }
        if self.kind(1) == Some(T::LParen) {
            let operand = if self.kind(3) == Some(T::RParen) { self.text(2) } else { "…" };
            return Some(format!("a conversion is written `cast<{}>({operand})`", self.text(0)));
        }
        let mut stars = 0;
        while stars < 8 && self.kind(-1 - stars) == Some(T::Star) {
            stars += 1;
        }
        let opened = self.kind(-1 - stars) == Some(T::LParen);
        let mut end = 1;
        while end < 8 && self.kind(end) == Some(T::Star) {
            end += 1;
        }
        if !opened || self.kind(end) != Some(T::RParen) {
            return None;
        }
        let pointer = "*".repeat((stars + end - 1).unsigned_abs());
        let operand = match self.kind(end + 1) {
            Some(T::Ident | T::Int | T::Float | T::Char)
                if matches!(self.kind(end + 2), Some(T::Semi | T::Comma | T::RParen)) =>
            {
                self.text(end + 1)
            }
            _ => "…",
        };
        Some(format!("a conversion is written `cast<{pointer}{}>({operand})`", self.text(0)))
    }

    /// Array and pointer types written as elsewhere, and generics.
    fn type_help(&self) -> Option<String> {
        let kind = self.kind(0)?;
        let array = |of: &str, n: &str| Some(format!("an array type is written `[{of}; {n}]`"));
        let word = |offset: isize| {
            self.token(offset)
                .filter(|token| token.kind == T::Ident || token.kind.is_type_keyword())
                .map_or("type", |_| self.text(offset))
        };
        let size = |offset: isize| match self.kind(offset) {
            Some(T::Int | T::Ident) => self.text(offset),
            _ => "n",
        };
        if kind == T::Lt && (matches!(self.kind(-1), Some(T::Fn | T::Struct)) || self.after_type())
        {
            return Some("there are no generics: write one for each type".to_owned());
        }
        if self.kind(-1) == Some(T::LBracket) && self.expects_type() {
            return match (kind, self.kind(1)) {
                (T::Int, Some(T::RBracket)) => array(word(2), size(0)),
                (T::Int, Some(T::Semi)) => array(word(2), size(0)),
                (T::RBracket, _) => array(word(1), "n"),
                _ => None,
            };
        }
        if self.kind(-2) == Some(T::LBracket) && self.may(";") && !self.expects_expression() {
            let inserted = self.tokens.get(self.at).is_some_and(|t| is_inserted_comma(*t));
            let comma = isize::from(kind == T::Comma && !inserted);
            return array(word(-1), if kind == T::RBracket { "n" } else { size(comma) });
        }
        if kind == T::LBracket && self.kind(-1) == Some(T::Ident) && self.kind(-2) == Some(T::Let) {
            return array("type", size(1));
        }
        match kind {
            T::LBracket if self.after_type() => array(word(-1), size(1)),
            T::Star if self.after_type() => {
                Some(format!("a pointer type is written `*{}`", word(-1)))
            }
            _ => None,
        }
    }

    /// `(a int)` and `(int a)`.
    fn parameter_help(&self) -> Option<String> {
        let (opener, _) = self.opener()?;
        let kind = self.kind(0)?;
        if opener.role != Role::Params {
            return None;
        }
        if kind.is_type_keyword() && self.kind(-1) != Some(T::Ident) {
            let pointer = if self.kind(1) == Some(T::Star) { "*" } else { "" };
            let at = 1 + isize::from(!pointer.is_empty());
            let named = self.kind(at) == Some(T::Ident);
            let name = if named { self.text(at) } else { "name" };
            return Some(format!("the name comes first: `{name}: {pointer}{}`", self.text(0)));
        }
        if kind == T::Eq {
            return Some("parameters have no default values".to_owned());
        }
        if self.kind(-1) != Some(T::Ident) || !self.may(":") {
            return None;
        }
        match kind {
            kind if kind.is_type_keyword() || matches!(kind, T::Star | T::LBracket) => {
                let ty = self.type_text(0).unwrap_or_else(|| "type".to_owned());
                Some(format!("a parameter is written `{}: {ty}`", self.text(-1)))
            }
            _ => Some("a parameter is written `name: type`".to_owned()),
        }
    }

    /// `P { x = 1 }`, `P { .x = 1 }` and `P { 1, 2 }`.
    fn literal_help(&self) -> Option<String> {
        let (opener, _) = self.opener()?;
        if opener.role != Role::Literal {
            return None;
        }
        let value = |offset: isize| match self.kind(offset) {
            Some(T::Int | T::Float | T::Ident | T::Char) if self.text(offset).len() <= 20 => {
                self.text(offset)
            }
            _ => "value",
        };
        match self.kind(0)? {
            T::Eq if self.kind(-1) == Some(T::Ident) && self.may(":") => {
                Some(format!("write `{}: {}`", self.text(-1), value(1)))
            }
            T::Dot if self.kind(1) == Some(T::Ident) && self.may("ident") => {
                Some(format!("write `{}: {}`", self.text(1), value(3)))
            }
            T::Comma | T::RBrace if self.kind(-1) == Some(T::Ident) && self.may(":") => {
                Some(format!("write `{0}: {0}`", self.text(-1)))
            }
            kind if self.may("ident") && kind != T::Comma && kind != T::Dot => {
                Some(match opener.kind {
                    T::LitBrace => "an array is written `[1, 2]`; in a struct literal each \
                                    field is named: `field: value`"
                        .to_owned(),
                    _ => "each field is named: `field: value`".to_owned(),
                })
            }
            _ => None,
        }
    }

    /// `A = 1` in an enum.
    fn enum_help(&self) -> Option<String> {
        let (opener, _) = self.opener()?;
        if opener.role != Role::Enum || self.kind(-1) != Some(T::Ident) {
            return None;
        }
        match self.kind(0)? {
            T::Eq | T::Colon => {
                Some("the members are numbered from 0; they cannot be given values".to_owned())
            }
            T::Semi => Some("the members are separated by `,`".to_owned()),
            _ => None,
        }
    }

    /// `if (a) && (b) { … }`, and `pub fn name`.
    fn misplaced_help(&self) -> Option<String> {
        let kind = self.kind(0)?;
        let first = self.tokens.get(self.statement_start())?.kind;
        let word = match first {
            T::If => "if",
            T::Elif => "elif",
            T::Loop => "loop",
            _ => "",
        };
        let joins = matches!(
            kind,
            T::AndAnd | T::OrOr | T::EqEq | T::NotEq | T::Lt | T::Gt | T::Le | T::Ge
        );
        if joins && !word.is_empty() && self.kind(-1) == Some(T::RParen) {
            let operator = self.text(0);
            return Some(format!(
                "the whole condition stands in parentheses: `{word} (… {operator} …) {{ … }}`"
            ));
        }
        let form = match kind {
            T::Fn => "fn (…) type { … }",
            T::Struct => "struct { … };",
            T::Enum => "enum { … };",
            _ => return None,
        };
        if !self.may("const") || self.expects_statement() || self.kind(1) != Some(T::Ident) {
            return None;
        }
        Some(format!("write `const {} -> {form}`", self.text(1)))
    }

    /// `x := 5`, `x: int = 5`, `let a, b`, `let x int`.
    fn declaration_help(&self) -> Option<String> {
        let kind = self.kind(0)?;
        let start = self.statement_start();
        let first = self.tokens.get(start)?;
        if kind == T::Colon && self.at == start + 1 && first.kind == T::Ident {
            let ty = self.type_text(1).unwrap_or_else(|| "type".to_owned());
            return Some(format!(
                "a variable is declared as `let {}: {ty} = value;`",
                self.text(-1)
            ));
        }
        if !matches!(first.kind, T::Let | T::Const) || self.expects_expression() {
            return None;
        }
        if kind == T::Comma && (self.may(";") || self.may(":")) {
            return Some("each variable has a `let` of its own".to_owned());
        }
        if self.at == start + 2 && self.kind(-1) == Some(T::Ident) {
            if self.text(-1) == "mut" {
                return Some("variables declared with `let` can change; remove `mut`".to_owned());
            }
            if kind.is_type_keyword() || matches!(kind, T::Ident | T::Star) {
                let ty = self.type_text(0).unwrap_or_else(|| "type".to_owned());
                return Some(format!("write `{}: {ty}`", self.text(-1)));
            }
        }
        None
    }

    /// A type just ended, and no expression did.
    fn after_type(&self) -> bool {
        if self.after_operand() || self.expects_type() {
            return false;
        }
        let Some(name) = self.kind(-1) else { return false };
        if name.is_type_keyword() {
            return true;
        }
        let mut before = -2;
        while before > -10 && self.kind(before) == Some(T::Star) {
            before -= 1;
        }
        name == T::Ident && matches!(self.kind(before), Some(T::Colon | T::RParen))
    }

    /// The text of the simple type at `offset`: a name with `*` before or, wrongly, after it.
    pub(crate) fn type_text(&self, offset: isize) -> Option<String> {
        let mut at = offset;
        let mut stars = 0;
        while stars < 8 && self.kind(at) == Some(T::Star) {
            stars += 1;
            at += 1;
        }
        let name = self.token(at)?;
        if name.kind != T::Ident && !name.kind.is_type_keyword() {
            return None;
        }
        let mut after = at + 1;
        while stars < 8 && self.kind(after) == Some(T::Star) {
            stars += 1;
            after += 1;
        }
        Some(format!("{}{}", "*".repeat(stars), self.text(at)))
    }

    /// The text of the operand that ends before the error, if it is one token.
    pub(crate) fn operand_before(&self) -> Option<&str> {
        let simple = matches!(self.kind(-1), Some(T::Ident | T::Int | T::Float | T::Char));
        let whole = matches!(
            self.kind(-2),
            Some(T::Eq | T::LParen | T::LBracket | T::Comma | T::Return | T::Semi | T::LBrace)
        );
        (simple && whole && self.text(-1).len() <= 40).then(|| self.text(-1))
    }
}

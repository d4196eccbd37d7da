//! Reads declared patterns.

use std::fmt;

use super::{
    AttributeSource, AttributeTest, Fold, Literal, OpPattern, OpTemplate, Template, Term, Test,
    TypeSource, TypeTest, check, takes,
};
use crate::attribute::Attribute;
use crate::dialect::{Arity, OpDef};
use crate::types::Type;

/// What is wrong with a declared pattern, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoldError {
    /// The error message.
    pub message: String,
    /// The byte of the text it is about.
    pub offset: usize,
}

impl fmt::Display for FoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl std::error::Error for FoldError {}

/// How deep operations may be nested on either side.
const MAX_DEPTH: usize = 16;
/// How many commutative operations the left side may have: each doubles the ways to match.
const MAX_COMMUTATIVE: usize = 6;

/// Reads a pattern declared with `def`. `find` gives the definition of an operation by its full
/// name; it must know `def` too, if the pattern names it.
///
/// # Errors
///
/// What is not well-formed, with its place in `text`.
pub fn parse<'d>(
    def: &'d OpDef,
    find: impl Fn(&str) -> Option<&'d OpDef>,
    text: &str,
) -> Result<Fold, FoldError> {
    let mut parser = Parser {
        text,
        at: 0,
        end: 0,
        token: Token::End,
        dialect: def.dialect(),
        find: &find,
        values: Vec::new(),
        attributes: Vec::new(),
        commutative: 0,
    };
    parser.advance()?;
    let root = parser.root(def)?;
    parser.expect("=>")?;
    let (offset, mut result) = (parser.at, parser.template(0)?);
    if parser.token != Token::End {
        return parser.fail(format!("expected the end of the pattern, found {}", parser.found()));
    }
    let fixed = check::fix_types(&find, &mut result, TypeSource::Root);
    fixed.map_err(|message| FoldError { message, offset })?;
    Ok(Fold {
        text: text.trim().to_owned(),
        values: parser.values.len(),
        attributes: parser.attributes.len(),
        root,
        result,
    })
}

#[derive(Clone, PartialEq, Debug)]
enum Token<'t> {
    /// A word, which may have dots.
    Word(&'t str),
    Number(&'t str),
    Str(&'t str),
    /// `( ) { } , : = | =>`
    Mark(&'t str),
    End,
}

type Find<'p, 'd> = &'p dyn Fn(&str) -> Option<&'d OpDef>;

struct Parser<'p, 'd, 't> {
    text: &'t str,
    /// Byte offsets of the start and the end of the token.
    at: usize,
    end: usize,
    token: Token<'t>,
    dialect: &'p str,
    find: Find<'p, 'd>,
    /// Names of values and attributes, by number.
    values: Vec<&'t str>,
    attributes: Vec<&'t str>,
    commutative: usize,
}

impl<'d, 't> Parser<'_, 'd, 't> {
    // --- tokens -----------------------------------------------------------------------------

    fn advance(&mut self) -> Result<(), FoldError> {
        let rest = &self.text[self.end..];
        let trimmed = rest.trim_start();
        self.at = self.end + rest.len() - trimmed.len();
        let length =
            |part: fn(char) -> bool| trimmed.find(|c: char| !part(c)).unwrap_or(trimmed.len());
        let Some(first) = trimmed.chars().next() else {
            self.end = self.at;
            self.token = Token::End;
            return Ok(());
        };
        let slice = |length: usize| &trimmed[..length];
        let (token, length) = if first.is_ascii_alphabetic() || first == '_' {
            let length = length(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            (Token::Word(slice(length)), length)
        } else if first.is_ascii_digit() || first == '-' {
            let length = length(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
            (Token::Number(slice(length)), length)
        } else if first == '"' {
            let rest = &trimmed[1..];
            match rest.find('"') {
                Some(length) => (Token::Str(&rest[..length]), length + 2),
                None => return self.fail("a string that does not end".into()),
            }
        } else if trimmed.starts_with("=>") {
            (Token::Mark("=>"), 2)
        } else if "(){},:=|".contains(first) {
            (Token::Mark(slice(1)), 1)
        } else {
            return self.fail(format!("`{first}` has no meaning in a pattern"));
        };
        self.token = token;
        self.end = self.at + length;
        Ok(())
    }

    fn fail<T>(&self, message: String) -> Result<T, FoldError> {
        Err(FoldError { message, offset: self.at })
    }

    fn found(&self) -> String {
        match self.token {
            Token::End => "the end".into(),
            _ => format!("`{}`", &self.text[self.at..self.end]),
        }
    }

    fn is(&self, mark: &str) -> bool {
        self.token == Token::Mark(mark)
    }

    fn eat(&mut self, mark: &str) -> Result<bool, FoldError> {
        let there = self.is(mark);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn expect(&mut self, mark: &str) -> Result<(), FoldError> {
        match self.eat(mark)? {
            true => Ok(()),
            false => self.fail(format!("expected `{mark}`, found {}", self.found())),
        }
    }

    fn word(&mut self, what: &str) -> Result<&'t str, FoldError> {
        let Token::Word(word) = self.token else {
            return self.fail(format!("expected {what}, found {}", self.found()));
        };
        self.advance()?;
        Ok(word)
    }

    /// Whether an operation stands behind a word.
    fn opens(&self) -> bool {
        self.is("(") || self.is("{")
    }

    // --- the left side ----------------------------------------------------------------------

    fn root(&mut self, def: &'d OpDef) -> Result<OpPattern, FoldError> {
        let start = self.at;
        if let Token::Word(word) = self.token {
            self.advance()?;
            let named = self.definition(word, start)?;
            if named.name != def.name {
                let message = format!("is a pattern of `{}`, not of `{}`", named.name, def.name);
                return Err(FoldError { message, offset: start });
            }
        }
        self.op_pattern(def, start, 0)
    }

    /// What follows the name of an operation.
    fn op_pattern(
        &mut self,
        def: &'d OpDef,
        start: usize,
        depth: usize,
    ) -> Result<OpPattern, FoldError> {
        self.is_usable(def, start, depth)?;
        let mut attributes = Vec::new();
        for (name, value, at) in self.attribute_list(def, true)? {
            let test = match value {
                Written::Values(values) => AttributeTest::OneOf(values),
                Written::Name(name) if self.values.contains(&name) => {
                    let message = format!("`{name}` is already the name of a value");
                    return Err(FoldError { message, offset: at });
                }
                Written::Name(name) => AttributeTest::Bind(number(&mut self.attributes, name)),
            };
            attributes.push((name.to_owned(), test));
        }
        let operands = self.list(|parser| parser.term(depth + 1))?;
        self.has_operands(def, operands.len(), start)?;
        let commutative = def.traits.commutative && operands.len() == 2;
        self.commutative += usize::from(commutative);
        if self.commutative > MAX_COMMUTATIVE {
            let message = format!("has more than {MAX_COMMUTATIVE} commutative operations");
            return Err(FoldError { message, offset: start });
        }
        let result = self.test()?;
        Ok(OpPattern { op: def.name.to_string(), commutative, attributes, operands, result })
    }

    fn term(&mut self, depth: usize) -> Result<Term, FoldError> {
        if let Some(literal) = self.literal()? {
            return Ok(Term::Literal(literal));
        }
        let start = self.at;
        let word = self.word("a name, a constant or an operation")?;
        if self.opens() {
            let def = self.definition(word, start)?;
            return Ok(Term::Op(self.op_pattern(def, start, depth)?));
        }
        self.is_name(word, start)?;
        if self.attributes.contains(&word) {
            let message = format!("`{word}` is already the name of an attribute");
            return Err(FoldError { message, offset: start });
        }
        let number = number(&mut self.values, word);
        Ok(Term::Name(number, self.test()?))
    }

    fn test(&mut self) -> Result<Test, FoldError> {
        let mut test = Test::default();
        if !self.eat(":")? {
            return Ok(test);
        }
        if self.token == Token::Word("const") {
            test.constant = true;
            self.advance()?;
            if !matches!(self.token, Token::Word(_)) {
                return Ok(test);
            }
        }
        loop {
            let start = self.at;
            let word = self.word("a type")?;
            test.types.push(match word {
                "int" => TypeTest::Int,
                "integer" => TypeTest::Integer,
                "float" => TypeTest::Float,
                "number" => TypeTest::Number,
                "scalar" => TypeTest::Scalar,
                "ptr" => TypeTest::Ptr,
                "place" => TypeTest::Place,
                _ => match fixed_type(word) {
                    Some(ty) => TypeTest::Is(ty),
                    None => {
                        let message = format!(
                            "`{word}` is no type; there are i1, i8, i64, f32, f64, int, integer, \
                             float, number, scalar, ptr, place, and `const`"
                        );
                        return Err(FoldError { message, offset: start });
                    }
                },
            });
            if !self.eat("|")? {
                return Ok(test);
            }
        }
    }

    // --- the right side ---------------------------------------------------------------------

    fn template(&mut self, depth: usize) -> Result<Template, FoldError> {
        if let Some(literal) = self.literal()? {
            return Ok(Template::Literal(literal, TypeSource::Unknown));
        }
        let start = self.at;
        let word = self.word("a name, a constant or an operation")?;
        if !self.opens() {
            return self.bound(word, start).map(Template::Name);
        }
        let def = self.definition(word, start)?;
        self.is_usable(def, start, depth)?;
        let mut attributes = Vec::new();
        for (name, value, at) in self.attribute_list(def, false)? {
            let source = match value {
                Written::Name(name) => match self.attributes.iter().position(|&n| n == name) {
                    Some(number) => AttributeSource::Bound(number),
                    None => {
                        let message = format!("no attribute of the pattern is called `{name}`");
                        return Err(FoldError { message, offset: at });
                    }
                },
                Written::Values(mut values) => match values.pop() {
                    Some(value) => AttributeSource::Value(value),
                    None => continue,
                },
            };
            attributes.push((name.to_owned(), source));
        }
        for slot in def.attributes.iter().filter(|slot| slot.arity == Arity::One) {
            if !attributes.iter().any(|(name, _)| *name == slot.name) {
                let message = format!("`{}` needs an attribute `{}`", def.name, slot.name);
                return Err(FoldError { message, offset: start });
            }
        }
        let operands = self.list(|parser| parser.template(depth + 1))?;
        self.has_operands(def, operands.len(), start)?;
        let mut ty = TypeSource::Unknown;
        if self.eat(":")? {
            let start = self.at;
            let word = self.word("a type or a name")?;
            ty = match fixed_type(word) {
                Some(fixed) => TypeSource::Fixed(fixed),
                None => TypeSource::Of(self.bound(word, start)?),
            };
        }
        Ok(Template::Op(OpTemplate { op: def.name.to_string(), attributes, operands, ty }))
    }

    fn bound(&self, name: &str, offset: usize) -> Result<usize, FoldError> {
        self.values.iter().position(|&n| n == name).ok_or_else(|| FoldError {
            message: format!("no value of the pattern is called `{name}`"),
            offset,
        })
    }

    // --- both -------------------------------------------------------------------------------

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, FoldError>,
    ) -> Result<Vec<T>, FoldError> {
        self.expect("(")?;
        let mut items = Vec::new();
        if self.eat(")")? {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if !self.eat(",")? {
                self.expect(")")?;
                return Ok(items);
            }
        }
    }

    /// `{name = value | value, …}`; several values only if `tests`.
    fn attribute_list(
        &mut self,
        def: &OpDef,
        tests: bool,
    ) -> Result<Vec<(&'t str, Written<'t>, usize)>, FoldError> {
        let mut list: Vec<(&str, Written<'_>, usize)> = Vec::new();
        if !self.eat("{")? {
            return Ok(list);
        }
        loop {
            let start = self.at;
            let name = self.word("the name of an attribute")?;
            if !def.attributes.iter().any(|slot| slot.name == name) {
                let message = format!("`{}` has no attribute `{name}`", def.name);
                return Err(FoldError { message, offset: start });
            }
            if list.iter().any(|(other, ..)| *other == name) {
                let message = format!("attribute `{name}` is there twice");
                return Err(FoldError { message, offset: start });
            }
            self.expect("=")?;
            let start = self.at;
            let written = match self.token {
                Token::Word(word) if word != "true" && word != "false" => {
                    self.advance()?;
                    Written::Name(word)
                }
                _ => {
                    let mut values = vec![self.attribute()?];
                    while tests && self.eat("|")? {
                        values.push(self.attribute()?);
                    }
                    Written::Values(values)
                }
            };
            list.push((name, written, start));
            if !self.eat(",")? {
                self.expect("}")?;
                return Ok(list);
            }
        }
    }

    fn attribute(&mut self) -> Result<Attribute, FoldError> {
        if let Token::Str(text) = self.token {
            self.advance()?;
            return Ok(Attribute::str(text));
        }
        match self.literal()? {
            Some(Literal::Int(value)) => Ok(Attribute::int(value)),
            Some(Literal::Float(value)) => Ok(Attribute::Float(value, Type::F64)),
            Some(Literal::Bool(value)) => Ok(Attribute::Bool(value)),
            _ => self.fail(format!("expected a string or a number, found {}", self.found())),
        }
    }

    fn literal(&mut self) -> Result<Option<Literal>, FoldError> {
        let literal = match self.token {
            Token::Word("true") => Literal::Bool(true),
            Token::Word("false") => Literal::Bool(false),
            Token::Word("null") => Literal::Null,
            Token::Number(text) if text.contains('.') => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Literal::Float(value),
                _ => return self.fail(format!("`{text}` is not a float")),
            },
            Token::Number(text) => match text.parse() {
                Ok(value) => Literal::Int(value),
                Err(_) => return self.fail(format!("`{text}` is not a 64-bit integer")),
            },
            _ => return Ok(None),
        };
        self.advance()?;
        Ok(Some(literal))
    }

    fn definition(&self, word: &str, offset: usize) -> Result<&'d OpDef, FoldError> {
        let full = |dialect: &str| format!("{dialect}.{word}");
        let mut names = match word.contains('.') {
            true => vec![word.to_owned()],
            false => vec![full(self.dialect), full("luma")],
        };
        names.dedup();
        names.iter().find_map(|name| (self.find)(name)).ok_or_else(|| FoldError {
            message: format!("unknown operation `{}`", names.join("` or `")),
            offset,
        })
    }

    fn is_usable(&self, def: &OpDef, offset: usize, depth: usize) -> Result<(), FoldError> {
        let one = matches!(&*def.results, [slot] if slot.arity == Arity::One);
        let message = if depth > MAX_DEPTH {
            format!("nests operations more than {MAX_DEPTH} deep")
        } else if !one {
            format!("`{}` has not exactly one result", def.name)
        } else if !def.regions.is_empty() || !def.successors.is_empty() {
            format!("`{}` has regions or successors", def.name)
        } else {
            return Ok(());
        };
        Err(FoldError { message, offset })
    }

    fn has_operands(&self, def: &OpDef, count: usize, offset: usize) -> Result<(), FoldError> {
        if takes(def, count) {
            return Ok(());
        }
        let message = format!("`{}` does not take {count} operand(s)", def.name);
        Err(FoldError { message, offset })
    }

    fn is_name(&self, word: &str, offset: usize) -> Result<(), FoldError> {
        if !word.contains('.') && word != "const" {
            return Ok(());
        }
        Err(FoldError { message: format!("`{word}` is not a valid value name"), offset })
    }
}

/// What stands behind the name of an attribute.
enum Written<'t> {
    Values(Vec<Attribute>),
    Name(&'t str),
}

/// The number of `name`, a new one if it has none.
fn number<'t>(names: &mut Vec<&'t str>, name: &'t str) -> usize {
    names.iter().position(|&n| n == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

fn fixed_type(word: &str) -> Option<Type> {
    Some(match word {
        "i1" => Type::I1,
        "i8" => Type::I8,
        "i64" => Type::I64,
        "f32" => Type::F32,
        "f64" => Type::F64,
        _ => return None,
    })
}

//! Patterns declared with an operation, as text: `folds = ["(x, 0) => x"]` in `dialect.toml`.
//!
//! ```text
//! fold     = [op] [attrs] "(" terms ")" [":" test] "=>" result
//! term     = name [":" test] | literal | op [attrs] "(" terms ")" [":" test]
//! attrs    = "{" name "=" (value {"|" value} | name) {"," …} "}"
//! test     = ["const"] type {"|" type}  |  "const"
//! type     = i1 | i8 | i64 | f32 | f64 | int | integer | float | number | scalar | ptr | place
//! literal  = -1 | 2.5 | true | false | null
//! result   = name | literal | op [attrs] "(" results ")" [":" (fixed type | name)]
//! ```
//!
//! The left side is the operation the pattern is written with, its root; its name may be left out.
//! A name stands for an operand; one that stands twice asks for the same value. `x: int` also asks
//! for a type (the groups are those of operand constraints; `int` is without `i1`, `integer` with
//! it), `x: const` for a constant, and behind an operation the test is of its result. An operation
//! inside is one whose result is the operand, other uses of it or not. Names of operations without
//! a dot are of the root's dialect or else of `luma`. The operands of commutative operations match
//! in either order.
//!
//! The right side says what the result of the root is: a value of the left, a constant, or the
//! result of new operations. The type of a new operation is that of the root if it is outermost;
//! else the one its definition leaves no choice about (`i1`, `i64`, or `same` with an operand); else
//! it must be said: `: i64`, or `: x` for the type of `x`. A pattern only applies where everything
//! it makes has the types its definitions want, and a value that becomes the result has the type of
//! the result: `(x) => x` for `luma.cast` removes casts to the same type and no others.
//!
//! An attribute is tested against one or more values, or given a name: `cmp{pred = p}(x, y)` on the
//! left, `cmp{pred = p}(y, x)` on the right.
//!
//! # Numbers
//!
//! A literal stands only for values of its own kind, so that integers and floats are never mixed
//! up:
//!
//! - An integer literal is its low bits in an integer type, `i1` too: `-1` is a number whose bits
//!   are all set, and the true of `i1`.
//! - A float literal is a float of exactly these bits: `0.0` is not `-0.0`.
//!
//! `(x, 0) => x` for `luma.add` is therefore a pattern of integers, and so is `(x, x) => 0` for
//! `luma.sub`, where the result is an integer. Patterns of floats must be exact: `(x, 1.0) => x` is
//! one of `luma.mul`, `(x, 0.0) => x` is none of `luma.add`, where it would turn -0.0 + 0.0 into
//! -0.0. Where a pattern without literals is right for integers only, it says so: `(x: int, …)`.

mod check;
mod matching;
mod parse;

pub use matching::DeclaredPattern;
pub use parse::{FoldError, parse};

use super::PatternSet;
use crate::attribute::Attribute;
use crate::context::Context;
use crate::dialect::OpDef;
use crate::types::Type;

/// Every pattern declared with an operation `context` knows. Those that are not well-formed are left
/// out; loading a dialect reports them.
pub fn declared_patterns(context: &Context) -> &PatternSet {
    context.declared.get_or_init(|| {
        let mut patterns = PatternSet::new();
        let find = |name: &str| context.op_name(name).map(|name| context.op_def(name));
        for (_, def) in context.op_defs() {
            for text in def.folds.iter() {
                let fold = parse(def, find, text).ok();
                if let Some(pattern) = fold.and_then(|fold| DeclaredPattern::new(context, &fold)) {
                    patterns.add(pattern);
                }
            }
        }
        patterns
    })
}

/// A declared pattern, well-formed as far as definitions tell.
#[derive(Clone, PartialEq, Debug)]
pub struct Fold {
    /// As it was written.
    text: String,
    /// How many names of values and of attributes it has.
    values: usize,
    attributes: usize,
    root: OpPattern,
    result: Template,
}

/// An operation to match.
#[derive(Clone, PartialEq, Debug)]
struct OpPattern {
    /// Its full name.
    op: String,
    commutative: bool,
    attributes: Vec<(String, AttributeTest)>,
    operands: Vec<Term>,
    result: Test,
}

#[derive(Clone, PartialEq, Debug)]
enum AttributeTest {
    OneOf(Vec<Attribute>),
    /// Gets this number.
    Bind(usize),
}

/// An operand to match.
#[derive(Clone, PartialEq, Debug)]
enum Term {
    /// The value with this number.
    Name(usize, Test),
    Literal(Literal),
    Op(OpPattern),
}

/// The constraints on a value.
#[derive(Clone, PartialEq, Debug, Default)]
struct Test {
    constant: bool,
    /// One of these; empty for any.
    types: Vec<TypeTest>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum TypeTest {
    Is(Type),
    /// `i8`, `i64`
    Int,
    /// and `i1`
    Integer,
    Float,
    Number,
    Scalar,
    Ptr,
    Place,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Literal {
    Int(i64),
    Float(f64),
    Bool(bool),
    Null,
}

/// What takes the place of the result.
#[derive(Clone, PartialEq, Debug)]
enum Template {
    Name(usize),
    Literal(Literal, TypeSource),
    Op(OpTemplate),
}

/// An operation to build.
#[derive(Clone, PartialEq, Debug)]
struct OpTemplate {
    op: String,
    attributes: Vec<(String, AttributeSource)>,
    operands: Vec<Template>,
    ty: TypeSource,
}

#[derive(Clone, PartialEq, Debug)]
enum AttributeSource {
    Value(Attribute),
    Bound(usize),
}

/// The source of a type.
#[derive(Clone, Copy, PartialEq, Debug)]
enum TypeSource {
    /// The result of the root.
    Root,
    /// The value with this number.
    Of(usize),
    Fixed(Type),
    /// Not said; found by `check`.
    Unknown,
}

/// How many operands a definition may have, and whether `count` is one of them.
fn takes(def: &OpDef, count: usize) -> bool {
    use crate::dialect::Arity;
    let least = def.operands.iter().filter(|slot| slot.arity == Arity::One).count();
    let open = def.operands.last().is_some_and(|slot| slot.arity == Arity::Variadic);
    count >= least && (open || count <= def.operands.len())
}

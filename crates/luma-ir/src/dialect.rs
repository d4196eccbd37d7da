//! What a dialect says about an operation. Tables of the project's own dialects are generated from
//! `dialects/*/dialect.toml` at build time; see `build.rs`.

use std::borrow::Cow;

/// An operation of a context's registry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct OpName(pub(crate) u32);

/// The definition of an operation.
#[derive(Clone, Debug)]
pub struct OpDef {
    /// Its full name: `luma.add`.
    pub name: Cow<'static, str>,
    /// One sentence.
    pub summary: Cow<'static, str>,
    /// An example in text form.
    pub example: Cow<'static, str>,
    /// Operands; only the last may be optional or variadic.
    pub operands: Cow<'static, [Slot<TypeConstraint>]>,
    /// Results; only the last may be optional or variadic.
    pub results: Cow<'static, [Slot<TypeConstraint>]>,
    /// Attributes; any may be optional.
    pub attributes: Cow<'static, [Slot<AttributeConstraint>]>,
    /// Regions; only the last may be optional or variadic.
    pub regions: Cow<'static, [Slot<()>]>,
    /// Successors; only the last may be variadic.
    pub successors: Cow<'static, [Slot<()>]>,
    /// Traits.
    pub traits: Traits,
    /// Relations between operands, results and attributes.
    pub relations: Cow<'static, [Relation]>,
}

/// One operand, result, attribute, region or successor.
#[derive(Clone, Debug)]
pub struct Slot<C> {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it must be.
    pub constraint: C,
    /// How many there are.
    pub arity: Arity,
}

/// How many things a slot stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arity {
    /// Exactly one.
    One,
    /// None or one.
    Optional,
    /// Any number.
    Variadic,
}

/// What type an operand or result may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeConstraint {
    /// Anything that can be stored: every type but void, places and bare function types.
    Value,
    /// A number, truth value or pointer.
    Scalar,
    /// `i8`, `i64`, `f32`, `f64`
    Number,
    /// `i8`, `i64`
    Int,
    /// `i1`, `i8`, `i64`
    Integer,
    /// `i1`
    I1,
    /// `i64`
    I64,
    /// A pointer.
    Ptr,
    /// A place.
    Place,
}

/// What kind an attribute must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeConstraint {
    /// An integer, float or bool.
    Number,
    /// A string.
    String,
    /// A type.
    Type,
    /// A symbol.
    Symbol,
    /// An array.
    Array,
}

/// A set of properties of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traits {
    /// Ends its block, and only stands there.
    pub terminator: bool,
    /// No effect, same result for same operands: may be removed, merged and moved.
    pub pure: bool,
    /// Two operands that may be exchanged.
    pub commutative: bool,
    /// Reads memory and does nothing else.
    pub reads: bool,
}

/// A relation that must hold, over names of slots.
#[derive(Clone, Debug)]
pub enum Relation {
    /// All have the same type.
    Same(Cow<'static, [Cow<'static, str>]>),
    /// The first is a place or pointer whose element type is the type of the second.
    Element(Cow<'static, str>, Cow<'static, str>),
    /// Both are places or pointers with the same element type.
    SameElement(Cow<'static, str>, Cow<'static, str>),
    /// The attribute's own type is the type of the value.
    AttributeType(Cow<'static, str>, Cow<'static, str>),
    /// The string attribute is one of these.
    OneOf(Cow<'static, str>, Cow<'static, [Cow<'static, str>]>),
}

impl OpDef {
    /// The dialect's name: `luma`.
    pub fn dialect(&self) -> &str {
        self.name.split_once('.').map_or("", |(dialect, _)| dialect)
    }
}

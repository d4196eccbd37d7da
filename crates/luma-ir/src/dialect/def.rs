//! What a dialect says about its operations.
//!
//! This file and `format.rs` know nothing of the rest of the crate: the build script includes them
//! as well, so that tables made at build time and at run time are read by the same code.

use std::borrow::Cow;
use std::ops::Range;

/// The definition of a dialect.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Its name: `luma`.
    pub name: Cow<'static, str>,
    /// A one-sentence description.
    pub summary: Cow<'static, str>,
    /// What a reader of its reference page should know first, in Markdown; may be empty.
    pub doc: Cow<'static, str>,
    /// Its operations, in the order of the table.
    pub ops: Vec<OpDef>,
    /// Where its parts are written, for what is checked after reading.
    pub(crate) places: Places,
}

/// Byte ranges in the file a dialect was read from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// The file's index in the source map, if it is in one.
    pub(crate) file: Option<u32>,
    pub(crate) name: Range<usize>,
    /// One entry for each operation.
    pub(crate) ops: Vec<OpPlaces>,
}

/// Byte ranges of an operation's entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpPlaces {
    pub(crate) name: Range<usize>,
    pub(crate) folds: Vec<TextPlace>,
    pub(crate) expansion: TextPlace,
}

/// Where a text inside the file is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextPlace {
    /// With its quotes.
    pub(crate) range: Range<usize>,
    /// Where its first byte is, if it stands there as it is, without escapes.
    pub(crate) verbatim: Option<usize>,
}

impl TextPlace {
    /// The place of the string `value` that is written at `range` of `file`.
    pub(crate) fn new(file: &str, range: Range<usize>, value: &str) -> Self {
        let written = file.get(range.clone()).unwrap_or("");
        let quotes = match written.get(..3) {
            Some("\"\"\"" | "'''") => 3,
            _ => 1,
        };
        // A line break right after three quotes is not part of the value.
        let starts = [quotes, quotes + 1, quotes + 2];
        let verbatim = starts.into_iter().find(|&start| {
            let body = written.get(start..written.len().saturating_sub(quotes));
            body == Some(value)
        });
        Self { verbatim: verbatim.map(|start| range.start + start), range }
    }

    /// The range in the file of a range of the text.
    pub(crate) fn locate(&self, part: Range<usize>) -> Range<usize> {
        match self.verbatim {
            Some(start) => start + part.start..start + part.end,
            None => self.range.clone(),
        }
    }
}

impl Dialect {
    /// A dialect without operations.
    pub fn new(name: impl Into<Cow<'static, str>>, summary: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            summary: summary.into(),
            doc: Cow::default(),
            ops: Vec::new(),
            places: Places::default(),
        }
    }
}

/// An operation of a context's registry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct OpName(pub(crate) u32);

/// The definition of an operation.
#[derive(Clone, Debug)]
pub struct OpDef {
    /// Its full name: `luma.add`.
    pub name: Cow<'static, str>,
    /// A one-sentence description.
    pub summary: Cow<'static, str>,
    /// More than the sentence says, in Markdown; may be empty.
    pub doc: Cow<'static, str>,
    /// An example in text form.
    pub example: Cow<'static, str>,
    /// A whole program that uses it, if the table has one.
    pub program: Option<Program>,
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
    /// Its control-flow behaviour.
    pub control: Control,
    /// Relations between operands, results and attributes.
    pub relations: Cow<'static, [Relation]>,
    /// Simplifications, as the text of rewrite patterns: `(x, 0) => x`.
    pub folds: Cow<'static, [Cow<'static, str>]>,
    /// What it stands for, if it is defined in terms of other operations.
    pub expansion: Option<Expansion>,
}

/// A module in text form and what it prints when it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// The module; `@main` is where it starts.
    pub text: Cow<'static, str>,
    /// What it writes to standard output.
    pub output: Cow<'static, str>,
}

/// What an operation is replaced by, declared in its table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expansion {
    /// A call of the function of this name: its arguments are the operands, its results the results.
    Call(Cow<'static, str>),
    /// Operations in text form. `%name` is the operand or result called `name`, `!name` its type,
    /// `#name` the attribute called `name`.
    Ops(Cow<'static, str>),
}

/// What an operation does with the ownership of the object an operand or result points to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnershipEffect {
    /// The object leaves the function here: an operand that is freed, or handed to something that
    /// frees it.
    Takes,
    /// The object enters the function here: a result that somebody has to give away again.
    Gives,
    /// The object is used and stays whose it is.
    Borrows,
}

/// One operand, result, attribute, region or successor.
#[derive(Clone, Debug)]
pub struct Slot<C> {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The constraint.
    pub constraint: C,
    /// The number of values.
    pub arity: Arity,
    /// What happens to the ownership of what it points to, where the table says so.
    pub ownership: Option<OwnershipEffect>,
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

/// The required kind of an attribute.
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

/// How control goes through an operation that has regions, or where a terminator takes it.
///
/// Values go along: what enters a region gets the last values that are handed over, as many as the
/// region has arguments; an operation gets as many as it has results.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Control {
    /// The table does not say. Regions may then run in any order, any number of times; a terminator
    /// goes to any of its successors, or without one ends its region as `Yield` does.
    #[default]
    Unknown,
    /// Runs its regions once, in order.
    Scope,
    /// Runs one of its regions, or goes to one of its successors. The first operand chooses: an
    /// `i1` the first target when true and the second (or none) when false, another integer the
    /// target whose list in the attribute `cases` has it, or the first when none has.
    Branch,
    /// Runs its first region; while the first value that yields is true, the other regions in order
    /// and the first again. The operands are handed to the first region.
    Loop,
    /// Runs its region at every exit from the region it stands in, last registered first.
    Deferred,
    /// Ends its region.
    Yield,
    /// Leaves the nearest enclosing loop.
    Break,
    /// Ends the second region of the nearest enclosing loop, as `Yield` there does.
    Continue,
    /// Leaves the function.
    Return,
    /// Is never executed.
    Unreachable,
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
    /// An operation called `name` (`luma.add`) of which nothing else is said.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            summary: Cow::default(),
            doc: Cow::default(),
            example: Cow::default(),
            program: None,
            operands: Cow::default(),
            results: Cow::default(),
            attributes: Cow::default(),
            regions: Cow::default(),
            successors: Cow::default(),
            traits: Traits::default(),
            control: Control::Unknown,
            relations: Cow::default(),
            folds: Cow::default(),
            expansion: None,
        }
    }

    /// The dialect's name: `luma`.
    pub fn dialect(&self) -> &str {
        self.name.split_once('.').map_or("", |(dialect, _)| dialect)
    }
}

//! What the grammar makes: the text's structure before names are resolved.

use luma_diagnostics::Span;

#[derive(Debug)]
pub(crate) struct Located<T> {
    pub(crate) item: T,
    pub(crate) span: Span,
}

pub(crate) type Word<'t> = Located<&'t str>;

#[derive(Debug)]
pub(crate) enum Items<'t> {
    List(Vec<Item<'t>>),
    /// MLIR's generic form: everything is one operation.
    Generic(Box<Op<'t>>),
}

#[derive(Debug)]
pub(crate) enum Item<'t> {
    Struct { name: Word<'t>, fields: Vec<Attr<'t>> },
    Global { name: Word<'t>, attributes: Vec<Attr<'t>> },
    Func(Func<'t>),
}

#[derive(Debug)]
pub(crate) struct Func<'t> {
    pub(crate) public: bool,
    pub(crate) external: bool,
    pub(crate) name: Word<'t>,
    pub(crate) params: Vec<(Option<Word<'t>>, Located<Type<'t>>)>,
    pub(crate) results: Vec<Located<Type<'t>>>,
    pub(crate) attributes: Vec<Attr<'t>>,
    pub(crate) body: Option<Region<'t>>,
    pub(crate) loc: Option<Location<'t>>,
}

#[derive(Debug)]
pub(crate) struct Region<'t> {
    /// The first block has no label unless it has arguments.
    pub(crate) blocks: Vec<Block<'t>>,
}

#[derive(Debug)]
pub(crate) struct Block<'t> {
    pub(crate) label: Option<Word<'t>>,
    pub(crate) args: Vec<(Word<'t>, Located<Type<'t>>)>,
    pub(crate) ops: Vec<Op<'t>>,
}

#[derive(Debug)]
pub(crate) struct Op<'t> {
    pub(crate) span: Span,
    pub(crate) results: Vec<Word<'t>>,
    pub(crate) name: Word<'t>,
    pub(crate) operands: Vec<Word<'t>>,
    pub(crate) successors: Vec<(Word<'t>, Vec<Word<'t>>)>,
    pub(crate) regions: Vec<Region<'t>>,
    pub(crate) attributes: Vec<Attr<'t>>,
    pub(crate) operand_types: Vec<Located<Type<'t>>>,
    pub(crate) result_types: Vec<Located<Type<'t>>>,
    pub(crate) loc: Option<Location<'t>>,
}

#[derive(Debug)]
pub(crate) struct Attr<'t> {
    pub(crate) name: Word<'t>,
    pub(crate) value: Located<Value<'t>>,
}

#[derive(Debug)]
pub(crate) enum Value<'t> {
    Unit,
    Bool(bool),
    Int(&'t str, Option<Located<Type<'t>>>),
    Float(&'t str, Option<Located<Type<'t>>>),
    FloatBits(&'t str, Located<Type<'t>>),
    Str(&'t str),
    Symbol(&'t str),
    /// `#name`: the attribute of that name of the operation an expansion is of.
    Alias(&'t str),
    /// `array<i32: 0, 1>`
    Segments(&'t str),
    Array(Vec<Located<Value<'t>>>),
    Type(Type<'t>),
}

#[derive(Debug)]
pub(crate) enum Type<'t> {
    Name(&'t str),
    Dialect(&'t str, Vec<TypeArg<'t>>),
    Function(Vec<Located<Type<'t>>>, Vec<Located<Type<'t>>>),
}

#[derive(Debug)]
pub(crate) enum TypeArg<'t> {
    Type(Located<Type<'t>>),
    Int(&'t str),
    Symbol(&'t str),
}

/// `loc("file":line:column)`, possibly under the passes that made the op, the first outermost.
#[derive(Debug)]
pub(crate) struct Location<'t> {
    pub(crate) passes: Vec<&'t str>,
    pub(crate) file: &'t str,
    pub(crate) line: &'t str,
    pub(crate) column: &'t str,
}

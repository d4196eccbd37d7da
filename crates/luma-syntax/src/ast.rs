//! The syntax tree of one file, in arenas: nodes refer to each other by 32-bit ids, not by
//! ownership, so trees of any depth are dropped without recursion.
//!
//! Side tables of later phases (`la_arena::ArenaMap`) are keyed by these ids. Every expression,
//! statement, type and local variable of the file has its own id; ids of different bodies never
//! collide because one `Ast` holds the whole file.

use la_arena::{Arena, Idx};
use luma_diagnostics::Span;
use smallvec::SmallVec;
use smol_str::SmolStr;

/// An expression.
pub type ExprId = Idx<Expr>;
/// A statement.
pub type StmtId = Idx<Stmt>;
/// A type as written.
pub type TypeId = Idx<TypeExpr>;
/// A local variable: parameter, `let`/`const` in a body, loop variable.
pub type LocalId = Idx<LocalDecl>;
/// A declaration at module level.
pub type ItemId = Idx<Item>;

/// One parsed file.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Ast {
    /// `@module "name"`, if the file has one.
    pub module_name: Option<(String, Span)>,
    /// Doc comment of the module (before `@module`).
    pub module_doc: Option<String>,
    /// Declarations in source order.
    pub items: Arena<Item>,
    /// All expressions.
    pub exprs: Arena<Expr>,
    /// All statements.
    pub stmts: Arena<Stmt>,
    /// All written types.
    pub types: Arena<TypeExpr>,
    /// All local variables.
    pub locals: Arena<LocalDecl>,
}

/// An identifier and its source range.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The identifier.
    pub text: SmolStr,
    /// Source range.
    pub span: Span,
}

/// The segments of `a` or `m::a`.
pub type Path = SmallVec<[Name; 1]>;

/// A declaration at module level.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it declares.
    pub kind: ItemKind,
    /// `pub` (default is private).
    pub public: bool,
    /// Doc comment lines joined by `\n`.
    pub doc: Option<String>,
    /// The whole declaration, attributes included.
    pub span: Span,
}

/// The kinds of declarations.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// A function or a bodiless prototype.
    Function(Function),
    /// `const S -> struct { … };`
    Struct(Struct),
    /// `const E -> enum { … };`
    Enum(Enum),
    /// `const K: T = e;` or `let g: T [= e];` at module level.
    Global(Global),
}

/// A function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Ownership attributes.
    pub attributes: Attributes,
    /// Parameters, each a local of the body.
    pub params: Vec<LocalId>,
    /// Result type.
    pub result: TypeId,
    /// Body, or `None` for a prototype.
    pub body: Option<Body>,
}

/// The body of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `{ … }`
    Block(Block),
    /// `= expr`
    Expr(ExprId),
}

/// Ownership attributes as written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes {
    /// `#returns_ownership`: its source range.
    pub returns_ownership: Option<Span>,
    /// `#takes_ownership`, with the parameters it lists (empty: all pointer parameters) and its source range.
    pub takes_ownership: Option<(Vec<Name>, Span)>,
}

/// A struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// Its name.
    pub name: Name,
    /// Data fields in source order.
    pub fields: Vec<Field>,
    /// Names of methods. Methods are reported as unsupported where they are declared, so that using
    /// one is not a second error.
    pub methods: Vec<Name>,
}

/// A data field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeId,
    /// Public or in a `priv:` section.
    pub public: bool,
    /// Doc comment.
    pub doc: Option<String>,
}

/// An enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Members, numbered from 0.
    pub members: Vec<Name>,
}

/// A constant or variable at module level.
#[derive(Debug, Clone, PartialEq)]
pub struct Global {
    /// Its name.
    pub name: Name,
    /// `const` rather than `let`.
    pub constant: bool,
    /// Its type.
    pub ty: TypeId,
    /// Its initialiser; always present for a constant.
    pub init: Option<ExprId>,
}

/// A local variable or parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalDecl {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeId,
    /// `const`.
    pub constant: bool,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    /// The kind of node.
    pub kind: TypeKind,
    /// Source range.
    pub span: Span,
}

/// The kinds of written types.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// `int` and the other keywords, and any named type (`Point`, `str`, `m::Point`): the path's
    /// segments. Keyword types are a path of one segment with the keyword's text.
    Path(Path),
    /// `*T`
    Pointer(TypeId),
    /// `[T; n]`
    Array(TypeId, ExprId),
    /// `fn (A, B) R`
    Function(Vec<TypeId>, TypeId),
    /// Could not be parsed; already reported.
    Error,
}

/// `{ … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its statements.
    pub stmts: Vec<StmtId>,
    /// Source range from `{` to `}`.
    pub span: Span,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    /// The kind of node.
    pub kind: StmtKind,
    /// Source range, with the `;`.
    pub span: Span,
}

/// The kinds of statements. A body that is one unbraced statement is a `Block` of one statement
/// with that statement's span.
#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// `let x: T [= e];` or `const x: T = e;`
    Let {
        /// The variable.
        local: LocalId,
        /// Its initialiser.
        init: Option<ExprId>,
    },
    /// `e;`
    Expr(ExprId),
    /// `return [e];`
    Return(Option<ExprId>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `{ … }`
    Block(Block),
    /// `if (c) … {elif (c) …} [else …]`: the first arm is `if`, the others `elif`.
    If {
        /// Conditions and bodies.
        arms: Vec<(ExprId, Block)>,
        /// `else`.
        otherwise: Option<Block>,
    },
    /// All forms of `loop`.
    Loop(Loop),
    /// `switch (e) { … }`
    Switch {
        /// The subject.
        subject: ExprId,
        /// The arms in source order.
        arms: Vec<SwitchArm>,
    },
    /// `defer …`
    Defer(Block),
    /// `output(…);` and `outputln(…);`
    Output {
        /// The values to print.
        args: Vec<ExprId>,
        /// `outputln`.
        newline: bool,
    },
    /// Could not be parsed; already reported.
    Error,
}

/// A loop: `loop [inits](cond) : (post) body`.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// Loop variables with their initialisers.
    pub inits: Vec<(LocalId, ExprId)>,
    /// `None`: forever.
    pub cond: Option<ExprId>,
    /// Runs after each iteration and on `continue`.
    pub post: Option<ExprId>,
    /// The body.
    pub body: Block,
}

/// One arm of a switch.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchArm {
    /// Case labels; empty means `_`.
    pub labels: Vec<ExprId>,
    /// The body of the arm.
    pub body: Block,
    /// Labels to body.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// The kind of node.
    pub kind: ExprKind,
    /// Source range.
    pub span: Span,
}

/// The kinds of expressions. Parentheses leave no node; spans of operands do not include them.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// An integer literal. 9223372036854775808 (2^63) is only valid under a unary minus.
    Int(u64),
    /// A float literal, of type `double`.
    Float(f64),
    /// A character literal, of type `byte`.
    Char(u8),
    /// A string literal: its bytes after escapes, without the final NUL.
    Str(Vec<u8>),
    /// `true`, `false`
    Bool(bool),
    /// `x`, or `A::B::c` with at least two segments.
    Path(Path),
    /// `op e`
    Unary(UnaryOp, ExprId),
    /// `++e`, `--e`, `e++`, `e--`
    Step {
        /// `++` rather than `--`.
        increment: bool,
        /// Whether the operator precedes the operand, so that the value is the new one.
        prefix: bool,
        /// The place.
        place: ExprId,
    },
    /// `a op b`, for all binary operators except `&&`, `||`, `=`.
    Binary(BinaryOp, ExprId, ExprId),
    /// `a && b`
    And(ExprId, ExprId),
    /// `a || b`
    Or(ExprId, ExprId),
    /// `place = value`
    Assign(ExprId, ExprId),
    /// `f(args)`
    Call(ExprId, Vec<ExprId>),
    /// `a[i]`
    Index(ExprId, ExprId),
    /// `e.name`
    Member(ExprId, Name),
    /// `T { f: e, … }`; the path is empty for an anonymous literal.
    StructLit(Box<[Name]>, Vec<FieldInit>),
    /// `[a, b]`
    ArrayLit(Vec<ExprId>),
    /// `alloc(n)`
    Alloc(ExprId),
    /// `free(p)`
    Free(ExprId),
    /// `cast<T>(e)`
    Cast(TypeId, ExprId),
    /// `sizeof<T>`; the type may turn out to be the name of a variable.
    Sizeof(TypeId),
    /// Could not be parsed; already reported.
    Error,
}

/// One entry of a struct literal.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldInit {
    /// `name: value`
    Field(Name, ExprId),
    /// `...value`
    Spread(ExprId),
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `+x`
    Plus,
    /// `~x`
    BitNot,
    /// `!x`
    Not,
    /// `*p`
    Deref,
    /// `&x`
    AddrOf,
}

/// Binary operators that evaluate both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    Range,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    BitAnd,
    BitXor,
    BitOr,
}

//! Programs as trees. Every expression has its type, and implicit conversions are nodes, so that
//! printers need to infer nothing.

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ty {
    /// No value.
    Void,
    /// 64 bits, signed.
    Int,
    /// 8 bits, signed but when printed.
    Byte,
    /// One bit.
    Bool,
    /// binary32.
    Float,
    /// binary64.
    Double,
    /// An enum, by its index in the program.
    Enum(usize),
    /// A struct, by its index in the program.
    Struct(usize),
    /// So many elements of a type.
    Array(Box<Ty>, usize),
    /// A pointer.
    Ptr(Box<Ty>),
}

impl Ty {
    /// A pointer to this type.
    pub fn ptr(self) -> Self {
        Self::Ptr(Box::new(self))
    }

    /// Whether values consist of parts.
    pub fn is_aggregate(&self) -> bool {
        matches!(self, Self::Struct(_) | Self::Array(..))
    }

    /// `float` or `double`.
    pub fn is_floating(&self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unary {
    Neg,
    BitNot,
    Not,
}

/// A binary operator but for `&&` and `||`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// Its type.
    pub ty: Ty,
    /// What it is.
    pub kind: Kind,
}

/// What an expression is. Operands are evaluated from left to right, of assignments the value
/// before the target.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// An `int`; never the smallest, which has no literal.
    Int(i64),
    /// A `byte`, one that has a literal.
    Char(u8),
    /// `true` or `false`.
    Bool(bool),
    /// A `double`, not negative and finite.
    Float(f64),
    /// A member of an enum.
    Member(usize),
    /// A local variable or parameter.
    Local(String),
    /// A global variable or constant, by its index.
    Global(usize),
    /// An operator and its operand.
    Unary(Unary, Box<Expr>),
    /// An operator and its operands, which are converted to a common type first.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `&&`, or `||` if false.
    Logic(bool, Box<Expr>, Box<Expr>),
    /// `++` or `--`, before or after a place.
    Step {
        /// `++`.
        up: bool,
        /// The value is the new one.
        prefix: bool,
        /// What is changed.
        place: Box<Expr>,
    },
    /// Target and value.
    Assign(Box<Expr>, Box<Expr>),
    /// A field of a struct or of what a pointer points to.
    Field(Box<Expr>, usize),
    /// An element of an array or behind a pointer.
    Index(Box<Expr>, Box<Expr>),
    /// What a pointer points to.
    Deref(Box<Expr>),
    /// The address of a place.
    AddrOf(Box<Expr>),
    /// `cast` to the type of the expression.
    Cast(Box<Expr>),
    /// A conversion that is not written.
    Implicit(Box<Expr>),
    /// The size of a type in bytes.
    Sizeof(Ty),
    /// A call of the function of this index.
    Call(usize, Vec<Expr>),
    /// Some fields in any order, and where the others come from: at which position, and the source.
    Struct(Vec<(usize, Expr)>, Option<(usize, Box<Expr>)>),
    /// All elements.
    Array(Vec<Expr>),
    /// An expression as Luma. It has no form in C.
    Text(String),
    /// A heap object of so many elements of what the pointer points to.
    Alloc(usize),
}

impl Expr {
    /// An `int` literal.
    pub fn int(value: i64) -> Self {
        Self { ty: Ty::Int, kind: Kind::Int(value) }
    }

    /// `a OP b`, of type `ty`.
    pub fn binary(op: Binary, a: Self, b: Self, ty: Ty) -> Self {
        Self { ty, kind: Kind::Binary(op, Box::new(a), Box::new(b)) }
    }

    /// A local variable.
    pub fn local(name: &str, ty: Ty) -> Self {
        Self { ty, kind: Kind::Local(name.to_owned()) }
    }

    /// `self = value`
    pub fn assign(self, value: Self) -> Self {
        Self { ty: self.ty.clone(), kind: Kind::Assign(Box::new(self), Box::new(value)) }
    }

    /// The explicit conversion to `ty`.
    pub fn cast(self, ty: Ty) -> Self {
        Self { ty, kind: Kind::Cast(Box::new(self)) }
    }

    /// The conversion to `ty` that is not written; nothing where the type is right.
    pub fn implicit(self, ty: &Ty) -> Self {
        if self.ty == *ty {
            return self;
        }
        Self { ty: ty.clone(), kind: Kind::Implicit(Box::new(self)) }
    }

    /// Whether it is a place, as opposed to a value.
    pub fn is_place(&self) -> bool {
        match &self.kind {
            Kind::Local(_) | Kind::Global(_) | Kind::Deref(_) => true,
            Kind::Field(base, _) | Kind::Index(base, _) => {
                matches!(base.ty, Ty::Ptr(_)) || base.is_place()
            }
            _ => false,
        }
    }

    /// Its operands.
    pub fn operands(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Unary(_, a)
            | Kind::Step { place: a, .. }
            | Kind::Field(a, _)
            | Kind::Deref(a)
            | Kind::AddrOf(a)
            | Kind::Cast(a)
            | Kind::Implicit(a) => vec![a],
            Kind::Binary(_, a, b)
            | Kind::Logic(_, a, b)
            | Kind::Assign(a, b)
            | Kind::Index(a, b) => vec![a, b],
            Kind::Call(_, items) | Kind::Array(items) => items.iter().collect(),
            Kind::Struct(fields, rest) => {
                let fields = fields.iter().map(|(_, value)| value);
                fields.chain(rest.iter().map(|(_, source)| &**source)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Its operands, to change them.
    pub fn operands_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            Kind::Unary(_, a)
            | Kind::Step { place: a, .. }
            | Kind::Field(a, _)
            | Kind::Deref(a)
            | Kind::AddrOf(a)
            | Kind::Cast(a)
            | Kind::Implicit(a) => vec![a],
            Kind::Binary(_, a, b)
            | Kind::Logic(_, a, b)
            | Kind::Assign(a, b)
            | Kind::Index(a, b) => vec![a, b],
            Kind::Call(_, items) | Kind::Array(items) => items.iter_mut().collect(),
            Kind::Struct(fields, rest) => {
                let fields = fields.iter_mut().map(|(_, value)| value);
                fields.chain(rest.iter_mut().map(|(_, source)| &mut **source)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A piece of output.
#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    /// Plain ASCII text.
    Text(String),
    /// A value.
    Value(Expr),
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Stmt {
    /// A local variable.
    Let(String, Ty, Expr),
    /// An expression for its effects.
    Expr(Expr),
    /// A simple statement as Luma, with its semicolon. It has no form in C.
    Text(String),
    /// Condition, then, else.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// A loop.
    Loop {
        /// Variables of the loop and their first values.
        init: Vec<(String, Ty, Expr)>,
        /// None is always true.
        condition: Option<Expr>,
        /// Evaluated after each iteration, `continue` included.
        post: Option<Expr>,
        /// What is repeated.
        body: Vec<Stmt>,
    },
    /// Subject, arms with their labels, and the default arm.
    Switch(Expr, Vec<(Vec<Expr>, Vec<Stmt>)>, Option<Vec<Stmt>>),
    /// A scope.
    Block(Vec<Stmt>),
    /// Run where the scope ends, the last first.
    Defer(Vec<Stmt>),
    /// `free` of a pointer.
    Free(Expr),
    /// Printed, and a line end at the end.
    Output(Vec<Piece>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `return`.
    Return(Option<Expr>),
}

impl Stmt {
    /// The lists of statements in it.
    pub fn blocks_mut(&mut self) -> Vec<&mut Vec<Self>> {
        match self {
            Self::If(_, then, otherwise) => vec![then, otherwise],
            Self::Loop { body, .. } | Self::Block(body) | Self::Defer(body) => vec![body],
            Self::Switch(_, arms, default) => {
                arms.iter_mut().map(|(_, body)| body).chain(default).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The lists of statements in it.
    pub fn blocks(&self) -> Vec<&Vec<Self>> {
        match self {
            Self::If(_, then, otherwise) => vec![then, otherwise],
            Self::Loop { body, .. } | Self::Block(body) | Self::Defer(body) => vec![body],
            Self::Switch(_, arms, default) => {
                arms.iter().map(|(_, body)| body).chain(default).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The expressions in it, without those of nested statements and labels.
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Let(_, _, e)
            | Self::Expr(e)
            | Self::If(e, ..)
            | Self::Switch(e, ..)
            | Self::Free(e)
            | Self::Return(Some(e)) => vec![e],
            Self::Loop { init, condition, post, .. } => {
                init.iter().map(|(_, _, e)| e).chain(condition).chain(post).collect()
            }
            Self::Output(pieces) => pieces.iter().filter_map(Piece::value).collect(),
            _ => Vec::new(),
        }
    }

    /// The expressions in it, without those of nested statements and labels.
    pub fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Let(_, _, e)
            | Self::Expr(e)
            | Self::If(e, ..)
            | Self::Switch(e, ..)
            | Self::Free(e)
            | Self::Return(Some(e)) => vec![e],
            Self::Loop { init, condition, post, .. } => {
                init.iter_mut().map(|(_, _, e)| e).chain(condition).chain(post).collect()
            }
            Self::Output(pieces) => pieces
                .iter_mut()
                .filter_map(|piece| match piece {
                    Piece::Value(e) => Some(e),
                    Piece::Text(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Piece {
    fn value(&self) -> Option<&Expr> {
        match self {
            Self::Value(e) => Some(e),
            Self::Text(_) => None,
        }
    }
}

/// A global variable or constant.
#[derive(Clone, PartialEq, Debug)]
pub struct Global {
    /// Its type.
    pub ty: Ty,
    /// Its first value, which is constant; zero if there is none.
    pub init: Option<Expr>,
    /// Whether it is never changed.
    pub constant: bool,
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// Names and types.
    pub params: Vec<(String, Ty)>,
    /// What it returns.
    pub result: Ty,
    /// Its statements; a function that returns something ends with `return`.
    pub body: Vec<Stmt>,
}

/// A program. Its last function, which has neither parameters nor a result, is where it starts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Program {
    /// The fields of each struct.
    pub structs: Vec<Vec<Ty>>,
    /// How many members each enum has.
    pub enums: Vec<usize>,
    /// Global variables and constants; initial values use only earlier constants.
    pub globals: Vec<Global>,
    /// Functions; all but recursive calls are of earlier ones.
    pub functions: Vec<Function>,
}

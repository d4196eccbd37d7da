//! Names, types, constants, and every program rule that is not about ownership.
//!
//! Invariant: this crate knows nothing of IR. Its one function is [`analyze`]: a syntax tree in,
//! side tables over that tree out. There is never a second tree.

mod bodies;
mod calls;
mod collect;
mod constants;
mod context;
mod convert;
mod exprs;
mod globals;
mod layout;
mod literals;
mod operators;
mod paths;
mod places;
mod scopes;
mod signatures;
mod structs;
mod switch;
mod type_exprs;
pub mod types;

pub use signatures::check_main;

use la_arena::ArenaMap;
use luma_diagnostics::Diagnostic;
use luma_syntax::ast::{Ast, ExprId, ItemId, LocalId, TypeId};
use luma_values::layout::{Layout, LayoutError};
use types::{EnumId, EnumInfo, StructId, StructInfo, Ty, Types};

/// Everything known about a program besides its tree.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The type interner.
    pub types: Types,
    /// All structs, in source order.
    pub structs: Vec<StructInfo>,
    /// The layout of each struct, by its id.
    pub struct_layouts: Vec<Result<Layout, LayoutError>>,
    /// All enums, in source order.
    pub enums: Vec<EnumInfo>,
    /// Struct items.
    pub struct_ids: ArenaMap<ItemId, StructId>,
    /// Enum items.
    pub enum_ids: ArenaMap<ItemId, EnumId>,
    /// Functions, by the item that defines them (the prototype where there is no definition; a
    /// prototype that has a definition has no entry).
    pub functions: ArenaMap<ItemId, FunctionInfo>,
    /// Globals and module-level constants.
    pub globals: ArenaMap<ItemId, GlobalInfo>,
    /// The type of each written type.
    pub type_exprs: ArenaMap<TypeId, Ty>,
    /// The type of each local.
    pub locals: ArenaMap<LocalId, LocalInfo>,
    /// The type of each expression, **before** implicit conversion.
    pub expr_types: ArenaMap<ExprId, Ty>,
    /// Where the value of an expression is implicitly converted, and to which type. Covers
    /// float/double, byte or int operands of mixed arithmetic, enum/int, str/`*byte`, array to
    /// pointer, function to function pointer, and literals padded to a longer array.
    pub adjustments: ArenaMap<ExprId, Ty>,
    /// What each `Path` expression names.
    pub resolutions: ArenaMap<ExprId, Resolution>,
    /// What each `Member` expression selects.
    pub members: ArenaMap<ExprId, FieldRef>,
    /// Values of expressions that had to be constant: switch labels, array sizes.
    pub constants: ArenaMap<ExprId, Const>,
    /// Which field (layout index) each entry of a struct literal sets, in the entries' order;
    /// spreads have `None`.
    pub literal_fields: ArenaMap<ExprId, Vec<Option<u32>>>,
    /// For `sizeof<…>`: the type measured.
    pub sizeof_types: ArenaMap<ExprId, Ty>,
}

/// A function's signature.
#[derive(Debug, Clone)]
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// Parameter types.
    pub params: Vec<Ty>,
    /// Result type.
    pub result: Ty,
    /// Its own function type.
    pub ty: Ty,
    /// Whether it is only a prototype: a C function of that name.
    pub external: bool,
    /// `#returns_ownership`.
    pub returns_ownership: bool,
    /// For each parameter, whether its ownership is taken (`#takes_ownership` on a pointer
    /// parameter).
    pub takes: Vec<bool>,
    /// Whether the end of the body can be reached (then it returns zero of its type).
    pub falls_off: bool,
}

/// A global.
#[derive(Debug, Clone)]
pub struct GlobalInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Declared `const`.
    pub constant: bool,
    /// Its initial value ([`Const::Zero`] without initialiser).
    pub value: Const,
}

/// A local variable.
#[derive(Debug, Clone, Copy)]
pub struct LocalInfo {
    /// Its type.
    pub ty: Ty,
    /// Assigned (whole or part, `++` included) after its declaration.
    pub assigned: bool,
    /// Its address, or that of a part, is taken by `&` or by array-to-pointer conversion.
    pub addressed: bool,
}

/// The declaration that a path refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// A local variable.
    Local(LocalId),
    /// A global or module-level constant.
    Global(ItemId),
    /// A function (key of [`Analysis::functions`]).
    Function(ItemId),
    /// An enum member by number.
    EnumMember(EnumId, u32),
}

/// A selected field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRef {
    /// The struct.
    pub strukt: StructId,
    /// Layout index of the field.
    pub field: u32,
    /// Whether the base is a pointer that is dereferenced first.
    pub deref: bool,
}

/// A constant value.
#[derive(Debug, Clone, PartialEq)]
pub enum Const {
    /// All bytes zero, for any type.
    Zero,
    /// `int`, enum, or a pointer made from an integer.
    Int(i64),
    /// `byte`
    Byte(u8),
    /// `bool`
    Bool(bool),
    /// `float` (already rounded) or `double`.
    Float(f64),
    /// A string literal, without its NUL.
    Str(Vec<u8>),
    /// The address of a function.
    Function(ItemId),
    /// The address of a global.
    Address(ItemId),
    /// Elements of an array, or fields of a struct in layout order.
    Aggregate(Vec<Const>),
}

/// Analyses one file and returns its tables and all errors and warnings, in source order.
///
/// If there are errors, the tables are incomplete and must not be lowered. A missing `main` is not
/// an error here: see [`check_main`].
pub fn analyze(ast: &Ast) -> (Analysis, Vec<Diagnostic>) {
    let mut cx = context::Cx::new(ast);
    let announced = collect::collect(&mut cx);
    // Globals first and in order: structs need the values of constants, which then already exist.
    globals::check_globals(&mut cx);
    structs::check_structs(&mut cx);
    signatures::check_signatures(&mut cx, &announced);
    bodies::check_bodies(&mut cx);
    let mut diagnostics = cx.diagnostics;
    diagnostics.sort_by_key(Diagnostic::sort_key);
    (cx.out, diagnostics)
}

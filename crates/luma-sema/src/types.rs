//! Types of the language: interned, compared by id.

use indexmap::IndexSet;
use luma_diagnostics::{OrNever as _, Span};
use luma_syntax::ast::ItemId;

/// An interned type; equal types have equal ids within one [`Types`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Ty(u32);

/// A struct, by its index in [`crate::Analysis::structs`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StructId(pub u32);

/// An enum, by its index in [`crate::Analysis::enums`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EnumId(pub u32);

/// The structure of a type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// The type of something erroneous, already reported; compatible with everything, so that
    /// errors do not cascade.
    Error,
    /// No value; as a pointee: unknown.
    Void,
    /// Signed 64-bit.
    Int,
    /// 8-bit; also spelled `char`.
    Byte,
    /// `true` or `false`.
    Bool,
    /// IEEE binary32.
    Float,
    /// IEEE binary64.
    Double,
    /// `*byte` to NUL-terminated data; the type of string literals.
    Str,
    /// The same representation as `str`, under another name.
    String,
    /// `*T`
    Pointer(Ty),
    /// `[T; n]`
    Array(Ty, u64),
    /// A struct.
    Struct(StructId),
    /// An enum.
    Enum(EnumId),
    /// `fn (params) result`
    Function(Box<[Ty]>, Ty),
}

/// The interner.
#[derive(Debug, Clone, Default)]
pub struct Types {
    set: IndexSet<TyKind>,
}

impl Types {
    /// The id of `kind`.
    pub fn intern(&mut self, kind: TyKind) -> Ty {
        Ty(self.set.insert_full(kind).0 as u32)
    }

    /// Every type interned so far.
    pub fn all(&self) -> impl Iterator<Item = Ty> {
        (0..self.set.len() as u32).map(Ty)
    }

    /// The structure of `ty`.
    pub fn kind(&self, ty: Ty) -> &TyKind {
        self.set.get_index(ty.0 as usize).or_never(&TyKind::Error, "types are interned")
    }
}

/// A struct type.
#[derive(Debug, Clone)]
pub struct StructInfo {
    /// Its name, unique in the program.
    pub name: String,
    /// Its declaration.
    pub item: ItemId,
    /// Fields in **layout order** (public ones first, then private ones, each in source order).
    pub fields: Vec<FieldInfo>,
}

/// A field of a struct.
#[derive(Debug, Clone)]
pub struct FieldInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Visible outside the struct's own methods.
    pub public: bool,
    /// Source range of its declaration.
    pub span: Span,
}

/// An enum type. Members are numbered from 0.
#[derive(Debug, Clone)]
pub struct EnumInfo {
    /// Its name.
    pub name: String,
    /// Its declaration.
    pub item: ItemId,
    /// Members in order.
    pub members: Vec<String>,
}

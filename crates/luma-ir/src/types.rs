//! Types of the IR: interned in the [`Context`](crate::Context), compared by id.

use crate::context::Symbol;
use crate::entity::Index;

/// An interned type. Equal types of one context have equal ids.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Type(pub(crate) u32);

/// The structure of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TypeData {
    /// `!luma.void`: only as a pointee, unknown memory.
    Void,
    /// `i1`
    I1,
    /// `i8`
    I8,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `!luma.ptr<T>`
    Ptr(Type),
    /// `!luma.place<T>`: something that can be loaded from and stored to; never itself stored.
    Place(Type),
    /// `!luma.array<n, T>`
    Array(u64, Type),
    /// `!luma.struct<@name>`, defined at module level.
    Struct(Symbol),
    /// `(params) -> (results)`; see [`Context::signature`](crate::Context::signature).
    Function(SignatureId),
}

/// The interned [`Signature`] of a function type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SignatureId(pub(crate) Index);

/// What a function type takes and returns.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    /// Types of the parameters.
    pub params: Box<[Type]>,
    /// Types of the results.
    pub results: Box<[Type]>,
}

impl Type {
    /// `!luma.void`
    pub const VOID: Self = Self(0);
    /// `i1`
    pub const I1: Self = Self(1);
    /// `i8`
    pub const I8: Self = Self(2);
    /// `i64`
    pub const I64: Self = Self(3);
    /// `f32`
    pub const F32: Self = Self(4);
    /// `f64`
    pub const F64: Self = Self(5);

    /// The types with constants, in the order of their ids.
    pub(crate) const FIXED: [TypeData; 6] =
        [TypeData::Void, TypeData::I1, TypeData::I8, TypeData::I64, TypeData::F32, TypeData::F64];

    /// `i8` or `i64`.
    pub fn is_int(self) -> bool {
        self == Self::I8 || self == Self::I64
    }

    /// `f32` or `f64`.
    pub fn is_float(self) -> bool {
        self == Self::F32 || self == Self::F64
    }
}

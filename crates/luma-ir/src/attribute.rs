//! Attributes: constant data on operations.

use std::sync::Arc;

use crate::context::Symbol;
use crate::types::Type;

/// A constant on an operation.
#[derive(Clone, PartialEq, Debug)]
pub enum Attribute {
    /// Present or absent.
    Unit,
    /// `true`, `false`
    Bool(bool),
    /// `42 : i64`
    Int(i64, Type),
    /// `1.5 : f64`
    Float(f64, Type),
    /// `"text"`: any bytes.
    Str(Arc<[u8]>),
    /// A type.
    Type(Type),
    /// `@name`
    Symbol(Symbol),
    /// `[a, b]`
    Array(Arc<[Attribute]>),
}

impl Attribute {
    /// A string attribute.
    pub fn str(text: impl AsRef<[u8]>) -> Self {
        Self::Str(Arc::from(text.as_ref()))
    }

    /// An `i64`.
    pub fn int(value: i64) -> Self {
        Self::Int(value, Type::I64)
    }

    /// An array.
    pub fn array(items: impl IntoIterator<Item = Attribute>) -> Self {
        Self::Array(items.into_iter().collect())
    }

    /// The text of a string attribute that is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The value of an integer attribute.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value, _) => Some(*value),
            _ => None,
        }
    }

    /// The name of a symbol attribute.
    pub fn as_symbol(&self) -> Option<Symbol> {
        match self {
            Self::Symbol(symbol) => Some(*symbol),
            _ => None,
        }
    }

    /// The type of a type attribute.
    pub fn as_type(&self) -> Option<Type> {
        match self {
            Self::Type(ty) => Some(*ty),
            _ => None,
        }
    }

    /// The items of an array attribute.
    pub fn as_array(&self) -> Option<&[Attribute]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }
}

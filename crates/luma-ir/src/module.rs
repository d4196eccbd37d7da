//! A module: struct types, globals and functions, in insertion order.

use std::hash::BuildHasherDefault;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxHasher;

use crate::attribute::Attribute;
use crate::context::{Context, Symbol};
use crate::function::{Function, Loc};
use crate::types::Type;

/// An insertion-ordered table by name.
pub type Table<T> = IndexMap<Symbol, T, BuildHasherDefault<FxHasher>>;

/// A module.
#[derive(Debug, Clone)]
pub struct Module {
    /// Types, names and dialects shared by its functions.
    pub context: Arc<Context>,
    /// Struct types.
    pub structs: Table<StructDef>,
    /// Global variables and constants.
    pub globals: Table<Global>,
    /// Functions and prototypes.
    pub functions: Table<Function>,
}

/// A struct type: named fields in layout order.
#[derive(Debug, Clone)]
pub struct StructDef {
    /// Fields in layout order.
    pub fields: Table<Type>,
    /// The source range of its definition.
    pub loc: Loc,
}

/// A global.
#[derive(Debug, Clone)]
pub struct Global {
    /// The type it holds.
    pub ty: Type,
    /// Its initial value; `None` for zero. Aggregates are arrays of attributes in layout order,
    /// [`Attribute::Unit`] standing for zero; `@name` is the address of a function or global.
    pub init: Option<Attribute>,
    /// Never assigned.
    pub constant: bool,
    /// The source range of its definition.
    pub loc: Loc,
}

impl Module {
    /// An empty module.
    pub fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            structs: Table::default(),
            globals: Table::default(),
            functions: Table::default(),
        }
    }

    /// The function called `name`.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(&self.context.symbol(name))
    }

    /// The number of operations in all functions.
    pub fn op_count(&self) -> usize {
        self.functions.values().map(Function::op_count).sum()
    }
}

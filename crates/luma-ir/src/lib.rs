//! A multi-level intermediate representation: operations, blocks, regions, values, types,
//! attributes and locations; a registry of dialects; a builder; a text form that is printed and
//! parsed back; a structural verifier.
//!
//! Invariants: this crate knows nothing of the Luma language (its `luma` dialect is a table like
//! any other) and nothing of MLIR. A [`Function`] owns everything in its body, so functions can be
//! worked on from many threads at once; what they share is in the [`Context`].

mod attribute;
mod builder;
mod callgraph;
mod clone;
mod context;
pub mod dataflow;
pub mod dialect;
pub mod dialects;
mod dominance;
mod entity;
pub mod fold;
mod function;
mod inlined;
mod intern;
pub mod layout;
mod module;
pub mod rewrite;
mod text;
mod types;
mod verify;

pub use attribute::Attribute;
pub use builder::Builder;
pub use callgraph::{CallGraph, callee, expansion_symbols};
pub use clone::{CloneMap, clone_blocks_into, clone_into, clone_op};
pub use context::{Context, DialectInfo, Origin, Symbol};
pub use dialect::OpName;
pub use dominance::Dominators;
pub use entity::{Arena, Block, Entity, Op, Region, Value};
pub use function::{
    Attributes, Def, Function, Linkage, Loc, OpParts, Position, Successor, SuccessorIter,
    SuccessorRef, Successors, Use,
};
pub use inlined::{CallSite, Frame};
pub use module::{Global, Module, StructDef, Table};
pub use text::{
    Expansions, PrintOptions, expand_op, parse_module, print_function, print_module, value_names,
};
pub use types::{Signature, SignatureId, Type, TypeData};
pub use verify::{Violation, verify_function, verify_items, verify_module};

/// The examples of README.md are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

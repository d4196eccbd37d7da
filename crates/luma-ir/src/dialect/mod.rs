//! Dialects: definitions of operations. Tables of the project's own dialects are generated from
//! `dialects/*/dialect.toml` at build time (see `build.rs`), others are [`load`]ed at run time.

mod def;
mod format;
mod irdl;
mod load;
mod reference;

pub use def::{
    Arity, AttributeConstraint, Control, Dialect, Expansion, OpDef, OpName, OwnershipEffect,
    Program, Relation, Slot, Traits, TypeConstraint,
};
pub use irdl::irdl;
pub use load::load;
pub(crate) use load::{check, clash};
pub use reference::reference;

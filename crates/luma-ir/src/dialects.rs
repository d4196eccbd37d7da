//! The project's own dialects: registry tables and typed views, generated from
//! `dialects/*/dialect.toml`.
//!
//! A view is a `Copy` wrapper of an [`Op`](crate::Op) with accessors by name. Accessors of a single
//! operand, result or region index directly: they are for IR the verifier has accepted.

use std::borrow::Cow;

#[allow(unused_imports, reason = "which ones the tables need changes with them")]
use crate::dialect::{
    Arity, AttributeConstraint, Control, Expansion, OpDef, OwnershipEffect, Program, Relation,
    Slot, Traits, TypeConstraint,
};

mod support {
    pub(super) use crate::attribute::Attribute;
    pub(super) use crate::builder::Builder;
    pub(super) use crate::dialect::OpName;
    pub(super) use crate::entity::{Op, Region, Value};
    pub(super) use crate::function::{Function, OpParts, Successor};
    pub(super) use crate::types::Type;
}

include!(concat!(env!("OUT_DIR"), "/dialects.rs"));

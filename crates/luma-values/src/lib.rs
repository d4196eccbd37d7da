//! What values are, whatever language or IR they come from: the layout of types in memory.
//!
//! Invariant: this crate knows neither the AST nor the IR. Each of them says how its types are
//! built ([`layout::Types`]) and asks for the answer here.

pub mod layout;

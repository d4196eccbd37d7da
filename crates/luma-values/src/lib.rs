//! What values are, whatever language or IR they come from: the layout of types in memory, and the
//! arithmetic of constants.
//!
//! Invariant: this crate knows neither the AST nor the IR. Each of them says how its types are
//! built ([`layout::Types`]), which arithmetic its operations do ([`fold`]), and gets the answer
//! here.

pub mod fold;
pub mod int;
pub mod layout;

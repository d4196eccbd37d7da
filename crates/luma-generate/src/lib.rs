//! Random programs for tests and fuzzers, each a function of a seed and a number.
//!
//! [`compute::program`] makes programs with defined behaviour as [`tree`]s; [`luma::source`] writes
//! them as Luma and [`c::source`] as C; [`shrink`] makes them small. [`owned::program`] makes programs
//! that own heap objects, correct ones, and [`owned::mistake`] makes mistakes in them. [`ir::module`] and
//! [`ir::program`] make IR that no Luma program may be lowered to; [`text::mutate`] changes any text.

pub mod c;
mod choices;
pub mod compute;
pub mod ir;
pub mod luma;
pub mod owned;
mod shrink;
pub mod text;
pub mod tree;
mod used;

pub use choices::Choices;
pub use shrink::shrink;

//! Source map, spans, diagnostics, the catalogue of codes, and renderers.
//!
//! Invariant: this crate depends on no other crate of the project. Every other crate reports
//! through [`Diagnostic`] and never prints.

mod catalogue;
mod diagnostic;
pub mod internal;
mod render;
mod source;
mod suggest;

pub use catalogue::{CATALOGUE, Entry, codes, explain};
pub use diagnostic::{Code, Diagnostic, Fix, Help, Label, PathStep, Severity};
pub use internal::OrNever;
pub use render::{Format, RenderOptions, printable, render, render_all};
pub use source::{FileId, LineCol, SourceFile, SourceMap, Span};
pub use suggest::closest;

/// Runs the examples in README.md as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

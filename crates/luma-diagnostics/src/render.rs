//! Renderers.

use crate::{Diagnostic, SourceMap};

/// The shape diagnostics are printed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// For people: source excerpts with labels, as rustc prints them.
    #[default]
    Human,
    /// One line each: `file:line:column: error[E0401]: message`.
    Short,
    /// One JSON object a line.
    Json,
}

/// How to render.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RenderOptions {
    /// The shape.
    pub format: Format,
    /// Whether ANSI colours are used (human format only).
    pub colour: bool,
}

/// One diagnostic as text, ending with a line end.
pub fn render(map: &SourceMap, options: RenderOptions, diagnostic: &Diagnostic) -> String {
    let _ = (map, options, diagnostic);
    String::new()
}

/// All of them in their order (file, line, column, code), each followed by a blank line in the
/// human format.
pub fn render_all(map: &SourceMap, options: RenderOptions, diagnostics: &[Diagnostic]) -> String {
    let _ = (map, options, diagnostics);
    String::new()
}

//! Renderers.

mod clean;
mod excerpt;
mod human;
mod json;
mod short;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::{Diagnostic, SourceMap};

/// The shape diagnostics are printed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// For people: source excerpts with labels, as rustc prints them.
    #[default]
    Human,
    /// One line each: `file:line:column: error[E0401]: message`.
    Short,
    /// One JSON object a line, for programs. Its shape is stable: members may be added, none is
    /// renamed or removed.
    ///
    /// ```json
    /// {"code": "E0401", "name": "memory leak", "severity": "error", "message": "…",
    ///  "primary": LABEL or null, "secondary": [LABEL…], "path": [LABEL…], "notes": ["…"],
    ///  "help": [{"message": "…", "suggestion": {"span": SPAN, "replacement": "…"} or null}]}
    /// LABEL = {"span": SPAN or null, "message": "…"}
    /// SPAN = {"file": "a.lx", "start": PLACE, "end": PLACE}
    /// PLACE = {"line": 1, "column": 1, "byte": 0}
    /// ```
    ///
    /// Lines and columns count from 1, columns in characters, bytes from 0; `end` is one past the
    /// last character. `path` is in the order the program takes it.
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
    match options.format {
        Format::Human => human::render(map, options.colour, diagnostic),
        Format::Short => short::render(map, diagnostic),
        Format::Json => json::render(map, diagnostic),
    }
}

/// All of them in their order (file, line, column, code), exact repetitions once, each followed
/// by a blank line in the human format.
pub fn render_all(map: &SourceMap, options: RenderOptions, diagnostics: &[Diagnostic]) -> String {
    let mut seen = HashSet::with_capacity(diagnostics.len());
    let mut order: Vec<&Diagnostic> =
        diagnostics.iter().filter(|&diagnostic| seen.insert(diagnostic)).collect();
    order.sort_by_key(|diagnostic| diagnostic.sort_key());
    let mut text = String::new();
    for diagnostic in order {
        text.push_str(&render(map, options, diagnostic));
        if options.format == Format::Human {
            text.push('\n');
        }
    }
    text
}

//! Renderers.

mod clean;
mod excerpt;
mod human;
mod json;
mod sarif;
mod short;
#[cfg(test)]
mod tests;

pub use clean::printable;
use std::collections::HashSet;

use crate::{Diagnostic, SourceMap};

/// The output format of diagnostics.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// For people: source excerpts with labels, as rustc prints them.
    #[default]
    Human,
    /// One line each: `file:line:column: error[E0401]: message`.
    Short,
    /// One JSON object per line, for programs. The schema is stable: members may be added, but none
    /// are renamed or removed.
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
    /// last character. `path` is in execution order.
    Json,
    /// One SARIF 2.1.0 log on one line, with one run and its results in order. Without diagnostics
    /// it is still a complete log, which tells its reader that there are none.
    ///
    /// A result has the primary label as its location, secondary labels as related locations, the
    /// path as a code flow and machine-applicable edits as fixes; notes and help follow the message
    /// in its text. The rules are the codes that occur, with their explanations as help.
    Sarif,
}

/// Options for rendering.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RenderOptions {
    /// The output format.
    pub format: Format,
    /// Whether ANSI colours are used (human format only).
    pub colour: bool,
}

/// One diagnostic as text, ending with a newline.
pub fn render(map: &SourceMap, options: RenderOptions, diagnostic: &Diagnostic) -> String {
    match options.format {
        Format::Human => human::render(map, options.colour, diagnostic),
        Format::Short => short::render(map, diagnostic),
        Format::Json => json::render(map, diagnostic),
        Format::Sarif => sarif::log(map, &[diagnostic]),
    }
}

/// All diagnostics sorted by file, line, column and code, without exact duplicates; in the human
/// format each is followed by a blank line. With [`Format::Sarif`] they form one log.
pub fn render_all(map: &SourceMap, options: RenderOptions, diagnostics: &[Diagnostic]) -> String {
    let mut seen = HashSet::with_capacity(diagnostics.len());
    let mut order: Vec<&Diagnostic> =
        diagnostics.iter().filter(|&diagnostic| seen.insert(diagnostic)).collect();
    order.sort_by_key(|diagnostic| diagnostic.sort_key());
    if options.format == Format::Sarif {
        return sarif::log(map, &order);
    }
    let mut text = String::new();
    for diagnostic in order {
        text.push_str(&render(map, options, diagnostic));
        if options.format == Format::Human {
            text.push('\n');
        }
    }
    text
}

//! Source ranges as MLIR locations.

use luma_diagnostics::{SourceMap, Span};

use super::emit::{Emit, Location};

/// Turns ranges into `loc("file":line:column)`, columns in bytes.
pub(crate) struct Locations<'a> {
    sources: &'a SourceMap,
    /// For each file that was asked for, where its lines start.
    lines: Vec<Option<Vec<u32>>>,
    /// The last answer: neighbours mostly share their range.
    last: Option<(Span, Location)>,
}

impl<'a> Locations<'a> {
    pub(crate) fn new(sources: &'a SourceMap) -> Self {
        Self { sources, lines: Vec::new(), last: None }
    }

    /// The location where `span` starts.
    pub(crate) fn get(&mut self, emit: &Emit, span: Span) -> Location {
        if let Some((last, location)) = self.last
            && last == span
        {
            return location;
        }
        let location = self.find(emit, span);
        self.last = Some((span, location));
        location
    }

    fn find(&mut self, emit: &Emit, span: Span) -> Location {
        match self.position(span) {
            Some((file, line, column)) => emit.file_location(file, line, column),
            None => emit.unknown_location(),
        }
    }

    /// File, line and column, in bytes from 1, where `span` starts.
    pub(crate) fn position(&mut self, span: Span) -> Option<(&'a str, u32, u32)> {
        let file = self.sources.file(span.file)?;
        let index = span.file.0 as usize;
        if self.lines.len() <= index {
            self.lines.resize(index + 1, None);
        }
        // Not `SourceFile::line_col`: that walks the line to count characters, which is quadratic
        // for a file of one long line.
        let starts = self.lines[index].get_or_insert_with(|| {
            let breaks = file.text().bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
        });
        let line = starts.partition_point(|&start| start <= span.start);
        let start = line.checked_sub(1).and_then(|i| starts.get(i)).copied().unwrap_or(0);
        Some((file.name(), line as u32, span.start - start + 1))
    }
}

//! The few lines of a file that a diagnostic shows.
//!
//! The snippet renderer scans all the text it is given, once for each diagnostic, and prints whole
//! lines. Therefore it is given only the relevant lines, and of long ones only what surrounds the
//! marks: the work for a diagnostic does not depend on the size of the file.

use std::ops::Range;

use super::clean::clean_source;
use crate::{OrNever as _, SourceFile};

/// Lines longer than this, in bytes, are cut down to what surrounds their marks.
const LONG_LINE: usize = 240;
/// Bytes kept on each side of a mark on such a line.
const AROUND: usize = 60;
/// Replaces the text that is left out.
const GAP: &str = "...";

/// A range of lines of one file, prepared for printing.
pub(super) struct Excerpt<'a> {
    file: &'a SourceFile,
    /// The lines, separated by `\n`.
    pub(super) text: String,
    /// Number of the first line, from 1.
    pub(super) first_line: u32,
    /// The parts of the file that `text` holds, in order.
    parts: Vec<Part>,
}

/// A part of one line.
struct Part {
    /// Byte range in the file.
    source: Range<usize>,
    /// Where it starts in the text of the excerpt.
    at: usize,
}

impl<'a> Excerpt<'a> {
    /// The lines from the first to the last of `marks` (ranges of `file`, see
    /// [`SourceFile::clamp`]). Lines that are neither marked nor next to a marked one are left
    /// empty.
    pub(super) fn new(file: &'a SourceFile, marks: &[Range<u32>]) -> Self {
        let lines: Vec<_> = marks.iter().map(|mark| lines_of(file, mark)).collect();
        let first_line = lines.iter().map(|l| l.0).min().unwrap_or(1);
        let last_line = lines.iter().map(|l| l.1).max().unwrap_or(first_line);
        let mut excerpt = Self { file, text: String::new(), first_line, parts: Vec::new() };
        for line in first_line..=last_line {
            if line > first_line {
                excerpt.text.push('\n');
            }
            if lines.iter().any(|&(first, last)| line + 1 >= first && line <= last + 1) {
                excerpt.push_line(line, marks);
            }
        }
        if excerpt.text.is_empty() || excerpt.text.ends_with('\n') {
            // Otherwise an empty last line would not count as a line.
            excerpt.text.push(' ');
        }
        excerpt
    }

    /// The range in `text` that corresponds to `range` in the file.
    pub(super) fn locate(&self, range: &Range<u32>) -> Range<usize> {
        let start = self.position(range.start as usize);
        start..self.position(range.end as usize).max(start)
    }

    /// Whether `offset` is in a line whose beginning is left out, so that its column in the excerpt
    /// is not its column in the file.
    pub(super) fn is_shifted(&self, offset: u32) -> bool {
        let line = self.file.line_col(offset).line;
        let start = self.file.line_range(line).start as usize;
        !self.parts.iter().any(|part| part.source.start == start)
            || self
                .parts
                .iter()
                .any(|part| part.source.start > start && part.source.contains(&(offset as usize)))
    }

    fn position(&self, offset: usize) -> usize {
        let after = self.parts.partition_point(|part| part.source.start <= offset);
        let Some(part) = after.checked_sub(1).and_then(|index| self.parts.get(index)) else {
            return 0;
        };
        let before = part.source.start..offset.min(part.source.end);
        let before = self.file.text().get(before);
        let before = before.or_never("", "marks stand between characters");
        part.at + clean_source(before).map(char::len_utf8).sum::<usize>()
    }

    fn push_line(&mut self, line: u32, marks: &[Range<u32>]) {
        let range = self.file.line_range(line);
        let line = range.start as usize..range.end as usize;
        for source in kept_parts(self.file.text(), &line, marks) {
            if source.start > line.start {
                self.text.push_str(GAP);
            }
            let at = self.text.len();
            let text = self.file.text().get(source.clone());
            let text = text.or_never("", "parts of lines end between characters");
            self.text.extend(clean_source(text));
            self.parts.push(Part { source, at });
        }
        if self.parts.last().is_some_and(|part| part.source.end < line.end) {
            self.text.push_str(GAP);
        }
    }
}

/// First and last line of `mark`.
pub(super) fn lines_of(file: &SourceFile, mark: &Range<u32>) -> (u32, u32) {
    (file.line_col(mark.start).line, file.line_col(mark.end).line)
}

/// The parts of `line` to show: all of a short line, or what surrounds the ends of the marks on a
/// long one.
fn kept_parts(text: &str, line: &Range<usize>, marks: &[Range<u32>]) -> Vec<Range<usize>> {
    if line.len() <= LONG_LINE {
        return vec![line.clone()];
    }
    let mut points: Vec<usize> = marks
        .iter()
        .flat_map(|mark| [mark.start as usize, mark.end as usize])
        .filter(|point| (line.start..=line.end).contains(point))
        .collect();
    if points.is_empty() {
        points.push(line.start);
    }
    points.sort_unstable();
    let mut parts: Vec<Range<usize>> = Vec::new();
    for point in points {
        let mut start = point.saturating_sub(AROUND).max(line.start);
        let mut end = (point + AROUND).min(line.end);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match parts.last_mut() {
            Some(last) if start <= last.end + GAP.len() => last.end = last.end.max(end),
            _ => parts.push(start..end),
        }
    }
    parts
}

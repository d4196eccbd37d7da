//! Source files and byte ranges into them.

use std::sync::Arc;

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct FileId(pub u32);

/// A half-open byte range `start..end` of one file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// The file the range is in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The smallest range that covers both; `other` must be of the same file.
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty range at the start of this one.
    pub const fn shrink_to_start(self) -> Self {
        Self { file: self.file, start: self.start, end: self.start }
    }

    /// The empty range at the end of this one.
    pub const fn shrink_to_end(self) -> Self {
        Self { file: self.file, start: self.end, end: self.end }
    }
}

/// A position as users count it: line and column from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One source text and its name.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: Arc<str>,
    /// Byte offset of the start of each line.
    line_starts: Vec<u32>,
    /// Number of characters before each block of [`BLOCK`] bytes; empty if the text is ASCII. It
    /// makes computing a column on a line of a million characters as cheap as on a short one.
    chars_before: Vec<u32>,
}

/// Bytes between two entries of `SourceFile::chars_before`.
const BLOCK: usize = 1024;

impl SourceFile {
    /// The name it was given, usually its path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The byte offset of a line and column as users count them, if the file has that line.
    pub fn offset(&self, line: u32, column: u32) -> Option<u32> {
        let index = line.checked_sub(1)? as usize;
        let start = *self.line_starts.get(index)? as usize;
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |&end| end as usize);
        let text = self.text.get(start..end)?;
        let column = column.checked_sub(1)? as usize;
        let within = text.char_indices().nth(column).map_or(text.len(), |(i, _)| i);
        Some((start + within) as u32)
    }

    /// Line and column of byte `offset`; offsets past the end count as the end, offsets inside a
    /// character as its start.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = self.floor(offset);
        let line = self.line_of(offset);
        let column = self.chars_before(offset) - self.chars_before(self.line_start(line));
        LineCol { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// Number of lines, including the empty one after a final newline.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// Byte range of line `line`, counted from 1, without its line ending. Lines past the last are
    /// empty ranges at the end of the text.
    pub fn line_range(&self, line: u32) -> std::ops::Range<u32> {
        let index = (line as usize).saturating_sub(1);
        let start = self.line_start(index);
        let Some(&next) = self.line_starts.get(index + 1) else {
            return start as u32..self.text.len() as u32;
        };
        let text = &self.text[start..next as usize];
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        start as u32..(start + text.len()) as u32
    }

    /// The byte range of `span` with both ends inside the text, in order and between characters.
    pub fn clamp(&self, span: Span) -> std::ops::Range<u32> {
        let start = self.floor(span.start);
        let mut end = (span.end as usize).clamp(start, self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start as u32..end as u32
    }

    /// The last character boundary that is not after `offset`.
    fn floor(&self, offset: u32) -> usize {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The line of `offset`, from 0.
    fn line_of(&self, offset: usize) -> usize {
        // The first line starts at 0.
        self.line_starts.partition_point(|&start| start as usize <= offset) - 1
    }

    fn line_start(&self, index: usize) -> usize {
        self.line_starts.get(index).map_or(self.text.len(), |&start| start as usize)
    }

    fn chars_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let Some(&before) = self.chars_before.get(block) else { return offset };
        before as usize + count_chars(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

/// Number of characters that start in `bytes`.
fn count_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

/// See [`SourceFile::chars_before`].
fn chars_before(text: &str) -> Vec<u32> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut total = 0;
    let mut counts = vec![0];
    for block in text.as_bytes().chunks(BLOCK) {
        total += count_chars(block) as u32;
        counts.push(total);
    }
    counts
}

/// The files of one compilation, in the order they were added.
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id. Offsets are 32-bit: text past 4 GiB cannot be addressed, so
    /// callers must reject such files.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i as u32 + 1)).collect();
        let chars_before = chars_before(&text);
        self.files.push(SourceFile { name: name.into(), text, line_starts, chars_before });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file `id` names, if this map made it.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files with their ids.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(i as u32), file))
    }

    /// Name, line and column where `span` starts, if its file is known.
    pub fn start(&self, span: Span) -> Option<(&str, LineCol)> {
        let file = self.file(span.file)?;
        Some((file.name(), file.line_col(span.start)))
    }

    /// The text `span` covers, or the empty string where it covers none.
    pub fn snippet(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }
}

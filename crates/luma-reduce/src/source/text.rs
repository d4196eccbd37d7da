//! Changes to text that need no syntax tree.

use std::ops::Range;

use luma_diagnostics::OrNever as _;

use super::{Edit, Source, sweep as edits};
use crate::search::Search;

/// All sweeps of this file.
pub(super) fn sweep(search: &mut Search<'_, Source>) {
    edits(search, lines);
    edits(search, comments);
    edits(search, |text| delete(tokens(text)));
    search.sweep(
        |source: &Source| pairs(&source.text),
        |source, pairs| {
            let ends =
                pairs.iter().flat_map(|pair| [pair.start..pair.start + 1, pair.end - 1..pair.end]);
            source.edited(&delete(ends.collect()))
        },
    );
    edits(search, blanks);
}

fn delete(ranges: Vec<Range<usize>>) -> Vec<Edit> {
    ranges.into_iter().map(|range| Edit::new(range, "")).collect()
}

fn lines(text: &str) -> Vec<Edit> {
    let mut end = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        end += line.len();
        end - line.len()..end
    });
    delete(lines.collect())
}

/// The kind of a piece of text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Blank,
    Comment,
    Token,
}

/// Cuts text into pieces; nothing is between them. It need not be right about text that is no
/// program: the pieces only say what is tried.
fn pieces(text: &str) -> Vec<(Piece, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(&first) = bytes.get(start) {
        let rest = &bytes[start..];
        let run = |fits: fn(&u8) -> bool| rest.iter().take_while(|byte| fits(byte)).count();
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
        let (piece, length) = match first {
            _ if first.is_ascii_whitespace() => (Piece::Blank, run(u8::is_ascii_whitespace)),
            _ if rest.starts_with(b"//") => (Piece::Comment, run(|byte| *byte != b'\n')),
            _ if rest.starts_with(b"/*") => {
                let end = rest.windows(2).position(|two| two == b"*/");
                (Piece::Comment, end.map_or(rest.len(), |end| end + 2))
            }
            b'"' | b'\'' => (Piece::Token, quoted(rest, first)),
            _ if word(&first) => (Piece::Token, run(word)),
            _ => (Piece::Token, 1),
        };
        pieces.push((piece, start..start + length));
        start += length.max(1);
    }
    pieces
}

/// The length of a literal that `rest` starts with; it ends at the end of the line at the latest.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\n' => return at,
            b'\\' => at += 1,
            _ if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn tokens(text: &str) -> Vec<Range<usize>> {
    let pieces = pieces(text).into_iter();
    pieces.filter(|(piece, _)| *piece == Piece::Token).map(|(_, range)| range).collect()
}

/// Comments, and literals of text made empty.
fn comments(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (piece, range) in pieces(text) {
        let content = text.get(range.clone()).or_never("", "pieces are of whole characters");
        if piece == Piece::Comment {
            edits.push(Edit::new(range, ""));
        } else if content.starts_with('"') && content.len() > 2 {
            edits.push(Edit::new(range, "\"\""));
        }
    }
    edits
}

/// Brackets with their partners.
fn pairs(text: &str) -> Vec<Range<usize>> {
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut pairs = Vec::new();
    for token in tokens(text) {
        let Some(&byte) = text.as_bytes().get(token.start) else { continue };
        let partner = match byte {
            b'(' | b'[' | b'{' => {
                open.push((byte, token.start));
                continue;
            }
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            _ => continue,
        };
        if open.last().is_some_and(|(kind, _)| *kind == partner)
            && let Some((_, start)) = open.pop()
        {
            pairs.push(start..token.end);
        }
    }
    pairs.sort_by_key(|pair| pair.start);
    pairs
}

/// Blank lines and blanks at ends of lines go; between words one blank is enough.
fn blanks(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (piece, range) in pieces(text) {
        if piece != Piece::Blank {
            continue;
        }
        let content = text.get(range.clone()).or_never("", "pieces are of whole characters");
        let new = match content.rsplit_once('\n') {
            _ if range.start == 0 => String::new(),
            Some(_) if range.end == text.len() => "\n".to_owned(),
            Some((_, indent)) => format!("\n{indent}"),
            None => " ".to_owned(),
        };
        if new.len() < content.len() {
            edits.push(Edit::new(range, new));
        }
    }
    edits
}

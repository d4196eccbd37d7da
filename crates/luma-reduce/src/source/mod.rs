//! Reduction of source text.
//!
//! ```text
//! tree: items, statements, lists, expressions ──▶ text: tokens, brackets, lines, blanks
//! ```
//!
//! Every change is a list of [`Edit`]s. If the input parses, so does every candidate.

mod text;
mod tree;

use std::ops::Range;

use luma_diagnostics::{Diagnostic, FileId};

use crate::search::{Search, Subject};
use crate::{Options, Stats};

/// The outcome of [`reduce_source`].
#[derive(Clone, Debug)]
pub struct ReducedSource {
    /// The smallest text the oracle accepted.
    pub text: String,
    /// How the search went; sizes are in lines that are not blank.
    pub stats: Stats,
}

/// Makes source text small while `oracle` accepts it.
pub fn reduce_source(
    text: &str,
    oracle: &mut dyn FnMut(&str) -> bool,
    options: &Options,
) -> ReducedSource {
    let mut ask = |subject: &Source| oracle(&subject.text);
    let subject = Source { text: text.to_owned(), must_parse: parses(text) };
    let (subject, stats) = Search::new(subject, &mut ask, options).fixed_point(|search| {
        tree::sweep(search);
        text::sweep(search);
    });
    ReducedSource { text: subject.text, stats }
}

/// The file all candidates are.
const FILE: FileId = FileId(0);

fn parses(text: &str) -> bool {
    !luma_syntax::parse(FILE, text).diagnostics.iter().any(Diagnostic::is_error)
}

#[derive(Clone, Debug)]
struct Source {
    text: String,
    /// The input had no syntax error, so candidates must not have one.
    must_parse: bool,
}

impl Source {
    /// With `edits`; one inside another is not made. `None` if that changes nothing.
    fn edited(&self, edits: &[Edit]) -> Option<Self> {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        for edit in edits {
            // What begins before the end of the last one is inside it.
            if let Some(kept) = self.text.get(done..edit.range.start) {
                text += kept;
                text += &edit.text;
                done = edit.range.end;
            }
        }
        text += self.text.get(done..)?;
        (text != self.text).then_some(Self { text, must_parse: self.must_parse })
    }
}

/// Text that takes the place of other text.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

impl Subject for Source {
    /// Every character counts; words more than numbers, numbers more the larger their digits, and
    /// blanks least.
    fn cost(&self) -> u64 {
        let cost = |byte: u8| match byte {
            b' ' | b'\t' | b'\r' | b'\n' => 4,
            b'0'..=b'9' => 16 + u64::from(byte - b'0'),
            _ if byte.is_ascii_punctuation() => 16,
            _ => 28,
        };
        self.text.bytes().map(cost).sum()
    }

    fn is_valid(&self) -> bool {
        !self.must_parse || parses(&self.text)
    }

    fn text(&self) -> String {
        self.text.clone()
    }

    fn size(&self) -> usize {
        self.text.lines().filter(|line| !line.trim().is_empty()).count()
    }
}

/// A sweep over edits that are made independently of each other.
fn sweep(search: &mut Search<'_, Source>, list: impl Fn(&str) -> Vec<Edit>) -> bool {
    search.sweep(|source| list(&source.text), Source::edited)
}

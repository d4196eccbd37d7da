//! Text that is safe to send to a terminal.

use std::borrow::Cow;

/// Characters of one line of a message that are printed. Messages quote the program, and a name
/// there may be a million characters long.
const LONGEST: usize = 2000;

/// `text` on one line, with visible replacements for characters that would control a terminal.
pub(super) fn clean_line(text: &str) -> String {
    shorten(text.lines().map(clean_words).collect::<Vec<_>>().join(" "))
}

/// Like [`clean`], but keeps newlines.
pub(super) fn clean_lines(text: &str) -> String {
    text.lines().map(|line| shorten(clean_words(line))).collect::<Vec<_>>().join("\n")
}

/// The same for the name of a file, which is never shortened: readers need all of it to find the
/// file.
pub(super) fn clean_name(text: &str) -> String {
    text.lines().map(clean_words).collect::<Vec<_>>().join(" ")
}

/// The beginning and the end of a line that is too long.
fn shorten(line: String) -> String {
    let count = line.chars().count();
    if count <= LONGEST {
        return line;
    }
    let half = LONGEST / 2;
    let head = line.chars().take(half);
    head.chain("...".chars()).chain(line.chars().skip(count - half)).collect()
}

/// The same for source text, where tabs matter. Each character is replaced by exactly one, so
/// columns do not change.
pub(super) fn clean_source(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(stand_in)
}

/// `text` with visible stand-ins for what would steer a terminal, or show something else than what is
/// there; tabs and the ends of lines stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || stand_in(c) == c) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let content = line.trim_end_matches('\n');
        let content = content.strip_suffix('\r').unwrap_or(content);
        let end = line.get(content.len()..).unwrap_or_default();
        // Alone, a carriage return lets what follows overwrite the line.
        let end = if end == "\r" { "\u{240d}" } else { end };
        content.chars().map(stand_in).collect::<String>() + end
    });
    Cow::Owned(lines.collect())
}

fn clean_words(line: &str) -> String {
    line.chars().map(|c| if c == '\t' { ' ' } else { stand_in(c) }).collect()
}

fn stand_in(c: char) -> char {
    match c {
        '\t' => c,
        // From U+2400 on, Unicode has symbols for the C0 controls, in the same order.
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // Characters that reorder or hide text: what is shown would not be what is compiled.
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' => '\u{fffd}',
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => c,
    }
}

//! Damage to a text.

use crate::Choices;

/// Words, numbers and single other characters.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        Some(token)
    })
}

/// One to four edits: a token or byte deleted, inserted, replaced by one of `words` or of the text, a
/// line doubled or cut off.
pub fn mutate(text: &str, words: &[&str], c: &mut Choices) -> String {
    let mut text = text.to_string();
    for _ in 0..=c.below(4) {
        let base = text.as_ptr() as usize;
        let spans: Vec<(usize, usize)> =
            tokens(&text).map(|t| (t.as_ptr() as usize - base, t.len())).collect();
        let (Some((at, length)), Some((other, size)), Some(word)) =
            (c.pick(&spans), c.pick(&spans), c.pick(words))
        else {
            return text;
        };
        match c.below(7) {
            0 => text.replace_range(at..at + length, ""),
            1 => text.insert_str(at, &format!(" {word} ")),
            2 => text.replace_range(at..at + length, word),
            3 => {
                let moved = text[other..other + size].to_string();
                text.replace_range(at..at + length, &moved);
            }
            4 => text.insert(at, char::from((c.number() & 0x7f) as u8)),
            5 => {
                let line: String = text[at..].lines().next().unwrap_or("").to_string();
                text.insert_str(at, &line);
            }
            _ => {
                let end = text[at..].find(['\n', ';']).map_or(text.len(), |i| at + i + 1);
                text.replace_range(at..end, "");
            }
        }
    }
    text
}

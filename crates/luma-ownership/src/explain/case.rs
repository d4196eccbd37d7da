//! The labels of a `switch` as the source writes them: the IR only has their numbers.

use luma_diagnostics::{OrNever as _, Span};

use super::Story;

/// The labels of the switch arm that has `values` labels and is number `arm` among the arms with
/// labels; `subject` is the range of the subject. `None` if the source shows another number of
/// labels.
pub(super) fn labels(
    story: Story<'_>,
    subject: Span,
    arm: usize,
    values: usize,
) -> Option<Vec<String>> {
    let file = story.options.sources?.file(subject.file)?;
    let after = file.text().get(subject.end as usize..)?.trim_start_matches([')', ' ', '\t']);
    let body = after.trim_start().strip_prefix('{')?;
    let labels = arms(body).into_iter().filter(|label| *label != "_").nth(arm)?;
    let list: Vec<String> = labels.split(',').map(|label| label.trim().to_string()).collect();
    (list.len() == values && list.iter().all(|label| !label.is_empty())).then_some(list)
}

/// The text before the arrow of each arm, given the text after the brace that opens a switch.
fn arms(body: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut start = 0;
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let at = body.len() - rest.len();
        let mut length = c.len_utf8();
        match c {
            '"' | '\'' => length = quoted(rest, c),
            '/' if rest.starts_with("//") => {
                length = rest.find('\n').unwrap_or(rest.len());
                // A comment before a label is not part of it.
                if depth == 0 && body.get(start..at).is_some_and(|text| text.trim().is_empty()) {
                    start = at + length;
                }
            }
            '/' if rest.starts_with("/*") => {
                length = rest.find("*/").map_or(rest.len(), |end| end + 2);
                if depth == 0 && body.get(start..at).is_some_and(|text| text.trim().is_empty()) {
                    start = at + length;
                }
            }
            '(' | '[' | '{' => depth += 1,
            '}' if depth == 0 => break,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    start = at + 1;
                }
            }
            ';' if depth == 0 => start = at + 1,
            '-' | '=' if depth == 0 && rest[1..].starts_with('>') => {
                found.extend(body.get(start..at).map(str::trim));
                length = 2;
                start = at + length;
            }
            _ => {}
        }
        rest = rest.get(length..).or_never("", "whole characters are taken");
    }
    found
}

/// The length of the literal that `text` starts with, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::arms;

    #[test]
    fn arms_of_a_switch() {
        let body = " // first\n A, B -> f(1, \"}->;\"); '}' -> { g(); switch (x) { 1 -> h(); } }\n\
                    /* -> */ '\\'' -> if (a) { b(); } else { c(); }\n _ -> d(); } 7 -> e();";
        assert_eq!(arms(body), ["A, B", "'}'", "'\\''", "_"]);
        assert!(arms("").is_empty() && arms("\"").is_empty());
        // The rest of an arm without braces is not part of a label.
        assert_eq!(arms("1 -> if (a) { b(); } else c(); 2 -> d(); }"), ["1", "2"]);
    }
}

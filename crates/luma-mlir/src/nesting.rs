//! The nesting depth of IR text, computed without recursion.

/// Deeper text is rejected: the parsers, verifiers and printers of MLIR and LLVM recurse, and a
/// stack overflow there cannot be turned into an error.
pub const LIMIT: u32 = 1000;

/// Line and column, from 1, of the first bracket at which more than [`LIMIT`] are open.
///
/// Strings and comments, which `comment` starts, are skipped; `->` and `>=` do not close a `<`.
pub fn too_deep(text: &str, comment: &str) -> Option<(u32, u32)> {
    let bytes = text.as_bytes();
    let (mut depth, mut line, mut line_start) = (0_u32, 1_u32, 0_usize);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' => {
                line += 1;
                line_start = at + 1;
            }
            b'"' => {
                at += 1;
                while let Some(&byte) = bytes.get(at) {
                    match byte {
                        b'"' | b'\n' => break,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
                continue_after_string(bytes, &mut at);
                continue;
            }
            _ if bytes.get(at..).is_some_and(|rest| rest.starts_with(comment.as_bytes())) => {
                while bytes.get(at).is_some_and(|&byte| byte != b'\n') {
                    at += 1;
                }
                continue;
            }
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'>' if !arrow(bytes, at) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > LIMIT {
            return Some((line, (at - line_start) as u32 + 1));
        }
        at += 1;
    }
    None
}

/// Whether the `>` at `at` belongs to `->` or `>=`.
fn arrow(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1) == Some(&b'=') || at.checked_sub(1).and_then(|i| bytes.get(i)) == Some(&b'-')
}

/// Skips the closing quote, but not a line break, which must be counted.
fn continue_after_string(bytes: &[u8], at: &mut usize) {
    if bytes.get(*at) == Some(&b'"') {
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_bracket_too_many() {
        let text = format!("module {{\n{}", "(".repeat(LIMIT as usize + 5));
        assert_eq!(too_deep(&text, "//"), Some((2, LIMIT)));
        assert_eq!(too_deep(&"()[]{}<>".repeat(10_000), "//"), None);
    }

    #[test]
    fn skips_strings_and_comments() {
        let open = "(".repeat(LIMIT as usize + 1);
        assert_eq!(too_deep(&format!("\"{open}\\\"{open}\"\n// {open}\n"), "//"), None);
        assert!(too_deep(&format!("\"unterminated\n{open}"), "//").is_some());
        assert!(too_deep(&"!llvm.array<1 x ".repeat(2000), ";").is_some());
    }
}

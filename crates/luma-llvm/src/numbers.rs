//! Numbers of values in LLVM IR text.
//!
//! LLVM's parser keeps values in a hash map whose marker of an empty place is the largest number of
//! 32 bits, and cuts longer numbers off: the value of that number is memory that nobody wrote
//! (LLVM 22).

/// The largest number that is passed on to LLVM.
pub(crate) const LARGEST: u32 = i32::MAX as u32;

/// Line and column, from 1, of the first `%N`, `@N`, `!N`, `#N`, `^N` or label `N:` with a number
/// above [`LARGEST`].
pub(crate) fn too_large(text: &str) -> Option<(u32, u32)> {
    let (mut line, mut start) = (1, 0);
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut before = b'\n';
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match byte {
            b'\n' => {
                line += 1;
                start = at + 1;
                1
            }
            // A string that is not closed ends with its line.
            b'"' => {
                let inside = rest.get(1..).unwrap_or_default();
                let length = inside.iter().position(|&b| b == b'"' || b == b'\n');
                let length = length.unwrap_or(inside.len());
                1 + length + usize::from(inside.get(length) == Some(&b'"'))
            }
            b';' => rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()),
            b'0'..=b'9' => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let names = matches!(before, b'%' | b'@' | b'!' | b'#' | b'^')
                    || before == b'\n' && rest.get(digits) == Some(&b':');
                let number =
                    text.get(at..at + digits).and_then(|digits| digits.parse::<u32>().ok());
                if names && number.is_none_or(|number| number > LARGEST) {
                    return Some((line, (at - start) as u32 + 1));
                }
                digits
            }
            _ => 1,
        };
        before = byte;
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::too_large;

    #[test]
    fn finds_numbers_of_values_only() {
        for fine in
            ["%2147483647 = add i64 %1, 9223372036854775807", "; %99999999999", "\"@4294967295\""]
        {
            assert_eq!(too_large(fine), None, "{fine}");
        }
        assert_eq!(too_large("a\n  %4294967295 = x"), Some((2, 4)));
        assert_eq!(too_large("99999999999:"), Some((1, 1)));
        assert_eq!(too_large("x = !{!99999999999}"), Some((1, 8)));
    }
}

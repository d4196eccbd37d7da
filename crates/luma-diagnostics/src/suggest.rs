//! Spelling suggestions.

/// The candidate closest to `name`, if one is close enough for `name` to be a typo of it.
pub fn closest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let limit = match name.len() {
        0 | 1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        // Longer names are not typed by hand, and comparing them would be expensive.
        9..=64 => 3,
        _ => return None,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > limit.max(1) {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            distance(name.as_bytes(), candidate.as_bytes())
        };
        let better = best.is_none_or(|(d, c)| (distance, candidate) < (d, c));
        if distance <= limit && better {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The number of insertions, deletions, substitutions and swaps of adjacent bytes that turn `a`
/// into `b`.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        let mut previous_b = None;
        for (j, &y) in b.iter().enumerate() {
            let mut cost = (row[j] + 1).min(last[j + 1] + 1).min(last[j] + usize::from(x != y));
            if previous_a == Some(y) && previous_b == Some(x) && j > 0 {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
            previous_b = Some(y);
        }
        before = std::mem::replace(&mut last, row);
        previous_a = Some(x);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{closest, distance};

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_close_names() {
        let names = || ["counter", "buffer", "x"].into_iter();
        assert_eq!(closest("conuter", names()), Some("counter"));
        assert_eq!(closest("Buffer", names()), Some("buffer"));
        assert_eq!(closest("y", names()), None);
        assert_eq!(closest("window", names()), None);
    }
}

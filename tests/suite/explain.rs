//! The programs in the explanations of codes: a fence with a code yields just that code, plain fences
//! are right. There is one of each for the codes about ownership.

use libtest_mimic::Trial;

use crate::tool::{lumac, output, success};

pub(crate) fn trials() -> Vec<Trial> {
    luma_diagnostics::CATALOGUE
        .iter()
        .map(|entry| {
            Trial::test(format!("explain {}", entry.code), move || {
                let shown = success(lumac().args(["--explain", entry.code]), b"");
                assert_eq!(shown, entry.explanation.as_bytes());
                let about_ownership =
                    ["E04", "W04"].iter().any(|part| entry.code.starts_with(part));
                if about_ownership {
                    let fences = fences(entry.explanation);
                    let bad = format!("luma,{}", entry.code);
                    for wanted in [bad.as_str(), "luma"] {
                        assert!(fences.iter().any(|(info, _)| *info == wanted), "no `{wanted}`");
                    }
                }
                for (info, program) in fences(entry.explanation) {
                    let expected = match info.split_once(',') {
                        Some(("luma", code)) => Some(code),
                        None if info == "luma" => None,
                        _ => continue,
                    };
                    let arguments = ["check", "-", "--error-format=short"];
                    let checked = output(lumac().args(arguments), program.as_bytes(), 60);
                    let text = String::from_utf8_lossy(&checked.stderr);
                    let codes: Vec<&str> = text
                        .lines()
                        .filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0))
                        .collect();
                    let wanted: Vec<&str> = expected.into_iter().collect();
                    assert_eq!(codes, wanted, "for the program\n{program}\n{text}");
                }
                Ok(())
            })
        })
        .collect()
}

/// The fenced blocks of a Markdown text, with the words after the fence.
pub(crate) fn fences(markdown: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in markdown.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

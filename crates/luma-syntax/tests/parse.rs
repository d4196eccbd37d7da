//! The whole parser, from text to tree and diagnostics.

#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use luma_diagnostics::{FileId, SourceMap};
use luma_syntax::{Parse, dump, parse};

fn parse_text(text: &str) -> Parse {
    parse(FileId(0), text)
}

/// `! line:col code message` of each diagnostic, with `helps` also `? help` of each of its helps.
fn errors(text: &str, helps: bool) -> Vec<String> {
    let mut map = SourceMap::new();
    let file = map.add("test.lx", text);
    let mut lines = Vec::new();
    for diagnostic in parse(file, text).diagnostics {
        let span = diagnostic.primary.as_ref().expect("located").span;
        let (_, at) = map.start(span).expect("in the file");
        let (code, message) = (diagnostic.code, &diagnostic.message);
        lines.push(format!("! {}:{} {code} {message}", at.line, at.column));
        if helps {
            lines.extend(diagnostic.help.iter().map(|help| format!("? {}", help.message)));
        }
    }
    lines
}

#[test]
fn valid_programs() {
    insta::glob!("valid/*.lx", |path| {
        let text = std::fs::read_to_string(path).expect("readable");
        assert_eq!(errors(&text, false), Vec::<String>::new(), "{}", path.display());
        insta::assert_snapshot!(dump(&parse_text(&text).ast));
    });
}

/// Tables of snippets between `=== name` lines; each line `! line:col code message` after a
/// snippet is one expected error. With `helps`, lines `? help` tell what its help is.
fn check_table(table: &str, helps: bool) {
    let mut wrong = String::new();
    for case in table.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name line");
        let (expected, source): (Vec<&str>, Vec<&str>) =
            rest.lines().partition(|line| line.starts_with("! ") || line.starts_with("? "));
        let source = source.join("\n");
        let found = errors(source.trim_end(), helps);
        if found != expected {
            wrong += &format!("=== {name}\n{}\n", source.trim_end());
            found.iter().for_each(|line| wrong += &format!("{line}\n"));
        }
    }
    assert!(wrong.is_empty(), "found instead:\n{wrong}");
}

#[test]
fn erroneous_snippets() {
    check_table(include_str!("errors.txt"), false);
}

#[test]
fn snippets_of_other_languages() {
    check_table(include_str!("foreign.txt"), true);
}

//! The whole parser, from text to tree and diagnostics.

#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use luma_diagnostics::{FileId, SourceMap};
use luma_syntax::{Parse, dump, parse};

fn parse_text(text: &str) -> Parse {
    parse(FileId(0), text)
}

/// `line:col code message` of each diagnostic.
fn errors(text: &str) -> Vec<String> {
    let mut map = SourceMap::new();
    let file = map.add("test.lx", text);
    parse(file, text)
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let span = diagnostic.primary.as_ref().expect("located").span;
            let (_, at) = map.start(span).expect("in the file");
            format!("{}:{} {} {}", at.line, at.column, diagnostic.code, diagnostic.message)
        })
        .collect()
}

#[test]
fn valid_programs() {
    insta::glob!("valid/*.lx", |path| {
        let text = std::fs::read_to_string(path).expect("readable");
        assert_eq!(errors(&text), Vec::<String>::new(), "{}", path.display());
        insta::assert_snapshot!(dump(&parse_text(&text).ast));
    });
}

/// `tests/errors.txt`: snippets between `=== name` lines; each line `! line:col code message`
/// after a snippet is one expected error.
#[test]
fn erroneous_snippets() {
    let table = include_str!("errors.txt");
    let mut wrong = String::new();
    for case in table.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name line");
        let (expected, source): (Vec<&str>, Vec<&str>) =
            rest.lines().partition(|line| line.starts_with("! "));
        let source = source.join("\n");
        let expected: Vec<&str> = expected.iter().map(|line| &line[2..]).collect();
        let found = errors(source.trim_end());
        if found != expected {
            wrong += &format!("=== {name}\n{}\n", source.trim_end());
            found.iter().for_each(|line| wrong += &format!("! {line}\n"));
        }
    }
    assert!(wrong.is_empty(), "found instead:\n{wrong}");
}

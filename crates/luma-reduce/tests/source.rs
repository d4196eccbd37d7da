//! Source text is reduced along its tree and below it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use luma_reduce::{Options, ReducedSource, reduce_source};
use support::{interpret, lower, program, reports};

fn reduce(text: &str, holds: impl Fn(&str) -> bool) -> ReducedSource {
    let mut asked = std::collections::HashSet::new();
    let reduced = reduce_source(
        text,
        &mut |candidate| {
            assert!(asked.insert(candidate.to_owned()), "asked twice:\n{candidate}");
            holds(candidate)
        },
        &Options::default(),
    );
    eprintln!("{:?}\n{}", reduced.stats, reduced.text);
    assert!(reduced.stats.interesting && !reduced.stats.exhausted);
    assert!(holds(&reduced.text));
    let again = reduce_source(&reduced.text, &mut |text| holds(text), &Options::default());
    assert_eq!(again.text, reduced.text);
    reduced
}

#[test]
fn what_is_printed_stays() {
    let text = program("ownership/tables-and-growth.lx");
    let (all, _) = interpret(&lower(&text).unwrap());
    let line = all.lines().last().unwrap().to_owned();
    let reduced = reduce(&text, |text| {
        lower(text).is_some_and(|module| {
            let (out, ended) = interpret(&module);
            ended && out.lines().last() == Some(&line)
        })
    });
    assert!(reduced.text.len() < 100, "{}", reduced.text);
}

#[test]
fn a_leak_needs_an_allocation_and_a_function() {
    let text = program("seed/14-resource-management.lx").replace("free(", "(");
    let leaks = |text: &str| lower(text).is_some_and(|module| reports(&module, "E0401"));
    let reduced = reduce(&text, leaks);
    assert!(reduced.text.len() < 60, "{}", reduced.text);
}

#[test]
fn text_with_syntax_errors_is_cut_to_them() {
    let text = program("structs/nested.lx").replacen("return", "retrun 1", 1);
    let reports = |text: &str| {
        let parse = luma_syntax::parse(luma_diagnostics::FileId(0), text);
        parse.diagnostics.iter().any(|d| d.code.as_str() == "E0101")
    };
    assert!(reports(&text));
    let reduced = reduce(&text, reports);
    assert!(reduced.text.len() < 10, "{}", reduced.text);
}

#[test]
fn a_word_is_left_alone() {
    let text = program("defer/many-exits.lx");
    let reduced = reduce(&text, |text| text.contains("defer"));
    // It must still be a program.
    assert!(reduced.text.contains("defer") && reduced.text.len() < 60, "{}", reduced.text);
}

#[test]
fn odd_text_does_no_harm() {
    for text in ["", "\"", "'\\", "/*", "{[(", "é \u{0} ü", "const f -> fn () void { if", "}}}"] {
        let reduced = reduce_source(text, &mut |_| true, &Options::default());
        assert_eq!(reduced.text, "", "{text:?}");
    }
}

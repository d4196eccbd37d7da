//! No input makes the parser panic, hang or overflow the stack.

#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::time::{Duration, Instant};

use luma_diagnostics::FileId;
use luma_generate::{Choices, text};
use luma_syntax::{dump, parse};

const PROGRAMS: &[&str] = &[
    include_str!("valid/seed.lx"),
    include_str!("valid/declarations.lx"),
    include_str!("valid/statements.lx"),
    include_str!("valid/expressions.lx"),
];

/// Parses, dumps, and checks that what is wrong is located in the text. Returns the codes.
fn check(text: &str) -> Vec<&'static str> {
    let parsed = parse(FileId(0), text);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.primary.as_ref().expect("every error is located").span;
        assert!(span.start <= span.end && span.end as usize <= text.len(), "{diagnostic:?}");
        assert!(text.is_char_boundary(span.start as usize), "{diagnostic:?}");
        assert!(text.is_char_boundary(span.end as usize), "{diagnostic:?}");
    }
    dump(&parsed.ast);
    parsed.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// Not a benchmark: what takes this long does not end in useful time anywhere.
const HANG: Duration = Duration::from_secs(60);

/// [`check`] on a thread with a small stack.
fn check_big(text: String) -> Vec<&'static str> {
    let thread = std::thread::Builder::new().stack_size(4 << 20).spawn(move || {
        let start = Instant::now();
        let codes = check(&text);
        let elapsed = start.elapsed();
        assert!(
            elapsed < HANG,
            "took {elapsed:?}: {:?}",
            text.chars().take(40).collect::<String>()
        );
        codes
    });
    thread.expect("thread starts").join().expect("no panic")
}

#[test]
fn every_prefix() {
    for program in PROGRAMS {
        for (end, _) in program.char_indices() {
            check(&program[..end]);
        }
    }
}

#[test]
fn random_byte_edits() {
    let mut random = Choices::new(1, 0);
    for round in 0..6000 {
        let mut bytes = PROGRAMS[round % PROGRAMS.len()].as_bytes().to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes[at] = random.below(256) as u8,
                _ => bytes.insert(at, random.of(*b"(){}[];,:=\"'/*@#.<>-")),
            }
        }
        check(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn random_token_edits() {
    let words: Vec<&str> = PROGRAMS.iter().flat_map(|program| text::tokens(program)).collect();
    for round in 0..6000 {
        let program = PROGRAMS[round as usize % PROGRAMS.len()];
        check(&text::mutate(program, &words, &mut Choices::new(2, round)));
    }
}

#[test]
fn deep_nesting_is_one_error() {
    let function = |body: String| format!("const f -> fn () void {{ {body} }}\n");
    let n = 100_000;
    let cases = [
        function(format!("x = {}1{};", "(".repeat(n), ")".repeat(n))),
        function(format!("{}{}", "{".repeat(n), "}".repeat(n))),
        function(format!("x = {}1;", "- ".repeat(n))),
        function(format!("x = 1{};", " + 1".repeat(n))),
        function(format!("x = a{};", ".b".repeat(n))),
        function(format!("{}x;", "a = ".repeat(n))),
        function(format!("let x: {}int;", "*".repeat(n))),
        function(format!("let x: {}int;", "fn () ".repeat(n))),
        function(format!("{}x();", "if (a) ".repeat(n))),
        function(format!("{}x();", "defer ".repeat(n))),
        function(format!("x = {}1{};", "[".repeat(n), "]".repeat(n))),
    ];
    for case in cases {
        let start: String = case.chars().take(60).collect();
        assert_eq!(check_big(case + "const ok: int = 1;"), ["E0107"], "{start}");
    }
}

#[test]
fn long_flat_text_is_fine() {
    let function = |body: String| format!("const f -> fn () void {{ {body} }}\n");
    let n = 50_000;
    let cases = [
        function("x = x + 1;\n".repeat(n)),
        function(format!("f({});", "1, ".repeat(n))),
        function(format!("outputln({});", "\"a\" x ".repeat(n))),
        function(format!("x = \"{}\";", "y".repeat(1 << 20))),
        format!("const E -> enum {{ {} }};", (0..n).map(|i| format!("M{i} ")).collect::<String>()),
        "const f -> fn () int { return 1; }\n".repeat(n),
        "/// doc\n".repeat(n),
    ];
    for case in cases {
        assert_eq!(check_big(case), [""; 0]);
    }
    // The lowering nests some of the arms.
    for (n, codes) in [(n, vec![]), (4 * n, vec!["E0107"])] {
        let elifs = function(format!("if (a) {{}} {}", "elif (a) x();\n".repeat(n)));
        assert_eq!(check_big(elifs), codes);
        let else_ifs = "else if (a) { x(); }\n".repeat(n);
        assert_eq!(check_big(function(format!("if (a) {{}} {else_ifs} else {{}}"))), codes);
    }
}

#[test]
fn ten_megabytes_of_anything() {
    // Unoptimised, the same shapes in a smaller size; the full size takes minutes.
    let size = if cfg!(debug_assertions) { 1 << 18 } else { 10 << 20 };
    let repeated = |text: &str| text.repeat(size / text.len());
    assert_eq!(check_big(repeated("(")), ["E0107"]);
    assert_eq!(check_big(format!("const f -> fn () void {{ x = {}", repeated("("))), ["E0107"]);
    assert_eq!(check_big(repeated(")")), ["E0102"]);
    assert_eq!(check_big(repeated("$")), ["E0103"]);
    assert_eq!(check_big(repeated("a ")), ["E0110"]);
    assert_eq!(check_big(repeated("\\\"\n")).first(), Some(&"E0103"));
    for text in [
        "#foo\n",
        "{(}",
        "({",
        "const ",
        "const f -> ",
        "pub ",
        "{}",
        ";",
        "@use ",
        "1..",
        "'",
        "\u{0}",
    ] {
        assert!(!check_big(repeated(text)).is_empty(), "{text:?}");
    }
    let body = repeated("x = ; ");
    assert!(!check_big(format!("const f -> fn () void {{ {body} }}")).is_empty());
}

#[test]
fn empty_and_blank_files_are_valid() {
    for text in ["", "\n", "  \t\r\n", "// only\n", "/* only */", "/// only", "\u{feff}", "//!x"] {
        assert_eq!(check(text), [""; 0], "{text:?}");
    }
}

//! Files of patterns and transform scripts.

use luma_mlir::{PrintOptions, Session};

const MODULE: &str = "func.func @f(%x: i64) -> i64 {
  %eight = arith.constant 8 : i64
  %zero = arith.constant 0 : i64
  %product = arith.muli %x, %eight : i64
  %sum = arith.addi %product, %zero : i64
  return %sum : i64
}";

fn session() -> Session {
    Session::from_mlir_text("module", MODULE).unwrap()
}

fn file(name: &str) -> String {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/patterns/");
    std::fs::read_to_string(format!("{tests}{name}")).unwrap()
}

#[test]
fn patterns_rewrite_what_matches() {
    let mut session = session();
    session.apply_patterns("p", &file("mul-to-shift.pdl.mlir")).unwrap();
    let text = session.to_text(PrintOptions::default());
    assert!(text.contains("arith.shli") && !text.contains("arith.muli"), "{text}");
}

#[test]
fn scripts_transform_the_module() {
    let mut session = session();
    session.apply_transform("t", &file("canonicalize.transform.mlir"), &|_| Ok(())).unwrap();
    let text = session.to_text(PrintOptions::default());
    assert!(text.contains("arith.muli") && !text.contains("arith.addi"), "{text}");
}

#[test]
fn bad_patterns_are_located_and_change_nothing() {
    let pattern = |body: &str| {
        format!("pdl.pattern @p : benefit(1) {{\n  %r = pdl.operation \"arith.muli\"\n{body}\n}}")
    };
    for (text, line, message) in [
        ("func.func @f() { return }".to_owned(), 1, "is not allowed in a pattern file"),
        (
            pattern("  pdl.rewrite %r with \"g\""),
            3,
            "calls a native function, which is not supported",
        ),
        (
            pattern(
                "  pdl.apply_native_constraint \"c\"(%r : !pdl.operation)\n  pdl.rewrite %r {\n    pdl.erase %r\n  }",
            ),
            3,
            "calls a native function, which is not supported",
        ),
        (pattern("  pdl.rewrite %r {"), 3, "expected"),
        (pattern("  pdl.rewrite %unknown {\n  }"), 3, "undeclared"),
        ("module {}".to_owned(), 1, "has no `pdl.pattern`"),
    ] {
        let mut session = session();
        let before = session.to_text(PrintOptions::default());
        let error = session.apply_patterns("p", &text).unwrap_err();
        let at = error.position().unwrap_or_else(|| panic!("no position: {error}\n{text}"));
        assert_eq!((at.file.as_str(), at.line), ("p", line), "{error}\n{text}");
        assert!(error.message().contains(message), "{error}\n{text}");
        assert_eq!(session.to_text(PrintOptions::default()), before);
    }
}

#[test]
fn bad_scripts_are_located() {
    let script =
        |body: &str| format!("module attributes {{transform.with_named_sequence}} {{\n{body}\n}}");
    for (text, message) in [
        (script(""), "has no `transform.named_sequence @__transform_main`"),
        (
            script("transform.named_sequence @__transform_main() { transform.yield }"),
            "must take one argument",
        ),
        (script("transform.nonsense"), "unknown"),
        (
            script(
                "transform.named_sequence @__transform_main(%m: !transform.any_op) {\n  \
                 %n = transform.apply_registered_pass \"nonsense\" to %m : \
                 (!transform.any_op) -> !transform.any_op\n  transform.yield\n}",
            ),
            "nonsense",
        ),
    ] {
        let error = session().apply_transform("t", &text, &|_| Ok(())).unwrap_err();
        assert!(error.to_string().contains(message), "{error}\n{text}");
        assert_eq!(error.position().map(|at| at.file.as_str()), Some("t"), "{error}\n{text}");
    }
}

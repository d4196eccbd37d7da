//! Small programs with what is wrong with them written beside the line.
//!
//! `tests/cases/*.txt`: each case starts with a line `--- name` (a whole file follows) or
//! `--- body name` (the inside of `main` follows) or `--- broken name` (a whole file that the
//! parser objects to: its errors count, too). `//~ E0301 W0302` lists the codes whose primary
//! label starts on that line; a case without such marks must pass without any diagnostic. A line
//! `//? text` asks for a diagnostic with that help.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use luma_diagnostics::SourceMap;

struct Case {
    name: String,
    text: String,
    expected: BTreeMap<(u32, String), u32>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for chunk in text.split("\n--- ").map(|chunk| chunk.trim_start_matches("--- ")) {
        let Some((name, source)) = chunk.split_once('\n') else { continue };
        if name.starts_with('#') {
            continue;
        }
        let mut expected = BTreeMap::new();
        for (i, line) in source.lines().enumerate() {
            let Some((_, codes)) = line.split_once("//~") else { continue };
            for code in codes.split_whitespace() {
                *expected.entry((i as u32 + 1, code.to_owned())).or_default() += 1;
            }
        }
        let text = match name.strip_prefix("body ") {
            Some(_) => format!("const main -> fn () int {{ {source}\n; }}").replace("\n; }", "\n}"),
            None => source.to_owned(),
        };
        cases.push(Case { name: name.to_owned(), text, expected });
    }
    cases
}

fn run(case: &Case, failures: &mut String) {
    let mut map = SourceMap::new();
    let file = map.add(case.name.clone(), case.text.clone());
    let parse = luma_syntax::parse(file, &case.text);
    let broken = case.name.starts_with("broken ");
    for d in parse.diagnostics.iter().filter(|_| !broken) {
        let _ = writeln!(failures, "{}: does not parse: {}", case.name, d.message);
    }
    let (analysis, mut diagnostics) = luma_sema::analyze(&parse.ast);
    let sorted = diagnostics.is_sorted_by_key(luma_diagnostics::Diagnostic::sort_key);
    assert!(sorted, "{}: not in source order", case.name);
    diagnostics.extend(parse.diagnostics);
    diagnostics.sort_by_key(luma_diagnostics::Diagnostic::sort_key);
    let given: Vec<&str> =
        diagnostics.iter().flat_map(|d| &d.help).map(|help| help.message.as_str()).collect();
    for wanted in case.text.lines().filter_map(|line| line.trim().strip_prefix("//? ")) {
        if !given.contains(&wanted) {
            let _ = writeln!(failures, "{}: no help `{wanted}`, only {given:?}", case.name);
        }
    }
    let mut found: BTreeMap<(u32, String), u32> = BTreeMap::new();
    let mut messages = String::new();
    for d in &diagnostics {
        let span = d.primary.as_ref().expect("a place").span;
        let at = map.start(span).expect("a known file").1;
        *found.entry((at.line, d.code.to_string())).or_default() += 1;
        let _ = writeln!(messages, "    {}: {} {}", at.line, d.code, d.message);
        assert!(!d.message.ends_with('.'), "{}: {}", case.name, d.message);
        assert!(!d.message.contains("<error>"), "{}: {}", case.name, d.message);
        for label in &d.secondary {
            assert!((label.span.end as usize) <= case.text.len(), "{}", case.name);
        }
    }
    if found != case.expected {
        let expected = &case.expected;
        let _ = writeln!(failures, "{}: expected {expected:?}, found\n{messages}", case.name);
    } else if !diagnostics.iter().any(luma_diagnostics::Diagnostic::is_error) {
        check_complete(case, &parse.ast, &analysis, failures);
    }
}

/// Without errors, everything has its entry.
fn check_complete(
    case: &Case,
    ast: &luma_syntax::ast::Ast,
    analysis: &luma_sema::Analysis,
    failures: &mut String,
) {
    use luma_sema::types::TyKind;
    use luma_syntax::ast::ExprKind;
    let mut missing = |what: String| {
        let _ = writeln!(failures, "{}: {what}", case.name);
    };
    for (id, expr) in ast.exprs.iter() {
        // The mark of a default arm is parsed as a label that no arm holds.
        if matches!(&expr.kind, ExprKind::Path(path) if path.len() == 1 && path[0].text == "_") {
            continue;
        }
        match analysis.expr_types.get(id) {
            None => missing(format!("no type for {:?}", expr.kind)),
            Some(ty) if *analysis.types.kind(*ty) == TyKind::Error => {
                missing(format!("error type for {:?}", expr.kind));
            }
            Some(_) => {}
        }
        let told = match &expr.kind {
            ExprKind::Path(_) => analysis.resolutions.contains_idx(id),
            ExprKind::Member(..) => analysis.members.contains_idx(id),
            ExprKind::StructLit(..) => analysis.literal_fields.contains_idx(id),
            ExprKind::Sizeof(_) => analysis.sizeof_types.contains_idx(id),
            _ => true,
        };
        if !told {
            missing(format!("no entry for {:?}", expr.kind));
        }
    }
    for (id, local) in ast.locals.iter() {
        if !analysis.locals.contains_idx(id) {
            missing(format!("no entry for local {}", local.name.text));
        }
    }
    for (id, _) in ast.types.iter() {
        if !analysis.type_exprs.contains_idx(id) {
            missing("a written type without entry".to_owned());
        }
    }
    if analysis.struct_layouts.len() != analysis.structs.len() {
        missing("a struct without layout".to_owned());
    }
}

#[test]
fn all_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut failures = String::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of cases") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a text");
        for case in cases(&text) {
            count += 1;
            run(&case, &mut failures);
        }
    }
    assert!(count >= 150, "only {count} cases found");
    assert!(failures.is_empty(), "{failures}");
}

//! Programs as the front end builds them, each with the codes it must get in its first line.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, RenderOptions, SourceMap, render_all};
use luma_ir::{Context, Module, parse_module, verify_module};
use luma_ownership::{Options, verify_ownership};

fn module(text: &str) -> Module {
    module_of(text, &mut SourceMap::new(), Context::new())
}

fn module_of(text: &str, map: &mut SourceMap, context: Context) -> Module {
    let file = map.add("test.lir", text);
    let module =
        parse_module(Arc::new(context), map, file).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{violations:#?}");
    module
}

fn check(text: &str) -> Vec<Diagnostic> {
    verify_ownership(&module(text), &Options::default())
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = diagnostics.iter().map(|d| d.code.as_str()).collect();
    codes.sort_unstable();
    codes
}

fn programs() -> Vec<(String, String)> {
    programs_in("data")
}

fn programs_in(dir: &str) -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(dir);
    let mut programs: Vec<(String, String)> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lir"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    programs.sort();
    assert!(!programs.is_empty());
    programs
}

fn expected(text: &str) -> Vec<&str> {
    let line = text.lines().next().unwrap().strip_prefix("// expect:").unwrap();
    line.split_whitespace().collect()
}

#[test]
fn every_program_gets_its_verdict() {
    for (path, text) in programs() {
        let found = check(&text);
        assert_eq!(codes(&found), expected(&text), "{path}: {found:#?}");
    }
}

#[test]
fn merging_states_reports_nothing_on_correct_programs() {
    for (path, text) in programs() {
        if !expected(&text).is_empty() {
            continue;
        }
        let module = module(&text);
        for max_states in [1, 2, 64] {
            let options = Options { max_states, ..Options::default() };
            let found = verify_ownership(&module, &options);
            assert!(found.is_empty(), "{path}, {max_states} states: {found:#?}");
        }
    }
}

#[test]
fn giving_up_effort_never_fails_and_reports_nothing_on_correct_programs() {
    for (path, text) in programs() {
        let options = Options { effort: 0, ..Options::default() };
        let found = verify_ownership(&module(&text), &options);
        if expected(&text).is_empty() {
            assert!(found.is_empty(), "{path}: {found:#?}");
        }
    }
}

#[test]
fn two_runs_say_the_same() {
    for (path, text) in programs() {
        assert_eq!(check(&text), check(&text), "{path}");
    }
}

/// A function around `body`, with an owned pointer in `%p`.
fn with_object(body: &str) -> String {
    format!(
        "luma.func @f(%c: i1, %q: !luma.ptr<i64>) {{
  %p = luma.local() : () -> !luma.place<!luma.ptr<i64>>
  %size = luma.constant() {{value = 8 : i64}} : () -> i64
  %new = luma.alloc(%size) : (i64) -> !luma.ptr<i64>
  %own = own.take(%new) {{from = \"heap\"}} : (!luma.ptr<i64>) -> !luma.ptr<i64>
  luma.store(%own, %p) : (!luma.ptr<i64>, !luma.place<!luma.ptr<i64>>) -> ()
{body}
  luma.return() : () -> ()
}}
"
    )
}

/// Loads `%p` and frees it.
fn free(n: u32) -> String {
    format!(
        "  %l{n} = luma.load(%p) : (!luma.place<!luma.ptr<i64>>) -> !luma.ptr<i64>
  %g{n} = own.give(%l{n}) {{to = \"heap\"}} : (!luma.ptr<i64>) -> !luma.ptr<i64>
  luma.free(%g{n}) : (!luma.ptr<i64>) -> ()"
    )
}

#[test]
fn a_leak_is_reported_at_the_allocation_with_its_path() {
    let body =
        format!("  luma.if(%c) ({{\n{}\n  luma.yield() : () -> ()\n  }}) : (i1) -> ()", free(1));
    let text = with_object(&body);
    let found = check(&text);
    assert_eq!(codes(&found), ["E0401"]);
    let at = found[0].primary.as_ref().unwrap().span;
    assert!(text[at.start as usize..at.end as usize].contains("own.take"));
    let path: Vec<&str> = found[0].path.iter().map(|step| step.message.as_str()).collect();
    assert_eq!(
        path,
        ["the object is allocated", "`p` refers to it", "`c` is false", "the function returns"]
    );
}

#[test]
fn defers_run_at_every_exit() {
    let defer =
        |n| format!("  luma.defer() ({{\n{}\n  luma.yield() : () -> ()\n  }}) : () -> ()", free(n));
    assert_eq!(codes(&check(&with_object(&defer(1)))), Vec::<&str>::new());
    let early = "  luma.if(%c) ({\n  luma.return() : () -> ()\n  }) : (i1) -> ()";
    let both = format!("{}\n{early}", defer(1));
    assert_eq!(codes(&check(&with_object(&both))), Vec::<&str>::new());
    let before = format!("{early}\n{}", defer(1));
    assert_eq!(codes(&check(&with_object(&before))), ["E0401"]);
    let twice = format!("{}\n{}", defer(1), defer(2));
    assert_eq!(codes(&check(&with_object(&twice))), ["E0402"]);
}

#[test]
fn a_switch_marked_exhaustive_has_no_other_case() {
    let arms = |mark: &str| {
        format!(
            "  %k = luma.load(%n) : (!luma.place<i64>) -> i64
  luma.switch(%k) ({{\n  luma.yield() : () -> ()\n  }}, {{\n{}\n  luma.yield() : () -> ()\n  }}, {{\n{}\n  luma.yield() : () -> ()\n  }}) {{cases = [[0], [1]]{mark}}} : (i64) -> ()",
            free(1),
            free(2)
        )
    };
    let text = |mark| {
        with_object(&format!(
            "  %n = luma.deref(%q) : (!luma.ptr<i64>) -> !luma.place<i64>\n{}",
            arms(mark)
        ))
    };
    assert_eq!(codes(&check(&text(""))), ["E0401"]);
    assert_eq!(codes(&check(&text(", exhaustive"))), Vec::<&str>::new());
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = 1500;
    let body = format!(
        "{}{}\n{}{}",
        "luma.if(%c) ({\n".repeat(deep),
        free(1),
        "luma.yield() : () -> ()\n",
        "}) : (i1) -> ()\nluma.yield() : () -> ()\n".repeat(deep)
    );
    let body = body.trim_end().strip_suffix("luma.yield() : () -> ()").unwrap().to_string();
    let text = with_object(&body);
    // The parser of the text form recurses over nesting; the verifier needs no stack for it.
    let parser = std::thread::Builder::new().stack_size(256 << 20);
    let parsed = parser.spawn(move || module(&text)).unwrap().join().unwrap();
    assert_eq!(codes(&verify_ownership(&parsed, &Options::default())), ["E0401"]);
}

/// Programs of a dialect the verifier has never seen, and what users are told.
#[test]
fn operations_of_other_dialects_do_what_their_tables_say() {
    let table = include_str!("dialects/pool.toml");
    for (path, text) in programs_in("dialects") {
        let mut map = SourceMap::new();
        let file = map.add("pool.toml", table);
        let dialect = luma_ir::dialect::load(&map, file).unwrap();
        let module = module_of(&text, &mut map, Context::with_dialects([dialect]).unwrap());
        let found = verify_ownership(&module, &Options::default());
        assert_eq!(codes(&found), expected(&text), "{path}: {found:#?}");
        if !found.is_empty() {
            let name = Path::new(&path).file_stem().unwrap().to_str().unwrap().to_owned();
            let shown = render_all(&map, RenderOptions::default(), &found);
            insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
                insta::assert_snapshot!(name, shown);
            });
        }
    }
}

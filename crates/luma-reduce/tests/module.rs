//! Modules are reduced to what their oracle needs, and to nothing the verifier refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::HashSet;

use luma_ir::{Module, verify_module};
use luma_reduce::{Options, Reduced, reduce_module};
use support::{interpret, lower, parse_ir, program, reports, text};

/// Reduces, and checks what holds of every reduction.
fn reduce(module: &Module, holds: impl Fn(&Module) -> bool) -> Reduced {
    let mut asked = HashSet::new();
    let reduced = reduce_module(
        module,
        &mut |candidate| {
            assert_eq!(verify_module(candidate), []);
            assert!(asked.insert(text(candidate)), "asked twice:\n{}", text(candidate));
            holds(candidate)
        },
        &Options::default(),
    );
    assert!(reduced.stats.interesting && !reduced.stats.exhausted);
    assert_eq!(reduced.stats.calls, asked.len());
    assert_eq!(reduced.stats.before, module.op_count());
    assert_eq!(reduced.stats.after, reduced.module.op_count());
    assert!(holds(&reduced.module));
    // The result stands still, and comes out again.
    let again = reduce_module(&reduced.module, &mut |m| holds(m), &Options::default());
    assert_eq!((again.stats.accepted, text(&again.module)), (0, text(&reduced.module)));
    let repeated = reduce_module(module, &mut |m| holds(m), &Options::default());
    assert_eq!(text(&repeated.module), text(&reduced.module));
    eprintln!("{:?}\n{}", reduced.stats, text(&reduced.module));
    reduced
}

/// Compares with a file of `data`; `INSTA_UPDATE=always` writes it.
fn expect(file: &str, module: &Module) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, text(module)).unwrap();
    }
    assert_eq!(text(module), std::fs::read_to_string(&path).unwrap_or_default(), "{file}");
}

fn count(module: &Module, name: &str) -> usize {
    let mut count = 0;
    for f in module.functions.values() {
        f.walk(&mut |op| {
            count += usize::from(module.context.op_def(f.op_name(op)).name == name);
        });
    }
    count
}

#[test]
fn one_operation_is_left_with_what_it_needs() {
    for name in ["control/gcd.lx", "ownership/tables-and-growth.lx", "structs/nested.lx"] {
        let module = lower(&program(name)).unwrap();
        for op in ["luma.call", "luma.cmp", "luma.store"] {
            if count(&module, op) == 0 {
                continue;
            }
            let reduced = reduce(&module, |module| count(module, op) > 0);
            assert!(reduced.module.op_count() <= 5, "{name} {op}:\n{}", text(&reduced.module));
            let functions = 1 + usize::from(op == "luma.call");
            assert_eq!(reduced.module.functions.len(), functions, "{name} {op}");
        }
    }
}

#[test]
fn a_module_without_interest_is_emptied() {
    let module = lower(&program("seed/14-resource-management.lx")).unwrap();
    let reduced = reduce(&module, |_| true);
    assert_eq!(text(&reduced.module), "");
}

#[test]
fn what_is_printed_stays() {
    let module = lower(&program("structs/nested.lx")).unwrap();
    let (all, _) = interpret(&module);
    assert!(all.contains("77"), "{all}");
    let reduced = reduce(&module, |module| {
        let (out, ended) = interpret(module);
        ended && out.contains("77")
    });
    assert!(reduced.module.op_count() <= 3, "{}", text(&reduced.module));
}

#[test]
fn a_leak_is_left_alone() {
    let module =
        lower(&program("seed/09-bad-leak.lx")).filter(|module| reports(module, "E0401")).unwrap();
    let reduced = reduce(&module, |module| reports(module, "E0401"));
    assert!(reduced.module.op_count() <= 4, "{}", text(&reduced.module));
}

#[test]
fn graphs_of_blocks_become_straight() {
    let module = parse_ir(include_str!("data/graph.lir"));
    assert_eq!(verify_module(&module), []);
    let reduced = reduce(&module, |module| count(module, "luma.div") > 0);
    expect("graph.divides.lir", &reduced.module);
    // Both ways of the branch are needed for both lines.
    let reduced = reduce(&module, |module| interpret(module).0 == "23");
    expect("graph.prints.lir", &reduced.module);
}

#[test]
fn limits_end_the_search_with_the_best_so_far() {
    let module = lower(&program("structs/nested.lx")).unwrap();
    let options = Options { max_calls: Some(20), max_time: None };
    let reduced = reduce_module(&module, &mut |m| count(m, "luma.store") > 1, &options);
    assert!(reduced.stats.exhausted && reduced.stats.calls == 20, "{:?}", reduced.stats);
    assert!(reduced.stats.after < reduced.stats.before && reduced.stats.after > 0);
}

#[test]
fn what_is_not_interesting_comes_back_as_it_is() {
    let module = lower(&program("structs/nested.lx")).unwrap();
    let reduced = reduce_module(&module, &mut |_| false, &Options::default());
    assert!(!reduced.stats.interesting && reduced.stats.calls == 1);
    assert_eq!(text(&reduced.module), text(&module));
}

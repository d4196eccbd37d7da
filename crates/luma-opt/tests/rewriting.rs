//! Random programs do the same, by the interpreter, before and after the passes that rewrite; and
//! every pattern declared with an operation of the project's dialects applies somewhere.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use luma_generate::ir::Style;
use luma_interp::TrapKind;
use luma_ir::rewrite::{Config, Rewriter, apply, declared_patterns};
use support::watch::{Seen, compare, watch};
use support::{random, run_steps};

const PIPELINES: [&str; 10] = [
    "func(canonicalize)",
    "func(cse)",
    "func(cse{loads})",
    "func(dce)",
    "func(canonicalize,cse{loads},dce,canonicalize)",
    "func(lower-defer,structured-to-cfg,canonicalize,cse{loads},dce)",
    "func(lower-defer,structured-to-cfg{all},canonicalize,cse,dce,canonicalize)",
    "func(lower-defer,canonicalize{region-simplify=false},structured-to-cfg{all},dce,canonicalize)",
    "func(mem2reg,sccp,dce,licm,canonicalize)",
    "func(lower-defer,structured-to-cfg{all},mem2reg,sccp,cse,dce),erase-ownership",
];

#[test]
fn random_programs_do_what_they_did() {
    let mut compared = 0;
    for number in 0..250 {
        let before = random(Style::Defined, number);
        let expected = watch(&before, 20_000, number);
        if !is_defined(&expected) {
            continue;
        }
        compared += 1;
        for pipeline in PIPELINES {
            let name = format!("program {number}, {pipeline}");
            let mut module = before.clone();
            for report in run_steps(&mut module, &support::pipeline(pipeline)).unwrap() {
                for (count, times) in report.counts {
                    assert!(count != "not-converged" || times == 0, "{name}");
                }
            }
            compare(&name, &expected, &module, number);
        }
    }
    assert!(compared > 150, "{compared}");
}

#[test]
fn every_declared_pattern_applies_and_is_right() {
    let mut applied = BTreeSet::new();
    let mut all = BTreeSet::new();
    for number in 0..2000 {
        if number > 100 && all == applied {
            break;
        }
        let before = random(Style::Straight, number);
        let mut after = before.clone();
        let context = before.context.clone();
        let patterns = declared_patterns(&context);
        all.extend(patterns.names().map(str::to_owned));
        for f in after.functions.values_mut() {
            let mut rewriter = Rewriter::new(&context, f, &|loc| loc);
            // Without the evaluator, sums of three constants can be turned around for ever.
            let config = Config { max_rewrites: Some(500), ..Config::default() };
            let outcome = apply(&mut rewriter, &[patterns], &config);
            applied.extend(outcome.rewrites.into_iter().map(|(name, _)| name));
        }
        let violations = luma_ir::verify_module(&after);
        assert!(violations.is_empty(), "program {number}: {violations:#?}");
        let expected = watch(&before, 20_000, number);
        if is_defined(&expected) {
            compare(&format!("program {number}"), &expected, &after, number);
        }
    }
    let never: Vec<&String> = all.difference(&applied).collect();
    assert!(never.is_empty(), "never applied: {never:#?}");
}

/// Whether the program came to an end that the language defines.
fn is_defined(seen: &Seen) -> bool {
    let trap = seen.trap.map(|(kind, _)| kind);
    matches!(trap, None | Some(TrapKind::DivisionByZero | TrapKind::DivisionOverflow))
}

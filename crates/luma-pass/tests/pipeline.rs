//! Pipelines: order, changes, errors, and what a wrong pass leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use luma_diagnostics::codes;
use luma_pass::{Analyses, PassContext, Pipeline, Preserved, Registration, RunOptions, Work, run};
use support::{BEHEAD, DROP_ALL, IDLE, OnFunction, registration, small};

const CHECKED: RunOptions = RunOptions { verify_each: true, threads: 0 };
const UNCHECKED: RunOptions = RunOptions { verify_each: false, threads: 0 };

#[test]
fn steps_run_in_order_on_functions_with_bodies() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    static SEE: Registration = registration("see", &[], |_| {
        Work::function(OnFunction(|cx, _| {
            assert_eq!(cx.context.name(cx.pass), "see");
            SEEN.fetch_add(1, Ordering::Relaxed);
            Ok(Preserved::all())
        }))
    });
    let pipeline = Pipeline::new().then(&SEE).then(&DROP_ALL).then(&SEE);
    assert_eq!(pipeline.names().collect::<Vec<_>>(), ["see", "drop-all", "see"]);
    assert_eq!(run(&mut small(), &pipeline, CHECKED), Ok(Preserved::none()));
    assert_eq!(SEEN.load(Ordering::Relaxed), 2, "not the prototype, and nothing after `drop-all`");
    assert_eq!(run(&mut small(), &Pipeline::new().then(&IDLE), CHECKED), Ok(Preserved::all()));
}

#[test]
fn a_pass_that_breaks_the_ir_is_named() {
    let pipeline = Pipeline::new().then(&IDLE).then(&BEHEAD).then(&DROP_ALL);
    let mut broken = small();
    let errors = run(&mut broken, &pipeline, CHECKED).unwrap_err();
    assert_eq!(errors.len(), 2);
    for (error, function) in errors.iter().zip(["f", "g"]) {
        assert_eq!(error.code, codes::E0502);
        assert!(error.message.starts_with("the pass `behead` left invalid IR: "), "{error:?}");
        assert_eq!(error.notes[0], format!("in function `@{function}`"));
    }
    assert_eq!(broken.functions.len(), 3, "later steps do not run");
    assert_eq!(run(&mut small(), &pipeline, UNCHECKED), Ok(Preserved::none()));
}

#[test]
fn a_pass_stands_in_an_origin_once() {
    let module = small();
    let analyses = Analyses::default();
    let cx = PassContext::new(&module.context, None, "one", &analyses);
    let source = module.functions[1].loc;
    let made = cx.derive(source);
    let other = PassContext::new(&module.context, None, "two", &analyses).derive(made);
    let names = |origin| -> Vec<String> {
        let passes = module.context.origin_passes(origin);
        passes.iter().map(|&p| module.context.name(p).to_string()).collect()
    };
    assert_eq!(made.span, source.span);
    assert_eq!(cx.derive(made), made);
    assert_eq!(cx.derive(source), made);
    assert_eq!(names(other.origin), ["one", "two"]);
}

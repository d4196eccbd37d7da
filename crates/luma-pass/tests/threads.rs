//! The same comes out, and the same is reported, on any number of threads; and what is cached holds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::{Context, Dominators, Function, Module, PrintOptions, print_module};
use luma_pass::{
    Analyses, Analysis, Pipeline, Preserved, RegionDominators, Registration, RunOptions, Statistic,
    Step, StepReport, Work, run, run_step,
};
use support::{
    BEHEAD, DOUBLE, DROP_ALL, IDLE, OnFunction, OnModule, REFUSE, large, registration, small,
};

/// Of eighty operations each: enough for more than one thread.
const FUNCTIONS: usize = 160;
const THREADS: [usize; 4] = [1, 2, 5, 0];

fn options(verify_each: bool) -> impl Iterator<Item = RunOptions> {
    THREADS.into_iter().map(move |threads| RunOptions { verify_each, threads })
}

/// All that can be seen of a run.
fn seen(pipeline: &Pipeline, options: RunOptions) -> (Result<Preserved, Vec<Diagnostic>>, String) {
    let mut module = large(FUNCTIONS, 80);
    let result = run(&mut module, pipeline, options);
    (result, print_module(&module, PrintOptions::default()))
}

/// The number in the name of one of the functions of `large`.
fn number(context: &Context, f: &Function) -> usize {
    context.name(f.name)[1..].parse().unwrap()
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let pipeline = Pipeline::new().then(&DOUBLE).then(&IDLE).then(&DOUBLE);
    let expected = seen(&pipeline, RunOptions { verify_each: true, threads: 1 });
    assert!(expected.1.contains("%twice_f159_79 = luma.add"), "the pass did something");
    for verify_each in [false, true] {
        for options in options(verify_each) {
            assert!(seen(&pipeline, options) == expected, "{options:?}");
        }
    }
}

#[test]
fn statistics_are_the_same_on_any_number_of_threads() {
    for options in options(false) {
        let mut module = large(FUNCTIONS, 80);
        let report =
            run_step(&mut module, &Step::new(&DOUBLE), &Analyses::default(), options).unwrap();
        assert_eq!(
            report.counts,
            [("functions", FUNCTIONS as u64), ("doubled", FUNCTIONS as u64 * 79)]
        );
        let idle = run_step(&mut module, &Step::new(&IDLE), &Analyses::default(), options);
        assert!(idle.unwrap().counts.is_empty());
    }
    let none = run_step(&mut small(), &Step::new(&DOUBLE), &Analyses::default(), OPTIONS).unwrap();
    assert_eq!(none.counts, [("functions", 2), ("doubled", 0)], "all that are declared");
}

const OPTIONS: RunOptions = RunOptions { verify_each: true, threads: 1 };

#[test]
fn violations_are_in_the_order_of_functions() {
    let pipeline = Pipeline::new().then(&DOUBLE).then(&BEHEAD).then(&DROP_ALL);
    let (expected, _) = seen(&pipeline, OPTIONS);
    let errors = expected.clone().unwrap_err();
    assert_eq!(errors.len(), FUNCTIONS);
    assert!(errors.iter().enumerate().all(|(i, e)| e.notes[0] == format!("in function `@f{i}`")));
    for options in options(true) {
        assert!(seen(&pipeline, options).0 == expected, "{options:?}");
    }
}

/// Fails on every third function.
static THIRDS: Registration = registration("thirds", &[], |_| {
    Work::function(OnFunction(|cx, f| match number(cx.context, f) % 3 {
        0 => Err(vec![Diagnostic::unlocated(codes::E0109, cx.context.name(f.name).to_string())]),
        _ => Ok(Preserved::all()),
    }))
});

#[test]
fn the_first_failing_step_is_reported_for_all_functions() {
    // Fused, functions that pass `thirds` reach `refuse` before others have reached `thirds`.
    let pipeline = Pipeline::new().then(&DOUBLE).then(&THIRDS).then(&REFUSE);
    let expected: Vec<String> = (0..FUNCTIONS).step_by(3).map(|i| format!("f{i}")).collect();
    for verify_each in [false, true] {
        for options in options(verify_each) {
            let errors = seen(&pipeline, options).0.unwrap_err();
            let found: Vec<String> = errors.into_iter().map(|e| e.message).collect();
            assert_eq!(found, expected, "{options:?}");
        }
    }
}

/// Panics in the last functions.
static PANIC: Registration = registration("panic", &[], |_| {
    Work::function(OnFunction(|cx, f| match number(cx.context, f) {
        n @ 100.. => std::panic::resume_unwind(Box::new(n)),
        _ => Ok(Preserved::all()),
    }))
});

#[test]
fn a_panic_goes_to_the_caller_and_spoils_nothing() {
    for options in options(false) {
        let mut module = large(FUNCTIONS, 80);
        let analyses = Analyses::default();
        let panicking = Step::new(&PANIC);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            run_step(&mut module, &panicking, &analyses, options)
        }));
        let payload = panic.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&100_usize), "the first in order, {options:?}");
        // What was used goes on working.
        let report = run_step(&mut module, &Step::new(&DOUBLE), &analyses, options).unwrap();
        assert_eq!(report.counts[0], ("functions", FUNCTIONS as u64));
        // A step that fails earlier is what counts, wherever others got by then.
        let pipeline = Pipeline::new().then(&THIRDS).then(&PANIC);
        assert_eq!(run(&mut module, &pipeline, options).unwrap_err().len(), FUNCTIONS.div_ceil(3));
    }
}

/// How often each analysis was computed.
static COMPUTED: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// How many operations a function has. Two of them, to tell apart what is kept.
struct Size<const N: usize>(usize);

impl<const N: usize> Analysis for Size<N> {
    fn compute(_: &Context, f: &Function) -> Self {
        COMPUTED[N].fetch_add(1, Ordering::Relaxed);
        Self(f.op_count())
    }
}

static ASK: Registration = registration("ask", &[], |_| {
    Work::function(OnFunction(|cx, f| {
        assert_eq!(cx.analysis::<Size<0>>(f).0, cx.analysis::<Size<1>>(f).0);
        assert_eq!(cx.analysis::<Size<0>>(f).0, f.op_count(), "it holds");
        let entry = f.entry().unwrap();
        assert!(cx.analysis::<Dominators>(f).dominates(entry, entry));
        assert!(cx.analysis::<RegionDominators>(f).of(f.body()).is_none());
        Ok(Preserved::all())
    }))
});
/// Changes half of the functions and says that one of the two analyses still holds.
static KEEP_ONE: Registration = registration("keep-one", &[], |_| {
    Work::function(OnFunction(|cx, f| match number(cx.context, f) % 2 {
        0 => Ok(Preserved::none().and::<Size<0>>()),
        _ => Ok(Preserved::all()),
    }))
});
static KEEP_ONE_OF_ALL: Registration = registration("keep-one-of-all", &[], |_| {
    Work::module(OnModule(|_, _| Ok(Preserved::none().and::<Size<1>>())))
});
static CHANGE_ALL: Registration =
    registration("change-all", &[], |_| Work::module(OnModule(|_, _| Ok(Preserved::none()))));
/// Takes every fourth function out.
static REMOVE_SOME: Registration = registration("remove-some", &[], |_| {
    Work::module(OnModule(|cx, module| {
        module.functions.retain(|_, f| !number(cx.context, f).is_multiple_of(4));
        Ok(Preserved::none().and::<Size<0>>().and::<Size<1>>())
    }))
});
/// Swaps the names of two functions.
static RENAME: Registration = registration("rename", &[], |_| {
    Work::module(OnModule(|_, module| {
        let functions: Vec<Function> = module.functions.drain(..).map(|(_, f)| f).collect();
        let names: Vec<_> = functions.iter().rev().map(|f| f.name).collect();
        for (mut f, name) in functions.into_iter().zip(names) {
            f.name = name;
            module.functions.insert(name, f);
        }
        Ok(Preserved::none())
    }))
});

#[test]
fn analyses_are_computed_when_they_do_not_hold() {
    for threads in THREADS {
        let mut module = large(FUNCTIONS, 80);
        let analyses = Analyses::default();
        let mut computed = |steps: &[&'static Registration]| -> [usize; 2] {
            let before = COMPUTED.each_ref().map(|n| n.load(Ordering::Relaxed));
            for step in steps {
                let options = RunOptions { verify_each: false, threads };
                run_step(&mut module, &Step::new(step), &analyses, options).unwrap();
            }
            let after = COMPUTED.each_ref().map(|n| n.load(Ordering::Relaxed));
            [after[0] - before[0], after[1] - before[1]]
        };
        assert_eq!(computed(&[&ASK]), [FUNCTIONS, FUNCTIONS]);
        assert_eq!(computed(&[&ASK, &IDLE, &ASK]), [0, 0]);
        assert_eq!(computed(&[&KEEP_ONE, &ASK]), [0, FUNCTIONS / 2]);
        assert_eq!(computed(&[&KEEP_ONE_OF_ALL, &ASK]), [FUNCTIONS, 0]);
        assert_eq!(computed(&[&CHANGE_ALL, &ASK]), [FUNCTIONS, FUNCTIONS]);
        assert_eq!(computed(&[&DOUBLE, &ASK]), [FUNCTIONS, FUNCTIONS]);
        assert_eq!(computed(&[&RENAME, &ASK]), [FUNCTIONS, FUNCTIONS]);
        assert_eq!(computed(&[&REMOVE_SOME, &ASK]), [0, 0]);
        let gone = module.context.symbol("f4");
        assert!(analyses.held::<Size<0>>(gone).is_none(), "functions that are gone keep nothing");
        assert!(analyses.held::<Size<0>>(module.context.symbol("f5")).is_some());
        // In a run of its own, steps in a row see the same cache.
        let before = COMPUTED[0].load(Ordering::Relaxed);
        let pipeline = Pipeline::new().then(&ASK).then(&IDLE).then(&ASK).then(&DOUBLE).then(&ASK);
        run(&mut module, &pipeline, RunOptions { verify_each: false, threads }).unwrap();
        assert_eq!(COMPUTED[0].load(Ordering::Relaxed) - before, 2 * (FUNCTIONS - FUNCTIONS / 4));
    }
}

#[test]
fn what_a_failing_pass_saw_is_forgotten() {
    let mut module = small();
    let analyses = Analyses::default();
    let name = module.context.symbol("f");
    analyses.get::<Dominators>(&module.context, &module.functions[&name]);
    run_step(&mut module, &Step::new(&IDLE), &analyses, OPTIONS).unwrap();
    assert!(analyses.held::<Dominators>(name).is_some());
    run_step(&mut module, &Step::new(&REFUSE), &analyses, OPTIONS).unwrap_err();
    assert!(analyses.held::<Dominators>(name).is_none());
}

#[test]
fn preserved_narrows() {
    let all = || Preserved::none().and::<Dominators>().and::<RegionDominators>();
    let meet = |mut a: Preserved, b: Preserved| {
        a.meet(&b);
        a
    };
    assert_eq!(meet(Preserved::all(), Preserved::all()), Preserved::all());
    assert_eq!(meet(Preserved::all(), all()), all());
    assert_eq!(meet(all(), Preserved::all()), all());
    let one = Preserved::none().and::<RegionDominators>();
    assert_eq!(meet(all(), one.clone()), one);
    assert_eq!(meet(one, Preserved::none().and::<Dominators>()), Preserved::none());
}

fn defects(registration: &'static Registration) -> Vec<String> {
    let mut module: Module = small();
    let result: Result<StepReport, _> =
        run_step(&mut module, &Step::new(registration), &Analyses::default(), OPTIONS);
    result.unwrap_err().into_iter().map(|e| e.message).collect()
}

#[test]
fn passes_that_break_the_rules_are_named() {
    static SECRET: Statistic = Statistic { name: "secret", summary: "Not declared." };
    static COUNTS: Registration = registration("counts", &[], |_| {
        Work::function(OnFunction(|cx, _| {
            cx.count(&SECRET, 1);
            Ok(Preserved::all())
        }))
    });
    static COUNTS_ALL: Registration = registration("counts-all", &[], |_| {
        Work::module(OnModule(|cx, _| {
            cx.count(&SECRET, 1);
            Ok(Preserved::all())
        }))
    });
    static RESIGN: Registration = registration("resign", &[], |_| {
        Work::function(OnFunction(|_, f| {
            f.results.push(luma_ir::Type::I64);
            Ok(Preserved::all())
        }))
    });
    static MISPLACE: Registration = registration("misplace", &[], |_| {
        Work::module(OnModule(|cx, module| {
            module.functions[1].name = cx.context.symbol("other");
            Ok(Preserved::none())
        }))
    });
    assert_eq!(defects(&COUNTS), ["the pass `counts` counts `secret`, which it does not declare"]);
    assert_eq!(
        defects(&COUNTS_ALL),
        ["the pass `counts-all` counts `secret`, which it does not declare"]
    );
    assert_eq!(
        defects(&RESIGN),
        ["f", "g"].map(|f| format!("the pass `resign` changed the signature of `@{f}`"))
    );
    assert_eq!(
        defects(&MISPLACE),
        ["the pass `misplace` left the function `@other` under the name `@f`"]
    );
}

#[test]
fn threads_have_room_for_deep_nests() {
    // Deeper than what the text form allows to be written.
    static RECURSE: Registration = registration("recurse", &[], |_| {
        Work::function(OnFunction(|_, f| {
            fn depth(n: usize) -> usize {
                let frame = std::hint::black_box([n; 256]);
                if n == 0 { 0 } else { depth(n - 1) + usize::from(frame[n % 256] == n) }
            }
            assert_eq!(depth(5000), 5000, "{}", f.op_count());
            Ok(Preserved::all())
        }))
    });
    let options = RunOptions { verify_each: false, threads: 2 };
    run(&mut large(FUNCTIONS, 80), &Pipeline::new().then(&RECURSE), options).unwrap();
}

//! Random programs do the same before and after the passes that lower them, at every stage.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use luma_generate::ir::Style;
use luma_interp::TrapKind;
use luma_ir::dialects::luma;
use luma_ir::{Module, PrintOptions, print_module};
use support::watch::{compare, watch};
use support::{check_flat, check_no_defer, lower_all, parse, random, run_text};

#[test]
fn lowered_programs_do_what_they_did() {
    let (mut longest, mut ended, mut undefined) = (0, 0, 0);
    let (mut locals, mut left) = (0, 0);
    for number in 0..250 {
        let before = random(Style::Any, number);
        let mut deferless = before.clone();
        run_text(&mut deferless, "lower-defer");
        check_no_defer(&deferless);
        let mut lowered = before.clone();
        lower_all(&mut lowered);
        check_no_defer(&lowered);
        check_flat(&lowered);
        let mut flat = lowered.clone();
        run_text(&mut flat, "structured-to-cfg{all}");
        for f in flat.functions.values() {
            f.walk(&mut |op| assert!(f.op_regions(op).is_empty()));
        }
        // At every level, and with the passes after it.
        let promoted = [
            ("mem2reg", &before),
            ("mem2reg,lower-defer,structured-to-cfg", &before),
            ("mem2reg{max-slots=1},mem2reg", &deferless),
            ("mem2reg,structured-to-cfg,mem2reg", &deferless),
            ("mem2reg,structured-to-cfg{all}", &lowered),
            ("mem2reg", &flat),
        ]
        .map(|(passes, module)| {
            let mut promoted = module.clone();
            run_text(&mut promoted, passes);
            (passes, promoted)
        });
        locals += count_locals(&before);
        left += count_locals(&promoted[5].1);
        let mut steps = vec![
            ("lower-defer", &deferless),
            ("structured-to-cfg", &lowered),
            ("structured-to-cfg{all}", &flat),
        ];
        steps.extend(promoted.iter().map(|(passes, module)| (*passes, module)));
        for run in 0..4 {
            let seed = number * 31 + run;
            let expected = watch(&before, 20_000, seed);
            let trap = expected.trap.map(|(kind, _)| kind);
            longest = longest.max(expected.output.len());
            ended += usize::from(trap.is_none());
            undefined += usize::from(trap == Some(TrapKind::Uninitialised));
            for &(step, module) in &steps {
                compare(&format!("program {number}, run {run}, {step}"), &expected, module, seed);
            }
        }
        // The text form is still what it was.
        let printed = print_module(&lowered, PrintOptions::default());
        assert_eq!(printed, print_module(&parse(&printed), PrintOptions::default()));
    }
    // The comparison means something: programs get somewhere and come to an end.
    assert!(longest > 1000 && ended > 400, "{longest}, {ended}");
    // A third are aggregates; reads that find nothing are still there.
    assert!(undefined > 50 && 3 * left < 2 * locals, "{undefined}, {left} of {locals}");
}

fn count_locals(module: &Module) -> usize {
    let mut count = 0;
    for f in module.functions.values() {
        f.walk(&mut |op| count += usize::from(f.op_name(op) == luma::Local::NAME));
    }
    count
}

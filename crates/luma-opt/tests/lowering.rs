//! What `lower-defer` and `structured-to-cfg` promise.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use luma_diagnostics::codes;
use luma_ir::{Origin, PrintOptions, print_module};
use luma_pass::run;
use support::{CHECKED, check_flat, check_no_defer, files, lower_all, parse, pipeline, root};

#[test]
fn the_passes_keep_their_promises() {
    for file in ["lower-defer", "structured-to-cfg"].into_iter().flat_map(files) {
        let mut module = parse(&std::fs::read_to_string(&file).unwrap());
        lower_all(&mut module);
        check_no_defer(&module);
        check_flat(&module);
        // What a pass is done with, it leaves alone.
        let text = print_module(&module, PrintOptions::default());
        lower_all(&mut module);
        assert_eq!(text, print_module(&module, PrintOptions::default()), "{}", file.display());
    }
}

#[test]
fn operations_tell_which_pass_made_them() {
    let file = root().join("tests/ir/lower-defer/loop-in-defer.lir");
    let mut module = parse(&std::fs::read_to_string(file).unwrap());
    lower_all(&mut module);
    let (context, f) = (module.context.clone(), &module.functions[0]);
    let mut chains = std::collections::BTreeSet::new();
    f.walk(&mut |op| {
        let loc = f.loc(op);
        assert!(loc.span.end > loc.span.start, "{op:?} comes from nowhere");
        let passes = context.origin_passes(loc.origin);
        assert_eq!(passes.is_empty(), loc.origin == Origin::SOURCE);
        chains.insert(passes.iter().map(|&p| context.name(p).to_string()).collect::<Vec<_>>());
    });
    let chains: Vec<String> = chains.iter().map(|chain| chain.join(" ")).collect();
    // Moved; copied; made out of a copy; made out of source.
    assert_eq!(chains, ["", "lower-defer", "lower-defer structured-to-cfg", "structured-to-cfg"]);
}

#[test]
fn structured_to_cfg_wants_defers_lowered() {
    let file = root().join("tests/ir/lower-defer/fallthrough.lir");
    let mut module = parse(&std::fs::read_to_string(file).unwrap());
    let wrong = pipeline("func(structured-to-cfg,lower-defer)");
    let errors = run(&mut module, &wrong, CHECKED).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, codes::E0503);
    assert_eq!(errors[0].help[0].message, "run `lower-defer` before it");
}

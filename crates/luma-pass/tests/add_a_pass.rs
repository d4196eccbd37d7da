//! The pass of `docs/add-a-pass.md`: the page shows this code, and the code does what the page says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/shift_multiplications.rs"]
mod shift_multiplications;
mod support;

use luma_ir::{PrintOptions, print_module, verify_module};
use luma_pass::{Analyses, Registry, RunOptions, parse_pipeline, run_step};
use support::parse;

const PAGE: &str = include_str!("../../../docs/add-a-pass.md");
const CODE: &str = include_str!("support/shift_multiplications.rs");

/// The fences of the page whose info string is `info`.
fn fences(info: &str) -> Vec<&'static str> {
    let open = format!("```{info}\n");
    PAGE.split(&*open).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_page_shows_the_code() {
    let blocks = fences("rust");
    assert!(blocks.len() >= 4);
    let mut rest = CODE;
    for block in blocks {
        let at =
            rest.find(block).unwrap_or_else(|| panic!("not in the code, or not there:\n{block}"));
        assert!(rest[..at].trim().is_empty(), "left out:\n{}", &rest[..at]);
        rest = &rest[at + block.len()..];
    }
    assert!(rest.trim().is_empty(), "left out:\n{rest}");
}

#[test]
fn the_pass_does_what_the_page_says() {
    let [source, expected] = fences("mlir")[..] else { panic!("a source and a result") };
    let text = source.lines().next().unwrap().strip_prefix("// pipeline:").unwrap();
    let mut registry = Registry::new();
    registry.register(&shift_multiplications::REGISTRATION);
    let pipeline = parse_pipeline(text, &registry).unwrap_or_else(|e| panic!("{}", e.render(text)));
    let mut module = parse(source);
    assert!(verify_module(&module).is_empty());
    let options = RunOptions { verify_each: true, threads: 1 };
    let report = run_step(&mut module, &pipeline.steps[0], &Analyses::default(), options).unwrap();
    let mut found = format!("// ----- after {pipeline}\n\n");
    found += &print_module(&module, PrintOptions::default());
    found += "\n// ----- statistics\n\n";
    for (name, count) in report.counts {
        found += &format!("// {}: {count} {name}\n", pipeline.steps[0].name());
    }
    assert_eq!(found, expected);
}

//! The language of declared patterns, and the driver's limits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_ir::dialects::luma;
use luma_ir::rewrite::declared::{DeclaredPattern, parse};
use luma_ir::rewrite::{Config, PatternSet, RewritePattern as _, Rewriter, apply_greedily};
use luma_ir::{Context, Module, Op, PrintOptions, parse_module, print_module};

fn module(text: &str) -> Module {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", text);
    parse_module(Arc::new(Context::new()), &map, file).unwrap_or_else(|e| panic!("{e:#?}"))
}

/// Reads `text` as a pattern of `op`.
fn read(context: &Context, op: &str, text: &str) -> Result<DeclaredPattern, String> {
    let find = |name: &str| context.op_name(name).map(|name| context.op_def(name));
    match parse(find(op).unwrap(), find, text) {
        Ok(fold) => Ok(DeclaredPattern::new(context, &fold).unwrap()),
        Err(error) => Err(format!("{}: {}", error.offset, error.message)),
    }
}

#[test]
fn every_pattern_of_the_projects_dialects_is_well_formed() {
    let context = Context::new();
    let mut count = 0;
    for (_, def) in context.op_defs() {
        for text in def.folds.iter() {
            let pattern = read(&context, &def.name, text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(pattern.name(), format!("{}: {text}", def.name));
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn what_is_malformed_is_said_with_its_place() {
    let context = Context::new();
    let cases = [
        ("luma.add", "", "0: expected `(`, found the end"),
        ("luma.add", "(x, 0)", "6: expected `=>`, found the end"),
        ("luma.add", "(x, 0) => y", "10: no value of the pattern is called `y`"),
        ("luma.add", "(x, 0) => x y", "12: expected the end of the pattern, found `y`"),
        ("luma.add", "(x) => x", "0: `luma.add` does not take 1 operand(s)"),
        ("luma.add", "sub(x, y) => x", "0: is a pattern of `luma.sub`, not of `luma.add`"),
        ("luma.add", "(x, ng(y)) => x", "4: unknown operation `luma.ng`"),
        ("own.take", "(x, ng(y)) => x", "4: unknown operation `own.ng` or `luma.ng`"),
        (
            "luma.add",
            "(x, 99999999999999999999) => x",
            "4: `99999999999999999999` is not a 64-bit integer",
        ),
        ("luma.add", "(x, 1.5.2) => x", "4: `1.5.2` is not a float"),
        ("luma.add", "(x, ?) => x", "4: `?` has no meaning in a pattern"),
        (
            "luma.add",
            "(x: long, 0) => x",
            "4: `long` is no type; there are i1, i8, i64, f32, f64, int, integer, float, number, scalar, ptr, place, and `const`",
        ),
        ("luma.cmp", "{pred = \"eq}(x, x) => true", "8: a string that does not end"),
        ("luma.cmp", "{prd = \"eq\"}(x, x) => true", "1: `luma.cmp` has no attribute `prd`"),
        ("luma.cmp", "{pred = x}(x, x) => true", "11: `x` is already the name of an attribute"),
        ("luma.cmp", "(x, y) => cmp(y, x)", "10: `luma.cmp` needs an attribute `pred`"),
        (
            "luma.cmp",
            "(x, y) => cmp{pred = p}(y, x)",
            "21: no attribute of the pattern is called `p`",
        ),
        (
            "luma.cmp",
            "(x, y) => cmp{pred = \"eq\"}(cast(x), y)",
            "10: the type of `luma.cast` is not known here; say it: `: i64`",
        ),
        ("luma.cmp", "(x, y) => cmp{pred = \"eq\"}(0, 1)", "10: the type of `0` is not known here"),
        ("luma.store", "(x, p) => x", "0: `luma.store` has not exactly one result"),
        ("luma.add", "(x, if(y)) => x", "4: `luma.if` has not exactly one result"),
    ];
    let mut wrong = Vec::new();
    for (op, text, expected) in cases {
        let found = read(&context, op, text).map(|_| "no error").map_err(|e| e.clone());
        let found = found.map_or_else(|error| error, str::to_owned);
        if found != expected {
            wrong.push(format!("{op}: {text}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let deep = format!("({}x{}, 0) => x", "neg(".repeat(1000), ")".repeat(1000));
    assert_eq!(
        read(&context, "luma.add", &deep).unwrap_err(),
        "65: nests operations more than 16 deep"
    );
    let wide = format!("({}x{}, 0) => x", "add(".repeat(8), ", 0)".repeat(8));
    assert_eq!(
        read(&context, "luma.add", &wide).unwrap_err(),
        "5: has more than 6 commutative operations"
    );
}

/// `text` after one pattern of `op` alone.
fn rewritten(op: &str, pattern: &str, body: &str) -> String {
    let mut module = module(&format!(
        "luma.func public @f(%x: i64, %y: i64, %b: i8, %d: f64) {{\n{body}luma.return() : () -> ()\n}}"
    ));
    let context = module.context.clone();
    let mut patterns = PatternSet::new();
    patterns.add(read(&context, op, pattern).unwrap());
    for f in module.functions.values_mut() {
        apply_greedily(&context, f, &patterns, &Config::default(), &|loc| loc);
    }
    let text = print_module(&module, PrintOptions::default());
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with(['%', 'l']));
    let body: Vec<&str> = lines.skip(1).take_while(|line| !line.contains("return")).collect();
    body.join("\n")
}

#[test]
fn attributes_are_tested_bound_and_given() {
    let body = "%0 = luma.cmp(%x, %y) {pred = \"lt\"} : (i64, i64) -> i1\nluma.print(%0) : (i1) -> ()\n\
                %1 = luma.cmp(%x, %y) {pred = \"eq\"} : (i64, i64) -> i1\nluma.print(%1) : (i1) -> ()\n";
    let swapped =
        rewritten("luma.cmp", "{pred = \"lt\" | \"le\"}(a, b) => cmp{pred = \"gt\"}(b, a)", body);
    assert_eq!(
        swapped,
        "%0 = luma.cmp(%y, %x) {pred = \"gt\"} : (i64, i64) -> i1\nluma.print(%0) : (i1) -> ()\n\
         %1 = luma.cmp(%x, %y) {pred = \"eq\"} : (i64, i64) -> i1\nluma.print(%1) : (i1) -> ()"
    );
    let kept = rewritten(
        "luma.cmp",
        "{pred = p}(a: i64, b) => cmp{pred = p}(cast(a): i8, cast(b): i8)",
        body,
    );
    assert!(kept.contains("{pred = \"lt\"} : (i8, i8) -> i1"), "{kept}");
    assert!(kept.contains("{pred = \"eq\"} : (i8, i8) -> i1"), "{kept}");
}

#[test]
fn patterns_keep_to_types() {
    // The sum of bytes would be a long: nothing happens.
    let body = "%0 = luma.cast(%b) : (i8) -> i64\nluma.print(%0) : (i64) -> ()\n";
    assert_eq!(rewritten("luma.cast", "(x) => x", body), body.trim_end());
    assert_eq!(rewritten("luma.cast", "(x) => neg(x)", body), body.trim_end());
    // Integers are no floats.
    let body = "%0 = luma.sub(%d, %d) : (f64, f64) -> f64\nluma.print(%0) : (f64) -> ()\n";
    assert_eq!(rewritten("luma.sub", "(x, x) => 0", body), body.trim_end());
    let zero = "%0 = luma.constant() {value = 0.0 : f64} : () -> f64\nluma.print(%0) : (f64) -> ()";
    assert_eq!(rewritten("luma.sub", "(x, x) => 0.0", body), zero);
}

fn swap(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
    let &[a, b] = rewriter.func().operands(op) else { return false };
    rewriter.set_operands(op, [b, a]);
    true
}

#[test]
fn patterns_that_undo_each_other_end() {
    let mut module = module(
        "luma.func public @f(%x: i64, %y: i64) -> i64 {\n\
         %0 = luma.add(%x, %y) : (i64, i64) -> i64\nluma.return(%0) : (i64) -> ()\n}",
    );
    let mut patterns = PatternSet::new();
    patterns.add_fn("swap", Some(luma::Add::NAME), swap);
    let context = module.context.clone();
    let config = Config { max_rewrites: Some(101), ..Config::default() };
    let outcome =
        apply_greedily(&context, &mut module.functions[0], &patterns, &config, &|loc| loc);
    assert!(outcome.changed && !outcome.converged);
    assert_eq!(outcome.rewrites, [("swap".to_owned(), 101)]);
    assert!(print_module(&module, PrintOptions::default()).contains("luma.add(%y, %x)"));
}

#[test]
fn use_lists_count_operands_and_arguments() {
    let module = module(
        "luma.func public @f(%x: i64) -> i64 {\n\
         %0 = luma.add(%x, %x) : (i64, i64) -> i64\nluma.br()[^bb1(%x, %0)] : () -> ()\n\
         ^bb1(%a: i64, %b: i64):\nluma.return(%a) : (i64) -> ()\n}",
    );
    let f = &module.functions[0];
    let entry = f.entry().unwrap();
    let (x, sum) = (f.block_args(entry)[0], f.results(f.first(entry).unwrap())[0]);
    assert_eq!((f.use_count(x), f.use_count(sum)), (3, 1));
    assert!(f.has_one_use(sum) && !f.has_one_use(x));
    let args = f.block_args(f.blocks(f.body())[1]);
    assert!(!f.is_unused(args[0]) && f.is_unused(args[1]));
    let indexes: Vec<usize> = f.uses(x).map(|at| at.index).collect();
    assert_eq!(indexes, [0, 1, 0]);
}

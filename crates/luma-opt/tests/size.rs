//! The passes' results, and so their time and memory, are linear in what they are given.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use luma_ir::Module;
use support::{lower_all, parse, run_text};

const MARK: &str = "luma.print(%n) : (i64) -> ()\n";

fn defer(code: &str) -> String {
    format!("luma.defer() ({{\n{code}luma.yield() : () -> ()\n}}) : () -> ()\n")
}

fn when(code: &str) -> String {
    format!("luma.if(%c) ({{\n{code}}}) : (i1) -> ()\n")
}

fn looped(body: &str) -> String {
    format!(
        "luma.loop() ({{\nluma.yield(%c) : (i1) -> ()\n}}, {{\n{body}luma.yield() : () -> ()\n}}, \
         {{\nluma.yield() : () -> ()\n}}) : () -> ()\n"
    )
}

fn function(body: &str) -> Module {
    parse(&format!(
        "luma.func @f(%c: i1, %n: i64) -> i64 {{\n{body}luma.return(%n) : (i64) -> ()\n}}\n"
    ))
}

/// Operations before and after the passes.
fn sizes(body: &str) -> (usize, usize) {
    let mut module = function(body);
    let before = module.op_count();
    lower_all(&mut module);
    (before, module.op_count())
}

/// Checks that `make(n)` grows by the same amount with each step of `n`.
fn assert_linear(make: impl Fn(usize) -> String, n: usize, most: usize) {
    let [(_, small), (_, middle), (before, large)] = [n, 2 * n, 3 * n].map(|n| sizes(&make(n)));
    assert_eq!(large - middle, middle - small, "{small}, {middle}, {large}");
    assert!(large <= most * before, "{before} operations became {large}");
}

#[test]
fn a_thousand_defers_and_a_thousand_returns() {
    let exit = when("luma.return(%n) : (i64) -> ()\n");
    let one = defer(MARK) + &exit;
    let (before, after) = sizes(&one.repeat(1000));
    // An exit is a conditional branch and a branch; deferred code stands once and branches on.
    assert_eq!((before, after), (5 * 1000 + 1, 4 * 1000 + 1));
    assert_linear(|n| defer(MARK).repeat(n) + &exit.repeat(n), 300, 1);
}

#[test]
fn loops_with_every_kind_of_exit() {
    let exits = when("luma.return(%n) : (i64) -> ()\n")
        + &when("luma.break() : () -> ()\n")
        + &when("luma.continue() : () -> ()\n");
    let one = defer(MARK) + &exits;
    assert_linear(|n| looped(&one.repeat(n)), 100, 2);
    assert_linear(|n| looped(&(one.repeat(n) + &looped(&one.repeat(n)))), 100, 2);
    // Loops in loops, all left at once by a return.
    assert_linear(
        |n| (0..n).fold(String::new(), |inner, _| looped(&(one.clone() + &inner))),
        10,
        3,
    );
}

#[test]
fn deferred_code_that_defers_does_not_multiply() {
    let exits = when("luma.break() : () -> ()\n") + &when("luma.continue() : () -> ()\n");
    let nest = |n: usize| {
        (0..n).fold(MARK.to_string(), |inner, _| looped(&(defer(&inner) + &exits + MARK)))
    };
    assert_linear(nest, 10, 4);
}

#[test]
fn deep_nesting() {
    let exit = when("luma.return(%n) : (i64) -> ()\n");
    let yielded = "luma.yield() : () -> ()\n";
    // Flattened, kept, in deferred code, and deferred.
    let deep = |inner: &str| (0..400).fold(inner.to_string(), |inner, _| when(&(inner + yielded)));
    for body in [
        deep(&(defer(MARK) + &exit)),
        deep(&defer(MARK)),
        defer(&deep(&looped(&when("luma.break() : () -> ()\n")))) + &exit,
        (0..400).fold(MARK.to_string(), |inner, _| defer(&inner)) + &exit,
    ] {
        sizes(&body);
    }
}

#[test]
fn variables_become_no_more_values_than_are_read() {
    let place = "!luma.place<i64>";
    let declare = |i: usize| {
        format!(
            "%x{i} = luma.local() : () -> {place}\nluma.store(%n, %x{i}) : (i64, {place}) -> ()\n"
        )
    };
    let store = |i: usize| format!("luma.zero(%x{i}) : ({place}) -> ()\nluma.yield() : () -> ()\n");
    let read = |i: usize| {
        format!("%r{i} = luma.load(%x{i}) : ({place}) -> i64\nluma.print(%r{i}) : (i64) -> ()\n")
    };
    let each = |n: usize, make: &dyn Fn(usize) -> String| (0..n).map(make).collect::<String>();
    let promote = |body: &str, passes: &str| {
        let mut module = function(body);
        run_text(&mut module, passes);
        let f = &module.functions[0];
        let mut values = 0;
        f.walk(&mut |op| {
            values += f.results(op).len() * usize::from(!f.op_regions(op).is_empty());
            assert_ne!(f.op_name(op), luma_ir::dialects::luma::Local::NAME);
        });
        values + f.blocks(f.body()).iter().skip(1).map(|&b| f.block_args(b).len()).sum::<usize>()
    };
    // Many variables that are live all the way past many choices, each of which changes one.
    let n = 10_000;
    let leave = when("luma.return(%n) : (i64) -> ()\n");
    let body = each(n, &declare)
        + &each(n, &|i| when(&store(i)) + if i % 100 == 0 { &leave } else { "" })
        + &each(n, &read);
    assert_eq!(promote(&body, "mem2reg"), n);
    assert_eq!(promote(&body, "structured-to-cfg,mem2reg"), n);
    assert_eq!(promote(&body, "structured-to-cfg{all},mem2reg"), n);
    // One variable that many choices change: each changes what the one before left.
    let body = declare(0) + &when(&store(0)).repeat(n) + &read(0);
    assert_eq!(promote(&body, "mem2reg"), n);
    assert_eq!(promote(&body, "structured-to-cfg{all},mem2reg"), n);
    // Many variables that a loop changes, of which one is read.
    let changes = each(n, &|i| format!("luma.zero(%x{i}) : ({place}) -> ()\n"));
    assert_eq!(promote(&(each(n, &declare) + &looped(&changes) + &read(7)), "mem2reg"), 1);
}

/// Blocks of a function with more than `most` structured operations.
fn crowded(module: &Module, most: usize) -> usize {
    let f = &module.functions[0];
    let mut crowded = 0;
    let mut regions = vec![f.body()];
    f.walk(&mut |op| regions.extend(f.op_regions(op)));
    for block in regions.into_iter().flat_map(|region| f.blocks(region)) {
        let structured = f.block_ops(*block).filter(|&op| !f.op_regions(op).is_empty());
        crowded += usize::from(structured.count() > most);
    }
    crowded
}

#[test]
fn blocks_with_many_structured_operations_are_flattened() {
    let yielded = "luma.yield() : () -> ()\n";
    let choice = || when(&format!("{MARK}{yielded}"));
    let scoped = |code: &str| format!("luma.block() ({{\n{code}{yielded}}}) : () -> ()\n");
    let flat = |body: &str| {
        let mut module = function(body);
        lower_all(&mut module);
        let f = &module.functions[0];
        (f.blocks(f.body()).len(), crowded(&module, 128))
    };
    // A few stay structured.
    assert_eq!(flat(&choice().repeat(100)), (1, 0));
    // Many do not: on their own, in scopes, in a loop, in one of several arms.
    for n in [1000, 2000] {
        assert_eq!(flat(&choice().repeat(n)), (2 * n + 1, 0));
        assert_eq!(flat(&scoped(&choice()).repeat(n)), (2 * n + 1, 0));
        assert_eq!(flat(&looped(&choice().repeat(n))).1, 0);
        let nested = when(&(scoped(&looped(&choice().repeat(n))) + yielded));
        assert_eq!(flat(&nested).1, 0);
        // What is in them may stay.
        let pair = when(&(choice().repeat(2) + yielded));
        assert_eq!(flat(&pair.repeat(n)), (2 * n + 1, 0));
    }
    assert_linear(|n| choice().repeat(n), 1000, 2);
}

#[test]
fn no_function_grows_without_bound() {
    let callee = |i: usize| {
        format!(
            "luma.func @g{i}(%n: i64) -> i64 {{\n{}luma.return(%n) : (i64) -> ()\n}}\n",
            MARK.repeat(25)
        )
    };
    let grown = |n: usize| {
        let calls =
            |i| format!("%r{i} = luma.call(%n) {{callee = @g{}}} : (i64) -> i64\n", i % 100);
        let calls: String = (0..n).map(calls).collect();
        let mut module = parse(&format!(
            "luma.func @f(%n: i64) -> i64 {{\n{calls}luma.return(%n) : (i64) -> ()\n}}\n{}",
            (0..100).map(callee).collect::<String>()
        ));
        run_text(&mut module, "inline{max-growth=1000000}");
        module.functions[0].op_count()
    };
    // All calls of a small function, as many as fit, and as many as double a large one.
    assert_eq!(grown(50), 50 * 25 + 1);
    assert!((2300..=2500).contains(&grown(1000)));
    assert!((9_500..=10_002).contains(&grown(5000)));
}

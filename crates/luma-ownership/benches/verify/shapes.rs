//! Programs of one shape and any size. They are correct unless their name says otherwise.

use std::fmt::Write as _;
use std::process::Command;

/// The name of a shape, the sizes to measure, and its programs by size.
type Shape = (&'static str, &'static [usize], fn(usize) -> String);

/// All shapes.
pub(crate) const ALL: &[Shape] = &[
    ("defers", &[500, 1000, 2000, 4000], defers),
    ("objects", &[500, 1000, 2000, 4000], objects),
    ("nested loops", &[24, 48, 96, 190], nested_loops),
    ("nested owning loops", &[24, 48, 96, 190], nested_owning_loops),
    ("nested scopes", &[24, 48, 96, 190], nested_scopes),
    ("loops in a row", &[250, 500, 1000, 2000], loops_in_a_row),
    ("branches", &[500, 1000, 2000, 4000], branches),
    ("correlated branches", &[500, 1000, 2000, 4000], correlated),
    ("one flag", &[500, 1000, 2000, 4000], one_flag),
    ("late frees", &[125, 250, 500, 1000], late_frees),
    ("early returns", &[50, 100, 200, 400], early_returns),
    ("leaking branches", &[500, 1000, 2000], leaking),
    ("call cycle", &[125, 250, 500, 1000], call_cycle),
    ("call cycle with frees", &[125, 250, 500, 1000], owning_cycle),
    ("generated lines", &[12500, 25000, 50000, 100_000], generated),
];

/// `main` with the result of `line` for each number up to `n` in it.
fn body(n: usize, line: impl Fn(usize) -> String) -> String {
    let lines: String = (0..n).map(line).collect();
    format!(
        "const work -> fn (flags: *int, x: int) int {{\n    let sum: int = 0;\n{lines}    return sum;\n}}\n"
    )
}

const ALLOC: &str = "cast<*int>(alloc(sizeof<int>))";

fn defers(n: usize) -> String {
    body(n, |k| format!("    let p{k}: *int = {ALLOC};\n    defer free(p{k});\n"))
}

/// All live at once, freed one by one.
fn objects(n: usize) -> String {
    let take: String = (0..n).map(|k| format!("    let p{k}: *int = {ALLOC};\n")).collect();
    let free: String = (0..n).map(|k| format!("    free(p{k});\n")).collect();
    format!("const work -> fn () void {{\n{take}{free}}}\n")
}

fn nested_loops(n: usize) -> String {
    let open = "loop (x > sum) {\n".repeat(n);
    let close = "}\n".repeat(n);
    format!(
        "const work -> fn (x: int) int {{\nlet sum: int = 0;\n{open}sum = sum + 1;\n{close}return sum;\n}}\n"
    )
}

fn nested_owning_loops(n: usize) -> String {
    let open = "loop (x > sum) {\n".repeat(n);
    let close = "}\n".repeat(n);
    let inner = format!("let p: *int = {ALLOC};\n*p = sum;\nsum = *p;\nfree(p);\n");
    format!(
        "const work -> fn (x: int) int {{\nlet sum: int = 0;\n{open}{inner}{close}return sum;\n}}\n"
    )
}

fn nested_scopes(n: usize) -> String {
    let open: String = (0..n)
        .map(|k| format!("if (x > {k}) {{\nlet p{k}: *int = {ALLOC};\ndefer free(p{k});\n"))
        .collect();
    let close = "}\n".repeat(n);
    format!(
        "const work -> fn (x: int) int {{\nlet sum: int = 0;\n{open}sum = 1;\n{close}return sum;\n}}\n"
    )
}

fn loops_in_a_row(n: usize) -> String {
    body(n, |k| {
        format!(
            "    loop (x > sum) {{ let p: *int = {ALLOC}; *p = {k}; sum = sum + *p; free(p); }}\n"
        )
    })
}

fn branches(n: usize) -> String {
    body(n, |k| {
        format!(
            "    if (flags[{k}] > 0) {{ let p: *int = {ALLOC}; *p = {k}; sum = sum + *p; free(p); }}\n"
        )
    })
}

fn correlated(n: usize) -> String {
    body(n, |k| {
        format!(
            "    let c{k}: bool = flags[{k}] > 0;\n    let p{k}: *int = cast<*int>(0);\n    \
             if (c{k}) {{ p{k} = {ALLOC}; }}\n    sum = sum + 1;\n    if (c{k}) {{ free(p{k}); }}\n"
        )
    })
}

fn one_flag(n: usize) -> String {
    body(n, |k| {
        format!(
            "    let p{k}: *int = cast<*int>(0);\n    if (x > 0) {{ p{k} = {ALLOC}; }}\n    \
             sum = sum + 1;\n    if (x > 0) {{ free(p{k}); }}\n"
        )
    })
}

/// Each taken under a condition of its own, all freed at the end: more paths than are told apart.
fn late_frees(n: usize) -> String {
    let take: String = (0..n)
        .map(|k| format!("    let p{k}: *int = cast<*int>(0);\n    if (flags[{k}] > 0) {{ p{k} = {ALLOC}; }}\n"))
        .collect();
    let free: String =
        (0..n).map(|k| format!("    if (flags[{k}] > 0) {{ free(p{k}); }}\n")).collect();
    format!("const work -> fn (flags: *int) void {{\n{take}{free}}}\n")
}

/// As many defers as exits: each exit runs those before it.
fn early_returns(n: usize) -> String {
    body(n, |k| {
        format!(
            "    let p{k}: *int = {ALLOC};\n    defer free(p{k});\n    if (flags[{k}] > 0) {{ return {k}; }}\n"
        )
    })
}

/// Every branch forgets its object.
fn leaking(n: usize) -> String {
    body(n, |k| format!("    if (flags[{k}] > 0) {{ let p: *int = {ALLOC}; sum = sum + *p; }}\n"))
}

fn call_cycle(n: usize) -> String {
    let mut text = String::new();
    for k in 0..n {
        let next = (k + 1) % n;
        let _ = write!(
            text,
            "const f{k} -> fn (x: int) int {{\n    if (x < {k}) {{ return x; }}\n    return f{next}(x - 1);\n}}\n"
        );
    }
    text
}

fn owning_cycle(n: usize) -> String {
    let mut text = String::new();
    for k in 0..n {
        let next = (k + 1) % n;
        let _ = write!(
            text,
            "#takes_ownership\nconst f{k} -> fn (p: *int, x: int) int {{\n    let q: *int = {ALLOC};\n    \
             defer free(q);\n    if (x < {k}) {{ free(p); return x; }}\n    *q = x;\n    \
             return f{next}(p, *q - 1);\n}}\n"
        );
    }
    text
}

fn generated(lines: usize) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/bench/gen.sh");
    let output = Command::new(script).arg(lines.to_string()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

//! Programs that compute: repeatable, with everything in them, and made smaller.

#![allow(clippy::unwrap_used)]

use luma_generate::tree::{Kind, Program, Stmt};
use luma_generate::{Choices, c, compute, luma, shrink};

fn program(seed: u64, index: u64) -> Program {
    compute::program(&mut Choices::new(seed, index))
}

#[test]
fn a_program_depends_on_seed_and_index_only() {
    let once = program(3, 14);
    std::thread::spawn(move || assert_eq!(once, program(3, 14))).join().unwrap();
    assert_ne!(program(3, 14), program(3, 15));
    assert_ne!(program(3, 14), program(4, 14));
}

/// What shrinks test cases may give any numbers, and few.
#[test]
fn all_choices_make_a_program() {
    for numbers in [vec![], vec![u32::MAX; 400], (0..3000).collect()] {
        let program = compute::program(&mut Choices::given(numbers));
        assert!(luma::source(&program, "p_").contains("-> fn () void {"));
    }
}

/// Everything the generator knows is in some programs, and nothing is rare.
#[test]
fn every_construct_is_made() {
    let programs: Vec<String> =
        (0..300).map(|index| luma::source(&program(1, index), "p_")).collect();
    let patterns = [
        "elif (",
        "else {",
        "switch (",
        "_ -> {",
        "loop [",
        "loop {",
        "loop (",
        "break;",
        "continue;",
        "return;",
        "defer {",
        "defer free(",
        "alloc(",
        "cast<double>(",
        "cast<byte>(",
        "cast<bool>(",
        "cast<float>(",
        "cast<*byte>(&",
        "sizeof<",
        "...",
        "++",
        "--",
        " && ",
        " || ",
        " << ",
        " % ",
        "!",
        "~",
        "enum {",
        "struct {",
        "const p_g",
        "let p_g",
        " = (",
        "[p_f",
        "].f",
        "*q",
        "E0::M0",
    ];
    for pattern in patterns {
        let found = programs.iter().filter(|program| program.contains(pattern)).count();
        assert!(found > 2, "`{pattern}` is in {found} programs");
    }
}

#[test]
fn the_twin_writes_out_what_luma_implies() {
    let twins: Vec<String> = (0..300).map(|index| c::source(&program(1, index), "p_")).collect();
    for pattern in
        ["goto continue_", "goto break_", "case ", "shl(", "to_int(", "differ(", "malloc("]
    {
        let found = twins.iter().filter(|twin| twin.contains(pattern)).count();
        assert!(found > 2, "`{pattern}` is in {found} twins");
    }
    assert!(twins.iter().all(|twin| !twin.contains("undeclared_")));
}

fn has_defer(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| matches!(stmt, Stmt::Defer(_)))
        || body.iter().flat_map(Stmt::blocks).any(|body| has_defer(body))
}

#[test]
fn what_does_not_matter_is_removed() {
    let wanted = |program: &Program| program.functions.iter().any(|f| has_defer(&f.body));
    let large = (0..).map(|index| program(5, index)).find(wanted).unwrap();
    let small = shrink(&large, 10_000, &mut |candidate| wanted(candidate));
    let statements: usize = small.functions.iter().map(|f| f.body.len()).sum();
    // The deferred statement and a `return` in each function.
    assert!(statements <= 1 + small.functions.len(), "{small:#?}");
    let literal = |stmt: &Stmt| match stmt {
        Stmt::Return(Some(e)) => e.operands().is_empty() || !matches!(e.kind, Kind::Call(..)),
        _ => true,
    };
    assert!(small.functions.iter().flat_map(|f| &f.body).all(literal));
}

//! What `luma.copy` becomes: the lines of `copies.lir` say it.

use crate::luma_ir_programs::mlir;

#[test]
fn copies_may_overlap_unless_the_places_are_apart() {
    let text = include_str!("copies.lir");
    let becomes = |line: &'static str| {
        let (copy, name) = line.rsplit_once(" // ")?;
        copy.contains("luma.copy").then_some(name)
    };
    let expected: Vec<&str> = text.lines().filter_map(becomes).collect();
    let lowered = mlir(text);
    let names = ["memcpy", "memmove"];
    let found: Vec<&str> = lowered
        .lines()
        .filter_map(|line| names.into_iter().find(|name| line.contains(&format!("intr.{name}"))))
        .collect();
    assert_eq!(found, expected);
    assert!(names.iter().all(|name| found.contains(name)));
}

//! Compiling one large function takes time in proportion to its size: programs of one shape
//! (`tests/bench/shapes.sh`) at three sizes, compared by the instructions that valgrind counts.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::cases::root;
use crate::tool::{output, scratch, success};

/// Shapes that are compiled together, since starting the compiler under valgrind takes longer than
/// any of them, and how far at -O2: LLVM's own passes are not linear in loops and stores.
const SHAPES: &[(&str, &str)] = &[
    ("statements+variables+blocks+calls+prints+aggregates", "mlir-llvm"),
    ("branches+conditions+loops+counted", "mlir-llvm"),
    ("returns+early+defers+switch+cases", "mlir-llvm"),
    ("literal+literal-structs+literal-nested+literal-names+literal-padded", "obj"),
    ("literal-partly+pairs", "mlir-llvm"),
];

/// From size to size the instructions must not grow by more than this factor of what they grew
/// before; 2 is linear, 4 quadratic.
const MOST: f64 = 2.35;

pub(crate) fn trials() -> Vec<Trial> {
    let each = |&(shapes, optimised): &(&'static str, &'static str)| {
        Trial::test(format!("scale: {shapes}"), move || {
            let directory = scratch();
            let lumac = stripped(directory.path());
            linear(directory.path(), &lumac, shapes, &["-O0", "--emit=obj"]);
            linear(directory.path(), &lumac, shapes, &["-O2", &format!("--emit={optimised}")]);
            Ok(())
        })
    };
    SHAPES.iter().map(each).collect()
}

fn linear(directory: &Path, lumac: &Path, shape: &str, arguments: &[&str]) {
    // Below 100, functions are small enough to be inlined and flattened by other rules.
    let counts = [100, 200, 400].map(|n| instructions(directory, lumac, shape, n, arguments));
    let [small, middle, large] = counts;
    let (before, after) = (middle as f64 - small as f64, large as f64 - middle as f64);
    // What hardly depends on the size is lost in the noise of starting.
    let start = small as f64 / 20.0;
    assert!(after <= before.max(start) * MOST, "{shape} {arguments:?}: {counts:?} instructions");
}

/// A copy of the compiler in `directory` without debugging information, which not every valgrind
/// can read.
fn stripped(directory: &Path) -> PathBuf {
    let copy = directory.join("lumac");
    let mut strip = Command::new("strip");
    success(strip.args(["--strip-debug", env!("CARGO_BIN_EXE_lumac"), "-o"]).arg(&copy), b"");
    copy
}

/// How many instructions it takes to compile a program of `shape` and size `n`.
fn instructions(directory: &Path, lumac: &Path, shape: &str, n: u32, arguments: &[&str]) -> u64 {
    let mut shapes = Command::new("sh");
    shapes.arg(root().join("tests/bench/shapes.sh")).args([shape, &n.to_string()]);
    let source = directory.join("shape.lx");
    std::fs::write(&source, success(&mut shapes, b"")).unwrap();
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(lumac)
        .arg(&source)
        .args(arguments)
        // The verifier of ownership has tests of its own.
        .args(["--ownership=off", "--verify-each=false", "--threads=1", "-o"])
        .arg(directory.join("out"));
    let output = output(&mut command, b"", 600);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}\n{said}", output.status);
    let count = said.lines().find_map(|line| line.split_once("refs:"));
    let count = count.unwrap_or_else(|| panic!("no count in {said}")).1;
    count.trim().replace(',', "").parse().unwrap()
}

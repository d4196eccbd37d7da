//! The seed's programs at every level: pinned by snapshots, read back, and accepted by the stock
//! tools of MLIR and LLVM.

use std::process::Command;

use libtest_mimic::Trial;

use crate::cases::{Case, cases, snapshot};
use crate::tool::{lumac_on, scratch, success};

/// So that snapshots are the same on every machine.
const TARGET: &str = "--target=x86_64-unknown-linux-gnu";

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for case in cases("tests/run/seed", &["lx"]) {
        trials.push(Trial::test(format!("{} stages", case.name), move || {
            stages(&case);
            Ok(())
        }));
    }
    for case in cases("tests/run", &["lx"]).into_iter().filter(|case| !case.check_fail) {
        trials.push(Trial::test(format!("{} reads back", case.name), move || {
            reads_back(&case, &[]);
            reads_back(&case, &["--stop-after=lower-defer"]);
            Ok(())
        }));
    }
    trials
}

fn emit(case: &Case, arguments: &[&str]) -> String {
    let mut command = lumac_on(&case.path);
    if case.check_fail {
        command.arg("--ownership=off");
    }
    String::from_utf8(success(command.arg(TARGET).args(arguments), b"")).unwrap()
}

fn stages(case: &Case) {
    let folder = case.name.trim_start_matches("run/");
    let mlir = emit(case, &["--emit=mlir"]);
    let mlir_llvm = emit(case, &["--emit=mlir-llvm"]);
    let llvm_ir = emit(case, &["--emit=llvm-ir", "-O0"]);
    for text in [&mlir, &mlir_llvm] {
        success(Command::new("mlir-opt-22").args(["-", "-o", "/dev/null"]), text.as_bytes());
    }
    for text in [&llvm_ir, &emit(case, &["--emit=llvm-ir", "-O2"])] {
        success(Command::new("llvm-as-22").args(["-", "-o", "/dev/null"]), text.as_bytes());
        let verify = ["-passes=verify", "-disable-output", "-"];
        success(Command::new("opt-22").args(verify), text.as_bytes());
    }
    snapshot(folder, "0-source", &case.text);
    snapshot(folder, "1-luma-ir", &emit(case, &["--emit=luma-ir"]));
    let lowered = emit(case, &["-O0", "--stop-after=lower-defer"]);
    snapshot(folder, "2-lower-defer", &lowered);
    let passes = format!("--luma-passes={}", luma_opt::O2);
    snapshot(folder, "3-luma-ir-O2", &emit(case, &["--emit=luma-ir", &passes]));
    snapshot(folder, "4-mlir", &mlir);
    snapshot(folder, "5-mlir-llvm", &mlir_llvm);
    snapshot(folder, "6-llvm-ir", &llvm_ir);
}

/// What `--emit=luma-ir` prints is read back and printed the same, byte for byte.
fn reads_back(case: &Case, arguments: &[&str]) {
    let text = emit(case, &[&["--emit=luma-ir"], arguments].concat());
    let directory = scratch();
    let path = directory.path().join("program.lir");
    std::fs::write(&path, &text).unwrap();
    let again = success(lumac_on(&path).arg("--emit=luma-ir").arg("--ownership=off"), b"");
    assert!(again == text.as_bytes(), "printing what was read gives another text");
}

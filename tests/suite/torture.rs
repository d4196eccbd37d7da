//! Damaged inputs, kills, full disks and limits, at small size; `./x torture` does the same at length.

use libtest_mimic::Trial;
use luma_judge::torture::{Torture, run};

use crate::cases::root;

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("torture: small", || {
        small();
        Ok(())
    })]
}

fn small() {
    let prefix = std::env::var_os("LLVM_SYS_221_PREFIX").unwrap_or("/usr/lib/llvm-22".into());
    let report = run(&Torture {
        lumac: env!("CARGO_BIN_EXE_lumac").into(),
        tools: std::path::Path::new(&prefix).join("bin"),
        files: ["tests", "examples", "dialects"].map(|name| root().join(name)).into(),
        inputs: 1500,
        kills: 70,
        fix_kills: 150,
        seed: 1,
    });
    let report = report.unwrap();
    let failures: Vec<String> = report
        .failures
        .iter()
        .map(|failure| format!("{}\n{}\n-- {}", failure.name, failure.source, failure.what))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(!report.counts.is_empty());
}

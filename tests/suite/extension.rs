//! `examples/extension`, built outside the workspace as a stranger would, and used.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::cases::{blessing, root};
use crate::docs::sessions_print_what_is_said;
use crate::tool::{output, success};

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("extension", || {
        builds_and_runs();
        Ok(())
    })]
}

fn builds_and_runs() {
    let directory = root().join("examples/extension");
    let target = target_directory();
    let mut build = Command::new(std::env::var("CARGO").unwrap_or("cargo".into()));
    build.current_dir(&directory).args(["build", "--quiet"]);
    // Its `Cargo.lock` follows when the workspace's dependencies change.
    if !blessing() {
        build.arg("--locked");
    }
    let built = output(build.env("CARGO_TARGET_DIR", &target), b"", 1800);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let lumac = || {
        let mut command = Command::new(target.join("debug/lumac-clamp"));
        command.current_dir(&directory).env("NO_COLOR", "1");
        command
    };
    let expected = std::fs::read(directory.join("demo.stdout")).unwrap();
    for level in ["-O0", "-O2"] {
        assert_eq!(success(lumac().args(["run", level, "demo.lir"]), b""), expected);
    }
    let passes = "--luma-passes=func(merge-clamps{limit=4},dce)";
    let mut merged = lumac();
    merged.args(["demo.lir", passes, "--stop-after=dce", "--stats"]);
    let merged = output(&mut merged, b"", 60);
    let text = String::from_utf8_lossy(&merged.stdout);
    let clamps: Vec<&str> = text.lines().filter(|line| line.contains("clamp.to")).collect();
    assert_eq!(clamps.len(), 1, "{text}");
    assert!(clamps[0].contains("(%x) {low = 0 : i64, high = 255 : i64}"), "{text}");
    let stats = String::from_utf8_lossy(&merged.stderr);
    assert!(stats.contains("1  merge-clamps.clamps-merged"), "{stats}");
    let listed = success(lumac().arg("--list-passes"), b"");
    let listed = String::from_utf8_lossy(&listed);
    assert!(listed.contains("merge-clamps") && listed.contains("limit"), "{listed}");
    // What the lowering refuses has a place.
    let wrong = std::fs::read_to_string(directory.join("demo.lir")).unwrap();
    let wrong = wrong.replace("low = 0 ", "low = 2000 ");
    let refused = output(lumac().args(["run", "--from=luma-ir", "-"]), wrong.as_bytes(), 60);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("no number between 2000 and 1000"), "{said}");
    assert!(said.contains("<stdin>:4:"), "{said}");
    // The commands of its page, as a reader would type them.
    sessions_print_what_is_said(
        &root().join("docs/extension.md"),
        "console,extension",
        |command| {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{{ {command}\n}} 2>&1")]).current_dir(&directory);
            shell
                .env("CARGO_TARGET_DIR", &target)
                .env("CARGO_TERM_QUIET", "true")
                .env("NO_COLOR", "1");
            String::from_utf8_lossy(&output(&mut shell, b"", 600).stdout).into_owned()
        },
    );
}

/// Where the tests themselves were built: most of what the crate needs is there already.
fn target_directory() -> PathBuf {
    let lumac = Path::new(env!("CARGO_BIN_EXE_lumac"));
    lumac.parent().unwrap().parent().unwrap().to_owned()
}

//! `lumac bisect` finds the step that introduces a failure of any kind, and shows what it
//! changed.

use libtest_mimic::Trial;

use crate::cases::root;
use crate::tool::{lumac, output};

pub(crate) fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 6] = [
        ("a wrong pass is found by the output", by_output),
        ("a pass that fails is found by the crash", by_crash),
        ("a step that reports is found by the diagnostic", by_diagnostic),
        ("a step is found by a command", by_command),
        ("innocent programs", innocent),
        ("wrong usage", usage),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("bisect: {name}"), move || {
            test();
            Ok(())
        })
    };
    tests.into_iter().map(trial).collect()
}

pub(crate) const PROGRAM: &str = "tests/reduce/warehouse.lx";

/// Exit code, standard output and standard error of `lumac bisect` on the large program.
fn bisect(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = lumac();
    command.current_dir(root()).args(["bisect", PROGRAM]).args(arguments);
    let ran = output(&mut command, b"", 120);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ran.status.code(), text(&ran.stdout), text(&ran.stderr))
}

/// Runs it, and wants a step found.
fn found(arguments: &[&str]) -> String {
    let (code, stdout, stderr) = bisect(arguments);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    stdout
}

fn by_output() {
    for passes in [
        "func(test-miscompile),func(lower-defer)",
        "func(lower-defer,test-miscompile,structured-to-cfg)",
    ] {
        let passes = format!("--luma-passes={passes}");
        let said = found(&["--oracle=output", "--test-passes", &passes]);
        assert!(said.contains("introduces the failure: `test-miscompile` (luma)\n"), "{said}");
        assert!(said.contains("is `day 0: 1 4 91` by the interpreter"), "{said}");
        assert!(said.contains("and `day 0: 1 4 92` then"), "{said}");
        assert!(said.contains("\n-  %0 = luma.constant() {value = 91 : i64}"), "{said}");
        assert!(said.contains("\n+  %0 = luma.constant() {value = 92 : i64}"), "{said}");
        // Nothing else was changed.
        let changed = |sign: &str| said.lines().filter(|line| line.starts_with(sign)).count();
        assert_eq!((changed("- "), changed("+ ")), (1, 1), "{said}");
    }
}

fn by_crash() {
    for (pass, step, why) in [
        ("test-crash", "test-crash", "`test-crash` panics"),
        ("test-abort", "test-abort", "SIGABRT"),
        ("func(test-invalid)", "test-invalid", "left invalid IR"),
    ] {
        let passes = format!("--luma-passes=func(lower-defer),{pass},func(structured-to-cfg)");
        let said = found(&["--oracle=crash", "--test-passes", &passes]);
        assert!(said.contains(&format!("introduces the failure: `{step}` (luma)\n")), "{said}");
        assert!(said.contains(why), "{said}");
        assert!(said.contains("the step was given this luma-ir and produced nothing:\n"), "{said}");
    }
}

fn by_diagnostic() {
    let passes = "--luma-passes=func(lower-defer),test-error";
    let said = found(&["--oracle=diagnostic", "--test-passes", passes]);
    assert!(said.contains("introduces the failure: `test-error` (luma)\n"), "{said}");
    assert!(said.contains("lumac reports E0503: `test-error` fails"), "{said}");
}

fn by_command() {
    // The file is the last argument, or stands where it is asked for.
    for command in
        ["! grep -q -e luma.defer -e '^const'", "! grep -q -e luma.defer -e '^const' {} /dev/null"]
    {
        let said = found(&[&format!("--oracle={command}")]);
        assert!(said.contains("introduces the failure: `lower-defer` (luma)\n"), "{said}");
        assert!(said.contains("\n-  luma.defer() ({\n"), "{said}");
    }
    // Below Luma.
    let said = found(&["--oracle=grep -q '@main.*local_unnamed_addr'", "-O2"]);
    assert!(said.contains("(llvm)\n") && said.contains("\n+define"), "{said}");
}

fn innocent() {
    for (oracle, why) in [
        ("output", "no step changes what the program does"),
        ("crash", "lumac does not crash"),
        ("diagnostic=E0401", "lumac does not report E0401"),
        ("false", "the command `false` does not exit with 0 after the last step"),
    ] {
        let (code, stdout, stderr) = bisect(&[&format!("--oracle={oracle}"), "-O1"]);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{oracle}: {stderr}");
        assert!(stderr.contains(why), "{oracle}: {stderr}");
    }
}

fn usage() {
    for arguments in [
        ["--oracle=diagnostic=E9999", "-O0"],
        ["--oracle=", "-O0"],
        ["--oracle=output", "--luma-passes=func(nonsense)"],
        ["--oracle=output", "--disable-pass=nonsense"],
    ] {
        let (code, stdout, stderr) = bisect(&arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: "), "{stderr}");
    }
}

//! `lumac reduce` makes the large program as small as what is wrong with it.

use libtest_mimic::Trial;

use crate::bisect::PROGRAM;
use crate::cases::root;
use crate::tool::{lumac, output, scratch, success};

pub(crate) fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 6] = [
        ("a miscompiled program, as source", source),
        ("a miscompiled program, as Luma IR", luma_ir),
        ("a crash", crash),
        ("a leak", leak),
        ("a command, a file, limits", command),
        ("what is not interesting", refused),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("reduce: {name}"), move || {
            test();
            Ok(())
        })
    };
    tests.into_iter().map(trial).collect()
}

const MISCOMPILED: &[&str] =
    &["--oracle=output", "--test-passes", "--luma-passes=func(lower-defer,test-miscompile)"];

fn program() -> String {
    std::fs::read_to_string(root().join(PROGRAM)).unwrap()
}

/// What `lumac reduce` makes of a file, and what it says.
fn reduce(name: &str, text: &str, arguments: &[&str]) -> (String, String) {
    let directory = scratch();
    std::fs::write(directory.path().join(name), text).unwrap();
    let mut command = lumac();
    command.current_dir(directory.path()).args(["reduce", name]).args(arguments);
    let ran = output(&mut command, b"", 300);
    let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{stderr}");
    (String::from_utf8(ran.stdout).unwrap(), stderr)
}

/// The Luma IR of source text.
fn lower(text: &str) -> String {
    let mut command = lumac();
    command.args(["-", "--emit=luma-ir", "--ownership=off"]);
    String::from_utf8(success(&mut command, text.as_bytes())).unwrap()
}

/// Operations of the text of a module.
fn count(text: &str) -> usize {
    text.lines()
        .map(|line| line.split_once(" = ").map_or(line, |(_, op)| op).trim_start())
        .filter(|op| ["luma.", "own."].iter().any(|dialect| op.starts_with(dialect)))
        .filter(|op| {
            !["luma.func", "luma.global ", "luma.struct "].iter().any(|i| op.starts_with(i))
        })
        .count()
}

fn source() {
    let text = program();
    assert!(text.lines().count() >= 300);
    let (small, said) = reduce("x.lx", &text, MISCOMPILED);
    let ops = count(&lower(&small));
    assert!((1..20).contains(&ops), "{ops}:\n{small}");
    assert!(said.contains("lines to ") && said.contains(" oracle calls"), "{said}");
    // It still shows the pass.
    let directory = scratch();
    std::fs::write(directory.path().join("small.lx"), &small).unwrap();
    let mut bisect = lumac();
    bisect.current_dir(directory.path()).args(["bisect", "small.lx"]).args(MISCOMPILED);
    let found = String::from_utf8(success(&mut bisect, b"")).unwrap();
    assert!(found.contains("introduces the failure: `test-miscompile` (luma)"), "{found}");
}

fn luma_ir() {
    let module = lower(&program());
    assert!(count(&module) > 500, "{}", count(&module));
    let (small, said) = reduce("x.lir", &module, MISCOMPILED);
    assert!((1..=5).contains(&count(&small)), "{small}");
    assert!(small.contains("{value = 42 : i64}"), "{small}");
    assert!(said.contains(&format!("operations to {}", count(&small))), "{said}");
    // The same again.
    assert_eq!(reduce("x.lir", &module, MISCOMPILED).0, small);
}

fn crash() {
    let arguments =
        ["--oracle=crash", "--test-passes", "--luma-passes=func(lower-defer,test-invalid)"];
    let (small, said) = reduce("x.lir", &lower(&program()), &arguments);
    assert!(count(&small) <= 2, "{said}{small}");
    // Any program crashes here; nothing at all does, too.
    let arguments = ["--oracle=crash", "--test-passes", "--luma-passes=test-crash"];
    let (small, said) = reduce("x.lx", &program(), &arguments);
    assert!(small.len() < 80, "{said}{small}");
}

fn leak() {
    let text = program().replace("    defer free(prices);\n", "");
    for oracle in ["--oracle=diagnostic", "--oracle=diagnostic=E0401"] {
        let (small, said) = reduce("x.lx", &text, &[oracle]);
        assert!(small.len() < 80, "{said}{small}");
        let mut check = lumac();
        check.args(["check", "-", "--error-format=short"]);
        let again = output(&mut check, small.as_bytes(), 60);
        let stderr = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(stderr.contains("error[E0401]"), "{stderr}{small}");
    }
}

fn command() {
    let directory = scratch();
    let path = directory.path().join("small.lx");
    let out = format!("-o{}", path.display());
    let (stdout, _) = reduce("x.lx", &program(), &["--oracle=grep -q quarter", &out]);
    assert_eq!(stdout, "");
    let small = std::fs::read_to_string(&path).unwrap();
    assert!(small.contains("quarter") && small.len() < 80, "{small}");
    let limited = ["--oracle=grep -q quarter {}", "--max-calls=5"];
    let (_, said) = reduce("x.lx", &program(), &limited);
    assert!(said.contains("; 5 oracle calls") && said.contains("stopped at a limit"), "{said}");
}

fn refused() {
    for (oracle, why) in [
        ("output", "native code and the interpreter agree on the input"),
        ("crash", "lumac does not crash"),
        ("diagnostic=E0401", "lumac does not report E0401"),
        ("diagnostic", "lumac reports no diagnostic for the input"),
        ("false", "the oracle does not accept the input"),
    ] {
        let mut command = lumac();
        command.current_dir(root()).args(["reduce", PROGRAM]).arg(format!("--oracle={oracle}"));
        let ran = output(&mut command, b"", 120);
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(1), &b""[..]), "{stderr}");
        assert!(stderr.contains(why), "{oracle}: {stderr}");
    }
}

//! `lumac fix`: what it makes of the programs of `tests/fix/`. Beside `NAME.lx` stands
//! `NAME.fixed`; where they are the same there is nothing to fix. A program that differs must be
//! accepted when it is fixed.

use libtest_mimic::Trial;

use crate::cases::{Case, blessing, cases, root, snapshot};
use crate::tool::{lumac, output, scratch};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = cases("tests/fix", &["lx"])
        .into_iter()
        .map(|case| {
            Trial::test(format!("fix: {}", case.name), move || {
                fixed(&case);
                Ok(())
            })
        })
        .collect();
    trials.push(Trial::test("fix: standard input", || {
        standard_input();
        Ok(())
    }));
    trials.push(Trial::test("fix: beside an edit that does not help", || {
        beside_what_does_not_help();
        Ok(())
    }));
    trials
}

fn fixed(case: &Case) {
    let directory = scratch();
    let program = directory.path().join("program.lx");
    std::fs::write(&program, &case.text).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = lumac();
        let ran = output(command.current_dir(directory.path()).args(arguments), b"", 60);
        let code = ran.status.code();
        let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
        (code, stdout, String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    let (_, diff, _) = run(&["fix", "program.lx", "--dry-run", "--error-format=short"]);
    assert_eq!(std::fs::read_to_string(&program).unwrap(), case.text, "--dry-run writes nothing");
    let (code, said, left) = run(&["fix", "program.lx", "--error-format=short"]);
    let text = std::fs::read_to_string(&program).unwrap();
    let expected = case.path.with_extension("fixed");
    if blessing() {
        std::fs::write(&expected, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&expected).unwrap_or_default(), "{left}");
    let (checked, _, found) = run(&["check", "program.lx"]);
    assert_eq!(code, checked, "the exit code is that of the fixed program\n{found}");
    if text == case.text {
        assert!(diff.is_empty() && said.is_empty(), "{diff}{said}");
    } else {
        assert_eq!(checked, Some(0), "the fixed program is accepted\n{found}");
    }
    let name = case.name.trim_start_matches("fix/");
    snapshot("fix", name, &format!("{diff}\n{said}\n{left}"));
    let (_, again, _) = run(&["fix", "program.lx", "--error-format=short"]);
    assert!(again.is_empty(), "a second time there is nothing to fix: {again}");
    let entries = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(entries, 1, "nothing else is left");
}

fn standard_input() {
    let program = b"const main -> fn () int {\n    let p: *int = cast<*int>(alloc(8));\n    *p = 4;\n    return *p;\n}\n";
    let ran = output(lumac().args(["fix", "-"]), program, 60);
    assert_eq!(ran.status.code(), Some(2));
    let ran = output(lumac().args(["fix", "-", "--dry-run"]), program, 60);
    let diff = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(diff.contains("+    defer free(p);\n"), "{diff}");
}

/// An edit that only moves an error is not made; others are, in the same round.
fn beside_what_does_not_help() {
    let harmful = std::fs::read_to_string(root().join("tests/fix/harmful.lx")).unwrap();
    let leak = "const total -> fn (n: int) int {\n    let sum: *int = cast<*int>(alloc(8));\n    \
                *sum = n;\n    return *sum;\n}\n";
    let directory = scratch();
    let path = directory.path().join("program.lx");
    std::fs::write(&path, format!("{leak}{harmful}")).unwrap();
    let ran = output(lumac().args(["fix", "--error-format=short"]).arg(&path), b"", 60);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let left = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{left}");
    assert_eq!((said.lines().count(), left.lines().count()), (1, 1), "{said}{left}");
    assert!(said.contains("E0401: add `defer free(sum);`") && left.contains("[E0405]"));
    let fixed = leak.replace("alloc(8));\n", "alloc(8));\n    defer free(sum);\n") + &harmful;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), fixed);
}

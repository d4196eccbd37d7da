//! Programs do the same by the interpreter before all passes, after each, and natively at -O0 and
//! -O3.

use libtest_mimic::{Failed, Trial};

use crate::cases::{Case, cases};
use crate::explain::fences;
use crate::tool::{lumac_on, output, scratch};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = cases("tests/run", &["lx", "lir"])
        .into_iter()
        .filter(|case| !case.check_fail)
        .map(|case| {
            Trial::test(format!("{} levels", case.name), move || agree(&case).map_err(Failed::from))
        })
        .collect();
    for (name, test) in [("interp", interp as fn()), ("check-levels", differences)] {
        trials.push(Trial::test(format!("levels: `lumac {name}`"), move || {
            test();
            Ok(())
        }));
    }
    for entry in luma_diagnostics::CATALOGUE.iter().filter(|entry| entry.code.starts_with("E06")) {
        for (_, program) in fences(entry.explanation).into_iter().filter(|f| f.0 == "run-time") {
            trials.push(Trial::test(format!("interp {}", entry.code), move || {
                let arguments = ["interp", "-", "--ownership=off", "--error-format=short"];
                let mut command = crate::tool::lumac();
                command.args(arguments).arg("--step-limit=10000000");
                let ran = output(&mut command, program.as_bytes(), 60);
                let said = String::from_utf8_lossy(&ran.stderr);
                let shown = said.lines().any(|l| l.contains(&format!("error[{}]", entry.code)));
                if shown { Ok(()) } else { Err(format!("for\n{program}\n{said}").into()) }
            }));
        }
    }
    trials
}

fn agree(case: &Case) -> Result<(), String> {
    let mut command = lumac_on(&case.path);
    // The first argument is the file.
    let mut compare = crate::tool::lumac();
    compare.current_dir(crate::cases::root()).arg("check-levels").args(command.get_args());
    compare.arg("--error-format=short").arg("--").args(&case.args);
    let compared = output(&mut compare, b"", 120);
    let said = String::from_utf8_lossy(&compared.stderr).into_owned();
    if !compared.status.success() {
        return Err(said);
    }
    let stdout = String::from_utf8_lossy(&compared.stdout).into_owned();
    // A program the interpreter stops is not compared with native code.
    if !stdout.ends_with("-O0, -O3\n") {
        return Err(format!("not every level was compared: {stdout}{said}"));
    }
    // All levels can be wrong in the same way: the output is known, too.
    command = crate::tool::lumac();
    command.current_dir(crate::cases::root()).arg("interp").arg(&case.path).arg("--");
    let ran = output(command.args(&case.args), b"", 60);
    let wanted = std::fs::read(case.path.with_extension("stdout")).unwrap_or_default();
    if ran.stdout != wanted || ran.status.code() != Some(case.exit) {
        let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
        return Err(format!("the interpreter ends with {} and prints\n{stdout}", ran.status));
    }
    Ok(())
}

/// Exit codes, arguments, `--after`, `--step-limit`, and what a stopped program looks like.
fn interp() {
    let directory = scratch();
    let run = |file: &str, text: &str, arguments: &[&str]| {
        std::fs::write(directory.path().join(file), text).unwrap();
        let mut command = crate::tool::lumac();
        command.current_dir(directory.path()).args(["interp", file, "--error-format=short"]);
        let ran = output(command.args(arguments), b"", 60);
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned(), stderr)
    };
    let args = "const main -> fn (argc: int, argv: **byte) int { defer outputln(\"bye\"); \
                loop [i: int = 1](i < argc) : (++i) { outputln(argv[i]); } return argc; }";
    for after in ["none", "lower-defer", "structured-to-cfg"] {
        let after = format!("--after={after}");
        let ran = run("args.lx", args, &[&after, "--", "one", "--two"]);
        assert_eq!(ran, (Some(3), "one\n--two\nbye\n".into(), String::new()), "{after}");
    }
    let (code, stdout, stderr) = run("args.lx", args, &["--after=nonsense"]);
    assert!(code == Some(1) && stdout.is_empty() && stderr.contains("E0503"), "{stderr}");

    let wrong = "const at -> fn (p: *int, i: int) int {\n    return p[i];\n}\n\n\
                 const main -> fn () int {\n    let list: [int; 2] = [1, 2];\n    \
                 outputln(at(&list[0], 1));\n    return at(&list[0], 2);\n}\n";
    let (code, stdout, stderr) = run("wrong.lx", wrong, &[]);
    assert_eq!((code, stdout.as_str()), (Some(1), "2\n"));
    assert!(stderr.starts_with("wrong.lx:2:12: error[E0605]"), "{stderr}");

    let endless = "const main -> fn () int { loop { } }";
    let (code, _, stderr) = run("endless.lx", endless, &["--step-limit=1000"]);
    assert!(code == Some(1) && stderr.contains("E0612"), "{stderr}");

    let leak = "const main -> fn () int { let p: *int = cast<*int>(alloc(8)); *p = 4; return *p; }";
    let (code, _, stderr) = run("leak.lx", leak, &[]);
    assert!(code == Some(1) && stderr.contains("E0401"), "{stderr}");
    let (code, _, stderr) = run("leak.lx", leak, &["--ownership=off"]);
    assert!(code == Some(1) && stderr.contains("E0601"), "{stderr}");
}

/// What `check-levels` says when something differs, and of programs that are stopped.
fn differences() {
    let directory = scratch();
    let run = |text: &str| {
        std::fs::write(directory.path().join("x.lx"), text).unwrap();
        let mut command = crate::tool::lumac();
        command.current_dir(directory.path()).args(["check-levels", "x.lx", "--ownership=off"]);
        let ran = output(&mut command, b"", 120);
        (ran.status.code(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    // Native addresses are others than those of the interpreter.
    let (code, stderr) =
        run("const main -> fn () int { let x: int = 1; outputln(\"a\"); outputln(&x); return 0; }");
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("error[E0620]: native code at -O0"), "{stderr}");
    assert!(stderr.contains("line 2 of the output is `0x"), "{stderr}");
    // Native code may do anything here, so it is not asked.
    let (code, stderr) =
        run("const main -> fn () int { let p: *int = cast<*int>(0); outputln(\"a\"); return *p; }");
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("[E0607]; native runs are not compared"), "{stderr}");
    // Division by zero is defined: it ends the program everywhere.
    let (code, stderr) =
        run("const main -> fn (n: int, v: **byte) int { outputln(\"a\"); return 1 / (n - 1); }");
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    // `abort` may lose output.
    let (code, stderr) = run("const abort -> fn () void; \
         const main -> fn () int { outputln(\"a\"); abort(); return 0; }");
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}

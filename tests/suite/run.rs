//! Programs that must run: right output and exit code at -O0 and -O2, clean under valgrind.

use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::cases::{Case, blessing, cases};
use crate::tool::{lumac_on, output, scratch};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for case in cases("tests/run", &["lx", "lir"]).into_iter().filter(|case| !case.check_fail) {
        let seed = case.name.starts_with("run/seed/");
        for (level, valgrind) in [("0", true), ("2", seed)] {
            let case = case.clone();
            trials.push(Trial::test(format!("{} -O{level}", case.name), move || {
                program(&case, level, valgrind)
            }));
        }
    }
    for case in cases("examples", &["lx"]) {
        trials.push(Trial::test(case.name.clone(), move || program(&case, "2", true)));
    }
    trials
}

fn program(case: &Case, level: &str, valgrind: bool) -> Result<(), Failed> {
    let directory = scratch();
    let exe = directory.path().join("program");
    let made = output(lumac_on(&case.path).arg(format!("-O{level}")).arg("-o").arg(&exe), b"", 60);
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    if !made.status.success() {
        return Err(format!("does not compile:\n{said}").into());
    }
    let warned: Vec<(u32, String)> = crate::ui::codes(case, "short");
    if warned != case.expected {
        return Err(format!("reports {warned:?}, expected {:?}:\n{said}", case.expected).into());
    }
    let mut command = if valgrind {
        let mut command = Command::new("valgrind");
        command.args(["-q", "--leak-check=full", "--error-exitcode=99"]).arg(&exe);
        command
    } else {
        Command::new(&exe)
    };
    let ran = output(command.args(&case.args), b"", 60);
    let wanted_path = case.path.with_extension("stdout");
    if blessing() && !wanted_path.exists() && !ran.stdout.is_empty() {
        std::fs::write(&wanted_path, &ran.stdout)?;
    }
    let wanted = std::fs::read(&wanted_path).unwrap_or_default();
    let has_expectation = case.name.starts_with("run/");
    if has_expectation && ran.stdout != wanted {
        return Err(format!(
            "prints\n{}\nexpected\n{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&wanted)
        )
        .into());
    }
    if ran.status.code() != Some(case.exit) {
        return Err(format!(
            "ends with {}, expected {}\n{}",
            ran.status,
            case.exit,
            String::from_utf8_lossy(&ran.stderr)
        )
        .into());
    }
    // `lumac run` passes output and exit code through.
    if level == "2" {
        let mut run = crate::tool::lumac();
        run.current_dir(crate::cases::root()).arg("run").arg(&case.path).arg("--").args(&case.args);
        let through = output(&mut run, b"", 60);
        if has_expectation && (through.stdout != wanted || through.status.code() != Some(case.exit))
        {
            return Err("`lumac run` differs".into());
        }
    }
    Ok(())
}

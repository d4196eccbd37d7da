//! Programs that must be rejected, with exactly the codes that stand beside their lines.
//!
//! `tests/ui/ownership-kinds/` has one function for each kind of report the ownership verifier makes;
//! what programs get to read of them is a snapshot, too.

use libtest_mimic::Trial;

use crate::cases::{Case, cases, snapshot};
use crate::tool::{lumac, output};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let rejected = cases("tests/run", &["lx"]).into_iter().filter(|case| case.check_fail);
    for case in cases("tests/ui", &["lx", "lir"]).into_iter().chain(rejected) {
        trials.push(Trial::test(case.name.clone(), move || {
            let found = codes(&case, "short");
            if found != case.expected {
                let text = check(&case, "human");
                return Err(
                    format!("reports {found:?}, expected {:?}\n{text}", case.expected).into()
                );
            }
            let name = case.name.trim_start_matches("run/");
            let (folder, name) = name.rsplit_once('/').unwrap();
            snapshot(folder, name, &check(&case, "human"));
            if folder == "ui/ownership-kinds" {
                snapshot(folder, &format!("{name}.json"), &json(&case));
            }
            Ok(())
        }));
    }
    trials
}

/// What `lumac check` prints about a case.
pub(crate) fn check(case: &Case, format: &str) -> String {
    let root = crate::cases::root();
    let mut command = lumac();
    command.current_dir(&root).arg("check").arg(case.path.strip_prefix(&root).unwrap());
    let output = output(command.arg(format!("--error-format={format}")), b"", 60);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors = case.expected.iter().any(|(_, code)| code.starts_with('E'));
    assert_eq!(output.status.code(), Some(i32::from(errors)), "exit code\n{text}");
    assert!(output.stdout.is_empty(), "diagnostics belong on stderr");
    text
}

/// What `lumac check` prints about a case for programs: an object on each line, laid out here.
fn json(case: &Case) -> String {
    let objects = check(case, "json");
    let pretty = objects.lines().map(|line| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::to_string_pretty(&object).unwrap()
    });
    pretty.collect::<Vec<_>>().join("\n")
}

/// The sorted `(line, code)` pairs that `lumac check` reports.
pub(crate) fn codes(case: &Case, format: &str) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = check(case, format)
        .lines()
        .filter_map(|line| {
            // file:line:column: error[E0401]: message
            let (place, rest) = line.split_once(": ")?;
            let mut parts = place.rsplit(':');
            let (_column, line) = (parts.next()?, parts.next()?);
            let code = rest.split_once('[')?.1.split_once(']')?.0;
            Some((line.parse().ok()?, code.to_string()))
        })
        .collect();
    found.sort();
    found
}

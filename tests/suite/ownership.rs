//! Programs about ownership: correct ones are accepted and run clean, of the others exactly the
//! marked lines are reported, and the interpreter stops those that say at what. In `limits/` are
//! defects that are not found, outside of what the verifier says that it follows.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};

use crate::cases::{Case, cases, root};
use crate::tool::{lumac, output};
use crate::ui::{check, codes};

/// The directory of each rule of the verifier, from rule 1 on. Rule 10 is about function values,
/// which Luma programs cannot have yet (`tests/ui/unsupported/`).
const RULES: [Option<&str>; 14] = [
    Some("paths"),
    Some("null"),
    Some("defer"),
    Some("loops"),
    Some("aliases"),
    Some("structs"),
    Some("containers"),
    Some("calls"),
    Some("externs"),
    None,
    Some("attributes"),
    Some("endings"),
    Some("reports"),
    Some("order"),
];

/// The codes of the verifier.
const CODES: [&str; 12] = [
    "E0401", "E0402", "E0403", "E0404", "E0405", "E0406", "E0407", "E0408", "E0409", "E0410",
    "W0411", "E0412",
];

pub(crate) fn trials() -> Vec<Trial> {
    let programs = cases("tests/ownership", &["lx"]);
    let mut trials: Vec<Trial> = programs
        .iter()
        .cloned()
        .map(|case| Trial::test(case.name.clone(), move || program(&case)))
        .collect();
    trials.push(Trial::test("ownership: every rule and every code", move || covered(&programs)));
    trials
}

fn program(case: &Case) -> Result<(), Failed> {
    let found = codes(case, "short");
    if found != case.expected {
        let text = check(case, "human");
        return Err(format!("reports {found:?}, expected {:?}\n{text}", case.expected).into());
    }
    let printed = check(case, "short");
    let places = places(&printed);
    if !places.is_sorted() {
        return Err(format!("reports are out of order: {places:?}").into());
    }
    let defect = case.expected.iter().any(|(_, code)| code.starts_with('E'));
    match &case.trap {
        Some(kind) if defect => stopped(case, kind),
        Some(kind) if case.name.starts_with("ownership/limits/") => {
            outside(case)?;
            stopped(case, kind)
        }
        Some(_) => Err("a program that is stopped needs an expected error".into()),
        None if defect || !case.run => Ok(()),
        None => clean(case),
    }
}

/// Line, column and code of each report, in the order they are printed.
fn places(text: &str) -> Vec<(u32, u32, &str)> {
    text.lines()
        .filter_map(|line| {
            // file:line:column: error[E0401]: message
            let (place, rest) = line.split_once(": ")?;
            let mut parts = place.rsplit(':');
            let (column, line) = (parts.next()?, parts.next()?);
            let code = rest.split_once('[')?.1.split_once(']')?.0;
            Some((line.parse().ok()?, column.parse().ok()?, code))
        })
        .collect()
}

/// A correct program: the interpreter finds nothing either, and it ends as it says.
fn clean(case: &Case) -> Result<(), Failed> {
    let (code, said) = interpreted(case, "error");
    if code != Some(case.exit) || said.contains("error[") {
        return Err(format!("ends with {code:?}, expected {}\n{said}", case.exit).into());
    }
    Ok(())
}

/// A defect that is not found; the verifier says that it does not see everything there.
fn outside(case: &Case) -> Result<(), Failed> {
    let mut command = lumac();
    let root = root();
    command.current_dir(&root).arg("check").arg(case.path.strip_prefix(&root).unwrap());
    let output = output(command.arg("--ownership-report"), b"", 60);
    let report = String::from_utf8_lossy(&output.stdout);
    if !report.contains("leaves the tracked fragment") {
        return Err(format!("says that it saw everything:\n{report}").into());
    }
    Ok(())
}

/// A defect that really happens: without the verifier, the interpreter stops the program at it.
fn stopped(case: &Case, kind: &str) -> Result<(), Failed> {
    let code = match kind {
        "leak" => "E0601",
        "double-free" => "E0602",
        "use-after-free" => "E0603",
        "bad-free" => "E0604",
        _ => return Err(format!("there is no trap `{kind}`").into()),
    };
    let (_, said) = interpreted(case, "off");
    if !said.contains(&format!("error[{code}]")) {
        return Err(format!("is not stopped by a {kind}\n{said}").into());
    }
    Ok(())
}

/// The exit code and standard error of a run by the interpreter.
fn interpreted(case: &Case, ownership: &str) -> (Option<i32>, String) {
    let mut command = lumac();
    let root = root();
    command.current_dir(&root).arg("interp").arg(case.path.strip_prefix(&root).unwrap());
    command.args(["--error-format=short", "--ownership", ownership, "--"]).args(&case.args);
    let output = output(&mut command, b"", 60);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What must stand in `tests/ownership/` as a whole.
fn covered(programs: &[Case]) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (index, directory) in RULES.iter().enumerate() {
        let Some(directory) = directory else { continue };
        let below = format!("ownership/{directory}/");
        let here = || programs.iter().filter(|case| case.name.starts_with(&below));
        if here().all(|case| case.expected.is_empty()) {
            wrong.push(format!("rule {}: no defect in tests/{below}", index + 1));
        }
        if here().all(|case| !case.expected.is_empty()) {
            wrong.push(format!("rule {}: no correct program in tests/{below}", index + 1));
        }
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, code) in programs.iter().flat_map(|case| &case.expected) {
        *times.entry(code).or_default() += 1;
    }
    for code in CODES {
        let times = times.remove(code).unwrap_or(0);
        if times < 2 {
            wrong.push(format!("{code} is expected {times} times, must be twice"));
        }
    }
    wrong.extend(times.keys().map(|code| format!("{code} is not about ownership")));
    let correct = programs.iter().filter(|case| case.expected.is_empty()).count();
    let all = programs.len();
    if all < 300 {
        wrong.push(format!("{all} programs, must be 300"));
    }
    if correct * 100 < all * 45 {
        wrong.push(format!("{correct} of {all} programs are correct, must be 45 %"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

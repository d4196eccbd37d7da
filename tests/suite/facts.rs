//! What `lumac check` shows of the ownership verifier's findings: summaries, IR with states, JSON.

use std::process::Output;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::cases::{root, snapshot};
use crate::tool::{lumac, output, scratch};

pub(crate) fn trials() -> Vec<Trial> {
    let tests: &[(&str, fn())] = &[
        ("summaries", summaries),
        ("dump", dump),
        ("facts", facts),
        ("bad requests", refused),
        ("states that are merged", merged),
        ("where parameters are kept", kept),
    ];
    crate::tool::trials("facts", tests)
}

fn check(arguments: &[&str]) -> Output {
    let mut command = lumac();
    command.current_dir(root()).args(["check", "tests/facts/summaries.lx"]);
    output(command.args(arguments), b"", 60)
}

fn shown(arguments: &[&str]) -> String {
    let output = check(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""));
    String::from_utf8(output.stdout).unwrap()
}

fn summaries() {
    snapshot("facts", "summaries", &shown(&["--ownership-report"]));
}

fn dump() {
    let functions = ["through", "clear", "main"];
    let texts = functions.map(|name| shown(&[&format!("--ownership-dump={name}")]));
    snapshot("facts", "dump", &texts.join("\n"));
}

fn facts() {
    let directory = scratch();
    let path = directory.path().join("facts.json");
    let text = shown(&["--ownership-facts", path.to_str().unwrap()]);
    assert!(text.is_empty());
    let facts: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(facts["version"], 1);
    let functions = facts["functions"].as_array().unwrap();
    let through = functions.iter().find(|f| f["name"] == "through").unwrap();
    snapshot("facts", "facts", &serde_json::to_string_pretty(through).unwrap());
    for op in functions.iter().flat_map(|f| f["ops"].as_array().unwrap()) {
        let situations = op["situations"].as_array();
        for object in
            situations.into_iter().flatten().flat_map(|s| s["objects"].as_array().unwrap())
        {
            let given = ["freed", "given", "returned"].contains(&object["state"].as_str().unwrap());
            assert_eq!(given, object["by"].is_u64(), "{object}");
        }
    }
}

fn refused() {
    let output = check(&["--ownership-dump=sumaries"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown function `sumaries`"));
    let output = check(&["--ownership-facts=/no/such/directory/x.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("error[E0505]"));
}

/// `--ownership-max-states` decides whether a leak is seen, in every command that verifies.
fn merged() {
    let run = |arguments: &[&str]| {
        let mut command = lumac();
        command.current_dir(root()).args(arguments).arg("tests/facts/merged.lx");
        let ran = output(&mut command, b"", 60);
        (ran.status.code(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    let commands: &[&[&str]] = &[&["check"], &["interp"], &["--emit=luma-ir"]];
    for command in commands {
        for few in ["--ownership-max-states=1", "--ownership=off"] {
            assert_eq!(run(&[*command, &[few]].concat()), (Some(0), String::new()), "{command:?}");
        }
        for many in ["--ownership-max-states=2", "--ownership-max-states=64", "--color=never"] {
            let (code, text) = run(&[*command, &[many]].concat());
            assert_eq!(code, Some(1), "{command:?} {many}");
            assert!(text.contains("error[E0401]"), "{text}");
        }
        for wrong in ["0", "-1", "many"] {
            let option = format!("--ownership-max-states={wrong}");
            let (code, text) = run(&[*command, &[&option]].concat());
            assert_eq!(code, Some(2), "{text}");
            assert!(text.contains("--ownership-max-states"), "{text}");
        }
    }
    let mut command = lumac();
    command.current_dir(root()).args(["check", "tests/facts/merged.lx", "--ownership-report"]);
    let report = output(command.arg("--ownership-max-states=1"), b"", 60).stdout;
    let report = String::from_utf8(report).unwrap();
    assert!(report.contains("work:\n  leaves the tracked fragment: owned on some"), "{report}");
}

/// The report also says where a function keeps what it should have taken.
fn kept() {
    let mut command = lumac();
    command.current_dir(root()).args(["check", "tests/ui/ownership-kinds/e0405-kept.lx"]);
    let ran = output(command.arg("--ownership-report"), b"", 60);
    let report = String::from_utf8(ran.stdout).unwrap();
    for line in ["parameter p: kept in the global `shared`", "parameter node: kept behind `list`"] {
        assert!(report.contains(&format!("\n  {line}\n")), "{report}");
    }
}

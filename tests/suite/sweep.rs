//! `lumac sweep` and `--record`: what a script reads.

use libtest_mimic::Trial;
use serde_json::Value;

use crate::cases::root;
use crate::tool::{lumac, output, scratch, success};

pub(crate) fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 4] = [
        ("sweep: table, csv and json", formats),
        ("sweep: what differs and what fails", failures),
        ("sweep: wrong files of pipelines", wrong_pipelines),
        ("record", record),
    ];
    tests
        .map(|(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        })
        .into()
}

const PIPELINES: &str = "# two\nnone: -O0\nall: -O2 --luma-passes='func(lower-defer, mem2reg)'\n";

fn formats() {
    let directory = scratch();
    let file = directory.path().join("pipelines.txt");
    std::fs::write(&file, PIPELINES).unwrap();
    let sweep = |more: &[&str]| {
        let mut command = lumac();
        command.current_dir(root()).args(["sweep", "examples/hello.lx", "examples/sieve.lx"]);
        command.arg("--pipelines").arg(&file).arg("--rounds=1").args(more);
        String::from_utf8(success(&mut command, b"")).unwrap()
    };
    let csv = sweep(&["--format=csv"]);
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..5], ["program", "pipeline", "status", "compile-ms", "object-bytes"]);
    assert!(lines[0].contains(&"luma-ir:luma") && lines[0].contains(&"llvm-ir:llvm"), "{csv}");
    let heads: Vec<&[&str]> = lines[1..].iter().map(|line| &line[..3]).collect();
    assert_eq!(
        heads,
        [
            ["examples/hello.lx", "none", "ok"],
            ["examples/hello.lx", "all", "ok"],
            ["examples/sieve.lx", "none", "ok"],
            ["examples/sieve.lx", "all", "ok"],
        ]
    );
    for line in &lines[1..] {
        assert_eq!(line.len(), lines[0].len());
        assert!(line[3].parse::<f64>().unwrap() > 0.0 && line[4].parse::<u64>().unwrap() > 0);
    }
    let table = sweep(&["--run"]);
    assert!(table.lines().count() == 5 && table.contains("reference"), "{table}");
    let json: Value = serde_json::from_str(&sweep(&["--run", "--format=json"])).unwrap();
    for cell in json["cells"].as_array().unwrap() {
        let first = cell["pipeline"] == "none";
        assert_eq!(cell["output"], if first { "reference" } else { "same" }, "{cell}");
        assert!(cell["run_ms"].as_f64().unwrap() > 0.0 && cell["error"].is_null(), "{cell}");
    }
    let out = directory.path().join("out.csv");
    assert_eq!(sweep(&["--format=csv", "-o", out.to_str().unwrap()]), "");
    assert!(std::fs::read_to_string(out).unwrap().starts_with("program,pipeline"));
}

fn failures() {
    let directory = scratch();
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).unwrap();
    };
    write("bad.lx", "const main -> fn () int { return x; }");
    write("ok.lx", "const main -> fn () int { return 0; }");
    write("pipelines", "a: -O0\nb: -O1\n");
    let mut command = lumac();
    command.current_dir(directory.path()).args(["sweep", "bad.lx", "ok.lx", "--format=csv"]);
    let swept = output(command.args(["--pipelines=pipelines", "--rounds=1"]), b"", 60);
    let text = String::from_utf8_lossy(&swept.stdout);
    // The others are still swept.
    assert_eq!(swept.status.code(), Some(1));
    assert!(text.contains("bad.lx,a,E0201: ") && text.contains("ok.lx,b,ok,"), "{text}");
}

fn wrong_pipelines() {
    let directory = scratch();
    std::fs::write(directory.path().join("ok.lx"), "const main -> fn () int { return 0; }")
        .unwrap();
    for (text, place, said) in [
        ("", "1:1", "defines no pipeline"),
        ("# a\nb\n", "2:1", "missing pipeline name"),
        ("a: -O0\na: -O1", "2:1", "duplicate pipeline name `a`"),
        ("a b: -O0", "1:1", "invalid pipeline name `a b`"),
        ("a: --nonsense", "1:1", "unexpected argument '--nonsense'"),
        ("a: '-O0", "1:1", "unterminated quote"),
        ("a: -O0\nb: --luma-passes=func(mem2rge)", "2:1", "mem2rge"),
        ("a: --disable-pass=lower-defer", "1:1", "mandatory"),
    ] {
        std::fs::write(directory.path().join("pipelines"), text).unwrap();
        let mut command = lumac();
        command.current_dir(directory.path()).args(["sweep", "ok.lx", "--error-format=short"]);
        let swept = output(command.arg("--pipelines=pipelines"), b"", 60);
        let stderr = String::from_utf8_lossy(&swept.stderr);
        assert_eq!(swept.status.code(), Some(1), "{text}: {stderr}");
        let located = stderr.starts_with(&format!("pipelines:{place}: error[E0507]"));
        assert!(located && stderr.contains(said), "{text}: {stderr}");
    }
}

/// Steps with hashes, counts, times; sizes of what was made; the same hashes again.
fn record() {
    let directory = scratch();
    let run = |name: &str| -> Value {
        let path = directory.path().join(name);
        let mut command = lumac();
        command.current_dir(root()).args(["examples/defer.lx", "-O1", "--emit=obj"]);
        command.arg("-o").arg(directory.path().join("x.o"));
        success(command.arg("--record").arg(&path), b"");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let (first, second) = (run("a.json"), run("b.json"));
    let steps = first["steps"].as_array().unwrap();
    assert!(steps.len() > 10);
    for (index, step) in steps.iter().enumerate() {
        assert_eq!(step["number"].as_u64(), Some(index as u64 + 1));
        assert!(step["pass"].is_string() && step["seconds"].is_number(), "{step}");
        assert_eq!(step["after"]["hash"].as_str().map(str::len), Some(16));
        assert_eq!(step["after"]["hash"], second["steps"][index]["after"]["hash"], "{step}");
    }
    let lowered = steps.iter().find(|step| step["pass"] == "lower-defer").unwrap();
    assert!(lowered["after"]["ops"]["luma"].as_u64().unwrap() > 0);
    assert_eq!(lowered["after"]["level"], "luma-ir");
    let object = std::fs::metadata(directory.path().join("x.o")).unwrap().len();
    assert_eq!(first["products"][0]["bytes"].as_u64(), Some(object));
    assert_eq!(first["products"][0]["kind"], "obj");
}

//! Dialects: those of the project, those in files, and both as MLIR's own tools see them.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use libtest_mimic::Trial;
use luma_ir::Context;

use crate::cases::{Case, blessing, cases, root, snapshot};
use crate::tool::{lumac, lumac_on, output, scratch, success};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for case in cases("tests/run", &["lx", "lir"]).into_iter().filter(|case| !case.check_fail) {
        trials.push(Trial::test(format!("{} generic", case.name), move || {
            generic(&case.path, &[]);
            generic(&case.path, &["--stop-after=structured-to-cfg"]);
            Ok(())
        }));
    }
    for case in cases("examples/dialects", &["lir"]) {
        trials.push(Trial::test(case.name.clone(), move || {
            example(&case);
            Ok(())
        }));
    }
    for case in cases("tests/dialects/misuse", &["lir"]) {
        trials.push(Trial::test(case.name.clone(), move || {
            let dialect = case.text.lines().next().unwrap().strip_prefix("// dialect: ").unwrap();
            let check = |format: &str| {
                let mut command = lumac();
                command
                    .current_dir(root())
                    .arg("check")
                    .arg(case.path.strip_prefix(root()).unwrap());
                command.arg(format!("--dialect={dialect}")).arg(format!("--error-format={format}"));
                let output = output(&mut command, b"", 60);
                assert_eq!(output.status.code(), Some(1));
                String::from_utf8(output.stderr).unwrap()
            };
            let name = case.name.trim_start_matches("dialects/misuse/");
            snapshot("dialects/misuse", name, &check("human"));
            Ok(())
        }));
    }
    for case in cases("tests/dialects/bad", &["toml"]) {
        trials.push(Trial::test(case.name.clone(), move || {
            let mut command = lumac();
            command.current_dir(root()).args(["dialect", "check"]);
            let output = output(command.arg(case.path.strip_prefix(root()).unwrap()), b"", 60);
            assert_eq!(output.status.code(), Some(1));
            let text = String::from_utf8(output.stderr).unwrap();
            let file = case.path.file_name().unwrap().to_str().unwrap();
            assert!(text.contains(&format!("{file}:")), "an error has a place\n{text}");
            snapshot("dialects/bad", case.name.trim_start_matches("dialects/bad/"), &text);
            Ok(())
        }));
    }
    for (_, def) in Context::new().op_defs() {
        let (name, program) = (def.name.to_string(), def.program.clone());
        trials.push(Trial::test(format!("dialects program of {name}"), move || {
            let Some(program) = program else {
                return Err(format!("`{name}` has no `program` in its table").into());
            };
            assert!(program.text.contains(&format!("{name}(")), "the program uses it");
            let directory = scratch();
            let path = directory.path().join("program.lir");
            std::fs::write(&path, program.text.as_bytes()).unwrap();
            let printed = success(lumac().arg("interp").arg(&path), b"");
            assert_eq!(String::from_utf8_lossy(&printed), program.output);
            generic(&path, &[]);
            Ok(())
        }));
    }
    trials.push(Trial::test("dialects pages are up to date", || {
        for dialect in Context::new().dialects() {
            let page = success(lumac().args(["dialect", "doc", &dialect.name]), b"");
            let path = root().join("docs/ir").join(format!("{}.md", dialect.name));
            if blessing() {
                std::fs::write(&path, &page).unwrap();
            }
            let found = std::fs::read(&path).unwrap_or_default();
            assert!(found == page, "`lumac dialect doc --out docs/ir luma own` writes the pages");
        }
        Ok(())
    }));
    trials.push(Trial::test("dialects list, check, export", || {
        let list = success(lumac().args(["dialect", "list"]), b"");
        let names: Vec<_> =
            list.split(|&b| b == b'\n').map(|l| l.split(|&b| b == b' ').next()).collect();
        assert!(names.contains(&Some(&b"luma"[..])) && names.contains(&Some(&b"own"[..])));
        let file = root().join("examples/dialects/pool.toml");
        assert!(success(lumac().args(["dialect", "check"]).arg(&file), b"").is_empty());
        let mut command = lumac();
        command.args(["dialect", "export", "--irdl", "pool", "--dialect"]).arg(&file);
        let irdl = String::from_utf8(success(&mut command, b"")).unwrap();
        assert!(irdl.contains("irdl.dialect @pool {") && !irdl.contains("irdl.dialect @own {"));
        success(Command::new("mlir-opt-22").args(["-", "-o", "/dev/null"]), irdl.as_bytes());
        let unknown = output(lumac().args(["dialect", "export", "--irdl", "nope"]), b"", 60);
        assert_eq!(unknown.status.code(), Some(2));
        Ok(())
    }));
    trials
}

/// The IRDL of the project's dialects, in a file.
fn irdl() -> &'static Path {
    static FILE: OnceLock<(tempfile::TempDir, std::path::PathBuf)> = OnceLock::new();
    let (_, path) = FILE.get_or_init(|| {
        let directory = scratch();
        let path = directory.path().join("dialects.irdl.mlir");
        std::fs::write(&path, success(lumac().args(["dialect", "export", "--irdl"]), b"")).unwrap();
        (directory, path)
    });
    path
}

/// The generic form of a program is MLIR, and reads back as the same program.
fn generic(path: &Path, arguments: &[&str]) {
    let emit = |path: &Path, arguments: &[&str]| {
        let mut command = lumac_on(path);
        command.args(["--emit=luma-ir", "--ownership=off"]).args(arguments);
        String::from_utf8(success(&mut command, b"")).unwrap()
    };
    let plain = emit(path, arguments);
    let generic = emit(path, &[arguments, &["--generic"]].concat());
    accepted(&generic, irdl());
    let directory = scratch();
    let file = directory.path().join("generic.lir");
    std::fs::write(&file, &generic).unwrap();
    assert!(emit(&file, &[]) == plain, "what was read prints as another program");
    assert!(emit(&file, &["--generic"]) == generic, "what was read prints another text");
}

/// The stock tools accept a text.
fn accepted(text: &str, irdl: &Path) {
    let file = format!("--irdl-file={}", irdl.display());
    let arguments = [&file, "--verify-roundtrip", "-", "-o", "/dev/null"];
    success(Command::new("mlir-opt-22").args(arguments), text.as_bytes());
}

/// A program of a dialect in a file: runs natively and by the interpreter, levels agree, and MLIR's
/// tools accept it.
fn example(case: &Case) {
    let dialect = case.path.with_extension("toml");
    let dialect = format!("--dialect={}", dialect.display());
    let expected = std::fs::read_to_string(case.path.with_extension("stdout")).unwrap();
    for arguments in [&["run", "-O0"][..], &["run", "-O2"], &["interp", "--after=expand-ops"]] {
        let printed = success(lumac().args(arguments).arg(&dialect).arg(&case.path), b"");
        assert_eq!(String::from_utf8_lossy(&printed), expected, "{arguments:?}");
    }
    success(lumac().arg("check-levels").arg(&dialect).arg(&case.path), b"");
    let unexpanded = output(lumac().arg("interp").arg(&dialect).arg(&case.path), b"", 60);
    assert_eq!(unexpanded.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unexpanded.stderr).contains("before `expand-ops`"));
    let directory = scratch();
    let irdl = directory.path().join("irdl.mlir");
    std::fs::write(
        &irdl,
        success(lumac().args(["dialect", "export", "--irdl"]).arg(&dialect), b""),
    )
    .unwrap();
    let arguments = ["--emit=luma-ir", "--generic", &dialect];
    let text = success(lumac_on(&case.path).args(arguments), b"");
    accepted(&String::from_utf8(text).unwrap(), &irdl);
}

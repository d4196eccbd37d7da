//! The command line: exit codes, streams, outputs that appear complete or not at all, bad input.

use std::path::Path;
use std::process::Output;

use libtest_mimic::Trial;

use crate::cases::root;
use crate::tool::{entries, lumac, output, scratch, success};

const HELLO: &str = "const main -> fn () int { outputln(\"hello\"); return 3; }\n";

pub(crate) fn trials() -> Vec<Trial> {
    let tests: &[(&str, fn())] = &[
        ("usage errors exit with 2", usage),
        ("help and version", help_and_version),
        ("an executable is made", executable),
        ("several kinds in one run", several_kinds),
        ("outputs go where asked", outputs),
        ("any level can be the input", levels),
        ("other targets", targets),
        ("exit code and arguments pass through run", run),
        ("division by zero traps at every level", division),
        ("line tables for gdb", line_tables),
        ("error formats", error_formats),
        ("ownership can be off", ownership_off),
        ("files that cannot be read", unreadable),
        ("outputs that cannot be written", unwritable),
        ("no linker", no_linker),
        ("hostile sources", hostile),
        ("hostile IR", hostile_ir),
        ("deep nesting", deep),
    ];
    crate::tool::trials("cli", tests)
}

fn run_on(directory: &Path, arguments: &[&str]) -> Output {
    output(lumac().current_dir(directory).args(arguments), b"", 60)
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A directory with `hello.lx` in it.
fn with_hello() -> tempfile::TempDir {
    let directory = scratch();
    std::fs::write(directory.path().join("hello.lx"), HELLO).unwrap();
    directory
}

/// An error with this code, exit code 1, nothing on stdout.
fn fails_with(output: &Output, wanted: &str) {
    let text = stderr(output);
    assert_eq!(code(output), Some(1), "{text}");
    assert!(text.contains(&format!("error[{wanted}]")), "{wanted} expected:\n{text}");
    assert!(!text.contains("panicked") && !text.contains("internal compiler error"), "{text}");
    assert!(output.stdout.is_empty());
}

fn usage() {
    let directory = with_hello();
    for arguments in [
        &[][..],
        &["--nonsense"],
        &["hello.lx", "--emit=nonsense"],
        &["hello.lx", "-O7"],
        &["hello.lx", "--stop-after=no-such-step"],
        &["-", "--from=nonsense"],
        &["hello.lx", "--emit=luma-ir,mlir", "-o", "-"],
        &["hello.lx", "-o", "hello.lx"],
        &["--explain", "E9999"],
        &["run"],
    ] {
        let output = run_on(directory.path(), arguments);
        assert_eq!(code(&output), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    assert_eq!(entries(directory.path()), ["hello.lx"]);
}

fn help_and_version() {
    let text = String::from_utf8(success(lumac().arg("--help"), b"")).unwrap();
    for word in ["--emit", "-O", "--target", "--ownership", "--explain", "check", "run", "Examples"]
    {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    let version = String::from_utf8(success(lumac().arg("--version"), b"")).unwrap();
    assert!(version.starts_with("lumac 0.") && version.contains("(LLVM 22."), "{version}");
    let text = success(lumac().args(["--explain", "e0401"]), b"");
    assert!(String::from_utf8(text).unwrap().contains("leak"));
}

fn executable() {
    let directory = with_hello();
    let made = run_on(directory.path(), &["hello.lx"]);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    assert!(made.stdout.is_empty() && made.stderr.is_empty());
    assert_eq!(entries(directory.path()), ["hello", "hello.lx"]);
    let ran = output(&mut std::process::Command::new(directory.path().join("hello")), b"", 10);
    assert_eq!((code(&ran), ran.stdout), (Some(3), b"hello\n".to_vec()));
}

fn several_kinds() {
    let directory = with_hello();
    let made = run_on(directory.path(), &["hello.lx", "--emit=obj,luma-ir,llvm-ir,ast"]);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    let text = String::from_utf8(made.stdout).unwrap();
    let order =
        ["// ----- ast", "// ----- luma-ir", "; ----- llvm-ir"].map(|h| text.find(h).unwrap());
    assert!(order.is_sorted(), "{text}");
    assert_eq!(entries(directory.path()), ["hello.lx", "hello.o"]);
    let made = run_on(directory.path(), &["hello.lx", "--emit=asm,mlir,exe", "-o", "out.x"]);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    assert!(made.stdout.is_empty());
    assert_eq!(entries(directory.path()), ["hello.lx", "hello.o", "out", "out.mlir", "out.s"]);
}

fn outputs() {
    let directory = with_hello();
    let made = run_on(directory.path(), &["hello.lx", "--emit=mlir", "-o", "x.mlir"]);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    let shown = run_on(directory.path(), &["hello.lx", "--emit=mlir"]);
    assert_eq!(shown.stdout, std::fs::read(directory.path().join("x.mlir")).unwrap());
    let object = run_on(directory.path(), &["hello.lx", "--emit=obj", "-o", "-"]);
    assert!(object.stdout.starts_with(b"\x7fELF"));
    assert_eq!(entries(directory.path()), ["hello.lx", "x.mlir"]);
}

fn levels() {
    let directory = with_hello();
    for (kind, file) in [("luma-ir", "x.lir"), ("mlir", "x.mlir"), ("llvm-ir", "x.ll")] {
        let emit = format!("--emit={kind}");
        let made = run_on(directory.path(), &["hello.lx", &emit, "-o", file]);
        assert_eq!(code(&made), Some(0), "{}", stderr(&made));
        let ran = run_on(directory.path(), &["run", file]);
        assert_eq!(code(&ran), Some(3), "{file}: {}", stderr(&ran));
        assert_eq!(ran.stdout, b"hello\n", "{file}");
    }
    fails_with(&run_on(directory.path(), &["x.ll", "--emit=luma-ir"]), "E0503");
    let piped = output(lumac().args(["-", "--emit=luma-ir"]), HELLO.as_bytes(), 10);
    assert_eq!(code(&piped), Some(0), "{}", stderr(&piped));
}

fn targets() {
    let directory = with_hello();
    // The machine field of an ELF header: 62 is x86-64, 183 is AArch64.
    for (target, machine) in [("x86_64-unknown-linux-gnu", 62), ("aarch64-unknown-linux-gnu", 183)]
    {
        let target = format!("--target={target}");
        let made = run_on(directory.path(), &["hello.lx", "--emit=obj", "-o", "x.o", &target]);
        assert_eq!(code(&made), Some(0), "{}", stderr(&made));
        let object = std::fs::read(directory.path().join("x.o")).unwrap();
        assert_eq!(object[18], machine);
    }
    let unknown = ["hello.lx", "--emit=obj", "--target=pdp11"];
    fails_with(&run_on(directory.path(), &unknown), "E0503");
}

fn run() {
    let directory = scratch();
    let program = "const main -> fn (argc: int, argv: **byte) int { \
                   loop [i: int = 1](i < argc) : (++i) { outputln(argv[i]); } return argc; }";
    std::fs::write(directory.path().join("args.lx"), program).unwrap();
    let ran = run_on(directory.path(), &["run", "args.lx", "-O0", "--", "one", "--two"]);
    assert_eq!(code(&ran), Some(3), "{}", stderr(&ran));
    assert_eq!(ran.stdout, b"one\n--two\n");
    assert_eq!(entries(directory.path()), ["args.lx"]);
    let trap = "const main -> fn () int { let p: *int = cast<*int>(1); *p = 1; return 0; }";
    std::fs::write(directory.path().join("trap.lx"), trap).unwrap();
    let ran = run_on(directory.path(), &["run", "trap.lx", "-O0"]);
    assert_eq!(code(&ran), Some(128 + 11), "{}", stderr(&ran));
}

/// LLVM leaves it undefined, the language does not.
fn division() {
    let directory = scratch();
    for (name, expression) in
        [("div", "a / b"), ("rem", "a % b"), ("overflow", "(-9223372036854775808 + b) / (b - 1)")]
    {
        let program = format!(
            "const f -> fn (a: int, b: int) int {{ return {expression}; }}\n\
             const main -> fn () int {{ let r: int = f(7, 0); return 0; }}\n"
        );
        std::fs::write(directory.path().join("trap.lx"), program).unwrap();
        for level in ["-O0", "-O1", "-O2", "-O3"] {
            let ran = run_on(directory.path(), &["run", "trap.lx", level]);
            assert_eq!(code(&ran), Some(128 + 8), "{name} {level}: {}", stderr(&ran));
        }
    }
}

fn line_tables() {
    let directory = scratch();
    let program = "const add -> fn (a: int, b: int) int {\n    let sum: int = a + b;\n    \
                   return sum;\n}\n\nconst main -> fn () int {\n    return add(1, 2);\n}\n";
    std::fs::write(directory.path().join("dbg.lx"), program).unwrap();
    let made = run_on(directory.path(), &["dbg.lx", "-g", "-O0"]);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    let gdb = ["-batch", "-nx", "-ex", "break dbg.lx:3", "-ex", "run", "-ex", "backtrace", "./dbg"];
    let mut command = std::process::Command::new("gdb");
    let session = output(command.current_dir(directory.path()).args(gdb), b"", 60);
    let text = String::from_utf8_lossy(&session.stdout).into_owned();
    assert!(text.contains("Breakpoint 1 at") && text.contains("dbg.lx, line 3"), "{text}");
}

fn error_formats() {
    let directory = scratch();
    let program = "const main -> fn () int {\n    let x: int = true;\n    return y;\n}\n";
    std::fs::write(directory.path().join("bad.lx"), program).unwrap();
    let short = run_on(directory.path(), &["check", "bad.lx", "--error-format=short"]);
    let text = stderr(&short);
    let starts: Vec<&str> = text.lines().filter_map(|line| line.split(" error").next()).collect();
    assert_eq!(starts, ["bad.lx:2:18:", "bad.lx:3:12:"], "{text}");
    let json = run_on(directory.path(), &["check", "bad.lx", "--error-format=json"]);
    for line in stderr(&json).lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["code"].as_str().unwrap().starts_with("E0"), "{line}");
    }
    assert_eq!(stderr(&json).lines().count(), 2);
    let sarif = run_on(directory.path(), &["check", "bad.lx", "--error-format=sarif"]);
    let log: serde_json::Value = serde_json::from_str(&stderr(&sarif)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["results"].as_array().unwrap().len(), 2);
    for (result, line) in run["results"].as_array().unwrap().iter().zip([2, 3]) {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "bad.lx");
        assert_eq!(place["region"]["startLine"], line);
        let rule = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    }
    // That there is nothing to report is a log, too.
    std::fs::write(directory.path().join("good.lx"), HELLO).unwrap();
    let sarif = run_on(directory.path(), &["check", "good.lx", "--error-format=sarif"]);
    assert_eq!(code(&sarif), Some(0));
    let log: serde_json::Value = serde_json::from_str(&stderr(&sarif)).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
    // Colours only on a terminal, or when asked for.
    let human = run_on(directory.path(), &["check", "bad.lx"]);
    assert!(!human.stderr.contains(&0x1b));
    let coloured = run_on(directory.path(), &["check", "bad.lx", "--color=always"]);
    assert!(coloured.stderr.contains(&0x1b));
}

fn ownership_off() {
    let directory = scratch();
    let program =
        "const main -> fn () int { let p: *int = cast<*int>(alloc(8)); *p = 4; return *p; }";
    std::fs::write(directory.path().join("leak.lx"), program).unwrap();
    fails_with(&run_on(directory.path(), &["leak.lx"]), "E0401");
    assert_eq!(entries(directory.path()), ["leak.lx"]);
    let ran = run_on(directory.path(), &["run", "leak.lx", "--ownership=off"]);
    assert_eq!(code(&ran), Some(4), "{}", stderr(&ran));
}

fn unreadable() {
    let directory = scratch();
    let path = directory.path();
    std::fs::create_dir(path.join("dir.lx")).unwrap();
    std::fs::write(path.join("latin1.lx"), b"// caf\xe9\nconst main -> fn () int { return 0; }\n")
        .unwrap();
    for name in ["missing.lx", "dir.lx"] {
        let output = run_on(path, &[name]);
        assert_eq!(code(&output), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("error[E0100]"), "{}", stderr(&output));
    }
    let bad = run_on(path, &["latin1.lx", "--error-format=short"]);
    assert!(stderr(&bad).starts_with("latin1.lx:1:7: error[E0108]"), "{}", stderr(&bad));
}

fn unwritable() {
    let directory = with_hello();
    let path = directory.path();
    std::fs::create_dir(path.join("taken")).unwrap();
    for arguments in [
        &["hello.lx", "-o", "no/such/directory/out"][..],
        &["hello.lx", "-o", "taken"],
        &["hello.lx", "--emit=obj", "-o", "taken"],
        &["hello.lx", "--emit=asm", "-o", "no/such/directory/out"],
        &["hello.lx", "--emit=obj", "-o", "/dev/full"],
    ] {
        fails_with(&run_on(path, arguments), "E0505");
    }
    assert_eq!(entries(path), ["hello.lx", "taken"]);
    // What was there stays when the program is wrong.
    std::fs::write(path.join("hello"), "precious").unwrap();
    std::fs::write(path.join("hello.lx"), "const main -> fn () int { return x; }").unwrap();
    fails_with(&run_on(path, &["hello.lx"]), "E0201");
    assert_eq!(std::fs::read(path.join("hello")).unwrap(), b"precious");
    // A full standard output.
    std::fs::write(path.join("hello.lx"), HELLO).unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = lumac()
        .current_dir(path)
        .args(["hello.lx", "--emit=mlir"])
        .stdout(full)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}

fn no_linker() {
    let directory = with_hello();
    let made = output(
        lumac().current_dir(directory.path()).arg("hello.lx").env("CC", "/nonexistent"),
        b"",
        60,
    );
    fails_with(&made, "E0504");
    assert_eq!(entries(directory.path()), ["hello.lx"]);
    let ran = output(
        lumac().current_dir(directory.path()).args(["run", "hello.lx"]).env("CC", "/nonexistent"),
        b"",
        60,
    );
    fails_with(&ran, "E0504");
}

/// Checks a source text: success or located errors, quickly.
fn survives(name: &str, text: &[u8]) -> Output {
    let output = output(lumac().args(["check", "-", "--error-format=short"]), text, 60);
    let said = stderr(&output);
    assert!(matches!(code(&output), Some(0 | 1)), "{name}: {}\n{said}", output.status);
    assert!(!said.contains("internal compiler error"), "{name}: {said}");
    if code(&output) == Some(1) {
        assert!(said.starts_with("<stdin>:"), "{name}: not located: {said}");
    }
    output
}

fn hostile() {
    assert_eq!(code(&survives("empty", b"")), Some(0));
    let mut state = 1u64;
    let garbage: Vec<u8> = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        })
        .collect();
    survives("binary garbage", &garbage);
    survives("ascii garbage", &garbage.iter().map(|b| b & 0x7f).collect::<Vec<u8>>());
    for bracket in ["(", "{", "[", ")", "}", "-", "*", "\"", "/*", "if(", "fn(", "!"] {
        let text = bracket.repeat((10 << 20) / bracket.len());
        assert_eq!(code(&survives(bracket, text.as_bytes())), Some(1));
    }
    let long = format!("const main -> fn () int {{ return 0{}; }}", " + 1".repeat(250_000));
    survives("a 1 MB line", long.as_bytes());
    let list = format!("const a: [int; 250000] = [{}];", "1, ".repeat(250_000));
    survives("a 1 MB list", list.as_bytes());
    survives("a 1 MB name", format!("let {}: int;", "a".repeat(1 << 20)).as_bytes());
    let executable = output(lumac().current_dir(root()).args(["-", "-o", "/dev/null"]), b"", 60);
    fails_with(&executable, "E0206");
}

/// Parses, but is invalid: a late `phi`, a flag twice.
const BROKEN_LL: &[u8] = b"define i64 @main() {\nentry:\n  br label %b\nb:\n  \
    %x = add i64 %y, 1\n  %y = phi i64 [0, %entry]\n  ret i64 %x\n}\n\
    !llvm.module.flags = !{!0, !0}\n!0 = !{i32 2, !\"Debug Info Version\", i32 3}\n";

fn hostile_ir() {
    let directory = scratch();
    let check = |file: &str, text: &[u8]| {
        std::fs::write(directory.path().join(file), text).unwrap();
        for arguments in [&["check", file][..], &[file, "--emit=obj", "-o", "x.o"]] {
            let output = run_on(directory.path(), arguments);
            let said = stderr(&output);
            assert!(
                matches!(code(&output), Some(0 | 1)),
                "{arguments:?} {}\n{said}",
                output.status
            );
            assert!(!said.contains("internal compiler error"), "{said}");
        }
    };
    for file in ["x.lir", "x.mlir", "x.ll"] {
        check(file, b"");
        check(file, b"\x00\x01\x02");
        check(file, "(".repeat(10 << 20).as_bytes());
        check(file, "({".repeat(100_000).as_bytes());
        check(file, b"luma.func @f() { luma.return() : () -> ()");
        check(file, b"func.func @main() -> i64 { return }");
        check(file, b"define i64 @main() { ret i32 0 }");
        check(file, BROKEN_LL);
    }
    let nested = format!(
        "luma.func @f() {{\n{}luma.return() : () -> ()\n{}}}\n",
        "luma.block() ({\n".repeat(400),
        "luma.yield() : () -> ()\n}) : () -> ()\n".repeat(400)
    );
    check("deep.lir", nested.replace("return() : () -> ()\nluma.yield", "yield").as_bytes());
}

fn deep() {
    for depth in [100usize, 190, 1_000, 100_000] {
        let blocks = format!(
            "const main -> fn () int {{ {} {} return 0; }}",
            "if (true) {".repeat(depth),
            "}".repeat(depth)
        );
        let parens = format!(
            "const main -> fn () int {{ return {}1{}; }}",
            "(".repeat(depth),
            ")".repeat(depth)
        );
        let prefix = format!("const main -> fn () int {{ return {}1; }}", "-~".repeat(depth));
        let sum = format!("const main -> fn () int {{ return 1{}; }}", "+1".repeat(depth));
        let and = format!(
            "const main -> fn () int {{ let b: bool = true{}; return 0; }}",
            "&&true".repeat(depth)
        );
        let types =
            format!("let p: {}int; const main -> fn () int {{ return 0; }}", "*".repeat(depth));
        let ifs = format!(
            "const main -> fn () int {{ {} return 1; return 0; }}",
            "if (true)".repeat(depth)
        );
        let elif = format!(
            "const f -> fn (x: int) int {{ if (x == 0) {{ return 0; }} {} return 1; }}\nconst main -> fn () int {{ return f(1) - 1; }}",
            (0..depth).map(|i| format!("elif (x == {i}) {{ return {i}; }}")).collect::<String>()
        );
        let index = format!("const f -> fn (p: *int) int {{ return p{}; }}", "[0]".repeat(depth));
        let assign = format!(
            "const main -> fn () int {{ let a: int = 0; {} 1; return 0; }}",
            "a =".repeat(depth)
        );
        for (name, text) in [
            ("blocks", blocks),
            ("parentheses", parens),
            ("prefix", prefix),
            ("sum", sum),
            ("and", and),
            ("types", types),
            ("ifs", ifs),
            ("elif", elif),
            ("index", index),
            ("assign", assign),
        ] {
            let name = format!("{name} {depth}");
            let checked = survives(&name, text.as_bytes());
            if code(&checked) == Some(0) {
                // What is accepted goes all the way.
                let made = output(
                    lumac().args(["-", "--emit=obj", "-O0", "-o", "/dev/null"]),
                    text.as_bytes(),
                    120,
                );
                let said = stderr(&made);
                let fine = code(&made) == Some(0) || said.contains("E0206");
                assert!(fine, "{name}: {}\n{said}", made.status);
            }
        }
    }
}

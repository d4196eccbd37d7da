//! Passes that do more than change the IR, found by running every pass of the installed LLVM and MLIR
//! under a trace of system calls (`strace`). A pass that writes a file, starts a program or opens a
//! connection must be one that lumac knows (`crates/luma-driver/src/steps/side_effects.rs`): without
//! `--allow-side-effects` it is refused. A pass that crashes must be refused, too, or crash LLVM's own
//! tool.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::tool::{entries, lumac, output, scratch};

pub(crate) fn trials() -> Vec<Trial> {
    let tests: &[(&str, fn())] = &[
        ("every pass of LLVM", llvm),
        ("every pass of MLIR", mlir),
        ("files cannot name them", from_files),
    ];
    crate::tool::trials("side effects", tests)
}

/// Passes that crash `opt` in the same way, one whose reported error ends `opt` and not lumac
/// (`print<ir2vec>`), and those made for that.
const CRASHES: [&str; 4] = [
    "ctx-prof-flatten-prethinlink",
    "print<ir2vec>",
    "trigger-crash-module",
    "trigger-crash-function",
];

fn llvm() {
    let listed = tool_output("opt", &["--print-passes"]);
    let mut group = "";
    let mut pipelines = Vec::new();
    for line in listed.lines() {
        let Some(name) = line.strip_prefix("  ") else {
            group = line;
            continue;
        };
        let around: &[&str] = match group.split(' ').next() {
            // They run inside the code generator only, and are refused.
            Some("Machine") => continue,
            Some("Module") => &[],
            Some("CGSCC") => &["cgscc"],
            Some("Function") => &["function"],
            Some("Loop" | "LoopNest") => &["function", "loop"],
            _ => panic!("a new group of passes: {group}"),
        };
        if group.contains("alias analyses") {
            continue;
        }
        let (base, parameters) = name.split_once('<').unwrap_or((name, ""));
        let mut texts = Vec::new();
        if group.contains("analyses") {
            texts.push(format!("require<{base}>"));
        } else if base == "print" || base == "invalidate" || base == "require" {
            texts.push(name.to_owned());
        } else {
            texts.push(base.to_owned());
            let parameters = parameters.trim_end_matches('>').split([';', '|']);
            let parameters = parameters.filter(|p| !p.is_empty() && !p.starts_with("no-"));
            texts.extend(parameters.map(|p| format!("{base}<{}>", p.replace("=N", "=2"))));
        }
        pipelines.extend(texts.into_iter().map(|text| {
            let inside =
                around.iter().rev().fold(text.clone(), |inner, outer| format!("{outer}({inner})"));
            (text, inside)
        }));
    }
    assert!(pipelines.len() > 400, "only {} pipelines", pipelines.len());
    check("--llvm-passes", "program.ll", LLVM_IR, &pipelines);
}

fn mlir() {
    let help = tool_output("mlir-opt", &["--help"]);
    let mut passes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current = String::new();
    let lines = help.lines().skip_while(|line| line.trim() != "Passes:").skip(1);
    for line in lines.take_while(|line| line.trim() != "Pass Pipelines:") {
        let indent = line.len() - line.trim_start().len();
        let Some(word) = line.trim_start().strip_prefix("--") else { continue };
        let (name, value) = word.split_once(['=', ' ']).unwrap_or((word, ""));
        match indent {
            6 => {
                current = name.to_owned();
                passes.entry(current.clone()).or_default();
            }
            8 if value.starts_with("<string>")
                || name.contains("file")
                || name.contains("path") =>
            {
                passes.entry(current.clone()).or_default().push(name.to_owned());
            }
            _ => {}
        }
    }
    assert!(passes.len() > 300, "only {} passes", passes.len());
    let mut pipelines = Vec::new();
    for (name, options) in passes {
        pipelines.push((name.clone(), name.clone()));
        pipelines.push((name.clone(), format!("func.func({name})")));
        pipelines.extend(
            options.iter().map(|option| (name.clone(), format!("{name}{{{option}=made}}"))),
        );
    }
    check("--mlir-passes", "program.mlir", MLIR, &pipelines);
}

/// Runs each pipeline, and reports what it should not have done. Pipelines that are not known to
/// lumac, or do not fit together, are none.
fn check(option: &str, name: &str, program: &str, pipelines: &[(String, String)]) {
    let directory = scratch();
    let input = directory.path().join(name);
    std::fs::write(&input, program).unwrap();
    let mut wrong = String::new();
    let mut ran = 0;
    for (pass, pipeline) in pipelines {
        let (code, did) = traced(directory.path(), &input, &format!("{option}={pipeline}"), true);
        if code == Some(2) {
            continue;
        }
        ran += 1;
        if code == Some(101) && !CRASHES.contains(&pass.as_str()) {
            let _ = writeln!(wrong, "`{pipeline}` crashes");
        }
        if did.is_empty() {
            continue;
        }
        // Without the option it is refused: for LLVM always, for MLIR if it comes from a file.
        let refused = match option {
            "--llvm-passes" => {
                let (code, did) =
                    traced(directory.path(), &input, &format!("{option}={pipeline}"), false);
                code == Some(2) && did.is_empty()
            }
            _ => {
                let text = format!(
                    "// lumac reproducer\n// option: --from=mlir\n// option: {option}={pipeline}\n{program}"
                );
                let reproducer = directory.path().join("reproducer.mlir");
                std::fs::write(&reproducer, text).unwrap();
                let found = output(lumac().arg("--run-reproducer").arg(&reproducer), b"", 60);
                found.status.code() == Some(2)
            }
        };
        if !refused {
            let _ = writeln!(wrong, "`{pipeline}` is not refused, but did this:\n{did}");
        }
    }
    assert!(ran > 90, "only {ran} pipelines ran");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The exit code, and the system calls by which something outside lumac was changed or started.
fn traced(directory: &Path, input: &Path, option: &str, allow: bool) -> (Option<i32>, String) {
    let work = directory.join("work");
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir(&work).unwrap();
    let (trace, reproducers) = (directory.join("trace"), directory.join("reproducers"));
    let emit = if input.extension().is_some_and(|e| e == "ll") { "llvm-ir" } else { "mlir" };
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(&trace).arg("-e");
    command.arg(
        "trace=execve,execveat,open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,\
         mkdirat,symlink,symlinkat,link,linkat,mknod,mknodat,truncate,socket,connect",
    );
    command.arg(env!("CARGO_BIN_EXE_lumac")).arg(option).arg(input);
    command.arg(format!("--emit={emit}")).args(["-o", "/dev/null", "--reproducer-dir"]);
    command.arg(&reproducers).current_dir(&work).env("TMPDIR", &work).env("PATH", "/usr/bin:/bin");
    if allow {
        command.arg("--allow-side-effects");
    }
    let found = output(&mut command, b"", 60);
    let stderr = String::from_utf8_lossy(&found.stderr);
    let text = std::fs::read(&trace).unwrap_or_else(|why| panic!("strace: {why}: {stderr}"));
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("execve("), "nothing was traced: {stderr}");
    let own = |line: &str| {
        line.contains("\"/dev/null\"") || line.contains(&*reproducers.to_string_lossy())
    };
    let reads = |line: &str| {
        (line.contains(" open(") || line.contains(" openat("))
            && !["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| line.contains(flag))
    };
    let did = text.lines().filter(|line| line.contains('(') && !own(line) && !reads(line));
    // The first is lumac itself; a crash starts it again.
    let did = did.filter(|line| !(line.contains("execve(") && line.contains("lumac")));
    let mut did: String = did.map(|line| format!("  {line}\n")).collect();
    if !found.stdout.is_empty() {
        did += "  something was printed to standard output\n";
    }
    (found.status.code(), did)
}

fn tool_output(name: &str, arguments: &[&str]) -> String {
    let prefix =
        std::env::var_os("LLVM_SYS_221_PREFIX").map_or("/usr/lib/llvm-22".into(), PathBuf::from);
    let found = output(Command::new(prefix.join("bin").join(name)).args(arguments), b"", 60);
    assert!(found.status.success(), "{name}");
    String::from_utf8(found.stdout).unwrap()
}

fn from_files() {
    let directory = scratch();
    let path = |name: &str| directory.path().join(name);
    let program = "const main -> fn () int { return 0; }\n";
    std::fs::write(path("p.lx"), program).unwrap();
    std::fs::write(path("victim"), "precious").unwrap();
    let reproducer = |name: &str, option: &str, comment: &str, text: &str| {
        let text = format!("{comment} lumac reproducer\n{comment} option: {option}\n{text}");
        std::fs::write(path(name), text).unwrap();
    };
    let snapshot = "--mlir-passes=builtin.module(snapshot-op-locations{filename=victim})";
    let nested =
        "--mlir-passes=inline{op-pipelines=func.func(snapshot-op-locations{filename=victim})}";
    reproducer("a.mlir", snapshot, "//", MLIR);
    reproducer("b.mlir", nested, "//", MLIR);
    reproducer("c.ll", "--llvm-passes=insert-gcov-profiling", ";", LLVM_IR);
    reproducer("d.ll", "--llvm-passes=function(view-cfg)", ";", LLVM_IR);
    reproducer("e.ll", "--llvm-passes=function(dot-cfg)", ";", LLVM_IR);
    reproducer("f.lx", "--allow-side-effects", "//", program);
    reproducer("g.lx", "--dialect=/etc/passwd", "//", program);
    reproducer("h.lx", "--patterns=../p.lx", "//", program);
    std::fs::write(path("sweep"), "x: --llvm-passes=function(dot-cfg)\n").unwrap();
    std::fs::write(path("sweep2"), format!("x: -O1 '{snapshot}'\n")).unwrap();
    std::fs::write(path("sweep3"), "x: --allow-side-effects\n").unwrap();
    let script = |name: &str| {
        format!(
            "module attributes {{transform.with_named_sequence}} {{\n\
             transform.named_sequence @__transform_main(%m: !transform.any_op) {{\n\
             %r = transform.apply_registered_pass \"{name}\" with options = {{ \"filename\" = \"victim\" }} to %m : (!transform.any_op) -> !transform.any_op\n\
             transform.yield }} }}\n"
        )
    };
    std::fs::write(path("script.mlir"), script("snapshot-op-locations")).unwrap();
    std::fs::write(path("script2.mlir"), script("snapshot\\2Dop-locations")).unwrap();
    // Blanks around the name of a pass mean nothing, and nor do escapes.
    let nested = |name: &str, option: &str, text: &str| {
        let script = script("snapshot-op-locations").replace(
            "\"snapshot-op-locations\" with options = { \"filename\" = \"victim\" }",
            &format!("\"{name}\" with options = {{ \"{option}\" = \"{text}\" }}"),
        );
        assert!(script.contains(text), "{script}");
        script
    };
    let inner = "\\0Asnapshot-op-locations{filename=victim}";
    let fixed = nested("composite-fixed-point-pass", "pipeline", inner);
    std::fs::write(path("script3.mlir"), fixed).unwrap();
    let listed = "canonicalize,\\09snapshot-op-locations{filename=victim}";
    let inlined = nested("inline", "default-pipeline", listed);
    std::fs::write(path("script4.mlir"), inlined).unwrap();
    reproducer("i.mlir", "--transform=script3.mlir", "//", MLIR);
    let before = entries(directory.path());
    let commands: [&[&str]; 17] = [
        &["--run-reproducer", "a.mlir"],
        &["--run-reproducer", "b.mlir"],
        &["--run-reproducer", "c.ll"],
        &["--run-reproducer", "d.ll"],
        &["--run-reproducer", "e.ll"],
        &["--run-reproducer", "f.lx"],
        &["--run-reproducer", "g.lx"],
        &["--run-reproducer", "h.lx"],
        &["sweep", "p.lx", "--pipelines=sweep"],
        &["sweep", "p.lx", "--pipelines=sweep2"],
        &["sweep", "p.lx", "--pipelines=sweep3"],
        &["p.lx", "--emit=mlir", "--transform=script.mlir"],
        &["p.lx", "--emit=mlir", "--transform=script2.mlir"],
        &["p.lx", "--emit=mlir", "--transform=script3.mlir"],
        &["p.lx", "--emit=mlir", "--transform=script4.mlir"],
        &["--run-reproducer", "i.mlir"],
        &["c.ll", "--llvm-passes=machine-function(print)"],
    ];
    for arguments in commands {
        let found = output(lumac().current_dir(directory.path()).args(arguments), b"", 60);
        let text = String::from_utf8_lossy(&found.stderr);
        assert!(matches!(found.status.code(), Some(1 | 2)), "{arguments:?}: {text}");
        let after = entries(directory.path());
        assert_eq!(after, before, "{arguments:?}: {text}");
        assert_eq!(std::fs::read(path("victim")).unwrap(), b"precious", "{arguments:?}");
    }
    // The user's own command line may name them.
    let named = "--mlir-passes=builtin.module(snapshot-op-locations{filename=victim})";
    let found =
        output(lumac().current_dir(directory.path()).args(["p.lx", "--emit=mlir", named]), b"", 60);
    assert!(found.status.success());
    assert_ne!(std::fs::read(path("victim")).unwrap(), b"precious");
}

/// A bit of everything that passes look for.
const LLVM_IR: &str = r#"target triple = "x86_64-pc-linux-gnu"
@g = internal global [4 x i32] [i32 1, i32 2, i32 3, i32 4]
@fp = global ptr @callee
define internal i32 @callee(i32 %x) !dbg !10 {
  %c = icmp sgt i32 %x, 3
  br i1 %c, label %a, label %b
a:
  %y = add i32 %x, 1
  br label %b
b:
  %r = phi i32 [ %x, %0 ], [ %y, %a ]
  ret i32 %r
}
define i32 @main(i32 %n, ptr %p) !dbg !9 !prof !13 {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %i2, %loop ]
  %s = phi i32 [ 0, %entry ], [ %s2, %loop ]
  %q = getelementptr i32, ptr @g, i32 %i
  %v = load i32, ptr %q
  %w = call i32 @callee(i32 %v), !dbg !14
  %s2 = add i32 %s, %w
  %i2 = add i32 %i, 1
  %done = icmp slt i32 %i2, %n
  br i1 %done, label %loop, label %exit
exit:
  store i32 %s2, ptr %p
  call void asm sideeffect "nop", ""()
  ret i32 %s2
}
declare ptr @malloc(i64)
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!llvm.gcov = !{!5}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, producer: "x", isOptimized: false, runtimeVersion: 0, emissionKind: FullDebug)
!1 = !DIFile(filename: "t.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!5 = !{!"out.gcno", !"out.gcda", !0}
!8 = !DISubroutineType(types: !{})
!9 = distinct !DISubprogram(name: "main", file: !1, line: 1, type: !8, unit: !0, spFlags: DISPFlagDefinition)
!10 = distinct !DISubprogram(name: "callee", file: !1, line: 9, type: !8, unit: !0, spFlags: DISPFlagDefinition)
!13 = !{!"function_entry_count", i64 10}
!14 = !DILocation(line: 3, scope: !9)
"#;

const MLIR: &str = r#"module {
  func.func @main(%n: i32) -> i32 {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c9 = arith.constant 9 : index
    %z = arith.constant 0 : i32
    %s = scf.for %i = %c0 to %c9 step %c1 iter_args(%a = %z) -> (i32) {
      %x = arith.addi %a, %n : i32
      scf.yield %x : i32
    }
    return %s : i32
  }
}
"#;

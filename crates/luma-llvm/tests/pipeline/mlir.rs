//! Programs given as MLIR and as LLVM IR.

use std::fs;
use std::path::Path;
use std::process::Command;

use luma_llvm::{
    LinkOptions, LlvmErrorKind, LlvmModule, OptLevel, Target, TargetOptions, link, llvm_version,
};
use luma_mlir::{Lowering, PrintOptions, Session, lowering_steps};

const PROGRAM: &str = r#"
func.func private @puts(!llvm.ptr) -> i32
llvm.mlir.global internal constant @text("sum is 45\00") {addr_space = 0 : i32}
func.func private @sum(%n: i64) -> i64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %total = scf.for %i = %zero to %n step %one iter_args(%acc = %zero) -> i64 : i64 {
    %next = arith.addi %acc, %i : i64
    scf.yield %next : i64
  }
  return %total : i64
}
func.func @main() -> i32 {
  %ten = arith.constant 10 : i64
  %sum = call @sum(%ten) : (i64) -> i64
  %expected = arith.constant 45 : i64
  %same = arith.cmpi eq, %sum, %expected : i64
  scf.if %same {
    %text = llvm.mlir.addressof @text : !llvm.ptr
    func.call @puts(%text) : (!llvm.ptr) -> i32
  }
  %code = arith.constant 7 : i32
  return %code : i32
}
"#;

fn options(triple: Option<&str>, level: OptLevel) -> TargetOptions {
    TargetOptions { triple: triple.map(str::to_owned), level }
}

fn lowered(text: &str, debug_info: bool) -> Session {
    let mut session = Session::from_mlir_text("test.mlir", text).unwrap();
    session.lower_to_llvm_dialect(Lowering { debug_info }).unwrap();
    session
}

fn object(level: OptLevel, debug_info: bool) -> Vec<u8> {
    let target = Target::new(&options(None, level)).unwrap();
    let mut module = LlvmModule::translate("test", &lowered(PROGRAM, debug_info)).unwrap();
    module.set_target(&target);
    module.optimize(&target, level.pipeline()).unwrap();
    module.emit_object(&target).unwrap()
}

#[test]
fn a_program_runs_at_every_level() {
    let work = tempfile::tempdir().unwrap();
    for level in [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3] {
        let program = work.path().join(format!("{level:?}"));
        link(&object(level, false), &program, &LinkOptions::default()).unwrap();
        let output = Command::new(&program).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "sum is 45\n");
        assert_eq!(output.status.code(), Some(7));
    }
    // Nothing else is left beside the four programs.
    assert_eq!(fs::read_dir(work.path()).unwrap().count(), 4);
}

#[test]
fn text_goes_out_and_in_again() {
    let mut session = Session::from_mlir_text("test.mlir", PROGRAM).unwrap();
    let printed = session.to_text(PrintOptions::default());
    let again = Session::from_mlir_text("again.mlir", &printed).unwrap();
    assert_eq!(again.to_text(PrintOptions::default()), printed);
    let generic = session.to_text(PrintOptions { generic: true, ..PrintOptions::default() });
    assert!(generic.contains("\"scf.for\"("), "{generic}");
    let located = session.to_text(PrintOptions { debug_info: true, ..PrintOptions::default() });
    assert!(located.contains("loc(\"test.mlir\":"), "{located}");

    for pass in ["canonicalize", "builtin.module(func.func(cse))", "symbol-dce"] {
        session.run_pass(pass).unwrap();
    }
    for step in lowering_steps(Lowering::default()) {
        session.run_pass(step.name()).unwrap();
    }
    let lowered = session.to_text(PrintOptions::default());
    assert!(lowered.contains("llvm.func @main"), "{lowered}");
    assert!(!lowered.contains("scf."), "{lowered}");

    let module = LlvmModule::translate("test", &session).unwrap();
    let text = module.to_text();
    let again = LlvmModule::from_ll_text("again.ll", &text).unwrap();
    // The first line names the module.
    let body = |text: &str| text.lines().skip(2).collect::<Vec<_>>().join("\n");
    assert_eq!(body(&again.to_text()), body(&text));
}

#[test]
fn objects_for_other_machines() {
    for (triple, machine, word) in [
        ("x86_64-unknown-linux-gnu", 62_u16, "retq"),
        ("aarch64", 183, "ret"),
        ("aarch64-linux-gnu", 183, "ret"),
    ] {
        let target = Target::new(&options(Some(triple), OptLevel::O2)).unwrap();
        let mut module = LlvmModule::translate("test", &lowered(PROGRAM, false)).unwrap();
        module.set_target(&target);
        module.optimize(&target, "default<O2>").unwrap();
        let before = module.to_text();
        let asm = String::from_utf8(module.emit_asm(&target).unwrap()).unwrap();
        assert!(asm.contains("main:") && asm.contains(word), "{asm}");
        assert_eq!(module.to_text(), before, "printing assembly changed the module");
        let object = module.emit_object(&target).unwrap();
        assert_eq!(object.get(..4), Some(&b"\x7fELF"[..]));
        assert_eq!(object.get(18..20), Some(&machine.to_le_bytes()[..]), "{triple}");
    }
}

#[test]
fn unknown_targets_are_named() {
    for triple in
        ["", "z80", "riscv64-unknown-linux-gnu", "x86_64-pc-templeos", "x86_64-\u{0}", "aarch64-é"]
    {
        let error = Target::new(&options(Some(triple), OptLevel::O2)).unwrap_err();
        assert_eq!(error.kind, LlvmErrorKind::Target, "{triple}");
        assert!(error.message.starts_with("unknown target"), "{}", error.message);
        assert!(error.help.is_some());
    }
}

#[test]
fn malformed_text_is_located() {
    let error =
        Session::from_mlir_text("bad.mlir", "func.func @f() {\n  frobnicate\n}").unwrap_err();
    let at = error.position().unwrap();
    assert_eq!((at.file.as_str(), at.line), ("bad.mlir", 2), "{error}");
    // Valid syntax, invalid op.
    let text = "func.func @f() -> i64 {\n  return\n}";
    let error = Session::from_mlir_text("bad.mlir", text).unwrap_err();
    assert_eq!(error.position().unwrap().line, 2, "{error}");
    // Two ops, the second one bad: the module around them is implied.
    let text = "func.func private @f()\nfunc.func private @f()";
    let error = Session::from_mlir_text("bad.mlir", text).unwrap_err();
    assert_eq!(error.position().unwrap().file, "bad.mlir");
    assert!(error.message().contains("redefinition"), "{error}");

    let error = LlvmModule::from_ll_text("bad.ll", "define void @f() {\n  frob\n}\n").unwrap_err();
    assert_eq!(error.kind, LlvmErrorKind::Parse);
    assert_eq!(error.position.unwrap().line, 2, "{error}");
    let text = "define i64 @f() {\n  %x = add i64 %y, 1\n  %y = add i64 %x, 1\n  ret i64 %x\n}\n";
    let error = LlvmModule::from_ll_text("bad.ll", text).unwrap_err();
    assert_eq!(error.kind, LlvmErrorKind::Verify, "{error}");
}

#[test]
fn garbage_and_depth_are_errors() {
    for text in [
        "\0",
        "(((((",
        "}",
        "\u{7f}ELF",
        "module {",
        "#loc = loc(",
        "\"a\"() : () -> ()",
        "!x = !x",
    ] {
        assert!(Session::from_mlir_text("g.mlir", text).is_err(), "{text:?}");
    }
    for text in ["define", "BC\u{c0}", "target triple = \"\"x", "@a = global i64 \u{1}"] {
        assert!(LlvmModule::from_ll_text("g.ll", text).is_err(), "{text:?}");
    }
    assert!(Session::from_mlir_text("empty.mlir", "").is_ok());
    assert!(LlvmModule::from_ll_text("empty.ll", "").is_ok());
    for open in ["(", "[", "{", "module {", "<", "!llvm.array<1 x ", "\"x\"() ({"] {
        let deep = open.repeat(200_000);
        assert!(Session::from_mlir_text("deep.mlir", &deep).is_err(), "{open}");
        assert!(LlvmModule::from_ll_text("deep.ll", &deep).is_err(), "{open}");
    }
    // The deepest that is let through must not overflow the stack of a test thread (2 MiB).
    let levels = 900;
    let text = format!("{}{}", "module {\n".repeat(levels), "}\n".repeat(levels));
    let session = Session::from_mlir_text("deep.mlir", &text).unwrap();
    assert!(session.to_text(PrintOptions::default()).matches("module").count() == levels);
    let text = format!("@a = global {}i8{} zeroinitializer", "{".repeat(900), "}".repeat(900));
    LlvmModule::from_ll_text("deep.ll", &text).unwrap();
}

#[test]
fn passes_that_cannot_run_say_why() {
    let mut session = Session::from_mlir_text("test.mlir", PROGRAM).unwrap();
    let before = session.to_text(PrintOptions::default());
    for text in [
        "no-such-pass",
        "canonicalize{no-such-option=1}",
        "func.func(",
        ")",
        "cse,,",
        "\0",
        "func.func(ensure-debug-info-scope-on-llvm-func)",
    ] {
        let error = session.run_pass(text).unwrap_err();
        assert!(!error.message().is_empty(), "{text}");
        assert_eq!(session.to_text(PrintOptions::default()), before, "{text}");
    }
    let target = Target::new(&TargetOptions::default()).unwrap();
    let translated = LlvmModule::translate("test", &session);
    assert!(translated.is_err(), "func ops have no translation");

    let mut module = LlvmModule::translate("test", &lowered(PROGRAM, false)).unwrap();
    module.set_target(&target);
    for text in ["no-such-pass", "default<O9>", "function(", "\0"] {
        assert_eq!(module.optimize(&target, text).unwrap_err().kind, LlvmErrorKind::Pass);
    }
    module.optimize(&target, "function(mem2reg,instcombine),globaldce").unwrap();
}

#[test]
fn what_the_target_cannot_express_is_an_error() {
    let text = "define void @f() {\n  call void asm sideeffect \"no such instruction\", \"\"()\n  ret void\n}\n";
    let target = Target::new(&TargetOptions::default()).unwrap();
    let mut module = LlvmModule::from_ll_text("asm.ll", text).unwrap();
    module.set_target(&target);
    let error = module.emit_object(&target).unwrap_err();
    assert_eq!(error.kind, LlvmErrorKind::Codegen);
    assert!(error.message.contains("<inline asm>:1:"), "{error}");
    assert!(error.notes.iter().any(|note| note.contains("no such instruction")), "{error:?}");
}

#[test]
fn linking_fails_clearly_and_leaves_nothing() {
    let work = tempfile::tempdir().unwrap();
    let output = work.path().join("program");
    let object = object(OptLevel::O0, false);
    let cc = |cc: &str| LinkOptions { cc: Some(cc.into()), arguments: Vec::new() };

    let error = link(&object, &output, &cc("/nonexistent")).unwrap_err();
    assert_eq!(error.kind, LlvmErrorKind::Link);
    assert!(error.message.contains("/nonexistent") && error.help.is_some(), "{error}");
    assert!(link(&object, &output, &cc("false")).is_err());
    assert!(link(b"not an object", &output, &LinkOptions::default()).is_err());

    let text =
        "declare void @nowhere()\ndefine i32 @main() {\n  call void @nowhere()\n  ret i32 0\n}\n";
    let target = Target::new(&TargetOptions::default()).unwrap();
    let mut module = LlvmModule::from_ll_text("t.ll", text).unwrap();
    module.set_target(&target);
    let undefined = module.emit_object(&target).unwrap();
    let error = link(&undefined, &output, &LinkOptions::default()).unwrap_err();
    assert!(error.message.contains("`nowhere`"), "{error}");
    assert_eq!(fs::read_dir(work.path()).unwrap().count(), 0);

    let missing = work.path().join("no/such/dir/program");
    for path in [missing.as_path(), work.path()] {
        let error = link(&object, path, &LinkOptions::default()).unwrap_err();
        assert_eq!(error.kind, LlvmErrorKind::Write);
    }
    assert_eq!(fs::read_dir(work.path()).unwrap().count(), 0);

    // Devices are written to, not replaced.
    link(&object, Path::new("/dev/null"), &LinkOptions::default()).unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn lines_reach_the_debugger() {
    let work = tempfile::tempdir().unwrap();
    let program = work.path().join("program");
    let session = lowered(PROGRAM, true);
    let text = LlvmModule::translate("test", &session).unwrap().to_text();
    assert!(text.contains("!DISubprogram(name: \"sum\""), "{text}");
    assert!(text.contains("!DILocation(line: 7"), "{text}");
    link(&object(OptLevel::O0, true), &program, &LinkOptions::default()).unwrap();
    let Ok(gdb) = Command::new("gdb")
        .args(["-nx", "-batch", "-ex", "break test.mlir:8"])
        .arg(&program)
        .output()
    else {
        return; // No debugger here; the line table was checked above.
    };
    let said = String::from_utf8_lossy(&gdb.stdout);
    assert!(said.contains("Breakpoint 1 at") && said.contains("line 8"), "{said}");
}

#[test]
fn the_version_is_that_of_the_library() {
    assert!(llvm_version().starts_with("22."), "{}", llvm_version());
}

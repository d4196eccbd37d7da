//! What files and signals may not do: outputs never destroy inputs, whatever ends lumac nothing stays
//! behind, costs are bounded, and what is printed cannot steer a terminal.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::tool::{entries, lumac, output, scratch};

const HELLO: &str = "const main -> fn () int { outputln(\"hello\"); return 0; }\n";
/// `fix` adds the missing `free`.
const LEAKY: &str = "const main -> fn () int {\n    let p: *int = cast<*int>(alloc(8));\n    *p = 1;\n    return 0;\n}\n";

pub(crate) fn trials() -> Vec<Trial> {
    let tests: &[(&str, fn())] = &[
        ("outputs are never inputs", outputs_and_inputs),
        ("files keep mode, links and owner", modes),
        ("fix keeps a file's names and notices changes", fix),
        ("signals leave nothing behind", signals),
        ("reduce and bisect say what they had", interrupted),
        ("time limits hold for everything that was started", time_limits),
        ("limits of lumac itself", limits),
        ("closed, full and broken streams", streams),
        ("names and texts cannot steer a terminal", printing),
        ("reproducers contain the files they need", reproducers),
        ("costs of crafted inputs are bounded", costs),
        ("outputs do not depend on the environment", determinism),
    ];
    crate::tool::trials("hardened", tests)
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    output(lumac().current_dir(directory).args(arguments), b"", 60)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn with_files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = scratch();
    for (name, content) in files {
        fs::write(directory.path().join(name), content).unwrap();
    }
    directory
}

fn outputs_and_inputs() {
    let directory = with_files(&[
        ("p.lx", HELLO),
        ("d.toml", "[dialect]\nname = \"x\"\nsummary = \"Nothing.\"\n"),
        ("lines", "x: -O1\n"),
        ("q.mlir", "module {}\n"),
    ]);
    let path = |name: &str| directory.path().join(name);
    symlink("p.lx", path("soft")).unwrap();
    fs::hard_link(path("p.lx"), path("hard")).unwrap();
    let before: Vec<(String, Vec<u8>)> = entries(directory.path())
        .into_iter()
        .map(|name| (name.clone(), fs::read(path(&name)).unwrap()))
        .collect();
    let commands: [&[&str]; 14] = [
        &["p.lx", "-o", "p.lx"],
        &["p.lx", "-o", "soft", "--emit=obj"],
        &["p.lx", "-o", "hard", "--emit=llvm-ir"],
        &["p.lx", "--record=soft"],
        &["p.lx", "--dialect=d.toml", "--record=d.toml"],
        &["p.lx", "--dialect=d.toml", "-o", "./d.toml"],
        &["p.lx", "--patterns=q.mlir", "-o", "q.mlir"],
        &["p.lx", "-o", "new", "--record=new"],
        &["run", "p.lx", "--record=hard"],
        &["check", "p.lx", "--ownership-facts=hard"],
        &["reduce", "p.lx", "--oracle=true", "-o", "soft"],
        &["sweep", "p.lx", "--pipelines=lines", "-o", "lines"],
        &["sweep", "p.lx", "--pipelines=lines", "-o", "hard"],
        &["dialect", "doc", "--dialect=d.toml", "--out=lines"],
    ];
    for arguments in commands {
        let found = run(directory.path(), arguments);
        assert!(matches!(found.status.code(), Some(1 | 2)), "{arguments:?}");
        assert!(!found.stderr.is_empty(), "{arguments:?}");
        for (name, content) in &before {
            assert_eq!(&fs::read(path(name)).unwrap(), content, "{arguments:?}: {name}");
        }
        assert_eq!(entries(directory.path()).len(), before.len(), "{arguments:?}");
    }
    // A file of a tree that is an input.
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    fs::hard_link(path("p.lx"), tree.join("000_input.lx")).unwrap();
    let found = run(directory.path(), &["p.lx", "--emit=luma-ir", "--print-ir-tree-dir=tree"]);
    assert_eq!(found.status.code(), Some(1));
    assert_eq!(fs::read_to_string(path("p.lx")).unwrap(), HELLO);
}

fn modes() {
    let directory = with_files(&[("p.lx", HELLO), ("private.o", "old"), ("public.o", "old")]);
    let path = |name: &str| directory.path().join(name);
    let mode = |name: &str| fs::metadata(path(name)).unwrap().mode() & 0o7777;
    let set = |name: &str, mode| {
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("private.o", 0o600);
    set("public.o", 0o664);
    for name in ["private.o", "public.o"] {
        let before = mode(name);
        assert!(run(directory.path(), &["p.lx", "--emit=obj", "-o", name]).status.success());
        assert_eq!(mode(name), before, "{name}");
        assert!(fs::read(path(name)).unwrap().starts_with(b"\x7fELF"));
    }
    // A link stays a link, and what it leads to is written.
    symlink("real.o", path("link.o")).unwrap();
    assert!(run(directory.path(), &["p.lx", "--emit=obj", "-o", "link.o"]).status.success());
    assert!(fs::symlink_metadata(path("link.o")).unwrap().is_symlink());
    assert!(fs::read(path("real.o")).unwrap().starts_with(b"\x7fELF"));
    // An executable is one, whatever was there before.
    fs::write(path("p"), "no program").unwrap();
    set("p", 0o600);
    assert!(run(directory.path(), &["p.lx", "-o", "p"]).status.success());
    assert_eq!(mode("p") & 0o100, 0o100);
    set("p", 0o700);
    assert!(run(directory.path(), &["p.lx", "-o", "p"]).status.success());
    assert_eq!(mode("p"), 0o700);
    assert!(entries(directory.path()).iter().all(|name| !name.starts_with('.')));
}

fn fix() {
    let crlf = LEAKY.replace('\n', "\r\n");
    let directory = with_files(&[("p.lx", LEAKY), ("crlf.lx", &crlf), ("one.lx", LEAKY)]);
    let path = |name: &str| directory.path().join(name);
    fs::set_permissions(path("p.lx"), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(run(directory.path(), &["fix", "p.lx"]).status.success());
    assert_eq!(fs::metadata(path("p.lx")).unwrap().mode() & 0o7777, 0o640);
    assert!(fs::read_to_string(path("p.lx")).unwrap().contains("free("));
    assert!(run(directory.path(), &["fix", "crlf.lx"]).status.success());
    let fixed = fs::read_to_string(path("crlf.lx")).unwrap();
    assert!(
        fixed.contains("free(") && fixed.matches('\n').count() == fixed.matches("\r\n").count()
    );
    // Both names of a file change.
    fs::hard_link(path("one.lx"), path("two.lx")).unwrap();
    assert!(run(directory.path(), &["fix", "one.lx"]).status.success());
    assert_eq!(fs::read(path("one.lx")).unwrap(), fs::read(path("two.lx")).unwrap());
    assert_eq!(fs::metadata(path("one.lx")).unwrap().nlink(), 2);
    assert_eq!(entries(directory.path()), ["crlf.lx", "one.lx", "p.lx", "two.lx"]);
    // What is not a regular file is refused, and not waited for.
    assert!(Command::new("mkfifo").arg(path("pipe.lx")).status().unwrap().success());
    for name in ["pipe.lx", "/dev/null"] {
        let found = output(lumac().current_dir(directory.path()).args(["fix", name]), b"", 10);
        assert_eq!(found.status.code(), Some(1), "{name}");
    }
}

/// A command in a directory of its own, with its temporary files there.
fn spawn(directory: &Path, arguments: &[&str]) -> Child {
    let temporary = directory.join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut command = lumac();
    command.current_dir(directory).args(arguments).env("TMPDIR", temporary);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own keeps the signals of a terminal away.
    command.process_group(0).spawn().unwrap()
}

fn wait(mut child: Child, seconds: u64) -> Output {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(seconds), "it did not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Waits until `condition` holds.
fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process with this in its command line is there.
fn is_running(word: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let own = entry.file_name().to_string_lossy() == std::process::id().to_string();
        !own && text(&line).contains(word)
    })
}

fn signals() {
    let names = [("INT", 2), ("TERM", 15), ("HUP", 1), ("XCPU", 24), ("XFSZ", 25), ("USR1", 10)];
    for (name, number) in names {
        let directory = with_files(&[("p.lx", HELLO)]);
        // The oracle and what it started in a session of its own end, too.
        let mark = format!("71.{number}00{}", std::process::id());
        let oracle = format!("touch started; setsid sleep {mark} & sleep {mark}; true {{}}");
        let child = spawn(
            directory.path(),
            &["reduce", "p.lx", &format!("--oracle={oracle}"), "-o", "out.lx"],
        );
        until("the oracle did not start", || {
            directory.path().join("started").exists() && is_running(&mark)
        });
        signal(&child, name);
        let found = wait(child, 20);
        assert_eq!(found.status.signal(), Some(number), "{name}: {}", text(&found.stderr));
        until("a process is left", || !is_running(&mark));
        assert_eq!(entries(&directory.path().join("tmp")), [""; 0], "{name}");
        assert_eq!(entries(directory.path()), ["p.lx", "started", "tmp"], "{name}");
    }
}

fn interrupted() {
    let program = format!("{}{HELLO}", "const unused: int = 1;\n".replace("unused", "a"));
    let many: String = (0..60).map(|i| format!("const c{i}: int = {i};\n")).collect();
    let directory = with_files(&[("p.lx", &format!("{program}{many}"))]);
    // Answers at once for 20 calls, then waits.
    let oracle = "echo >>calls; test $(wc -l <calls) -lt 20 || sleep 60; grep -q hello {}";
    let directory_path = directory.path().display().to_string();
    let oracle = format!("cd '{directory_path}'; {oracle}");
    let child =
        spawn(directory.path(), &["reduce", "p.lx", &format!("--oracle={oracle}"), "-o", "out.lx"]);
    let calls = || fs::read(directory.path().join("calls")).unwrap_or_default().len();
    until("the oracle was not called", || calls() >= 20);
    signal(&child, "INT");
    let found = wait(child, 20);
    assert_eq!(found.status.signal(), Some(2));
    assert!(text(&found.stderr).contains("interrupted"), "{}", text(&found.stderr));
    let smallest = fs::read_to_string(directory.path().join("out.lx")).unwrap();
    assert!(smallest.contains("hello") && smallest.len() < program.len() + many.len());
    // bisect tells the steps between which the failure appears.
    fs::remove_file(directory.path().join("calls")).unwrap();
    let oracle = format!(
        "cd '{directory_path}'; echo >>calls; n=$(wc -l <calls); test $n -lt 4 || sleep 60; \
         test $n -ne 2 # {{}}"
    );
    let child = spawn(directory.path(), &["bisect", "p.lx", &format!("--oracle={oracle}")]);
    until("the oracle was not called", || calls() >= 4);
    signal(&child, "TERM");
    let found = wait(child, 20);
    assert_eq!(found.status.signal(), Some(15));
    assert!(text(&found.stderr).contains("the failure is absent after"), "{}", text(&found.stderr));
    assert_eq!(entries(&directory.path().join("tmp")), [""; 0]);
}

fn time_limits() {
    // The first call of an oracle is under the limit, too.
    let directory = with_files(&[("p.lx", HELLO)]);
    let mark = format!("72.00{}", std::process::id());
    let oracle = format!("setsid sleep {mark} & sleep {mark}; true {{}}");
    let start = Instant::now();
    let found = wait(
        spawn(directory.path(), &["reduce", "p.lx", &format!("--oracle={oracle}"), "--max-time=1"]),
        20,
    );
    assert_eq!(found.status.code(), Some(1));
    assert!(
        start.elapsed() < Duration::from_secs(15) && text(&found.stderr).contains("--max-time")
    );
    until("a process is left", || !is_running(&mark));
    // A program under `run` ends with all it started.
    let program = format!(
        "const popen -> fn (command: *byte, mode: *byte) *void;\n\
         const usleep -> fn (microseconds: int) int;\n\
         const main -> fn () int {{\n\
         popen(\"setsid sleep {mark} & touch started\", \"r\"); usleep(300000); return 5; }}\n"
    );
    fs::write(directory.path().join("s.lx"), program).unwrap();
    let found = wait(spawn(directory.path(), &["run", "s.lx"]), 30);
    assert_eq!(found.status.code(), Some(5), "{}", text(&found.stderr));
    assert!(directory.path().join("started").exists());
    until("a process is left", || !is_running(&mark));
    // `--time-limit` ends children, too.
    let found = wait(
        spawn(
            directory.path(),
            &["bisect", "p.lx", &format!("--oracle={oracle}"), "--time-limit=1"],
        ),
        20,
    );
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stderr).contains("time limit of 1 second"));
    until("a process is left", || !is_running(&mark));
    assert_eq!(entries(&directory.path().join("tmp")), [""; 0]);
}

fn limits() {
    let directory = with_files(&[("p.lx", "const main -> fn () int { loop {} return 0; }\n")]);
    let found = run(directory.path(), &["interp", "p.lx", "--time-limit=0.3"]);
    assert_eq!(found.status.code(), Some(1), "{}", text(&found.stderr));
    assert!(text(&found.stderr).contains("time limit of 0.3 seconds"));
    for arguments in [&["check", "p.lx", "--memory-limit=1M"][..], &["--memory-limit=1M", "p.lx"]] {
        let found = run(directory.path(), arguments);
        assert_eq!(found.status.code(), Some(1), "{arguments:?}");
        assert!(text(&found.stderr).contains("memory limit of 1048576 bytes"), "{arguments:?}");
    }
    for wrong in ["--time-limit=0", "--time-limit=x", "--memory-limit=0", "--memory-limit=1X"] {
        assert_eq!(run(directory.path(), &["p.lx", wrong]).status.code(), Some(2), "{wrong}");
    }
    assert_eq!(entries(directory.path()), ["p.lx"]);
}

fn streams() {
    let directory = with_files(&[("p.lx", HELLO), ("lines", "x: -O1\n")]);
    let commands = [
        "check p.lx --ownership-report",
        "check p.lx --ownership-dump=main",
        "check p.lx --ownership-facts=-",
        "p.lx --emit=llvm-ir",
        "p.lx --record=- --emit=obj -o /dev/null",
        "--print-pipeline",
        "--list-passes",
        "--explain E0401",
        "--help",
        "--version",
        "dialect list",
        "dialect doc",
        "dialect export --irdl",
        "interp p.lx",
        "check-levels p.lx",
        "sweep p.lx --pipelines=lines --rounds=1",
    ];
    let lumac_path = env!("CARGO_BIN_EXE_lumac");
    for command in commands {
        for (redirection, wanted) in [(">/dev/full", 1), (">&-", 1), ("| true", 0)] {
            // The status of the first of a pipeline, after the second has ended.
            let script = match wanted {
                0 => format!(
                    "({{ sleep 0.05; '{lumac_path}' {command}; echo $? >code; }} | true); cat code"
                ),
                _ => format!("'{lumac_path}' {command} {redirection}; echo $? >code; cat code"),
            };
            let mut shell = Command::new("bash");
            shell.current_dir(directory.path()).args(["-c", &script]);
            let found = output(&mut shell, b"", 60);
            let said = text(&found.stderr);
            let code = text(&found.stdout);
            // The program itself is told of a closed stream by the interpreter.
            assert_eq!(code.trim(), wanted.to_string(), "{command} {redirection}: {said}");
            assert_eq!(said.is_empty(), wanted == 0, "{command} {redirection}: {said}");
        }
    }
    for (variable, value) in [("CC", "true"), ("TMPDIR", "/nonexistent")] {
        let mut command = lumac();
        command.current_dir(directory.path()).args(["run", "p.lx"]).env(variable, value);
        let found = output(&mut command, b"", 60);
        assert_eq!(found.status.code(), Some(1), "{variable}");
        assert!(text(&found.stderr).contains(value), "{variable}: {}", text(&found.stderr));
    }
    fs::copy(directory.path().join("p.lx"), directory.path().join("-p.lx")).unwrap();
    assert_eq!(run(directory.path(), &["run", "--", "-p.lx"]).stdout, b"hello\n");
    assert_eq!(run(directory.path(), &["run", "--", "-p.lx", "--", "a"]).stdout, b"hello\n");
}

fn printing() {
    let nasty = "\u{1b}]0;title\u{7}\u{202e}<b>";
    let table = format!(
        "[dialect]\nname = \"x\"\nsummary = \"{}\"\ndoc = \"<script>alert(1)</script> and `a<b>`\"\n\n\
         [[op]]\nname = \"nop\"\nsummary = \"Does nothing. {}\"\n",
        nasty.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007"),
        nasty.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007"),
    );
    let program = format!("// {nasty}\n{LEAKY}");
    let name = "n\u{1b}[31m\u{202e}.lx";
    let directory = with_files(&[("x.toml", &table), (name, &program), ("lines", "x: -O1\n")]);
    let commands: [&[&str]; 11] = [
        &["dialect", "list", "--dialect=x.toml"],
        &["dialect", "doc", "--dialect=x.toml", "x"],
        &["dialect", "export", "--irdl", "--dialect=x.toml"],
        &["fix", "--dry-run", name],
        &["check", name],
        &["sweep", name, "--pipelines=lines", "--rounds=1"],
        &["sweep", name, "--pipelines=lines", "--rounds=1", "--format=csv"],
        &[name, "--ownership=off", "-g", "--emit=asm"],
        &["--luma-passes=\u{1b}\u{202e}", "p.lx"],
        &["--explain", "\u{1b}\u{202e}"],
        &["--emit=\u{1b}\u{202e}", "p.lx"],
    ];
    for arguments in commands {
        let found = run(directory.path(), arguments);
        for stream in [&found.stdout, &found.stderr] {
            let shown = text(stream);
            let steers = |c: char| c.is_control() && c != '\n' && c != '\t' || c == '\u{202e}';
            assert!(!shown.contains(steers), "{arguments:?}: {}", shown.escape_debug());
        }
        assert!(!(found.stdout.is_empty() && found.stderr.is_empty()), "{arguments:?}");
    }
    let page = text(&run(directory.path(), &["dialect", "doc", "--dialect=x.toml", "x"]).stdout);
    assert!(page.contains("\\<script>alert(1)\\</script> and `a<b>`"), "{page}");
}

fn reproducers() {
    let root = crate::cases::root();
    let directory = scratch();
    let work = directory.path();
    fs::copy(root.join("examples/dialects/pool.toml"), work.join("pool.toml")).unwrap();
    fs::write(work.join("p.lx"), HELLO).unwrap();
    let found = run(
        work,
        &["p.lx", "--dialect=pool.toml", "--test-passes", "--luma-passes=test-crash", "--emit=obj"],
    );
    assert_eq!(found.status.code(), Some(101), "{}", text(&found.stderr));
    let names = entries(work);
    let name = names.iter().find(|name| name.starts_with("lumac-reproducer")).unwrap();
    // Nothing but the reproducer is needed.
    let elsewhere = scratch();
    fs::copy(work.join(name), elsewhere.path().join(name)).unwrap();
    let replayed = run(elsewhere.path(), &["--run-reproducer", name]);
    assert_eq!(replayed.status.code(), Some(101), "{}", text(&replayed.stderr));
    assert_eq!(entries(elsewhere.path()).len(), 1);
}

fn costs() {
    let directory = scratch();
    let work = directory.path();
    // Each operation is three of the next.
    let mut table = "[dialect]\nname = \"z\"\nsummary = \"Grows.\"\n".to_owned();
    for level in 0..14 {
        let next = format!("z.o{}\\n", level + 1).repeat(3);
        let expand = if level == 13 { String::new() } else { format!("expand = \"{next}\"\n") };
        table += &format!("\n[[op]]\nname = \"o{level}\"\nsummary = \"Grows.\"\n{expand}");
    }
    fs::write(work.join("z.toml"), table).unwrap();
    let ops = "    z.o0\n".repeat(100);
    let ir = format!(
        "luma.func @main() -> i64 {{\n{ops}    %0 = luma.constant 0 : i64\n    luma.return %0 : i64\n}}\n"
    );
    fs::write(work.join("z.lir"), ir).unwrap();
    let found = run(
        work,
        &["z.lir", "--dialect=z.toml", "--emit=obj", "-o", "/dev/null", "--memory-limit=3G"],
    );
    let said = text(&found.stderr);
    assert_eq!(found.status.code(), Some(1), "{said}");
    assert!(!said.contains("memory limit"), "{said}");
    // Data that does not fit in memory.
    fs::write(
        work.join("big.ll"),
        "@g = global [5368709120 x i8] zeroinitializer, section \".mine\"\n",
    )
    .unwrap();
    let found = run(work, &["big.ll", "--emit=obj", "-o", "/dev/null"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stderr).contains("bytes of data"), "{}", text(&found.stderr));
    // Long chains and sums, as generators write them.
    let mut program = "const f -> fn (x: int) int {\n    if (x == 0) { return 1; }\n".to_owned();
    program
        .extend((1..10_000).map(|i| format!("    else if (x == {i}) {{ return {}; }}\n", i + 7)));
    let sum = vec!["x"; 10_000].join(" + ");
    program += &format!("    return {sum};\n}}\n");
    program += "const main -> fn () int { outputln(f(9999), \" \", f(20000)); return 0; }\n";
    fs::write(work.join("long.lx"), program).unwrap();
    for level in ["-O0", "-O1"] {
        let found = run(work, &["run", "long.lx", level]);
        assert_eq!(text(&found.stdout), "10006 200000000\n", "{}", text(&found.stderr));
    }
    // Structs of structs: the front end and the back end agree on what is too deep.
    let mut program: String =
        (0..3000).map(|i| format!("const S{i} -> struct {{ a: S{} }};\n", i + 1)).collect();
    program += "const S3000 -> struct { a: int };\nconst main -> fn () int { return 0; }\n";
    fs::write(work.join("deep.lx"), program).unwrap();
    let found = run(work, &["check", "deep.lx"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stderr).contains("E0107"), "{}", text(&found.stderr));
}

fn determinism() {
    let root = crate::cases::root();
    let program = fs::read_to_string(root.join("examples/hello.lx")).unwrap();
    let kinds = ["luma-ir", "mlir", "llvm-ir", "asm", "obj"];
    let mut expected: Vec<Vec<u8>> = Vec::new();
    for variant in 0..5 {
        let directory = scratch();
        let work = directory.path().join(["a", "some other folder", "c", "d", "e"][variant]);
        fs::create_dir(&work).unwrap();
        fs::write(work.join("p.lx"), &program).unwrap();
        for (index, kind) in kinds.iter().enumerate() {
            let mut command = lumac();
            command.current_dir(&work).args([
                "p.lx",
                "-O2",
                &format!("--emit={kind}"),
                "-o",
                "out",
            ]);
            match variant {
                1 => command.arg("--threads=1"),
                2 => command.arg("--threads=7").env("LC_ALL", "tr_TR.UTF-8").env("LANG", "tr_TR"),
                3 => command.env("TZ", "Pacific/Kiritimati").env("SOURCE_DATE_EPOCH", "1"),
                4 => command.env("HOME", &work).env("TMPDIR", &work).env_remove("USER"),
                _ => &mut command,
            };
            assert!(output(&mut command, b"", 60).status.success());
            let made = fs::read(work.join("out")).unwrap();
            match expected.get(index) {
                Some(first) => assert!(*first == made, "variant {variant} changes {kind}"),
                None => expected.push(made),
            }
        }
    }
}

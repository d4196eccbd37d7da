//! Runs `lumac` and other tools, with a time limit.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

/// The compiler under test.
pub(crate) fn lumac() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lumac"));
    command.env("NO_COLOR", "1").env_remove("CC");
    command
}

/// `lumac` on a file, called by its path below the root so that messages are the same everywhere.
pub(crate) fn lumac_on(path: &Path) -> Command {
    let root = crate::cases::root();
    let mut command = lumac();
    command.current_dir(&root).arg(path.strip_prefix(&root).unwrap_or(path));
    command
}

/// Runs `command` to its end; one that takes more than `seconds` is killed and fails the test.
pub(crate) fn output(command: &mut Command, input: &[u8], seconds: u64) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let (mut stdin, mut stdout, mut stderr) =
        (child.stdin.take().unwrap(), child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let out = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stdout.read_to_end(&mut bytes);
        bytes
    });
    let err = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        bytes
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > Duration::from_secs(seconds) {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{command:?} took more than {seconds} seconds");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    writer.join().unwrap();
    Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }
}

/// Standard output of a command that must succeed.
pub(crate) fn success(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let output = output(command, input, 120);
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// A directory that is gone at the end of the test.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A trial for each of `tests`; their names begin with `prefix`.
pub(crate) fn trials(prefix: &str, tests: &[(&str, fn())]) -> Vec<Trial> {
    let trial = |&(name, test): &(&str, fn())| {
        Trial::test(format!("{prefix}: {name}"), move || {
            test();
            Ok(())
        })
    };
    tests.iter().map(trial).collect()
}

/// The names in a directory, sorted.
pub(crate) fn entries(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

//! Children and grandchildren end with their limits and with the process that started them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use luma_process::{End, Limits, Streams, TempDir, TempFile, capture, foreground, run};
use rustix::process::{Pid, Signal, kill_process};

const SHORT: Limits = Limits { time: Some(Duration::from_millis(200)), output: None, memory: None };

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script);
    command
}

/// Waits for `holds`, which a working system makes true soon.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within a minute: {what}");
}

/// Whether a process runs; one that has ended and was not reaped does not.
fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z ") && !stat.contains(") X "))
}

fn ends(pid: &str) {
    assert!(pid.parse::<u32>().is_ok(), "`{pid}` is not the number of a process");
    eventually("the grandchild ends", || !runs(pid));
}

#[test]
fn a_time_limit_ends_grandchildren() {
    let script = "sleep 1000 & echo $!; wait";
    let ran = capture(shell(script), Streams::Stdout, &SHORT).unwrap();
    assert_eq!(ran.end, End::Time(SHORT.time.unwrap()));
    assert_eq!((ran.end.code(), ran.end.signal()), (None, None));
    ends(String::from_utf8(ran.stdout).unwrap().trim());
}

#[test]
fn a_child_that_ignores_signals_is_ended() {
    let ran = run(shell("trap '' TERM INT HUP; while :; do sleep 1000; done"), &SHORT).unwrap();
    assert!(matches!(ran.end, End::Time(_)));
}

#[test]
fn a_child_that_ends_leaves_no_grandchildren() {
    let script = "sleep 1000 & echo $!; exit 3";
    let ran = capture(shell(script), Streams::Stdout, &Limits::NONE).unwrap();
    assert_eq!(ran.end.code(), Some(3));
    ends(String::from_utf8(ran.stdout).unwrap().trim());
}

#[test]
fn an_output_limit_counts_both_streams() {
    let limits = Limits { output: Some(100_000), ..Limits::NONE };
    for script in ["yes", "yes 1>&2"] {
        let ran = capture(shell(script), Streams::Both, &limits).unwrap();
        assert_eq!(ran.end, End::Output(100_000));
        assert!(ran.stdout.len() + ran.stderr.len() > 100_000);
        assert_eq!(ran.end.killed_by().unwrap(), "a limit of 100000 bytes of output");
    }
}

#[test]
fn a_memory_limit_makes_allocations_fail() {
    let script = "dd if=/dev/zero of=/dev/null bs=400M count=1";
    let free = capture(shell(script), Streams::Both, &Limits::NONE).unwrap();
    assert!(free.end.success(), "{}", String::from_utf8_lossy(&free.stderr));
    let limits = Limits { memory: Some(200 << 20), ..Limits::NONE };
    let limited = capture(shell(script), Streams::Both, &limits).unwrap();
    assert!(!limited.end.success());
    assert!(String::from_utf8_lossy(&limited.stderr).contains("memory"));
}

#[test]
fn streams_are_kept_apart() {
    let ran = capture(shell("echo out; echo err >&2; cat"), Streams::Both, &Limits::NONE).unwrap();
    assert_eq!((&*ran.stdout, &*ran.stderr), (&b"out\n"[..], &b"err\n"[..]));
    let ran = capture(shell("echo out; echo err >&2"), Streams::Stdout, &Limits::NONE).unwrap();
    assert_eq!((&*ran.stdout, &*ran.stderr), (&b"out\n"[..], &b""[..]));
}

#[test]
fn signals_are_named() {
    let ran = run(shell("kill -ABRT $$"), &Limits::NONE).unwrap();
    assert_eq!(ran.end.killed_by().unwrap(), "SIGABRT (abort)");
    assert_eq!(ran.end.signal(), Some(6));
}

#[test]
fn a_missing_program_is_an_error() {
    assert!(run(Command::new("/nonexistent"), &Limits::NONE).is_err());
    assert!(foreground(Command::new("/nonexistent")).is_err());
}

#[test]
fn temporary_entries_disappear() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().to_owned();
    std::fs::write(path.join("a"), "text").unwrap();
    let permissions = std::fs::metadata(path.join("a")).unwrap().permissions();
    let file = TempFile::hidden_in(&path, permissions.clone()).unwrap();
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 2);
    drop(file);
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    TempFile::hidden_in(&path, permissions).unwrap().persist(&path.join("b")).unwrap();
    assert!(path.join("b").exists());
    drop(directory);
    assert!(!path.exists());
}

// --- what happens when this process ends --------------------------------------------------------

/// The variable that makes [`role`] play a part: it names a directory to leave files in.
const ROLE: &str = "LUMA_PROCESS_TEST_ROLE";

/// Not a test but the process that the tests below end: it has a temporary directory and a child
/// with a grandchild.
#[test]
fn role() {
    let Some(directory) = std::env::var_os(ROLE).map(PathBuf::from) else { return };
    let temporary = TempDir::new().unwrap();
    std::fs::write(temporary.path().join("file"), "text").unwrap();
    let write = |name: &str, text: String| {
        std::fs::write(directory.join("new"), text).unwrap();
        std::fs::rename(directory.join("new"), directory.join(name)).unwrap();
    };
    write("temporary", temporary.path().display().to_string());
    let (grandchild, marker) = (directory.join("grandchild"), directory.join("ready"));
    let (grandchild, marker) = (grandchild.display(), marker.display());
    if directory.join("foreground").exists() {
        let trap = format!("trap 'kill -KILL $!; exit 7' TERM; sleep 1000 & echo $! >{grandchild}");
        let status = foreground(shell(&format!("{trap}; : >{marker}; wait"))).unwrap();
        write("status", format!("{:?}", status.code()));
    } else {
        let script = format!("sleep 1000 & echo $! >{grandchild}; : >{marker}; wait");
        run(shell(&script), &Limits::NONE).unwrap();
    }
}

fn start(directory: &Path) -> Child {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "role", "--nocapture"])
        .env(ROLE, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the child starts", || directory.join("ready").exists());
    child
}

fn read(directory: &Path, name: &str) -> String {
    std::fs::read_to_string(directory.join(name)).unwrap().trim().to_owned()
}

#[test]
fn a_signal_ends_children_and_removes_files() {
    use std::os::unix::process::ExitStatusExt as _;
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let directory = TempDir::new().unwrap();
        let mut child = start(directory.path());
        let temporary = PathBuf::from(read(directory.path(), "temporary"));
        assert!(temporary.join("file").exists());
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal.as_raw()));
        ends(&read(directory.path(), "grandchild"));
        assert!(!temporary.exists());
    }
}

#[test]
fn a_foreground_child_gets_the_signal() {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("foreground"), "").unwrap();
    let mut child = start(directory.path());
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(read(directory.path(), "status"), "Some(7)");
    ends(&read(directory.path(), "grandchild"));
    assert!(!PathBuf::from(read(directory.path(), "temporary")).exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_ends_even_when_nothing_can_be_cleaned_up() {
    let directory = TempDir::new().unwrap();
    let mut child = start(directory.path());
    // The thread that started it is not the main one.
    let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    let shells: Vec<String> = tasks
        .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(!shells.is_empty(), "/proc lists no child");
    child.kill().unwrap();
    child.wait().unwrap();
    shells.iter().for_each(|shell| ends(shell));
    // SIGKILL leaves what only lumac itself could remove.
    let group = read(directory.path(), "grandchild").parse().unwrap();
    let _ = kill_process(Pid::from_raw(group).unwrap(), Signal::KILL);
    let _ = std::fs::remove_dir_all(read(directory.path(), "temporary"));
}

#[test]
fn a_file_that_changed_is_not_edited() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, "now").unwrap();
    let error = luma_process::edit_file(&path, b"before", b"after").unwrap_err();
    assert!(error.to_string().contains("changed meanwhile"), "{error}");
    std::fs::hard_link(&path, directory.path().join("g")).unwrap();
    assert!(luma_process::edit_file(&path, b"before", b"after").is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"now");
    luma_process::edit_file(&path, b"now", b"after").unwrap();
    assert_eq!(std::fs::read(directory.path().join("g")).unwrap(), b"after");
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 2);
}

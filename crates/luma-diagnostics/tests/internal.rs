//! What `never!` and `ice!` do, each in a process of its own: they act on the whole process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::panic::catch_unwind;
use std::process::Command;

use luma_diagnostics::{OrNever as _, ice, internal, never};

/// Runs the ignored test `name` in another process; gives what it appended to its log.
fn child(name: &str, mode: &str) -> String {
    let log = format!("luma-internal-{}-{name}-{mode}", std::process::id());
    let log = std::env::temp_dir().join(log);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]);
    command.env(internal::MODE, mode).env(internal::LOG, &log).env_remove("RUST_BACKTRACE");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
    let lines = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    lines
}

#[test]
fn recording() {
    let lines = child("record_mode", "record");
    assert_eq!(lines.lines().count(), 104, "{lines}");
    assert!(lines.contains("internal.rs:"), "{lines}");
}

#[test]
#[ignore = "run by `recording`"]
fn record_mode() {
    let (no, yes) = (false, true);
    assert!(!never!(no));
    assert!(!never!(no, "it is {no}"));
    assert!(internal::take().is_empty());
    let threads: Vec<_> = (0..10)
        .map(|thread| {
            std::thread::spawn(move || {
                for at in 0..10 {
                    assert!(never!(at < 10, "thread {thread} at {at}"));
                }
            })
        })
        .collect();
    let line = line!() + 1;
    assert!(never!(1 + 1 == 2));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let events = internal::take();
    let [first, second] = &events[..] else { panic!("{events:?}") };
    // One event an assertion, with the same message whatever thread was first.
    assert_eq!(first.message, "thread 0 at 0");
    assert_eq!((&*second.message, second.line), ("`1 + 1 == 2` is true", line));
    assert!(second.file.ends_with("tests/internal.rs"), "{second:?}");
    assert!(internal::take().is_empty());
    assert_eq!(Some(3).or_never(0, "a number"), 3);
    assert_eq!("x".parse().or_never(0, "a number"), 0);
    assert!(never!(yes, "it is {yes}") && never!("seven is {}", 7));
    let messages: Vec<String> = internal::take().into_iter().map(|event| event.message).collect();
    let wanted = ["a number: invalid digit found in string", "it is true", "seven is 7"];
    assert_eq!(messages, wanted);
    let diagnostic = second.to_diagnostic(Some("cse"));
    assert_eq!(diagnostic.code.as_str(), "E0700");
    assert_eq!(diagnostic.message, "internal compiler error: `1 + 1 == 2` is true");
    assert!(diagnostic.notes[0].ends_with(", in the step `cse`"), "{diagnostic:?}");
}

#[test]
fn panicking() {
    let lines = child("panic_mode", "panic");
    assert_eq!(lines.lines().count(), 1, "{lines}");
}

#[test]
#[ignore = "run by `panicking`"]
fn panic_mode() {
    let payload = catch_unwind(|| never!("wrong: {}", 7)).unwrap_err();
    assert_eq!(internal::panic_message(&*payload), "wrong: 7");
    assert!(internal::take().is_empty());
}

#[test]
fn unwinding() {
    for mode in ["record", "panic"] {
        let lines = child("unwinding_mode", mode);
        assert!(lines.ends_with(": lost 3\n"), "{lines}");
    }
}

#[test]
#[ignore = "run by `unwinding`"]
fn unwinding_mode() {
    std::panic::set_hook(Box::new(internal::record_panic));
    let payload = catch_unwind(|| ice!("lost {}", 3)).unwrap_err();
    let _ = std::panic::take_hook();
    assert_eq!(internal::panic_message(&*payload), "lost 3");
    let events = internal::take();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].file.ends_with("tests/internal.rs"), "{events:?}");
    assert_eq!(events[0].message, "lost 3");
}

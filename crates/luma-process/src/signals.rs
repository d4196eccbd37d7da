//! Signals that ask lumac to end.

use std::io;
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::registry;

/// Starts the thread that waits for signals, once.
///
/// # Errors
///
/// The handlers cannot be installed, or the thread cannot be started.
pub(crate) fn install() -> io::Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        let handled = [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|&s| !is_ignored(s));
        let mut signals = Signals::new(handled)?;
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            signals.forever().for_each(on_signal);
        })?;
        *installed = true;
    }
    Ok(())
}

/// Whether lumac was started with this signal ignored, as `nohup` does. It stays so.
fn is_ignored(signal: i32) -> bool {
    // SAFETY: an all-zero `sigaction` is a valid one, and the call only writes to it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}

/// Runs on the thread that waits for signals, not in a signal handler.
fn on_signal(signal: i32) {
    let mut active = registry::lock_installed();
    if let Some(child) = active.foreground {
        // lumac ends when the child does.
        pass_on(signal, child);
        return;
    }
    active.clean_up();
    // The lock is held until the process has ended, so that nothing new is created.
    let _ = emulate_default_handler(signal);
    std::process::exit(128 + signal);
}

/// Sends `signal` to the child on lumac's terminal, unless the terminal did so itself.
fn pass_on(signal: i32, child: Pid) {
    let from_keyboard = matches!(signal, SIGINT | SIGQUIT) && is_terminal_foreground();
    if !from_keyboard && let Some(signal) = Signal::from_named_raw(signal) {
        let _ = kill_process(child, signal);
    }
}

/// Whether keyboard signals of the controlling terminal go to lumac and the children in its group.
fn is_terminal_foreground() -> bool {
    std::fs::File::open("/dev/tty")
        .ok()
        .and_then(|terminal| rustix::termios::tcgetpgrp(terminal).ok())
        .is_some_and(|group| group == getpgrp())
}

/// The name of a signal that ended a process, with its usual cause: `SIGSEGV (bad memory access)`.
pub fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGILL => "SIGILL (illegal instruction)",
        libc::SIGABRT => "SIGABRT (abort)",
        libc::SIGFPE => "SIGFPE (division by zero or overflow)",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV (bad memory access)",
        libc::SIGPIPE => "SIGPIPE (broken pipe)",
        libc::SIGTERM => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.into()
}

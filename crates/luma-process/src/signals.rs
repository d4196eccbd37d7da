//! Signals that ask lumac to end.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::registry::{self, end_with};

/// Whether the thread that waits for signals is there.
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// All signals that end a process from outside unless it handles them.
const HANDLED: [i32; 9] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ, SIGALRM, SIGUSR1, SIGUSR2];

/// What the thread is woken with to clean up after a crash.
const CRASHED: i32 = SIGUSR2;
static HAS_CRASHED: AtomicBool = AtomicBool::new(false);

/// Starts the thread that waits for signals, once.
///
/// # Errors
///
/// The handlers cannot be installed, or the thread cannot be started.
pub(crate) fn install() -> io::Result<()> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    if INSTALLED.load(Ordering::Acquire) {
        return Ok(());
    }
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if !INSTALLED.load(Ordering::Acquire) {
        let mut signals = Signals::new(HANDLED.into_iter().filter(|&s| !is_ignored(s)))?;
        // The thread that writes too much would go on, report an error and end the process before
        // the signal does.
        if !is_ignored(SIGXFSZ) {
            // SAFETY: the action only sleeps, which a handler may.
            unsafe { signal_hook::low_level::register(SIGXFSZ, wait_for_end)? };
        }
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            signals.forever().for_each(on_signal);
        })?;
        INSTALLED.store(true, Ordering::Release);
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

/// Gives the thread that waits for signals the time to end the process.
fn wait_for_end() {
    let second = libc::timespec { tv_sec: 1, tv_nsec: 0 };
    // SAFETY: the structure is readable, and nothing is asked back.
    unsafe { libc::nanosleep(&raw const second, std::ptr::null_mut()) };
}

/// Lets the thread that waits for signals clean up after a crash, as far as it still can. For a
/// handler of signals; gives up after a second.
pub(crate) fn clean_up_after_crash() {
    if INSTALLED.load(Ordering::Acquire) {
        HAS_CRASHED.store(true, Ordering::Release);
        // SAFETY: sending a signal to this process is allowed in a handler.
        unsafe { libc::kill(libc::getpid(), CRASHED) };
        wait_for_end();
    }
}

/// Runs on the thread that waits for signals, not in a signal handler.
fn on_signal(signal: i32) {
    if signal == CRASHED && HAS_CRASHED.load(Ordering::Acquire) {
        registry::abandon();
    }
    let foreground = registry::lock_installed().foreground;
    if let Some(child) = foreground {
        // lumac ends when the child does.
        pass_on(signal, child);
        return;
    }
    end_with(|| {
        let _ = emulate_default_handler(signal);
        std::process::exit(128 + signal);
    })
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
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL (illegal instruction)",
        libc::SIGABRT => "SIGABRT (abort)",
        libc::SIGFPE => "SIGFPE (division by zero or overflow)",
        libc::SIGKILL => "SIGKILL",
        libc::SIGBUS => "SIGBUS (bad memory access)",
        libc::SIGSEGV => "SIGSEGV (bad memory access)",
        libc::SIGPIPE => "SIGPIPE (broken pipe)",
        libc::SIGTERM => "SIGTERM",
        libc::SIGXCPU => "SIGXCPU (processor time limit)",
        libc::SIGXFSZ => "SIGXFSZ (file size limit)",
        _ => return format!("signal {signal}"),
    };
    name.into()
}

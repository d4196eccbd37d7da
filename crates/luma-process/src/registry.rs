//! What must not outlive lumac: running children and temporary files; and what is still to be done
//! when it is ended from outside.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::signals;

static ACTIVE: Mutex<Active> = Mutex::new(Active {
    groups: Vec::new(),
    foreground: None,
    paths: Vec::new(),
    watchers: Vec::new(),
    last_words: Vec::new(),
    words: 0,
});

/// Whether the process is being ended: only the thread that does so goes on.
static ENDING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static ENDS: Cell<bool> = const { Cell::new(false) };
}

type Job = Box<dyn FnOnce() + Send>;

pub(crate) struct Active {
    /// Leaders of process groups.
    groups: Vec<Pid>,
    /// The child that shares lumac's terminal.
    pub(crate) foreground: Option<Pid>,
    /// Files and directories.
    paths: Vec<PathBuf>,
    /// Shells that remove directories when lumac has ended.
    watchers: Vec<Pid>,
    /// What is done before the process is ended from outside.
    last_words: Vec<(u64, Job)>,
    /// The number of `last_words` so far.
    words: u64,
}

/// The registry. While it is locked, no signal ends lumac: what is created under the lock is
/// registered before the handler looks.
///
/// # Errors
///
/// The handlers cannot be installed.
pub(crate) fn lock() -> std::io::Result<MutexGuard<'static, Active>> {
    signals::install()?;
    Ok(lock_installed())
}

/// The same for what was registered before.
pub(crate) fn lock_installed() -> MutexGuard<'static, Active> {
    // A thread that panicked left a complete list: each change is one push or removal.
    let active = ACTIVE.lock().unwrap_or_else(PoisonError::into_inner);
    if ENDING.load(Ordering::Acquire) && !ENDS.get() {
        drop(active);
        loop {
            std::thread::park();
        }
    }
    active
}

/// Ends the process from outside: kills all children, does what was registered with
/// [`before_end`], removes all temporary files, and calls `end`.
pub(crate) fn end_with(end: impl FnOnce() -> std::convert::Infallible) -> ! {
    let mut active = lock_installed();
    if ENDING.swap(true, Ordering::AcqRel) {
        drop(active);
        loop {
            std::thread::park();
        }
    }
    ENDS.set(true);
    active.kill_groups();
    let last_words = std::mem::take(&mut active.last_words);
    drop(active);
    for (_, job) in last_words {
        job();
    }
    // The lock is held until the process has ended, so that nothing new is created.
    let mut active = lock_installed();
    active.kill_groups();
    crate::orphans::kill(&active);
    active.remove_files();
    match end() {}
}

/// Ends the process with this exit code, with all that is done when a signal ends it.
pub fn end_process(code: i32) -> ! {
    end_with(|| std::process::exit(code))
}

/// Ends the process after a crash, with exit code 101: kills all children and removes all temporary
/// files. Nothing is written, because the state of the process is not known to be right.
pub(crate) fn abandon() -> ! {
    ENDS.set(true);
    let mut active = lock_installed();
    active.kill_groups();
    active.remove_files();
    // SAFETY: ends the process without running anything of it.
    unsafe { libc::_exit(crate::crash::EXIT_BUG) }
}

/// Does `job` before the process is ended by a signal or a limit, unless the result is dropped first.
/// It runs on another thread, beside the threads that go on; what it writes with this crate is
/// written.
pub fn before_end(job: impl FnOnce() + Send + 'static) -> BeforeEnd {
    // Without handlers there is nothing to do before a signal ends the process.
    let _ = signals::install();
    let mut active = lock_installed();
    active.words += 1;
    let number = active.words;
    active.last_words.push((number, Box::new(job)));
    BeforeEnd(number)
}

/// Keeps what was given to [`before_end`] registered.
#[derive(Debug)]
#[must_use = "it is no longer registered once this is dropped"]
pub struct BeforeEnd(u64);

impl Drop for BeforeEnd {
    fn drop(&mut self) {
        lock_installed().last_words.retain(|(number, _)| *number != self.0);
    }
}

impl Active {
    pub(crate) fn add_group(&mut self, leader: Pid) {
        self.groups.push(leader);
    }

    pub(crate) fn remove_group(&mut self, leader: Pid) {
        self.groups.retain(|&group| group != leader);
    }

    pub(crate) fn add_path(&mut self, path: &Path) {
        self.paths.push(path.to_owned());
    }

    pub(crate) fn remove_path(&mut self, path: &Path) {
        self.paths.retain(|known| known != path);
    }

    pub(crate) fn add_watcher(&mut self, shell: Pid) {
        self.watchers.push(shell);
    }

    pub(crate) fn remove_watcher(&mut self, shell: Pid) {
        self.watchers.retain(|&known| known != shell);
    }

    /// Whether this process is a child that somebody waits for.
    pub(crate) fn is_child(&self, pid: Pid) -> bool {
        self.groups.contains(&pid) || self.foreground == Some(pid) || self.watchers.contains(&pid)
    }

    /// Failures are ignored: lumac is about to end.
    fn kill_groups(&mut self) {
        for group in self.groups.drain(..) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// As for the groups.
    fn remove_files(&mut self) {
        for path in self.paths.drain(..) {
            let _ = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
        }
    }
}

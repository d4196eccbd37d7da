//! What must not outlive lumac: running children and temporary files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::signals;

static ACTIVE: Mutex<Active> =
    Mutex::new(Active { groups: Vec::new(), foreground: None, paths: Vec::new() });

#[derive(Debug)]
pub(crate) struct Active {
    /// Leaders of process groups.
    groups: Vec<Pid>,
    /// The child that shares lumac's terminal.
    pub(crate) foreground: Option<Pid>,
    /// Files and directories.
    paths: Vec<PathBuf>,
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
    ACTIVE.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Kills all children and removes all files. Failures are ignored: lumac is about to end.
    pub(crate) fn clean_up(&mut self) {
        for group in self.groups.drain(..) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        for path in self.paths.drain(..) {
            let _ = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
        }
    }
}

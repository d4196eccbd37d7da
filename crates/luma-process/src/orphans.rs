//! Processes that left the group of the child they descend from.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::registry::Active;

static ADOPTED: AtomicBool = AtomicBool::new(false);

/// From now on, a process whose parent ends becomes a child of this process if it descends from one,
/// and is killed once no child is left that it can belong to. Only for processes that start all their
/// children with this crate: others would be killed, too.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_ok() {
        ADOPTED.store(true, Ordering::Relaxed);
    }
}

/// Kills all orphans, and those that become orphans by that. `active` says which children are none.
pub(crate) fn kill(active: &Active) {
    // Each round ends one generation; who forks faster than that is left.
    const ROUNDS: usize = 100;
    if !ADOPTED.load(Ordering::Relaxed) {
        return;
    }
    for _ in 0..ROUNDS {
        let orphans: Vec<Pid> =
            children().into_iter().filter(|&pid| !active.is_child(pid)).collect();
        if orphans.is_empty() {
            return;
        }
        for orphan in orphans {
            // Until it is waited for, its number means nothing else.
            let _ = kill_process(orphan, Signal::KILL);
            let _ = waitpid(Some(orphan), WaitOptions::empty());
        }
    }
}

/// The children of this process; none where the system does not tell.
fn children() -> Vec<Pid> {
    let mut all = Vec::new();
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        let numbers = list.split_whitespace().filter_map(|number| number.parse().ok());
        all.extend(numbers.filter_map(Pid::from_raw));
    }
    all
}

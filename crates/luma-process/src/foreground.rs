//! A child on lumac's terminal.

use std::io;
use std::process::{Command, ExitStatus};

use rustix::process::Pid;

use crate::child::{await_exit, prepare};
use crate::registry::{lock, lock_installed};

/// Runs a command that shares lumac's terminal and process group until it ends; its descendants end
/// then, too, after [`adopt_orphans`](crate::adopt_orphans). Meanwhile, signals that would end lumac
/// are sent to it instead. One command at a time is run in this way.
///
/// # Errors
///
/// It cannot be started.
pub fn foreground(mut command: Command) -> io::Result<ExitStatus> {
    prepare(&mut command, None);
    let mut active = lock()?;
    let mut child = command.spawn()?;
    let pid = Pid::from_child(&child);
    active.foreground = Some(pid);
    drop(active);
    let ended = await_exit(pid, None);
    // Before the child is reaped, after which its number may mean another process.
    let mut active = lock_installed();
    active.foreground = None;
    let status = ended.and_then(|_| child.wait());
    crate::orphans::kill(&active);
    status
}

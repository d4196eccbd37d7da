//! Children in process groups of their own, with limits.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions};
use rustix::process::{kill_process_group, setrlimit, waitid};

use crate::registry::{lock, lock_installed};
use crate::signals::signal_name;

/// How often the size of the output is looked at.
const OUTPUT_INTERVAL: Duration = Duration::from_millis(2);

/// Limits at which a child is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time.
    pub time: Option<Duration>,
    /// Bytes of captured output. Checked at short intervals, so a fast child may write more.
    pub output: Option<u64>,
    /// Bytes of address space of each process; allocations beyond that fail in the child.
    pub memory: Option<u64>,
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, or by a signal that did not come from here.
    Exited(ExitStatus),
    /// It was killed at the limit of time.
    Time(Duration),
    /// It was killed at the limit of output, in bytes.
    Output(u64),
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self { time: None, output: None, memory: None };
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.killed_by()) {
            (Self::Exited(status), _) => write!(f, "{status}"),
            (_, limit) => write!(f, "killed by {}", limit.unwrap_or_default()),
        }
    }
}

impl End {
    /// Whether it ended by itself with exit code 0.
    pub fn success(self) -> bool {
        matches!(self, Self::Exited(status) if status.success())
    }

    /// Its exit code; `None` if it was killed.
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Exited(status) => status.code(),
            Self::Time(_) | Self::Output(_) => None,
        }
    }

    /// The signal that ended it, if that did not come from here.
    pub fn signal(self) -> Option<i32> {
        match self {
            Self::Exited(status) => status.signal(),
            Self::Time(_) | Self::Output(_) => None,
        }
    }

    /// What killed it: a limit, or a signal, in words. `None` if it ended by itself.
    pub fn killed_by(self) -> Option<String> {
        match self {
            Self::Exited(status) => status.signal().map(signal_name),
            Self::Time(limit) => Some(format!("a limit of {} seconds", limit.as_secs())),
            Self::Output(limit) => Some(format!("a limit of {limit} bytes of output")),
        }
    }
}

/// A child that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// From its start to its end, without the time to create the process.
    pub time: Duration,
}

/// A child that has ended, and what it wrote.
#[derive(Clone, Debug)]
pub struct Captured {
    /// How it ended.
    pub end: End,
    /// From its start to its end, without the time to create the process.
    pub time: Duration,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error, if that was captured.
    pub stderr: Vec<u8>,
}

/// What is captured. The rest goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streams {
    /// Standard output.
    Stdout,
    /// Standard output and standard error, apart.
    Both,
}

/// Runs a command in a process group of its own until it ends or reaches a limit, then kills
/// whatever is left of the group. Its streams are as `command` says.
///
/// # Errors
///
/// It cannot be started.
pub fn run(command: Command, limits: &Limits) -> io::Result<Finished> {
    Running::start(command, limits)?.finish(limits, &[])
}

/// The same without input, keeping what it writes.
///
/// # Errors
///
/// It cannot be started, or there is no file to keep the output in.
pub fn capture(mut command: Command, streams: Streams, limits: &Limits) -> io::Result<Captured> {
    // To files: a pipe would need a reader while the child runs.
    let mut stdout = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?);
    let mut stderr = match streams {
        Streams::Stdout => None,
        Streams::Both => Some(tempfile::tempfile()?),
    };
    match &stderr {
        None => command.stderr(Stdio::null()),
        Some(file) => command.stderr(file.try_clone()?),
    };
    let running = Running::start(command, limits)?;
    let files: Vec<&File> = std::iter::once(&stdout).chain(&stderr).collect();
    let Finished { end, time } = running.finish(limits, &files)?;
    let stdout = content(&mut stdout)?;
    let stderr = stderr.as_mut().map(content).transpose()?.unwrap_or_default();
    Ok(Captured { end, time, stdout, stderr })
}

fn content(file: &mut File) -> io::Result<Vec<u8>> {
    // The child shares the position.
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A child that has been started. Its group is killed when this is dropped.
struct Running {
    child: Child,
    leader: Pid,
    start: Instant,
    reaped: bool,
}

impl Running {
    fn start(mut command: Command, limits: &Limits) -> io::Result<Self> {
        prepare(&mut command, limits.memory);
        command.process_group(0);
        let mut active = lock()?;
        let child = command.spawn()?;
        let start = Instant::now();
        let leader = Pid::from_child(&child);
        active.add_group(leader);
        Ok(Self { child, leader, start, reaped: false })
    }

    /// Waits until it ends or reaches a limit, `written` being the files it writes to.
    fn finish(mut self, limits: &Limits, written: &[&File]) -> io::Result<Finished> {
        let limit = loop {
            let mut rest = limits.time.map(|limit| limit.saturating_sub(self.start.elapsed()));
            if limits.output.is_some() {
                rest = Some(rest.map_or(OUTPUT_INTERVAL, |rest| rest.min(OUTPUT_INTERVAL)));
            }
            if await_exit(self.leader, rest)? {
                break None;
            }
            if let Some(limit) = limits.time
                && self.start.elapsed() >= limit
            {
                break Some(End::Time(limit));
            }
            if let Some(limit) = limits.output
                && size(written) > limit
            {
                break Some(End::Output(limit));
            }
        };
        let time = self.start.elapsed();
        let status = self.kill()?;
        Ok(Finished { end: limit.unwrap_or(End::Exited(status)), time })
    }

    /// Kills what is left of the group, and gives the status of its leader.
    fn kill(&mut self) -> io::Result<ExitStatus> {
        // The leader is not reaped yet, so its number still means this group.
        let _ = kill_process_group(self.leader, Signal::KILL);
        let mut active = lock_installed();
        active.remove_group(self.leader);
        self.reaped = true;
        let status = self.child.wait();
        crate::orphans::kill(&active);
        status
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            // Nothing can be done about a child that cannot be waited for.
            let _ = self.kill();
        }
    }
}

fn size(files: &[&File]) -> u64 {
    files.iter().filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum()
}

/// Makes the child end with the thread that starts it, which must wait for it, and so with lumac
/// however that ends; and limits its memory.
pub(crate) fn prepare(command: &mut Command, memory: Option<u64>) {
    #[cfg(target_os = "linux")]
    let parent = Some(rustix::process::getpid());
    let before_exec = move || {
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{getppid, set_parent_process_death_signal};
            set_parent_process_death_signal(Some(Signal::KILL))?;
            if getppid() != parent {
                // It ended before the system was told.
                return Err(io::ErrorKind::NotFound.into());
            }
        }
        if memory.is_some() {
            setrlimit(Resource::As, Rlimit { current: memory, maximum: memory })?;
        }
        Ok(())
    };
    // SAFETY: between fork and exec, the closure only makes system calls; it does not allocate or
    // take locks.
    unsafe { command.pre_exec(before_exec) };
}

/// Waits until a child has ended, without reaping it; false if that takes longer than `longest`.
pub(crate) fn await_exit(child: Pid, longest: Option<Duration>) -> io::Result<bool> {
    let start = Instant::now();
    let mut options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    if longest.is_some() {
        options |= WaitIdOptions::NOHANG;
    }
    loop {
        match waitid(WaitId::Pid(child), options) {
            Ok(Some(_)) => return Ok(true),
            Ok(None) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let rest = longest.map(|longest| longest.saturating_sub(start.elapsed()));
        if rest == Some(Duration::ZERO) {
            return Ok(false);
        }
        sleep_until_exit(child, rest);
    }
}

/// Sleeps until a child ends, at most for `longest`; may wake up earlier.
#[cfg(target_os = "linux")]
fn sleep_until_exit(child: Pid, longest: Option<Duration>) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{PidfdFlags, pidfd_open};

    let timeout = longest.and_then(|longest| longest.try_into().ok());
    match pidfd_open(child, PidfdFlags::empty()) {
        Ok(process) => {
            // An interrupted wait is an early one.
            let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], timeout.as_ref());
        }
        // Linux before 5.3.
        Err(_) => std::thread::sleep(Duration::from_millis(1)),
    }
}

#[cfg(not(target_os = "linux"))]
fn sleep_until_exit(_: Pid, longest: Option<Duration>) {
    let interval = Duration::from_millis(1);
    std::thread::sleep(longest.map_or(interval, |longest| longest.min(interval)));
}

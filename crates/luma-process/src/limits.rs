//! Limits of this process itself.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crate::registry::end_with;

/// How often they are looked at.
const INTERVAL: Duration = Duration::from_millis(5);

/// Ends this process with exit code 1 and a message once it has run for `time` or occupies `memory`
/// bytes, whichever is first. What it started is killed and its temporary files are removed.
///
/// Memory is what is resident: the system is asked every few milliseconds, so a little more can be
/// used for a moment.
///
/// # Errors
///
/// The thread that watches cannot be started.
pub fn limit(time: Option<Duration>, memory: Option<u64>) -> io::Result<()> {
    if time.is_none() && memory.is_none() {
        return Ok(());
    }
    let start = Instant::now();
    let over = move || memory.filter(|limit| resident().is_some_and(|bytes| bytes > *limit));
    let too_much = |limit| give_up(&format!("the memory limit of {limit} bytes was reached"));
    // What takes less than an interval is not seen below.
    if let Some(limit) = over() {
        too_much(limit);
    }
    std::thread::Builder::new().name("limits".into()).spawn(move || {
        loop {
            if let Some(limit) = time
                && start.elapsed() >= limit
            {
                let seconds = limit.as_secs_f64();
                let plural = if seconds == 1.0 { "" } else { "s" };
                give_up(&format!("the time limit of {seconds} second{plural} was reached"));
            }
            if let Some(limit) = over() {
                too_much(limit);
            }
            let rest = time.map_or(INTERVAL, |limit| limit.saturating_sub(start.elapsed()));
            std::thread::sleep(if memory.is_some() { rest.min(INTERVAL) } else { rest });
        }
    })?;
    Ok(())
}

fn give_up(why: &str) -> ! {
    end_with(|| {
        // Nothing can be done about a stderr that cannot be written.
        let _ = writeln!(io::stderr(), "error: {why}");
        std::process::exit(1)
    })
}

/// The bytes of memory this process occupies.
#[cfg(target_os = "linux")]
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

#[cfg(not(target_os = "linux"))]
fn resident() -> Option<u64> {
    // The highest so far.
    // SAFETY: an all-zero `rusage` is a valid one, and the call only writes to it.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) == 0)
            .then(|| u64::try_from(usage.ru_maxrss).ok())
            .flatten()
    }
}

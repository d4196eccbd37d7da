//! Runs a program that was just compiled.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use luma_diagnostics::{Diagnostic, codes};

use crate::emit;
use crate::levels::Product;

/// An executable that is gone when this is dropped.
#[derive(Debug)]
pub struct Program {
    directory: tempfile::TempDir,
}

const NAME: &str = "program";

/// Links the executable among `products` in a temporary directory.
///
/// # Errors
///
/// E0504 and E0505.
pub fn build(products: &[Product]) -> Result<Program, Box<Diagnostic>> {
    let directory = tempfile::Builder::new().prefix("lumac-").tempdir().map_err(|why| {
        let message = format!("cannot make a temporary directory: {why}");
        Box::new(Diagnostic::unlocated(codes::E0505, message))
    })?;
    for product in products {
        emit::link(&product.bytes, &directory.path().join(NAME))
            .map_err(|error| Box::new(emit::diagnostic(error)))?;
    }
    Ok(Program { directory })
}

impl Program {
    /// Runs it; the exit code is its own, or 128 plus the number of the signal that ended it.
    pub fn run(self, args: &[OsString]) -> ExitCode {
        let status = Command::new(self.directory.path().join(NAME)).args(args).status();
        match status {
            Ok(status) => match status.code() {
                Some(code) => ExitCode::from(code as u8),
                None => {
                    use std::os::unix::process::ExitStatusExt as _;
                    let signal = status.signal().unwrap_or(0);
                    eprintln!("error: the program was ended by {}", signal_name(signal));
                    ExitCode::from(128u8.wrapping_add(signal as u8))
                }
            },
            Err(why) => {
                eprintln!("error: the program cannot be started: {why}");
                ExitCode::FAILURE
            }
        }
    }
}

/// How a captured run ended.
#[derive(Debug)]
pub struct Captured {
    /// All of standard output.
    pub stdout: Vec<u8>,
    /// As `lumac run` reports it.
    pub code: u8,
    /// What ended it, if it did not end by itself.
    pub killed: Option<String>,
}

/// Where a captured run is ended.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long it may take.
    pub time: Duration,
    /// How many bytes it may print.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(60), bytes: 1 << 30 }
    }
}

impl Program {
    /// Runs it without input and keeps what it prints.
    ///
    /// # Errors
    ///
    /// E0505: it cannot be started.
    pub fn capture(&self, args: &[OsString]) -> Result<Captured, Box<Diagnostic>> {
        self.capture_within(args, Limits::default())
    }

    /// The same, for programs of which not much is known.
    ///
    /// # Errors
    ///
    /// E0505: it cannot be started.
    pub fn capture_within(
        &self,
        args: &[OsString],
        limits: Limits,
    ) -> Result<Captured, Box<Diagnostic>> {
        let failed = |why: std::io::Error| {
            let message = format!("the program cannot be started: {why}");
            Box::new(Diagnostic::unlocated(codes::E0505, message))
        };
        // To a file: a pipe would need someone to empty it.
        let path = self.directory.path().join("stdout");
        let out = std::fs::File::create(&path).map_err(failed)?;
        let mut child = Command::new(self.directory.path().join(NAME))
            .args(args)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let start = Instant::now();
        let (status, limit) = loop {
            let end = if start.elapsed() > limits.time {
                format!("a limit of {} seconds", limits.time.as_secs())
            } else if std::fs::metadata(&path).is_ok_and(|file| file.len() > limits.bytes) {
                format!("a limit of {} bytes of output", limits.bytes)
            } else {
                match child.try_wait().map_err(failed)? {
                    Some(status) => break (Some(status), String::new()),
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
                continue;
            };
            let _ = child.kill();
            let _ = child.wait();
            break (None, end);
        };
        let stdout = std::fs::read(&path).map_err(failed)?;
        use std::os::unix::process::ExitStatusExt as _;
        let signal = status.and_then(|status| status.signal());
        let killed = match (status, signal) {
            (None, _) => Some(limit),
            (_, signal) => signal.map(signal_name),
        };
        let code = status.and_then(|status| status.code()).map(|code| code as u8);
        let code = code.unwrap_or(128u8.wrapping_add(signal.unwrap_or(0) as u8));
        Ok(Captured { stdout, code, killed })
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL (illegal instruction)",
        6 => "SIGABRT (abort)",
        8 => "SIGFPE (division by zero or overflow)",
        9 => "SIGKILL",
        11 => "SIGSEGV (bad memory access)",
        13 => "SIGPIPE (broken pipe)",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.into()
}

//! Runs a program that was just compiled.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode};
use std::time::Duration;

use luma_diagnostics::{Diagnostic, OrNever as _, codes};
use luma_process::{Limits, Streams, TempDir, signal_name};

use crate::levels::Product;
use crate::{emit, report};

/// An executable that is gone when this is dropped.
#[derive(Debug)]
pub struct Program {
    directory: TempDir,
}

const NAME: &str = "program";

/// The limits of a captured run, unless others are asked for.
pub const LIMITS: Limits =
    Limits { time: Some(Duration::from_secs(60)), output: Some(1 << 30), memory: None };

/// Links the executable among `products` in a temporary directory.
///
/// # Errors
///
/// E0504 and E0505.
pub fn build(products: &[Product]) -> Result<Program, Box<Diagnostic>> {
    let directory = TempDir::new().map_err(|why| {
        let place = std::env::temp_dir();
        let message = format!("cannot make a temporary directory in `{}`: {why}", place.display());
        Box::new(Diagnostic::unlocated(codes::E0505, message))
    })?;
    for product in products {
        emit::link(&product.bytes, &directory.path().join(NAME))
            .map_err(|error| Box::new(emit::diagnostic(error)))?;
    }
    Ok(Program { directory })
}

impl Program {
    /// Runs it on lumac's terminal; the exit code is its own, or 128 plus the number of the signal
    /// that ended it.
    pub fn run(self, args: &[OsString]) -> ExitCode {
        match luma_process::foreground(self.command(args)) {
            Ok(status) => match status.code() {
                Some(code) => ExitCode::from(code as u8),
                None => {
                    let signal = status.signal().or_never(0, "what has no exit code has a signal");
                    report::error(&format!("the program was ended by {}", signal_name(signal)));
                    ExitCode::from(128u8.wrapping_add(signal as u8))
                }
            },
            Err(why) => {
                report::error(&format!("the program cannot be started: {why}"));
                ExitCode::FAILURE
            }
        }
    }

    /// Runs it without input and keeps what it prints.
    ///
    /// # Errors
    ///
    /// E0505: it cannot be started.
    pub fn capture(&self, args: &[OsString], limits: &Limits) -> Result<Captured, Box<Diagnostic>> {
        let ran = luma_process::capture(self.command(args), Streams::Stdout, limits);
        let ran = ran.map_err(|why| {
            let message = format!("the program cannot be started: {why}");
            Box::new(Diagnostic::unlocated(codes::E0505, message))
        })?;
        let code = ran.end.code().unwrap_or_else(|| 128 + ran.end.signal().unwrap_or(0));
        let (time, killed) = (ran.time, ran.end.killed_by());
        Ok(Captured { stdout: ran.stdout, code: code as u8, killed, time })
    }

    fn command(&self, args: &[OsString]) -> Command {
        let mut command = Command::new(self.directory.path().join(NAME));
        command.args(args);
        command
    }
}

/// The result of a captured run.
#[derive(Debug)]
pub struct Captured {
    /// All of standard output.
    pub stdout: Vec<u8>,
    /// As `lumac run` reports it.
    pub code: u8,
    /// What ended it, if it did not end by itself.
    pub killed: Option<String>,
    /// Wall-clock time.
    pub time: Duration,
}

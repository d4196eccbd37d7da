//! Runs a program that was just compiled.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use luma_diagnostics::{Diagnostic, codes};

use crate::emit;
use crate::levels::Product;

/// An executable that is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    directory: tempfile::TempDir,
}

const NAME: &str = "program";

/// Links the executable among `products` in a temporary directory.
///
/// # Errors
///
/// E0504 and E0505.
pub(crate) fn build(products: &[Product]) -> Result<Program, Box<Diagnostic>> {
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
    pub(crate) fn run(self, args: &[OsString]) -> ExitCode {
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

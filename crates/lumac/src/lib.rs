//! Command line of the Luma compiler.
//!
//! ```text
//! cli ──▶ driver ──▶ luma_driver: a program through the list of steps
//!            └─────▶ luma_lab: research commands on that list
//! ```
//!
//! What was asked for goes to stdout or files, diagnostics to stderr. Exit code 0 is success,
//! 1 is an error in the program or environment, 2 is wrong usage (an input file that cannot be read
//! is), 101 is a bug in lumac.

mod cli;
mod dialect_cmd;
mod driver;
mod facts;
mod fix;
mod listing;
mod test_passes;

use std::process::ExitCode;

use clap::Parser;

pub use luma_driver::extension::{Lowering, Registry};
use luma_driver::report;

/// The stack of the thread that compiles. Walks over syntax trees and nested regions are recursive;
/// the front ends bound their depth, and this is room for that depth with a wide margin.
const STACK_BYTES: usize = 256 << 20;

/// Runs the compiler on the arguments of the process.
pub fn main() -> ExitCode {
    main_with(|_| {})
}

/// Runs the compiler with what `register` adds to it: passes, dialects and lowerings of another
/// crate. The whole command line works with them.
pub fn main_with(register: impl FnOnce(&mut Registry)) -> ExitCode {
    let mut registry = Registry::new();
    register(&mut registry);
    std::panic::set_hook(Box::new(luma_diagnostics::internal::record_panic));
    // The stack of the main thread is as small as the user's limit says.
    let work = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        luma_process::crash::install();
        match cli::Cli::try_parse() {
            Ok(cli) => driver::run(&cli, registry),
            Err(error) => cli::usage_error(&error),
        }
    });
    let ended = work.map(std::thread::JoinHandle::join);
    let internal_error = report::report_internal();
    match ended {
        Ok(Ok(code)) if !internal_error => code,
        Ok(_) => ExitCode::from(report::EXIT_BUG),
        Err(why) => {
            eprintln!("error: cannot start a thread: {why}");
            ExitCode::FAILURE
        }
    }
}

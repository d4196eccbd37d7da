//! The compilers, and the ways to run a program.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use luma_process::{Limits, Streams};

/// Where the compilers are.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The Luma compiler.
    pub lumac: PathBuf,
    /// The C compiler, one that understands the options of clang.
    pub clang: PathBuf,
}

/// A way to run a program.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Way {
    pub(super) name: &'static str,
    kind: Kind,
    options: &'static [&'static str],
    /// One batch in so many is run this way.
    pub(super) every: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    C,
    Luma,
    Interpreted,
}

const fn way(name: &'static str, kind: Kind, options: &'static [&'static str], every: u64) -> Way {
    Way { name, kind, options, every }
}

/// All ways. The output of the first is what is expected of the others. Undefined behaviour in C stops
/// the program, so that no fault of the generator is mistaken for one of the compiler.
pub(super) const WAYS: [Way; 8] = [
    way("C at -O0", Kind::C, &["-O0", "-fsanitize=undefined", "-fsanitize-trap=undefined"], 1),
    way("C with sanitizers", Kind::C, SANITIZED, 5),
    way("C at -O2", Kind::C, &["-O2"], 5),
    way("the interpreter", Kind::Interpreted, &[], 1),
    way("lumac -O0", Kind::Luma, &["-O0"], 1),
    way("lumac -O1", Kind::Luma, &["-O1"], 1),
    way("lumac -O2", Kind::Luma, &["-O2"], 1),
    way("lumac -O3", Kind::Luma, &["-O3"], 1),
];

const SANITIZED: &[&str] = &["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// What Luma defines and C leaves open.
const C_OPTIONS: &[&str] =
    &["-std=c17", "-w", "-fwrapv", "-fno-strict-aliasing", "-ffp-contract=off"];

impl Way {
    /// Whether it shows that the C program means something.
    pub(super) fn is_sanitized(&self) -> bool {
        self.options == SANITIZED
    }
}

/// What went wrong instead of an output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// The compiler refused the program, or failed: what it said.
    Compile(String),
    /// The program did not end as it should: how it ended, and what it said on standard error.
    Run(String, String),
}

impl Problem {
    /// What tells problems of different causes apart.
    pub(super) fn kind(&self) -> (bool, &str) {
        match self {
            Self::Compile(text) => {
                // The code of an error, but not the names in it.
                let line = text.lines().next().unwrap_or_default();
                (true, line.split(':').next().unwrap_or_default())
            }
            Self::Run(status, _) => (false, status),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, text) = match self {
            Self::Compile(text) => ("is not compiled", text),
            Self::Run(status, text) => (status.as_str(), text),
        };
        writeln!(f, "{what}")?;
        for line in text.lines().take(40) {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// The most time that a compiler may take, and a program.
const COMPILING: Duration = Duration::from_secs(120);
const RUNNING: Duration = Duration::from_secs(10);

impl Tools {
    /// Writes the programs to be run into `directory`.
    pub(super) fn write(&self, directory: &Path, luma: &str, c: &str) -> Result<(), String> {
        for (name, text) in [("twin.lx", luma), ("twin.c", c)] {
            let path = directory.join(name);
            std::fs::write(&path, text)
                .map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
        }
        Ok(())
    }

    /// Compiles what is in `directory` and runs it.
    pub(super) fn run(
        &self,
        directory: &Path,
        way: &Way,
    ) -> Result<Result<Vec<u8>, Problem>, String> {
        let program = directory.join("twin");
        let mut compile = match way.kind {
            Kind::C => {
                let mut command = Command::new(&self.clang);
                command.args(C_OPTIONS).args(way.options).arg(directory.join("twin.c"));
                command.arg("-o").arg(&program).arg("-lm");
                command
            }
            Kind::Luma => {
                let mut command = Command::new(&self.lumac);
                command.args(way.options).arg(directory.join("twin.lx")).arg("-o").arg(&program);
                command
            }
            Kind::Interpreted => {
                let mut command = Command::new(&self.lumac);
                command.arg("interp").arg(directory.join("twin.lx"));
                let ran = ended(command, COMPILING)?;
                return Ok(ran.output());
            }
        };
        compile.current_dir(directory);
        let compiled = ended(compile, COMPILING)?;
        if !compiled.is_success() {
            let mut text = compiled.stderr;
            if text.is_empty() {
                text = compiled.status;
            }
            return Ok(Err(Problem::Compile(text)));
        }
        let ran = ended(Command::new(&program), RUNNING)?;
        Ok(ran.output())
    }
}

/// How a process ended.
struct Ended {
    /// In words; empty for success.
    status: String,
    stdout: Vec<u8>,
    stderr: String,
}

impl Ended {
    fn is_success(&self) -> bool {
        self.status.is_empty()
    }

    fn output(self) -> Result<Vec<u8>, Problem> {
        match self.is_success() {
            true => Ok(self.stdout),
            false => Err(Problem::Run(self.status, self.stderr)),
        }
    }
}

/// Runs `command`, which is stopped after `limit`.
fn ended(command: Command, limit: Duration) -> Result<Ended, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let limits = Limits { time: Some(limit), ..Limits::NONE };
    let captured = luma_process::capture(command, Streams::Both, &limits)
        .map_err(|error| format!("cannot run `{program}`: {error}"))?;
    let status = if captured.end.success() { String::new() } else { captured.end.to_string() };
    let stderr = String::from_utf8_lossy(&captured.stderr).into_owned();
    Ok(Ended { status, stdout: captured.stdout, stderr })
}

//! Tortures the executable: damaged inputs of every kind, kills at random moments, full disks, limits,
//! races and odd names. Nothing may panic, hang, damage a file or leave one behind.
//!
//! Unlike the other engines this one depends on time: what a kill interrupts differs from run to run.

mod inputs;
mod kills;
mod places;
mod tool;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::{Failure, Report};

/// How much to do, and to what.
#[derive(Clone, Debug)]
pub struct Torture {
    /// The executable.
    pub lumac: PathBuf,
    /// Where LLVM's and MLIR's own tools are, to find out whose fault a crash is.
    pub tools: PathBuf,
    /// Programs, and directories that are searched for them.
    pub files: Vec<PathBuf>,
    /// Damaged inputs.
    pub inputs: u64,
    /// Kills of commands of all kinds.
    pub kills: u64,
    /// Kills of `fix`, while a second process looks at the file.
    pub fix_kills: u64,
    /// Which inputs and moments.
    pub seed: u64,
}

/// Tortures as asked.
///
/// # Errors
///
/// A message: the executable, the files or a temporary directory cannot be used.
pub fn run(torture: &Torture) -> Result<Report, String> {
    let found = Found::default();
    inputs::run(torture, &found)?;
    kills::run(torture, &found)?;
    kills::fix(torture, &found)?;
    if torture.inputs > 0 {
        places::run(torture, &found)?;
    }
    Ok(found.report())
}

/// What was found so far, by all threads.
#[derive(Default)]
struct Found {
    counts: Mutex<BTreeMap<String, u64>>,
    failures: Mutex<Vec<Failure>>,
}

impl Found {
    fn count(&self, what: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(what.to_owned()).or_default() += 1;
    }

    fn fail(&self, name: String, source: String, what: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(Failure { name, source, answers: None, what });
    }

    fn report(self) -> Report {
        let counts = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut failures = self.failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        failures.sort_by(|a, b| a.name.cmp(&b.name));
        Report {
            engine: "torture",
            counts: counts.into_iter().map(|(what, count)| (what, count.to_string())).collect(),
            failures,
        }
    }
}

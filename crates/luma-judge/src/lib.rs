//! Judges the ownership verifier by programs made at random and by what the checked interpreter says
//! of them: the one never looks at what the other does.
//!
//! ```text
//!              ┌─ soundness: random programs, accepted ──▶ run over many inputs ──▶ no defect seen
//! front::check ┤             rejected ──▶ replay of the reported path ──▶ the defect is seen
//!              ├─ precision: programs correct by construction ──▶ nothing is reported
//!              └─ mutation: programs of `tests/`, changed ──▶ both change their mind, or neither
//! ```
//!
//! Two engines judge the executable: [`twins`] what it makes of programs, [`torture`] what it does
//! about damaged inputs, signals, limits and full disks.
//!
//! Programs ask for their inputs by `ask -> fn (site: int) int`; [`drive`] answers by a script.
//! Program `i` of seed `s` is the same on every machine and with any number of threads.

pub mod drive;
pub mod front;
pub mod mutate;
pub mod precision;
pub mod replay;
pub mod soundness;
pub mod torture;
pub mod twins;

use std::path::PathBuf;

use luma_interp::Answers;

/// How to judge.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many programs to make.
    pub programs: u64,
    /// Which: programs of one seed are the same every time.
    pub seed: u64,
    /// Random scripts of answers to run each program with.
    pub runs: u32,
    /// How many failures to reduce; of many, most have the same cause.
    pub reduced: usize,
    /// Where to write programs that are worth a look, whether failures or not.
    pub keep: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { programs: 1000, seed: 1, runs: 24, reduced: 20, keep: None }
    }
}

impl Settings {
    /// Writes a program worth a look, if that is wanted. That it cannot be written is not worth
    /// more than a line.
    pub(crate) fn keep(&self, name: &str, text: &str) {
        let Some(directory) = &self.keep else { return };
        let path = directory.join(name);
        let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, text));
        if let Err(error) = written {
            eprintln!("luma-judge: {}: {error}", path.display());
        }
    }
}

/// A program that the verifier judged wrongly.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which program, or which file and change.
    pub name: String,
    /// The program, reduced.
    pub source: String,
    /// The answers it was run with, if it was run.
    pub answers: Option<Answers>,
    /// What was said of it and what should have been.
    pub what: String,
}

/// What an engine found out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The engine.
    pub engine: &'static str,
    /// The summary: what was counted, and the count.
    pub counts: Vec<(String, String)>,
    /// Wrong judgements, in the order of the programs; none is wanted.
    pub failures: Vec<Failure>,
}

//! Writes the IR after every step to a file of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use luma_diagnostics::OrNever as _;

use super::{Instrument, Ir, Outcome, StepInfo};

/// Writes `NUMBER_NAME.EXTENSION` for every step that runs, and one for what the first starts from.
pub struct Tree {
    directory: PathBuf,
    write: fn(&Path, &[u8]) -> io::Result<()>,
    started: bool,
}

impl Tree {
    /// Writes to `directory`, which is made if there is none, with `write`, whose errors say which
    /// file they are about.
    pub fn new(directory: &Path, write: fn(&Path, &[u8]) -> io::Result<()>) -> Self {
        Self { directory: directory.to_owned(), write, started: false }
    }

    fn write(&self, number: usize, name: &str, ir: &dyn Ir) -> io::Result<()> {
        // Names of passes can hold whatever a pipeline's text can.
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let name: String = name.chars().take(60).map(plain).collect();
        fs::create_dir_all(&self.directory).map_err(|why| {
            let directory = self.directory.display();
            let message = match self.directory.exists() {
                true => format!("cannot write to `{directory}`: it is not a directory"),
                false => format!("cannot make the directory `{directory}`: {why}"),
            };
            io::Error::new(why.kind(), message)
        })?;
        let path = self.directory.join(format!("{number:03}_{name}.{}", ir.extension()));
        (self.write)(&path, ir.text().as_bytes())
    }
}

impl Instrument for Tree {
    fn before(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        if std::mem::replace(&mut self.started, true) {
            return Ok(());
        }
        let before = step.number.checked_sub(1).or_never(0, "steps are numbered from 1");
        self.write(before, "input", ir)
    }

    fn after(&mut self, step: &StepInfo, ir: &dyn Ir, _: &Outcome) -> io::Result<()> {
        self.write(step.number, &step.name, ir)
    }
}

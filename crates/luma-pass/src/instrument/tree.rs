//! Writes the IR after every step to a file of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use luma_diagnostics::OrNever as _;

use super::{Instrument, Ir, Outcome, StepInfo};

/// Writes `NUMBER_NAME.EXTENSION` for every step that runs, and one for what the first starts from.
pub struct Tree {
    directory: PathBuf,
    started: bool,
}

impl Tree {
    /// Writes to `directory`, which is made if there is none.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), started: false }
    }

    fn write(&self, number: usize, name: &str, ir: &dyn Ir) -> io::Result<()> {
        // Names of passes can hold whatever a pipeline's text can.
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let name: String = name.chars().take(60).map(plain).collect();
        let path = self.directory.join(format!("{number:03}_{name}.{}", ir.extension()));
        let said = |why: io::Error| {
            io::Error::new(why.kind(), format!("cannot write `{}`: {why}", path.display()))
        };
        fs::create_dir_all(&self.directory).map_err(said)?;
        let unfinished = path.with_extension("unfinished");
        fs::write(&unfinished, ir.text().as_bytes()).map_err(said)?;
        fs::rename(&unfinished, &path).map_err(said)
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

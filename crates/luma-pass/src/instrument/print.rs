//! Prints the IR around steps.

use std::io;

use super::{Instrument, Ir, Outcome, Selector, Sink, StepInfo, header};

/// The requested dumps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// Before these steps.
    pub before: Vec<Selector>,
    /// After these steps.
    pub after: Vec<Selector>,
    /// Before every step.
    pub before_all: bool,
    /// After every step.
    pub after_all: bool,
    /// After a step that fails: what it left.
    pub after_failure: bool,
}

/// Prints the IR before and after steps.
pub struct Print {
    when: When,
    out: Sink,
}

impl Print {
    /// Prints to `out` when `when` says.
    pub fn new(when: When, out: Sink) -> Self {
        Self { when, out }
    }

    fn dump(&mut self, title: &str, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        header(&mut self.out, ir, title, step)?;
        writeln!(self.out, "{}", ir.text())
    }
}

impl Instrument for Print {
    fn before(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        if self.when.before_all || self.when.before.iter().any(|which| which.selects(step)) {
            self.dump("Before", step, ir)?;
        }
        Ok(())
    }

    fn after(&mut self, step: &StepInfo, ir: &dyn Ir, _: &Outcome) -> io::Result<()> {
        if self.when.after_all || self.when.after.iter().any(|which| which.selects(step)) {
            self.dump("After", step, ir)?;
        }
        Ok(())
    }

    fn failed(&mut self, step: &StepInfo, ir: Option<&dyn Ir>) -> io::Result<()> {
        match ir {
            Some(ir) if self.when.after_failure => self.dump("After Failure of", step, ir),
            _ => Ok(()),
        }
    }
}

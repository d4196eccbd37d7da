//! Keeps steps from running.

use std::io;

use super::{Instrument, Ir, Selector, Sink, StepInfo};

/// Skips the optional steps after a place of the list, and says what runs, as LLVM does.
pub struct BisectLimit {
    limit: usize,
    out: Sink,
}

impl BisectLimit {
    /// Skips optional steps with a number above `limit`; says so to `out`.
    pub fn new(limit: usize, out: Sink) -> Self {
        Self { limit, out }
    }

    fn say(&mut self, what: &str, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        let (number, name, level) = (step.number, &step.name, ir.level());
        writeln!(self.out, "BISECT: {what} pass ({number}) {name} on {level}")
    }
}

impl Instrument for BisectLimit {
    fn allow(&self, step: &StepInfo) -> bool {
        step.number <= self.limit
    }

    fn before(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        if step.mandatory { Ok(()) } else { self.say("running", step, ir) }
    }

    fn skipped(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        if self.allow(step) { Ok(()) } else { self.say("NOT running", step, ir) }
    }
}

/// Skips the steps it is given.
pub struct Disable {
    steps: Vec<Selector>,
}

impl Disable {
    /// Skips `steps`. That none of them is mandatory is for the caller to check.
    pub fn new(steps: Vec<Selector>) -> Self {
        Self { steps }
    }
}

impl Instrument for Disable {
    fn allow(&self, step: &StepInfo) -> bool {
        !self.steps.iter().any(|which| which.selects(step))
    }
}

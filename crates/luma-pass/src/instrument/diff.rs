//! Prints what steps changed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use similar::{Algorithm, TextDiff};

use super::{Instrument, Ir, Outcome, Sink, StepInfo, header};

/// Prints the difference each step makes, as a unified diff; one line for a step that makes none;
/// the whole text where a step leads to another level.
pub struct Diff {
    out: Sink,
    before: Option<(&'static str, Arc<str>)>,
}

impl Diff {
    /// Prints to `out`.
    pub fn new(out: Sink) -> Self {
        Self { out, before: None }
    }
}

impl Instrument for Diff {
    fn before(&mut self, _: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        self.before = Some((ir.level(), ir.text()));
        Ok(())
    }

    fn after(&mut self, step: &StepInfo, ir: &dyn Ir, outcome: &Outcome) -> io::Result<()> {
        let before = self.before.take();
        let Some((level, before)) = before.filter(|_| outcome.changed != Some(false)) else {
            return unchanged(&mut self.out, step, ir);
        };
        let after = ir.text();
        if level != ir.level() {
            header(&mut self.out, ir, "After", step)?;
            return writeln!(self.out, "{after}");
        }
        if before == after {
            return unchanged(&mut self.out, step, ir);
        }
        header(&mut self.out, ir, "After", step)?;
        writeln!(self.out, "{}", unified_diff(&before, &after))
    }
}

fn unchanged(out: &mut Sink, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
    let (comment, name, number) = (ir.comment(), &step.name, step.number);
    writeln!(out, "{comment} -----// {name} (step {number}) changed nothing //----- //")
}

/// The difference between two texts, as `diff -u` shows it, without the names of files.
pub fn unified_diff(before: &str, after: &str) -> String {
    // Two large texts with little in common would take minutes to compare exactly.
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(Duration::from_secs(5))
        .diff_lines(before, after);
    diff.unified_diff().context_radius(3).to_string()
}

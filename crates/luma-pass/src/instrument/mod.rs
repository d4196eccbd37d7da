//! Instrumentation of a compilation, step by step: dumps, diffs, times, gates.
//!
//! Instruments do not depend on steps or on an IR: they are given a [`StepInfo`], which describes the
//! step, and an [`Ir`], which can print and count. So the same instruments work in every world.

mod diff;
mod gate;
mod print;
mod record;
mod select;
mod stats;
mod time;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

pub use diff::{Diff, unified_diff};
pub use gate::{BisectLimit, Disable};
pub use print::{Print, When};
pub use record::{Record, Snapshot, StepRecord};
pub use select::Selector;
pub use stats::Stats;
pub use time::Time;
pub use tree::Tree;

/// Observes every step. The default of every method does nothing.
///
/// # Errors
///
/// All methods that write say what cannot be written; the compilation ends then.
pub trait Instrument {
    /// Whether this step, which is not mandatory, is to run. Must not depend on what ran before:
    /// it is also asked about steps that never run.
    fn allow(&self, _step: &StepInfo) -> bool {
        true
    }

    /// `step` is about to run on `ir`.
    fn before(&mut self, _step: &StepInfo, _ir: &dyn Ir) -> io::Result<()> {
        Ok(())
    }

    /// `step` has run and left `ir`.
    fn after(&mut self, _step: &StepInfo, _ir: &dyn Ir, _outcome: &Outcome) -> io::Result<()> {
        Ok(())
    }

    /// `step` did not run, because an instrument does not [`allow`](Self::allow) it.
    fn skipped(&mut self, _step: &StepInfo, _ir: &dyn Ir) -> io::Result<()> {
        Ok(())
    }

    /// `step` failed. What it left, if anything can be shown of it, may be half changed or invalid.
    fn failed(&mut self, _step: &StepInfo, _ir: Option<&dyn Ir>) -> io::Result<()> {
        Ok(())
    }

    /// No step will follow.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The program between two steps, at any level.
pub trait Ir {
    /// Its level, as in `--emit`: `luma-ir`.
    fn level(&self) -> &'static str;

    /// The extension of files at this level: `lir`.
    fn extension(&self) -> &'static str;

    /// What starts a comment in its text: `//`.
    fn comment(&self) -> &'static str;

    /// Its text; made on first use.
    fn text(&self) -> Arc<str>;

    /// A number that differs, but for accidents, when the text differs.
    fn hash(&self) -> u64 {
        // FNV-1a: the same on every machine and in every version, so that records can be compared.
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        self.text().bytes().fold(0xcbf2_9ce4_8422_2325, step)
    }

    /// How many operations of each dialect it has.
    fn op_counts(&self) -> BTreeMap<String, u64>;
}

/// One step, as users see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepInfo {
    /// Its number in the list, from 1.
    pub number: usize,
    /// The level it runs at.
    pub world: World,
    /// The name of its pass, without options: `simplifycfg`.
    pub name: String,
    /// Its text in a pipeline of its world, with nesting and options:
    /// `function(simplifycfg<keep-loops>)`.
    pub text: String,
    /// What it does, in one sentence.
    pub summary: String,
    /// Whether later steps need it: it cannot be skipped.
    pub mandatory: bool,
}

/// Where a step works; a translation from one world to the next counts to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// Luma source and IR.
    Luma,
    /// MLIR.
    Mlir,
    /// LLVM.
    Llvm,
}

impl World {
    /// Its name: `luma`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Luma => "luma",
            Self::Mlir => "mlir",
            Self::Llvm => "llvm",
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The result of a step.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Whether it changed anything; `None` if that is not known.
    pub changed: Option<bool>,
    /// How long it took, verification included, instruments excluded.
    pub time: Duration,
    /// Every statistic that its pass declares, with its value.
    pub statistics: Vec<Count>,
}

/// One statistic of one run of a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Its name: `locals-promoted`.
    pub name: &'static str,
    /// What is counted.
    pub summary: &'static str,
    /// The count.
    pub value: u64,
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An aligned table.
    Table,
    /// One JSON object on one line.
    Json,
}

/// The output of an instrument.
pub type Sink = Box<dyn Write>;

/// The line before a dump, a comment in the language of the dump.
fn header(out: &mut dyn Write, ir: &dyn Ir, when: &str, step: &StepInfo) -> io::Result<()> {
    let (comment, name, number) = (ir.comment(), &step.name, step.number);
    writeln!(out, "{comment} -----// IR Dump {when} {name} (step {number}) //----- //")
}

/// No instrument.
impl Instrument for () {}

/// A borrowed instrument, for use after the run.
impl<T: Instrument + ?Sized> Instrument for &mut T {
    fn allow(&self, step: &StepInfo) -> bool {
        (**self).allow(step)
    }

    fn before(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        (**self).before(step, ir)
    }

    fn after(&mut self, step: &StepInfo, ir: &dyn Ir, outcome: &Outcome) -> io::Result<()> {
        (**self).after(step, ir, outcome)
    }

    fn skipped(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        (**self).skipped(step, ir)
    }

    fn failed(&mut self, step: &StepInfo, ir: Option<&dyn Ir>) -> io::Result<()> {
        (**self).failed(step, ir)
    }

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}

/// Runs all instruments in order.
impl Instrument for Vec<Box<dyn Instrument + '_>> {
    fn allow(&self, step: &StepInfo) -> bool {
        self.iter().all(|one| one.allow(step))
    }

    fn before(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        self.iter_mut().try_for_each(|one| one.before(step, ir))
    }

    fn after(&mut self, step: &StepInfo, ir: &dyn Ir, outcome: &Outcome) -> io::Result<()> {
        self.iter_mut().try_for_each(|one| one.after(step, ir, outcome))
    }

    fn skipped(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        self.iter_mut().try_for_each(|one| one.skipped(step, ir))
    }

    fn failed(&mut self, step: &StepInfo, ir: Option<&dyn Ir>) -> io::Result<()> {
        self.iter_mut().try_for_each(|one| one.failed(step, ir))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.iter_mut().try_for_each(|one| one.finish())
    }
}

//! The instruments that the command line asks for.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use luma_diagnostics::printable;
use luma_pass::instrument::{
    BisectLimit, Diff, Disable, Format, Instrument, Print, Selector, Sink, Stats, Time, Tree, When,
};

use crate::options::{InstrumentArgs, PipelineArgs, ReportFormat};
use crate::steps::Plan;

/// Whether any instrument is asked for.
pub(crate) fn any(args: &InstrumentArgs) -> bool {
    let InstrumentArgs {
        print_ir_before,
        print_ir_after,
        print_ir_before_all,
        print_ir_after_all,
        print_ir_after_change,
        print_ir_after_failure,
        print_ir_tree_dir,
        time_passes,
        stats,
        record,
    } = args;
    !print_ir_before.is_empty()
        || !print_ir_after.is_empty()
        || *print_ir_before_all
        || *print_ir_after_all
        || *print_ir_after_change
        || *print_ir_after_failure
        || print_ir_tree_dir.is_some()
        || time_passes.is_some()
        || stats.is_some()
        || record.is_some()
}

/// The instruments, in the order in which they observe a step.
///
/// # Errors
///
/// A message that names a step that is not in the plan.
pub(crate) fn from_args(
    args: &InstrumentArgs,
    pipeline: &PipelineArgs,
    plan: &Plan,
) -> Result<Vec<Box<dyn Instrument>>, String> {
    let mut all: Vec<Box<dyn Instrument>> = Vec::new();
    let select = |option: &str, names: &[String]| {
        let selectors: Vec<Selector> = names.iter().map(|name| Selector::new(name)).collect();
        for selector in &selectors {
            plan.check(selector).map_err(|why| format!("`{option}`: {why}"))?;
        }
        Ok::<_, String>(selectors)
    };
    if !pipeline.disable_pass.is_empty() {
        let steps = pipeline.disable_pass.iter().map(|name| Selector::new(name)).collect();
        all.push(Box::new(Disable::new(steps)));
    }
    if let Some(limit) = pipeline.opt_bisect_limit {
        all.push(Box::new(BisectLimit::new(limit, stderr())));
    }
    let when = When {
        before: select("--print-ir-before", &args.print_ir_before)?,
        after: select("--print-ir-after", &args.print_ir_after)?,
        before_all: args.print_ir_before_all,
        after_all: args.print_ir_after_all,
        after_failure: args.print_ir_after_failure,
    };
    if when != When::default() {
        all.push(Box::new(Print::new(when, stderr())));
    }
    if args.print_ir_after_change {
        all.push(Box::new(Diff::new(stderr())));
    }
    if let Some(directory) = &args.print_ir_tree_dir {
        let write = |path: &Path, bytes: &[u8]| {
            luma_process::write_file(path, bytes).map_err(io::Error::other)
        };
        all.push(Box::new(Tree::new(directory, write)));
    }
    if let Some(format) = args.time_passes {
        all.push(Box::new(Time::new(self::format(format), stderr())));
    }
    if let Some(format) = args.stats {
        all.push(Box::new(Stats::new(self::format(format), stderr())));
    }
    Ok(all)
}

fn format(format: ReportFormat) -> Format {
    match format {
        ReportFormat::Table => Format::Table,
        ReportFormat::Json => Format::Json,
    }
}

/// On a terminal, text that would steer it is replaced by visible stand-ins.
fn stderr() -> Sink {
    match io::stderr().is_terminal() {
        true => Box::new(Clean(io::stderr())),
        false => Box::new(io::stderr()),
    }
}

struct Clean(io::Stderr);

impl Write for Clean {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(printable(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

//! `lumac sweep`: every program under every pipeline.
//!
//! Each pair is compiled once with a record of its steps, for the counts, and then `rounds` times
//! for the time: all pairs once, then all pairs again, so that a machine that slows down slows all
//! of them. With `--run` the executables are run in the same way.

mod pipelines;
mod report;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use luma_diagnostics::{Diagnostic, OrNever as _, SourceMap};
use luma_pass::instrument::{Instrument, Record};

use luma_driver::compile::{self, Job};
use luma_driver::conflicts;
use luma_driver::dialects::Dialects;
use luma_driver::extension::Registry;
use luma_driver::input::{self, Input};
use luma_driver::options::{DiagnosticArgs, EmitKind, FromArgs, InstrumentArgs};
use luma_driver::run::{self, Captured, Program};
use luma_driver::steps::{self, Granularity, Plan, SideEffects};
use pipelines::Line;

/// What `lumac sweep` is asked for.
#[derive(Args, Debug)]
pub struct SweepArgs {
    /// The programs.
    #[arg(value_name = "FILES", required = true, help_heading = "Input")]
    pub(crate) files: Vec<PathBuf>,
    /// Pipeline file: one pipeline on each line, as a name, a colon, and flags.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) pipelines: PathBuf,
    /// Also run the programs: time them, and compare the results with those of the first pipeline.
    #[arg(long)]
    pub(crate) run: bool,
    /// Number of times each program is compiled and run; reported times are medians.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) rounds: u16,
    /// Format of the result.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub(crate) format: SweepFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "PATH", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Run passes that write files, start programs or open displays, where pipelines name them.
    #[arg(long)]
    pub(crate) allow_side_effects: bool,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
}

/// How the result of a sweep is written.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepFormat {
    /// Aligned columns.
    Table,
    /// Comma-separated values with a header line.
    Csv,
    /// One JSON object.
    Json,
}

/// The levels whose operations are counted, each as its last step leaves it.
const LEVELS: [&str; 4] = ["luma-ir", "mlir", "mlir-llvm", "llvm-ir"];

/// One program under one pipeline.
#[derive(Debug, Default)]
struct Cell {
    /// Why it could not be compiled.
    error: Option<String>,
    /// Operations by level and dialect.
    ops: BTreeMap<String, u64>,
    compile: Vec<Duration>,
    object_bytes: usize,
    program: Option<Program>,
    run: Vec<Duration>,
    /// What the first run did.
    did: Option<Captured>,
}

/// A program in the source map.
struct Source {
    path: PathBuf,
    input: Input,
}

/// Does what the command line asks; the exit code is 1 if some program could not be compiled, or
/// does something else than under the first pipeline.
pub fn sweep(args: &SweepArgs, registry: &Registry) -> ExitCode {
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let dialects = Dialects::load(&mut map, registry, &args.from.dialect, &mut diagnostics);
    let mut lines = Vec::new();
    match input::read(&mut map, &args.pipelines, None) {
        Ok(read) => lines = pipelines::parse(&map, read.file, &mut diagnostics),
        Err(error) => diagnostics.push(*error),
    }
    let mut sources = Vec::new();
    for path in &args.files {
        match input::read(&mut map, path, args.from.from) {
            Ok(input) => sources.push(Source { path: path.clone(), input }),
            Err(error) => diagnostics.push(*error),
        }
    }
    if let Some(output) = &args.output {
        let scripts = lines.iter().map(|line| &line.flags.pipeline);
        let scripts = scripts.flat_map(|flags| flags.patterns.iter().chain(&flags.transform));
        let inputs = args.files.iter().chain(&args.from.dialect).chain(scripts);
        let inputs = std::iter::once(&args.pipelines).chain(inputs).map(PathBuf::as_path);
        if let Err(message) = conflicts::check(inputs, &[("-o", output)]) {
            return compile::usage(&message);
        }
    }
    let sweep = Sweep { args, registry, map: &map, emit: emitted(args) };
    for line in &lines {
        for source in &sources {
            if let Err(message) = compile::plan(&sweep.job(line, source), Granularity::Batched) {
                let code = luma_diagnostics::codes::E0507;
                diagnostics.push(Diagnostic::new(code, line.span, message));
                break;
            }
        }
    }
    let reported = luma_driver::report::exit(&map, &args.diagnostics, &diagnostics);
    if reported != ExitCode::SUCCESS {
        return reported;
    }
    let Some(dialects) = dialects else { return ExitCode::FAILURE };
    let cells = sweep.fill(&dialects, &lines, &sources);
    report::write(args, &lines, &sources, &cells)
}

fn emitted(args: &SweepArgs) -> &'static [EmitKind] {
    if args.run { &[EmitKind::Exe] } else { &[EmitKind::Obj] }
}

struct Sweep<'a> {
    args: &'a SweepArgs,
    registry: &'a Registry,
    map: &'a SourceMap,
    emit: &'static [EmitKind],
}

const NO_INSTRUMENTS: &InstrumentArgs = &InstrumentArgs::NONE;

impl<'a> Sweep<'a> {
    fn job(&self, line: &'a Line, source: &'a Source) -> Job<'a> {
        Job {
            registry: self.registry,
            file: &source.path,
            from: &self.args.from,
            emit: self.emit,
            code: &line.flags.code,
            pipeline: &line.flags.pipeline,
            instruments: NO_INSTRUMENTS,
            diagnostics: &self.args.diagnostics,
            stop_after: None,
            locations: false,
            generic: false,
            replay: true,
            side_effects: SideEffects::new(self.args.allow_side_effects, false),
        }
    }

    /// The cells: for each program, one for each pipeline.
    fn fill(
        &self,
        dialects: &Dialects,
        lines: &'a [Line],
        sources: &'a [Source],
    ) -> Vec<Vec<Cell>> {
        let pairs = lines.len() * sources.len();
        let rounds = usize::from(self.args.rounds) * if self.args.run { 2 } else { 1 };
        let progress = progress(pairs * (rounds + 1));
        let mut cells: Vec<Vec<Cell>> = Vec::new();
        let mut plans: Vec<Vec<Option<Plan>>> = Vec::new();
        for source in sources {
            let mut row = Vec::new();
            let mut row_plans = Vec::new();
            for line in lines {
                progress.set_message(format!("{} {}", source.path.display(), line.name));
                let job = self.job(line, source);
                let plan = compile::plan(&job, granularity(&job));
                row.push(match &plan {
                    Ok(plan) => self.first(dialects, line, source, plan),
                    Err(why) => Cell { error: Some(why.clone()), ..Cell::default() },
                });
                row_plans.push(plan.ok());
                progress.inc(1);
            }
            cells.push(row);
            plans.push(row_plans);
        }
        for _ in 0..self.args.rounds {
            for ((source, row), plans) in sources.iter().zip(&mut cells).zip(&plans) {
                for ((line, cell), plan) in lines.iter().zip(row).zip(plans) {
                    if let (None, Some(plan)) = (&cell.error, plan) {
                        let job = self.job(line, source);
                        let cx = compile::cx(&job, self.map, source.input, dialects);
                        let mut gates = gates(&job, plan);
                        let start = Instant::now();
                        let ran = steps::run(&cx, plan, &mut gates);
                        cell.compile.push(start.elapsed());
                        drop(ran);
                    }
                    progress.inc(1);
                }
            }
        }
        for _ in 0..if self.args.run { self.args.rounds } else { 0 } {
            for cell in cells.iter_mut().flatten() {
                execute(cell);
                progress.inc(1);
            }
        }
        progress.finish_and_clear();
        cells
    }

    /// Compiles with a record.
    fn first(&self, dialects: &Dialects, line: &Line, source: &Source, plan: &Plan) -> Cell {
        let mut cell = Cell::default();
        let job = self.job(line, source);
        let cx = compile::cx(&job, self.map, source.input, dialects);
        let mut record = Record::default();
        let mut instruments = gates(&job, plan);
        instruments.push(Box::new(&mut record));
        let ran = steps::run(&cx, plan, &mut instruments);
        drop(instruments);
        if ran.failure.is_some() || ran.diagnostics.iter().any(Diagnostic::is_error) {
            let error = ran.diagnostics.iter().find(|d| d.is_error());
            let text = error.map(|d| format!("{}: {}", d.code.as_str(), d.message));
            cell.error = Some(text.unwrap_or_else(|| "the program does not compile".to_owned()));
            return cell;
        }
        for level in LEVELS {
            for (dialect, count) in record.last_at(level).into_iter().flat_map(|s| &s.op_counts) {
                cell.ops.insert(format!("{level}:{dialect}"), *count);
            }
        }
        cell.object_bytes = ran.products.iter().map(|product| product.bytes.len()).sum();
        if self.args.run {
            match run::build(&ran.products) {
                Ok(program) => cell.program = Some(program),
                Err(error) => cell.error = Some(error.message.clone()),
            }
        }
        cell
    }
}

/// Single steps where some are skipped, else what is fastest.
fn granularity(job: &Job<'_>) -> Granularity {
    let all = job.pipeline.disable_pass.is_empty() && job.pipeline.opt_bisect_limit.is_none();
    if all { Granularity::Batched } else { Granularity::Single }
}

/// What skips steps: `--disable-pass` and `--opt-bisect-limit` of a line.
fn gates<'a>(job: &Job<'_>, plan: &Plan) -> Vec<Box<dyn Instrument + 'a>> {
    let gates = compile::instruments(job, plan);
    let gates =
        gates.or_never(Vec::new(), "the plan has the disabled steps, and nothing is printed");
    gates.into_iter().map(|gate| gate as Box<dyn Instrument + 'a>).collect()
}

/// Runs the program of a cell once; keeps what the first run did.
fn execute(cell: &mut Cell) {
    let Some(program) = &cell.program else { return };
    match program.capture(&[], &run::LIMITS) {
        Ok(captured) => {
            cell.run.push(captured.time);
            cell.did.get_or_insert(captured);
        }
        Err(error) => cell.error = Some(error.message.clone()),
    }
}

/// A bar on terminals, nothing elsewhere.
fn progress(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    bar.set_style(style.or_never(ProgressStyle::default_bar(), "the template is valid"));
    bar
}

/// The median, in milliseconds.
fn median(times: &[Duration]) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).map(|time| time.as_secs_f64() * 1e3)
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

//! Compiles one input as the command line asks: plans the steps, runs them under the instruments
//! asked for, and leaves a reproducer when a step does something wrong.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_pass::instrument::{Instrument, Record, Selector, StepInfo};
use luma_process::crash;

use crate::dialects::Dialects;
use crate::extension::Registry;
use crate::input::{self, Level};
use crate::levels::{Product, Verify};
use crate::options::{CodeArgs, DiagnosticArgs, EmitKind, FromArgs, InstrumentArgs, PipelineArgs};
use crate::steps::{self, Cx, Granularity, Plan, PlanOptions, SideEffects};
use crate::{conflicts, instruments, record, report, reproducer};

/// What to compile, and how.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// Passes, dialects and lowerings.
    pub registry: &'a Registry,
    /// The program; `-` is standard input.
    pub file: &'a Path,
    /// Its level and dialects.
    pub from: &'a FromArgs,
    /// What to make, in the order of the levels, each once.
    pub emit: &'a [EmitKind],
    /// Optimisation level and target.
    pub code: &'a CodeArgs,
    /// Which steps run.
    pub pipeline: &'a PipelineArgs,
    /// What is shown of them.
    pub instruments: &'a InstrumentArgs,
    /// What is verified, and how diagnostics are printed.
    pub diagnostics: &'a DiagnosticArgs,
    /// The last step, by name or number.
    pub stop_after: Option<&'a str>,
    /// Print locations with the IR.
    pub locations: bool,
    /// Print Luma IR in MLIR's generic form.
    pub generic: bool,
    /// It was run from a reproducer, and is not to write another.
    pub replay: bool,
    /// Which side effects passes may have.
    pub side_effects: SideEffects,
}

impl Job<'_> {
    /// Refuses outputs that would destroy an input or each other; `outputs` are those beside the
    /// record.
    ///
    /// # Errors
    ///
    /// A message. This is wrong usage.
    pub fn check_outputs(&self, outputs: &[PathBuf]) -> Result<(), String> {
        let mut all: Vec<(&str, &Path)> =
            outputs.iter().map(|path| ("-o", path.as_path())).collect();
        all.extend(self.instruments.record.iter().map(|path| ("--record", path.as_path())));
        let pipeline = self.pipeline;
        let inputs = self.from.dialect.iter().chain(&pipeline.patterns).chain(&pipeline.transform);
        conflicts::check(std::iter::once(self.file).chain(inputs.map(PathBuf::as_path)), &all)
    }
}

/// Compiles, gives what was made to `write`, and reports everything found. `write` is not called
/// when there are errors.
pub fn compile(
    job: &Job<'_>,
    write: impl FnOnce(Vec<Product>) -> Result<(), Box<Diagnostic>>,
) -> ExitCode {
    let crashed = reproducer::crashed();
    let mut granularity = granularity(job);
    if crashed.as_ref().is_some_and(|crash| crash.granularity == Granularity::Single) {
        granularity = Granularity::Single;
    }
    let plan = match plan(job, granularity) {
        Ok(plan) => plan,
        Err(message) => return usage(&message),
    };
    let mut instruments = match instruments(job, &plan) {
        Ok(instruments) => instruments,
        Err(message) => return usage(&message),
    };
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let mut exit = None;
    let dialects = Dialects::load(&mut map, job.registry, &job.from.dialect, &mut diagnostics);
    let input = input::read(&mut map, job.file, job.from.from);
    // Here, so that messages can show their text.
    for path in job.pipeline.patterns.iter().chain(&job.pipeline.transform) {
        if let Err(error) = input::read(&mut map, path, None) {
            diagnostics.push(*error);
        }
    }
    match (input, dialects) {
        (Err(error), _) => diagnostics.push(*error),
        (Ok(_), _) if diagnostics.iter().any(Diagnostic::is_error) => {}
        (Ok(_), None) => {}
        (Ok(input), _) if refused(job, input.level, &mut diagnostics) => {}
        (Ok(input), Some(dialects)) => {
            let cx = cx(job, &map, input, &dialects);
            let reproduce = reproducer::Reproduce { job, cx: &cx, plan: &plan };
            if let Some(crash) = crashed {
                exit = Some(after_crash(&reproduce, &crash, &instruments));
            } else {
                arm(job, &cx, granularity);
                let mut record = Record::default();
                let mut ran = match job.instruments.record {
                    Some(_) => {
                        let mut all: Vec<Box<dyn Instrument + '_>> =
                            vec![Box::new(&mut instruments), Box::new(&mut record)];
                        steps::run(&cx, &plan, &mut all)
                    }
                    None => steps::run(&cx, &plan, &mut instruments),
                };
                crash::disarm();
                if let Some(path) = &job.instruments.record
                    && let Err(error) = record::write(path, job, &record, &ran.products)
                {
                    ran.diagnostics.push(*error);
                }
                diagnostics = ran.diagnostics;
                if let Some(failure) = &ran.failure {
                    let allow = |step: &StepInfo| instruments.allow(step);
                    exit = reproduce.failed(failure, &allow, &mut diagnostics);
                }
                if !diagnostics.iter().any(Diagnostic::is_error)
                    && ran.failure.is_none()
                    && let Err(error) = write(ran.products)
                {
                    diagnostics.push(*error);
                }
            }
        }
    }
    let reported = report::exit(&map, job.diagnostics, &diagnostics);
    exit.unwrap_or(reported)
}

/// The plan of a job, with what `--stop-after` leaves of it.
///
/// # Errors
///
/// A message that says what is wrong with the command line.
pub fn plan(job: &Job<'_>, granularity: Granularity) -> Result<Plan, String> {
    let all = [EmitKind::Exe];
    let options = PlanOptions {
        from: job.from.from.unwrap_or_else(|| Level::of(job.file)),
        emit: if job.stop_after.is_some() { &all } else { job.emit },
        needs_main: job.stop_after.is_none() && job.emit.contains(&EmitKind::Exe),
        level: job.code.opt_level.llvm(),
        luma_passes: job.pipeline.luma_passes.as_deref(),
        mlir_passes: job.pipeline.mlir_passes.as_deref(),
        patterns: &job.pipeline.patterns,
        transform: &job.pipeline.transform,
        llvm_passes: job.pipeline.llvm_passes.as_deref(),
        debug_info: job.code.debug_info,
        target: job.code.target.as_deref(),
        verify_ownership: job
            .diagnostics
            .verify()
            .map(|how| Verify { threads: job.pipeline.threads, ..how }),
        granularity,
        registry: job.registry,
        test_passes: job.pipeline.test_passes,
        side_effects: job.side_effects,
    };
    let mut plan = Plan::new(&options)?;
    for name in &job.pipeline.disable_pass {
        let which = Selector::new(name);
        let said = |why| format!("`--disable-pass`: {why}");
        plan.check(&which).map_err(said)?;
        if let Some(step) = plan.mandatory(&which) {
            return Err(said(format!(
                "the step `{}` is mandatory and cannot be skipped",
                step.name
            )));
        }
    }
    if let Some(stop) = job.stop_after {
        plan.stop_after(&Selector::new(stop)).map_err(|why| format!("`--stop-after`: {why}"))?;
    }
    Ok(plan)
}

/// Single steps when somebody looks at them; else what is fastest.
fn granularity(job: &Job<'_>) -> Granularity {
    let looked_at = job.stop_after.is_some()
        || job.pipeline.opt_bisect_limit.is_some()
        || !job.pipeline.disable_pass.is_empty()
        || job.pipeline.verify_each == Some(true)
        || instruments::any(job.instruments);
    if looked_at || job.replay { Granularity::Single } else { Granularity::Batched }
}

/// What looks at the steps of `plan`, and what skips some.
///
/// # Errors
///
/// A message about a step that the plan does not have.
pub fn instruments(job: &Job<'_>, plan: &Plan) -> Result<Vec<Box<dyn Instrument>>, String> {
    instruments::from_args(job.instruments, job.pipeline, plan)
}

/// What steps depend on, for `job`.
pub fn cx<'a>(
    job: &Job<'a>,
    map: &'a SourceMap,
    input: input::Input,
    dialects: &'a Dialects,
) -> Cx<'a> {
    Cx {
        map,
        input,
        registry: job.registry,
        dialects,
        level: job.code.opt_level.llvm(),
        target: job.code.target.as_deref(),
        // The built-in pipelines are tested; what others are made of is not known.
        verify_each: job
            .pipeline
            .verify_each
            .or_else(|| job.pipeline.luma_passes.as_ref().map(|_| true)),
        threads: job.pipeline.threads,
        locations: job.locations,
        generic: job.generic,
        side_effects: job.side_effects,
    }
}

/// Reports an output kind that precedes the level of the input.
fn refused(job: &Job<'_>, level: Level, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let first = job.emit.first().filter(|&&kind| kind < level.first_kind());
    let Some(kind) = first.filter(|_| job.stop_after.is_none()) else { return false };
    let name = kind.name();
    let message = format!("`--emit={name}` needs input of a higher level than this file");
    diagnostics.push(Diagnostic::unlocated(codes::E0503, message));
    true
}

/// From now on, a crash leaves a reproducer.
pub(crate) fn arm(job: &Job<'_>, cx: &Cx<'_>, granularity: Granularity) {
    if job.replay {
        return;
    }
    let from_stdin = job.file.as_os_str() == "-";
    let input = || crate::levels::text(cx.map, cx.input.file).as_bytes().to_vec();
    crash::arm(reproducer::phase(granularity), from_stdin.then(input));
}

/// The second process after a crash: finds the step and writes the reproducer.
fn after_crash(
    reproduce: &reproducer::Reproduce<'_>,
    crash: &reproducer::Crash,
    instruments: &Vec<Box<dyn Instrument>>,
) -> ExitCode {
    let allow = |step: &StepInfo| instruments.allow(step);
    if crash.granularity == Granularity::Batched
        && let Ok(single) = plan(reproduce.job, Granularity::Single)
    {
        // Crashes again, at the very step.
        arm(reproduce.job, reproduce.cx, Granularity::Single);
        let ran = steps::run(reproduce.cx, &single, &mut ());
        crash::disarm();
        drop(ran);
    }
    reproduce.crashed(crash, &allow)
}

/// Reports wrong usage.
pub fn usage(message: &str) -> ExitCode {
    report::error(message);
    ExitCode::from(2)
}

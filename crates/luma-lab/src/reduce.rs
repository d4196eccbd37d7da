//! `lumac reduce`: shrinks a program while an oracle accepts it.

use std::cell::OnceCell;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use luma_diagnostics::{OrNever as _, SourceMap};
use luma_ir::{Module, PrintOptions, print_module};
use luma_pass::instrument::{StepInfo, World};
use luma_process::{Limits, TempDir};
use luma_reduce::{Options, Stats, reduce_module, reduce_source};

use crate::interp;
use crate::oracle::{self, Gate, Job, Oracle};
use crate::program::ProgramArgs;
use luma_driver::extension::Registry;
use luma_driver::input::{Input, Level};
use luma_driver::options::{EmitKind, InputArgs, PipelineArgs};
use luma_driver::steps::{self, Plan, State};
use luma_driver::{compile, conflicts, emit, levels, report, with_input};

/// What `lumac reduce` is asked for.
#[derive(Args, Debug)]
pub struct ReduceArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The fault to keep: `output`, `crash`, `diagnostic`, `diagnostic=CODE`, or a shell command that
    /// exits with 0 while the fault is present. The command gets the file with the candidate in
    /// place of `{}`, or as its last argument.
    #[arg(long, value_name = "ORACLE")]
    pub(crate) oracle: Oracle,
    /// Write the reduced program to this file instead of standard output.
    #[arg(short, value_name = "PATH", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Stop after N oracle calls.
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<usize>,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_time: Option<u64>,
    /// How the program is compiled and run.
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Runs the command; the exit code is 0 if the oracle accepts the input.
pub fn reduce(args: &ReduceArgs, registry: &Registry) -> ExitCode {
    if let Some(path) = &args.output {
        let InputArgs { file, from, .. } = &args.input;
        let PipelineArgs { patterns, transform, .. } = &args.program.pipeline;
        let inputs = from.dialect.iter().chain(patterns).chain(transform);
        let inputs = std::iter::once(file).chain(inputs).map(PathBuf::as_path);
        if let Err(message) = conflicts::check(inputs, &[("-o", path)]) {
            return compile::usage(&message);
        }
    }
    let mut code = ExitCode::FAILURE;
    let read = with_input(&args.input, registry, |map, input, dialects, _| {
        let verify = args.input.diagnostics.verify();
        let job = args.program.job(registry, dialects, verify);
        code = match reduced(args, job, map, input) {
            Ok(text) => write(args.output.as_deref(), &text),
            Err(message) => {
                report::error(&message);
                ExitCode::FAILURE
            }
        };
    });
    if read == ExitCode::SUCCESS { code } else { read }
}

/// What `reduce` does when it is interrupted: writes the smallest program so far, if there is one.
fn save_smallest(smallest: &Mutex<Option<String>>, output: Option<&Path>) {
    let text = smallest.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(text) = text {
        let lines = text.lines().count();
        let _ = writeln!(
            std::io::stderr(),
            "reduce: interrupted; the smallest program so far has {lines} lines"
        );
        write(output, &text);
    }
}

fn write(output: Option<&Path>, text: &str) -> ExitCode {
    let path = output.filter(|path| path.as_os_str() != "-");
    let Some(path) = path else { return emit::to_stdout(text.as_bytes()) };
    match luma_process::write_file(path, text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// The text of the reduced program.
fn reduced(
    args: &ReduceArgs,
    job: Job<'_>,
    map: &SourceMap,
    input: Input,
) -> Result<String, String> {
    let text = levels::text(map, input.file);
    let max_time = args.max_time.map(Duration::from_secs);
    let deadline = max_time.and_then(|most| Instant::now().checked_add(most));
    let judge = Judge::new(job, input.level, args, text, deadline)?;
    let max_time = deadline.map(|end| end.saturating_duration_since(Instant::now()));
    let options = Options { max_calls: args.max_calls, max_time };
    let progress = Progress::new();
    let smallest = Arc::new(Mutex::new(None));
    let interrupted = {
        let (smallest, output) = (Arc::clone(&smallest), args.output.clone());
        luma_process::before_end(move || save_smallest(&smallest, output.as_deref()))
    };
    let keep = |text: &str| {
        *smallest.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
    };
    let mut asked = 0;
    let (text, stats, unit) = match input.level {
        Level::Source => {
            let mut ask = |candidate: &str| {
                asked += 1;
                let holds = judge.holds(candidate);
                if holds {
                    keep(candidate);
                }
                progress.tell(asked, holds.then(|| candidate.lines().count()), "lines");
                holds
            };
            let reduced = reduce_source(text, &mut ask, &options);
            (reduced.text, reduced.stats, "lines")
        }
        Level::LumaIr => {
            let mut diagnostics = Vec::new();
            let module = levels::luma_ir(map, input, job.dialects, false, &mut diagnostics);
            let module = module.ok_or_else(|| oracle::first_message(&diagnostics))?;
            let mut ask = |candidate: &Module| {
                asked += 1;
                let text = text_of(candidate);
                let holds = judge.holds(&text);
                if holds {
                    keep(&text);
                }
                progress.tell(asked, holds.then(|| candidate.op_count()), "operations");
                holds
            };
            let reduced = reduce_module(&module, &mut ask, &options);
            (text_of(&reduced.module), reduced.stats, "operations")
        }
        Level::Mlir | Level::LlvmIr => {
            return Err("only Luma source and Luma IR can be reduced".into());
        }
    };
    progress.finish();
    drop(interrupted);
    if !stats.interesting && deadline.is_some_and(|end| Instant::now() >= end) {
        return Err("the oracle did not accept the input within `--max-time`".into());
    }
    if let Some(why) = judge.failure.get() {
        return Err(why.clone());
    }
    summary(&stats, unit)?;
    // Files end with the end of a line, unless that matters.
    let whole = format!("{text}\n");
    let complete = text.is_empty() || text.ends_with('\n') || !judge.holds(&whole);
    Ok(if complete { text } else { whole })
}

fn text_of(module: &Module) -> String {
    print_module(module, PrintOptions::default())
}

fn summary(stats: &Stats, unit: &str) -> Result<(), String> {
    let Stats { before, after, calls, accepted, .. } = stats;
    if !stats.interesting {
        return Err("the oracle does not accept the input: there is nothing to reduce".into());
    }
    let limit = if stats.exhausted { "; stopped at a limit" } else { "" };
    let _ = writeln!(
        std::io::stderr(),
        "reduced {before} {unit} to {after}; {calls} oracle calls, {accepted} accepted{limit}"
    );
    Ok(())
}

/// A progress line, on terminals only.
struct Progress(ProgressBar);

impl Progress {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}");
        bar.set_style(style.or_never(ProgressStyle::default_spinner(), "the template is valid"));
        Self(bar)
    }

    /// `size` is the size of the candidate, if it was accepted.
    fn tell(&self, asked: usize, size: Option<usize>, unit: &str) {
        self.0.tick();
        if let Some(size) = size {
            self.0.set_message(format!("{size} {unit} after {asked} oracle calls"));
        }
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// Decides whether candidates fail in the same way as the input.
struct Judge<'a> {
    job: Job<'a>,
    level: Level,
    test: Test,
    directory: TempDir,
    /// The file name of candidates in `directory`.
    name: &'static str,
    /// When the time is up.
    deadline: Option<Instant>,
    /// Why the oracle could not be asked any more, if so.
    failure: OnceCell<String>,
}

enum Test {
    Output {
        plan: Plan,
        limit: u64,
        limits: Limits,
        kind: Difference,
    },
    /// A diagnostic reported before any pass.
    EarlyDiagnostic(String),
    Diagnostic(String, Plan),
    Crash(String),
    Command(String),
}

impl<'a> Judge<'a> {
    fn new(
        job: Job<'a>,
        level: Level,
        args: &ReduceArgs,
        text: &str,
        deadline: Option<Instant>,
    ) -> Result<Self, String> {
        let name = if level == Level::Source { "program.lx" } else { "program.lir" };
        let directory = oracle::scratch()?;
        let test = match &args.oracle {
            Oracle::Command(text) => Test::Command(text.clone()),
            Oracle::Crash => {
                let path = oracle::put(directory.path(), name, text.as_bytes())?;
                let crash = crash(&job, &path, time_left(deadline))?
                    .ok_or("lumac does not crash on the input")?;
                Test::Crash(crash)
            }
            Oracle::Diagnostic(code) => {
                let plan = job.plan(level, EmitKind::Obj, job.granularity())?;
                diagnostic(&job, level, code.as_deref(), text, plan)?
            }
            Oracle::Output => output(&job, level, text, args.program.step_limit)?,
        };
        Ok(Self { job, level, test, directory, name, deadline, failure: OnceCell::new() })
    }

    fn holds(&self, text: &str) -> bool {
        self.failure.get().is_none()
            && self.ask(text).unwrap_or_else(|why| {
                self.failure.get_or_init(|| why);
                false
            })
    }

    fn ask(&self, text: &str) -> Result<bool, String> {
        Ok(match &self.test {
            Test::Command(command) => {
                oracle::command(command, &self.put(text)?, time_left(self.deadline))?
            }
            Test::Crash(signature) => {
                crash(&self.job, &self.put(text)?, time_left(self.deadline))?.as_ref()
                    == Some(signature)
            }
            Test::EarlyDiagnostic(code) => {
                oracle::reports(&early(&self.job, self.level, text), code)
            }
            Test::Diagnostic(code, plan) => {
                oracle::reports(&late(&self.job, self.level, text, plan), code)
            }
            // Where a candidate differs is not known if, say, it does not compile.
            Test::Output { plan, limit, limits, kind } => {
                let native = *kind != Difference::Luma;
                difference(&self.job, self.level, text, plan, (*limit, *limits), native)
                    == Ok(Some(*kind))
            }
        })
    }

    fn put(&self, text: &str) -> Result<std::path::PathBuf, String> {
        oracle::put(self.directory.path(), self.name, text.as_bytes())
    }
}

/// How long one call of an oracle may take.
fn time_left(deadline: Option<Instant>) -> Duration {
    let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
    left.map_or(oracle::LONGEST, |left| left.min(oracle::LONGEST))
}

fn crash(job: &Job<'_>, file: &Path, time: Duration) -> Result<Option<String>, String> {
    let limit = job.pipeline.opt_bisect_limit.map(|limit| format!("--opt-bisect-limit={limit}"));
    let mut flags =
        vec!["--emit=obj".to_owned(), format!("-o{}", file.with_extension("o").display())];
    flags.extend(limit);
    Ok(oracle::child(job, file, &flags, time)?.crash.map(|crash| crash.signature))
}

/// A source map with this text only.
fn alone(level: Level, text: &str) -> (SourceMap, Input) {
    let mut map = SourceMap::new();
    let file = map.add("candidate", text);
    (map, Input { file, level })
}

fn diagnostic(
    job: &Job<'_>,
    level: Level,
    code: Option<&str>,
    text: &str,
    plan: Plan,
) -> Result<Test, String> {
    let found = early(job, level, text);
    let wanted =
        |d: &&luma_diagnostics::Diagnostic| code.is_none_or(|code| d.code.as_str() == code);
    if let Some(first) = found.iter().find(wanted) {
        return Ok(Test::EarlyDiagnostic(first.code.as_str().to_owned()));
    }
    match late(job, level, text, &plan).iter().find(wanted) {
        Some(first) => Ok(Test::Diagnostic(first.code.as_str().to_owned(), plan)),
        None => Err(match code {
            Some(code) => format!("lumac does not report {code} for the input"),
            None => "lumac reports no diagnostic for the input".into(),
        }),
    }
}

/// What `lumac check` reports.
fn early(job: &Job<'_>, level: Level, text: &str) -> Vec<luma_diagnostics::Diagnostic> {
    let (map, input) = alone(level, text);
    let mut diagnostics = Vec::new();
    levels::check(&map, input, job.dialects, job.verify_ownership, &mut diagnostics);
    diagnostics
}

/// What compiling to an object reports.
fn late(job: &Job<'_>, level: Level, text: &str, plan: &Plan) -> Vec<luma_diagnostics::Diagnostic> {
    let (map, input) = alone(level, text);
    let mut gate = Gate { job: *job, limit: usize::MAX };
    steps::run(&job.cx(&map, input), plan, &mut gate).diagnostics
}

/// Finds how the behaviour of the input differs: by the interpreter alone if that is enough.
fn output(
    job: &Job<'_>,
    level: Level,
    text: &str,
    step_limit: Option<u64>,
) -> Result<Test, String> {
    let plan = job.plan(level, EmitKind::Exe, job.granularity())?;
    let (map, input) = alone(level, text);
    let mut diagnostics = Vec::new();
    let module = levels::program(&map, input, job.dialects, job.verify_ownership, &mut diagnostics);
    let module = module.ok_or_else(|| oracle::first_message(&diagnostics))?;
    let most = step_limit.unwrap_or(oracle::STEP_LIMIT);
    let (run, steps) = oracle::interpret(&module, job.args, most);
    if let Some((kind, why)) = run.trap.as_ref().filter(|(kind, _)| kind.is_limit()) {
        return Err(format!("the interpreter cannot run the program: {why} [{}]", kind.code()));
    }
    // A reduced program may run a little longer than the original.
    let limit = (steps.saturating_mul(4) + 10_000).min(most);
    let limits = Limits {
        time: Some(Duration::from_secs(10)),
        output: Some(run.stdout.len() as u64 * 4 + (1 << 20)),
        memory: None,
    };
    for native in [false, true] {
        let found = difference(job, level, text, &plan, (limit, limits), native)?;
        if let Some(kind) = found {
            return Ok(Test::Output { plan, limit, limits, kind });
        }
    }
    Err("native code and the interpreter agree on the input".into())
}

/// Which steps change the behaviour of a program. A candidate must have the kind of the input;
/// otherwise reduction could drift to an unrelated difference, such as a printed address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Difference {
    /// Luma passes, as observed by the interpreter.
    Luma,
    /// Optional steps below Luma IR.
    Optional,
    /// Mandatory steps below Luma IR.
    Mandatory,
}

/// How the program differs, by the interpreter alone or in native code.
///
/// # Errors
///
/// A message that says why this is not known.
fn difference(
    job: &Job<'_>,
    level: Level,
    text: &str,
    plan: &Plan,
    (limit, limits): (u64, Limits),
    native: bool,
) -> Result<Option<Difference>, String> {
    let (map, input) = alone(level, text);
    let of = "before all passes";
    let module = levels::program(&map, input, job.dialects, job.verify_ownership, &mut Vec::new());
    let module = module.ok_or("the program does not compile")?;
    let reference = oracle::interpret(&module, job.args, limit).0;
    let Some(expected) = oracle::native_expectation(&reference) else {
        return Err("the interpreter stops the program, so its behaviour is undefined".into());
    };
    let cx = job.cx(&map, input);
    if native {
        let same = |plan: &Plan, most: usize| -> Result<bool, String> {
            let found = oracle::native(&cx, plan, job, most, limits)?;
            Ok(interp::check(&expected, of, &found, "native code").is_ok())
        };
        if same(plan, usize::MAX)? {
            return Ok(None);
        }
        let plain = job.plan(level, EmitKind::Exe, steps::Granularity::Single)?;
        let kind = if same(&plain, 0)? { Difference::Optional } else { Difference::Mandatory };
        return Ok(Some(kind));
    }
    let luma = plan.steps.iter().take_while(|step| step.info.world == World::Luma).count();
    let allow = |step: &StepInfo| job.allows(usize::MAX, step);
    let Some(State::Luma(after, _)) = steps::run_until(&cx, plan, luma, &allow) else {
        return Err("a step fails".into());
    };
    let found = oracle::interpret(&after, job.args, limit.saturating_mul(8)).0;
    let same = interp::check(&reference, of, &found, "the passes").is_ok();
    Ok((!same).then_some(Difference::Luma))
}

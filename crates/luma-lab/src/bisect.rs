//! `lumac bisect`: finds the step, from source to machine code, that introduces a failure.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use luma_diagnostics::SourceMap;
use luma_pass::instrument::{Selector, StepInfo, World, unified_diff};

use crate::interp::{self, Behaviour};
use crate::oracle::{self, Gate, Job, Oracle};
use crate::program::ProgramArgs;
use luma_driver::extension::Registry;
use luma_driver::input::{Input, Level};
use luma_driver::options::{EmitKind, InputArgs};
use luma_driver::run::LIMITS;
use luma_driver::steps::{self, Granularity, Plan, State};
use luma_driver::{emit, levels, with_input};

/// What `lumac bisect` is asked for.
#[derive(Args, Debug)]
pub struct BisectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The fault to look for: `output`, `crash`, `diagnostic`, `diagnostic=CODE`, or a shell command
    /// that exits with 0 while the fault is present. The command gets the file with the IR after
    /// the step in place of `{}`, or as its last argument.
    #[arg(long, value_name = "ORACLE")]
    pub(crate) oracle: Oracle,
    /// How the program is compiled and run.
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// Runs the command; the exit code is 0 if a step was found.
pub fn bisect(args: &BisectArgs, registry: &Registry) -> ExitCode {
    let mut code = ExitCode::FAILURE;
    let read = with_input(&args.input, registry, |map, input, dialects, _| {
        let verify = args.input.diagnostics.verify();
        let job = args.program.job(registry, dialects, verify);
        let search = Search { job, map, input, step_limit: args.program.step_limit };
        match search.run(&args.oracle) {
            Ok(text) => code = emit::to_stdout(text.as_bytes()),
            Err(Nothing { message, usage }) => {
                luma_driver::report::error(&message);
                if usage {
                    code = ExitCode::from(2);
                }
            }
        }
    });
    if read == ExitCode::SUCCESS { code } else { read }
}

/// Why no step was found.
struct Nothing {
    message: String,
    /// The command line is wrong.
    usage: bool,
}

impl From<String> for Nothing {
    fn from(message: String) -> Self {
        Self { message, usage: false }
    }
}

struct Search<'a> {
    job: Job<'a>,
    map: &'a SourceMap,
    input: Input,
    step_limit: Option<u64>,
}

/// The step that was found.
struct Guilty {
    /// The number of the step; 0 is the input.
    step: usize,
    /// How the failure shows.
    because: String,
    /// Native runs were compared, so the result of the step was only observed through the steps
    /// that follow it.
    natively: bool,
    /// The text before and after it, with its level, if it can be shown.
    before: Option<(EmitKind, String)>,
    after: Option<(EmitKind, String)>,
}

impl Search<'_> {
    fn run(&self, oracle: &Oracle) -> Result<String, Nothing> {
        // Only what is run needs a `main`.
        let kind = if *oracle == Oracle::Output { EmitKind::Exe } else { EmitKind::Obj };
        let plan = self
            .job
            .plan(self.input.level, kind, Granularity::Single)
            .map_err(|message| Nothing { message, usage: true })?;
        let guilty = match oracle {
            Oracle::Output => self.output(&plan)?,
            Oracle::Crash => self.crash(&plan)?,
            Oracle::Diagnostic(code) => self.diagnostic(&plan, code.as_deref())?,
            Oracle::Command(text) => self.command(&plan, text)?,
        };
        Ok(report(&plan, &guilty))
    }

    /// The state after step `number`, with all later optional steps skipped.
    fn state(&self, plan: &Plan, number: usize) -> Option<State> {
        let allow = |step: &StepInfo| self.job.allows(number, step);
        steps::run_until(&self.job.cx(self.map, self.input), plan, number, &allow)
    }

    fn text(&self, plan: &Plan, number: usize) -> Option<(EmitKind, String)> {
        let state = self.state(plan, number)?;
        Some((state.kind(), state.to_text(self.map, false, false)))
    }

    /// A step that can be run in this process.
    fn guilty(&self, plan: &Plan, step: usize, because: String) -> Guilty {
        let before = step.checked_sub(1).and_then(|before| self.text(plan, before));
        Guilty { step, because, natively: false, before, after: self.text(plan, step) }
    }

    // --- output -----------------------------------------------------------------------------

    fn output(&self, plan: &Plan) -> Result<Guilty, Nothing> {
        let limit = self.step_limit.unwrap_or(oracle::STEP_LIMIT);
        let cx = self.job.cx(self.map, self.input);
        let native = |number: usize| {
            oracle::native(&cx, plan, &self.job, number, LIMITS)
                .map_err(|why| format!("{why}; use `--oracle=crash` to find the step"))
        };
        let (reference, of) = if self.input.level <= Level::LumaIr {
            (self.reference(limit)?, "by the interpreter before all passes")
        } else {
            (native(0)?, "without any optional step")
        };
        let expected = if self.input.level <= Level::LumaIr {
            oracle::native_expectation(&reference)
        } else {
            Some(reference.clone())
        };
        let difference = |number: usize| -> Result<Option<String>, Nothing> {
            let found = match (number.checked_sub(1).and_then(|at| plan.steps.get(at)), &expected) {
                (None, _) => return Ok(None),
                (Some(step), _) if step.info.world == World::Luma => {
                    let Some(State::Luma(module, _)) = self.state(plan, number) else {
                        let name = &step.info.name;
                        return Err(Nothing::from(format!(
                            "the step `{name}` fails; use `--oracle=crash` to find the cause"
                        )));
                    };
                    let run = oracle::interpret(&module, self.job.args, limit).0;
                    interp::check(&reference, of, &run, &format!("the step `{}`", step.info.name))
                }
                (Some(_), Some(expected)) => {
                    interp::check(expected, of, &native(number)?, "native code")
                }
                // Native code may do anything.
                (Some(_), None) => return Ok(None),
            };
            Ok(found.err().map(|difference| difference.notes.join("; ")))
        };
        let last = match expected {
            Some(_) => plan.steps.len(),
            None => plan.steps.iter().filter(|step| step.info.world == World::Luma).count(),
        };
        let found = first_bad(plan, last, |number| Ok(difference(number)?.is_some()))?;
        let Some(step) = found else {
            let message = match &reference.trap {
                Some((kind, why)) if expected.is_none() => format!(
                    "no step over Luma IR changes what the program does, and the interpreter stops \
                     it: {why} [{}], so native runs are not compared",
                    kind.code()
                ),
                _ => "no step changes what the program does".to_owned(),
            };
            return Err(message.into());
        };
        let because = difference(step)?.unwrap_or_default();
        let planned = step.checked_sub(1).and_then(|at| plan.steps.get(at));
        let natively = planned.is_some_and(|planned| planned.info.world != World::Luma);
        Ok(Guilty { natively, ..self.guilty(plan, step, because) })
    }

    fn reference(&self, limit: u64) -> Result<Behaviour, Nothing> {
        let mut diagnostics = Vec::new();
        let (input, verify) = (self.input, self.job.verify_ownership);
        let module = levels::program(self.map, input, self.job.dialects, verify, &mut diagnostics);
        let module = module.ok_or_else(|| oracle::first_message(&diagnostics))?;
        let (run, _) = oracle::interpret(&module, self.job.args, limit);
        match &run.trap {
            Some((kind, why)) if kind.is_limit() => {
                Err(format!("the interpreter cannot run the program: {why} [{}]", kind.code())
                    .into())
            }
            _ => Ok(run),
        }
    }

    // --- crash ------------------------------------------------------------------------------

    fn crash(&self, plan: &Plan) -> Result<Guilty, Nothing> {
        let directory = oracle::scratch()?;
        let file = self.file(directory.path())?;
        let object = || format!("-o{}", directory.path().join("out.o").display());
        // Which optional step does the crash need?
        let with_limit = |number: usize| {
            let number = number.min(self.job.pipeline.opt_bisect_limit.unwrap_or(usize::MAX));
            let flags = [format!("--opt-bisect-limit={number}"), "--emit=obj".into(), object()];
            oracle::child(&self.job, &file, &flags, oracle::LONGEST)
        };
        // Which mandatory step crashes?
        let stopped = |number: usize, limit: usize| {
            let flags = [
                format!("--opt-bisect-limit={limit}"),
                format!("--stop-after={number}"),
                "-o-".into(),
            ];
            oracle::child(&self.job, &file, &flags, oracle::LONGEST)
        };
        let last = plan.steps.len();
        let found = first_bad(plan, last, |n| Ok(with_limit(n)?.crash.is_some()))?;
        let (step, limit) = match found {
            None => return Err("lumac does not crash on this input".to_owned().into()),
            Some(0) => {
                let crashes = |n: usize| match n {
                    0 => Ok(false),
                    n if n == last => Ok(true),
                    n => Ok(stopped(n, 0)?.crash.is_some()),
                };
                (first_bad(plan, last, crashes)?.unwrap_or(last), 0)
            }
            Some(step) => (step, step),
        };
        let how = with_limit(limit)?.crash.map(|crash| crash.message).unwrap_or_default();
        let shown = |number: usize| -> Result<Option<(EmitKind, String)>, String> {
            let Some(step) = number.checked_sub(1).and_then(|at| plan.steps.get(at)) else {
                return Ok(None);
            };
            let stdout = stopped(number, limit)?.stdout;
            let text = stdout.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            Ok(text.map(|text| (level_of(plan, step.info.number), text)))
        };
        let before = shown(step.saturating_sub(1))?;
        // The output of code generation is not text.
        let after = if step == last { None } else { shown(step)? };
        let because = format!("lumac fails: {how}");
        Ok(Guilty { step, because, natively: false, before, after })
    }

    // --- diagnostic -------------------------------------------------------------------------

    fn diagnostic(&self, plan: &Plan, code: Option<&str>) -> Result<Guilty, Nothing> {
        let after = |number: usize| {
            let mut plan = self.job.plan(self.input.level, EmitKind::Obj, Granularity::Single)?;
            if number == 0 {
                plan.steps.clear();
                plan.emits.clear();
            } else if number < plan.steps.len() {
                plan.stop_after(&Selector::Number(number))?;
            }
            let mut gate = Gate { job: self.job, limit: number };
            let cx = self.job.cx(self.map, self.input);
            Ok::<_, String>(steps::run(&cx, &plan, &mut gate).diagnostics)
        };
        let all = after(plan.steps.len())?;
        let code = match (code, all.first()) {
            (Some(code), _) => code,
            (None, Some(first)) => first.code.as_str(),
            (None, None) => {
                return Err("lumac reports no diagnostic for this input".to_owned().into());
            }
        };
        let found = first_bad(plan, plan.steps.len(), |n| Ok(oracle::reports(&after(n)?, code)))?;
        let Some(step) = found else {
            return Err(format!("lumac does not report {code} for this input").into());
        };
        let found = after(step)?;
        let message = found.iter().find(|d| d.code.as_str() == code).map(|d| d.message.as_str());
        let because = format!("lumac reports {code}: {}", message.unwrap_or_default());
        Ok(self.guilty(plan, step, because))
    }

    // --- command ----------------------------------------------------------------------------

    fn command(&self, plan: &Plan, text: &str) -> Result<Guilty, Nothing> {
        let directory = oracle::scratch()?;
        // Commands read text, and the result of code generation is not text.
        let last = plan.steps.iter().filter(|planned| planned.step.leaves().is_some()).count();
        let found = first_bad(plan, last, |number| {
            let (kind, state) = match number {
                0 => {
                    return Ok(oracle::command(
                        text,
                        &self.file(directory.path())?,
                        oracle::LONGEST,
                    )?);
                }
                _ => self.text(plan, number).ok_or_else(|| {
                    Nothing::from(format!(
                        "lumac fails before step {number} has run; \
                         use `--oracle=crash` to find the cause"
                    ))
                })?,
            };
            let name = format!("program.{}", extension(kind));
            let path = oracle::put(directory.path(), &name, state.as_bytes())?;
            Ok(oracle::command(text, &path, oracle::LONGEST)?)
        })?;
        let Some(step) = found else {
            return Err(
                format!("the command `{text}` does not exit with 0 after the last step").into()
            );
        };
        Ok(self.guilty(plan, step, format!("the command `{text}` exits with 0")))
    }

    /// The input in a file of its own: it may have come from standard input.
    fn file(&self, directory: &std::path::Path) -> Result<std::path::PathBuf, String> {
        let extension = extension(self.input.level.first_kind());
        let text = levels::text(self.map, self.input.file);
        oracle::put(directory, &format!("program.{extension}"), text.as_bytes())
    }
}

/// The first step from which on `bad` holds, 0 being the input; `None` if it does not hold after the
/// step `last`. Whatever the answers, it holds after the step that is found and not before.
fn first_bad(
    plan: &Plan,
    last: usize,
    mut bad: impl FnMut(usize) -> Result<bool, Nothing>,
) -> Result<Option<usize>, Nothing> {
    let mut ask = |number: usize| -> Result<bool, Nothing> {
        let answer = bad(number)?;
        let name = match number.checked_sub(1).and_then(|at| plan.steps.get(at)) {
            Some(step) => step.info.name.as_str(),
            None => "input",
        };
        let word = if answer { "bad" } else { "good" };
        let _ = writeln!(std::io::stderr(), "bisect: step {number} ({name}): {word}");
        Ok(answer)
    };
    if !ask(last)? {
        return Ok(None);
    }
    if last == 0 || ask(0)? {
        return Ok(Some(0));
    }
    let (mut good, mut bad) = (0, last);
    while bad - good > 1 {
        let known = known(plan, good, bad);
        let interrupted = luma_process::before_end(move || {
            let _ = writeln!(std::io::stderr(), "bisect: interrupted; {known}");
        });
        let middle = good + (bad - good) / 2;
        let answer = ask(middle)?;
        drop(interrupted);
        if answer {
            bad = middle;
        } else {
            good = middle;
        }
    }
    Ok(Some(bad))
}

/// What is known of the step to be found.
fn known(plan: &Plan, good: usize, bad: usize) -> String {
    let name = |number: usize| match number.checked_sub(1).and_then(|at| plan.steps.get(at)) {
        Some(step) => format!("step {number} (`{}`)", step.info.name),
        None => "the input".to_owned(),
    };
    format!("the failure is absent after {}, present after {}", name(good), name(bad))
}

/// The report for standard output.
fn report(plan: &Plan, guilty: &Guilty) -> String {
    let count = plan.steps.len();
    let Some(step) = guilty.step.checked_sub(1).and_then(|at| plan.steps.get(at)) else {
        return format!("the failure is already in the input: {}\n", guilty.because);
    };
    let StepInfo { number, world, name, text, summary, .. } = &step.info;
    let mut out = format!("step {number} of {count} introduces the failure: `{name}` ({world})\n");
    if text != name {
        out += &format!("  {text}\n");
    }
    if !summary.is_empty() {
        out += &format!("  {summary}\n");
    }
    out += &format!("{}\n", guilty.because);
    let same: Vec<String> = plan
        .steps
        .iter()
        .skip(*number)
        .map_while(|next| {
            let inseparable = guilty.natively && next.info.mandatory && step.info.mandatory;
            inseparable.then(|| format!("`{}`", next.info.name))
        })
        .collect();
    if !same.is_empty() {
        out += &format!(
            "no native code can be made without the steps after it, so the cause may also be {}\n",
            same.join(", ")
        );
    }
    match (&guilty.before, &guilty.after) {
        (Some((from, before)), Some((to, after))) if from == to => {
            let diff = unified_diff(before, after);
            if diff.is_empty() {
                out += "the step does not change the IR\n";
            } else {
                out += &format!("--- before {name}\n+++ after {name}\n{diff}");
            }
        }
        (_, Some((to, after))) => {
            out += &format!("the step produces this {}:\n{after}", to.name());
        }
        (Some((from, before)), None) => {
            out +=
                &format!("the step was given this {} and produced nothing:\n{before}", from.name());
        }
        (None, None) => {}
    }
    out
}

/// The level of the result of a step.
fn level_of(plan: &Plan, number: usize) -> EmitKind {
    let last = number.checked_sub(1).and_then(|at| plan.steps.get(at));
    last.and_then(|planned| planned.step.leaves()).unwrap_or(EmitKind::Ast)
}

fn extension(kind: EmitKind) -> &'static str {
    match kind {
        EmitKind::Ast => "lx",
        EmitKind::LumaIr => "lir",
        EmitKind::Mlir | EmitKind::MlirLlvm => "mlir",
        EmitKind::LlvmIr => "ll",
        EmitKind::Asm => "s",
        EmitKind::Obj | EmitKind::Exe => "o",
    }
}

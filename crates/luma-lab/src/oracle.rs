//! The failures that `lumac bisect` and `lumac reduce` look for, and how each is detected.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use luma_diagnostics::{Diagnostic, OrNever as _, SourceMap};
use luma_interp::TrapKind;
use luma_ir::Module;
use luma_pass::instrument::{Instrument, Selector, StepInfo};
use luma_process::{End, Limits, Streams, TempDir};

use crate::interp::{self, Behaviour, Executor};
use luma_driver::dialects::Dialects;
use luma_driver::extension::Registry;
use luma_driver::input::{Input, Level};
use luma_driver::levels::Verify;
use luma_driver::options::{CodeArgs, EmitKind, PipelineArgs};
use luma_driver::run;
use luma_driver::steps::{self, Cx, Granularity, Plan, PlanOptions, SideEffects};

/// A failure to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// lumac crashes, or a step leaves invalid IR.
    Crash,
    /// The behaviour differs from that in the interpreter.
    Output,
    /// lumac reports a diagnostic with this code; without a code, the first diagnostic.
    Diagnostic(Option<String>),
    /// A shell command exits with 0.
    Command(String),
}

impl FromStr for Oracle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "crash" => Ok(Self::Crash),
            "output" => Ok(Self::Output),
            "diagnostic" => Ok(Self::Diagnostic(None)),
            "" => Err("empty oracle; expected `crash`, `output`, `diagnostic`, `diagnostic=CODE` or a shell command".into()),
            _ => match text.strip_prefix("diagnostic=") {
                Some(code) if luma_diagnostics::explain(code).is_some() => {
                    Ok(Self::Diagnostic(Some(code.to_owned())))
                }
                Some(code) => Err(format!("unknown diagnostic code `{code}`")),
                None => Ok(Self::Command(text.to_owned())),
            },
        }
    }
}

/// How programs are compiled and run.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) dialects: &'a Dialects,
    pub(crate) code: &'a CodeArgs,
    pub(crate) pipeline: &'a PipelineArgs,
    pub(crate) verify_ownership: Option<Verify>,
    /// Arguments for the program.
    pub(crate) args: &'a [OsString],
}

impl Job<'_> {
    /// The steps from input at `from` to `kind`.
    ///
    /// # Errors
    ///
    /// A message that says what is wrong with a pipeline.
    pub(crate) fn plan(
        &self,
        from: Level,
        kind: EmitKind,
        granularity: Granularity,
    ) -> Result<Plan, String> {
        let plan = Plan::new(&PlanOptions {
            from,
            emit: &[kind],
            needs_main: kind == EmitKind::Exe,
            level: self.code.opt_level.llvm(),
            luma_passes: self.pipeline.luma_passes.as_deref(),
            mlir_passes: self.pipeline.mlir_passes.as_deref(),
            patterns: &self.pipeline.patterns,
            transform: &self.pipeline.transform,
            llvm_passes: self.pipeline.llvm_passes.as_deref(),
            debug_info: self.code.debug_info,
            target: self.code.target.as_deref(),
            verify_ownership: self.verify_ownership,
            granularity,
            registry: self.registry,
            test_passes: self.pipeline.test_passes,
            side_effects: self.side_effects(),
        })?;
        for which in self.disabled() {
            plan.check(&which)?;
        }
        Ok(plan)
    }

    /// The finest steps if some are to be skipped, else whatever is fastest.
    pub(crate) fn granularity(&self) -> Granularity {
        let all = self.pipeline.disable_pass.is_empty() && self.pipeline.opt_bisect_limit.is_none();
        if all { Granularity::Batched } else { Granularity::Single }
    }

    fn disabled(&self) -> impl Iterator<Item = Selector> {
        self.pipeline.disable_pass.iter().map(|text| Selector::new(text))
    }

    /// Whether a step that can be skipped runs, with all above `limit` skipped.
    pub(crate) fn allows(&self, limit: usize, step: &StepInfo) -> bool {
        let limit = self.pipeline.opt_bisect_limit.unwrap_or(usize::MAX).min(limit);
        step.number <= limit && !self.disabled().any(|which| which.selects(step))
    }

    /// The inputs of a run of a plan.
    pub(crate) fn cx<'m>(&'m self, map: &'m SourceMap, input: Input) -> Cx<'m> {
        Cx {
            map,
            input,
            registry: self.registry,
            dialects: self.dialects,
            level: self.code.opt_level.llvm(),
            target: self.code.target.as_deref(),
            verify_each: self.pipeline.verify_each,
            threads: self.pipeline.threads,
            locations: false,
            generic: false,
            side_effects: self.side_effects(),
        }
    }

    fn side_effects(&self) -> SideEffects {
        SideEffects::new(self.pipeline.allow_side_effects, true)
    }

    /// The options with which another lumac process does the same.
    fn flags(&self) -> Vec<OsString> {
        let mut flags: Vec<OsString> = Vec::new();
        let mut flag = |name: &str, value: &str| flags.push(format!("--{name}={value}").into());
        let pipelines = [
            ("luma-passes", &self.pipeline.luma_passes),
            ("mlir-passes", &self.pipeline.mlir_passes),
            ("llvm-passes", &self.pipeline.llvm_passes),
            ("target", &self.code.target),
        ];
        for (name, value) in pipelines {
            if let Some(value) = value {
                flag(name, value);
            }
        }
        let scripts =
            [("patterns", &self.pipeline.patterns), ("transform", &self.pipeline.transform)];
        for (name, paths) in scripts {
            for path in paths {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                flag(name, &path.display().to_string());
            }
        }
        for step in &self.pipeline.disable_pass {
            flag("disable-pass", step);
        }
        if let Some(verify) = self.pipeline.verify_each {
            flag("verify-each", if verify { "true" } else { "false" });
        }
        flag("threads", &self.pipeline.threads.to_string());
        match self.verify_ownership {
            Some(how) => flag("ownership-max-states", &how.max_states.to_string()),
            None => flag("ownership", "off"),
        }
        if self.pipeline.test_passes {
            flags.push("--test-passes".into());
        }
        if self.pipeline.allow_side_effects {
            flags.push("--allow-side-effects".into());
        }
        if self.code.debug_info {
            flags.push("-g".into());
        }
        flags.push(format!("-O{}", self.code.opt_level as u8).into());
        flags
    }
}

/// Skips the steps that the job skips, and all optional steps above a limit.
pub(crate) struct Gate<'a> {
    pub(crate) job: Job<'a>,
    pub(crate) limit: usize,
}

impl Instrument for Gate<'_> {
    fn allow(&self, step: &StepInfo) -> bool {
        self.job.allows(self.limit, step)
    }
}

/// The default limit of interpreter steps.
pub(crate) const STEP_LIMIT: u64 = 50_000_000;

/// Runs a module in the interpreter; also returns the number of steps.
pub(crate) fn interpret(module: &Module, args: &[OsString], limit: u64) -> (Behaviour, u64) {
    let options = interp::options(args, Some(limit));
    let mut stdout = Vec::new();
    let outcome = luma_interp::run(module, &options, &mut stdout);
    (Behaviour::new(stdout, &outcome), outcome.steps)
}

/// The behaviour that native code must have, given that in the interpreter; `None` if it is
/// undefined.
pub(crate) fn native_expectation(run: &Behaviour) -> Option<Behaviour> {
    match run.trap {
        None | Some((TrapKind::Leak, _)) => Some(run.clone()),
        Some((TrapKind::DivisionByZero | TrapKind::DivisionOverflow, _)) => {
            Some(Behaviour { code: 128 + 8, ..run.clone() })
        }
        Some(_) => None,
    }
}

/// Compiles with all optional steps above `limit` skipped, links and runs.
///
/// # Errors
///
/// A message that says which step failed and why.
pub(crate) fn native(
    cx: &Cx<'_>,
    plan: &Plan,
    job: &Job<'_>,
    limit: usize,
    limits: Limits,
) -> Result<Behaviour, String> {
    let ran = steps::run(cx, plan, &mut Gate { job: *job, limit });
    if let Some(error) = ran.diagnostics.iter().find(|d| d.is_error()) {
        return Err(error.message.clone());
    }
    if let Some(failure) = ran.failure {
        return Err(match failure.index.and_then(|at| plan.steps.get(at)) {
            Some(step) => format!("the step `{}` fails", step.info.name),
            None => "the input cannot be read".to_owned(),
        });
    }
    let program = run::build(&ran.products).map_err(|error| error.message)?;
    let ran = program.capture(job.args, &limits).map_err(|error| error.message)?;
    Ok(Behaviour {
        by: Executor::Machine,
        stdout: ran.stdout,
        code: ran.code,
        trap: None,
        killed: ran.killed,
    })
}

/// The first error of what was not read or did not compile.
pub(crate) fn first_message(diagnostics: &[Diagnostic]) -> String {
    let error = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    let message = error.map(|error| error.message.clone());
    message.or_never(String::new(), "what fails reports an error")
}

/// Whether a diagnostic with `code` is among `diagnostics`.
pub(crate) fn reports(diagnostics: &[Diagnostic], code: &str) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.code.as_str() == code)
}

/// Writes `text` to a file of a temporary directory, where a command finds it.
///
/// # Errors
///
/// A message that says why it cannot be written.
pub(crate) fn put(directory: &Path, name: &str, text: &[u8]) -> Result<PathBuf, String> {
    let path = directory.join(name);
    std::fs::write(&path, text)
        .map_err(|why| format!("cannot write `{}`: {why}", path.display()))?;
    Ok(path)
}

/// A temporary directory.
///
/// # Errors
///
/// A message that says why it cannot be created.
pub(crate) fn scratch() -> Result<TempDir, String> {
    TempDir::new().map_err(|why| {
        let place = std::env::temp_dir();
        format!("cannot make a temporary directory in `{}`: {why}", place.display())
    })
}

/// How long a command, or another lumac process, may run.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

fn limits(time: Duration) -> Limits {
    Limits { time: Some(time), ..Limits::NONE }
}

/// Whether a shell command exits with 0 within `time`. The file replaces `{}`, or is appended.
///
/// # Errors
///
/// A message that says why it cannot be started.
pub(crate) fn command(text: &str, file: &Path, time: Duration) -> Result<bool, String> {
    // The file is a positional parameter, so that no character of its name means anything.
    let script =
        if text.contains("{}") { text.replace("{}", "\"$1\"") } else { format!("{text} \"$1\"") };
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg("sh").arg(file);
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ran = luma_process::run(shell, &limits(time));
    ran.map(|ran| ran.end.success()).map_err(|why| format!("`sh` cannot be run: {why}"))
}

/// A crash of another lumac process.
#[derive(Clone, Debug)]
pub(crate) struct Crash {
    /// Equal for crashes with the same cause, whatever the program.
    pub(crate) signature: String,
    /// The error message.
    pub(crate) message: String,
}

/// The result of another lumac process.
pub(crate) struct Child {
    /// How it crashed, if it did.
    pub(crate) crash: Option<Crash>,
    /// What it printed, if it succeeded.
    pub(crate) stdout: Option<Vec<u8>>,
}

/// Compiles `file` in another lumac process, which may crash in any way, with `more` options, and is
/// killed after `time`.
///
/// # Errors
///
/// A message that says why it cannot be started.
pub(crate) fn child(
    job: &Job<'_>,
    file: &Path,
    more: &[String],
    time: Duration,
) -> Result<Child, String> {
    let directory = scratch()?;
    let reproducers = directory.path().join("reproducers");
    let failed = |why: std::io::Error| format!("`lumac` cannot be run: {why}");
    std::fs::create_dir(&reproducers).map_err(failed)?;
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.arg(file).args(job.flags()).args(more);
    command.arg("--error-format=short").arg("--color=never");
    command.arg("--reproducer-dir").arg(&reproducers);
    command.current_dir(directory.path()).env_remove(luma_process::crash::VARIABLE);
    let ran = luma_process::capture(command, Streams::Both, &limits(time)).map_err(failed)?;
    let crashed = match ran.end {
        // A hang is not a crash.
        End::Time(_) | End::Output(_) => false,
        End::Exited(status) if matches!(status.code(), None | Some(101)) => true,
        // A step left something invalid: lumac leaves a reproducer then, and only then.
        End::Exited(_) => std::fs::read_dir(&reproducers).map_err(failed)?.next().is_some(),
    };
    let crash = crashed.then(|| {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        let (signature, message) = (signature(&stderr), first_error(&stderr).to_owned());
        Crash { signature, message }
    });
    Ok(Child { crash, stdout: ran.end.success().then_some(ran.stdout) })
}

/// The first error of `stderr`, without its place.
fn first_error(stderr: &str) -> &str {
    let errors = stderr.lines().filter_map(|line| line.split_once("error").map(|(_, rest)| rest));
    let error = errors.into_iter().next().unwrap_or_default();
    error.split_once(": ").map_or(error, |(_, message)| message)
}

/// The first error of `stderr`, without what depends on the program: names, numbers, and which
/// rule invalid IR breaks.
fn signature(stderr: &str) -> String {
    let message = first_error(stderr);
    let message = message.split_once("left invalid IR").map_or(message, |(pass, _)| pass);
    let mut words = String::new();
    // Every second part is between backquotes. Names of steps are kept: they tell crashes apart.
    for (index, part) in message.split('`').enumerate() {
        let of_program = index % 2 == 1 && part.starts_with(['%', '@', '^', '!']);
        let part = if of_program { "" } else { part };
        words.extend(part.chars().filter(|c| !c.is_ascii_digit()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oracles_are_read() {
        assert_eq!("crash".parse(), Ok(Oracle::Crash));
        assert_eq!("diagnostic=E0401".parse(), Ok(Oracle::Diagnostic(Some("E0401".into()))));
        assert!("diagnostic=E9999".parse::<Oracle>().is_err());
        assert!("".parse::<Oracle>().is_err());
        assert_eq!("grep x".parse(), Ok(Oracle::Command("grep x".into())));
    }

    #[test]
    fn crashes_are_the_same_whatever_the_program() {
        let one = "x.lx:3:4: error[E0502]: the pass `p` left invalid IR: `@f` has 3 blocks\n";
        let two = "y.lx:1:1: error[E0502]: the pass `p` left invalid IR: `@main` has 12 blocks\n";
        let other = "y.lx:1:1: error[E0502]: the pass `q` left invalid IR: `@main` has 12 blocks";
        assert_eq!(signature(one), signature(two));
        assert_ne!(signature(one), signature(other));
    }
}

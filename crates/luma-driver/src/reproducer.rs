//! Files that make a failing step fail again: the IR the step was given, and above it, in comments,
//! the options that run the step and what follows it.
//!
//! ```text
//! // lumac reproducer
//! // step 4, `test-crash`: internal compiler error: `test-crash` panics
//! // lumac 0.1.0 (LLVM 22.1.8)
//! // run: lumac --run-reproducer lumac-reproducer-hello-4-test-crash.lir
//! // option: --from=luma-ir
//! // option: --luma-passes=test-crash,func(lower-defer)
//! ```
//!
//! A signal gives no chance to write one. So the handler starts lumac again ([`luma_process::crash`]),
//! which redoes the steps before the one that crashed. If the steps were batched, it first takes
//! them one at a time, to find the very pass.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, codes, never};
use luma_pass::instrument::{Ir as _, StepInfo, World};
use luma_process::crash;

use crate::compile::Job;
use crate::options::EmitKind;
use crate::report::EXIT_BUG;
use crate::steps::{self, Cause, Cx, Failure, Granularity, Plan, State};

/// The first line.
const TITLE: &str = "lumac reproducer";
/// What starts the line of an option.
const OPTION: &str = "option: ";
/// The options that a reproducer may hold: none of them writes anything.
const ALLOWED: &[&str] = &[
    "--from=",
    "-O",
    "-g",
    "--target=",
    "--emit=",
    "--ownership=",
    "--ownership-max-states=",
    "--luma-passes=",
    "--mlir-passes=",
    "--patterns=",
    "--transform=",
    "--llvm-passes=",
    "--verify-each=",
    "--threads=",
    "--dialect=",
    "--test-passes",
];

/// A crash in the process that this one took the place of.
#[derive(Debug)]
pub(crate) struct Crash {
    pub(crate) granularity: Granularity,
    /// The number of the step; 0 is outside all steps.
    step: usize,
    signal: i32,
}

/// What the environment says of a crash.
pub(crate) fn crashed() -> Option<Crash> {
    let text = std::env::var(crash::VARIABLE).ok()?;
    let mut parts = text.split(':');
    let granularity = match parts.next()? {
        "0" => Granularity::Batched,
        _ => Granularity::Single,
    };
    let (step, signal) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Crash { granularity, step, signal })
}

/// How the environment says it.
pub(crate) fn phase(granularity: Granularity) -> usize {
    match granularity {
        Granularity::Batched => 0,
        Granularity::Single => 1,
    }
}

/// What a reproducer is made from.
#[derive(Clone, Copy)]
pub(crate) struct Reproduce<'a> {
    pub(crate) job: &'a Job<'a>,
    pub(crate) cx: &'a Cx<'a>,
    pub(crate) plan: &'a Plan,
}

impl Reproduce<'_> {
    /// Writes a reproducer for a step that failed, unless the program is to blame. Gives the exit
    /// code if the failure decides it.
    pub(crate) fn failed(
        &self,
        failure: &Failure,
        allow: &dyn Fn(&StepInfo) -> bool,
        diagnostics: &mut [Diagnostic],
    ) -> Option<ExitCode> {
        let what = match &failure.cause {
            Cause::Program => return None,
            Cause::Defect(message) => message.clone(),
            Cause::Internal(message) => format!("internal compiler error: {message}"),
        };
        let internal = matches!(failure.cause, Cause::Internal(_));
        if !self.job.replay {
            let note = self.write(failure.index, &what, allow);
            match diagnostics.iter_mut().rev().find(|d| d.is_error()) {
                Some(error) => error.notes.push(note),
                None => eprintln!("note: {note}"),
            }
        }
        internal.then(|| ExitCode::from(EXIT_BUG))
    }

    /// Writes a reproducer for a crash, says what happened, and gives the exit code.
    pub(crate) fn crashed(&self, crash: &Crash, allow: &dyn Fn(&StepInfo) -> bool) -> ExitCode {
        let signal = crash::signal_name(crash.signal);
        let index = crash.step.checked_sub(1);
        match index.and_then(|index| Some((index, self.plan.steps.get(index)?))) {
            Some((index, step)) => {
                let info = &step.info;
                eprintln!(
                    "error: internal compiler error: the step {} `{}` was ended by {signal}",
                    info.number, info.name
                );
                eprintln!("note: this is a bug in lumac or in a pass, not in your program");
                eprintln!("note: {}", self.write(index, &format!("ended by {signal}"), allow));
            }
            None => {
                eprintln!("error: internal compiler error: lumac was ended by {signal}");
                eprintln!("note: this is a bug in lumac, not in your program; please report it");
            }
        }
        ExitCode::from(if crash.signal == 0 { 1 } else { EXIT_BUG })
    }

    /// Writes a reproducer of the step at `index`; says where, or why not.
    fn write(&self, index: usize, what: &str, allow: &dyn Fn(&StepInfo) -> bool) -> String {
        let Some(state) = steps::run_until(self.cx, self.plan, index, allow) else {
            return "no reproducer was written: the steps before this one failed when repeated"
                .into();
        };
        let Some(step) = self.plan.steps.get(index) else {
            never!("step {index} of a plan of {} failed", self.plan.steps.len());
            return "there is no reproducer: no step of the plan failed".into();
        };
        let shown = state.show(self.cx.map, false);
        let stem = self.job.file.file_stem().filter(|_| self.job.file.as_os_str() != "-");
        let stem = stem.map_or("stdin".into(), |stem| stem.to_string_lossy());
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let words = format!("{stem}-{}-{}", step.info.number, step.info.name);
        let words: String = words.chars().take(80).map(plain).collect();
        let name = format!("lumac-reproducer-{words}.{}", shown.extension());
        let mut lines = vec![
            TITLE.to_owned(),
            format!("step {}, `{}`: {what}", step.info.number, step.info.name),
            format!("lumac {}", crate::options::version()),
            format!("run: lumac --run-reproducer {name}"),
        ];
        let options = self.options(index, &state, allow);
        lines.extend(options.into_iter().map(|option| format!("{OPTION}{option}")));
        let mut text = String::new();
        for line in lines {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            text += &format!("{} {line}\n", shown.comment());
        }
        text += &shown.text();
        match save(self.job.diagnostics.reproducer_dir.as_deref(), &name, &text) {
            Ok(path) => {
                let path = path.display();
                format!("wrote `{path}`; `lumac --run-reproducer {path}` fails the same way")
            }
            Err(why) => format!("no reproducer was written: {why}"),
        }
    }

    /// The options that do from `state` on what the plan does from the step at `index` on.
    fn options(
        &self,
        index: usize,
        state: &State,
        allow: &dyn Fn(&StepInfo) -> bool,
    ) -> Vec<String> {
        let (job, plan) = (self.job, self.plan);
        let level = match state {
            State::Source(_) => "luma",
            State::Luma(..) => "luma-ir",
            State::Mlir { .. } => "mlir",
            _ => "llvm-ir",
        };
        let mut options = vec![format!("--from={level}")];
        options.push(format!("-O{}", job.code.opt_level.llvm() as u8));
        if job.code.debug_info {
            options.push("-g".to_owned());
        }
        if let Some(target) = &job.code.target {
            options.push(format!("--target={target}"));
        }
        for dialect in &job.from.dialect {
            // It is read from wherever the reproducer is run.
            let path = dialect.canonicalize().unwrap_or_else(|_| dialect.clone());
            options.push(format!("--dialect={}", path.display()));
        }
        // What was verified before the step need not be again: passes may leave less to verify.
        let verifies = plan.steps.iter().skip(index).any(|s| s.step.is_check());
        options.push(match job.diagnostics.verify().filter(|_| verifies) {
            Some(how) => format!("--ownership-max-states={}", how.max_states),
            None => "--ownership=off".to_owned(),
        });
        let args = &job.pipeline;
        let here = plan.steps.get(index).map_or(World::Luma, |step| step.info.world);
        for (world, name, given) in [
            (World::Luma, "luma", &args.luma_passes),
            (World::Mlir, "mlir", &args.mlir_passes),
            (World::Llvm, "llvm", &args.llvm_passes),
        ] {
            let all = plan.steps.iter().all(|s| s.info.world != world || allow(&s.info));
            if world > here && all {
                // Nothing of it has run: it stays what it was.
                options.extend(given.iter().map(|text| format!("--{name}-passes={text}")));
            } else {
                options.push(format!("--{name}-passes={}", plan.remaining(index, world, allow)));
            }
        }
        options.extend(plan.remaining_options(index, allow));
        if let Some(verify) = job.pipeline.verify_each {
            options.push(format!("--verify-each={verify}"));
        }
        if job.pipeline.threads != 0 {
            options.push(format!("--threads={}", job.pipeline.threads));
        }
        if job.pipeline.test_passes {
            options.push("--test-passes".to_owned());
        }
        // As far as the original went. Nothing is linked, so nothing needs a `main`.
        let last = job.emit.last().copied().unwrap_or(EmitKind::Obj).min(EmitKind::Obj);
        let last = if job.stop_after.is_some() { EmitKind::Obj } else { last };
        let last = last.max(state.kind());
        options.push(format!("--emit={}", last.name()));
        options
    }
}

/// Writes to `directory`, or to the current one, or where that cannot be, where temporary files go.
fn save(directory: Option<&Path>, name: &str, text: &str) -> Result<PathBuf, String> {
    let write = |path: PathBuf| match luma_llvm::write_file(&path, text.as_bytes()) {
        Ok(()) => Ok(path),
        Err(error) => Err(error.message),
    };
    match directory {
        Some(directory) => {
            std::fs::create_dir_all(directory).map_err(|why| {
                format!("cannot make the directory `{}`: {why}", directory.display())
            })?;
            write(directory.join(name))
        }
        None => write(PathBuf::from(name)).or_else(|_| write(std::env::temp_dir().join(name))),
    }
}

/// The arguments that replay the reproducer at `path`.
///
/// # Errors
///
/// It cannot be read, or is not a reproducer.
pub fn arguments(path: &Path) -> Result<Vec<OsString>, Box<Diagnostic>> {
    let name = path.display();
    let failed = |why: String| Box::new(Diagnostic::unlocated(codes::E0100, why));
    let bytes =
        std::fs::read(path).map_err(|why| failed(format!("cannot read `{name}`: {why}")))?;
    let text = String::from_utf8_lossy(&bytes);
    let comment = |line| str::strip_prefix(line, "//").or_else(|| line.strip_prefix(';'));
    let mut lines = text.lines().map_while(comment).map(str::trim);
    if lines.next() != Some(TITLE) {
        return Err(failed(format!(
            "`{name}` is not a reproducer: the first line is not the comment `{TITLE}`"
        )));
    }
    let mut arguments: Vec<OsString> = vec!["lumac".into()];
    for option in lines.filter_map(|line| line.strip_prefix(OPTION)) {
        if !ALLOWED.iter().any(|allowed| option.starts_with(allowed)) {
            return Err(failed(format!(
                "`{name}` contains the option `{option}`, which is not allowed in a reproducer"
            )));
        }
        arguments.push(option.into());
    }
    // A name that looks like an option stays a name.
    arguments.push("--".into());
    arguments.push(path.into());
    Ok(arguments)
}

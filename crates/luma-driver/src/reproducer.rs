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
//! // option: --dialect=vector.toml
//! // file: vector.toml
//! // | [dialect]
//! ```
//!
//! Files that the options name are embedded, a line in each comment. A reproducer may also name files
//! that lie beside it, and no others.
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
use crate::input::Level;
use crate::levels;
use crate::options::EmitKind;
use crate::report::{self, EXIT_BUG};
use crate::steps::{self, Cause, Cx, Failure, Granularity, Plan, READING, State};

/// The first line.
const TITLE: &str = "lumac reproducer";
/// What starts the line of an option.
const OPTION: &str = "option: ";
/// What starts the line with the name of an embedded file.
const FILE: &str = "file: ";
/// What starts a line of an embedded file.
const LINE: &str = "| ";
/// What starts a line of an embedded file that holds control characters, as a JSON string.
const ESCAPED: &str = "|\\ ";
/// The options that name files.
const NAMING: &[&str] = &["--dialect=", "--patterns=", "--transform="];
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
    /// 0 if LLVM gave up by itself.
    signal: i32,
    /// What LLVM said then.
    message: String,
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
    let message = std::env::var(crash::MESSAGE).unwrap_or_default();
    Some(Crash { granularity, step, signal, message })
}

/// How the environment says it.
pub(crate) fn phase(granularity: Granularity) -> usize {
    match granularity {
        Granularity::Batched => 0,
        Granularity::Single => 1,
    }
}

/// A reproducer, or why there is none.
struct Written {
    path: Option<PathBuf>,
    /// What is said of it.
    note: String,
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
            let note = self.write(failure.index, &what, allow).note;
            match diagnostics.iter_mut().rev().find(|d| d.is_error()) {
                Some(error) => error.notes.push(note),
                None => report::note(&note),
            }
        }
        internal.then(|| ExitCode::from(EXIT_BUG))
    }

    /// Writes a reproducer for a crash, says what happened, and gives the exit code.
    pub(crate) fn crashed(&self, crash: &Crash, allow: &dyn Fn(&StepInfo) -> bool) -> ExitCode {
        if crash.signal == 0 && self.is_refused() {
            return self.refused(crash);
        }
        let mut signal = crash::signal_name(crash.signal).to_owned();
        if !crash.message.is_empty() {
            signal += &format!(": {}", crash.message);
        }
        let index = crash.step.checked_sub(1);
        let step = index.and_then(|index| self.plan.steps.get(index));
        let (what, stock) = match step {
            Some(step) => {
                let info = &step.info;
                let what = format!("the step {} `{}`", info.number, info.name);
                (what, step.step.stock_command())
            }
            None if crash.step == crash::READING => {
                let stock = match self.cx.input.level {
                    Level::Source | Level::LumaIr => None,
                    Level::Mlir => Some("mlir-opt"),
                    Level::LlvmIr => Some("opt -disable-output -passes=verify"),
                };
                ("reading the input".to_owned(), stock.map(str::to_owned))
            }
            None => {
                report::error(&format!("internal compiler error: lumac was ended by {signal}"));
                report::note("this is a bug in lumac, not in your program; please report it");
                return ExitCode::from(if crash.signal == 0 { 1 } else { EXIT_BUG });
            }
        };
        report::error(&format!("internal compiler error: {what} was ended by {signal}"));
        let place = step.and(index);
        let written = self.write(place, &format!("ended by {signal}"), allow);
        match (stock, &written.path) {
            (Some(stock), Some(path)) => {
                report::note(&format!(
                    "if `{stock} {}` crashes, too, this is a bug in LLVM; else in lumac",
                    path.display()
                ));
            }
            _ => report::note("this is a bug in lumac or in a pass, not in your program"),
        }
        report::note(&written.note);
        ExitCode::from(if crash.signal == 0 { 1 } else { EXIT_BUG })
    }

    /// Whether what LLVM refuses is what the user wrote: LLVM IR, MLIR, or a pipeline.
    fn is_refused(&self) -> bool {
        let given = &self.job.pipeline;
        self.cx.input.level >= Level::Mlir
            || given.llvm_passes.is_some()
            || given.mlir_passes.is_some()
    }

    /// Reports what LLVM does not support.
    fn refused(&self, crash: &Crash) -> ExitCode {
        let step = crash.step.checked_sub(1).and_then(|index| self.plan.steps.get(index));
        let message = format!("LLVM cannot go on: {}", crash.message);
        let mut error = Diagnostic::unlocated(codes::E0503, message);
        if let Some(step) = step {
            error.notes.push(format!("in the step {} `{}`", step.info.number, step.info.name));
        }
        error.notes.push(
            "LLVM gives up on what it, or the target, does not support; change that, or the passes"
                .to_owned(),
        );
        report::exit(self.cx.map, self.job.diagnostics, &[error])
    }

    /// Writes a reproducer of the step at `index`, or of reading the input.
    fn write(
        &self,
        index: Option<usize>,
        what: &str,
        allow: &dyn Fn(&StepInfo) -> bool,
    ) -> Written {
        let nothing = |note: &str| Written { path: None, note: note.to_owned() };
        let mut files = Files::default();
        let (step, extension, comment, options, ir) = match index {
            None => {
                let (level, extension, comment) = match self.cx.input.level {
                    Level::Source => ("luma", "lx", "//"),
                    Level::LumaIr => ("luma-ir", "lir", "//"),
                    Level::Mlir => ("mlir", "mlir", "//"),
                    Level::LlvmIr => ("llvm-ir", "ll", ";"),
                };
                let mut options = vec![format!("--from={level}")];
                for dialect in &self.job.from.dialect {
                    options.push(format!("--dialect={}", files.embed(dialect)));
                }
                options.push(match self.job.diagnostics.verify() {
                    Some(how) => format!("--ownership-max-states={}", how.max_states),
                    None => "--ownership=off".to_owned(),
                });
                let kind = self.cx.input.level.first_kind().max(EmitKind::LumaIr);
                options.push(format!("--emit={}", kind.name()));
                let text = levels::text(self.cx.map, self.cx.input.file).to_owned();
                (format!("0, `{READING}`"), extension, comment, options, text)
            }
            Some(index) => {
                let Some(state) = steps::run_until(self.cx, self.plan, index, allow) else {
                    return nothing(
                        "no reproducer was written: the steps before this one failed when repeated",
                    );
                };
                let Some(step) = self.plan.steps.get(index) else {
                    never!("step {index} of a plan of {} failed", self.plan.steps.len());
                    return nothing("there is no reproducer: no step of the plan failed");
                };
                let options = self.options(index, &state, allow, &mut files);
                let shown = state.show(self.cx.map, false);
                let step = format!("{}, `{}`", step.info.number, step.info.name);
                (step, shown.extension(), shown.comment(), options, shown.text().to_string())
            }
        };
        let stem = self.job.file.file_stem().filter(|_| self.job.file.as_os_str() != "-");
        let stem = stem.map_or("stdin".into(), |stem| stem.to_string_lossy());
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let words = format!("{stem}-{}", step.replace(", ", "-").replace('`', ""));
        let words: String = words.chars().take(80).map(plain).collect();
        let name = format!("lumac-reproducer-{words}.{extension}");
        let mut lines = vec![
            TITLE.to_owned(),
            format!("step {step}: {what}"),
            format!("lumac {}", crate::options::version()),
            format!("run: lumac --run-reproducer {name}"),
        ];
        lines.extend(options.into_iter().map(|option| format!("{OPTION}{option}")));
        lines.extend(files.lines(self.cx));
        let mut text = String::new();
        for line in lines {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            text += &format!("{comment} {line}\n");
        }
        text += &ir;
        match save(self.job.diagnostics.reproducer_dir.as_deref(), &name, &text) {
            Ok(path) => {
                let shown = path.display();
                let note =
                    format!("wrote `{shown}`; `lumac --run-reproducer {shown}` fails the same way");
                Written { path: Some(path), note }
            }
            Err(why) => nothing(&format!("no reproducer was written: {why}")),
        }
    }

    /// The options that do from `state` on what the plan does from the step at `index` on.
    fn options(
        &self,
        index: usize,
        state: &State,
        allow: &dyn Fn(&StepInfo) -> bool,
        files: &mut Files,
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
            options.push(format!("--dialect={}", files.embed(dialect)));
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
        for (option, path) in plan.remaining_files(index, allow) {
            options.push(format!("--{option}={}", files.embed(&path)));
        }
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

/// The files that a reproducer contains.
#[derive(Default)]
struct Files(Vec<(String, PathBuf)>);

impl Files {
    /// The name in the reproducer of the file at `path`.
    fn embed(&mut self, path: &Path) -> String {
        if let Some((name, _)) = self.0.iter().find(|(_, known)| known == path) {
            return name.clone();
        }
        let plain = |c: char| if c.is_alphanumeric() || ".-_".contains(c) { c } else { '-' };
        let own: String =
            path.file_name().unwrap_or_default().to_string_lossy().chars().map(plain).collect();
        let mut name = own.clone();
        for number in 2.. {
            if !self.0.iter().any(|(known, _)| *known == name) {
                break;
            }
            name = format!("{number}-{own}");
        }
        self.0.push((name.clone(), path.to_owned()));
        name
    }

    fn lines(&self, cx: &Cx<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, path) in &self.0 {
            let shown = path.display().to_string();
            let read = cx.map.files().find(|(_, file)| file.name() == shown);
            let text = match read {
                Some((_, file)) => file.text().to_string(),
                // It may have changed since; what is in the file is what there is.
                None => std::fs::read_to_string(path).unwrap_or_default(),
            };
            lines.push(format!("{FILE}{name}"));
            lines.extend(text.split('\n').map(|line| match line.contains(char::is_control) {
                true => format!("{ESCAPED}{}", serde_json::Value::from(line)),
                false => format!("{LINE}{line}"),
            }));
        }
        lines
    }
}

/// Writes to `directory`, or to the current one, or where that cannot be, where temporary files go.
fn save(directory: Option<&Path>, name: &str, text: &str) -> Result<PathBuf, String> {
    let write = |path: PathBuf| match luma_process::write_file(&path, text.as_bytes()) {
        Ok(()) => Ok(path),
        Err(error) => Err(error.to_string()),
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
    let mut lines =
        text.lines().map_while(comment).map(|line| line.strip_prefix(' ').unwrap_or(line));
    if lines.next().map(str::trim) != Some(TITLE) {
        return Err(failed(format!(
            "`{name}` is not a reproducer: the first line is not the comment `{TITLE}`"
        )));
    }
    let mut arguments: Vec<OsString> = vec!["lumac".into()];
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    let mut options = Vec::new();
    for line in lines {
        if let Some(option) = line.strip_prefix(OPTION) {
            options.push(option.trim());
        } else if let Some(file) = line.strip_prefix(FILE) {
            files.push((file.trim(), Vec::new()));
        } else if let Some((_, lines)) = files.last_mut() {
            let escaped = line.strip_prefix(ESCAPED).map(serde_json::from_str::<String>);
            lines.extend(match escaped {
                Some(line) => line.ok(),
                None => line
                    .strip_prefix(LINE.trim_end())
                    .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()),
            });
        }
    }
    let beside = luma_process::output::parent(path);
    for option in options {
        if !ALLOWED.iter().any(|allowed| option.starts_with(allowed)) {
            return Err(failed(format!(
                "`{name}` contains the option `{option}`, which is not allowed in a reproducer"
            )));
        }
        let naming = NAMING.iter().find_map(|naming| Some((naming, option.strip_prefix(naming)?)));
        let Some((naming, file)) = naming else {
            arguments.push(option.into());
            continue;
        };
        if Path::new(file).file_name() != Some(file.as_ref()) {
            return Err(failed(format!(
                "`{name}` contains the option `{option}`, but a reproducer can only name files in it \
                 or beside it"
            )));
        }
        let mut argument = OsString::from(naming);
        argument.push(beside.join(file));
        arguments.push(argument);
    }
    for (file, lines) in files {
        if Path::new(file).file_name() == Some(file.as_ref()) {
            crate::input::embed(beside.join(file), lines.join("\n"));
        }
    }
    // A name that looks like an option stays a name.
    arguments.push("--".into());
    arguments.push(path.into());
    Ok(arguments)
}

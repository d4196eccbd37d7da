//! Runs programs by the interpreter, alone or to compare it with every pass and with native code.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use clap::Args;
use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_interp::{Options, TrapKind};
use luma_ir::Module;
use luma_pass::Analyses;
use luma_pass::instrument::{Selector, World};

use crate::oracle::{Gate, Job};
use crate::program::ProgramArgs;
use luma_driver::extension::Registry;
use luma_driver::input::Input;
use luma_driver::options::{CodeArgs, EmitKind, InputArgs, OptLevel, PipelineArgs};
use luma_driver::steps::{self, Cx, Granularity, Made, Plan, PlannedStep, State};
use luma_driver::{compile, emit, levels, run, with_input};

/// What `lumac interp` is asked for.
#[derive(Args, Debug)]
pub struct InterpArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Interpret the IR after this step (name or number) over Luma IR; `none` is before all passes.
    #[arg(long, value_name = "PASS", default_value = "none")]
    pub(crate) after: String,
    /// How the program is compiled and run.
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// What `lumac check-levels` is asked for.
#[derive(Args, Debug)]
pub struct CheckLevelsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// How the program is compiled and run.
    #[command(flatten)]
    pub program: ProgramArgs,
}

/// `lumac interp`: the exit code is the program's, or 1 when it is stopped.
pub fn interp(args: &InterpArgs, registry: &Registry) -> ExitCode {
    let mut exit = 0;
    let mut misuse = None;
    let code = with_input(&args.input, registry, |map, input, dialects, diagnostics| {
        let verify = args.input.diagnostics.verify();
        let Some(module) = levels::program(map, input, dialects, verify, diagnostics) else {
            return;
        };
        let mut state = State::Luma(Box::new(module), Analyses::default());
        if args.after != "none" {
            let job = args.program.job(registry, dialects, verify);
            let plan = match job.plan(input.level, EmitKind::Exe, Granularity::Single) {
                Ok(plan) => plan,
                Err(why) => return misuse = Some(why),
            };
            if let Err(errors) =
                run_until(&mut state, &job, &job.cx(map, input), &plan, &args.after)
            {
                return diagnostics.extend(errors);
            }
        }
        let options = options(&args.program.args, args.program.step_limit);
        let mut output = ProgramOutput { broken: false };
        let outcome = luma_interp::run(state.module(), &options, &mut output);
        // A reader that closes the stream early has what it wants.
        if !output.broken {
            exit = outcome.exit_code;
            diagnostics.extend(outcome.trap.map(|trap| trap.to_diagnostic()));
        }
    });
    match misuse {
        Some(why) => compile::usage(&why),
        None if code == ExitCode::SUCCESS => ExitCode::from(exit),
        None => code,
    }
}

/// Standard output for what a program prints.
struct ProgramOutput {
    /// Nobody reads it any more.
    broken: bool,
}

impl Write for ProgramOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if luma_process::stdout_was_closed() {
            return Err(std::io::Error::other("it is closed"));
        }
        let written = std::io::stdout().lock().write(bytes);
        self.note(&written);
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = std::io::stdout().lock().flush();
        self.note(&flushed);
        flushed
    }
}

impl ProgramOutput {
    fn note<T>(&mut self, result: &std::io::Result<T>) {
        let kind = result.as_ref().err().map(std::io::Error::kind);
        self.broken |= kind == Some(std::io::ErrorKind::BrokenPipe);
    }
}

/// `lumac check-levels`: the exit code is 0 when every run did the same.
pub fn check_levels(args: &CheckLevelsArgs, registry: &Registry) -> ExitCode {
    let mut summary = String::new();
    let mut misuse = None;
    let code = with_input(&args.input, registry, |map, input, dialects, diagnostics| {
        let verify = args.input.diagnostics.verify();
        if let Some(module) = levels::program(map, input, dialects, verify, diagnostics) {
            let job = args.program.job(registry, dialects, verify);
            match compare(map, input, &job, module, args.program.step_limit) {
                Ok(text) => summary = text,
                Err(Stop::Misuse(why)) => misuse = Some(why),
                Err(Stop::Reported(errors)) => diagnostics.extend(errors),
            }
        }
    });
    match misuse {
        Some(why) => compile::usage(&why),
        None if code == ExitCode::SUCCESS => emit::to_stdout(summary.as_bytes()),
        None => code,
    }
}

/// Takes `state` through the Luma steps up to and including the first that `after` means.
fn run_until(
    state: &mut State,
    job: &Job<'_>,
    cx: &Cx<'_>,
    plan: &Plan,
    after: &str,
) -> Result<(), Vec<Diagnostic>> {
    let which = Selector::new(after);
    let no_such = |why: String| vec![Diagnostic::unlocated(codes::E0503, why)];
    plan.check(&which).map_err(no_such)?;
    let found = plan.steps.iter().find(|step| which.selects(&step.info));
    let Some(last) = found.filter(|step| step.info.world == World::Luma) else {
        let why = format!("the step `{after}` does not leave Luma IR, which the interpreter runs");
        return Err(no_such(why));
    };
    let steps = luma_steps(job, plan).take_while(|step| step.info.number <= last.info.number);
    steps.into_iter().try_for_each(|step| apply(state, step, cx))
}

/// The steps of a plan from Luma IR to Luma IR that are not skipped.
fn luma_steps<'a>(job: &'a Job<'_>, plan: &'a Plan) -> impl Iterator<Item = &'a PlannedStep> {
    plan.steps.iter().filter(|PlannedStep { info, step }| {
        let takes = step.takes() == EmitKind::LumaIr && step.leaves() == Some(EmitKind::LumaIr);
        takes && !step.is_check() && (info.mandatory || job.allows(usize::MAX, info))
    })
}

fn apply(state: &mut State, planned: &PlannedStep, cx: &Cx<'_>) -> Result<(), Vec<Diagnostic>> {
    let mut made = Made::default();
    planned.step.run(cx, state, &mut made).map(drop).map_err(|_| made.diagnostics)
}

/// How the interpreter runs a program with these arguments.
pub(crate) fn options(args: &[OsString], step_limit: Option<u64>) -> Options {
    let args = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
    let bytes = |text: OsString| text.as_bytes().to_vec();
    let environment =
        std::env::vars_os().map(|(name, value)| (bytes(name), bytes(value))).collect();
    Options { args, environment, step_limit, ..Options::default() }
}

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Executor {
    /// The interpreter, which notices every misuse of memory.
    Interpreter,
    /// The machine: native code that misuses memory may do anything, and leaks go unnoticed.
    Machine,
}

/// What can be seen of a run.
#[derive(Clone, Debug)]
pub(crate) struct Behaviour {
    pub(crate) by: Executor,
    pub(crate) stdout: Vec<u8>,
    pub(crate) code: u8,
    /// Why the interpreter stopped it.
    pub(crate) trap: Option<(TrapKind, String)>,
    /// What ended it from outside. Then the end of its output may be missing.
    pub(crate) killed: Option<String>,
}

impl Behaviour {
    /// Of a run by the interpreter that printed `stdout`.
    pub(crate) fn new(stdout: Vec<u8>, outcome: &luma_interp::Outcome) -> Self {
        Self {
            by: Executor::Interpreter,
            stdout,
            code: outcome.exit_code,
            trap: outcome.trap.as_ref().map(|trap| (trap.kind, trap.message.clone())),
            killed: outcome.aborted.then(|| "SIGABRT (abort)".to_owned()),
        }
    }

    /// The kind of trap that stopped it.
    fn kind(&self) -> Option<TrapKind> {
        self.trap.as_ref().map(|(kind, _)| *kind)
    }

    /// Whether a pass may make it go on where the interpreter stopped it: what the language does not
    /// define, and what is but a limit of the interpreter.
    fn may_go_on(&self) -> bool {
        match self.kind() {
            None
            | Some(
                TrapKind::Leak
                | TrapKind::DivisionByZero
                | TrapKind::DivisionOverflow
                | TrapKind::UnknownExtern
                | TrapKind::Unsupported
                | TrapKind::Output,
            ) => false,
            Some(_) => true,
        }
    }
}

/// Why levels cannot be compared, or that they differ.
enum Stop {
    /// Wrong usage, with the message.
    Misuse(String),
    /// E0620 for the first that differs, or why a run is not possible.
    Reported(Vec<Diagnostic>),
}

impl From<Box<Diagnostic>> for Stop {
    fn from(error: Box<Diagnostic>) -> Self {
        Self::Reported(vec![*error])
    }
}

/// Runs the program at every level; says which agree.
fn compare(
    map: &SourceMap,
    input: Input,
    job: &Job<'_>,
    module: Module,
    step_limit: Option<u64>,
) -> Result<String, Stop> {
    let options = options(job.args, step_limit);
    let cx = job.cx(map, input);
    let mut state = State::Luma(Box::new(module), Analyses::default());
    let plan = job.plan(input.level, EmitKind::Exe, Granularity::Single).map_err(Stop::Misuse)?;
    let mut steps = luma_steps(job, &plan).peekable();
    // Operations that stand for others have no meaning of their own.
    while let Some(expand) = steps.next_if(|planned| planned.step.makes_executable()) {
        apply(&mut state, expand, &cx).map_err(Stop::Reported)?;
    }
    let mut first = interpret(state.module(), job, &options)?;
    let mut agreeing = vec!["luma-ir".to_owned()];
    let (mut expected, mut reference) = (first.clone(), "before all passes".to_owned());
    for step in steps {
        apply(&mut state, step, &cx).map_err(Stop::Reported)?;
        let name = &step.info.name;
        let found = interpret(state.module(), job, &options)?;
        check(&expected, &reference, &found, &format!("the pass `{name}`"))?;
        if found.kind() != expected.kind() {
            // Undefined behaviour that is gone must not come back.
            (expected, reference) = (found, format!("after `{name}`"));
        }
        agreeing.push(name.clone());
    }
    match first.trap {
        None | Some((TrapKind::Leak, _)) => {}
        // The language says what happens.
        Some((TrapKind::DivisionByZero | TrapKind::DivisionOverflow, _)) => first.code = 128 + 8,
        // Elsewhere native code may do anything.
        Some((kind, message)) => {
            eprintln!(
                "note: the interpreter stops the program: {message} [{}]; \
                 native runs are not compared",
                kind.code()
            );
            return Ok(agree(&agreeing));
        }
    }
    for (level, name) in [(OptLevel::O0, "-O0"), (OptLevel::O3, "-O3")] {
        let native = native(map, input, job, level)?;
        check(&first, "by the interpreter", &native, &format!("native code at {name}"))?;
        agreeing.push(name.to_owned());
    }
    Ok(agree(&agreeing))
}

fn agree(levels: &[String]) -> String {
    format!("{} runs agree: {}\n", levels.len(), levels.join(", "))
}

/// What the interpreter makes of a module, in which operations of extensions mean what they are
/// lowered to.
fn interpret(module: &Module, job: &Job<'_>, options: &Options) -> Result<Behaviour, Stop> {
    let mut lowered = None;
    if job.registry.has_lowerings() {
        let mut copy = module.clone();
        job.registry.lower(&mut copy, &Analyses::default(), false).map_err(Stop::Reported)?;
        lowered = Some(copy);
    }
    let mut stdout = Vec::new();
    let outcome = luma_interp::run(lowered.as_ref().unwrap_or(module), options, &mut stdout);
    Ok(Behaviour::new(stdout, &outcome))
}

/// Compiles at `opt_level`, which decides what pipelines are when the command line does not, and
/// runs. Steps to skip are named; numbers mean others at another level.
fn native(
    map: &SourceMap,
    input: Input,
    job: &Job<'_>,
    opt_level: OptLevel,
) -> Result<Behaviour, Stop> {
    let mut pipeline = job.pipeline.clone();
    pipeline.opt_bisect_limit = None;
    let code = CodeArgs { opt_level, ..job.code.clone() };
    // Ownership has been verified.
    let mut job = Job { code: &code, verify_ownership: None, ..*job };
    let named = std::mem::take(&mut pipeline.disable_pass);
    let single = match named.is_empty() {
        true => Granularity::Batched,
        false => Granularity::Single,
    };
    let all = PipelineArgs { disable_pass: Vec::new(), ..pipeline.clone() };
    let plan = Job { pipeline: &all, ..job }
        .plan(input.level, EmitKind::Exe, single)
        .map_err(Stop::Misuse)?;
    pipeline.disable_pass = named
        .into_iter()
        .filter(|step| matches!(Selector::new(step), Selector::Name(_)))
        .filter(|step| plan.check(&Selector::new(step)).is_ok())
        .collect();
    job.pipeline = &pipeline;
    let made = steps::run(&job.cx(map, input), &plan, &mut Gate { job, limit: usize::MAX });
    if made.failure.is_some() || made.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Stop::Reported(made.diagnostics));
    }
    let ran = run::build(&made.products)?.capture(job.args, &run::LIMITS)?;
    Ok(Behaviour {
        by: Executor::Machine,
        stdout: ran.stdout,
        code: ran.code,
        trap: None,
        killed: ran.killed,
    })
}

/// Compares what `step` left with the run before; `reference` says which that was.
///
/// # Errors
///
/// E0620, with a note for each difference.
pub(crate) fn check(
    expected: &Behaviour,
    reference: &str,
    found: &Behaviour,
    step: &str,
) -> Result<(), Box<Diagnostic>> {
    let native = found.by == Executor::Machine;
    let mut notes = Vec::new();
    let traps = [expected.kind(), found.kind()];
    if !native && traps[0] != traps[1] && expected.may_go_on() {
        // What was printed before stays.
        if !starts_with(&found.stdout, &expected.stdout) {
            notes.push(output_difference(&expected.stdout, reference, &found.stdout));
        }
        return differs(step, reference, notes);
    }
    // Native code does not notice leaks.
    if traps[0] != traps[1] && !native {
        let words = |run: &Behaviour| match &run.trap {
            Some((_, message)) => format!("is stopped: {message}"),
            None => "runs to its end".to_owned(),
        };
        notes.push(format!("it {} {reference}, and {} then", words(expected), words(found)));
    }
    if expected.code != found.code {
        let ended = match &found.killed {
            Some(by) => format!("ends by {by}"),
            None => format!("exits with {}", found.code),
        };
        notes.push(format!("it exits with {} {reference}, and {ended} then", expected.code));
    }
    let same = match found.killed {
        // What C had not written yet is lost.
        Some(_) if native => starts_with(&expected.stdout, &found.stdout),
        _ => same_output(&expected.stdout, &found.stdout),
    };
    if !same {
        notes.push(output_difference(&expected.stdout, reference, &found.stdout));
    }
    differs(step, reference, notes)
}

fn differs(step: &str, reference: &str, notes: Vec<String>) -> Result<(), Box<Diagnostic>> {
    if notes.is_empty() {
        return Ok(());
    }
    let message = format!("{step} does something else than the program did {reference}");
    let mut diagnostic = Diagnostic::unlocated(codes::E0620, message);
    for note in notes {
        diagnostic = diagnostic.note(note);
    }
    Err(Box::new(diagnostic))
}

/// Whether two runs printed the same, as far as the language defines it: IEEE 754 leaves the sign of
/// a computed NaN open, and a C function called by the program may print it.
pub(crate) fn same_output(a: &[u8], b: &[u8]) -> bool {
    a == b || without_nan_signs(a) == without_nan_signs(b)
}

/// Whether `whole` begins with `part`, up to the signs of NaNs.
fn starts_with(whole: &[u8], part: &[u8]) -> bool {
    whole.starts_with(part) || without_nan_signs(whole).starts_with(&without_nan_signs(part))
}

/// `text` with `nan` for every `-nan` that is not part of a longer word.
fn without_nan_signs(text: &[u8]) -> Vec<u8> {
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let mut plain = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let rest = &text[at..];
        let signed = rest.starts_with(b"-nan") && !is_word(before) && !is_word(rest.get(4));
        if !signed {
            plain.push(byte);
        }
    }
    plain
}

/// The first line that differs, around the first byte that does.
fn output_difference(expected: &[u8], reference: &str, found: &[u8]) -> String {
    let lines = || expected.split(|&b| b == b'\n').zip(found.split(|&b| b == b'\n'));
    let count = |text: &[u8]| text.iter().filter(|&&b| b == b'\n').count();
    match lines().enumerate().find(|(_, (a, b))| !same_output(a, b)) {
        Some((index, (a, b))) => {
            let equal = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            format!(
                "line {} of the output is `{}` {reference}, and `{}` then",
                index + 1,
                excerpt(a, equal),
                excerpt(b, equal)
            )
        }
        None => format!(
            "the output has {} lines {reference}, and {} then",
            count(expected),
            count(found)
        ),
    }
}

/// The part of a long line around byte `at`; an ellipsis stands for what is left out.
fn excerpt(line: &[u8], at: usize) -> String {
    const BEFORE: usize = 40;
    const AFTER: usize = 120;
    let is_inside_character = |at: usize| line.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut start = match at {
        0..=BEFORE => 0,
        _ => (at - BEFORE).min(line.len()),
    };
    while start > 0 && is_inside_character(start) {
        start -= 1;
    }
    let mut end = at.saturating_add(AFTER).min(line.len());
    while is_inside_character(end) {
        end += 1;
    }
    let shown = String::from_utf8_lossy(&line[start..end]).into_owned();
    let (before, after) = (start > 0, end < line.len());
    format!("{}{shown}{}", if before { "…" } else { "" }, if after { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::{output_difference, same_output};

    #[test]
    fn the_sign_of_a_nan_is_no_difference() {
        for (a, b, same) in [
            ("nan -nan", "-nan nan", true),
            ("x=-nan\n", "x=nan\n", true),
            ("-nanx", "nanx", false),
            ("a-nan", "anan", false),
            ("-inf", "inf", false),
            ("-nan", "nan 1", false),
        ] {
            assert_eq!(same_output(a.as_bytes(), b.as_bytes()), same, "{a} {b}");
        }
    }

    #[test]
    fn a_difference_far_into_a_line_is_shown() {
        let line = |end: &str| format!("first\n{}{end}\n", "é".repeat(300));
        let note = output_difference(line("one").as_bytes(), "before", line("two").as_bytes());
        let equal = "é".repeat(20);
        assert_eq!(
            note,
            format!("line 2 of the output is `…{equal}one` before, and `…{equal}two` then")
        );
        let long = |start: &str| format!("{start}{}", "x".repeat(300));
        let note = output_difference(long("1").as_bytes(), "before", long("2").as_bytes());
        let rest = "x".repeat(119);
        assert_eq!(note, format!("line 1 of the output is `1{rest}…` before, and `2{rest}…` then"));
    }
}

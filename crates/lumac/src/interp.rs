//! Runs programs by the interpreter, alone or to compare it with every pass and with native code.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_interp::{Options, TrapKind};
use luma_ir::Module;
use luma_pass::RunOptions;

use crate::cli::{CheckLevelsArgs, CodeArgs, EmitKind, InterpArgs, OptLevel, Ownership};
use crate::driver::with_input;
use crate::input::Input;
use crate::levels::{self, Request};
use crate::{emit, run};

/// `lumac interp`: the exit code is the program's, or 1 when it is stopped.
pub(crate) fn interp(args: &InterpArgs) -> ExitCode {
    let mut exit = 0;
    let code = with_input(&args.input.file, &args.input.diagnostics, |map, input, diagnostics| {
        let verify = args.input.diagnostics.ownership == Ownership::Error;
        let Some(mut module) = levels::program(map, input, verify, diagnostics) else { return };
        if args.after != "none"
            && levels::run_passes(&mut module, Some(&args.after), diagnostics).is_none()
        {
            return;
        }
        let options = options(&args.args, args.step_limit);
        let outcome = luma_interp::run(&module, &options, &mut std::io::stdout().lock());
        exit = outcome.exit_code;
        diagnostics.extend(outcome.trap.map(|trap| trap.to_diagnostic()));
    });
    if code == ExitCode::SUCCESS { ExitCode::from(exit) } else { code }
}

/// `lumac check-levels`: the exit code is 0 when every run did the same.
pub(crate) fn check_levels(args: &CheckLevelsArgs) -> ExitCode {
    let mut summary = String::new();
    let code = with_input(&args.input.file, &args.input.diagnostics, |map, input, diagnostics| {
        let verify = args.input.diagnostics.ownership == Ownership::Error;
        if let Some(module) = levels::program(map, input, verify, diagnostics) {
            match compare(map, input, module, args, diagnostics) {
                Ok(text) => summary = text,
                Err(error) => diagnostics.push(*error),
            }
        }
    });
    if code == ExitCode::SUCCESS { emit::to_stdout(summary.as_bytes()) } else { code }
}

fn options(args: &[OsString], step_limit: Option<u64>) -> Options {
    let args = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
    let bytes = |text: OsString| text.as_bytes().to_vec();
    let environment =
        std::env::vars_os().map(|(name, value)| (bytes(name), bytes(value))).collect();
    Options { args, environment, step_limit, ..Options::default() }
}

/// What can be seen of a run.
#[derive(Debug)]
struct Behaviour {
    stdout: Vec<u8>,
    code: u8,
    /// Why the interpreter stopped it.
    trap: Option<(TrapKind, String)>,
    /// What ended it from outside. Then the end of its output may be missing.
    killed: Option<String>,
}

/// Runs the program at every level; says which agree.
///
/// # Errors
///
/// E0620 for the first that differs, or why a run is not possible.
fn compare(
    map: &mut SourceMap,
    input: Input,
    mut module: Module,
    args: &CheckLevelsArgs,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<String, Box<Diagnostic>> {
    let options = options(&args.args, args.step_limit);
    let mut first = interpret(&module, &options);
    let mut agreeing = vec!["luma-ir".to_owned()];
    for step in &luma_opt::default_pipeline().steps {
        if let Err(errors) = luma_pass::run_step(&mut module, step, RunOptions::default()) {
            diagnostics.extend(errors);
            return Ok(String::new());
        }
        let name = format!("the pass `{}`", step.name());
        check(&first, "before all passes", &interpret(&module, &options), &name)?;
        agreeing.push(step.name().to_owned());
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
        let Some(native) = native(map, input, level, &args.args, diagnostics)? else {
            return Ok(String::new());
        };
        check(&first, "by the interpreter", &native, &format!("native code at {name}"))?;
        agreeing.push(name.to_owned());
    }
    Ok(agree(&agreeing))
}

fn agree(levels: &[String]) -> String {
    format!("{} runs agree: {}\n", levels.len(), levels.join(", "))
}

fn interpret(module: &Module, options: &Options) -> Behaviour {
    let mut stdout = Vec::new();
    let outcome = luma_interp::run(module, options, &mut stdout);
    Behaviour {
        stdout,
        code: outcome.exit_code,
        trap: outcome.trap.map(|trap| (trap.kind, trap.message)),
        killed: outcome.aborted.then(|| "SIGABRT (abort)".to_owned()),
    }
}

/// `None` when it does not compile; why is among the diagnostics.
fn native(
    map: &mut SourceMap,
    input: Input,
    opt_level: OptLevel,
    args: &[OsString],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Behaviour>, Box<Diagnostic>> {
    let code = CodeArgs { opt_level, debug_info: false, target: None };
    let request = Request {
        kinds: &[EmitKind::Exe],
        code: &code,
        stop_after: None,
        debuginfo_in_text: false,
        verify_ownership: false,
    };
    let mut found = Vec::new();
    let products = levels::compile(map, input, &request, &mut found);
    if found.iter().any(Diagnostic::is_error) {
        diagnostics.extend(found);
        return Ok(None);
    }
    let ran = run::build(&products)?.capture(args)?;
    Ok(Some(Behaviour { stdout: ran.stdout, code: ran.code, trap: None, killed: ran.killed }))
}

/// Compares what `step` left with the run before; `reference` says which that was.
fn check(
    expected: &Behaviour,
    reference: &str,
    found: &Behaviour,
    step: &str,
) -> Result<(), Box<Diagnostic>> {
    let native = step.starts_with("native");
    let mut notes = Vec::new();
    let traps = [expected, found].map(|run| run.trap.as_ref().map(|(kind, _)| *kind));
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
        Some(_) if native => expected.stdout.starts_with(&found.stdout),
        _ => expected.stdout == found.stdout,
    };
    if !same {
        notes.push(output_difference(&expected.stdout, reference, &found.stdout));
    }
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

/// The first line that differs.
fn output_difference(expected: &[u8], reference: &str, found: &[u8]) -> String {
    let mut lines = expected.split(|&b| b == b'\n').zip(found.split(|&b| b == b'\n'));
    let count = |text: &[u8]| text.iter().filter(|&&b| b == b'\n').count();
    match lines.position(|(a, b)| a != b) {
        Some(index) => {
            let line = |text: &[u8]| {
                let line = text.split(|&b| b == b'\n').nth(index).unwrap_or_default();
                String::from_utf8_lossy(line).chars().take(200).collect::<String>()
            };
            format!(
                "line {} of the output is `{}` {reference}, and `{}` then",
                index + 1,
                line(expected),
                line(found)
            )
        }
        None => format!(
            "the output has {} lines {reference}, and {} then",
            count(expected),
            count(found)
        ),
    }
}

//! The command line.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use luma_diagnostics::printable;
use luma_driver::options::{
    CodeArgs, DiagnosticArgs, EmitKind, FromArgs, InputArgs, InstrumentArgs, PipelineArgs, version,
};
use luma_driver::report;
use luma_lab::{BisectArgs, CheckLevelsArgs, InterpArgs, ReduceArgs, SweepArgs};

/// Compiler for the Luma language.
///
/// `lumac FILE` builds an executable; `--emit` stops at any level between source and machine code
/// and prints it. The input can be at any level, too: `.lx` is Luma source, `.lir` Luma IR, `.mlir`
/// MLIR, `.ll` LLVM IR; `-` is standard input, at the level given by `--from`.
#[derive(Parser, Debug)]
#[command(
    name = "lumac",
    version = version(),
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "Examples:\n  lumac hello.lx                      build the executable `hello`\n  \
                  lumac hello.lx --emit=luma-ir       print the Luma IR\n  \
                  lumac hello.lx -O3 --emit=asm       print optimised assembly\n  \
                  lumac run hello.lx -- one two       compile, then run with arguments\n  \
                  lumac -O2 --print-pipeline          list the steps of -O2\n  \
                  lumac hello.lx --stop-after=sroa    print the IR after a step\n  \
                  lumac check hello.lx                report errors, build nothing\n  \
                  lumac --explain E0401               explain an error code"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) compile: CompileArgs,

    /// Give up after this time.
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        value_parser = seconds,
        help_heading = "Limits"
    )]
    pub(crate) time_limit: Option<Duration>,

    /// Give up when lumac itself occupies more memory than this; `k`, `M` and `G` after the number
    /// mean powers of 1024.
    #[arg(
        long,
        global = true,
        value_name = "BYTES",
        value_parser = bytes,
        help_heading = "Limits"
    )]
    pub(crate) memory_limit: Option<u64>,

    /// Explain an error or warning code at length.
    #[arg(long, value_name = "CODE", conflicts_with = "file", help_heading = "Diagnostics")]
    pub(crate) explain: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Compile a program and run it; the exit code is that of the program.
    Run(RunArgs),
    /// Report all errors of a program, ownership included; build nothing.
    Check(CheckArgs),
    /// Apply the suggested fixes until none is left, and report the remaining errors.
    Fix(FixArgs),
    /// Run a program in the interpreter, which stops at every memory error.
    Interp(InterpArgs),
    /// Run a program in the interpreter after every pass, and natively, and compare the results.
    CheckLevels(CheckLevelsArgs),
    /// Find the step that breaks a program, and show what it changed.
    Bisect(BisectArgs),
    /// Reduce a program while it still shows the same fault.
    Reduce(ReduceArgs),
    /// Inspect dialects: list, check, export or document them.
    Dialect(crate::dialect_cmd::DialectArgs),
    /// Compile every program with every pipeline; tabulate operation counts, times and sizes.
    Sweep(SweepArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The program: `.lx`, `.lir`, `.mlir`, `.ll`, or `-`. Without it, the first word after `--`.
    #[arg(value_name = "FILE", help_heading = "Input", required_unless_present = "args")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,
    #[command(flatten)]
    pub(crate) instruments: InstrumentArgs,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Print the ownership summary of every function: what it does with its arguments, and what its
    /// result owns.
    #[arg(long, help_heading = "Ownership")]
    pub(crate) ownership_report: bool,
    /// Print the IR of this function with the state of every object after every operation.
    #[arg(long, value_name = "FUNC", help_heading = "Ownership")]
    pub(crate) ownership_dump: Option<String>,
    /// Write the state of every object after every operation to this file, as JSON.
    #[arg(long, value_name = "FILE", help_heading = "Ownership")]
    pub(crate) ownership_facts: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct FixArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Write nothing; print the changes as a unified diff.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CompileArgs {
    /// The program: `.lx`, `.lir`, `.mlir`, `.ll`, or `-`.
    #[arg(
        value_name = "FILE",
        help_heading = "Input",
        required_unless_present_any = ["explain", "print_pipeline", "list_passes", "run_reproducer"]
    )]
    pub(crate) file: Option<PathBuf>,

    /// Arguments after the file: accepted so that the error message can be more specific than clap's.
    #[arg(hide = true)]
    pub(crate) surplus: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) from: FromArgs,

    /// Replay the failure that a reproducer file records; no output is written.
    #[arg(long, value_name = "FILE", conflicts_with = "file", help_heading = "Input")]
    pub(crate) run_reproducer: Option<PathBuf>,

    /// Output file (`-` is standard output). With several kinds, each is written to this name with
    /// its own extension.
    #[arg(short, value_name = "PATH", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Comma-separated kinds of output. Text goes to standard output unless `-o` is given.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "KIND",
        default_value = "exe",
        help_heading = "Output"
    )]
    pub(crate) emit: Vec<EmitKind>,

    /// Stop after this step (name or number) and emit the IR there. `--print-pipeline` lists the
    /// steps.
    #[arg(long, value_name = "STEP", help_heading = "Output")]
    pub(crate) stop_after: Option<String>,

    /// Print the location of every operation with `luma-ir`, `mlir` and `mlir-llvm`.
    #[arg(long, help_heading = "Output")]
    pub(crate) print_debuginfo: bool,

    /// Print `luma-ir` in MLIR's generic form, which `mlir-opt --irdl-file` reads with the output of
    /// `lumac dialect export --irdl`.
    #[arg(long, help_heading = "Output")]
    pub(crate) generic: bool,

    #[command(flatten)]
    pub(crate) code: CodeArgs,

    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,

    /// List the numbered steps from input to output, and exit.
    #[arg(long, help_heading = "Pipeline")]
    pub(crate) print_pipeline: bool,

    /// List the passes over Luma IR with their options and statistics, and exit.
    #[arg(long, help_heading = "Pipeline")]
    pub(crate) list_passes: bool,

    #[command(flatten)]
    pub(crate) instruments: InstrumentArgs,

    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
}

impl RunArgs {
    /// The program, and its arguments: `lumac run -- -odd.lx` takes the file from the latter.
    pub(crate) fn file_and_args(&self) -> (&Path, &[OsString]) {
        match (&self.file, self.args.split_first()) {
            (Some(file), _) => (file, &self.args),
            (None, Some((file, [dashes, args @ ..]))) if dashes == "--" => (Path::new(file), args),
            (None, Some((file, args))) => (Path::new(file), args),
            (None, None) => (Path::new(""), &[]),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| "expected a number of seconds above 0".to_owned())
}

fn bytes(text: &str) -> Result<u64, String> {
    let units = [("k", 10), ("K", 10), ("M", 20), ("G", 30), ("", 0)];
    let found = units.iter().find_map(|(unit, shift)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(1 << shift).filter(|bytes| *bytes > 0)
    });
    found.ok_or_else(|| "expected a number of bytes above 0, such as `500M`".to_owned())
}

/// What is wrong with `file` and the positional arguments after it, if they are not one input.
pub(crate) fn misplaced(file: &Path, surplus: &[PathBuf]) -> Option<String> {
    let command = Cli::command();
    let commands: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let name = file.display();
    let is_word = file.extension().is_none() && file.components().count() == 1;
    if is_word && file.as_os_str() != "-" && !file.exists() {
        let word = name.to_string();
        let expected = match luma_diagnostics::closest(&word, commands.iter().copied()) {
            Some(like) => format!("a similar command is `{like}`"),
            None => format!("the commands are {}", commands.join(", ")),
        };
        return Some(format!("`{word}` is neither a command nor a file; {expected}"));
    }
    let second = surplus.first()?.display();
    Some(match commands.contains(&second.to_string().as_str()) {
        true => format!("a command comes before the file: `lumac {second} {name}`"),
        false => format!("expected one input file, found `{name}` and `{second}`"),
    })
}

fn is_unprintable(text: &str) -> bool {
    printable(text) != text
}

/// Prints clap's message. Help and version requests are not errors and exit with 0.
pub(crate) fn usage_error(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let is_error = error.use_stderr();
    // What was typed may not steer the terminal.
    if is_error && std::env::args_os().any(|arg| is_unprintable(&arg.to_string_lossy())) {
        let _ = write!(std::io::stderr(), "{}", printable(&text.to_string()));
        return ExitCode::from(2);
    }
    if is_error {
        // Nothing can be done about a stderr that cannot be written.
        let _ = write!(anstream::stderr(), "{}", text.ansi());
        return ExitCode::from(2);
    }
    let text = match anstream::stdout().current_choice() {
        anstream::ColorChoice::Never => text.to_string(),
        _ => text.ansi().to_string(),
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        _ if luma_process::stdout_was_closed() => {
            report::error("cannot write to standard output: it is closed");
            ExitCode::FAILURE
        }
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            report::error(&format!("cannot write to standard output: {why}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

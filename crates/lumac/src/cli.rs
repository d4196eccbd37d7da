//! The command line.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Compiler for the Luma language.
///
/// `lumac FILE` makes an executable; `--emit` stops at any level between source and machine code
/// and shows it. Input can start at any level too: `.lx` is Luma source, `.lir` Luma IR, `.mlir`
/// MLIR, `.ll` LLVM IR; `-` is Luma source from standard input.
#[derive(Parser, Debug)]
#[command(
    name = "lumac",
    version = version(),
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "Examples:\n  lumac hello.lx                      make the executable `hello`\n  \
                  lumac hello.lx --emit=luma-ir       print the Luma IR\n  \
                  lumac hello.lx -O3 --emit=asm       print optimised assembly\n  \
                  lumac run hello.lx -- one two       compile, then run with arguments\n  \
                  lumac check hello.lx                report errors, make nothing\n  \
                  lumac --explain E0401               what a code means"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) compile: CompileArgs,

    /// Explain an error or warning code at length.
    #[arg(long, value_name = "CODE", conflicts_with = "file")]
    pub(crate) explain: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Compile a program and run it; exits as the program does.
    Run(RunArgs),
    /// Find everything wrong with a program, ownership included, and make nothing.
    Check(CheckArgs),
    /// Run a program by the interpreter of Luma IR, which stops it at every misuse of memory.
    Interp(InterpArgs),
    /// Run a program before and after every pass, and natively, and compare what it does.
    CheckLevels(CheckLevelsArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct InterpArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Interpret what this Luma pass leaves; `none` is before all passes.
    #[arg(long, value_name = "PASS", default_value = "none")]
    pub(crate) after: String,
    /// Stop the program after so many steps.
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckLevelsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Stop the program after so many steps of the interpreter.
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct CompileArgs {
    /// The program: `.lx`, `.lir`, `.mlir`, `.ll`, or `-`.
    #[arg(value_name = "FILE", required_unless_present = "explain")]
    pub(crate) file: Option<PathBuf>,

    /// Write to this file (`-` is standard output). With several kinds, each gets this name with
    /// its own extension.
    #[arg(short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// What to make, comma-separated. Text goes to standard output unless `-o` names a file.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND", default_value = "exe")]
    pub(crate) emit: Vec<EmitKind>,

    /// Stop after this pass and emit what it left; needs `--emit=luma-ir`.
    #[arg(long, value_name = "PASS")]
    pub(crate) stop_after: Option<String>,

    /// Print the location of every operation with `luma-ir`, `mlir` and `mlir-llvm`.
    #[arg(long)]
    pub(crate) print_debuginfo: bool,

    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,

    #[command(flatten)]
    pub(crate) code: CodeArgs,
}

/// What is compiled, for the subcommands.
#[derive(Args, Debug)]
pub(crate) struct InputArgs {
    /// The program: `.lx`, `.lir`, `.mlir`, `.ll`, or `-`.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
}

/// What is checked and how it is reported.
#[derive(Args, Debug, Clone)]
pub(crate) struct DiagnosticArgs {
    /// How diagnostics are printed.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub(crate) error_format: ErrorFormat,

    /// When diagnostics are coloured.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Whether ownership is verified.
    #[arg(long, value_enum, value_name = "MODE", default_value = "error")]
    pub(crate) ownership: Ownership,
}

/// How code is generated.
#[derive(Args, Debug, Clone)]
pub(crate) struct CodeArgs {
    /// Optimisation level.
    #[arg(short = 'O', value_enum, value_name = "LEVEL", default_value = "2")]
    pub(crate) opt_level: OptLevel,

    /// Emit line tables for debuggers.
    #[arg(short = 'g')]
    pub(crate) debug_info: bool,

    /// The machine to generate code for, such as `aarch64-unknown-linux-gnu`; default: this one.
    #[arg(long, value_name = "TRIPLE")]
    pub(crate) target: Option<String>,
}

/// What can be emitted, in the order a program goes through it.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EmitKind {
    /// The syntax tree.
    Ast,
    /// Luma IR: structured, with defers and ownership as operations.
    LumaIr,
    /// MLIR: func, scf, cf, arith and llvm memory operations.
    Mlir,
    /// MLIR's llvm dialect.
    MlirLlvm,
    /// LLVM IR, optimised as `-O` says.
    LlvmIr,
    /// Assembly.
    Asm,
    /// An object file.
    Obj,
    /// An executable.
    Exe,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorFormat {
    /// Source excerpts with labels.
    Human,
    /// One line each.
    Short,
    /// One JSON object a line.
    Json,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// Violations stop the build.
    Error,
    /// Not verified.
    Off,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OptLevel {
    /// None.
    #[value(name = "0")]
    O0,
    /// Quick wins.
    #[value(name = "1")]
    O1,
    /// The usual set.
    #[value(name = "2")]
    O2,
    /// Speed at the price of size.
    #[value(name = "3")]
    O3,
}

fn version() -> &'static str {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    VERSION.get_or_init(|| {
        format!("{} (LLVM {})", env!("CARGO_PKG_VERSION"), luma_llvm::llvm_version())
    })
}

/// Prints what clap has to say. Help and version are no errors.
pub(crate) fn usage_error(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let is_error = error.use_stderr();
    let written = if is_error {
        write!(anstream::stderr(), "{}", text.ansi())
    } else {
        write!(anstream::stdout(), "{}", text.ansi())
    };
    match (is_error, written) {
        (true, _) => ExitCode::from(2),
        (false, Ok(())) => ExitCode::SUCCESS,
        (false, Err(_)) => ExitCode::FAILURE,
    }
}

//! The command line.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::input::Level;
use crate::levels::Verify;
use crate::oracle::Oracle;

/// Compiler for the Luma language.
///
/// `lumac FILE` makes an executable; `--emit` stops at any level between source and machine code
/// and shows it. Input can start at any level too: `.lx` is Luma source, `.lir` Luma IR, `.mlir`
/// MLIR, `.ll` LLVM IR; `-` is standard input, at the level `--from` says.
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
                  lumac -O2 --print-pipeline          list the steps of -O2\n  \
                  lumac hello.lx --stop-after=sroa    emit what a step leaves\n  \
                  lumac check hello.lx                report errors, make nothing\n  \
                  lumac --explain E0401               what a code means"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) compile: CompileArgs,

    /// Explain an error or warning code at length.
    #[arg(long, value_name = "CODE", conflicts_with = "file", help_heading = "Diagnostics")]
    pub(crate) explain: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Compile a program and run it; exits as the program does.
    Run(RunArgs),
    /// Find everything wrong with a program, ownership included, and make nothing.
    Check(CheckArgs),
    /// Apply the fixes that messages show as edits, until none is left, and report what remains.
    Fix(FixArgs),
    /// Run a program by the interpreter of Luma IR, which stops it at every misuse of memory.
    Interp(InterpArgs),
    /// Run a program before and after every pass, and natively, and compare what it does.
    CheckLevels(CheckLevelsArgs),
    /// Name the step that makes a program go wrong, and show what it changed.
    Bisect(BisectArgs),
    /// Make a program small while it goes wrong in the same way.
    Reduce(ReduceArgs),
    /// What there is to know of dialects: list, check, export, document them.
    Dialect(crate::dialect_cmd::DialectArgs),
    /// Take every program through every pipeline, and tabulate operations, times and sizes.
    Sweep(SweepArgs),
}

#[derive(Args, Debug)]
pub(crate) struct BisectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// What is wrong: `output`, `crash`, `diagnostic`, `diagnostic=CODE`, or a command of the shell
    /// that ends with 0; the file it is about, what stands after a step, takes the place of `{}` or
    /// stands at its end.
    #[arg(long, value_name = "ORACLE")]
    pub(crate) oracle: Oracle,
    /// Stop the program after so many steps of the interpreter.
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct ReduceArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// What to keep: `output`, `crash`, `diagnostic`, `diagnostic=CODE`, or that a command of the
    /// shell ends with 0; the file it is about takes the place of `{}` or stands at its end.
    #[arg(long, value_name = "ORACLE")]
    pub(crate) oracle: Oracle,
    /// Write what is left to this file instead of standard output.
    #[arg(short, value_name = "PATH", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Stop after so many questions to the oracle.
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<usize>,
    /// Stop after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_time: Option<u64>,
    /// Stop the program after so many steps of the interpreter.
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct SweepArgs {
    /// The programs.
    #[arg(value_name = "FILES", required = true, help_heading = "Input")]
    pub(crate) files: Vec<PathBuf>,
    /// A file with one pipeline on each line: a name, a colon, and flags.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) pipelines: PathBuf,
    /// Run the programs, too; time them and compare what they do with the first pipeline.
    #[arg(long)]
    pub(crate) run: bool,
    /// How often each is compiled and run; times are medians.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) rounds: u16,
    /// How the result is written.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub(crate) format: SweepFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "PATH", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SweepFormat {
    /// For people.
    Table,
    /// Comma-separated values with a heading.
    Csv,
    /// One JSON object.
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
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
    /// Print what every function does with the objects it is passed and what its result owns.
    #[arg(long, help_heading = "Ownership")]
    pub(crate) ownership_report: bool,
    /// Print the IR of this function with what is known of every object after every operation.
    #[arg(long, value_name = "FUNC", help_heading = "Ownership")]
    pub(crate) ownership_dump: Option<String>,
    /// Write what is known of every object after every operation to this file, as JSON.
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
pub(crate) struct InterpArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Interpret what this Luma step leaves, by name or number; `none` is before all passes.
    #[arg(long, value_name = "PASS", default_value = "none")]
    pub(crate) after: String,
    /// Stop the program after so many steps.
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,
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
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
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

    #[command(flatten)]
    pub(crate) from: FromArgs,

    /// Run what a reproducer file says, to see the failure again. Nothing is written.
    #[arg(long, value_name = "FILE", conflicts_with = "file", help_heading = "Input")]
    pub(crate) run_reproducer: Option<PathBuf>,

    /// Write to this file (`-` is standard output). With several kinds, each gets this name with
    /// its own extension.
    #[arg(short, value_name = "PATH", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// What to make, comma-separated. Text goes to standard output unless `-o` names a file.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "KIND",
        default_value = "exe",
        help_heading = "Output"
    )]
    pub(crate) emit: Vec<EmitKind>,

    /// Stop after this step, by name or number, and emit what it left. `--print-pipeline` lists the
    /// steps.
    #[arg(long, value_name = "STEP", help_heading = "Output")]
    pub(crate) stop_after: Option<String>,

    /// Print the location of every operation with `luma-ir`, `mlir` and `mlir-llvm`.
    #[arg(long, help_heading = "Output")]
    pub(crate) print_debuginfo: bool,

    /// Print `luma-ir` in MLIR's generic form, which `mlir-opt` reads with what `lumac dialect
    /// export --irdl` prints.
    #[arg(long, help_heading = "Output")]
    pub(crate) generic: bool,

    #[command(flatten)]
    pub(crate) code: CodeArgs,

    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,

    /// List the steps from input to output, numbered, and do nothing else.
    #[arg(long, help_heading = "Pipeline")]
    pub(crate) print_pipeline: bool,

    /// List the passes over Luma IR with their options and statistics, and do nothing else.
    #[arg(long, help_heading = "Pipeline")]
    pub(crate) list_passes: bool,

    #[command(flatten)]
    pub(crate) instruments: InstrumentArgs,

    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
}

/// What is compiled, for the subcommands.
#[derive(Args, Debug)]
pub(crate) struct InputArgs {
    /// The program: `.lx`, `.lir`, `.mlir`, `.ll`, or `-`.
    #[arg(value_name = "FILE", help_heading = "Input")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    #[command(flatten)]
    pub(crate) diagnostics: DiagnosticArgs,
}

/// Where the program starts.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Input")]
pub(crate) struct FromArgs {
    /// The level of the input, whatever its file is called.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) from: Option<Level>,

    /// Read Luma IR with the dialect that this file defines; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) dialect: Vec<PathBuf>,
}

/// What is checked and how it is reported.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Diagnostics")]
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

    /// How many states the verification of ownership keeps apart at one point, at least 1: beyond
    /// that it merges them, which is faster and misses more.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub(crate) ownership_max_states: u32,

    /// Where to write the file that reproduces a crash or an invalid result [default: the current
    /// directory].
    #[arg(long, value_name = "DIR")]
    pub(crate) reproducer_dir: Option<PathBuf>,
}

impl DiagnosticArgs {
    /// How ownership is verified, unless it is not.
    pub(crate) fn verify(&self) -> Option<Verify> {
        let max_states = self.ownership_max_states as usize;
        (self.ownership == Ownership::Error).then_some(Verify { max_states, threads: 0 })
    }
}

/// How code is generated.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Pipeline")]
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

/// Which passes run.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Pipeline")]
pub(crate) struct PipelineArgs {
    /// Run these passes over Luma IR, such as `func(lower-defer,mem2reg{max-slots=64}),symbol-dce`,
    /// instead of those of `-O`.
    #[arg(long, value_name = "PIPELINE")]
    pub(crate) luma_passes: Option<String>,

    /// Run these passes of MLIR, such as `builtin.module(canonicalize,func.func(cse))`, before the
    /// conversion to the llvm dialect.
    #[arg(long, value_name = "PIPELINE")]
    pub(crate) mlir_passes: Option<String>,

    /// Then apply the PDL patterns of this MLIR file until none matches; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) patterns: Vec<PathBuf>,

    /// Then run the transform script of this MLIR file; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) transform: Vec<PathBuf>,

    /// Run these passes of LLVM, as for `opt -passes`, such as `default<O2>`, instead of those of
    /// `-O`.
    #[arg(long, value_name = "PIPELINE")]
    pub(crate) llvm_passes: Option<String>,

    /// Skip these steps, by name or number.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub(crate) disable_pass: Vec<String>,

    /// Skip every step with a number above this one, unless it is mandatory.
    #[arg(long, value_name = "N")]
    pub(crate) opt_bisect_limit: Option<usize>,

    /// Verify after every step; not said, lumac verifies after some.
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub(crate) verify_each: Option<bool>,

    /// How many threads Luma passes run on; 0 is one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,

    /// Make passes known that fail on demand.
    #[arg(long, hide = true)]
    pub(crate) test_passes: bool,
}

/// What is shown of the steps; all on standard error.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Instrumentation")]
pub(crate) struct InstrumentArgs {
    /// Print the IR before these steps, by name or number.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub(crate) print_ir_before: Vec<String>,

    /// Print the IR after these steps, by name or number.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub(crate) print_ir_after: Vec<String>,

    /// Print the IR before every step.
    #[arg(long)]
    pub(crate) print_ir_before_all: bool,

    /// Print the IR after every step.
    #[arg(long)]
    pub(crate) print_ir_after_all: bool,

    /// Print what every step changed.
    #[arg(long)]
    pub(crate) print_ir_after_change: bool,

    /// Print what a step that fails left.
    #[arg(long)]
    pub(crate) print_ir_after_failure: bool,

    /// Write the IR after every step to a file in this directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) print_ir_tree_dir: Option<PathBuf>,

    /// Report how long each step took.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub(crate) time_passes: Option<ReportFormat>,

    /// Report what the passes counted.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub(crate) stats: Option<ReportFormat>,

    /// Write what every step did to this file, as JSON: hash and op counts of what it left, time,
    /// statistics.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
}

impl InstrumentArgs {
    /// Nothing is asked for.
    pub(crate) const NONE: Self = Self {
        print_ir_before: Vec::new(),
        print_ir_after: Vec::new(),
        print_ir_before_all: false,
        print_ir_after_all: false,
        print_ir_after_change: false,
        print_ir_after_failure: false,
        print_ir_tree_dir: None,
        time_passes: None,
        stats: None,
        record: None,
    };
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    /// For people.
    Table,
    /// One JSON object.
    Json,
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
    /// One SARIF 2.1.0 log, also when there is nothing to report.
    Sarif,
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

impl OptLevel {
    /// As LLVM calls it.
    pub(crate) fn llvm(self) -> luma_llvm::OptLevel {
        match self {
            Self::O0 => luma_llvm::OptLevel::O0,
            Self::O1 => luma_llvm::OptLevel::O1,
            Self::O2 => luma_llvm::OptLevel::O2,
            Self::O3 => luma_llvm::OptLevel::O3,
        }
    }

    /// 0 to 3.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }
}

impl EmitKind {
    /// The name `--emit` knows it by.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
    }
}

pub(crate) fn version() -> &'static str {
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

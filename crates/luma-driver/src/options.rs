//! Options shared by commands: input level, passes, instrumentation, diagnostics. They are groups of
//! clap arguments, so that command lines, reproducers and pipeline files use the same syntax.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use luma_diagnostics::OrNever as _;

use crate::input::Level;
use crate::levels::Verify;

/// The input of the subcommands.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// The program: `.lx`, `.lir`, `.mlir`, `.ll`, or `-`.
    #[arg(value_name = "FILE", help_heading = "Input")]
    pub file: PathBuf,
    /// Its level and dialects.
    #[command(flatten)]
    pub from: FromArgs,
    /// What is verified, and how diagnostics are printed.
    #[command(flatten)]
    pub diagnostics: DiagnosticArgs,
}

/// How the input is read.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Input")]
pub struct FromArgs {
    /// Level of the input, instead of the one its file extension implies.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub from: Option<Level>,

    /// Load the dialect that this file defines; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub dialect: Vec<PathBuf>,
}

/// Diagnostics and verification.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Diagnostics")]
pub struct DiagnosticArgs {
    /// Format of diagnostics.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub error_format: ErrorFormat,

    /// When to colour diagnostics.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Whether to verify ownership.
    #[arg(long, value_enum, value_name = "MODE", default_value = "error")]
    pub ownership: Ownership,

    /// Maximum number of states that the ownership verifier tracks at a program point, at least 1.
    /// Beyond it, states are merged, which is faster and misses more errors.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub ownership_max_states: u32,

    /// Directory for reproducers of crashes and of invalid IR [default: the current directory].
    #[arg(long, value_name = "DIR")]
    pub reproducer_dir: Option<PathBuf>,
}

impl DiagnosticArgs {
    /// Options of the ownership verifier; `None` if ownership is not verified.
    pub fn verify(&self) -> Option<Verify> {
        let max_states = self.ownership_max_states as usize;
        (self.ownership == Ownership::Error).then_some(Verify { max_states, threads: 0 })
    }
}

/// How code is generated.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Pipeline")]
pub struct CodeArgs {
    /// Optimisation level.
    #[arg(short = 'O', value_enum, value_name = "LEVEL", default_value = "2")]
    pub opt_level: OptLevel,

    /// Describe lines, functions, variables and types for debuggers.
    #[arg(short = 'g')]
    pub debug_info: bool,

    /// Target triple, such as `aarch64-unknown-linux-gnu` [default: the host].
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
}

/// Which passes run.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Pipeline")]
pub struct PipelineArgs {
    /// Passes over Luma IR to run instead of those of `-O`, such as
    /// `func(lower-defer,mem2reg{max-slots=64}),symbol-dce`.
    #[arg(long, value_name = "PIPELINE")]
    pub luma_passes: Option<String>,

    /// MLIR passes to run before the conversion to the llvm dialect, such as
    /// `builtin.module(canonicalize,func.func(cse))`.
    #[arg(long, value_name = "PIPELINE")]
    pub mlir_passes: Option<String>,

    /// Apply the PDL patterns of this MLIR file after `--mlir-passes` until none matches; can be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    pub patterns: Vec<PathBuf>,

    /// Run the transform script of this MLIR file after `--patterns`; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub transform: Vec<PathBuf>,

    /// LLVM passes to run instead of those of `-O`, in the syntax of `opt -passes`, such as
    /// `default<O2>`.
    #[arg(long, value_name = "PIPELINE")]
    pub llvm_passes: Option<String>,

    /// Skip these steps (names or numbers).
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub disable_pass: Vec<String>,

    /// Skip optional steps with a number above N.
    #[arg(long, value_name = "N")]
    pub opt_bisect_limit: Option<usize>,

    /// Verify the IR after every step [default: after selected steps].
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub verify_each: Option<bool>,

    /// Number of threads for passes over Luma IR; 0 is one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,

    /// Run passes that write files, start programs or open displays, even if a file or
    /// `--llvm-passes` names them.
    #[arg(long)]
    pub allow_side_effects: bool,

    /// Register the passes that fail on purpose, for tests.
    #[arg(long, hide = true)]
    pub test_passes: bool,
}

/// Instrumentation; all output goes to standard error.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Instrumentation")]
pub struct InstrumentArgs {
    /// Print the IR before these steps (names or numbers).
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub print_ir_before: Vec<String>,

    /// Print the IR after these steps (names or numbers).
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub print_ir_after: Vec<String>,

    /// Print the IR before every step.
    #[arg(long)]
    pub print_ir_before_all: bool,

    /// Print the IR after every step.
    #[arg(long)]
    pub print_ir_after_all: bool,

    /// Print the changes of every step as a diff.
    #[arg(long)]
    pub print_ir_after_change: bool,

    /// Print the IR after a step that fails.
    #[arg(long)]
    pub print_ir_after_failure: bool,

    /// Write the IR after every step to a numbered file in this directory.
    #[arg(long, value_name = "DIR")]
    pub print_ir_tree_dir: Option<PathBuf>,

    /// Report the time of each step.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub time_passes: Option<ReportFormat>,

    /// Report the statistics of the passes.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub stats: Option<ReportFormat>,

    /// Write a record of every step to this file, as JSON: time, statistics, and the hash and
    /// operation counts of the IR after it.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

impl InstrumentArgs {
    /// No instrumentation.
    pub const NONE: Self = Self {
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

/// How an instrument writes its report.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Aligned columns.
    Table,
    /// One JSON object.
    Json,
}

/// Kinds of output, in pipeline order.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EmitKind {
    /// The syntax tree.
    Ast,
    /// Luma IR: structured, with defers and ownership as operations.
    LumaIr,
    /// MLIR: func, scf, cf, arith and llvm memory operations.
    Mlir,
    /// MLIR's llvm dialect.
    MlirLlvm,
    /// LLVM IR, optimised according to `-O`.
    LlvmIr,
    /// Assembly.
    Asm,
    /// An object file.
    Obj,
    /// An executable.
    Exe,
}

/// How diagnostics are printed.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorFormat {
    /// Source excerpts with labels.
    Human,
    /// One line for each diagnostic.
    Short,
    /// One JSON object on each line.
    Json,
    /// One SARIF 2.1.0 log, even if there is nothing to report.
    Sarif,
}

/// When diagnostics are coloured.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether ownership is verified.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Violations stop the build.
    Error,
    /// Not verified.
    Off,
}

/// Optimisation level.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptLevel {
    /// No optimisation.
    #[value(name = "0")]
    O0,
    /// Cheap optimisations.
    #[value(name = "1")]
    O1,
    /// The default set.
    #[value(name = "2")]
    O2,
    /// Speed at the expense of code size.
    #[value(name = "3")]
    O3,
}

impl OptLevel {
    /// The corresponding level of LLVM.
    pub fn llvm(self) -> luma_llvm::OptLevel {
        match self {
            Self::O0 => luma_llvm::OptLevel::O0,
            Self::O1 => luma_llvm::OptLevel::O1,
            Self::O2 => luma_llvm::OptLevel::O2,
            Self::O3 => luma_llvm::OptLevel::O3,
        }
    }

    /// 0 to 3.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl EmitKind {
    /// The name that `--emit` accepts.
    pub fn name(self) -> String {
        let name = self.to_possible_value().map(|value| value.get_name().to_string());
        name.or_never(String::new(), "every kind has a name")
    }
}

/// The versions of lumac and its LLVM: `0.1.0 (LLVM 22.1.8)`.
pub fn version() -> &'static str {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    VERSION.get_or_init(|| {
        format!("{} (LLVM {})", env!("CARGO_PKG_VERSION"), luma_llvm::llvm_version())
    })
}

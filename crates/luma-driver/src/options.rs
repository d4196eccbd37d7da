//! The options that commands share: where the program starts, which steps it goes through, what is
//! shown of them, and how diagnostics are reported. Groups of arguments for clap, so that a command
//! line, a reproducer and a file of pipelines spell them in the same way.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::input::Level;
use crate::levels::Verify;

/// What is compiled, for the subcommands.
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

/// Where the program starts.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Input")]
pub struct FromArgs {
    /// The level of the input, whatever its file is called.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub from: Option<Level>,

    /// Read Luma IR with the dialect that this file defines; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub dialect: Vec<PathBuf>,
}

/// What is checked and how it is reported.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Diagnostics")]
pub struct DiagnosticArgs {
    /// How diagnostics are printed.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub error_format: ErrorFormat,

    /// When diagnostics are coloured.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Whether ownership is verified.
    #[arg(long, value_enum, value_name = "MODE", default_value = "error")]
    pub ownership: Ownership,

    /// How many states the verification of ownership keeps apart at one point, at least 1: beyond
    /// that it merges them, which is faster and misses more.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub ownership_max_states: u32,

    /// Where to write the file that reproduces a crash or an invalid result [default: the current
    /// directory].
    #[arg(long, value_name = "DIR")]
    pub reproducer_dir: Option<PathBuf>,
}

impl DiagnosticArgs {
    /// How ownership is verified, unless it is not.
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

    /// Emit line tables for debuggers.
    #[arg(short = 'g')]
    pub debug_info: bool,

    /// The machine to generate code for, such as `aarch64-unknown-linux-gnu`; default: this one.
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
}

/// Which passes run.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Pipeline")]
pub struct PipelineArgs {
    /// Run these passes over Luma IR, such as `func(lower-defer,mem2reg{max-slots=64}),symbol-dce`,
    /// instead of those of `-O`.
    #[arg(long, value_name = "PIPELINE")]
    pub luma_passes: Option<String>,

    /// Run these passes of MLIR, such as `builtin.module(canonicalize,func.func(cse))`, before the
    /// conversion to the llvm dialect.
    #[arg(long, value_name = "PIPELINE")]
    pub mlir_passes: Option<String>,

    /// Then apply the PDL patterns of this MLIR file until none matches; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub patterns: Vec<PathBuf>,

    /// Then run the transform script of this MLIR file; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub transform: Vec<PathBuf>,

    /// Run these passes of LLVM, as for `opt -passes`, such as `default<O2>`, instead of those of
    /// `-O`.
    #[arg(long, value_name = "PIPELINE")]
    pub llvm_passes: Option<String>,

    /// Skip these steps, by name or number.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub disable_pass: Vec<String>,

    /// Skip every step with a number above this one, unless it is mandatory.
    #[arg(long, value_name = "N")]
    pub opt_bisect_limit: Option<usize>,

    /// Verify after every step; not said, lumac verifies after some.
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub verify_each: Option<bool>,

    /// How many threads Luma passes run on; 0 is one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,

    /// Make passes known that fail on demand.
    #[arg(long, hide = true)]
    pub test_passes: bool,
}

/// What is shown of the steps; all on standard error.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Instrumentation")]
pub struct InstrumentArgs {
    /// Print the IR before these steps, by name or number.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub print_ir_before: Vec<String>,

    /// Print the IR after these steps, by name or number.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub print_ir_after: Vec<String>,

    /// Print the IR before every step.
    #[arg(long)]
    pub print_ir_before_all: bool,

    /// Print the IR after every step.
    #[arg(long)]
    pub print_ir_after_all: bool,

    /// Print what every step changed.
    #[arg(long)]
    pub print_ir_after_change: bool,

    /// Print what a step that fails left.
    #[arg(long)]
    pub print_ir_after_failure: bool,

    /// Write the IR after every step to a file in this directory.
    #[arg(long, value_name = "DIR")]
    pub print_ir_tree_dir: Option<PathBuf>,

    /// Report how long each step took.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub time_passes: Option<ReportFormat>,

    /// Report what the passes counted.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub stats: Option<ReportFormat>,

    /// Write what every step did to this file, as JSON: hash and op counts of what it left, time,
    /// statistics.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

impl InstrumentArgs {
    /// Nothing is asked for.
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
    /// For people.
    Table,
    /// One JSON object.
    Json,
}

/// What can be emitted, in the order a program goes through it.
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
    /// LLVM IR, optimised as `-O` says.
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
    /// One line each.
    Short,
    /// One JSON object a line.
    Json,
    /// One SARIF 2.1.0 log, also when there is nothing to report.
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

/// How much is optimised.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptLevel {
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
    /// The name `--emit` knows it by.
    pub fn name(self) -> String {
        self.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
    }
}

/// The versions of lumac and its LLVM: `0.1.0 (LLVM 22.1.8)`.
pub fn version() -> &'static str {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    VERSION.get_or_init(|| {
        format!("{} (LLVM {})", env!("CARGO_PKG_VERSION"), luma_llvm::llvm_version())
    })
}

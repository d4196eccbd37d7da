//! The command: runs one engine and prints what it found.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use luma_judge::{Report, Settings, mutate, precision, soundness, torture, twins};

/// Judges the ownership verifier by programs made at random.
#[derive(Parser)]
struct Cli {
    /// What to judge.
    engine: Engine,
    /// What to change: programs, and directories that are searched for them.
    #[arg(default_value = "tests")]
    files: Vec<PathBuf>,
    /// How many programs to make; of each file, how many changed ones.
    #[arg(long, default_value_t = 1000)]
    programs: u64,
    /// Which programs: those of one seed are always the same.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Random scripts of inputs to run each program with.
    #[arg(long, default_value_t = 24)]
    runs: u32,
    /// Only print the program of this number.
    #[arg(long, value_name = "NUMBER")]
    print: Option<u64>,
    /// Write programs worth a look into this directory.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// The compiler that twins are compiled by.
    #[arg(long, default_value = "lumac")]
    lumac: PathBuf,
    /// Kills of commands at random moments (`torture`).
    #[arg(long, default_value_t = 100)]
    kills: u64,
    /// Kills of `fix` (`torture`).
    #[arg(long, default_value_t = 200)]
    fix_kills: u64,
    /// Where LLVM's own tools are (`torture`).
    #[arg(long, default_value = "/usr/lib/llvm-22/bin")]
    tools: PathBuf,
    /// The C compiler that their C programs are compiled by.
    #[arg(long, default_value = "clang-22")]
    clang: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Engine {
    /// What is accepted must have no defect when run.
    Soundness,
    /// What is correct by construction must be accepted.
    Precision,
    /// Changed programs must be rejected exactly when they go wrong.
    Mutation,
    /// Damaged inputs, kills, limits and full disks must end in errors.
    Torture,
    /// Programs must do the same at every level, by the interpreter, and as C.
    Twins,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match (cli.print, cli.engine) {
        (Some(number), Engine::Soundness) => {
            print!("{}", soundness::source(cli.seed, number));
            return ExitCode::SUCCESS;
        }
        (Some(number), Engine::Precision) => {
            print!("{}", precision::source(cli.seed, number));
            return ExitCode::SUCCESS;
        }
        (Some(number), Engine::Twins) => {
            let (luma, c) = twins::sources(cli.seed, number);
            print!("{luma}/* C:\n{c}*/\n");
            return ExitCode::SUCCESS;
        }
        (Some(_), Engine::Mutation | Engine::Torture) => {
            eprintln!("luma-judge: `--print` is about programs made at random");
            return ExitCode::from(2);
        }
        (None, _) => {}
    }
    let settings = Settings {
        programs: cli.programs,
        seed: cli.seed,
        runs: cli.runs,
        keep: cli.keep,
        ..Settings::default()
    };
    let report = match cli.engine {
        Engine::Soundness => Ok(soundness::run(&settings)),
        Engine::Precision => Ok(precision::run(&settings)),
        Engine::Mutation => {
            programs(&cli.files).and_then(|programs| mutate::run(&settings, &programs))
        }
        Engine::Torture => torture::run(&torture::Torture {
            lumac: cli.lumac.canonicalize().unwrap_or(cli.lumac),
            tools: cli.tools,
            files: cli.files,
            inputs: cli.programs,
            kills: cli.kills,
            fix_kills: cli.fix_kills,
            seed: cli.seed,
        }),
        Engine::Twins => {
            twins::run(&settings, &twins::Tools { lumac: cli.lumac, clang: cli.clang })
        }
    };
    let report = match report {
        Ok(report) => report,
        Err(message) => {
            eprintln!("luma-judge: {message}");
            return ExitCode::FAILURE;
        }
    };
    print(&report);
    // In a release build the failed assertions of the compiler are recorded.
    let internal_errors = luma_diagnostics::internal::take();
    for error in &internal_errors {
        println!("internal compiler error at {}:{}: {}", error.file, error.line, error.message);
    }
    match report.failures.is_empty() && internal_errors.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// All programs in `paths`, sorted.
fn programs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(format!("{}: there is no such file", missing.display()));
    }
    mutate::programs(paths.to_vec())
}

fn print(report: &Report) {
    for failure in &report.failures {
        println!(
            "== {}\n{}\n-- {}",
            failure.name,
            failure.source.trim_end(),
            failure.what.trim_end()
        );
        if let Some(answers) = &failure.answers {
            println!("-- inputs: {answers:?}");
        }
        println!();
    }
    println!("{}: {} failures", report.engine, report.failures.len());
    for (what, count) in &report.counts {
        println!("  {what}: {count}");
    }
}

//! What each command does.

use std::path::Path;
use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, SourceMap, explain};

use crate::cli::{CheckArgs, Cli, Command, CompileArgs, DiagnosticArgs, EmitKind, RunArgs};
use crate::levels::{self, Request};
use crate::{emit, input, interp, report, run};

/// Does what the command line asks.
pub(crate) fn run(cli: Cli) -> ExitCode {
    if let Some(code) = &cli.explain {
        return explain_code(code);
    }
    match &cli.command {
        Some(Command::Run(args)) => run_program(args),
        Some(Command::Check(args)) => check(args),
        Some(Command::Interp(args)) => interp::interp(args),
        Some(Command::CheckLevels(args)) => interp::check_levels(args),
        None => compile(&cli.compile),
    }
}

fn explain_code(code: &str) -> ExitCode {
    match explain(code) {
        Some(entry) => emit::to_stdout(entry.explanation.as_bytes()),
        None => {
            eprintln!("error: there is no code `{code}`");
            eprintln!("help: codes look like `E0401`; they stand in brackets in every message");
            ExitCode::from(2)
        }
    }
}

fn compile(args: &CompileArgs) -> ExitCode {
    let Some(path) = &args.file else { return ExitCode::from(2) };
    if args.stop_after.is_some() && args.emit.iter().any(|&kind| kind != EmitKind::LumaIr) {
        eprintln!("error: `--stop-after` needs `--emit=luma-ir`");
        return ExitCode::from(2);
    }
    let mut kinds = args.emit.clone();
    kinds.sort();
    kinds.dedup();
    let plan = match emit::Plan::new(path, args.output.as_deref(), &kinds) {
        Ok(plan) => plan,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    with_input(path, &args.diagnostics, |map, input, diagnostics| {
        let request = Request {
            kinds: &kinds,
            code: &args.code,
            stop_after: args.stop_after.as_deref(),
            debuginfo_in_text: args.print_debuginfo,
            verify_ownership: args.diagnostics.ownership == crate::cli::Ownership::Error,
        };
        let products = levels::compile(map, input, &request, diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        for product in &products {
            if let Err(error) = plan.write(product) {
                diagnostics.push(*error);
            }
        }
    })
}

fn check(args: &CheckArgs) -> ExitCode {
    with_input(&args.input.file, &args.input.diagnostics, |map, input, diagnostics| {
        let verify = args.input.diagnostics.ownership == crate::cli::Ownership::Error;
        levels::check(map, input, verify, diagnostics);
    })
}

fn run_program(args: &RunArgs) -> ExitCode {
    let mut outcome = None;
    let code = with_input(&args.input.file, &args.input.diagnostics, |map, input, diagnostics| {
        let request = Request {
            kinds: &[EmitKind::Exe],
            code: &args.code,
            stop_after: None,
            debuginfo_in_text: false,
            verify_ownership: args.input.diagnostics.ownership == crate::cli::Ownership::Error,
        };
        let products = levels::compile(map, input, &request, diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        match run::build(&products) {
            Ok(program) => outcome = Some(program),
            Err(error) => diagnostics.push(*error),
        }
    });
    // Warnings have been printed by now, before anything the program prints.
    match outcome {
        Some(program) => program.run(&args.args),
        None => code,
    }
}

/// Reads the input, does `work`, and reports everything found.
pub(crate) fn with_input(
    path: &Path,
    args: &DiagnosticArgs,
    work: impl FnOnce(&mut SourceMap, input::Input, &mut Vec<Diagnostic>),
) -> ExitCode {
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    match input::read(&mut map, path) {
        Ok(input) => work(&mut map, input, &mut diagnostics),
        Err(error) => diagnostics.push(*error),
    }
    if report::report(&map, args, &diagnostics) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

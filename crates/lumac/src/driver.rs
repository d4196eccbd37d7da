//! What each command does.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use luma_diagnostics::{SourceMap, explain};

use crate::cli::{CheckArgs, Cli, Command, CompileArgs, RunArgs, misplaced};
use crate::{dialect_cmd, facts, fix, listing, test_passes};
use luma_driver::compile::{self, Job};
use luma_driver::extension::Registry;
use luma_driver::options::{DiagnosticArgs, EmitKind, InputArgs};
use luma_driver::steps::{Granularity, SideEffects};
use luma_driver::{conflicts, emit, levels, report, reproducer, run, with_checked_input};

/// Does what the command line asks.
pub(crate) fn run(cli: &Cli, mut registry: Registry) -> ExitCode {
    if let Some(code) = &cli.explain {
        return explain_code(code);
    }
    if let Err(why) = luma_process::limit(cli.time_limit, cli.memory_limit) {
        report::error(&format!("the limits cannot be watched: {why}"));
        return ExitCode::FAILURE;
    }
    if cli.command.is_some() {
        luma_process::adopt_orphans();
    }
    let pipeline = match &cli.command {
        Some(Command::Run(args)) => &args.pipeline,
        Some(Command::Interp(args)) => &args.program.pipeline,
        Some(Command::CheckLevels(args)) => &args.program.pipeline,
        Some(Command::Bisect(args)) => &args.program.pipeline,
        Some(Command::Reduce(args)) => &args.program.pipeline,
        _ => &cli.compile.pipeline,
    };
    if pipeline.test_passes {
        for pass in test_passes::PASSES {
            registry.register_pass(pass);
        }
    }
    match &cli.command {
        Some(Command::Run(args)) => run_program(args, &registry),
        Some(Command::Check(args)) => check(args, &registry),
        Some(Command::Fix(args)) => fix::fix(args, &registry),
        Some(Command::Interp(args)) => luma_lab::interp(args, &registry),
        Some(Command::Dialect(args)) => dialect_cmd::dialect(args, &registry),
        Some(Command::CheckLevels(args)) => luma_lab::check_levels(args, &registry),
        Some(Command::Bisect(args)) => luma_lab::bisect(args, &registry),
        Some(Command::Reduce(args)) => luma_lab::reduce(args, &registry),
        Some(Command::Sweep(args)) => luma_lab::sweep(args, &registry),
        None => match &cli.compile.run_reproducer {
            Some(path) => replay(path, &cli.compile, registry),
            None => compile(&cli.compile, &registry, false),
        },
    }
}

fn explain_code(code: &str) -> ExitCode {
    match explain(code) {
        Some(entry) => emit::to_stdout(entry.explanation.as_bytes()),
        None => {
            report::error(&format!("unknown diagnostic code `{code}`"));
            eprintln!("help: codes look like `E0401` and appear in brackets in every message");
            ExitCode::from(2)
        }
    }
}

fn compile(args: &CompileArgs, registry: &Registry, replay: bool) -> ExitCode {
    if args.list_passes {
        return emit::to_stdout(listing::passes(registry.passes()).as_bytes());
    }
    let mut kinds = args.emit.clone();
    kinds.sort();
    kinds.dedup();
    let no_file = Path::new("");
    let file = args.file.as_deref().unwrap_or(no_file);
    if let Some(file) = &args.file
        && let Some(message) = misplaced(file, &args.surplus)
    {
        return compile::usage(&message);
    }
    let job = Job {
        registry,
        file,
        from: &args.from,
        emit: &kinds,
        code: &args.code,
        pipeline: &args.pipeline,
        instruments: &args.instruments,
        diagnostics: &args.diagnostics,
        stop_after: args.stop_after.as_deref(),
        locations: args.print_debuginfo,
        generic: args.generic,
        replay,
        side_effects: SideEffects::new(args.pipeline.allow_side_effects, !replay),
    };
    if args.print_pipeline {
        return match compile::plan(&job, Granularity::Single) {
            Ok(plan) => emit::to_stdout(plan.to_text().as_bytes()),
            Err(message) => compile::usage(&message),
        };
    }
    if replay {
        return compile::compile(&job, |_| Ok(()));
    }
    // What a step leaves goes to one place, and is of the level of the step.
    let stops = job.stop_after.is_some();
    if let (Some(stop), Some(kind)) = (job.stop_after, kinds.first())
        && *kind != EmitKind::Exe
        && let Ok(plan) = compile::plan(&job, Granularity::Single)
        && let Some(left) = plan.left().filter(|left| kinds != [*left])
    {
        let (left, kind) = (left.name(), kind.name());
        return compile::usage(&format!("`--stop-after={stop}` emits `{left}`, not `{kind}`"));
    }
    let asked = if stops { &[EmitKind::LlvmIr][..] } else { &kinds };
    let outputs = match emit::Outputs::new(file, args.output.as_deref(), asked) {
        Ok(outputs) => outputs,
        Err(message) => return compile::usage(&message),
    };
    if let Err(message) = job.check_outputs(&outputs.paths(asked)) {
        return compile::usage(&message);
    }
    compile::compile(&job, |products| {
        products.iter().try_for_each(|product| outputs.write(product))
    })
}

/// Runs a reproducer. Nothing is written.
fn replay(path: &Path, given: &CompileArgs, mut registry: Registry) -> ExitCode {
    let diagnostics = &given.diagnostics;
    let arguments = match reproducer::arguments(path) {
        Ok(arguments) => arguments,
        Err(error) => {
            return report::exit(&SourceMap::new(), diagnostics, &[*error]);
        }
    };
    let mut cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return crate::cli::usage_error(&error),
    };
    if cli.compile.pipeline.test_passes {
        for pass in test_passes::PASSES {
            registry.register_pass(pass);
        }
    }
    cli.compile.pipeline.allow_side_effects = given.pipeline.allow_side_effects;
    let DiagnosticArgs { ownership, ownership_max_states, .. } = cli.compile.diagnostics;
    cli.compile.diagnostics =
        DiagnosticArgs { ownership, ownership_max_states, ..diagnostics.clone() };
    let code = compile(&cli.compile, &registry, true);
    if code == ExitCode::SUCCESS {
        report::note("the reproducer does not fail");
    }
    code
}

fn check(args: &CheckArgs, registry: &Registry) -> ExitCode {
    if let Some(path) = &args.ownership_facts {
        let InputArgs { file, from, .. } = &args.input;
        let inputs = std::iter::once(file).chain(&from.dialect).map(PathBuf::as_path);
        if let Err(message) = conflicts::check(inputs, &[("--ownership-facts", path)]) {
            return compile::usage(&message);
        }
    }
    with_checked_input(&args.input, registry, |map, input, dialects, found| {
        let verify = args.input.diagnostics.verify();
        if facts::asked(args) {
            facts::check(args, map, input, dialects, found);
        } else {
            levels::check(map, input, dialects, verify, found);
        }
    })
}

fn run_program(args: &RunArgs, registry: &Registry) -> ExitCode {
    if let Some(target) = args.code.target.as_deref().filter(|target| luma_llvm::is_foreign(target))
    {
        let host = luma_llvm::host_triple();
        return compile::usage(&format!(
            "`run` needs code for this machine, `{host}`, not for `{target}`; \
             `lumac FILE --target={target} --emit=obj` makes an object file"
        ));
    }
    let (file, program_args) = args.file_and_args();
    let mut outcome = None;
    let job = Job {
        registry,
        file,
        from: &args.from,
        emit: &[EmitKind::Exe],
        code: &args.code,
        pipeline: &args.pipeline,
        instruments: &args.instruments,
        diagnostics: &args.diagnostics,
        stop_after: None,
        locations: false,
        generic: false,
        replay: false,
        side_effects: SideEffects::new(args.pipeline.allow_side_effects, true),
    };
    if let Err(message) = job.check_outputs(&[]) {
        return compile::usage(&message);
    }
    let code = compile::compile(&job, |products| {
        outcome = Some(run::build(&products)?);
        Ok(())
    });
    // Warnings have been printed by now, before anything the program prints.
    match outcome {
        Some(program) => program.run(program_args),
        None => code,
    }
}

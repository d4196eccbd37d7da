//! What commands that take one program have in common.

use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, SourceMap};

use luma_process::crash;

use crate::compile::{self, Job};
use crate::dialects::Dialects;
use crate::extension::Registry;
use crate::options::{CodeArgs, InputArgs, InstrumentArgs, OptLevel, PipelineArgs};
use crate::reproducer::{self, Reproduce};
use crate::steps::{Granularity, Plan, SideEffects};
use crate::{input, report};

/// Reads the input and does `work`, which checks it and makes nothing; a crash meanwhile leaves a
/// reproducer.
pub fn with_checked_input(
    args: &InputArgs,
    registry: &Registry,
    work: impl FnOnce(&SourceMap, input::Input, &Dialects, &mut Vec<Diagnostic>),
) -> ExitCode {
    let mut crashed = None;
    let code = with_input(args, registry, |map, input, dialects, diagnostics| {
        let InputArgs { file, from, diagnostics: how } = args;
        let code = CodeArgs { opt_level: OptLevel::O2, debug_info: false, target: None };
        let pipeline = PipelineArgs::default();
        let job = Job {
            registry,
            file,
            from,
            emit: &[],
            code: &code,
            pipeline: &pipeline,
            instruments: &InstrumentArgs::NONE,
            diagnostics: how,
            stop_after: None,
            locations: false,
            generic: false,
            replay: false,
            side_effects: SideEffects::Refused,
        };
        let cx = compile::cx(&job, map, input, dialects);
        if let Some(crash) = reproducer::crashed() {
            let plan = Plan::default();
            let reproduce = Reproduce { job: &job, cx: &cx, plan: &plan };
            crashed = Some(reproduce.crashed(&crash, &|_| true));
            return;
        }
        compile::arm(&job, &cx, Granularity::Single);
        crash::set_step(crash::READING);
        work(map, input, dialects, diagnostics);
        crash::set_step(0);
        crash::disarm();
    });
    crashed.unwrap_or(code)
}

/// Reads the input, does `work`, and reports everything found.
pub fn with_input(
    args: &InputArgs,
    registry: &Registry,
    work: impl FnOnce(&SourceMap, input::Input, &Dialects, &mut Vec<Diagnostic>),
) -> ExitCode {
    let InputArgs { file, from, diagnostics: how } = args;
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let dialects = Dialects::load(&mut map, registry, &from.dialect, &mut diagnostics);
    match input::read(&mut map, file, from.from) {
        Ok(input) => {
            if let Some(dialects) = dialects {
                work(&map, input, &dialects, &mut diagnostics);
            }
        }
        Err(error) => diagnostics.push(*error),
    }
    report::exit(&map, how, &diagnostics)
}

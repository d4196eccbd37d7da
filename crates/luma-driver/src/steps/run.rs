//! Runs the steps of a plan.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use luma_diagnostics::{Diagnostic, codes, internal};
use luma_pass::Analyses;
use luma_pass::instrument::{Instrument, Outcome, StepInfo};
use luma_process::crash;

use super::plan::{Plan, PlannedStep};
use super::state::State;
use super::step::{Cause, Cx, Made};
use super::{cause, llvm};
use crate::input::Level;
use crate::levels::{self, Product};
use crate::options::EmitKind;

/// What is said of reading the input where steps have their name.
pub(crate) const READING: &str = "read-input";

/// What a run made, until its end or failure.
pub struct Ran {
    /// What was emitted, in the order it was made.
    pub products: Vec<Product>,
    /// Everything wrong or noteworthy, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// The final state; `None` after a failure.
    pub state: Option<State>,
    /// The step that failed, if one did.
    pub failure: Option<Failure>,
}

/// A step that failed. The diagnostics say why.
#[derive(Debug)]
pub struct Failure {
    /// The place of the step in the plan, from 0; `None` is reading the input.
    pub index: Option<usize>,
    /// The reason.
    pub cause: Cause,
}

/// Takes the input of `cx` through `plan`.
pub fn run(cx: &Cx<'_>, plan: &Plan, instruments: &mut dyn Instrument) -> Ran {
    let mut made = Made::default();
    let (state, failure) = match run_into(cx, plan, instruments, &mut made) {
        Ok(state) => (Some(state), None),
        Err(failure) => (None, Some(failure)),
    };
    crash::set_step(0);
    if let Err(why) = instruments.finish() {
        made.diagnostics.push(unwritten(&why));
    }
    let Made { products, diagnostics } = made;
    Ran { products, diagnostics, state, failure }
}

/// The state before the step at `index` if only mandatory steps and steps that `allow` accepts run.
/// `None` if a step fails. Nothing is reported.
pub fn run_until(
    cx: &Cx<'_>,
    plan: &Plan,
    index: usize,
    allow: &dyn Fn(&StepInfo) -> bool,
) -> Option<State> {
    let mut ignored = Made::default();
    let state = catch_unwind(AssertUnwindSafe(|| start(cx, plan, &mut ignored.diagnostics)));
    internal::take();
    let mut state = state.ok()??;
    for PlannedStep { info, step } in plan.steps.iter().take(index) {
        if info.mandatory || allow(info) {
            let done = catch_unwind(AssertUnwindSafe(|| step.run(cx, &mut state, &mut ignored)));
            // Reported where the steps ran first.
            internal::take();
            done.ok()?.ok()?;
        }
    }
    Some(state)
}

fn run_into(
    cx: &Cx<'_>,
    plan: &Plan,
    instruments: &mut dyn Instrument,
    made: &mut Made,
) -> Result<State, Failure> {
    let program = |index| Failure { index: Some(index), cause: Cause::Program };
    crash::set_step(crash::READING);
    let read = catch_unwind(AssertUnwindSafe(|| start(cx, plan, &mut made.diagnostics)));
    let cause = match &read {
        Ok(Some(_)) => cause::recorded(READING, made),
        Ok(None) => Some(cause::recorded(READING, made).unwrap_or(Cause::Program)),
        Err(payload) => Some(cause::panicked(READING, &**payload, made)),
    };
    let mut state = match (read, cause) {
        (Ok(Some(state)), None) => state,
        (_, cause) => {
            return Err(Failure { index: None, cause: cause.unwrap_or(Cause::Program) });
        }
    };
    let mut text: Option<Arc<str>> = None;
    for (index, PlannedStep { info, step }) in plan.steps.iter().enumerate() {
        emit(cx, plan, index, &state, made);
        let shown = state.show(cx.map, cx.locations).with_text(text.take());
        let runs = info.mandatory || instruments.allow(info);
        let told = match runs {
            true => instruments.before(info, &shown),
            false => instruments.skipped(info, &shown),
        };
        if let Err(why) = told {
            made.diagnostics.push(unwritten(&why));
            return Err(program(index));
        }
        if !runs {
            text = shown.made_text();
            continue;
        }
        drop(shown);
        crash::set_step(info.number);
        let start = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| step.run(cx, &mut state, made)));
        let time = start.elapsed();
        let result = match done {
            Ok(result) => cause::recorded(&info.name, made).map_or(result, Err),
            Err(payload) => Err(cause::panicked(&info.name, &*payload, made)),
        };
        let shown = state.show(cx.map, cx.locations);
        let told = match &result {
            Ok(outcome) => {
                let outcome = Outcome { time, ..outcome.clone() };
                instruments.after(info, &shown, &outcome)
            }
            // Nothing is known of the state then.
            Err(Cause::Internal(_)) => instruments.failed(info, None),
            Err(_) => instruments.failed(info, Some(&shown)),
        };
        text = shown.made_text();
        if let Err(why) = told {
            made.diagnostics.push(unwritten(&why));
            return Err(program(index));
        }
        if let Err(cause) = result {
            return Err(Failure { index: Some(index), cause });
        }
    }
    emit(cx, plan, plan.steps.len(), &state, made);
    if plan.stopped && plan.left().is_some() {
        let bytes = state.to_text(cx.map, cx.locations, cx.generic).into_bytes();
        made.products.push(Product { kind: state.kind(), bytes });
    }
    Ok(state)
}

/// Emits what the plan wants to see before the step at `index`.
fn emit(cx: &Cx<'_>, plan: &Plan, index: usize, state: &State, made: &mut Made) {
    for &(_, kind) in plan.emits.iter().filter(|(at, _)| *at == index) {
        let text = match (kind, state) {
            (EmitKind::Ast, State::Source(file)) => {
                let parse = luma_syntax::parse(*file, levels::text(cx.map, *file));
                if plan.steps.is_empty() {
                    made.diagnostics.extend(parse.diagnostics);
                }
                luma_syntax::dump(&parse.ast)
            }
            _ => state.to_text(cx.map, cx.locations, cx.generic),
        };
        made.products.push(Product { kind, bytes: text.into_bytes() });
    }
}

/// The input as a state, parsed and verified. `None` once an error is among the diagnostics.
fn start(cx: &Cx<'_>, plan: &Plan, diagnostics: &mut Vec<Diagnostic>) -> Option<State> {
    match cx.input.level {
        Level::Source => Some(State::Source(cx.input.file)),
        Level::LumaIr => {
            let module =
                levels::luma_ir(cx.map, cx.input, cx.dialects, plan.needs_main, diagnostics)?;
            Some(State::Luma(Box::new(module), Analyses::default()))
        }
        Level::Mlir => {
            let session = levels::mlir_text(cx.map, cx.input.file, diagnostics)?;
            Some(State::Mlir { session: Box::new(session), converted: false })
        }
        Level::LlvmIr => {
            let mut module = levels::llvm_text(cx.map, cx.input.file, diagnostics)?;
            match llvm::target(cx, module.triple()) {
                Ok(target) => {
                    module.set_target(&target);
                    Some(State::Llvm(Box::new(module), target))
                }
                Err(error) => {
                    diagnostics.push(error.into_diagnostic(None, cx.map));
                    None
                }
            }
        }
    }
}

fn unwritten(why: &std::io::Error) -> Diagnostic {
    let message = match why.get_ref() {
        // It says what was being written.
        Some(inner) => inner.to_string(),
        None => format!("cannot write to standard error: {why}"),
    };
    Diagnostic::unlocated(codes::E0505, message)
}

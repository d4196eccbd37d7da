//! Does what a plan says.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use luma_diagnostics::internal::{self, Event};
use luma_diagnostics::{Diagnostic, SourceFile, SourceMap, codes};
use luma_llvm::{LlvmError, LlvmErrorKind, LlvmModule, StepRunner, Target, TargetOptions};
use luma_mlir::{DebugInfo, Session};
use luma_pass::Analyses;
use luma_pass::instrument::{Count, Instrument, Outcome, StepInfo};
use luma_process::crash;

use super::plan::{Action, Plan, Step};
use super::state::State;
use crate::dialects::Dialects;
use crate::extension::Registry;
use crate::input::{self, Input, Level};
use crate::levels::{self, Product};
use crate::options::EmitKind;

/// What running a plan depends on beside the plan.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// The files that were read.
    pub map: &'a SourceMap,
    /// The program.
    pub input: Input,
    /// Where lowerings of extensions are.
    pub registry: &'a Registry,
    /// The dialects that Luma IR is read with.
    pub dialects: &'a Dialects,
    /// How much is optimised.
    pub level: luma_llvm::OptLevel,
    /// The target triple; the input's or the host's if there is none.
    pub target: Option<&'a str>,
    /// Whether to verify after every step; if not said, Luma passes in debug builds, and MLIR
    /// passes asked for by name.
    pub verify_each: Option<bool>,
    /// For function passes; 0 is one for each core.
    pub threads: usize,
    /// Show locations in text.
    pub locations: bool,
    /// Print Luma IR in MLIR's generic form where it is emitted.
    pub generic: bool,
}

impl Cx<'_> {
    /// What the user calls the input.
    fn input_name(&self) -> &str {
        self.map.file(self.input.file).map_or("<unknown>", SourceFile::name)
    }

    /// How the compile unit is described to debuggers.
    fn debug_info(&self) -> DebugInfo {
        let directory = std::env::current_dir().unwrap_or_default();
        DebugInfo {
            file: self.input_name().to_owned(),
            directory: directory.display().to_string(),
            producer: format!("lumac {}", crate::options::version()),
            optimized: self.level != luma_llvm::OptLevel::O0,
        }
    }
}

/// What a run made, until its end or failure.
#[derive(Default)]
pub struct Ran {
    /// What was emitted, in the order it was made.
    pub products: Vec<Product>,
    /// Everything wrong or noteworthy, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// What stands at the end; `None` after a failure.
    pub state: Option<State>,
    /// The step that failed, if one did.
    pub failure: Option<Failure>,
}

/// A step that failed. What is wrong stands among the diagnostics.
#[derive(Debug)]
pub struct Failure {
    /// The place of the step in the plan, from 0.
    pub index: usize,
    /// Why.
    pub cause: Cause,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Something is wrong with the program or the environment.
    Program,
    /// The step did something wrong, or left something invalid: in one line, what.
    Defect(String),
    /// The step panicked, or recorded internal compiler errors: in one line, the first of them.
    Internal(String),
}

/// Takes the input of `cx` through `plan`.
pub fn run(cx: &Cx<'_>, plan: &Plan, instruments: &mut dyn Instrument) -> Ran {
    let mut ran = Ran::default();
    match run_into(cx, plan, instruments, &mut ran) {
        Ok(state) => ran.state = Some(state),
        Err(failure) => ran.failure = Some(failure),
    }
    crash::set_step(0);
    if let Err(why) = instruments.finish() {
        ran.diagnostics.push(unwritten(&why));
    }
    ran
}

/// What stands before the step at `index`, when only steps that are mandatory or that `allow` takes
/// have run. `None` if that fails. Nothing is reported.
pub fn run_until(
    cx: &Cx<'_>,
    plan: &Plan,
    index: usize,
    allow: &dyn Fn(&StepInfo) -> bool,
) -> Option<State> {
    let mut ignored = Ran::default();
    let mut state = start(cx, plan, &mut ignored.diagnostics)?;
    for step in plan.steps.iter().take(index) {
        if step.info.mandatory || allow(&step.info) {
            let done =
                catch_unwind(AssertUnwindSafe(|| apply(cx, plan, step, &mut state, &mut ignored)));
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
    ran: &mut Ran,
) -> Result<State, Failure> {
    let program = |index| Failure { index, cause: Cause::Program };
    let mut state = start(cx, plan, &mut ran.diagnostics).ok_or_else(|| program(0))?;
    let mut text: Option<Arc<str>> = None;
    for (index, step) in plan.steps.iter().enumerate() {
        emit(cx, plan, index, &state, ran);
        let shown = state.show(cx.map, cx.locations).with_text(text.take());
        let runs = step.info.mandatory || instruments.allow(&step.info);
        let told = match runs {
            true => instruments.before(&step.info, &shown),
            false => instruments.skipped(&step.info, &shown),
        };
        if let Err(why) = told {
            ran.diagnostics.push(unwritten(&why));
            return Err(program(index));
        }
        if !runs {
            text = shown.made_text();
            continue;
        }
        drop(shown);
        crash::set_step(step.info.number);
        let start = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| apply(cx, plan, step, &mut state, ran)));
        let time = start.elapsed();
        let result = match done {
            Ok(result) => recorded(&step.info.name, ran).map_or(result, Err),
            Err(payload) => Err(panicked(&step.info.name, &*payload, ran)),
        };
        let shown = state.show(cx.map, cx.locations);
        let told = match &result {
            Ok(outcome) => {
                let outcome = Outcome { time, ..outcome.clone() };
                instruments.after(&step.info, &shown, &outcome)
            }
            // Nothing is known of the state then.
            Err(Cause::Internal(_)) => instruments.failed(&step.info, None),
            Err(_) => instruments.failed(&step.info, Some(&shown)),
        };
        text = shown.made_text();
        if let Err(why) = told {
            ran.diagnostics.push(unwritten(&why));
            return Err(program(index));
        }
        if let Err(cause) = result {
            return Err(Failure { index, cause });
        }
    }
    emit(cx, plan, plan.steps.len(), &state, ran);
    let made_code = matches!(plan.steps.last().map(|s| &s.action), Some(Action::Codegen(_)));
    if plan.stopped && !made_code {
        let bytes = state.to_text(cx.map, cx.locations, cx.generic).into_bytes();
        ran.products.push(Product { kind: state.kind(), bytes });
    }
    Ok(state)
}

/// Emits what the plan wants to see before the step at `index`.
fn emit(cx: &Cx<'_>, plan: &Plan, index: usize, state: &State, ran: &mut Ran) {
    for &(_, kind) in plan.emits.iter().filter(|(at, _)| *at == index) {
        let text = match (kind, state) {
            (EmitKind::Ast, State::Source(file)) => {
                let parse = luma_syntax::parse(*file, levels::text(cx.map, *file));
                if plan.steps.is_empty() {
                    ran.diagnostics.extend(parse.diagnostics);
                }
                luma_syntax::dump(&parse.ast)
            }
            _ => state.to_text(cx.map, cx.locations, cx.generic),
        };
        ran.products.push(Product { kind, bytes: text.into_bytes() });
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
            match target(cx, module.triple()) {
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

/// The machine to generate code for: as asked, else as the input says, else this one.
fn target(cx: &Cx<'_>, of_input: Option<String>) -> Result<Target, LlvmError> {
    let triple = cx.target.map(str::to_owned).or(of_input);
    Target::new(&TargetOptions { triple, level: cx.level })
}

/// Does one step.
fn apply(
    cx: &Cx<'_>,
    plan: &Plan,
    step: &Step,
    state: &mut State,
    ran: &mut Ran,
) -> Result<Outcome, Cause> {
    let name = &step.info.name;
    let mut outcome = Outcome::default();
    match (&step.action, &mut *state) {
        (Action::FrontEnd, State::Source(_)) => {
            let (needs_main, found) = (plan.needs_main, &mut ran.diagnostics);
            let module = levels::luma_ir(cx.map, cx.input, cx.dialects, needs_main, found);
            let Some(module) = module else { return Err(failed(&ran.diagnostics)) };
            *state = State::Luma(Box::new(module), Analyses::default());
        }
        (Action::VerifyOwnership(how), State::Luma(module, _)) => {
            let found = levels::ownership(cx.map, module, *how);
            let stop = found.iter().any(Diagnostic::is_error);
            ran.diagnostics.extend(found);
            if stop {
                return Err(Cause::Program);
            }
            outcome.changed = Some(false);
        }
        (Action::Luma(pass), State::Luma(module, analyses)) => {
            let mut options = luma_pass::RunOptions { threads: cx.threads, ..Default::default() };
            options.verify_each = cx.verify_each.unwrap_or(options.verify_each);
            let report = luma_pass::run_step(module, pass, analyses, options)
                .map_err(|errors| reported(errors, ran))?;
            outcome.changed = Some(report.preserved.changed());
            let count = |name| report.counts.iter().find(|(n, _)| *n == name).map_or(0, |c| c.1);
            let declared = pass.registration.statistics.iter();
            outcome.statistics = declared
                .map(|s| Count { name: s.name, summary: s.summary, value: count(s.name) })
                .collect();
        }
        (Action::LowerExtensions, State::Luma(module, analyses)) => {
            let changed = cx
                .registry
                .lower(module, analyses, cx.verify_each.unwrap_or(cfg!(debug_assertions)))
                .map_err(|errors| reported(errors, ran))?;
            outcome.changed = Some(changed);
        }
        (Action::LowerToMlir(lowering), State::Luma(module, _)) => {
            let debug = lowering.debug_info.then(|| cx.debug_info());
            let session = Session::from_luma_ir(module, cx.map, debug.as_ref())
                .map_err(|errors| reported(errors, ran))?;
            *state = State::Mlir { session: Box::new(session), converted: false };
        }
        (Action::Mlir(text), State::Mlir { session, .. }) => {
            let result = session.run_pass_with(text, cx.verify_each.unwrap_or(true));
            result.map_err(|error| mlir(error, cx, ran))?;
        }
        (Action::Patterns(path) | Action::Transform(path), State::Mlir { session, .. }) => {
            let transforms = matches!(step.action, Action::Transform(_));
            script(session, path, transforms, cx, ran)?;
        }
        (Action::Abort, _) => std::process::abort(),
        (Action::Convert(pass), State::Mlir { session, converted }) => {
            // What is read in has been verified; what comes from Luma IR, too.
            *converted = true;
            session.run_lowering_step(pass).map_err(|error| mlir(error, cx, ran))?;
            if cx.verify_each == Some(true) {
                session.verify().map_err(|error| mlir(error, cx, ran))?;
            }
        }
        (Action::ConvertAll(lowering), State::Mlir { session, converted }) => {
            *converted = true;
            session.lower_to_llvm_dialect(*lowering).map_err(|error| mlir(error, cx, ran))?;
            if cx.verify_each == Some(true) {
                session.verify().map_err(|error| mlir(error, cx, ran))?;
            }
        }
        (Action::Translate, State::Mlir { session, .. }) => {
            let translated = target(cx, None).and_then(|target| {
                let mut module = LlvmModule::translate(cx.input_name(), session)?;
                module.set_target(&target);
                Ok((module, target))
            });
            let (module, target) = translated.map_err(|error| llvm(error, cx, ran))?;
            *state = State::Llvm(Box::new(module), target);
        }
        (Action::Llvm(text), State::Llvm(..) | State::LlvmSteps(_)) => {
            let runner = stepping(state, plan.aggressive).map_err(|error| llvm(error, cx, ran))?;
            let changed = runner.run(text).map_err(|error| defect(error, cx, ran))?;
            outcome.changed = if changed { None } else { Some(false) };
            if cx.verify_each == Some(true) {
                let verified = runner.module().verify();
                verified.map_err(|error| defect(error, cx, ran))?;
            }
        }
        (Action::LlvmBatch(text), State::Llvm(..) | State::LlvmSteps(_)) => {
            if let Some((module, target)) = whole(state) {
                module.optimize(target, text).map_err(|error| defect(error, cx, ran))?;
                if cx.verify_each == Some(true) {
                    module.verify().map_err(|error| defect(error, cx, ran))?;
                }
            }
        }
        (Action::Codegen(kinds), State::Llvm(..) | State::LlvmSteps(_)) => {
            if let Some((module, target)) = whole(state) {
                let made = codegen(module, target, kinds, ran);
                made.map_err(|error| llvm(error, cx, ran))?;
            }
        }
        (_, state) => {
            // A plan is made so that this does not happen.
            let message = format!("the step `{name}` cannot run at the level {:?}", state.kind());
            ran.diagnostics.push(Diagnostic::unlocated(codes::E0502, message.clone()));
            return Err(Cause::Defect(message));
        }
    }
    Ok(outcome)
}

/// Runs a file of patterns, or a transform script. What is wrong with it is no defect of lumac.
fn script(
    session: &mut Session,
    path: &Path,
    transforms: bool,
    cx: &Cx<'_>,
    ran: &mut Ran,
) -> Result<(), Cause> {
    let name = path.display().to_string();
    let mut own = SourceMap::new();
    let text = match cx.map.files().find(|(_, file)| file.name() == name) {
        Some((_, file)) => file.text().clone(),
        None => match input::read(&mut own, path, None) {
            Ok(read) => levels::text(&own, read.file).into(),
            Err(error) => {
                // It may stand in a map that nobody else has.
                ran.diagnostics.push(Diagnostic::unlocated(error.code, error.message));
                return Err(Cause::Program);
            }
        },
    };
    let result = match transforms {
        true => session.apply_transform(&name, &text),
        false => session.apply_patterns(&name, &text),
    };
    result.map_err(|error| {
        let at = error.position().map(|at| format!("at {}:{}:{}", at.file, at.line, at.column));
        let mut errors = error.into_diagnostics(codes::E0501, cx.map);
        if let (Some(first), Some(at)) = (errors.first_mut(), at)
            && first.primary.is_none()
        {
            first.notes.push(at);
        }
        ran.diagnostics.extend(errors);
        Cause::Program
    })
}

fn codegen(
    module: &mut LlvmModule,
    target: &Target,
    kinds: &[EmitKind],
    ran: &mut Ran,
) -> Result<(), LlvmError> {
    if kinds.contains(&EmitKind::Asm) {
        ran.products.push(Product { kind: EmitKind::Asm, bytes: module.emit_asm(target)? });
    }
    let objects: Vec<EmitKind> =
        kinds.iter().copied().filter(|&kind| kind != EmitKind::Asm).collect();
    if !objects.is_empty() {
        if objects.contains(&EmitKind::Obj) && !module.exports() {
            let message = "the object file defines no symbol that other objects can refer to";
            let help = "declare the functions to be called from other objects `pub`";
            ran.diagnostics.push(Diagnostic::unlocated(codes::W0501, message).help(help));
        }
        let bytes = module.emit_object(target)?;
        for kind in objects {
            ran.products.push(Product { kind, bytes: bytes.clone() });
        }
    }
    Ok(())
}

/// The runner of single passes of LLVM; `state` becomes one if it is none.
fn stepping(state: &mut State, aggressive: bool) -> Result<&mut StepRunner, LlvmError> {
    if !matches!(state, State::LlvmSteps(_)) {
        *state = match std::mem::replace(state, State::Nothing) {
            State::Llvm(module, target) => {
                State::LlvmSteps(Box::new(StepRunner::new(*module, target, aggressive)?))
            }
            other => other,
        };
    }
    match state {
        State::LlvmSteps(runner) => Ok(runner),
        _ => Err(LlvmError {
            kind: LlvmErrorKind::Pass,
            message: "there is no LLVM IR to run a pass on".to_owned(),
            position: None,
            notes: Vec::new(),
            help: None,
        }),
    }
}

/// The module and its target; `state` becomes that if it is a runner.
fn whole(state: &mut State) -> Option<(&mut LlvmModule, &Target)> {
    if let State::LlvmSteps(_) = state
        && let State::LlvmSteps(runner) = std::mem::replace(state, State::Nothing)
    {
        let (module, target) = runner.finish();
        *state = State::Llvm(Box::new(module), target);
    }
    match state {
        State::Llvm(module, target) => Some((module, target)),
        _ => None,
    }
}

/// The cause that the last diagnostics tell: a defect if one has its code.
fn failed(diagnostics: &[Diagnostic]) -> Cause {
    match diagnostics.iter().find(|d| d.code == codes::E0502) {
        Some(defect) => Cause::Defect(defect.message.clone()),
        None => Cause::Program,
    }
}

fn reported(errors: Vec<Diagnostic>, ran: &mut Ran) -> Cause {
    let cause = failed(&errors);
    ran.diagnostics.extend(errors);
    cause
}

fn mlir(error: luma_mlir::MlirError, cx: &Cx<'_>, ran: &mut Ran) -> Cause {
    let cause = Cause::Defect(one_line(&error.to_string()));
    ran.diagnostics.extend(error.into_diagnostics(codes::E0503, cx.map));
    cause
}

fn llvm(error: LlvmError, cx: &Cx<'_>, ran: &mut Ran) -> Cause {
    match error.kind {
        LlvmErrorKind::Verify => defect(error, cx, ran),
        _ => {
            ran.diagnostics.push(error.into_diagnostic(None, cx.map));
            Cause::Program
        }
    }
}

fn defect(error: LlvmError, cx: &Cx<'_>, ran: &mut Ran) -> Cause {
    let cause = Cause::Defect(one_line(&error.message));
    ran.diagnostics.push(error.into_diagnostic(None, cx.map));
    cause
}

/// Reports the internal compiler errors a step recorded; `None` if there are none.
fn recorded(step: &str, ran: &mut Ran) -> Option<Cause> {
    let events = internal::take();
    ran.diagnostics.extend(events.iter().map(|event| event.to_diagnostic(Some(step))));
    events.first().map(|event| Cause::Internal(one_line(&event.message)))
}

/// Reports the panic that ended a step, and nothing else the step recorded: what ran beside it until
/// then depends on the order of threads.
fn panicked(step: &str, payload: &(dyn std::any::Any + Send), ran: &mut Ran) -> Cause {
    let message = internal::panic_message(payload);
    let event = internal::take().into_iter().find(|event| event.message == message);
    let event = event.unwrap_or_else(|| Event::without_position(message));
    ran.diagnostics.push(event.to_diagnostic(Some(step)));
    Cause::Internal(one_line(&event.message))
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn unwritten(why: &std::io::Error) -> Diagnostic {
    let message = match why.get_ref() {
        // It says what was being written.
        Some(inner) => inner.to_string(),
        None => format!("cannot write to standard error: {why}"),
    };
    Diagnostic::unlocated(codes::E0505, message)
}

//! Steps over LLVM IR.

use luma_diagnostics::{Diagnostic, codes, ice};
use luma_llvm::{LlvmError, LlvmErrorKind, LlvmModule, StepRunner, Target, TargetOptions};
use luma_pass::instrument::Outcome;

use super::step::{Cause, Cx, Made, Origin, Step};
use super::{State, cause, summaries};
use crate::input::Level;
use crate::levels::Product;
use crate::options::EmitKind;

/// The machine to generate code for: as asked, else as the input says, else this one.
pub(super) fn target(cx: &Cx<'_>, of_input: Option<String>) -> Result<Target, LlvmError> {
    let triple = cx.target.map(str::to_owned).or(of_input);
    Target::new(&TargetOptions { triple, level: cx.level })
}

/// The llvm dialect to LLVM IR.
#[derive(Debug)]
pub(super) struct Translate;

impl Step for Translate {
    fn name(&self) -> &str {
        "translate-to-llvm-ir"
    }

    fn summary(&self) -> &str {
        "Translates the llvm dialect to LLVM IR for the target."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::MlirLlvm
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LlvmIr)
    }

    fn stock_command(&self) -> Option<String> {
        Some("mlir-translate --mlir-to-llvmir".to_owned())
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (session, _) = state.mlir();
        let translated = target(cx, None).and_then(|target| {
            let mut module = LlvmModule::translate(cx.input_name(), session)?;
            module.set_target(&target);
            Ok((module, target))
        });
        // What the user's MLIR translates to is the user's.
        let own = cx.input.level < Level::Mlir;
        let (module, target) = translated.map_err(|mut error| {
            if !own && error.kind == LlvmErrorKind::Verify {
                error.kind = LlvmErrorKind::Codegen;
                error.message = format!("the MLIR translates to {}", error.message);
            }
            cause::llvm(error, cx, made)
        })?;
        *state = State::Llvm(Box::new(module), target);
        Ok(Outcome::default())
    }
}

/// A pass of LLVM.
#[derive(Debug)]
pub(super) struct LlvmPass {
    pub(super) name: String,
    /// As a pipeline.
    pub(super) text: String,
    /// Whether the inliner takes as much as in `default<O3>`.
    pub(super) aggressive: bool,
}

impl Step for LlvmPass {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn summary(&self) -> &str {
        summaries::llvm(&self.name)
    }

    fn is_mandatory(&self) -> bool {
        false
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LlvmIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LlvmIr)
    }

    fn origin(&self) -> Origin {
        Origin::Pipeline
    }

    fn stock_command(&self) -> Option<String> {
        Some(format!("opt -disable-output -passes='{}'", self.text))
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let runner =
            stepping(state, self.aggressive).map_err(|error| cause::llvm(error, cx, made))?;
        let changed = runner.run(&self.text).and_then(|changed| {
            verify(cx, runner.module())?;
            Ok(changed)
        });
        let changed = changed.map_err(|error| {
            cause::llvm(error.note(format!("in the pass `{}`", self.name)), cx, made)
        })?;
        // A pass may say that it changed something and not have done so.
        Ok(Outcome { changed: if changed { None } else { Some(false) }, ..Outcome::default() })
    }
}

/// A whole pipeline of LLVM.
#[derive(Debug)]
pub(super) struct LlvmPipeline(pub(super) String);

impl Step for LlvmPipeline {
    fn name(&self) -> &str {
        &self.0
    }

    fn summary(&self) -> &str {
        "Runs a pipeline of LLVM passes."
    }

    fn is_mandatory(&self) -> bool {
        false
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LlvmIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LlvmIr)
    }

    fn origin(&self) -> Origin {
        Origin::Pipeline
    }

    fn stock_command(&self) -> Option<String> {
        Some(format!("opt -disable-output -passes='{}'", self.0))
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (module, target) = whole(state);
        let result = module.optimize(target, &self.0).and_then(|()| verify(cx, module));
        result.map_err(|error| cause::llvm(error, cx, made))?;
        Ok(Outcome::default())
    }
}

fn verify(cx: &Cx<'_>, module: &LlvmModule) -> Result<(), LlvmError> {
    if cx.verify_each == Some(true) { module.verify() } else { Ok(()) }
}

/// Assembly and objects.
#[derive(Debug)]
pub(super) struct Codegen(pub(super) Vec<EmitKind>);

impl Step for Codegen {
    fn name(&self) -> &str {
        "codegen"
    }

    fn summary(&self) -> &str {
        "Generates assembly or an object file for the target."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LlvmIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        None
    }

    fn stock_command(&self) -> Option<String> {
        Some("llc -filetype=obj -relocation-model=pic -o /dev/null".to_owned())
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (module, target) = whole(state);
        let done = codegen(module, target, &self.0, made);
        done.map_err(|error| cause::llvm(error, cx, made))?;
        Ok(Outcome::default())
    }
}

fn codegen(
    module: &mut LlvmModule,
    target: &Target,
    kinds: &[EmitKind],
    made: &mut Made,
) -> Result<(), LlvmError> {
    if kinds.contains(&EmitKind::Asm) {
        made.products.push(Product { kind: EmitKind::Asm, bytes: module.emit_asm(target)? });
    }
    let objects: Vec<EmitKind> =
        kinds.iter().copied().filter(|&kind| kind != EmitKind::Asm).collect();
    if !objects.is_empty() {
        if objects.contains(&EmitKind::Obj) && !module.exports() {
            let message = "the object file defines no symbol that other objects can refer to";
            let help = "declare the functions to be called from other objects `pub`";
            made.diagnostics.push(Diagnostic::unlocated(codes::W0501, message).help(help));
        }
        let bytes = module.emit_object(target)?;
        for kind in objects {
            made.products.push(Product { kind, bytes: bytes.clone() });
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
        other => ice!("a pass of LLVM runs on {:?}", other.kind()),
    }
}

/// The module and its target; `state` becomes that if it is a runner.
fn whole(state: &mut State) -> (&mut LlvmModule, &Target) {
    if let State::LlvmSteps(_) = state
        && let State::LlvmSteps(runner) = std::mem::replace(state, State::Nothing)
    {
        let (module, target) = runner.finish();
        *state = State::Llvm(Box::new(module), target);
    }
    match state {
        State::Llvm(module, target) => (module, target),
        other => ice!("a step over LLVM IR runs on {:?}", other.kind()),
    }
}

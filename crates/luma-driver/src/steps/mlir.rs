//! Steps that leave MLIR.

use std::path::{Path, PathBuf};

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_mlir::{Lowering, LoweringStep, MlirError, Session};
use luma_pass::instrument::Outcome;

use super::step::{Cause, Cx, Made, Origin, Step};
use super::{State, cause, side_effects, summaries};
use crate::options::EmitKind;
use crate::{input, levels};

/// Luma IR to MLIR.
#[derive(Debug)]
pub(super) struct LowerToMlir {
    /// Whether to make debug information.
    pub(super) debug_info: bool,
}

impl Step for LowerToMlir {
    fn name(&self) -> &str {
        "lower-to-mlir"
    }

    fn summary(&self) -> &str {
        "Translates Luma IR to func, scf, cf, arith and llvm memory operations."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LumaIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::Mlir)
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (module, _) = state.luma();
        let debug = self.debug_info.then(|| cx.debug_info());
        let session = Session::from_luma_ir(module, cx.map, debug.as_ref())
            .map_err(|errors| cause::reported(errors, made))?;
        *state = State::Mlir { session: Box::new(session), converted: false };
        Ok(Outcome::default())
    }
}

/// A pass of MLIR.
#[derive(Debug)]
pub(super) struct MlirPass {
    pub(super) name: String,
    /// As a pipeline.
    pub(super) text: String,
}

impl Step for MlirPass {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn summary(&self) -> &str {
        summaries::mlir(&self.name)
    }

    fn is_mandatory(&self) -> bool {
        false
    }

    fn takes(&self) -> EmitKind {
        EmitKind::Mlir
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::Mlir)
    }

    fn origin(&self) -> Origin {
        Origin::Pipeline
    }

    fn stock_command(&self) -> Option<String> {
        Some(format!("mlir-opt --pass-pipeline='builtin.module({})'", self.text))
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (session, _) = state.mlir();
        let result = session.run_pass_with(&self.text, cx.verify_each.unwrap_or(true));
        result.map_err(|error| cause::mlir(error, cx, made))?;
        Ok(Outcome::default())
    }
}

/// A pass that ends the process: it tests what lumac does about that.
#[derive(Debug)]
pub(super) struct TestAbort;

impl TestAbort {
    pub(super) const NAME: &str = "test-abort";
}

impl Step for TestAbort {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn summary(&self) -> &str {
        ""
    }

    fn is_mandatory(&self) -> bool {
        false
    }

    fn takes(&self) -> EmitKind {
        EmitKind::Mlir
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::Mlir)
    }

    fn origin(&self) -> Origin {
        Origin::Pipeline
    }

    fn run(&self, _: &Cx<'_>, _: &mut State, _: &mut Made) -> Result<Outcome, Cause> {
        std::process::abort()
    }
}

/// What a [`Script`] is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptKind {
    /// Patterns of the `pdl` dialect.
    Patterns,
    /// Transform scripts.
    Transform,
}

/// A file that says how MLIR is transformed.
#[derive(Debug)]
pub(super) struct Script {
    kind: ScriptKind,
    path: PathBuf,
    text: String,
}

impl Script {
    pub(super) fn new(kind: ScriptKind, path: &Path) -> Self {
        let mut script = Self { kind, path: path.to_owned(), text: String::new() };
        script.text = format!("{}{{{}}}", script.name(), path.display());
        script
    }
}

impl Step for Script {
    fn name(&self) -> &str {
        match self.kind {
            ScriptKind::Patterns => "apply-patterns",
            ScriptKind::Transform => "apply-transform",
        }
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn summary(&self) -> &str {
        match self.kind {
            ScriptKind::Patterns => "Applies the PDL patterns of a file until none matches.",
            ScriptKind::Transform => "Runs the transform script of a file.",
        }
    }

    fn is_mandatory(&self) -> bool {
        false
    }

    fn takes(&self) -> EmitKind {
        EmitKind::Mlir
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::Mlir)
    }

    fn origin(&self) -> Origin {
        let option = match self.kind {
            ScriptKind::Patterns => "patterns",
            ScriptKind::Transform => "transform",
        };
        Origin::File(option, self.path.clone())
    }

    /// What is wrong with the file is no defect of lumac.
    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (session, _) = state.mlir();
        let name = self.path.display().to_string();
        let mut own = SourceMap::new();
        let text = match cx.map.files().find(|(_, file)| file.name() == name) {
            Some((_, file)) => file.text().clone(),
            None => match input::read(&mut own, &self.path, None) {
                Ok(read) => levels::text(&own, read.file).into(),
                Err(error) => {
                    // It may stand in a map that nobody else has.
                    made.diagnostics.push(Diagnostic::unlocated(error.code, error.message));
                    return Err(Cause::Program);
                }
            },
        };
        let result = match self.kind {
            ScriptKind::Patterns => session.apply_patterns(&name, &text),
            ScriptKind::Transform => session.apply_transform(&name, &text, &|script| {
                side_effects::check_script(script, cx.side_effects)
            }),
        };
        result.map_err(|error| misused(error, cx, made))?;
        Ok(Outcome::default())
    }
}

fn misused(error: MlirError, cx: &Cx<'_>, made: &mut Made) -> Cause {
    let at = error.position().map(|at| format!("at {}:{}:{}", at.file, at.line, at.column));
    let mut errors = error.into_diagnostics(codes::E0501, cx.map);
    if let (Some(first), Some(at)) = (errors.first_mut(), at)
        && first.primary.is_none()
    {
        first.notes.push(at);
    }
    made.diagnostics.extend(errors);
    Cause::Program
}

/// One conversion to the llvm dialect.
#[derive(Debug)]
pub(super) struct Convert(pub(super) LoweringStep);

impl Step for Convert {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn summary(&self) -> &str {
        summaries::mlir(self.name())
    }

    fn takes(&self) -> EmitKind {
        EmitKind::Mlir
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::MlirLlvm)
    }

    fn stock_command(&self) -> Option<String> {
        Some(format!("mlir-opt --pass-pipeline='builtin.module({})'", self.name()))
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        // What was read or comes from Luma IR has been verified.
        let (session, converted) = state.mlir();
        *converted = true;
        let result = session.run_lowering_step(self.0);
        verified(result, session, cx, made)
    }
}

/// All conversions to the llvm dialect.
#[derive(Debug)]
pub(super) struct ConvertAll(pub(super) Lowering);

impl Step for ConvertAll {
    fn name(&self) -> &str {
        "convert-to-llvm-dialect"
    }

    fn summary(&self) -> &str {
        "Runs the conversions to the llvm dialect in batches."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::Mlir
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::MlirLlvm)
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (session, converted) = state.mlir();
        *converted = true;
        let result = session.lower_to_llvm_dialect(self.0);
        verified(result, session, cx, made)
    }
}

/// The outcome of a conversion; verifies what it left if that is asked for.
fn verified(
    result: Result<(), MlirError>,
    session: &mut Session,
    cx: &Cx<'_>,
    made: &mut Made,
) -> Result<Outcome, Cause> {
    let result = match cx.verify_each {
        Some(true) => result.and_then(|()| session.verify()),
        _ => result,
    };
    result.map_err(|error| cause::mlir(error, cx, made))?;
    Ok(Outcome::default())
}

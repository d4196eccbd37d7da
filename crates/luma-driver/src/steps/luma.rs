//! Steps that leave Luma IR.

use luma_diagnostics::Diagnostic;
use luma_pass::Analyses;
use luma_pass::instrument::{Count, Outcome};

use super::State;
use super::cause;
use super::step::{Cause, Cx, Made, Origin, Step};
use crate::levels::{self, Verify};
use crate::options::EmitKind;

/// Source to Luma IR.
#[derive(Debug)]
pub(super) struct FrontEnd {
    /// Whether the program must have a `main`.
    pub(super) needs_main: bool,
}

impl Step for FrontEnd {
    fn name(&self) -> &str {
        "lower-to-luma-ir"
    }

    fn summary(&self) -> &str {
        "Parses and checks the source, and builds Luma IR."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::Ast
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LumaIr)
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let found = &mut made.diagnostics;
        let module = levels::luma_ir(cx.map, cx.input, cx.dialects, self.needs_main, found);
        let Some(module) = module else { return Err(cause::of(&made.diagnostics)) };
        *state = State::Luma(Box::new(module), Analyses::default());
        Ok(Outcome::default())
    }
}

/// Reports violations of ownership.
#[derive(Debug)]
pub(super) struct VerifyOwnership(pub(super) Verify);

impl Step for VerifyOwnership {
    fn name(&self) -> &str {
        "verify-ownership"
    }

    fn summary(&self) -> &str {
        "Verifies that every object is given away exactly once; changes nothing."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LumaIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LumaIr)
    }

    fn is_check(&self) -> bool {
        true
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (module, _) = state.luma();
        let found = levels::ownership(cx.map, module, self.0);
        let stop = found.iter().any(Diagnostic::is_error);
        made.diagnostics.extend(found);
        match stop {
            true => Err(Cause::Program),
            false => Ok(Outcome { changed: Some(false), ..Outcome::default() }),
        }
    }
}

/// A pass over Luma IR.
#[derive(Debug)]
pub(super) struct LumaPass {
    pass: luma_pass::Step,
    text: String,
}

impl LumaPass {
    pub(super) fn new(pass: luma_pass::Step) -> Self {
        let text = if pass.is_function() { format!("func({pass})") } else { pass.to_string() };
        Self { pass, text }
    }
}

impl Step for LumaPass {
    fn name(&self) -> &str {
        self.pass.name()
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn summary(&self) -> &str {
        self.pass.registration.summary
    }

    fn is_mandatory(&self) -> bool {
        self.pass.registration.mandatory
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LumaIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LumaIr)
    }

    fn origin(&self) -> Origin {
        Origin::Pipeline
    }

    fn makes_executable(&self) -> bool {
        self.pass.makes_executable()
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (module, analyses) = state.luma();
        let report = luma_pass::run_step(module, &self.pass, analyses, cx.pass_options())
            .map_err(|errors| cause::reported(errors, made))?;
        let count = |name| report.counts.iter().find(|(n, _)| *n == name).map_or(0, |c| c.1);
        let declared = self.pass.registration.statistics.iter();
        let statistics = declared
            .map(|s| Count { name: s.name, summary: s.summary, value: count(s.name) })
            .collect();
        let changed = Some(report.preserved.changed());
        Ok(Outcome { changed, statistics, ..Outcome::default() })
    }
}

/// The lowerings that extensions registered.
#[derive(Debug)]
pub(super) struct LowerExtensions;

impl Step for LowerExtensions {
    fn name(&self) -> &str {
        "lower-extensions"
    }

    fn summary(&self) -> &str {
        "Runs the lowerings that extensions registered."
    }

    fn takes(&self) -> EmitKind {
        EmitKind::LumaIr
    }

    fn leaves(&self) -> Option<EmitKind> {
        Some(EmitKind::LumaIr)
    }

    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause> {
        let (module, analyses) = state.luma();
        let changed = cx
            .registry
            .lower(module, analyses, cx.pass_options().verify_each)
            .map_err(|errors| cause::reported(errors, made))?;
        Ok(Outcome { changed: Some(changed), ..Outcome::default() })
    }
}

//! Pipelines: lists of steps, and running them.

use std::fmt;

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::{Module, Violation, verify_module};

use crate::pass::{Changed, FunctionPass, ModulePass, PassContext, PassResult};

/// Takes `module` through every step of `pipeline`, in order.
///
/// # Errors
///
/// Everything the first failing step reports; later steps do not run.
pub fn run(module: &mut Module, pipeline: &Pipeline, options: RunOptions) -> PassResult {
    let mut changed = Changed::No;
    for step in &pipeline.steps {
        changed = changed.or(run_step(module, step, options)?);
    }
    Ok(changed)
}

/// Takes `module` through one step.
///
/// # Errors
///
/// What the pass reports about its input, for every function it fails on; or, with
/// [`RunOptions::verify_each`], what it broke, as a defect of the pass.
pub fn run_step(module: &mut Module, step: &Step, options: RunOptions) -> PassResult {
    let context = module.context.clone();
    let cx = PassContext::new(&context, step.name());
    let changed = match step {
        Step::Module(pass) => pass.run(&cx, module)?,
        Step::Function(pass) => {
            let mut changed = Changed::No;
            let mut errors = Vec::new();
            for f in module.functions.values_mut().filter(|f| f.entry().is_some()) {
                match pass.run(&cx, f) {
                    Ok(one) => changed = changed.or(one),
                    Err(more) => errors.extend(more),
                }
            }
            if !errors.is_empty() {
                return Err(errors);
            }
            changed
        }
    };
    if options.verify_each && changed == Changed::Yes {
        let violations = verify_module(module);
        if !violations.is_empty() {
            return Err(violations.iter().map(|v| broken_by(step, module, v)).collect());
        }
    }
    Ok(changed)
}

/// How to run a pipeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunOptions {
    /// Verify the module after every step that changed it.
    pub verify_each: bool,
}

impl Default for RunOptions {
    /// Verifies in debug builds.
    fn default() -> Self {
        Self { verify_each: cfg!(debug_assertions) }
    }
}

/// One step of a pipeline.
pub enum Step {
    /// Runs on every function that has a body.
    Function(Box<dyn FunctionPass>),
    /// Runs once.
    Module(Box<dyn ModulePass>),
}

impl Step {
    /// The name of its pass.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Function(pass) => pass.name(),
            Self::Module(pass) => pass.name(),
        }
    }

    /// What its pass does, in one sentence.
    pub fn summary(&self) -> &'static str {
        match self {
            Self::Function(pass) => pass.summary(),
            Self::Module(pass) => pass.summary(),
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Passes to run, in order.
#[derive(Debug, Default)]
pub struct Pipeline {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Pipeline {
    /// No steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a function pass at the end.
    pub fn function(mut self, pass: impl FunctionPass + 'static) -> Self {
        self.steps.push(Step::Function(Box::new(pass)));
        self
    }

    /// With a module pass at the end.
    pub fn module(mut self, pass: impl ModulePass + 'static) -> Self {
        self.steps.push(Step::Module(Box::new(pass)));
        self
    }

    /// The names of its steps, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().map(Step::name)
    }
}

/// How a pass makes itself known: every pass's file ends with one.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// The name of the pass.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The pass with its default options.
    pub make: fn() -> Step,
}

fn broken_by(step: &Step, module: &Module, violation: &Violation) -> Diagnostic {
    let name = step.name();
    let mut diagnostic = Diagnostic::new(
        codes::E0502,
        violation.loc.span,
        format!("the pass `{name}` left invalid IR: {}", violation.message),
    );
    if let Some(function) = violation.function {
        diagnostic = diagnostic.note(format!("in function `@{}`", module.context.name(function)));
    }
    diagnostic
        .note("this is a defect of the compiler, not of the program")
        .help("please report it together with the program")
}

//! Pipelines: lists of steps.

use std::fmt;

use crate::registration::{Options, Registration, Work};

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

    /// With a pass with its default options at the end.
    pub fn then(mut self, registration: &'static Registration) -> Self {
        self.steps.push(Step::new(registration));
        self
    }

    /// The names of its steps, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().map(Step::name)
    }
}

/// One step of a pipeline: a pass with its options.
pub struct Step {
    /// The pass.
    pub registration: &'static Registration,
    /// With which options.
    pub options: Options,
    pub(crate) work: Work,
}

impl Step {
    /// The pass with its default options.
    pub fn new(registration: &'static Registration) -> Self {
        Self::with(registration, Options::defaults(registration))
    }

    /// The pass with these options.
    pub fn with(registration: &'static Registration, options: Options) -> Self {
        let work = (registration.make)(&options);
        Self { registration, options, work }
    }

    /// The name of its pass.
    pub fn name(&self) -> &'static str {
        self.registration.name
    }

    /// Whether its pass [makes modules executable](crate::ModulePass::makes_executable).
    pub fn makes_executable(&self) -> bool {
        match &self.work {
            Work::Function(_) => false,
            Work::Module(pass) => pass.makes_executable(),
        }
    }

    /// Whether its pass runs on functions.
    pub fn is_function(&self) -> bool {
        matches!(self.work, Work::Function(_))
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

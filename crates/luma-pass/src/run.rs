//! Running pipelines.

use luma_diagnostics::{Diagnostic, OrNever as _};
use luma_ir::Module;

use crate::analysis::{Analyses, Preserved};
use crate::check;
use crate::functions::run_functions;
use crate::pass::{Counts, ModulePass, PassContext, PassResult};
use crate::pipeline::{Pipeline, Step};
use crate::registration::Work;

/// Takes `module` through every step of `pipeline`, in order.
///
/// What comes out and what is reported does not depend on the number of threads. If a pass panics,
/// so does this, and the module is half changed.
///
/// # Errors
///
/// Everything the first failing step reports. On functions it does not fail on, later steps may have
/// run.
pub fn run(module: &mut Module, pipeline: &Pipeline, options: RunOptions) -> PassResult {
    let analyses = Analyses::default();
    let mut preserved = Preserved::all();
    let mut rest = pipeline.steps.as_slice();
    while !rest.is_empty() {
        // Function passes with nobody looking in between: a function goes through all of them while
        // it is in the cache.
        let fused = if options.verify_each {
            0
        } else {
            rest.iter().take_while(|s| s.is_function()).count()
        };
        let (steps, later) = rest.split_at(fused.max(1));
        for report in run_steps(module, steps, &analyses, options)? {
            preserved.meet(&report.preserved);
        }
        rest = later;
    }
    Ok(preserved)
}

/// Takes `module` through one step. `analyses` must hold only what is true of `module`; what the
/// step does not preserve is dropped from it.
///
/// # Errors
///
/// What the pass reports about its input, for every function it fails on; or, with
/// [`RunOptions::verify_each`], what it broke, as a defect of the pass.
pub fn run_step(
    module: &mut Module,
    step: &Step,
    analyses: &Analyses,
    options: RunOptions,
) -> Result<StepReport, Vec<Diagnostic>> {
    let reports = run_steps(module, std::slice::from_ref(step), analyses, options)?;
    let report = reports.into_iter().next();
    Ok(report.or_never(StepReport::default(), "one step makes one report"))
}

/// Options for running a pipeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunOptions {
    /// Check after every step what it changed.
    pub verify_each: bool,
    /// How many threads function passes run on; 0 is one for each core. Small modules get by with
    /// one.
    pub threads: usize,
}

impl Default for RunOptions {
    /// Verifies in debug builds.
    fn default() -> Self {
        Self { verify_each: cfg!(debug_assertions), threads: 0 }
    }
}

/// The result of a step.
#[derive(Clone, Debug)]
pub struct StepReport {
    /// What still holds of every function.
    pub preserved: Preserved,
    /// What the pass counted: every statistic it declares, in that order.
    pub counts: Counts,
}

impl Default for StepReport {
    fn default() -> Self {
        Self { preserved: Preserved::all(), counts: Vec::new() }
    }
}

impl StepReport {
    /// Nothing has been done or counted yet.
    pub(crate) fn of(step: &Step) -> Self {
        let statistics = step.registration.statistics.iter();
        Self { counts: statistics.map(|s| (s.name, 0)).collect(), ..Self::default() }
    }

    /// Adds what one run of the pass counted; what it does not declare comes back.
    #[must_use]
    pub(crate) fn add(&mut self, more: Counts) -> Option<&'static str> {
        let mut undeclared = None;
        for (name, times) in more {
            match self.counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += times,
                None => undeclared = Some(name),
            }
        }
        undeclared
    }
}

/// Function steps in a row, of which only one if they are to be checked; or one module step.
fn run_steps(
    module: &mut Module,
    steps: &[Step],
    analyses: &Analyses,
    options: RunOptions,
) -> Result<Vec<StepReport>, Vec<Diagnostic>> {
    match steps {
        [step @ Step { work: Work::Module(pass), .. }] => {
            let report = run_module(module, step, &**pass, analyses, options)?;
            Ok(vec![report])
        }
        [step] if options.verify_each => {
            let signatures = check::signatures(module);
            let mut done = run_functions(module, steps, analyses, options.threads)?;
            let broken =
                check::functions(module, step, &done.changed, &signatures, options.threads);
            done.defects.extend(broken);
            if done.defects.is_empty() { Ok(done.reports) } else { Err(done.defects) }
        }
        steps => run_functions(module, steps, analyses, options.threads).map(|done| done.reports),
    }
}

fn run_module(
    module: &mut Module,
    step: &Step,
    pass: &dyn ModulePass,
    analyses: &Analyses,
    options: RunOptions,
) -> Result<StepReport, Vec<Diagnostic>> {
    let context = module.context.clone();
    let mut report = StepReport::of(step);
    let cx = PassContext::new(&context, None, step.name(), analyses);
    report.preserved = pass.run(&cx, module)?;
    let undeclared = report.add(cx.into_counts());
    analyses.retain_module(module, &report.preserved);
    if !options.verify_each {
        return Ok(report);
    }
    let mut defects: Vec<Diagnostic> =
        undeclared.map(|name| check::undeclared(step, name)).into_iter().collect();
    if report.preserved.changed() {
        defects.extend(check::module(module, step, options.threads));
    }
    if defects.is_empty() { Ok(report) } else { Err(defects) }
}

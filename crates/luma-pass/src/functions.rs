//! Function passes over all functions of a module.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use luma_diagnostics::{Diagnostic, never};
use luma_ir::{Function, Module, Symbol};

use crate::analysis::{Analyses, Preserved};
use crate::check;
use crate::pass::{Counts, FunctionPass, Items, PassContext};
use crate::pipeline::Step;
use crate::registration::Work;
use crate::run::StepReport;
use crate::workers;

/// The result of a group of function passes.
pub(crate) struct Done {
    /// Of each step.
    pub(crate) reports: Vec<StepReport>,
    /// The functions that were changed, by position in the module.
    pub(crate) changed: Vec<usize>,
    /// Rules of the framework that passes broke.
    pub(crate) defects: Vec<Diagnostic>,
}

/// Takes every function that has a body through `steps`, which are all function passes.
///
/// The result is that of running one step after the other on one function after the other, though
/// functions are spread over threads and each goes through all steps at once: the first failing step
/// is the one that is reported, with its errors in the order of functions.
pub(crate) fn run_functions(
    module: &mut Module,
    steps: &[Step],
    analyses: &Analyses,
    threads: usize,
) -> Result<Done, Vec<Diagnostic>> {
    let context = module.context.clone();
    let passes: Vec<(Symbol, &dyn FunctionPass)> = steps
        .iter()
        .filter_map(|step| match &step.work {
            Work::Function(pass) => Some((context.symbol(step.name()), &**pass)),
            Work::Module(_) => {
                never!("`{}` is not a function pass", step.name());
                None
            }
        })
        .collect();
    let count = module.functions.len();
    let shared = Shared {
        items: Items { structs: &module.structs, globals: &module.globals },
        context: &context,
        passes: &passes,
        analyses,
        count,
        failed: AtomicUsize::new(usize::MAX),
        panicked: AtomicUsize::new(usize::MAX),
    };
    let functions = module.functions.values_mut().enumerate();
    let functions: Vec<(usize, &mut Function)> =
        functions.filter(|(_, f)| f.entry().is_some()).collect();
    let weight = functions.iter().map(|(_, f)| f.op_capacity()).sum::<usize>() * passes.len();
    let ran = workers::map(threads, weight, functions, |(at, f)| shared.run(at, f));
    merge(steps, ran)
}

/// State shared by the workers.
struct Shared<'a> {
    items: Items<'a>,
    context: &'a luma_ir::Context,
    passes: &'a [(Symbol, &'a dyn FunctionPass)],
    analyses: &'a Analyses,
    /// The number of functions.
    count: usize,
    /// The first step known to fail: later ones are of no interest.
    failed: AtomicUsize,
    /// The first panic known, as its step times `count` plus its function: what would run after it
    /// is of no interest.
    panicked: AtomicUsize,
}

/// The result for a function.
struct Ran {
    at: usize,
    /// Of the steps that succeeded, in order.
    done: Vec<(Preserved, Counts)>,
    /// Of the step after them.
    failure: Option<Failure>,
}

enum Failure {
    Errors(Vec<Diagnostic>),
    Panic(Box<dyn Any + Send>),
}

impl Shared<'_> {
    fn run(&self, at: usize, f: &mut Function) -> Ran {
        let mut ran = Ran { at, done: Vec::with_capacity(self.passes.len()), failure: None };
        for (number, &(name, pass)) in self.passes.iter().enumerate() {
            let moment = number * self.count + at;
            if self.failed.load(Ordering::Relaxed) < number
                || self.panicked.load(Ordering::Relaxed) < moment
            {
                break;
            }
            let cx = PassContext::of(self.context, Some(self.items), name, self.analyses);
            match catch_unwind(AssertUnwindSafe(|| pass.run(&cx, f))) {
                Ok(Ok(preserved)) => {
                    self.analyses.retain(f.name, &preserved);
                    ran.done.push((preserved, cx.into_counts()));
                    continue;
                }
                Ok(Err(errors)) => {
                    self.failed.fetch_min(number, Ordering::Relaxed);
                    ran.failure = Some(Failure::Errors(errors));
                }
                Err(panic) => {
                    self.panicked.fetch_min(moment, Ordering::Relaxed);
                    ran.failure = Some(Failure::Panic(panic));
                }
            }
            self.analyses.retain(f.name, &Preserved::none());
            break;
        }
        ran
    }
}

/// Puts together what happened to the functions, which are in the order of the module.
fn merge(steps: &[Step], ran: Vec<Ran>) -> Result<Done, Vec<Diagnostic>> {
    let failed = ran.iter().filter(|ran| ran.failure.is_some()).map(|ran| ran.done.len()).min();
    let mut reports: Vec<StepReport> = steps.iter().map(StepReport::of).collect();
    let mut done = Done { reports: Vec::new(), changed: Vec::new(), defects: Vec::new() };
    let mut errors = Vec::new();
    for ran in ran {
        if ran.failure.is_some() && failed == Some(ran.done.len()) {
            match ran.failure {
                Some(Failure::Panic(panic)) => resume_unwind(panic),
                Some(Failure::Errors(more)) => errors.extend(more),
                None => {}
            }
        }
        if ran.done.iter().any(|(preserved, _)| preserved.changed()) {
            done.changed.push(ran.at);
        }
        for ((step, report), (preserved, counts)) in steps.iter().zip(&mut reports).zip(ran.done) {
            report.preserved.meet(&preserved);
            if let Some(name) = report.add(counts)
                && done.defects.is_empty()
            {
                done.defects.push(check::undeclared(step, name));
            }
        }
    }
    if failed.is_some() {
        return Err(errors);
    }
    Ok(Done { reports, ..done })
}

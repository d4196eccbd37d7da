//! What `--verify-each` checks: a pass must leave valid IR and keep the rules of the framework.

use luma_diagnostics::{Diagnostic, codes};
use luma_ir::{Linkage, Module, Type, Violation, verify_function, verify_items};

use crate::pipeline::Step;
use crate::workers;

/// What other functions know of a function, and a function pass must leave alone.
pub(crate) struct Signature {
    params: Vec<Type>,
    results: Vec<Type>,
    linkage: Linkage,
}

/// The signatures of all functions.
pub(crate) fn signatures(module: &Module) -> Vec<Signature> {
    module.functions.values().map(Signature::of).collect()
}

impl Signature {
    fn of(f: &luma_ir::Function) -> Self {
        Self { params: f.params.clone(), results: f.results.clone(), linkage: f.linkage }
    }

    fn is_of(&self, f: &luma_ir::Function) -> bool {
        self.params == f.params && self.results == f.results && self.linkage == f.linkage
    }
}

/// What a function pass broke in the functions at the places `changed`.
pub(crate) fn functions(
    module: &Module,
    step: &Step,
    changed: &[usize],
    signatures: &[Signature],
    threads: usize,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for ((&name, f), signature) in module.functions.iter().zip(signatures) {
        if f.name != name || !signature.is_of(f) {
            let message = format!(
                "the pass `{}` changed the signature of `@{}`",
                step.name(),
                module.context.name(name)
            );
            out.push(defect(Diagnostic::new(codes::E0502, f.loc.span, message)));
        }
    }
    out.extend(verify(module, step, changed.to_vec(), threads));
    out
}

/// Verifies the module after a module pass.
pub(crate) fn module(module: &Module, step: &Step, threads: usize) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> =
        verify_items(module).iter().map(|v| broken_by(step, module, v)).collect();
    for (&name, f) in &module.functions {
        if f.name != name {
            let [name, own] = [name, f.name].map(|name| module.context.name(name));
            let message = format!(
                "the pass `{}` left the function `@{own}` under the name `@{name}`",
                step.name()
            );
            out.push(defect(Diagnostic::new(codes::E0502, f.loc.span, message)));
        }
    }
    out.extend(verify(module, step, (0..module.functions.len()).collect(), threads));
    out
}

/// A pass that counted what it does not declare.
pub(crate) fn undeclared(step: &Step, statistic: &str) -> Diagnostic {
    let message =
        format!("the pass `{}` counts `{statistic}`, which it does not declare", step.name());
    defect(Diagnostic::unlocated(codes::E0502, message))
}

/// Verifies the functions at these places.
fn verify(module: &Module, step: &Step, places: Vec<usize>, threads: usize) -> Vec<Diagnostic> {
    let functions: Vec<&luma_ir::Function> =
        places.iter().map(|&place| &module.functions[place]).collect();
    let weight = functions.iter().map(|f| f.op_capacity()).sum();
    let found = workers::map(threads, weight, functions, |f| verify_function(module, f));
    found.iter().flatten().map(|violation| broken_by(step, module, violation)).collect()
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
    defect(diagnostic)
}

fn defect(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .note("this is a defect of the compiler, not of the program")
        .help("please report it together with the program")
}

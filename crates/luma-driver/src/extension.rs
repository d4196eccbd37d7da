//! What a crate outside this workspace can add to lumac.

use std::collections::HashMap;

use luma_diagnostics::Diagnostic;
use luma_ir::{Builder, Function, Module, Op, Value, verify_module};
use luma_pass::{Analyses, PassContext, Preserved, Registration};

/// Lowers one operation: builds others with the builder, which inserts before the operation, and
/// returns the values that replace its results. The operation is then erased.
///
/// # Errors
///
/// Why this operation cannot be rewritten.
pub type Lowering = fn(&mut Builder<'_>, Op) -> Result<Vec<Value>, Diagnostic>;

/// The passes, dialects and lowerings of lumac and of its extensions.
#[derive(Debug, Default)]
pub struct Registry {
    passes: luma_pass::Registry,
    dialects: Vec<(String, String)>,
    lowerings: HashMap<&'static str, Lowering>,
}

impl Registry {
    /// lumac's own.
    pub fn new() -> Self {
        Self { passes: luma_opt::registry(), ..Self::default() }
    }

    /// Adds a pass; replaces any pass of the same name.
    pub fn register_pass(&mut self, registration: &'static Registration) {
        self.passes.register(registration);
    }

    /// Adds a dialect: the text of its `dialect.toml`. `name` is what messages about the text call
    /// it.
    pub fn register_dialect(&mut self, name: &str, toml: &str) {
        self.dialects.push((name.to_owned(), toml.to_owned()));
    }

    /// Says how the operation called `op`, such as `pool.alloc`, is lowered, by the step
    /// `lower-extensions` before MLIR.
    pub fn register_lowering(&mut self, op: &'static str, lowering: Lowering) {
        self.lowerings.insert(op, lowering);
    }

    /// The passes.
    pub fn passes(&self) -> &luma_pass::Registry {
        &self.passes
    }

    /// Names and texts of the dialects.
    pub fn dialects(&self) -> &[(String, String)] {
        &self.dialects
    }

    /// Whether an extension registered a lowering.
    pub fn has_lowerings(&self) -> bool {
        !self.lowerings.is_empty()
    }

    /// Runs the lowerings; true if one found an operation.
    ///
    /// # Errors
    ///
    /// What the lowerings report, or what they broke.
    pub fn lower(
        &self,
        module: &mut Module,
        analyses: &Analyses,
        verify: bool,
    ) -> Result<bool, Vec<Diagnostic>> {
        let context = module.context.clone();
        let cx = PassContext::new(&context, None, "lower-extensions", analyses);
        let mut errors = Vec::new();
        let mut changed = false;
        for f in module.functions.values_mut() {
            changed |= self.lower_function(&cx, f, &mut errors);
        }
        if changed {
            analyses.retain_module(module, &Preserved::none());
        }
        if errors.is_empty() && verify && changed {
            errors = verify_module(module).iter().map(luma_ir::Violation::to_diagnostic).collect();
        }
        if errors.is_empty() { Ok(changed) } else { Err(errors) }
    }

    fn lower_function(
        &self,
        cx: &PassContext<'_>,
        f: &mut Function,
        errors: &mut Vec<Diagnostic>,
    ) -> bool {
        let mut found: Vec<(Op, Lowering)> = Vec::new();
        f.walk(&mut |op| {
            let name: &str = &cx.context.op_def(f.op_name(op)).name;
            found.extend(self.lowerings.get(name).map(|lowering| (op, *lowering)));
        });
        let mut gone = Vec::new();
        for &(op, lowering) in &found {
            let loc = cx.derive(f.loc(op));
            let mut builder = Builder::before(cx.context, f, op);
            builder.loc = loc;
            match lowering(&mut builder, op) {
                Ok(values) if values.iter().any(|value| f.results(op).contains(value)) => {
                    let name = &cx.context.op_def(f.op_name(op)).name;
                    let message = format!(
                        "the lowering of `{name}` returns a result of the operation itself"
                    );
                    let span = f.loc(op).span;
                    errors.push(Diagnostic::new(luma_diagnostics::codes::E0502, span, message));
                }
                Ok(values) if values.len() == f.results(op).len() => {
                    for (old, new) in f.results(op).to_vec().into_iter().zip(values) {
                        f.replace_all_uses(old, new);
                    }
                    gone.push(op);
                }
                Ok(values) => {
                    let name = &cx.context.op_def(f.op_name(op)).name;
                    let (given, wanted) = (values.len(), f.results(op).len());
                    let message = format!(
                        "the lowering of `{name}` returns {given} values, but the operation has {wanted} results"
                    );
                    let span = f.loc(op).span;
                    errors.push(Diagnostic::new(luma_diagnostics::codes::E0502, span, message));
                }
                Err(error) => errors.push(error),
            }
        }
        f.erase_all(&gone);
        !found.is_empty()
    }
}

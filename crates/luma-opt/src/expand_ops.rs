//! `expand-ops`: operations that a dialect defines in terms of others become those others.
//!
//! *Before:* operations of dialects loaded at run time, with `expand = …` in their tables.
//!
//! *After:* none of these are left. A call takes the place of `expand = "call @function"`, and the
//! prototype of the function is added where the module has none; the text of other operations is
//! built with the operands, results, types and attributes of the operation. What that contains is
//! expanded in turn; no expansion comes back to its own operation, as loading dialects makes sure.
//!
//! It runs after `verify-ownership`, which needs the effects of the operations themselves.

use luma_diagnostics::{Diagnostic, codes, never};
use luma_ir::dialects::luma;
use luma_ir::{
    Attribute, Function, Linkage, Loc, Module, Op, Symbol, Type, Value, expand_op, verify_module,
};
use luma_pass::{ModulePass, PassContext, PassResult, Registration, Statistic, Work};

/// Replaces operations by what their dialect says they stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExpandOps;

/// All operations of a module together may become this many.
const MOST: usize = 1_000_000;

const EXPANDED: Statistic =
    Statistic { name: "ops-expanded", summary: "Operations replaced by their expansion." };
const DECLARED: Statistic =
    Statistic { name: "prototypes-added", summary: "Functions declared for expansions." };

impl ModulePass for ExpandOps {
    fn makes_executable(&self) -> bool {
        true
    }

    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult {
        // The usual case: no operation there is has an expansion.
        if module.context.op_defs().all(|(_, def)| def.expansion.is_none()) {
            return Ok(false.into());
        }
        let mut errors = Vec::new();
        let mut calls = Vec::new();
        let mut expanded = 0;
        let mut made = 0;
        let context = module.context.clone();
        for f in module.functions.values_mut() {
            match expand(cx, &context, f, &mut calls, &mut made) {
                Ok(count) => expanded += count,
                Err(more) => errors.extend(more),
            }
            if made > MOST {
                break;
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if expanded == 0 {
            return Ok(false.into());
        }
        let mut declared = 0;
        for Call { callee, params, results, loc } in calls {
            if !module.functions.contains_key(&callee) {
                let mut prototype = Function::new(callee, params, results, loc);
                prototype.linkage = Linkage::External;
                module.functions.insert(callee, prototype);
                declared += 1;
            }
        }
        cx.count(&EXPANDED, expanded);
        cx.count(&DECLARED, declared);
        // The text of an expansion is a user's, and whether it fits shows here.
        let errors: Vec<Diagnostic> = verify_module(module)
            .iter()
            .map(|violation| {
                let made = context.origin_passes(violation.loc.origin).contains(&cx.pass);
                let error = violation.to_diagnostic();
                if made { error.note("found in what an operation here expands to") } else { error }
            })
            .collect();
        if errors.is_empty() { Ok(true.into()) } else { Err(errors) }
    }
}

/// A call that was made.
struct Call {
    callee: Symbol,
    params: Vec<Type>,
    results: Vec<Type>,
    loc: Loc,
}

/// Expands everything in `f`, at most until `made` operations are more than [`MOST`]; how many
/// operations that were.
fn expand(
    cx: &PassContext<'_>,
    context: &std::sync::Arc<luma_ir::Context>,
    f: &mut Function,
    calls: &mut Vec<Call>,
    made: &mut usize,
) -> Result<usize, Vec<Diagnostic>> {
    let mut found = Vec::new();
    f.walk(&mut |op| {
        if context.op_def(f.op_name(op)).expansion.is_some() {
            found.push(op);
        }
    });
    let mut errors = Vec::new();
    let mut count = 0;
    for first in found {
        let mut work = vec![first];
        while let Some(op) = work.pop() {
            let loc = cx.derive(f.loc(op));
            let (built, values) = match expand_op(context, f, op, loc) {
                Ok(Some(result)) => result,
                Ok(None) => {
                    never!("an operation without an expansion is expanded");
                    continue;
                }
                Err(more) => {
                    errors.extend(more);
                    break;
                }
            };
            count += 1;
            built.iter().for_each(|&op| visit(f, op, &mut |_| *made += 1));
            if *made > MOST {
                let name = &context.op_def(f.op_name(first)).name;
                let message = format!("the module expands to more than {MOST} operations");
                let error = Diagnostic::new(codes::E0503, f.loc(first).span, message);
                errors.push(error.label(format!("this `{name}` exceeds the limit")));
                return Err(errors);
            }
            for (old, new) in f.results(op).to_vec().into_iter().zip(values) {
                f.replace_all_uses(old, new);
            }
            f.erase(op);
            for op in built {
                visit(f, op, &mut |inner| {
                    if context.op_def(f.op_name(inner)).expansion.is_some() {
                        work.push(inner);
                    }
                    calls.extend(call(f, inner));
                });
            }
        }
    }
    if errors.is_empty() { Ok(count) } else { Err(errors) }
}

/// Calls `visit` for `op` and everything in its regions.
fn visit(f: &Function, op: Op, visit: &mut impl FnMut(Op)) {
    visit(op);
    for &region in f.op_regions(op) {
        f.walk_region(region, visit);
    }
}

fn call(f: &Function, op: Op) -> Option<Call> {
    let view = luma::Call::cast(f, op)?;
    let types = |values: &[Value]| values.iter().map(|&v| f.value_type(v)).collect();
    Some(Call {
        callee: view.callee_attr(f).and_then(Attribute::as_symbol)?,
        params: types(f.operands(op)),
        results: types(f.results(op)),
        loc: f.loc(op),
    })
}

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "expand-ops",
    summary: "Replaces operations by the expansions that their dialects define.",
    options: &[],
    statistics: &[EXPANDED, DECLARED],
    mandatory: true,
    make: |_| Work::module(ExpandOps),
};

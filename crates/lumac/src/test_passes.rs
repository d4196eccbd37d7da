//! Passes that fail on demand. Only `--test-passes`, which is hidden, makes them known; they test
//! what lumac does about passes that fail.

use luma_diagnostics::{Diagnostic, codes, ice, never};
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Module};
use luma_pass::{FunctionPass, ModulePass, PassContext, PassResult, Preserved, Registration, Work};

/// All of them.
pub(crate) static PASSES: &[&Registration] =
    &[&CRASH, &NEVER, &ICE, &ABORT, &OVERFLOW, &ERROR, &DEFECT, &INVALID, &MISCOMPILE];

macro_rules! pass {
    ($constant:ident, $name:literal, $summary:literal, $work:expr) => {
        static $constant: Registration = Registration {
            name: $name,
            summary: $summary,
            options: &[],
            statistics: &[],
            mandatory: false,
            make: |_| $work,
        };
    };
}

pass!(CRASH, "test-crash", "Panics.", Work::module(Fail(Kind::Panic)));
pass!(NEVER, "test-never", "Fails an assertion in every function.", Work::function(Never));
pass!(ICE, "test-ice", "Raises an internal compiler error.", Work::module(Fail(Kind::Ice)));
pass!(ABORT, "test-abort", "Aborts the process.", Work::module(Fail(Kind::Abort)));
pass!(OVERFLOW, "test-overflow", "Overflows the stack.", Work::module(Fail(Kind::Overflow)));
pass!(ERROR, "test-error", "Reports an error of the program.", Work::module(Fail(Kind::Error)));
pass!(DEFECT, "test-defect", "Reports a defect.", Work::module(Fail(Kind::Defect)));
pass!(INVALID, "test-invalid", "Leaves invalid IR.", Work::function(Invalid));
pass!(
    MISCOMPILE,
    "test-miscompile",
    "Adds one to every integer constant above 41.",
    Work::function(Miscompile)
);

#[derive(Clone, Copy)]
enum Kind {
    Panic,
    Ice,
    Abort,
    Overflow,
    Error,
    Defect,
}

struct Fail(Kind);

impl ModulePass for Fail {
    #[allow(clippy::panic, reason = "it is what the pass is for")]
    fn run(&self, _: &PassContext<'_>, module: &mut Module) -> PassResult {
        match self.0 {
            Kind::Panic => panic!("`test-crash` panics"),
            Kind::Ice => ice!("`test-ice` gave up on {} functions", module.functions.len()),
            Kind::Abort => std::process::abort(),
            Kind::Overflow => Ok((deeper(module.functions.len()) == 0).into()),
            Kind::Error => Err(vec![Diagnostic::unlocated(codes::E0503, "`test-error` fails")]),
            Kind::Defect => Err(vec![Diagnostic::unlocated(codes::E0502, "`test-defect` fails")]),
        }
    }
}

#[allow(unconditional_recursion, reason = "it is what the pass is for")]
fn deeper(depth: usize) -> usize {
    let room = [depth; 64];
    std::hint::black_box(&room);
    deeper(depth.wrapping_add(1)).wrapping_add(room[depth % 64])
}

/// Recovers from a failed assertion, on as many threads as there are.
struct Never;

impl FunctionPass for Never {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let name = cx.context.name(f.name);
        if never!(f.entry().is_some(), "`test-never` ran on `@{name}`") {
            return Ok(Preserved::all());
        }
        Ok(Preserved::none())
    }
}

/// Takes the last operation of every function away: its terminator.
struct Invalid;

impl FunctionPass for Invalid {
    fn run(&self, _: &PassContext<'_>, f: &mut Function) -> PassResult {
        if let Some(last) = f.entry().and_then(|entry| f.last(entry)) {
            f.erase(last);
        }
        Ok(Preserved::none())
    }
}

struct Miscompile;

impl FunctionPass for Miscompile {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let value = cx.context.symbol("value");
        let mut found = Vec::new();
        f.walk(&mut |op| {
            if f.op_name(op) == luma::Constant::NAME
                && let Some(Attribute::Int(number, ty)) = f.op_attribute(op, value)
                && *number > 41
            {
                found.push((op, *number, *ty));
            }
        });
        let changed = !found.is_empty();
        for (op, number, ty) in found {
            f.set_attribute(op, value, Attribute::Int(number.wrapping_add(1), ty));
        }
        Ok(changed.into())
    }
}

//! Pipelines: order, changes, errors, and what a wrong pass leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_ir::{Context, Function, Module, parse_module};
use luma_pass::{
    Changed, FunctionPass, ModulePass, PassContext, PassResult, Pipeline, RunOptions, run,
};

const TEXT: &str = "luma.func external @e()

luma.func @f() {
  luma.return() : () -> ()
}

luma.func @g() {
  luma.unreachable() : () -> ()
}
";

fn module() -> Module {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", TEXT);
    parse_module(Arc::new(Context::new()), &map, file).unwrap()
}

/// Does to every function what it is told, and counts them.
struct Act {
    name: &'static str,
    act: fn(&PassContext<'_>, &mut Function) -> PassResult,
    seen: Arc<AtomicUsize>,
}

impl Act {
    fn new(name: &'static str, act: fn(&PassContext<'_>, &mut Function) -> PassResult) -> Self {
        Self { name, act, seen: Arc::default() }
    }
}

impl FunctionPass for Act {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        "Acts."
    }

    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        assert_eq!(&*cx.context.name(cx.pass), self.name);
        self.seen.fetch_add(1, Ordering::Relaxed);
        (self.act)(cx, f)
    }
}

struct DropAll;

impl ModulePass for DropAll {
    fn name(&self) -> &'static str {
        "drop-all"
    }

    fn summary(&self) -> &'static str {
        "Empties the module."
    }

    fn run(&self, _: &PassContext<'_>, module: &mut Module) -> PassResult {
        let some = !module.functions.is_empty();
        module.functions.clear();
        Ok(some.into())
    }
}

fn nothing(_: &PassContext<'_>, _: &mut Function) -> PassResult {
    Ok(Changed::No)
}

/// Takes the terminator of the entry block away.
fn behead(_: &PassContext<'_>, f: &mut Function) -> PassResult {
    let last = f.last(f.entry().unwrap()).unwrap();
    f.detach(last);
    Ok(Changed::Yes)
}

fn refuse(_: &PassContext<'_>, f: &mut Function) -> PassResult {
    Err(vec![Diagnostic::new(codes::E0109, f.loc.span, "no")])
}

#[test]
fn steps_run_in_order_on_functions_with_bodies() {
    let (first, second) = (Act::new("first", nothing), Act::new("second", nothing));
    let seen = [first.seen.clone(), second.seen.clone()];
    let pipeline = Pipeline::new().function(first).module(DropAll).function(second);
    assert_eq!(pipeline.names().collect::<Vec<_>>(), ["first", "drop-all", "second"]);
    let options = RunOptions { verify_each: true };
    assert_eq!(run(&mut module(), &pipeline, options), Ok(Changed::Yes));
    assert_eq!(seen.map(|n| n.load(Ordering::Relaxed)), [2, 0]);
    let idle = Pipeline::new().function(Act::new("idle", nothing));
    assert_eq!(run(&mut module(), &idle, options), Ok(Changed::No));
}

#[test]
fn a_pass_that_breaks_the_ir_is_named() {
    let pipeline = Pipeline::new().function(Act::new("behead", behead)).module(DropAll);
    let mut broken = module();
    let errors = run(&mut broken, &pipeline, RunOptions { verify_each: true }).unwrap_err();
    assert_eq!(errors.len(), 2);
    for (error, function) in errors.iter().zip(["f", "g"]) {
        assert_eq!(error.code, codes::E0502);
        assert!(error.message.starts_with("the pass `behead` left invalid IR: "), "{error:?}");
        assert_eq!(error.notes[0], format!("in function `@{function}`"));
    }
    assert_eq!(broken.functions.len(), 3, "later steps do not run");
    let unchecked = RunOptions { verify_each: false };
    assert_eq!(run(&mut module(), &pipeline, unchecked), Ok(Changed::Yes));
}

#[test]
fn all_errors_of_a_step_are_reported() {
    let pipeline = Pipeline::new().function(Act::new("refuse", refuse)).module(DropAll);
    let errors = run(&mut module(), &pipeline, RunOptions::default()).unwrap_err();
    assert_eq!(errors.len(), 2);
}

#[test]
fn a_pass_stands_in_an_origin_once() {
    let module = module();
    let cx = PassContext::new(&module.context, "one");
    let source = module.functions[1].loc;
    let made = cx.derive(source);
    let other = PassContext::new(&module.context, "two").derive(made);
    let names = |origin| -> Vec<String> {
        let passes = module.context.origin_passes(origin);
        passes.iter().map(|&p| module.context.name(p).to_string()).collect()
    };
    assert_eq!(made.span, source.span);
    assert_eq!(cx.derive(made), made);
    assert_eq!(cx.derive(source), made);
    assert_eq!(names(other.origin), ["one", "two"]);
}

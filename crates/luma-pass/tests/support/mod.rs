//! Modules and passes the tests share.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Arc;

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_ir::dialects::luma;
use luma_ir::{Builder, Context, Function, Loc, Module, Type, parse_module};
use luma_pass::{
    FunctionPass, ModulePass, Options, PassContext, PassResult, Preserved, Registration, Statistic,
    Work,
};

/// The module of a text.
pub(crate) fn parse(text: &str) -> Module {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", text);
    parse_module(Arc::new(Context::new()), &map, file).unwrap_or_else(|e| panic!("{e:#?}\n{text}"))
}

/// A prototype and two functions, `@f` and `@g`.
pub(crate) fn small() -> Module {
    parse(
        "luma.func external @e()\n\
         luma.func @f() {\n  luma.return() : () -> ()\n}\n\
         luma.func @g() {\n  luma.unreachable() : () -> ()\n}\n",
    )
}

/// `functions` functions of `ops` operations each, enough for more than one thread.
pub(crate) fn large(functions: usize, ops: usize) -> Module {
    let context = Arc::new(Context::new());
    let mut module = Module::new(context.clone());
    for number in 0..functions {
        let name = context.symbol(&format!("f{number}"));
        let mut f = Function::new(name, vec![Type::I64], vec![Type::I64], Loc::default());
        let entry = f.add_block(f.body());
        let n = f.add_arg(entry, Type::I64);
        let mut b = Builder::at_end(&context, &mut f, entry, Loc::default());
        let mut last = n;
        for _ in 1..ops {
            last = luma::Add::build(&mut b, last, n, Type::I64).result(b.func);
        }
        luma::Return::build(&mut b, &[last]);
        module.functions.insert(name, f);
    }
    module
}

/// A pass over functions that is a plain function.
#[derive(Debug)]
pub(crate) struct OnFunction(pub(crate) fn(&PassContext<'_>, &mut Function) -> PassResult);

impl FunctionPass for OnFunction {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        (self.0)(cx, f)
    }
}

/// A pass over the module that is a plain function.
#[derive(Debug)]
pub(crate) struct OnModule(pub(crate) fn(&PassContext<'_>, &mut Module) -> PassResult);

impl ModulePass for OnModule {
    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult {
        (self.0)(cx, module)
    }
}

/// A pass without options.
pub(crate) const fn registration(
    name: &'static str,
    statistics: &'static [Statistic],
    make: fn(&Options) -> Work,
) -> Registration {
    Registration { name, summary: "Acts.", options: &[], statistics, mandatory: false, make }
}

/// Does nothing.
pub(crate) static IDLE: Registration =
    registration("idle", &[], |_| Work::function(OnFunction(|_, _| Ok(Preserved::all()))));

/// Takes the terminator of the entry block away.
pub(crate) static BEHEAD: Registration = registration("behead", &[], |_| {
    Work::function(OnFunction(|_, f| {
        if let Some(last) = f.entry().and_then(|entry| f.last(entry)) {
            f.erase(last);
        }
        Ok(Preserved::none())
    }))
});

/// Reports an error for every function.
pub(crate) static REFUSE: Registration = registration("refuse", &[], |_| {
    Work::function(OnFunction(|cx, f| {
        let message = format!("`{}` refused", cx.context.name(f.name));
        Err(vec![Diagnostic::new(codes::E0109, f.loc.span, message)])
    }))
});

/// What [`DOUBLE`] counts.
pub(crate) static DOUBLED: Statistic = Statistic { name: "doubled", summary: "Sums doubled." };
static FUNCTIONS: Statistic = Statistic { name: "functions", summary: "Functions seen." };

/// Puts before each sum one more of its two operands, with a new name of its own.
pub(crate) static DOUBLE: Registration = registration("double", &[FUNCTIONS, DOUBLED], |_| {
    Work::function(OnFunction(|cx, f| {
        let mut sums = Vec::new();
        f.walk(&mut |op| {
            if f.op_name(op) == luma::Add::NAME {
                sums.push(op);
            }
        });
        for &op in &sums {
            let loc = cx.derive(f.loc(op));
            let &[a, b] = f.operands(op) else { continue };
            let ty = f.value_type(a);
            let mut builder = Builder::before(cx.context, f, op);
            builder.loc = loc;
            let new = luma::Add::build(&mut builder, a, b, ty);
            let name = format!("twice_{}_{}", cx.context.name(f.name), sums.len());
            f.set_value_name(new.result(f), cx.context.symbol(&name));
        }
        cx.count(&DOUBLED, sums.len());
        cx.count(&FUNCTIONS, 1);
        Ok((!sums.is_empty()).into())
    }))
});

/// Empties the module.
pub(crate) static DROP_ALL: Registration = registration("drop-all", &[], |_| {
    Work::module(OnModule(|_, module| {
        let some = !module.functions.is_empty();
        module.functions.clear();
        Ok(some.into())
    }))
});

//! Summaries in words, for `--ownership-report`; the format is documented in `docs/ownership.md`.

use std::fmt::Write as _;

use luma_ir::dialects::own;
use luma_ir::{Attribute, Function, Module, Op, Type};

use crate::summary::{Discharge, Left, Path};
use crate::{Summaries, Summary};

/// The summaries of all functions of `module`, in its order.
pub fn print_summaries(module: &Module, summaries: &Summaries) -> String {
    let mut out = String::new();
    let nothing = Summary { writes: true, ..Summary::default() };
    for f in module.functions.values() {
        function(module, f, summaries.get(f.name).unwrap_or(&nothing), &mut out);
    }
    out
}

fn function(module: &Module, f: &Function, summary: &Summary, out: &mut String) {
    let _ = writeln!(out, "{}:", module.context.name(f.name));
    let pointers = (0..).zip(&f.params).filter(|&(_, &ty)| holds(module, ty));
    for (parameter, _) in pointers {
        let mut facts = vec![ending(module, f, summary, parameter)];
        let inner = |path: &&Path| path.parameter == parameter && !path.offsets.is_empty();
        let mut freed: Vec<String> = Vec::new();
        for path in summary.effects.iter().flat_map(|e| &e.frees).filter(inner) {
            freed.push(format!("frees `{}`", place(module, f, path)));
        }
        freed.sort();
        freed.dedup();
        facts.extend(freed);
        let result = |left: &Left| match left {
            Left::Entry(path, _) => path.parameter == parameter && path.offsets.is_empty(),
            _ => false,
        };
        if summary.effects.iter().any(|effect| result(&effect.result)) {
            facts.push("returned".to_owned());
        }
        let _ = writeln!(out, "  parameter {}: {}", name(module, f, parameter), facts.join(", "));
    }
    for &ty in f.results.iter().filter(|&&ty| holds(module, ty)) {
        let _ = writeln!(out, "  result: {}", result(module, f, summary, ty));
    }
    if summary.never_returns {
        out.push_str("  does not return\n");
    } else if summary.writes {
        out.push_str("  may change or free memory it can reach\n");
    }
}

/// Whether a value of type `ty` can refer to an object.
fn holds(module: &Module, ty: Type) -> bool {
    module.context.is_ptr(ty) || module.context.is_aggregate(ty)
}

fn ending(module: &Module, f: &Function, summary: &Summary, parameter: u32) -> String {
    if let Some(taken) = summary.taken.get(&parameter) {
        let Discharge { freed, given, returned, kept } = *taken;
        let ways = [(freed, "freed"), (given, "given on"), (returned, "returned"), (kept, "kept")];
        let ways: Vec<&str> = ways.iter().filter(|way| way.0).map(|way| way.1).collect();
        return match ways.is_empty() {
            true => "taken".to_owned(),
            false => format!("taken, {}", ways.join(" or ")),
        };
    }
    let declared = f.entry().is_none() && has(module, f, "takes_ownership");
    let what = match () {
        () if declared => "taken",
        () if summary.keeps.contains(&parameter) => "kept",
        () => "borrowed",
    };
    what.to_owned()
}

fn result(module: &Module, f: &Function, summary: &Summary, ty: Type) -> String {
    let mut facts: Vec<String> = Vec::new();
    if !summary.owned_fields.is_empty() {
        let list: Vec<String> = summary.owned_fields.iter().map(i64::to_string).collect();
        facts.push(format!("owns the pointers at bytes {}", list.join(", ")));
    } else if gives_result(f) || (f.entry().is_none() && has(module, f, "returns_ownership")) {
        facts.push("owned".to_owned());
    }
    let pointer = module.context.is_ptr(ty);
    let mut others: Vec<String> = Vec::new();
    if summary.null_result {
        others.push("maybe null".to_owned());
    }
    for effect in summary.effects.iter().filter(|_| pointer) {
        match &effect.result {
            Left::Entry(path, moved) => {
                let inside = if *moved == Some(0) { "" } else { "inside " };
                others.push(format!("borrowed from {inside}`{}`", place(module, f, path)));
            }
            Left::Constant(_) | Left::Unknown => {}
        }
    }
    others.sort();
    others.dedup();
    let only_null = others == ["maybe null"]
        && summary.effects.iter().all(|effect| effect.result == Left::Constant(0));
    if only_null {
        others = vec!["null".to_owned()];
    }
    facts.extend(others);
    if facts.is_empty() {
        facts.push("unknown".to_owned());
    }
    facts.join(", ")
}

/// Whether `f` gives what it returns to its caller.
fn gives_result(f: &Function) -> bool {
    let mut gives = false;
    f.walk(&mut |op: Op| {
        let to = own::Give::cast(f, op).and_then(|give| give.to_attr(f));
        gives |= to.and_then(Attribute::as_str) == Some("caller");
    });
    gives
}

fn has(module: &Module, f: &Function, attribute: &str) -> bool {
    f.attribute(module.context.symbol(attribute)).is_some()
}

/// What `path` leads to, as C writes it with bytes.
fn place(module: &Module, f: &Function, path: &Path) -> String {
    path.offsets.iter().fold(name(module, f, path.parameter), |base, &offset| match offset {
        0 => format!("*{base}"),
        _ => format!("*({base} + {offset})"),
    })
}

/// The name of a parameter, or its number from 0 where it has none.
fn name(module: &Module, f: &Function, parameter: u32) -> String {
    let arg = f.entry().and_then(|entry| f.block_args(entry).get(parameter as usize).copied());
    let name = arg.and_then(|arg| f.value_name(arg)).map(|name| module.context.name(name));
    name.map_or_else(|| format!("#{parameter}"), |name| name.to_string())
}

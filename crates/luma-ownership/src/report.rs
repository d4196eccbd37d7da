//! Summaries in words, for `--ownership-report`; the format is documented in `docs/ownership.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use luma_diagnostics::SourceMap;
use luma_ir::dialects::own;
use luma_ir::{Attribute, Function, Module, Op, Type};

use crate::place::{behind, field, parameter_name, place};
use crate::summary::{Departure, Discharge, Effect, Kept, Left, Path};
use crate::{Summaries, Summary};

/// The summaries of all functions of `module`, in its order. Source locations are looked up in
/// `sources`.
pub fn print_summaries(module: &Module, summaries: &Summaries, sources: &SourceMap) -> String {
    let mut out = String::new();
    let nothing = Summary { writes: true, ..Summary::default() };
    for f in module.functions.values() {
        let summary = summaries.get(f.name).unwrap_or(&nothing);
        function(module, f, summary, &mut out);
        if f.entry().is_some() {
            fragment(f, summary, sources, &mut out);
        }
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
        let stored = summary.effects.iter().flat_map(|effect| &effect.stores);
        let stored = stored.filter(|(path, _, _, left)| {
            path.parameter == parameter && matches!(left, Left::Object { .. })
        });
        let mut stored: Vec<String> = stored
            .map(|(path, offset, _, _)| {
                let mut path = path.clone();
                path.offsets.push(*offset);
                format!("gets an owned object in `{}`", place(module, f, &path))
            })
            .collect();
        stored.sort();
        stored.dedup();
        facts.extend(stored);
        let result = |left: &Left| match left {
            Left::Entry(path, _) => path.parameter == parameter && path.offsets.is_empty(),
            _ => false,
        };
        if summary.effects.iter().any(|effect| result(&effect.result)) {
            facts.push("returned".to_owned());
        }
        let _ = writeln!(
            out,
            "  parameter {}: {}",
            parameter_name(module, f, parameter),
            facts.join(", ")
        );
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

/// Whether all of `f` is in the tracked fragment, or where it leaves it and why.
fn fragment(f: &Function, summary: &Summary, sources: &SourceMap, out: &mut String) {
    if summary.leaves.is_empty() {
        out.push_str("  inside the tracked fragment\n");
    }
    let mut reasons: BTreeMap<Departure, Vec<(&str, u32)>> = BTreeMap::new();
    for &(op, departure) in &summary.leaves {
        let places = reasons.entry(departure).or_default();
        places.extend(sources.start(f.loc(op).span).map(|(name, at)| (name, at.line)));
    }
    for (departure, mut places) in reasons {
        places.sort_unstable();
        places.dedup();
        let places: Vec<String> =
            places.iter().map(|(name, line)| format!("{name}:{line}")).collect();
        let at =
            if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
        let _ = writeln!(out, "  leaves the tracked fragment: {}{at}", reason(departure));
    }
}

fn reason(departure: Departure) -> &'static str {
    match departure {
        Departure::Stored => "stored where other functions may reach it",
        Departure::Index => "stored or read at an index that is not known",
        Departure::Loop => "made in an earlier iteration of a loop than is followed",
        Departure::Merged => "owned on some of the paths that are merged here",
        Departure::Call => "reached by a call that may do anything with it",
        Departure::Given => "held by an object that is given away or returned",
        Departure::Unknown => "freed or given away through a pointer of unknown origin",
        Departure::Effort => "the function is too large to be followed to its end",
    }
}

fn ending(module: &Module, f: &Function, summary: &Summary, parameter: u32) -> String {
    if let Some(taken) = summary.taken.get(&parameter) {
        let Discharge { freed, given, returned, kept } = *taken;
        let where_kept = summary.keeps.get(&parameter);
        let where_kept =
            where_kept.map_or_else(|| "kept".to_owned(), |kept| keeping(module, f, kept));
        let ways = [
            (freed, "freed"),
            (given, "given on"),
            (returned, "returned"),
            (kept, where_kept.as_str()),
        ];
        let ways: Vec<&str> = ways.iter().filter(|way| way.0).map(|way| way.1).collect();
        return match ways.is_empty() {
            true => "taken".to_owned(),
            false => format!("taken, {}", ways.join(" or ")),
        };
    }
    let declared = f.entry().is_none() && has(module, f, "takes_ownership");
    match summary.keeps.get(&parameter) {
        _ if declared => "taken".to_owned(),
        Some(kept) => keeping(module, f, kept),
        None => "borrowed".to_owned(),
    }
}

/// Describes the memory that keeps a parameter.
fn keeping(module: &Module, f: &Function, kept: &Kept) -> String {
    match kept {
        Kept::Global(name) => format!("kept in the global `{}`", module.context.name(*name)),
        Kept::Behind(path) => format!("kept behind `{}`", place(module, f, path)),
        Kept::By(callee) => format!("kept by `{}`", module.context.name(*callee)),
        Kept::Unknown => "kept".to_owned(),
    }
}

fn result(module: &Module, f: &Function, summary: &Summary, ty: Type) -> String {
    let mut facts: Vec<String> = Vec::new();
    if !summary.owned_fields.is_empty() {
        let fields = summary.owned_fields.iter().map(|&offset| field(module, ty, offset));
        let list: Vec<String> = fields.map(|field| format!("`{field}`")).collect();
        facts.push(format!("owns {}", list.join(", ")));
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
            Left::Global(name, moved) => {
                let inside = if *moved == Some(0) { "" } else { "inside " };
                let name = module.context.name(*name);
                others.push(format!("borrowed from {inside}the global `{name}`"));
            }
            Left::Object { number, .. } => {
                if let Some(held) = held(module, ty, effect, *number) {
                    others.push(held);
                }
            }
            Left::Constant(_) | Left::Sum(..) | Left::Unknown => {}
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

/// The owned objects that object `number`, which a result of type `ty` points to, holds.
fn held(module: &Module, ty: Type, effect: &Effect, number: u32) -> Option<String> {
    let target = module.context.element(ty)?;
    let contents = effect.objects.get(number as usize)?;
    let objects = contents.iter().filter(|(_, _, left)| matches!(left, Left::Object { .. }));
    let fields = objects.filter_map(|&(offset, _, _)| behind(module, "", target, offset));
    let list: Vec<String> = fields.map(|(text, _)| format!("`{text}`")).collect();
    (!list.is_empty()).then(|| format!("owns {}", list.join(", ")))
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

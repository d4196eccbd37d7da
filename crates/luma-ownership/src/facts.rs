//! What the analysis knows at every operation, for people and tools that inspect it. The JSON built
//! from this is documented in `docs/ownership.md`.

use luma_ir::{Function, Module, Op, PrintOptions, Symbol, print_function};
use rustc_hash::FxHashMap;

use crate::{Options, Summaries, analysis};

/// The ownership facts of a function.
#[derive(Clone, Debug, Default)]
pub struct FunctionFacts {
    /// By operation; those never reached have none.
    pub points: FxHashMap<Op, Point>,
}

/// What is known after an operation (for one that ends a block: before it).
#[derive(Clone, Debug, Default)]
pub struct Point {
    /// The different situations possible there, over all visits.
    pub situations: Vec<Situation>,
    /// Whether there are more than are kept.
    pub more: bool,
}

/// One abstract state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Situation {
    /// The objects and what refers to them.
    pub objects: Vec<Object>,
    /// Values and places of pointer type that hold null.
    pub nulls: Vec<String>,
    /// The branches on one path that leads there: the operation and the region it enters.
    pub decisions: Vec<(Op, u32)>,
}

/// An object in a situation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// `o` and the number of its take in the function, or `c` and that of the call that leaves it;
    /// followed by `~n` if it is n iterations older.
    pub name: String,
    /// Its `own.take`, or the call that leaves it; none for memory of unknown origin.
    pub take: Option<Op>,
    /// `owned`, `freed`, `given`, `returned`, `stored`, `escaped`, or `reported`.
    pub status: &'static str,
    /// The operation that freed or transferred it.
    pub by: Option<Op>,
    /// Whether its pointer may turn out to be null, so that there is no object.
    pub maybe_null: bool,
    /// The values and places that hold its address.
    pub references: Vec<Reference>,
}

/// A value or place that refers to an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The value or place: `%p`, `o2+8`.
    pub place: String,
    /// Bytes from the start of the object, if known.
    pub offset: Option<i64>,
}

/// Analyses `f` once more and keeps what is known at every operation. `summaries` must hold those
/// of the functions it calls.
pub fn function_facts(
    module: &Module,
    f: &Function,
    summaries: &Summaries,
    options: &Options<'_>,
) -> FunctionFacts {
    if f.entry().is_none() {
        return FunctionFacts::default();
    }
    FunctionFacts { points: analysis::record(module, f, summaries, options) }
}

/// The text of the function `name` with the facts as comments. `None` if there is no such function.
pub fn dump_function(
    module: &Module,
    name: Symbol,
    summaries: &Summaries,
    options: &Options<'_>,
) -> Option<String> {
    let f = module.functions.get(&name)?;
    let facts = function_facts(module, f, summaries, options);
    let notes: FxHashMap<Op, Vec<String>> =
        facts.points.iter().map(|(&op, point)| (op, notes(point))).collect();
    let options = PrintOptions { notes: Some(&notes), ..PrintOptions::default() };
    Some(print_function(&module.context, f, options))
}

/// One line for each abstract state.
fn notes(point: &Point) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let several = point.situations.len() > 1;
    for (number, situation) in (1..).zip(&point.situations) {
        let mut parts: Vec<String> = situation.objects.iter().map(object).collect();
        parts.extend(situation.nulls.iter().map(|place| format!("{place} is null")));
        if parts.is_empty() && !several {
            continue;
        }
        let text = if parts.is_empty() { "no objects".to_owned() } else { parts.join("; ") };
        let number = if several { format!("{number}: ") } else { String::new() };
        lines.push(format!("{number}{text}"));
    }
    if point.more {
        lines.push("and more".to_owned());
    }
    lines
}

fn object(object: &Object) -> String {
    let mut text = format!("{} {}", object.name, object.status);
    if object.maybe_null && object.status == "owned" {
        text += " or null";
    }
    let places: Vec<String> = object
        .references
        .iter()
        .map(|reference| match reference.offset {
            Some(0) => reference.place.clone(),
            Some(offset) => format!("{} (at {offset})", reference.place),
            None => format!("{} (inside)", reference.place),
        })
        .collect();
    if !places.is_empty() {
        text += &format!(" in {}", places.join(", "));
    }
    text
}

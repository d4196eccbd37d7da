//! What the ownership verifier knows: `--ownership-report`, `--ownership-dump` and
//! `--ownership-facts`. The formats are documented in `docs/ownership.md`.

use std::collections::BTreeMap;

use luma_diagnostics::{Diagnostic, SourceMap, closest, codes};
use luma_ir::{Function, Module, Op, value_names};
use luma_ownership::{FunctionFacts, Options, Situation, Summaries};
use serde_json::{Value, json};

use crate::cli::CheckArgs;
use luma_driver::dialects::Dialects;
use luma_driver::input::{Input, Level};
use luma_driver::levels::Verify;
use luma_driver::options::{self, Ownership};
use luma_driver::{emit, levels};

/// Whether anything is asked for.
pub(crate) fn asked(args: &CheckArgs) -> bool {
    args.ownership_report || args.ownership_dump.is_some() || args.ownership_facts.is_some()
}

/// Checks a program and shows what was found out about its ownership.
pub(crate) fn check(
    args: &CheckArgs,
    map: &SourceMap,
    input: Input,
    dialects: &Dialects,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !matches!(input.level, Level::Source | Level::LumaIr) {
        let message = "ownership is verified only for Luma source and Luma IR";
        return diagnostics.push(Diagnostic::unlocated(codes::E0503, message));
    }
    let Some(module) = levels::luma_ir(map, input, dialects, false, diagnostics) else { return };
    let max_states = args.input.diagnostics.ownership_max_states as usize;
    let options = Verify { max_states, threads: 0 }.options(map);
    let mut summaries = Summaries::default();
    let found = luma_ownership::verify_with_summaries(&module, &options, &mut summaries);
    if args.input.diagnostics.ownership == Ownership::Error {
        diagnostics.extend(found);
    }
    let mut text = String::new();
    if args.ownership_report {
        text += &luma_ownership::print_summaries(&module, &summaries, map);
    }
    if let Some(name) = &args.ownership_dump {
        let symbol = module.context.symbol(name);
        match luma_ownership::dump_function(&module, symbol, &summaries, &options) {
            Some(dump) => text += &dump,
            None => diagnostics.push(unknown(&module, name)),
        }
    }
    if let Some(path) = &args.ownership_facts {
        let facts = json(map, &module, &summaries, &options);
        let text = format!("{facts:#}\n");
        let written = match path.as_os_str() == "-" {
            true => emit::print(text.as_bytes()),
            false => emit::write_file(path, text.as_bytes()),
        };
        diagnostics.extend(written.err().map(|error| *error));
    }
    if !text.is_empty() {
        diagnostics.extend(emit::print(text.as_bytes()).err().map(|error| *error));
    }
}

fn unknown(module: &Module, name: &str) -> Diagnostic {
    let message = format!("`--ownership-dump`: unknown function `{name}`");
    let error = Diagnostic::unlocated(codes::E0503, message);
    let names: Vec<_> = module.functions.keys().map(|&f| module.context.name(f)).collect();
    match closest(name, names.iter().map(|name| &**name)) {
        Some(other) => error.help(format!("a function with a similar name exists: `{other}`")),
        None => error,
    }
}

fn json(map: &SourceMap, module: &Module, summaries: &Summaries, options: &Options<'_>) -> Value {
    let functions: Vec<Value> = module
        .functions
        .values()
        .filter(|f| f.entry().is_some())
        .map(|f| {
            let facts = luma_ownership::function_facts(module, f, summaries, options);
            json!({
                "name": module.context.name(f.name),
                "ops": ops(map, module, f, &facts),
            })
        })
        .collect();
    json!({ "version": 1, "lumac": options::version(), "functions": functions })
}

/// The operations in the order of the text; their places there, from 0, are their numbers.
fn ops(map: &SourceMap, module: &Module, f: &Function, facts: &FunctionFacts) -> Vec<Value> {
    let mut order: Vec<Op> = Vec::new();
    f.walk(&mut |op| order.push(op));
    let numbers: BTreeMap<Op, usize> = order.iter().copied().zip(0..).collect();
    let names = value_names(&module.context, f);
    let mut ops = Vec::with_capacity(order.len());
    for &op in &order {
        let at = map.start(f.loc(op).span);
        let results: Vec<String> = f
            .results(op)
            .iter()
            .map(|&value| format!("%{}", names[luma_ir::Entity::index(value)]))
            .collect();
        let mut object = json!({
            "op": numbers.get(&op),
            "name": &*module.context.op_def(f.op_name(op)).name,
            "results": results,
            "file": at.map(|(file, _)| file),
            "line": at.map(|(_, at)| at.line),
            "column": at.map(|(_, at)| at.column),
            "situations": Value::Null,
        });
        if let Some(point) = facts.points.get(&op) {
            let list = point.situations.iter().map(|s| situation(s, &numbers)).collect();
            object["situations"] = Value::Array(list);
            object["more"] = json!(point.more);
        }
        ops.push(object);
    }
    ops
}

fn situation(situation: &Situation, numbers: &BTreeMap<Op, usize>) -> Value {
    let number = |op: Option<Op>| op.and_then(|op| numbers.get(&op).copied());
    let objects: Vec<Value> = situation
        .objects
        .iter()
        .map(|object| {
            let references = object.references.iter();
            let references = references.map(|r| json!({ "place": r.place, "offset": r.offset }));
            json!({
                "name": object.name,
                "take": number(object.take),
                "state": object.status,
                "by": number(object.by),
                "maybe_null": object.maybe_null,
                "aliases": references.collect::<Vec<_>>(),
            })
        })
        .collect();
    let decisions = situation.decisions.iter();
    let decisions = decisions.map(|&(op, region)| json!({ "op": number(Some(op)), "way": region }));
    json!({
        "objects": objects,
        "null": situation.nulls,
        "decisions": decisions.collect::<Vec<_>>(),
    })
}

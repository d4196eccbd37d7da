//! The reference page of a dialect, in Markdown, made from its table.

use std::fmt::Write as _;

use super::def::{
    Arity, AttributeConstraint, Expansion, OpDef, OwnershipEffect, Relation, Slot, TypeConstraint,
};
use crate::context::Context;

/// The reference page of the dialect of `context` called `name`, if there is one.
pub fn reference(context: &Context, name: &str) -> Option<String> {
    let dialect = context.dialects().iter().find(|dialect| dialect.name == name)?;
    let ops: Vec<&OpDef> =
        context.op_defs().map(|(_, def)| def).filter(|def| def.dialect() == name).collect();
    let mut out = String::new();
    let _ = writeln!(out, "# The `{name}` dialect\n\n{}\n", without_html(&dialect.summary));
    if !dialect.doc.is_empty() {
        let _ = writeln!(out, "{}\n", without_html(&dialect.doc));
    }
    out.push_str("| operation | |\n| --- | --- |\n");
    for def in &ops {
        let anchor = def.name.replace('.', "");
        let _ = writeln!(
            out,
            "| [`{}`](#{anchor}) | {} |",
            def.name,
            cell(&without_html(&def.summary))
        );
    }
    for def in ops {
        operation(&mut out, def);
    }
    Some(out)
}

fn operation(out: &mut String, def: &OpDef) {
    let _ = writeln!(out, "\n## `{}`\n\n{}", def.name, without_html(&def.summary));
    if !def.doc.is_empty() {
        let _ = writeln!(out, "\n{}", without_html(&def.doc));
    }
    let mut rows: Vec<[String; 3]> = Vec::new();
    values(&mut rows, "operand", &def.operands);
    values(&mut rows, "result", &def.results);
    for slot in def.attributes.iter() {
        let kind = match slot.constraint {
            AttributeConstraint::Number => "a number",
            AttributeConstraint::String => "a string",
            AttributeConstraint::Type => "a type",
            AttributeConstraint::Symbol => "a symbol",
            AttributeConstraint::Array => "an array",
        };
        rows.push(["attribute".into(), name(slot), format!("{kind}{}", arity(slot.arity))]);
    }
    for (what, slots) in [("region", &def.regions), ("successor", &def.successors)] {
        for slot in slots.iter() {
            let text = arity(slot.arity).trim_start_matches(", ").to_string();
            rows.push([what.into(), name(slot), text]);
        }
    }
    if !rows.is_empty() {
        out.push_str("\n| | name | |\n| --- | --- | --- |\n");
        for [what, name, text] in rows {
            let _ = writeln!(out, "| {what} | {name} | {text} |");
        }
    }
    let traits = [
        (def.traits.terminator, "ends its block"),
        (def.traits.pure, "has no effect, and the same results for the same operands"),
        (def.traits.commutative, "its operands may be exchanged"),
        (def.traits.reads, "reads memory and does nothing else"),
    ];
    let traits: Vec<&str> = traits.iter().filter(|(is, _)| *is).map(|(_, text)| *text).collect();
    if !traits.is_empty() {
        let _ = writeln!(out, "\nProperties: {}.", traits.join("; "));
    }
    for relation in def.relations.iter() {
        let _ = writeln!(out, "\n{}", self::relation(relation));
    }
    if !def.folds.is_empty() {
        let folds: Vec<&str> = def.folds.iter().map(|fold| fold.trim()).collect();
        let _ = writeln!(out, "\nSimplifications:\n\n```text\n{}\n```", folds.join("\n"));
    }
    match &def.expansion {
        Some(Expansion::Call(callee)) => {
            let _ = writeln!(out, "\nStands for a call of `@{callee}`.");
        }
        Some(Expansion::Ops(text)) => {
            let _ = writeln!(out, "\nStands for\n\n```mlir\n{}\n```", text.trim());
        }
        None => {}
    }
    if !def.example.is_empty() {
        let _ = writeln!(out, "\n```mlir\n{}\n```", def.example);
    }
    if let Some(program) = &def.program {
        let _ = writeln!(out, "\nThe program\n\n```luma-ir\n{}\n```", program.text.trim());
        let _ = writeln!(out, "\nprints\n\n```text\n{}\n```", program.output.trim_end());
    }
}

fn values(rows: &mut Vec<[String; 3]>, what: &str, slots: &[Slot<TypeConstraint>]) {
    for slot in slots {
        let ty = match slot.constraint {
            TypeConstraint::Value => "any type of values",
            TypeConstraint::Scalar => "a number, truth value or pointer",
            TypeConstraint::Number => "`i8`, `i64`, `f32` or `f64`",
            TypeConstraint::Int => "`i8` or `i64`",
            TypeConstraint::Integer => "`i1`, `i8` or `i64`",
            TypeConstraint::I1 => "`i1`",
            TypeConstraint::I64 => "`i64`",
            TypeConstraint::Ptr => "a pointer",
            TypeConstraint::Place => "a place",
        };
        let effect = match slot.ownership {
            Some(OwnershipEffect::Takes) => "; takes ownership",
            Some(OwnershipEffect::Gives) => "; gives ownership",
            Some(OwnershipEffect::Borrows) => "; borrows",
            None => "",
        };
        rows.push([what.into(), name(slot), format!("{ty}{}{effect}", arity(slot.arity))]);
    }
}

fn name<C>(slot: &Slot<C>) -> String {
    format!("`{}`", slot.name)
}

fn arity(arity: Arity) -> &'static str {
    match arity {
        Arity::One => "",
        Arity::Optional => ", optional",
        Arity::Variadic => ", any number",
    }
}

fn relation(relation: &Relation) -> String {
    let list = |names: &[std::borrow::Cow<'static, str>]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match relation {
        Relation::Same(names) => format!("All of {} have one type.", list(names)),
        Relation::Element(outer, inner) => {
            format!("`{inner}` has the type of what `{outer}` holds.")
        }
        Relation::SameElement(a, b) => format!("`{a}` and `{b}` hold the same type."),
        Relation::AttributeType(attribute, value) => {
            format!("`{attribute}` has the type of `{value}`.")
        }
        Relation::OneOf(name, words) => format!("`{name}` is one of {}.", list(words)),
    }
}

/// Text that may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
/// Markdown in which nothing is HTML: each `<` that is not code gets a backslash.
fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '`', '\\']) {
        let (before, found) = rest.split_at(at);
        out += before;
        let ticks = found.len() - found.trim_start_matches('`').len();
        let end = match ticks {
            // An escaped character is itself; an escaped `<` is fine already.
            0 if found.starts_with('\\') => {
                1 + found
                    .chars()
                    .nth(1)
                    .filter(char::is_ascii_punctuation)
                    .map_or(0, char::len_utf8)
            }
            0 => {
                out.push('\\');
                1
            }
            _ => code_end(found, ticks).unwrap_or(ticks),
        };
        let (taken, left) = found.split_at(end);
        out += taken;
        rest = left;
    }
    out + rest
}

/// Where the code ends that `text` starts with, after the closing run of as many backquotes. Code in
/// a line ends with its paragraph.
fn code_end(text: &str, ticks: usize) -> Option<usize> {
    let inside = text.get(ticks..)?;
    let most = if ticks < 3 { inside.find("\n\n").unwrap_or(inside.len()) } else { inside.len() };
    let mut at = 0;
    while let Some(next) = inside.get(at..most)?.find('`') {
        let start = at + next;
        let run = inside.get(start..)?;
        let length = run.len() - run.trim_start_matches('`').len();
        if length == ticks {
            return Some(ticks + start + length);
        }
        at = start + length;
    }
    None
}

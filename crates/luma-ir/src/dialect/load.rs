//! Dialects that come from files at run time.

use std::ops::Range;

use luma_diagnostics::{Diagnostic, FileId, OrNever as _, SourceMap, Span, codes};

use rustc_hash::{FxHashMap, FxHashSet};

use super::def::{Dialect, Expansion, OpDef, OpPlaces};
use super::format;
use crate::context::Context;

/// Reads the dialect that `file` defines in TOML. Its operations exist for contexts made with
/// [`Context::with_dialects`](crate::Context::with_dialects), which checks what takes knowing all
/// operations there are.
///
/// # Errors
///
/// Everything wrong with the file, with code E0506.
pub fn load(map: &SourceMap, file: FileId) -> Result<Dialect, Vec<Diagnostic>> {
    let text = map.file(file).map(|file| file.text().clone());
    let text = text.or_never("".into(), "the file was read into the map");
    let (mut dialect, errors) = format::read(&text);
    if !errors.is_empty() {
        return Err(errors.into_iter().map(|error| diagnostic(file, error)).collect());
    }
    dialect.places.file = Some(file.0);
    Ok(dialect)
}

/// Two dialects have the name of `dialect`.
pub(crate) fn clash(dialect: &Dialect) -> Diagnostic {
    let message = format!("there already is a dialect `{}`", dialect.name);
    at(dialect, &dialect.places.name, message)
}

/// What is wrong with dialects of `context` that only shows once every operation is known: their
/// rewrite patterns, and their expansions.
pub(crate) fn check(context: &Context, dialects: &[Dialect]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    // The operations each operation stands for.
    let mut stands_for: FxHashMap<&str, FxHashSet<String>> = FxHashMap::default();
    let find = |name: &str| context.op_name(name).map(|name| context.op_def(name));
    for (dialect, op, places) in entries(dialects) {
        for (text, place) in op.folds.iter().zip(&places.folds) {
            if let Err(error) = crate::rewrite::declared::parse(op, find, text) {
                let range = place.locate(error.offset..error.offset + 1);
                errors.push(at(dialect, &range, error.message));
            }
        }
        if let Some(Expansion::Ops(text)) = &op.expansion {
            let checked = crate::text::check_expansion(context, op, text);
            for (range, message) in checked.errors {
                errors.push(at(dialect, &places.expansion.locate(range), message));
            }
            stands_for.insert(&op.name, checked.ops);
        }
    }
    if errors.is_empty() {
        for (dialect, op, places) in entries(dialects) {
            if let Some(path) = cycle(&stands_for, &op.name) {
                let message = format!("the expansion of `{}` comes back to it", op.name);
                let path: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
                let error = at(dialect, &places.expansion.range, message);
                errors.push(error.note(format!("by way of {}", path.join(", "))));
            }
        }
    }
    errors
}

/// Every operation with where its parts are written; dialects made by hand have no places.
fn entries(dialects: &[Dialect]) -> impl Iterator<Item = (&Dialect, &OpDef, OpPlaces)> {
    dialects.iter().flat_map(|dialect| {
        dialect.ops.iter().enumerate().map(move |(i, op)| {
            let mut places = dialect.places.ops.get(i).cloned().unwrap_or_default();
            places.folds.resize_with(op.folds.len(), Default::default);
            (dialect, op, places)
        })
    })
}

/// The operations on a way from `start` back to it.
fn cycle<'a>(
    stands_for: &'a FxHashMap<&str, FxHashSet<String>>,
    start: &'a str,
) -> Option<Vec<&'a str>> {
    let mut before: FxHashMap<&str, &str> = FxHashMap::default();
    let mut work = vec![start];
    while let Some(name) = work.pop() {
        for next in stands_for.get(name).into_iter().flatten() {
            if next == start {
                let mut path = vec![start, name];
                let mut at = name;
                while let Some(&previous) = before.get(at) {
                    path.push(previous);
                    at = previous;
                }
                path.reverse();
                path.dedup();
                return Some(path);
            }
            if !before.contains_key(next.as_str()) {
                before.insert(next, name);
                work.push(next);
            }
        }
    }
    None
}

/// An error at a range of the file of `dialect`, if it has one.
fn at(dialect: &Dialect, range: &Range<usize>, message: String) -> Diagnostic {
    match dialect.places.file {
        Some(file) => {
            let span = Span::new(FileId(file), range.start as u32, range.end as u32);
            Diagnostic::new(codes::E0506, span, message)
        }
        None => Diagnostic::unlocated(codes::E0506, message),
    }
}

fn diagnostic(file: FileId, error: format::TableError) -> Diagnostic {
    let span = Span::new(file, error.range.start as u32, error.range.end as u32);
    let diagnostic = Diagnostic::new(codes::E0506, span, error.message);
    match error.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

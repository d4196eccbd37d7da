//! `lumac fix`: applies the edits that diagnostics propose, until none is left.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, Fix, SourceMap, codes};
use luma_pass::instrument::unified_diff;

use crate::cli::{FixArgs, Ownership};
use crate::dialects::Dialects;
use crate::extension::Registry;
use crate::input::{self, Input, Level};
use crate::{compile, levels, report};

/// An edit may uncover what the next one mends; more rounds than this have not been seen to help.
const MAX_ROUNDS: usize = 10;

/// Fixes a program as the command line asks.
pub(crate) fn fix(args: &FixArgs, registry: &Registry) -> ExitCode {
    let file = &args.input.file;
    if file.as_os_str() == "-" && !args.dry_run {
        return compile::usage("standard input cannot be written; `--dry-run` shows the changes");
    }
    let how = &args.input.diagnostics;
    let mut map = SourceMap::new();
    let input = match input::read(&mut map, file, args.input.from.from) {
        Ok(input) => input,
        Err(error) => {
            report::report(&map, how, &[*error]);
            return ExitCode::FAILURE;
        }
    };
    let (name, before) = match map.file(input.file) {
        Some(source) => (source.name().to_owned(), source.text().to_string()),
        None => return ExitCode::FAILURE,
    };
    let mut text = before.clone();
    let mut said = String::new();
    for round in 0.. {
        let (new_map, input, diagnostics) = check(args, registry, &name, &text, input.level);
        map = new_map;
        let fixes = if round < MAX_ROUNDS { chosen(&diagnostics, input) } else { Vec::new() };
        if fixes.is_empty() {
            let written = conclude(args, &name, &before, &text, &said);
            return finish(args, &map, diagnostics, written);
        }
        for (diagnostic, message, fix) in &fixes {
            let at = diagnostic.primary.as_ref().map_or(fix.span, |label| label.span);
            if let Some((name, place)) = map.start(at) {
                let (line, column) = (place.line, place.column);
                said += &format!("fixed {name}:{line}:{column}: {}: {message}\n", diagnostic.code);
            }
        }
        text = apply(&text, fixes.iter().map(|&(_, _, fix)| fix));
    }
    ExitCode::FAILURE
}

/// Everything wrong with `text`, and the files it was found in.
fn check(
    args: &FixArgs,
    registry: &Registry,
    name: &str,
    text: &str,
    level: Level,
) -> (SourceMap, Input, Vec<Diagnostic>) {
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let dialects = Dialects::load(&mut map, registry, &args.input.from.dialect, &mut diagnostics);
    let input = Input { file: map.add(name, text), level };
    if let Some(dialects) = dialects {
        let verify = args.input.diagnostics.ownership == Ownership::Error;
        levels::check(&map, input, &dialects, verify, &mut diagnostics);
    }
    diagnostics.sort_by_key(Diagnostic::sort_key);
    (map, input, diagnostics)
}

/// The edits of this round, in the order of the text: the first of each diagnostic, as far as they
/// do not overlap. Two insertions at one place wait for each other.
fn chosen(diagnostics: &[Diagnostic], input: Input) -> Vec<(&Diagnostic, &str, &Fix)> {
    let mut fixes: Vec<(&Diagnostic, &str, &Fix)> = diagnostics
        .iter()
        .filter_map(|d| {
            let mut help = d.help.iter();
            help.find_map(|help| Some((d, help.message.as_str(), help.fix.as_ref()?)))
        })
        .filter(|(_, _, fix)| fix.span.file == input.file && fix.span.start <= fix.span.end)
        .collect();
    fixes.sort_by_key(|(_, _, fix)| fix.span);
    let mut chosen: Vec<(&Diagnostic, &str, &Fix)> = Vec::new();
    for fix in fixes {
        let free = chosen.last().is_none_or(|(_, _, last)| {
            fix.2.span.start >= last.span.end && fix.2.span.start > last.span.start
        });
        if free {
            chosen.push(fix);
        }
    }
    chosen
}

/// `text` with `fixes`, which are sorted and apart.
fn apply<'a>(text: &str, fixes: impl Iterator<Item = &'a Fix>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for fix in fixes {
        let (start, end) = (fix.span.start as usize, fix.span.end as usize);
        // An edit that stands outside the text, or cuts a character, changes nothing.
        if let (Some(kept), Some(_)) = (text.get(done..start), text.get(start..end)) {
            out.push_str(kept);
            out.push_str(&fix.replacement);
            done = end;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Writes the program, or shows what would change.
fn conclude(
    args: &FixArgs,
    name: &str,
    before: &str,
    text: &str,
    said: &str,
) -> Result<(), Box<Diagnostic>> {
    if before == text {
        return Ok(());
    }
    if args.dry_run {
        let diff = unified_diff(before, text);
        print(&format!("--- {name}\n+++ {name}\n{diff}"))
    } else {
        // A link stays one: what it leads to is written.
        let file = &args.input.file;
        let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.clone());
        write(&target, text)?;
        print(said)
    }
}

fn write(path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    let cannot = |why: String| {
        let message = format!("cannot write `{}`: {why}", path.display());
        Box::new(Diagnostic::unlocated(codes::E0505, message))
    };
    let permissions = std::fs::metadata(path).map(|data| data.permissions());
    if permissions.as_ref().is_ok_and(std::fs::Permissions::readonly) {
        return Err(cannot("it is read-only".into()));
    }
    luma_llvm::write_file(path, text.as_bytes()).map_err(|error| cannot(error.message))?;
    if let Ok(permissions) = permissions {
        std::fs::set_permissions(path, permissions).map_err(|why| cannot(why.to_string()))?;
    }
    Ok(())
}

fn print(text: &str) -> Result<(), Box<Diagnostic>> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|why| {
        let message = format!("cannot write to standard output: {why}");
        Box::new(Diagnostic::unlocated(codes::E0505, message))
    })
}

/// Reports what is left.
fn finish(
    args: &FixArgs,
    map: &SourceMap,
    mut diagnostics: Vec<Diagnostic>,
    written: Result<(), Box<Diagnostic>>,
) -> ExitCode {
    diagnostics.extend(written.err().map(|error| *error));
    match report::report(map, &args.input.diagnostics, &diagnostics) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

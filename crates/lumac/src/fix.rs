//! `lumac fix`: applies the edits that diagnostics propose, as long as they help.

use std::process::ExitCode;

use luma_diagnostics::{Code, Diagnostic, FileId, Fix, SourceMap, codes, printable};
use luma_pass::instrument::unified_diff;

use crate::cli::FixArgs;
use luma_driver::dialects::Dialects;
use luma_driver::extension::Registry;
use luma_driver::input::{self, Input, Level};
use luma_driver::{compile, emit, levels, report};

/// An edit may uncover what the next one mends; more in a row have not been seen to help.
const MAX_ROUNDS: usize = 10;

/// Fixes a program as the command line asks.
pub(crate) fn fix(args: &FixArgs, registry: &Registry) -> ExitCode {
    let file = &args.input.file;
    if file.as_os_str() == "-" && !args.dry_run {
        return compile::usage(
            "standard input cannot be changed in place; use `--dry-run` to print the changes",
        );
    }
    let how = &args.input.diagnostics;
    let mut map = SourceMap::new();
    // Reading a pipe would empty it.
    if let Ok(about) = std::fs::metadata(file)
        && !about.is_file()
        && !about.is_dir()
        && !args.dry_run
    {
        let message = format!("cannot fix `{}`: it is not a regular file", file.display());
        let error = Diagnostic::unlocated(codes::E0505, message);
        return report::exit(&map, how, &[error]);
    }
    let input = match input::read(&mut map, file, args.input.from.from) {
        Ok(input) => input,
        Err(error) => {
            return report::exit(&map, how, &[*error]);
        }
    };
    let (name, before) = match map.file(input.file) {
        Some(source) => (source.name().to_owned(), source.text().to_string()),
        None => return ExitCode::FAILURE,
    };
    let session = Session { args, registry, name: &name, level: input.level };
    let found = session.mend(session.check(before.clone()));
    let written = conclude(args, &name, &before, &found.text, &found.said);
    finish(args, &found.map, found.diagnostics, written)
}

/// What stays the same while the text changes.
struct Session<'a> {
    args: &'a FixArgs,
    registry: &'a Registry,
    name: &'a str,
    level: Level,
}

/// A text, everything wrong with it, and the edits that led to it.
struct Found {
    text: String,
    file: FileId,
    map: SourceMap,
    diagnostics: Vec<Diagnostic>,
    /// A line for each edit.
    said: String,
}

/// A diagnostic in a text that changes around it: its code and position.
type Mark = (Code, u32);

/// An edit, what it is for, and the diagnostic that proposes it.
type Edit<'a> = (&'a Diagnostic, &'a str, &'a Fix);

impl Session<'_> {
    /// Applies edits as long as that helps. An edit that does not, even with what follows from it,
    /// is not applied.
    fn mend(&self, start: Found) -> Found {
        let mut current = start;
        let mut refused: Vec<Mark> = Vec::new();
        loop {
            let edits = chosen(&current, &refused);
            let Some(first) = edits.first() else { return current };
            let all = self.improve(&current, &edits, &refused, wrong(edits.iter().map(|e| e.0)));
            if let Some((better, moved)) = all {
                (current, refused) = (better, moved);
                continue;
            }
            let one = |edit: &Edit<'_>| self.improve(&current, &[*edit], &refused, wrong([edit.0]));
            let useless = edits.iter().filter(|edit| edits.len() == 1 || one(edit).is_none());
            let useless: Vec<Mark> = useless.map(|edit| mark(edit.0)).collect();
            if useless.is_empty()
                && let Some((better, moved)) = one(first)
            {
                (current, refused) = (better, moved);
                continue;
            }
            refused.extend(useless);
        }
    }

    /// The text after `edits`, and after those for what they bring to light, if so much less is wrong
    /// than before; and where the `refused` diagnostics are in it.
    fn improve(
        &self,
        before: &Found,
        edits: &[Edit<'_>],
        refused: &[Mark],
        less: Tally,
    ) -> Option<(Found, Vec<Mark>)> {
        // The rest of what was wrong has to wait.
        let mut known: Vec<Mark> = before.diagnostics.iter().map(mark).collect();
        let mut refused = refused.to_vec();
        let mut found = self.apply(before, edits, [&mut known, &mut refused]);
        for _ in 0..MAX_ROUNDS {
            if is_better(wrong(&before.diagnostics), wrong(&found.diagnostics), less) {
                return Some((found, refused));
            }
            let edits = chosen(&found, &known);
            if edits.is_empty() {
                return None;
            }
            found = self.apply(&found, &edits, [&mut known, &mut refused]);
        }
        None
    }

    /// Makes `edits` and checks what comes out; `marks` move with the text.
    fn apply(&self, found: &Found, edits: &[Edit<'_>], marks: [&mut Vec<Mark>; 2]) -> Found {
        let mut said = found.said.clone();
        for (diagnostic, message, fix) in edits {
            let at = diagnostic.primary.as_ref().map_or(fix.span, |label| label.span);
            if let Some((name, place)) = found.map.start(at) {
                let (line, column) = (place.line, place.column);
                said += &format!("fixed {name}:{line}:{column}: {}: {message}\n", diagnostic.code);
            }
        }
        let fixes = || edits.iter().map(|&(_, _, fix)| fix);
        for mark in marks.into_iter().flatten() {
            mark.1 = moved(mark.1, fixes());
        }
        Found { said, ..self.check(apply(&found.text, fixes())) }
    }

    /// Everything wrong with `text`.
    fn check(&self, text: String) -> Found {
        let mut map = SourceMap::new();
        let mut diagnostics = Vec::new();
        let input = &self.args.input;
        let dialects =
            Dialects::load(&mut map, self.registry, &input.from.dialect, &mut diagnostics);
        let file = map.add(self.name, text.as_str());
        if let Some(dialects) = dialects {
            let verify = input.diagnostics.verify();
            let input = Input { file, level: self.level };
            levels::check(&map, input, &dialects, verify, &mut diagnostics);
        }
        diagnostics.sort_by_key(Diagnostic::sort_key);
        if ends_lines_with_crlf(&text) {
            let help = diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.help);
            for fix in help.filter_map(|help| help.fix.as_mut()) {
                fix.replacement = fix.replacement.replace("\r\n", "\n").replace('\n', "\r\n");
            }
        }
        Found { text, file, map, diagnostics, said: String::new() }
    }
}

/// Whether the first line of `text` ends with CR LF: then new lines do, too.
fn ends_lines_with_crlf(text: &str) -> bool {
    text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'))
}

/// How many errors the parts of the compiler find, in order, and warnings at the end.
type Tally = [usize; 11];

/// How much is wrong.
fn wrong<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Tally {
    let mut tally = Tally::default();
    for diagnostic in diagnostics {
        let part = diagnostic.code.as_str().chars().nth(2).and_then(|digit| digit.to_digit(10));
        let part = part.filter(|_| diagnostic.is_error()).map_or(10, |part| part as usize);
        if let Some(count) = tally.get_mut(part) {
            *count += 1;
        }
    }
    tally
}

/// Whether what is wrong has become less by `less`. Later parts look only at what earlier ones accept:
/// where an earlier one finds less, more may be found by later ones.
fn is_better(before: Tally, after: Tally, less: Tally) -> bool {
    for ((before, after), less) in before.into_iter().zip(after).zip(less) {
        if after + less > before {
            return false;
        }
        if after < before {
            return true;
        }
    }
    false
}

fn mark(diagnostic: &Diagnostic) -> Mark {
    (diagnostic.code, diagnostic.primary.as_ref().map_or(0, |label| label.span.start))
}

/// Where the text at `offset` is after `fixes`.
fn moved<'a>(offset: u32, fixes: impl Iterator<Item = &'a Fix>) -> u32 {
    fixes.filter(|fix| fix.span.end <= offset).fold(offset, |at, fix| {
        let (removed, added) = (fix.span.end - fix.span.start, fix.replacement.len());
        at.saturating_sub(removed).saturating_add(u32::try_from(added).unwrap_or(u32::MAX))
    })
}

/// The edits to make, in the order of the text: the first of each diagnostic not among `but`, as far
/// as they do not overlap. Two insertions at one place wait for each other.
fn chosen<'a>(found: &'a Found, but: &[Mark]) -> Vec<Edit<'a>> {
    let mut fixes: Vec<Edit<'_>> = found
        .diagnostics
        .iter()
        .filter(|diagnostic| !but.contains(&mark(diagnostic)))
        .filter_map(|d| {
            let mut help = d.help.iter();
            help.find_map(|help| Some((d, help.message.as_str(), help.fix.as_ref()?)))
        })
        .filter(|(_, _, fix)| fix.span.file == found.file && fix.span.start <= fix.span.end)
        .collect();
    fixes.sort_by_key(|(_, _, fix)| fix.span);
    let mut chosen: Vec<Edit<'_>> = Vec::new();
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
        // An edit outside the text, or one that splits a character, is ignored.
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
        emit::print(printable(&format!("--- {name}\n+++ {name}\n{diff}")).as_bytes())
    } else {
        luma_process::edit_file(&args.input.file, before.as_bytes(), text.as_bytes())
            .map_err(|error| Box::new(Diagnostic::unlocated(codes::E0505, error.to_string())))?;
        emit::print(printable(said).as_bytes())
    }
}

/// Reports what is left.
fn finish(
    args: &FixArgs,
    map: &SourceMap,
    mut diagnostics: Vec<Diagnostic>,
    written: Result<(), Box<Diagnostic>>,
) -> ExitCode {
    diagnostics.extend(written.err().map(|error| *error));
    report::exit(map, &args.input.diagnostics, &diagnostics)
}

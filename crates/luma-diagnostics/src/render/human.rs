//! The format for people, which resembles that of rustc.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use super::clean::{clean_line, clean_lines, clean_name};
use super::excerpt::{Excerpt, lines_of};
use crate::{Diagnostic, FileId, Fix, PathStep, Severity, SourceFile, SourceMap, Span};

/// Of a mark that covers more lines than this, only the first line is shown.
const MOST_LINES: u32 = 30;
/// Marks further apart than this many lines get excerpts of their own.
const FAR: u32 = 60;
/// Maximum number of marks shown in source text; the rest are only counted.
const MOST_MARKS: usize = 16;
/// Longest path whose steps are shown in the source text.
const SHORT_PATH: usize = 6;
/// Steps listed at the beginning and at the end of a long path.
const LISTED: usize = 20;

/// `diagnostic` in the human format, ending with a newline.
pub(super) fn render(map: &SourceMap, colour: bool, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let inline = path_fits_source(map, diagnostic);
    let (marks, left_out) = marks(map, diagnostic, inline);
    let mut main = level
        .primary_title(clean_line(&diagnostic.message))
        .id(diagnostic.code.as_str())
        .elements(snippets(&marks));
    if left_out > 0 {
        main = main.element(Level::NOTE.message(format!("{left_out} more places are not shown")));
    }
    if !inline && !diagnostic.path.is_empty() {
        main = main.element(Level::NOTE.message(path_list(map, &diagnostic.path)));
    }
    for note in &diagnostic.notes {
        main = main.element(Level::NOTE.message(clean_lines(note)));
    }
    let mut edits = Vec::new();
    for help in &diagnostic.help {
        match help.fix.as_ref().and_then(|fix| suggestion(map, fix)) {
            Some(edit) => {
                edits.push(Level::HELP.secondary_title(clean_line(&help.message)).element(edit));
            }
            None => main = main.element(Level::HELP.message(clean_lines(&help.message))),
        }
    }
    let mut groups: Vec<Group<'_>> = vec![main];
    groups.append(&mut edits);
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let rendered = renderer.render(&groups);
    let mut text = String::with_capacity(rendered.len() + 1);
    for line in rendered.lines().filter(|line| !is_empty_origin(line)) {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Whether `line` introduces another file without naming it. The snippet renderer prints such a
/// line if the location is stated separately from the snippet, see [`snippet`].
fn is_empty_origin(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\x1b', '[', '1', '9', '4', 'm']);
    line.trim_end_matches("\x1b[0m").trim_end() == ":::"
}

/// A label, cut down to what can be shown.
struct Mark<'a> {
    id: FileId,
    file: &'a SourceFile,
    range: Range<u32>,
    text: String,
    primary: bool,
}

/// The marks in the source text, the primary label first, and the number of those that did not fit.
fn marks<'a>(map: &'a SourceMap, diagnostic: &Diagnostic, inline: bool) -> (Vec<Mark<'a>>, usize) {
    let primary = diagnostic.primary.iter().map(|label| (label.span, &label.message, true));
    let secondary = diagnostic.secondary.iter().map(|label| (label.span, &label.message, false));
    let mut marks: Vec<Mark<'a>> = Vec::new();
    let mut left_out = 0;
    for (span, message, primary) in primary.chain(secondary) {
        if marks.len() == MOST_MARKS {
            left_out += 1;
        } else {
            marks.extend(mark(map, span, clean_line(message), primary));
        }
    }
    let steps = if inline { diagnostic.path.as_slice() } else { &[] };
    for (index, step) in steps.iter().enumerate() {
        let Some(new) = mark(map, step.span, clean_line(&step.message), false) else { continue };
        let number = index + 1;
        // If the position of a step already has a label, the step only adds its number to the
        // label. The primary label is different: it says what is wrong, not what happens there.
        let same = |old: &&mut Mark<'_>| {
            (old.id, &old.range) == (new.id, &new.range)
                && (!old.primary || old.text == new.text || old.text.is_empty())
                && !old.text.starts_with('(')
        };
        match marks.iter_mut().find(same) {
            Some(old) if old.text.is_empty() => old.text = format!("({number}) {}", new.text),
            Some(old) => old.text = format!("({number}) {}", old.text),
            None => marks.push(Mark { text: format!("({number}) {}", new.text), ..new }),
        }
    }
    (marks, left_out)
}

fn mark(map: &SourceMap, span: Span, text: String, primary: bool) -> Option<Mark<'_>> {
    let file = map.file(span.file)?;
    Some(Mark { id: span.file, file, range: visible_range(file, span), text, primary })
}

/// The part of `span` that is marked: without a newline at its end, and only its first line if it
/// covers many.
fn visible_range(file: &SourceFile, span: Span) -> Range<u32> {
    let range = file.clamp(span);
    let first_line = file.line_col(range.start).line;
    let line = file.line_range(first_line);
    let start = range.start.min(line.end);
    if file.line_col(range.end).line - first_line > MOST_LINES {
        return start..line.end;
    }
    let text = &file.text()[range.start as usize..range.end as usize];
    let end = range.start + text.trim_end_matches(['\r', '\n']).len() as u32;
    start..end.max(start)
}

/// One snippet for each group of nearby marks: first that of the primary label, then the others in
/// order.
fn snippets(marks: &[Mark<'_>]) -> Vec<Element<'static>> {
    let mut files: BTreeMap<FileId, Vec<&Mark<'_>>> = BTreeMap::new();
    for mark in marks {
        files.entry(mark.id).or_default().push(mark);
    }
    let mut clusters: Vec<Vec<&Mark<'_>>> = Vec::new();
    for mut marks in files.into_values() {
        marks.sort_by_key(|mark| mark.range.start);
        let mut last_line = None;
        for mark in marks {
            let (first, last) = lines_of(mark.file, &mark.range);
            match clusters.last_mut() {
                Some(cluster) if last_line.is_some_and(|line| first <= line + FAR) => {
                    cluster.push(mark);
                }
                _ => clusters.push(vec![mark]),
            }
            last_line = last_line.max(Some(last));
        }
    }
    clusters.sort_by_key(|cluster| !cluster.iter().any(|mark| mark.primary));
    clusters.iter().flat_map(|cluster| snippet(cluster)).collect()
}

fn snippet(cluster: &[&Mark<'_>]) -> Vec<Element<'static>> {
    let Some(lead) = cluster.iter().find(|mark| mark.primary).or(cluster.first()) else {
        return Vec::new();
    };
    let ranges: Vec<_> = cluster.iter().map(|mark| mark.range.clone()).collect();
    let excerpt = Excerpt::new(lead.file, &ranges);
    let mut snippet = Snippet::source(excerpt.text.clone()).line_start(excerpt.first_line as usize);
    for mark in cluster {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let text = (!mark.text.is_empty()).then(|| mark.text.clone());
        snippet = snippet.annotation(kind.span(excerpt.locate(&mark.range)).label(text));
    }
    let name = clean_name(lead.file.name());
    if excerpt.is_shifted(lead.range.start) {
        // The snippet renderer would state the column in the excerpt.
        let at = lead.file.line_col(lead.range.start);
        let origin = Origin::path(name).line(at.line as usize).char_column(at.column as usize);
        vec![origin.into(), snippet.into()]
    } else {
        vec![snippet.path(name).into()]
    }
}

/// The edit of `fix`, if it is small enough to show.
fn suggestion(map: &SourceMap, fix: &Fix) -> Option<Element<'static>> {
    let file = map.file(fix.span.file)?;
    let range = file.clamp(fix.span);
    let (first, last) = lines_of(file, &range);
    if last - first > MOST_LINES {
        return None;
    }
    let excerpt = Excerpt::new(file, std::slice::from_ref(&range));
    let mut replacement = clean_lines(&fix.replacement);
    if fix.replacement.ends_with('\n') {
        replacement.push('\n');
    }
    let patch = Patch::new(excerpt.locate(&range), replacement);
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.first_line as usize)
        .path(clean_name(file.name()))
        .patch(patch);
    Some(snippet.into())
}

/// Whether the steps of the path read well as labels: few, all in the file of the primary label,
/// and not too many on one line.
fn path_fits_source(map: &SourceMap, diagnostic: &Diagnostic) -> bool {
    let Some(primary) = &diagnostic.primary else { return false };
    let Some(file) = map.file(primary.span.file) else { return false };
    let path = &diagnostic.path;
    if path.len() > SHORT_PATH || diagnostic.secondary.len() + path.len() >= MOST_MARKS {
        return false;
    }
    let line = |span: Span| file.line_col(span.start).line;
    let mut lines = BTreeMap::from([(line(primary.span), 1)]);
    for span in diagnostic.secondary.iter().map(|label| label.span) {
        if span.file == primary.span.file {
            *lines.entry(line(span)).or_insert(0) += 1;
        }
    }
    path.iter().all(|step| {
        let known =
            diagnostic.secondary.iter().any(|l| l.span == step.span) || primary.span == step.span;
        let count = lines.entry(line(step.span)).or_insert(0);
        *count += i32::from(!known);
        step.span.file == primary.span.file && *count <= 2
    })
}

/// The path as a numbered list.
fn path_list(map: &SourceMap, path: &[PathStep]) -> String {
    let mut text = String::from("the path that leads here:");
    let left_out = LISTED..path.len().saturating_sub(LISTED);
    for (index, step) in path.iter().enumerate() {
        if left_out.contains(&index) {
            if index == left_out.start {
                let count = left_out.len();
                text.push_str(&format!("\n  ... {count} steps (the JSON format has them all)"));
            }
            continue;
        }
        let message = clean_line(&step.message);
        text.push_str(&format!("\n{:>3}. ", index + 1));
        if let Some((file, at)) = map.start(step.span) {
            text.push_str(&format!("{}:{}:{}: ", clean_name(file), at.line, at.column));
        }
        text.push_str(&message);
    }
    text
}

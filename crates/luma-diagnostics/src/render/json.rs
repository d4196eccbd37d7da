//! One JSON object per line; the schema is documented at [`Format::Json`](super::Format::Json).

use serde::Serialize;

use super::short::severity_name;
use crate::{Diagnostic, Fix, Help, OrNever as _, SourceFile, SourceMap, Span};

/// The object of `diagnostic`, ending with a newline.
pub(super) fn render(map: &SourceMap, diagnostic: &Diagnostic) -> String {
    let label = |span, message| JsonLabel { span: json_span(map, span), message };
    let object = JsonDiagnostic {
        code: diagnostic.code.as_str(),
        name: diagnostic.code.name(),
        severity: severity_name(diagnostic.severity()),
        message: &diagnostic.message,
        primary: diagnostic.primary.as_ref().map(|l| label(l.span, &l.message)),
        secondary: diagnostic.secondary.iter().map(|l| label(l.span, &l.message)).collect(),
        path: diagnostic.path.iter().map(|s| label(s.span, &s.message)).collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.iter().map(|help| json_help(map, help)).collect(),
    };
    let text = serde_json::to_string(&object);
    let mut text = text.or_never(String::new(), "a diagnostic can be written as JSON");
    text.push('\n');
    text
}

fn json_help<'a>(map: &'a SourceMap, help: &'a Help) -> JsonHelp<'a> {
    let suggestion = |fix: &'a Fix| {
        Some(JsonFix { span: json_span(map, fix.span)?, replacement: &fix.replacement })
    };
    JsonHelp { message: &help.message, suggestion: help.fix.as_ref().and_then(suggestion) }
}

fn json_span(map: &SourceMap, span: Span) -> Option<JsonSpan<'_>> {
    let file = map.file(span.file)?;
    let range = file.clamp(span);
    Some(JsonSpan {
        file: file.name(),
        start: json_place(file, range.start),
        end: json_place(file, range.end),
    })
}

fn json_place(file: &SourceFile, byte: u32) -> JsonPlace {
    let at = file.line_col(byte);
    JsonPlace { line: at.line, column: at.column, byte }
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    primary: Option<JsonLabel<'a>>,
    secondary: Vec<JsonLabel<'a>>,
    path: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    help: Vec<JsonHelp<'a>>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    span: Option<JsonSpan<'a>>,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonHelp<'a> {
    message: &'a str,
    suggestion: Option<JsonFix<'a>>,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    span: JsonSpan<'a>,
    replacement: &'a str,
}

#[derive(Serialize)]
struct JsonSpan<'a> {
    file: &'a str,
    start: JsonPlace,
    end: JsonPlace,
}

#[derive(Serialize)]
struct JsonPlace {
    line: u32,
    column: u32,
    byte: u32,
}

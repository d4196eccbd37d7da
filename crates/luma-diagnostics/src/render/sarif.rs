//! SARIF 2.1.0 (OASIS standard), the format code-scanning services and editors read: one log with
//! one run for everything an invocation reports, on one line.
//!
//! Lines and columns count as elsewhere: from 1, columns in characters, ends one past the last.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{CATALOGUE, Code, Diagnostic, Fix, Severity, SourceMap, Span};

/// The log of `diagnostics`, ending with a newline. The rules are the codes that occur.
pub(super) fn log(map: &SourceMap, diagnostics: &[&Diagnostic]) -> String {
    let occur: BTreeMap<Code, usize> = {
        let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().enumerate().map(|(at, code)| (code, at)).collect()
    };
    let rules: Vec<Value> = occur.keys().map(|&code| rule(code)).collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|d| result(map, d, occur.get(&d.code).copied().unwrap_or_default()))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "lumac",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log}\n")
}

fn rule(code: Code) -> Value {
    let entry = CATALOGUE.iter().find(|entry| entry.code == code.as_str());
    let explanation = entry.map_or("", |entry| entry.explanation);
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.name() },
        "help": { "text": explanation, "markdown": explanation },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(map: &SourceMap, diagnostic: &Diagnostic, rule: usize) -> Value {
    let mut text = diagnostic.message.clone();
    let notes = diagnostic.notes.iter().map(|note| ("note", note));
    for (what, said) in notes.chain(diagnostic.help.iter().map(|help| ("help", &help.message))) {
        text += &format!("\n{what}: {said}");
    }
    let mut object = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": rule,
        "level": level(diagnostic.severity()),
        "message": { "text": text },
    });
    let primary = diagnostic.primary.iter();
    let related: Vec<_> = diagnostic.secondary.iter().zip(1..).collect();
    let lists = [
        ("locations", primary.map(|l| location(map, l.span, &l.message, None)).collect()),
        (
            "relatedLocations",
            related
                .into_iter()
                .map(|(l, id)| location(map, l.span, &l.message, Some(id)))
                .collect(),
        ),
        ("codeFlows", code_flow(map, diagnostic).into_iter().collect()),
        (
            "fixes",
            diagnostic.help.iter().filter_map(|h| fix(map, &h.message, h.fix.as_ref()?)).collect(),
        ),
    ];
    for (name, list) in lists {
        let list: Vec<Value> = list;
        if !list.is_empty() {
            object[name] = Value::Array(list);
        }
    }
    object
}

/// The path that leads to the defect.
fn code_flow(map: &SourceMap, diagnostic: &Diagnostic) -> Option<Value> {
    let steps: Vec<Value> = diagnostic
        .path
        .iter()
        .map(|step| json!({ "location": location(map, step.span, &step.message, None) }))
        .collect();
    (!steps.is_empty()).then(|| json!({ "threadFlows": [{ "locations": steps }] }))
}

fn fix(map: &SourceMap, message: &str, fix: &Fix) -> Option<Value> {
    Some(json!({
        "description": { "text": message },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(map.file(fix.span.file)?.name()) },
            "replacements": [{
                "deletedRegion": region(map, fix.span)?,
                "insertedContent": { "text": fix.replacement },
            }],
        }],
    }))
}

fn location(map: &SourceMap, span: Span, message: &str, id: Option<u32>) -> Value {
    let mut object = json!({});
    if let Some(id) = id {
        object["id"] = json!(id);
    }
    if let (Some(file), Some(region)) = (map.file(span.file), region(map, span)) {
        object["physicalLocation"] = json!({
            "artifactLocation": { "uri": uri(file.name()) },
            "region": region,
        });
    }
    if !message.is_empty() {
        object["message"] = json!({ "text": message });
    }
    object
}

fn region(map: &SourceMap, span: Span) -> Option<Value> {
    let file = map.file(span.file)?;
    let range = file.clamp(span);
    let (start, end) = (file.line_col(range.start), file.line_col(range.end));
    Some(json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }))
}

/// The name of a file as a URI reference (RFC 3986): absolute paths get the scheme `file`.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len() + 8);
    if name.starts_with('/') {
        uri.push_str("file://");
    } else if name.split('/').next().is_some_and(|first| first.contains(':')) {
        // Otherwise the part before the colon would be parsed as a scheme.
        uri.push_str("./");
    }
    for &byte in name.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'+' | b',' | b'=' | b'@' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

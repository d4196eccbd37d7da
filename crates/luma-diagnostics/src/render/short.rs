//! One line per diagnostic.

use super::clean::{clean_line, clean_name};
use crate::{Diagnostic, Severity, SourceMap};

/// `file:line:column: error[E0401]: message`.
pub(super) fn render(map: &SourceMap, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary.as_ref().and_then(|label| map.start(label.span));
    let place = place.map_or_else(String::new, |(file, at)| {
        format!("{}:{}:{}: ", clean_name(file), at.line, at.column)
    });
    let severity = severity_name(diagnostic.severity());
    format!("{place}{severity}[{}]: {}\n", diagnostic.code, clean_line(&diagnostic.message))
}

/// `error` or `warning`.
pub(super) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

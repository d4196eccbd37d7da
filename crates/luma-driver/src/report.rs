//! Diagnostics to stderr.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use luma_diagnostics::{
    Diagnostic, Format, RenderOptions, SourceMap, codes, internal, printable, render_all,
};

use crate::options::{Color, DiagnosticArgs, ErrorFormat};

/// The exit code of a failure that is a bug in lumac.
pub const EXIT_BUG: u8 = 101;

/// Whether an internal compiler error has been printed, by [`exit`] or [`report_internal`].
static INTERNAL: AtomicBool = AtomicBool::new(false);

/// Prints diagnostics as the command line asks, and the internal compiler errors recorded outside of
/// all steps. The exit code is 2 if a file named on the command line cannot be read, else 1 if there
/// is an error. Without diagnostics, only SARIF prints something.
pub fn exit(map: &SourceMap, args: &DiagnosticArgs, diagnostics: &[Diagnostic]) -> ExitCode {
    match print(map, args, diagnostics) {
        false => ExitCode::SUCCESS,
        true if diagnostics.iter().any(|d| d.code == codes::E0100) => ExitCode::from(2),
        true => ExitCode::FAILURE,
    }
}

/// Prints an error that is about no text: `error: MESSAGE`.
pub fn error(message: &str) {
    // Nothing can be done about a stderr that cannot be written.
    let _ = writeln!(std::io::stderr(), "error: {}", printable(message));
}

/// The same for what belongs to an error before it.
pub fn note(message: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", printable(message));
}

/// True if one of the diagnostics is an error.
fn print(map: &SourceMap, args: &DiagnosticArgs, diagnostics: &[Diagnostic]) -> bool {
    let unreported = internal_errors(None);
    let all: Vec<Diagnostic>;
    let diagnostics = if unreported.is_empty() {
        diagnostics
    } else {
        all = [diagnostics, &unreported].concat();
        &all
    };
    if diagnostics.is_empty() && args.error_format != ErrorFormat::Sarif {
        return false;
    }
    let format = match args.error_format {
        ErrorFormat::Human => Format::Human,
        ErrorFormat::Short => Format::Short,
        ErrorFormat::Json => Format::Json,
        ErrorFormat::Sarif => Format::Sarif,
    };
    let colour = match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            std::io::stderr().is_terminal() && !refused
        }
    };
    let mut text = render_all(map, RenderOptions { format, colour }, diagnostics);
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    if errors > 0 && format == Format::Human {
        let plural = if errors == 1 { "" } else { "s" };
        let code = diagnostics.iter().find(|d| d.is_error()).map_or("", |d| d.code.as_str());
        text += &format!(
            "error: stopped by {errors} error{plural}; `lumac --explain {code}` tells more\n"
        );
    }
    // Nothing can be done about a stderr that cannot be written.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    if diagnostics.iter().any(|d| d.code == codes::E0700) {
        INTERNAL.store(true, Ordering::Relaxed);
    }
    errors > 0
}

/// The internal compiler errors recorded since they were last taken. `step` is the name of the step
/// that ran meanwhile.
fn internal_errors(step: Option<&str>) -> Vec<Diagnostic> {
    internal::take().iter().map(|event| event.to_diagnostic(step)).collect()
}

/// Prints the internal compiler errors that nothing has reported; true if the command failed because
/// of these or of others.
pub fn report_internal() -> bool {
    let errors = internal_errors(None);
    if !errors.is_empty() {
        INTERNAL.store(true, Ordering::Relaxed);
        let options = RenderOptions { format: Format::Human, colour: false };
        let text = render_all(&SourceMap::new(), options, &errors);
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
    INTERNAL.load(Ordering::Relaxed)
}

//! Diagnostics to stderr.

use std::io::{IsTerminal as _, Write as _};
use std::panic::PanicHookInfo;

use luma_diagnostics::{Diagnostic, Format, RenderOptions, SourceMap, render_all};

use crate::options::{Color, DiagnosticArgs, ErrorFormat};

/// Prints diagnostics as the command line asks; true if one of them stops the build. Where there
/// are none, only SARIF says so.
pub fn report(map: &SourceMap, args: &DiagnosticArgs, diagnostics: &[Diagnostic]) -> bool {
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
    errors > 0
}

/// What is said when lumac itself is wrong.
pub fn internal_error(info: &PanicHookInfo<'_>) {
    let message = info
        .payload()
        .downcast_ref::<&str>()
        .map(|text| (*text).to_string())
        .or_else(|| info.payload().downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let command: Vec<String> =
        std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let _ = writeln!(
        std::io::stderr(),
        "error: internal error in lumac {}: {message}\n  at {place}\n  while running: {}\n\
         note: this is a bug in lumac, not in your program; please report it with the input file",
        env!("CARGO_PKG_VERSION"),
        command.join(" ")
    );
}

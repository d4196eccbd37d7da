//! What commands that take one program have in common.

use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, SourceMap};

use crate::dialects::Dialects;
use crate::extension::Registry;
use crate::options::InputArgs;
use crate::{input, report};

/// Reads the input, does `work`, and reports everything found.
pub fn with_input(
    args: &InputArgs,
    registry: &Registry,
    work: impl FnOnce(&SourceMap, input::Input, &Dialects, &mut Vec<Diagnostic>),
) -> ExitCode {
    let InputArgs { file, from, diagnostics: how } = args;
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let dialects = Dialects::load(&mut map, registry, &from.dialect, &mut diagnostics);
    match input::read(&mut map, file, from.from) {
        Ok(input) => {
            if let Some(dialects) = dialects {
                work(&map, input, &dialects, &mut diagnostics);
            }
        }
        Err(error) => diagnostics.push(*error),
    }
    report::exit(&map, how, &diagnostics)
}

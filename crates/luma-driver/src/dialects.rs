//! The dialects that Luma IR is read with, beside lumac's own.

use std::path::PathBuf;
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, SourceMap, never};
use luma_ir::Context;
use luma_ir::dialect::{Dialect, load};

use crate::extension::Registry;
use crate::input;

/// Dialects from extensions and files.
#[derive(Debug, Default)]
pub struct Dialects {
    loaded: Vec<Dialect>,
}

impl Dialects {
    /// Those of `registry`, then those of `files`. `None` once an error is among the diagnostics.
    pub fn load(
        map: &mut SourceMap,
        registry: &Registry,
        files: &[PathBuf],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut texts = Vec::new();
        for (name, text) in registry.dialects() {
            texts.push(map.add(name.clone(), text.as_str()));
        }
        for path in files {
            match input::read(map, path, None) {
                Ok(read) => texts.push(read.file),
                Err(error) => diagnostics.push(*error),
            }
        }
        let mut dialects = Self::default();
        for file in texts {
            match load(map, file) {
                Ok(dialect) => dialects.loaded.push(dialect),
                Err(errors) => diagnostics.extend(errors),
            }
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return None;
        }
        // What takes knowing all of them.
        if !dialects.loaded.is_empty()
            && let Err(errors) = Context::with_dialects(dialects.loaded.iter().cloned())
        {
            diagnostics.extend(errors);
            return None;
        }
        Some(dialects)
    }

    /// A new context that knows them.
    pub fn context(&self) -> Arc<Context> {
        match Context::with_dialects(self.loaded.iter().cloned()) {
            Ok(context) => Arc::new(context),
            Err(errors) => {
                let first = errors.first().map(|error| &*error.message);
                never!("dialects that were loaded do not fit together: {first:?}");
                Arc::default()
            }
        }
    }
}

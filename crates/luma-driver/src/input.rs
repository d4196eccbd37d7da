//! Reads input files.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::ValueEnum;
use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};

use crate::options::EmitKind;

/// The level a file's text is at.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Luma source.
    #[value(name = "luma")]
    Source,
    /// Luma IR.
    LumaIr,
    /// MLIR.
    Mlir,
    /// LLVM IR.
    LlvmIr,
}

impl Level {
    /// The level of the file at `path`, by its extension.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|e| e.to_str()) {
            Some("lir") => Self::LumaIr,
            Some("mlir") => Self::Mlir,
            Some("ll") => Self::LlvmIr,
            _ => Self::Source,
        }
    }

    /// The first thing that can be made from input of this level.
    pub fn first_kind(self) -> EmitKind {
        match self {
            Self::Source => EmitKind::Ast,
            Self::LumaIr => EmitKind::LumaIr,
            Self::Mlir => EmitKind::Mlir,
            Self::LlvmIr => EmitKind::LlvmIr,
        }
    }
}

/// A program in the source map.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Its text.
    pub file: FileId,
    /// The level of that text.
    pub level: Level,
}

/// Texts that are read in place of files: those that a reproducer contains.
static EMBEDDED: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());

/// From now on, reading `path` gives `text`.
pub(crate) fn embed(path: PathBuf, text: String) {
    embedded().insert(path, text);
}

fn embedded() -> MutexGuard<'static, BTreeMap<PathBuf, String>> {
    // Each change is one insertion.
    EMBEDDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads `path` into `map`; its level is `from`, if that is said.
///
/// # Errors
///
/// E0100 (exit code 2) when it cannot be read, E0108 when it is not UTF-8.
pub fn read(
    map: &mut SourceMap,
    path: &Path,
    from: Option<Level>,
) -> Result<Input, Box<Diagnostic>> {
    let from_stdin = path.as_os_str() == "-";
    let name = if from_stdin { "<stdin>".into() } else { path.display().to_string() };
    let cannot = |why: &dyn std::fmt::Display| {
        Box::new(Diagnostic::unlocated(codes::E0100, format!("cannot read `{name}`: {why}")))
    };
    if let Some(text) = embedded().get(path) {
        let level = from.unwrap_or_else(|| Level::of(path));
        return Ok(Input { file: map.add(name, text.as_str()), level });
    }
    if !from_stdin {
        luma_process::protect(path);
    }
    let mut bytes = Vec::new();
    let result = if from_stdin {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|content| bytes = content)
    };
    result.map_err(|why| match why.kind() {
        std::io::ErrorKind::NotFound => cannot(&"there is no such file"),
        std::io::ErrorKind::IsADirectory => cannot(&"it is a directory"),
        _ => cannot(&why),
    })?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(cannot(&"files of 4 GiB and more are not supported"));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            // Everything before the first bad byte keeps its place in the lossy text.
            let offset = error.utf8_error().valid_up_to() as u32;
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = map.add(name, text);
            let span = Span::new(file, offset, offset);
            let error = Diagnostic::new(codes::E0108, span, "the file is not UTF-8 text");
            return Err(Box::new(error.label("the first byte that is not")));
        }
    };
    let level = from.unwrap_or_else(|| Level::of(path));
    Ok(Input { file: map.add(name, text), level })
}

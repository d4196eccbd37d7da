//! Errors of the stages below MLIR.

use std::fmt;

use luma_diagnostics::{Code, Diagnostic, FileId, SourceMap, Span, codes};
use luma_mlir::MlirError;

/// The stage that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LlvmErrorKind {
    /// LLVM IR text that does not parse (E0501).
    Parse,
    /// LLVM IR that the verifier rejects (E0502).
    Verify,
    /// A target that does not exist or is not built in (E0503).
    Target,
    /// A pipeline that does not parse, or a pass that failed (E0503).
    Pass,
    /// MLIR that has no translation, or code that the target cannot express (E0503).
    Codegen,
    /// The linker is missing or failed (E0504).
    Link,
    /// A file that cannot be written (E0505).
    Write,
}

/// A position in LLVM IR text, both from 1, columns in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPosition {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
}

/// A failure below MLIR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlvmError {
    /// The stage that failed.
    pub kind: LlvmErrorKind,
    /// One sentence, without the final full stop.
    pub message: String,
    /// Where in the text that was read, if it is about one.
    pub position: Option<TextPosition>,
    /// Further lines of the output of the tool.
    pub notes: Vec<String>,
    /// How to fix it.
    pub help: Option<String>,
}

impl LlvmError {
    pub(crate) fn new(kind: LlvmErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), position: None, notes: Vec::new(), help: None }
    }

    /// An error whose first line is `message` and whose other lines are notes.
    pub(crate) fn with_output(
        kind: LlvmErrorKind,
        message: impl Into<String>,
        output: &str,
    ) -> Self {
        let lines = output.lines().map(str::trim_end).filter(|line| !line.is_empty());
        Self { notes: lines.map(str::to_owned).collect(), ..Self::new(kind, message) }
    }

    /// The error with another line.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The error code in the catalogue.
    pub fn code(&self) -> Code {
        match self.kind {
            LlvmErrorKind::Parse => codes::E0501,
            LlvmErrorKind::Verify => codes::E0502,
            LlvmErrorKind::Target | LlvmErrorKind::Pass | LlvmErrorKind::Codegen => codes::E0503,
            LlvmErrorKind::Link => codes::E0504,
            LlvmErrorKind::Write => codes::E0505,
        }
    }

    /// Converts to a diagnostic; a position becomes a label in `file`, the text that was read.
    pub fn into_diagnostic(self, file: Option<FileId>, sources: &SourceMap) -> Diagnostic {
        let span = self.position.zip(file).and_then(|(at, file)| {
            let text = sources.file(file)?.text();
            let line = text.split('\n').nth(at.line.checked_sub(1)? as usize)?;
            let column = (at.column.saturating_sub(1) as usize).min(line.len());
            let mut offset = line.as_ptr() as usize - text.as_ptr() as usize + column;
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            let offset = u32::try_from(offset).ok()?;
            Some(Span::new(file, offset, offset))
        });
        let code = self.code();
        let mut diagnostic = match span {
            Some(span) => Diagnostic::new(code, span, self.message),
            None => Diagnostic::unlocated(code, self.message),
        };
        diagnostic.notes = self.notes;
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

impl fmt::Display for LlvmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(at) = self.position {
            write!(f, " (line {}, column {})", at.line, at.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for LlvmError {}

impl From<MlirError> for LlvmError {
    fn from(error: MlirError) -> Self {
        let mut notes: Vec<String> =
            error.errors.iter().skip(1).chain(&error.notes).map(|m| m.text.clone()).collect();
        notes.truncate(20);
        Self { notes, ..Self::new(LlvmErrorKind::Codegen, error.to_string()) }
    }
}

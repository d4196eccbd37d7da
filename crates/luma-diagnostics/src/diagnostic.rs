//! The content of diagnostics, independent of how they are rendered.

use std::fmt;

use crate::{Span, catalogue};

/// A stable code such as `E0401`, listed in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Code(pub(crate) &'static str);

impl Code {
    /// The code as text, such as `E0401`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Errors start with `E`, warnings with `W`.
    pub fn severity(self) -> Severity {
        if self.0.starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The name of the rule it stands for, such as `memory leak`.
    pub fn name(self) -> &'static str {
        catalogue::explain(self.0).map_or("", |entry| entry.name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether a diagnostic stops the build.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Stops the build.
    Error,
    /// Does not stop the build.
    Warning,
}

/// A source range and the text shown beside it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    /// The source range it marks.
    pub span: Span,
    /// Text beside the marked range; may be empty.
    pub message: String,
}

/// One step of the execution path that leads to a defect.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PathStep {
    /// The source range of the step.
    pub span: Span,
    /// What happens there, such as ``"`flag` is false"``.
    pub message: String,
}

/// An edit: replace the text of `span` with `replacement`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fix {
    /// The range to replace; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// Advice, and the edit that implements it if exactly one edit is right.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Help {
    /// The advice in plain language.
    pub message: String,
    /// A machine-applicable edit.
    pub fix: Option<Fix>,
}

/// One defect of the user's program, with all its locations.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Diagnostic {
    /// Its stable code, such as `E0401`.
    pub code: Code,
    /// One sentence without a final full stop.
    pub message: String,
    /// Where the defect is. `None` only if there is no source text to show, as for an unreadable
    /// file.
    pub primary: Option<Label>,
    /// Other source ranges that explain it.
    pub secondary: Vec<Label>,
    /// The path that leads to it, in execution order.
    pub path: Vec<PathStep>,
    /// Facts that have no location.
    pub notes: Vec<String>,
    /// Suggested fixes.
    pub help: Vec<Help>,
}

impl Diagnostic {
    /// A diagnostic at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            primary: Some(Label { span, message: String::new() }),
            ..Self::unlocated(code, message)
        }
    }

    /// A diagnostic without a source location.
    pub fn unlocated(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            path: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Sets the text of the primary label.
    pub fn label(mut self, message: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.message = message.into();
        }
        self
    }

    /// Adds a secondary label.
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label { span, message: message.into() });
        self
    }

    /// Adds a step of the path.
    pub fn step(mut self, span: Span, message: impl Into<String>) -> Self {
        self.path.push(PathStep { span, message: message.into() });
        self
    }

    /// Adds a note.
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(message.into());
        self
    }

    /// Adds advice.
    pub fn help(mut self, message: impl Into<String>) -> Self {
        self.help.push(Help { message: message.into(), fix: None });
        self
    }

    /// Adds advice with the edit that implements it.
    pub fn fix(
        mut self,
        message: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        let fix = Some(Fix { span, replacement: replacement.into() });
        self.help.push(Help { message: message.into(), fix });
        self
    }

    /// Whether it is an error or a warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether it stops the build.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// The key that sorts diagnostics into display order: by position, then by code.
    pub fn sort_key(&self) -> (Span, Code) {
        (self.primary.as_ref().map_or_else(Span::default, |label| label.span), self.code)
    }
}

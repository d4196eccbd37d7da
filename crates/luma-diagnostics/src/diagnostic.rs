//! What a diagnostic says, apart from how it is shown.

use std::fmt;

use crate::{Span, catalogue};

/// A stable code such as `E0401`, listed in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Code(pub(crate) &'static str);

impl Code {
    /// The text of the code: `E0401`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Errors start with `E`, warnings with `W`.
    pub fn severity(self) -> Severity {
        if self.0.starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The name of the rule it stands for: `memory leak`.
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
    /// Does not.
    Warning,
}

/// A place and what there is to say about it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    /// The source range it marks.
    pub span: Span,
    /// Text beside the marked range; may be empty.
    pub message: String,
}

/// One step of the path that leads to a defect, in the order the program takes it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PathStep {
    /// The source range of the step.
    pub span: Span,
    /// What happens: ``"`flag` is false"``.
    pub message: String,
}

/// An edit: replace the text of `span` by `replacement`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fix {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// Advice, with the edit that follows it when one edit is right.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Help {
    /// The advice in plain language.
    pub message: String,
    /// A machine-applicable edit.
    pub fix: Option<Fix>,
}

/// One defect of the user's program, wholly located.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Diagnostic {
    /// Its stable code, such as `E0401`.
    pub code: Code,
    /// One sentence without a final full stop.
    pub message: String,
    /// Where the defect is. `None` only where there is no text to show (an unreadable file).
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// The path that leads to it, step by step.
    pub path: Vec<PathStep>,
    /// Facts that have no place.
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

    /// A diagnostic about something that has no source text.
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

    /// Adds advice with the edit that follows it.
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

    /// Whether it stops the build.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether it stops the build.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// The order diagnostics are shown in: file, line, column, code.
    pub fn sort_key(&self) -> (Span, Code) {
        (self.primary.as_ref().map_or_else(Span::default, |label| label.span), self.code)
    }
}

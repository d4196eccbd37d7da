//! Pipelines as text: `func(lower-defer,mem2reg{max-slots=64}),symbol-dce`.
//!
//! ```text
//! pipeline = [item {"," item}]
//! item     = "func" "(" [pass {"," pass}] ")" | pass
//! pass     = name ["{" {option [","]} "}"]
//! option   = name ["=" value]
//! ```
//!
//! Blanks may stand between any two of these. A function pass outside `func(…)` is taken as if it
//! stood in one of its own. An option without a value is a flag that is set.

use std::fmt;
use std::ops::Range;

use luma_diagnostics::{OrNever as _, closest};

use crate::pipeline::{Pipeline, Step};
use crate::registration::{OptionKind, Options, Registration, Registry};

/// The pipeline that `text` names, of passes of `registry`. Empty text is the empty pipeline.
///
/// # Errors
///
/// The first thing in `text` that is wrong.
pub fn parse_pipeline(text: &str, registry: &Registry) -> Result<Pipeline, PipelineError> {
    let mut parser = Parser { text, at: 0, registry, pipeline: Pipeline::new() };
    parser.pipeline()?;
    Ok(parser.pipeline)
}

/// What is wrong with the text of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineError {
    /// Where, in bytes; empty where something is missing.
    pub at: Range<usize>,
    /// The error message.
    pub message: String,
    /// What to do about it, where that is evident.
    pub help: Option<String>,
}

impl PipelineError {
    /// The message, the line of `text` it is about with a mark under the place, and the help.
    pub fn render(&self, text: &str) -> String {
        let start =
            text.get(..self.at.start).map_or(0, |before| before.rfind('\n').map_or(0, |i| i + 1));
        let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        let width = |range: Range<usize>| text.get(range).map_or(0, |part| part.chars().count());
        let within = self.at.end.min(start + line.len()).max(self.at.start);
        let blanks: String = text
            .get(start..self.at.start)
            .unwrap_or_default()
            .chars()
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let mark = "^".repeat(width(self.at.start..within).max(1));
        let mut out = format!("{}\n  {line}\n  {blanks}{mark}", self.message);
        if let Some(help) = &self.help {
            out.push_str("\n  help: ");
            out.push_str(help);
        }
        out
    }
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.message, self.at.start)
    }
}

impl std::error::Error for PipelineError {}

impl fmt::Display for Pipeline {
    /// In the form all texts of the same pipeline share, which parses back to the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut in_functions = false;
        for (i, step) in self.steps.iter().enumerate() {
            let opens = step.is_function() && !in_functions;
            let closes = !step.is_function() && in_functions;
            in_functions = step.is_function();
            f.write_str(if closes { ")" } else { "" })?;
            f.write_str(if i > 0 { "," } else { "" })?;
            f.write_str(if opens { "func(" } else { "" })?;
            step.fmt(f)?;
        }
        f.write_str(if in_functions { ")" } else { "" })
    }
}

impl fmt::Display for Step {
    /// As in a pipeline: the options that differ from their defaults are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let mut separator = "{";
        for (name, value) in self.options.changed(self.registration) {
            write!(f, "{separator}{name}={value}")?;
            separator = " ";
        }
        f.write_str(if separator == " " { "}" } else { "" })
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The place of the next character, in bytes.
    at: usize,
    registry: &'a Registry,
    pipeline: Pipeline,
}

impl<'a> Parser<'a> {
    fn pipeline(&mut self) -> Result<(), PipelineError> {
        self.blanks();
        if self.rest().is_empty() {
            return Ok(());
        }
        loop {
            let (name, at) = self.name();
            match name {
                "func" => self.functions(at)?,
                _ => self.pass(name, at, false)?,
            }
            self.blanks();
            match self.rest().chars().next() {
                None => return Ok(()),
                Some(',') => self.skip(','),
                Some(')') => return Err(self.unexpected("`)` without `func(` before it")),
                Some('}') => return Err(self.unexpected("`}` without `{` before it")),
                Some('(') => return Err(self.unexpected("only `func` has passes in parentheses")),
                Some(_) => return Err(self.unexpected("expected `,` between passes")),
            }
        }
    }

    /// Parses the nested pipeline after `func`.
    fn functions(&mut self, func: Range<usize>) -> Result<(), PipelineError> {
        self.blanks();
        let open = self.at;
        if !self.take('(') {
            return Err(PipelineError {
                at: func,
                message: "`func` needs its passes in parentheses".to_owned(),
                help: Some("write `func(PASS,PASS)`".to_owned()),
            });
        }
        self.blanks();
        if self.take(')') {
            return Ok(());
        }
        loop {
            let (name, at) = self.name();
            if name == "func" {
                return Err(error(at, "`func(…)` cannot stand in another"));
            }
            self.pass(name, at, true)?;
            self.blanks();
            match self.rest().chars().next() {
                None => return Err(error(open..open + 1, "this parenthesis is never closed")),
                Some(',') => self.skip(','),
                Some(')') => {
                    self.skip(')');
                    return Ok(());
                }
                Some('}') => return Err(self.unexpected("`}` without `{` before it")),
                Some(_) => return Err(self.unexpected("expected `,` or `)`")),
            }
        }
    }

    /// A pass whose name has just been read, with its options.
    fn pass(
        &mut self,
        name: &str,
        at: Range<usize>,
        in_functions: bool,
    ) -> Result<(), PipelineError> {
        if name.is_empty() {
            return Err(self.unexpected("expected the name of a pass"));
        }
        let Some(registration) = self.registry.get(name) else {
            let names = self.registry.iter().map(|pass| pass.name);
            let help = match closest(name, names.chain(["func"])) {
                Some(similar) => Some(format!("did you mean `{similar}`?")),
                None if self.registry.is_empty() => None,
                None => {
                    let names: Vec<&str> = self.registry.iter().map(|pass| pass.name).collect();
                    Some(format!("the passes are {}", names.join(", ")))
                }
            };
            return Err(PipelineError { at, message: format!("unknown pass `{name}`"), help });
        };
        self.blanks();
        let options = match self.rest().starts_with('{') {
            true => self.options(registration)?,
            false => Options::defaults(registration),
        };
        let step = Step::with(registration, options);
        if in_functions && !step.is_function() {
            return Err(PipelineError {
                at,
                message: format!("`{name}` is a module pass and cannot run on functions"),
                help: Some("put it outside the parentheses of `func(…)`".to_owned()),
            });
        }
        self.pipeline.steps.push(step);
        Ok(())
    }

    /// Options in braces.
    fn options(&mut self, registration: &Registration) -> Result<Options, PipelineError> {
        let open = self.at;
        self.skip('{');
        let mut options = Options::defaults(registration);
        let mut given: Vec<&str> = Vec::new();
        loop {
            self.blanks();
            if self.take('}') {
                return Ok(options);
            }
            if self.rest().is_empty() {
                return Err(error(open..open + 1, "this brace is never closed"));
            }
            let (name, at) = self.name();
            if name.is_empty() {
                return Err(self.unexpected("expected the name of an option, or `}`"));
            }
            self.blanks();
            let value = if self.take('=') {
                self.blanks();
                Some(self.word(|c| c.is_whitespace() || "{},".contains(c)))
            } else {
                None
            };
            let place = at.start..value.as_ref().map_or(at.end, |(_, at)| at.end);
            if given.contains(&name) {
                return Err(error(at, format!("duplicate option `{name}`")));
            }
            given.push(name);
            let spec = registration.options.iter().find(|spec| spec.name == name);
            let value = match (value, spec) {
                (Some((value, _)), _) => value,
                (None, Some(spec)) if spec.kind != OptionKind::Flag => {
                    return Err(PipelineError {
                        at,
                        message: format!("option `{name}` needs a value"),
                        help: Some(format!("write `{name}={}`", example(spec.default))),
                    });
                }
                (None, _) => "true",
            };
            options.set(registration, name, value).map_err(|message| {
                let names = registration.options.iter().map(|spec| spec.name);
                let similar = if spec.is_none() { closest(name, names) } else { None };
                PipelineError {
                    at: place,
                    message,
                    help: similar.map(|similar| format!("did you mean `{similar}`?")),
                }
            })?;
            self.blanks();
            self.take(',');
        }
    }

    /// A name, perhaps empty, after blanks.
    fn name(&mut self) -> (&'a str, Range<usize>) {
        self.blanks();
        self.word(|c| c.is_whitespace() || "(){},=".contains(c))
    }

    /// The text before the next delimiter.
    fn word(&mut self, ends: impl Fn(char) -> bool) -> (&'a str, Range<usize>) {
        let rest = self.rest();
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let start = self.at;
        self.at += word.len();
        (word, start..self.at)
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.skip(wanted);
        }
        found
    }

    fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).or_never("", "whole characters are taken")
    }

    /// An error at the next character.
    fn unexpected(&self, message: &str) -> PipelineError {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        error(self.at..self.at + length, message)
    }
}

fn error(at: Range<usize>, message: impl Into<String>) -> PipelineError {
    PipelineError { at, message: message.into(), help: None }
}

fn example(default: &str) -> &str {
    if default.is_empty() { "VALUE" } else { default }
}

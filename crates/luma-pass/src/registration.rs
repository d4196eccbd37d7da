//! How passes make themselves known: name, options, statistics.

use std::fmt;

use indexmap::IndexMap;
use luma_diagnostics::{OrNever as _, never};

use crate::pass::{FunctionPass, ModulePass};

/// How a pass makes itself known: every pass's file ends with one, as a `static`.
pub struct Registration {
    /// Its name in pipelines and in locations: `lower-defer`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The options it takes.
    pub options: &'static [OptionSpec],
    /// The statistics it declares.
    pub statistics: &'static [Statistic],
    /// Whether later steps need it: it cannot be skipped by bisection or disabled.
    pub mandatory: bool,
    /// The pass with these options.
    pub make: fn(&Options) -> Work,
}

/// The two kinds of passes.
pub enum Work {
    /// Runs on every function that has a body.
    Function(Box<dyn FunctionPass>),
    /// Runs once.
    Module(Box<dyn ModulePass>),
}

impl Work {
    /// A pass over functions.
    pub fn function(pass: impl FunctionPass + 'static) -> Self {
        Self::Function(Box::new(pass))
    }

    /// A pass over the module.
    pub fn module(pass: impl ModulePass + 'static) -> Self {
        Self::Module(Box::new(pass))
    }
}

/// One option of a pass: `max-slots=64`.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Its name in pipelines: `max-slots`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Its type.
    pub kind: OptionKind,
    /// The default value, as written in a pipeline.
    pub default: &'static str,
}

/// The type of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// `true`, `false`, or the bare name for `true`.
    Flag,
    /// An unsigned integer.
    Number,
    /// Any text without blanks, braces and commas.
    Text,
}

/// Something a pass counts.
#[derive(Clone, Copy, Debug)]
pub struct Statistic {
    /// Its name: `locals-promoted`.
    pub name: &'static str,
    /// What is counted.
    pub summary: &'static str,
}

/// The values of a pass's options: all that are declared, given or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    values: IndexMap<&'static str, String>,
}

impl Options {
    /// The defaults of `registration`.
    pub fn defaults(registration: &Registration) -> Self {
        let options = registration.options.iter();
        Self { values: options.map(|spec| (spec.name, spec.default.to_owned())).collect() }
    }

    /// Sets an option of `registration`.
    ///
    /// # Errors
    ///
    /// A message: no such option, or a value that it cannot have.
    pub fn set(
        &mut self,
        registration: &Registration,
        name: &str,
        value: &str,
    ) -> Result<(), String> {
        let pass = registration.name;
        let Some(spec) = registration.options.iter().find(|spec| spec.name == name) else {
            let names: Vec<&str> = registration.options.iter().map(|spec| spec.name).collect();
            return Err(match names.as_slice() {
                [] => format!("`{pass}` takes no options"),
                names => format!(
                    "unknown option `{name}` of `{pass}`; expected one of {}",
                    names.join(", ")
                ),
            });
        };
        let separates = |c: char| c.is_whitespace() || "{},".contains(c);
        let (fits, wanted) = match spec.kind {
            OptionKind::Flag => (matches!(value, "true" | "false"), "`true` or `false`"),
            OptionKind::Number => (value.parse::<usize>().is_ok(), "an integer from 0 to 2^64 - 1"),
            OptionKind::Text => {
                (!value.contains(separates), "text without blanks, braces and commas")
            }
        };
        if !fits {
            return Err(format!(
                "invalid value `{value}` for option `{name}` of `{pass}`; expected {wanted}"
            ));
        }
        let value = match value.parse::<usize>() {
            // `007` and `+7` are `7`, so that equal options have equal text.
            Ok(number) if spec.kind == OptionKind::Number => number.to_string(),
            _ => value.to_owned(),
        };
        self.values.insert(spec.name, value);
        Ok(())
    }

    /// The value of a flag.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// The value of a number.
    pub fn number(&self, name: &str) -> usize {
        self.text(name).parse().or_never(0, "the option is a number")
    }

    /// The value of any option, as text.
    pub fn text(&self, name: &str) -> &str {
        match self.values.get(name) {
            Some(value) => value,
            None => {
                never!("the pass reads its option `{name}`, which it does not declare");
                ""
            }
        }
    }

    /// Names and values of those that differ from their defaults.
    pub fn changed<'a>(
        &'a self,
        registration: &'a Registration,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        registration.options.iter().filter_map(|spec| {
            let value = self.text(spec.name);
            (value != spec.default).then_some((spec.name, value))
        })
    }
}

/// The passes pipelines can name.
#[derive(Clone, Default)]
pub struct Registry {
    passes: IndexMap<&'static str, &'static Registration>,
}

impl Registry {
    /// No passes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pass; replaces any pass of the same name.
    pub fn register(&mut self, registration: &'static Registration) {
        self.passes.insert(registration.name, registration);
    }

    /// The pass called `name`.
    pub fn get(&self, name: &str) -> Option<&'static Registration> {
        self.passes.get(name).copied()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.passes.is_empty()
    }

    /// All, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &'static Registration> {
        self.passes.values().copied()
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

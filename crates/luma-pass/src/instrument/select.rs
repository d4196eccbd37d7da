//! Which step is meant.

use std::fmt;

use super::StepInfo;

/// A step, or all steps of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The step at this place of the list, from 1.
    Number(usize),
    /// Every step of this name; `luma:mem2reg` says the world, too. The text of a step, with its
    /// nesting and options, is also a name.
    Name(String),
}

impl Selector {
    /// What `text` means: digits are a number.
    pub fn new(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Name(text.to_owned()),
        }
    }

    /// Whether it selects `step`.
    pub fn selects(&self, step: &StepInfo) -> bool {
        match self {
            Self::Number(number) => *number == step.number,
            Self::Name(name) => {
                let of_world = name.strip_prefix(step.world.name());
                let plain = of_world.and_then(|rest| rest.strip_prefix(':')).unwrap_or(name);
                plain == step.name || plain == step.text
            }
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

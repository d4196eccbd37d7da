//! Programs around ownership: what a function owns is given away on every way, by the detours people
//! take, so that a program is correct by the way it is made. [`mistake`] makes it wrong, perhaps.
//!
//! The generator keeps book of what the function it writes owns. Programs ask for their inputs by
//! `ask -> fn (site: int) int`. They own memory in ways that C knows nothing of, so they have no
//! twins.

mod body;
mod branches;
mod detours;
mod gives;
mod helpers;
mod loops;
mod makers;
mod mistakes;
mod parse;
mod program;
mod shapes;
mod state;
mod takes;
mod tree;
mod work;

use crate::Choices;

pub use mistakes::mistake;
pub use tree::{Fun, Item, Program};

/// What a program may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// What every verifier of ownership is to understand.
    Understood,
    /// Also what is correct and strange: addresses kept as numbers, pointers into objects, other names
    /// for parts of structs.
    Strange,
}

/// The program that `choices` make: correct, whatever they are.
pub fn program(choices: &mut Choices, style: Style) -> Program {
    let own = std::mem::replace(choices, Choices::given(Vec::new()));
    let (text, own) = program::generate(own, style);
    *choices = own;
    Program { items: parse::items(&text) }
}

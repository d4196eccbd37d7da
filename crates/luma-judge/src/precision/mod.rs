//! The precision engine: programs that are correct by the way they are made must be accepted.
//!
//! The generator is checked itself: the interpreter must see nothing wrong on any script, or the
//! fault is the generator's and the program does not count.

mod judge;
mod smaller;

use luma_generate::Choices;
use luma_generate::owned::{self, Style};

pub use judge::run;

/// The text of program `index` of `seed`.
pub fn source(seed: u64, index: u64) -> String {
    owned::program(&mut Choices::new(seed, index), Style::Understood).text()
}

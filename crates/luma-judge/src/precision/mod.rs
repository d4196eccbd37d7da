//! The precision engine: programs that are correct by the way they are made must be accepted.
//!
//! The generator keeps book of what the function it writes owns, and always gives it away: by the
//! detours people take. It is checked itself: the interpreter must see nothing wrong on any
//! script, or the fault is the generator's and the program does not count.

mod body;
mod branches;
mod detours;
mod gives;
mod helpers;
mod judge;
mod loops;
mod makers;
mod program;
mod shapes;
mod smaller;
mod state;
mod takes;
mod work;

pub use judge::run;

/// The text of program `index` of `seed`.
pub fn source(seed: u64, index: u64) -> String {
    program::generate(crate::random(seed, index))
}

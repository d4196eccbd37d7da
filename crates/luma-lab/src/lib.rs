//! Research commands on the list of steps: each is a group of arguments for clap and a function
//! that does what they say. They know the steps by their properties, and nothing of how one works
//! inside.

mod bisect;
mod interp;
mod oracle;
mod program;
mod reduce;
mod sweep;

pub use bisect::{BisectArgs, bisect};
pub use interp::{CheckLevelsArgs, InterpArgs, check_levels, interp};
pub use oracle::Oracle;
pub use program::ProgramArgs;
pub use reduce::{ReduceArgs, reduce};
pub use sweep::{SweepArgs, SweepFormat, sweep};

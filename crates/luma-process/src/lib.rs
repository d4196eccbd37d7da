//! Process control: child processes and their limits, signals, temporary files and outputs. Nothing
//! here knows what is compiled.
//!
//! * [`run`] and [`capture`] start a child in a process group of its own. When the child has ended,
//!   reached a [limit](Limits), or lumac ends, the whole group is killed: no grandchild outlives it.
//! * [`foreground`] runs a child on lumac's terminal and passes signals on to it.
//! * [`adopt_orphans`] also ends the processes that leave their group (`setsid`).
//! * [`TempDir`] and [`TempFile`] are removed when dropped.
//! * All of them are registered: a signal that can be handled, or one of [`limit`]'s limits, kills the
//!   children and removes the files before it ends lumac; [`before_end`] adds to that. After
//!   `SIGKILL`, children end, and a watching shell removes the directories.
//! * [`output`] writes files that are complete or not there, never over an input.
//! * [`crash`] handles the signals of a broken process (`SIGSEGV` and others).

#![allow(unsafe_code, reason = "system calls between fork and exec, and signal handlers")]

mod child;
pub mod crash;
mod foreground;
mod limits;
mod memory;
mod orphans;
pub mod output;
mod registry;
mod signals;
mod streams;
mod temp;

pub use child::{Captured, End, Finished, Limits, Streams, capture, run};
pub use foreground::foreground;
pub use limits::limit;
pub use memory::{OrEnd, out_of_memory};
pub use orphans::adopt_orphans;
pub use output::{WriteError, edit_file, install_file, is_same_file, protect, write_file};
pub use registry::{BeforeEnd, before_end, end_process};
pub use signals::signal_name;
pub use streams::stdout_was_closed;
pub use temp::{TempDir, TempFile};

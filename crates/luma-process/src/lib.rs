//! Process control: child processes and their limits, signals, temporary files. Nothing here knows
//! what is compiled.
//!
//! * [`run`] and [`capture`] start a child in a process group of its own. When the child has ended,
//!   reached a [limit](Limits), or lumac ends, the whole group is killed: no grandchild outlives it.
//! * [`foreground`] runs a child on lumac's terminal and passes signals on to it.
//! * [`TempDir`] and [`TempFile`] are removed when dropped.
//! * All of them are registered: a signal that ends lumac (`SIGINT`, `SIGTERM`, `SIGHUP`, `SIGQUIT`)
//!   kills the children and removes the files first.
//! * [`crash`] handles the signals of a broken process (`SIGSEGV` and others).
//!
//! A process that leaves its group (`setsid`) is not followed.

#![allow(unsafe_code, reason = "system calls between fork and exec, and signal handlers")]

mod child;
pub mod crash;
mod foreground;
mod registry;
mod signals;
mod temp;

pub use child::{Captured, End, Finished, Limits, Streams, capture, run};
pub use foreground::foreground;
pub use signals::signal_name;
pub use temp::{TempDir, TempFile};

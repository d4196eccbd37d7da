//! Internal compiler errors: what [`never!`](crate::never) and [`ice!`](crate::ice) do.
//!
//! Both are for states that no input can cause. A failed `never!` panics in debug builds; in release
//! builds it is recorded, its caller recovers, and the driver, which [`take`]s what was recorded
//! after each step, fails the compilation. `ice!` unwinds to the driver.
//!
//! Two environment variables exist for tests: [`MODE`] selects one of the two behaviours of
//! `never!` regardless of the build profile, and [`LOG`] names a file to which every failure of
//! every process appends a line.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::panic::{Location, PanicHookInfo};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Diagnostic, codes};

/// The environment variable that makes a failed `never!` panic (`panic`) or continue (`record`).
pub const MODE: &str = "LUMAC_ICE";

/// The environment variable that names the file to which failures append `FILE:LINE:COLUMN: MESSAGE`.
pub const LOG: &str = "LUMAC_ICE_LOG";

/// One internal compiler error: a panic, or the failures of one `never!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The message. If one assertion failed with several messages, the smallest, so that the result
    /// does not depend on the order of threads.
    pub message: String,
    /// The source file of the compiler; empty if unknown.
    pub file: String,
    /// The line in that file, from 1.
    pub line: u32,
    /// The column in that line, from 1.
    pub column: u32,
    /// The backtrace of the panic, if `RUST_BACKTRACE` requests one.
    pub backtrace: Option<String>,
}

impl Event {
    /// An event whose source position is unknown.
    pub fn without_position(message: String) -> Self {
        Self { message, file: String::new(), line: 0, column: 0, backtrace: None }
    }

    /// The diagnostic that reports it. `step` is the compilation step that was running.
    pub fn to_diagnostic(&self, step: Option<&str>) -> Diagnostic {
        let Self { message, file, line, column, backtrace } = self;
        let mut diagnostic =
            Diagnostic::unlocated(codes::E0700, format!("internal compiler error: {message}"));
        let at = (!file.is_empty()).then(|| format!("at {file}:{line}:{column}"));
        let step = step.map(|step| format!("in the step `{step}`"));
        let place: Vec<String> = at.into_iter().chain(step).collect();
        if !place.is_empty() {
            diagnostic.notes.push(format!("detected {}", place.join(", ")));
        }
        diagnostic.notes.push("this is a bug in lumac or in a pass, not in your program".into());
        diagnostic.notes.extend(backtrace.iter().map(|stack| format!("backtrace:\n{stack}")));
        diagnostic
    }
}

static EVENTS: Mutex<Vec<Event>> = Mutex::new(Vec::new());

/// Removes and returns the events recorded so far in the process, sorted by their positions in the
/// compiler's sources.
pub fn take() -> Vec<Event> {
    let mut events = std::mem::take(&mut *events());
    events.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    events
}

/// A panic hook that records the panic as an event instead of printing it.
pub fn record_panic(info: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    let mut event = Event::without_position(panic_message(info.payload()));
    if let Some(at) = info.location() {
        (event.file, event.line, event.column) = (at.file().to_owned(), at.line(), at.column());
    }
    event.backtrace = captured.then(|| backtrace.to_string());
    events().push(event);
}

/// The message in the payload of a panic.
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "panic without a message".to_owned())
}

/// Called when a `never!` fails.
#[doc(hidden)]
#[cold]
#[track_caller]
#[allow(clippy::panic, reason = "the purpose of the macro")]
pub fn never(message: fmt::Arguments<'_>) {
    let at = Location::caller();
    let message = message.to_string();
    log(&message, at);
    if panics() {
        panic!("{message}");
    }
    record(message, at);
}

/// Called when an `ice!` is reached.
#[doc(hidden)]
#[cold]
#[track_caller]
#[allow(clippy::panic, reason = "the purpose of the macro")]
pub fn ice(message: fmt::Arguments<'_>) -> ! {
    let message = message.to_string();
    log(&message, Location::caller());
    panic!("{message}")
}

fn panics() -> bool {
    match std::env::var_os(MODE) {
        Some(mode) if mode == "panic" => true,
        Some(mode) if mode == "record" => false,
        _ => cfg!(debug_assertions),
    }
}

fn events() -> MutexGuard<'static, Vec<Event>> {
    // No code that can panic runs while the lock is held.
    EVENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn record(message: String, at: &Location<'_>) {
    let mut events = events();
    let place = (at.file(), at.line(), at.column());
    match events.iter_mut().find(|known| (&*known.file, known.line, known.column) == place) {
        Some(known) if known.message <= message => {}
        Some(known) => known.message = message,
        None => {
            let (file, line, column) = (at.file().to_owned(), at.line(), at.column());
            events.push(Event { message, file, line, column, backtrace: None });
        }
    }
}

fn log(message: &str, at: &Location<'_>) {
    let Some(path) = std::env::var_os(LOG) else { return };
    let line = message.lines().next().unwrap_or_default();
    let file = OpenOptions::new().create(true).append(true).open(&path);
    // A single write, so that lines of several processes do not interleave.
    let written = file.and_then(|mut file| file.write_all(format!("{at}: {line}\n").as_bytes()));
    if let Err(why) = written {
        // A log that cannot record failures must not look like a log without failures.
        eprintln!("error: cannot write `{}`: {why}", path.display());
        std::process::abort();
    }
}

/// Unwraps values that cannot be absent.
pub trait OrNever<T> {
    /// The value. If it is absent, a [`never!`](crate::never) fails with the message `expected`,
    /// and `fallback` is returned.
    ///
    /// ```
    /// use luma_diagnostics::OrNever;
    ///
    /// let types = ["int", "bool"];
    /// assert_eq!(types.first().or_never(&"void", "the first type is always known"), &"int");
    /// ```
    fn or_never(self, fallback: T, expected: &str) -> T;
}

impl<T> OrNever<T> for Option<T> {
    #[inline]
    #[track_caller]
    fn or_never(self, fallback: T, expected: &str) -> T {
        match self {
            Some(value) => value,
            None => {
                never(format_args!("{expected}"));
                fallback
            }
        }
    }
}

impl<T, E: fmt::Display> OrNever<T> for Result<T, E> {
    #[inline]
    #[track_caller]
    fn or_never(self, fallback: T, expected: &str) -> T {
        match self {
            Ok(value) => value,
            Err(error) => {
                never(format_args!("{expected}: {error}"));
                fallback
            }
        }
    }
}

/// Asserts that a condition, which no input can make true, is false. Returns the condition, so that
/// the caller can recover if it is true. Without a condition, asserts that it is not reached.
///
/// ```
/// use luma_diagnostics::never;
///
/// fn last(values: &[u32]) -> u32 {
///     let Some(&last) = values.last() else {
///         never!("every caller puts a value in");
///         return 0;
///     };
///     if never!(last == u32::MAX, "{last} is reserved") {
///         return 0;
///     }
///     last
/// }
/// assert_eq!(last(&[1, 2]), 2);
/// ```
///
/// Debug builds panic if the assertion fails. In release builds an internal compiler error is
/// recorded and the compilation fails. Anything that a program, a file or an option can cause must
/// be a diagnostic instead.
#[macro_export]
macro_rules! never {
    (@assert $condition:expr, $($message:tt)+) => {{
        let impossible: bool = $condition;
        if impossible {
            $crate::internal::never(::core::format_args!($($message)+));
        }
        impossible
    }};
    ($message:literal $(, $($arguments:tt)*)?) => {
        $crate::never!(@assert true, $message $(, $($arguments)*)?)
    };
    ($condition:expr $(,)?) => {
        $crate::never!(@assert $condition, "`{}` is true", stringify!($condition))
    };
    ($condition:expr, $($message:tt)+) => {
        $crate::never!(@assert $condition, $($message)+)
    };
}

/// Ends the compilation with an internal compiler error by unwinding to the driver. For states that
/// no input can cause and from which the caller cannot recover; otherwise use
/// [`never!`](crate::never).
#[macro_export]
macro_rules! ice {
    ($($message:tt)+) => {
        $crate::internal::ice(::core::format_args!($($message)+))
    };
}

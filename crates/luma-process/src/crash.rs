//! What happens when a signal ends the process: inside MLIR or LLVM, or by an overflow of the stack.
//!
//! The handler runs on a stack of its own, allocates nothing and calls only what POSIX allows in a
//! handler. If [`arm`]ed, it starts the same program again in place of this one, with the same
//! arguments and input, and with [`VARIABLE`] in its environment: the state of the broken process
//! is not looked at, and the new one can redo everything up to the step that crashed.

use std::cell::UnsafeCell;
use std::ffi::{CString, OsString, c_char, c_int};
use std::os::unix::ffi::OsStringExt as _;
use std::ptr::null;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

/// The environment variable that tells the new process of the crash: `PHASE:STEP:SIGNAL`, all
/// numbers, `PHASE` as given to [`arm`]. `SIGNAL` is 0 when LLVM gave up by itself.
pub const VARIABLE: &str = "LUMAC_AFTER_CRASH";

/// The environment variable with what LLVM said when it gave up by itself.
pub const MESSAGE: &str = "LUMAC_CRASH_MESSAGE";

/// Room for `MESSAGE=` and the beginning of what LLVM said.
const MESSAGE_BYTES: usize = 1024;

/// The exit code when nothing can be redone: a bug in lumac.
pub(crate) const EXIT_BUG: c_int = 101;

const SIGNALS: [c_int; 6] =
    [libc::SIGSEGV, libc::SIGABRT, libc::SIGILL, libc::SIGBUS, libc::SIGFPE, libc::SIGTRAP];

/// Room for `VARIABLE=PHASE:STEP:SIGNAL`, all as long as they get.
const ENTRY_BYTES: usize = 100;

/// The number of the step that reads the input.
pub const READING: usize = usize::MAX;

/// The running step, for the handler.
static STEP: AtomicUsize = AtomicUsize::new(0);
static ARMED: AtomicPtr<Restart> = AtomicPtr::new(std::ptr::null_mut());
static CRASHING: AtomicBool = AtomicBool::new(false);

/// All that `execve` needs, made before anything goes wrong.
struct Restart {
    program: CString,
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    entry: UnsafeCell<[u8; ENTRY_BYTES]>,
    message: UnsafeCell<[u8; MESSAGE_BYTES]>,
    /// What was read from standard input.
    input: Option<Vec<u8>>,
    phase: usize,
    _texts: Vec<CString>,
}

/// Installs the handler for the process, and a stack for it for the calling thread. Call it on
/// every thread that runs code of MLIR or LLVM; the threads of Rust's library have one.
pub fn install() {
    const STACK_BYTES: usize = 64 << 10;
    static ONCE: Once = Once::new();
    // SAFETY: the stack is never freed; the handler does only what a handler may.
    unsafe {
        let memory = Box::leak(vec![0_u8; STACK_BYTES].into_boxed_slice());
        let stack =
            libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: STACK_BYTES };
        libc::sigaltstack(&raw const stack, std::ptr::null_mut());
    }
    ONCE.call_once(|| {
        for signal in SIGNALS {
            // SAFETY: as above; an all-zero `sigaction` is a valid one.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                let handler: extern "C" fn(c_int) = on_signal;
                action.sa_sigaction = handler as libc::sighandler_t;
                action.sa_flags = libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut action.sa_mask);
                libc::sigaction(signal, &raw const action, std::ptr::null_mut());
            }
        }
    });
}

/// From now on a crash starts the program again. `input` is what was read from standard input, for
/// the new process to read; `phase` is handed on.
pub fn arm(phase: usize, input: Option<Vec<u8>>) {
    let Ok(program) = std::env::current_exe() else { return };
    let text = |text: OsString| CString::new(text.into_vec()).ok();
    let mut texts: Vec<CString> = std::env::args_os().filter_map(text).collect();
    let arguments_end = texts.len();
    let variables = std::env::vars_os().filter(|(name, _)| name != VARIABLE && name != MESSAGE);
    texts.extend(variables.filter_map(|(name, value)| {
        let mut entry = name;
        entry.push("=");
        entry.push(value);
        text(entry)
    }));
    let Some(program) = text(program.into_os_string()) else { return };
    let pointers = |part: &[CString]| part.iter().map(|text| text.as_ptr()).collect::<Vec<_>>();
    let (arguments, environment) = texts.split_at(arguments_end);
    let (mut arguments, mut environment) = (pointers(arguments), pointers(environment));
    arguments.push(null());
    let restart = Restart {
        program,
        arguments,
        environment: Vec::new(),
        entry: UnsafeCell::new([0; ENTRY_BYTES]),
        message: UnsafeCell::new([0; MESSAGE_BYTES]),
        input,
        phase,
        _texts: texts,
    };
    // Never freed: a handler may be reading it.
    let restart = Box::leak(Box::new(restart));
    environment.push(restart.entry.get().cast::<c_char>().cast_const());
    environment.push(restart.message.get().cast::<c_char>().cast_const());
    environment.push(null());
    restart.environment = environment;
    ARMED.store(restart, Ordering::Release);
}

/// From now on a crash only ends the process.
pub fn disarm() {
    ARMED.store(std::ptr::null_mut(), Ordering::Release);
}

/// Says which step is running; 0 is none.
pub fn set_step(step: usize) {
    STEP.store(step, Ordering::Relaxed);
}

/// The name of a signal that can end a step: `SIGSEGV`; of 0, what LLVM does itself.
pub fn signal_name(signal: i32) -> &'static str {
    match signal {
        0 => "a fatal error of LLVM",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGABRT => "SIGABRT",
        libc::SIGILL => "SIGILL",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGTRAP => "SIGTRAP",
        _ => "a signal",
    }
}

extern "C" fn on_signal(signal: c_int) {
    if !CRASHING.swap(true, Ordering::Relaxed) {
        restart(signal, "");
    }
    let mut digits = [0; 24];
    let step = STEP.load(Ordering::Relaxed);
    say(&["error: internal compiler error: lumac was ended by ", signal_name(signal)]);
    match step {
        0 => {}
        READING => say(&[" while reading the input"]),
        _ => say(&[" in step ", decimal(step, &mut digits)]),
    }
    say(&["\n"]);
    say(&["note: this is a bug in lumac, not in your program; please report it with the input\n"]);
    crate::signals::clean_up_after_crash();
    // SAFETY: ends the process without running anything of it.
    unsafe { libc::_exit(EXIT_BUG) }
}

/// Starts the program again if armed; returns otherwise, or if it cannot be started. `message` is
/// handed on.
pub fn restart(signal: c_int, message: &str) {
    let armed = ARMED.swap(std::ptr::null_mut(), Ordering::Acquire);
    // SAFETY: what was armed is never freed, and the swap makes this the only user of `entry`; only
    // functions are called that may be called in a handler of signals.
    unsafe {
        let Some(restart) = armed.as_ref() else { return };
        let step = STEP.load(Ordering::Relaxed);
        let numbers = [restart.phase, step, signal.unsigned_abs() as usize];
        write_entry(&mut *restart.entry.get(), numbers);
        write_message(&mut *restart.message.get(), message);
        if let Some(input) = &restart.input {
            give_input(input);
        }
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        // The new process would start with this signal blocked.
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
        libc::execve(
            restart.program.as_ptr(),
            restart.arguments.as_ptr(),
            restart.environment.as_ptr(),
        );
    }
}

/// Puts `input` where the new process reads it: standard input.
///
/// # Safety
/// May be called in a handler of signals.
#[cfg(target_os = "linux")]
unsafe fn give_input(input: &[u8]) {
    // SAFETY: as for this function; the slices are readable.
    unsafe {
        let file = libc::memfd_create(c"lumac".as_ptr(), 0);
        let mut rest = input;
        while !rest.is_empty() {
            let written = libc::write(file, rest.as_ptr().cast(), rest.len());
            let Ok(written) = usize::try_from(written) else { return };
            rest = rest.get(written..).unwrap_or_default();
        }
        libc::lseek(file, 0, libc::SEEK_SET);
        libc::dup2(file, 0);
    }
}

#[cfg(not(target_os = "linux"))]
unsafe fn give_input(_: &[u8]) {
    // Works when standard input is a file.
    // SAFETY: changes only where the next read starts.
    unsafe { libc::lseek(0, 0, libc::SEEK_SET) };
}

/// `VARIABLE=PHASE:STEP:SIGNAL` and a zero byte, without allocating.
fn write_entry(entry: &mut [u8; ENTRY_BYTES], [phase, step, signal]: [usize; 3]) {
    let mut at = 0;
    let mut put = |byte: u8| {
        if let Some(place) = entry.get_mut(at) {
            *place = byte;
        }
        at += 1;
    };
    VARIABLE.bytes().for_each(&mut put);
    put(b'=');
    for (number, end) in [(phase, b':'), (step, b':'), (signal, 0)] {
        decimal(number, &mut [0; 24]).bytes().for_each(&mut put);
        put(end);
    }
}

/// `MESSAGE=`, what fits of `message`, and a zero byte, without allocating.
fn write_message(entry: &mut [u8; MESSAGE_BYTES], message: &str) {
    let bytes = MESSAGE.bytes().chain([b'=']).chain(message.bytes().filter(|&byte| byte != 0));
    let room = entry.len() - 1;
    for (place, byte) in entry.iter_mut().zip(bytes.take(room)) {
        *place = byte;
    }
}

/// `number` in decimal, without allocating.
fn decimal(mut number: usize, digits: &mut [u8; 24]) -> &str {
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        start -= 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    digits.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default()
}

fn say(parts: &[&str]) {
    for part in parts {
        // SAFETY: the text is readable; nothing can be done about a failure.
        unsafe { libc::write(2, part.as_ptr().cast(), part.len()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_entry() {
        for numbers in [[0, 0, 6], [1, 120, 11], [usize::MAX; 3]] {
            let mut entry = [0; ENTRY_BYTES];
            write_entry(&mut entry, numbers);
            let text: Vec<u8> = entry.iter().copied().take_while(|&b| b != 0).collect();
            let [phase, step, signal] = numbers;
            let wanted = format!("{VARIABLE}={phase}:{step}:{signal}");
            assert_eq!(String::from_utf8(text).unwrap(), wanted);
        }
    }
}

//! Runs Luma IR, at any point of the pipeline, with checked memory: the reference for what a program
//! means.
//!
//! [`run`] takes a module that the verifier accepts, structured with `luma.defer` or flattened to
//! blocks or anything between, and runs its `main`. What is undefined behaviour in native code
//! (using a freed object, reading a value that was never written) stops the program with a [`Trap`]
//! that says what happened and where. Everything is deterministic: the same module and arguments
//! give the same output, the same steps and the same addresses.
//!
//! ```text
//! Module ──compile──▶ Program (flat code, numbered registers) ──machine──▶ Outcome
//!                                                                │    │
//!                                                            memory  host (functions of C)
//! ```
//!
//! Invariants: this crate knows neither the source language nor MLIR. Neither calls nor nesting in
//! the program use the stack of the host.

mod answers;
mod code;
mod compile;
mod host;
mod layout;
mod machine;
mod memory;
mod output;
mod trap;

use std::io::Write;

use luma_diagnostics::{OrNever as _, Span};
use luma_ir::Module;

pub use answers::{Answers, Rest};
use code::Program;
use machine::{End, Machine};
use memory::{Memory, Unfreed};
use output::Output;
use trap::Fault;
pub use trap::{StackFrame, Trap, TrapKind};

/// Options of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// `argv[0]`.
    pub program: Vec<u8>,
    /// The arguments after it.
    pub args: Vec<Vec<u8>>,
    /// The environment, by name.
    pub environment: Vec<(Vec<u8>, Vec<u8>)>,
    /// Maximum number of instructions, after which the program is stopped; `None` for no limit. An
    /// operation takes about one.
    pub step_limit: Option<u64>,
    /// Maximum depth of calls.
    pub call_depth: usize,
    /// Maximum number of bytes in live heap objects and variables.
    pub memory_limit: u64,
    /// The answers of `ask`; if `None`, there is no such function.
    pub answers: Option<Answers>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            program: b"program".to_vec(),
            args: Vec::new(),
            environment: Vec::new(),
            step_limit: None,
            call_depth: 250_000,
            memory_limit: 2 << 30,
            answers: None,
        }
    }
}

/// A heap object that was not freed when the program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leak {
    /// Its size in bytes.
    pub size: u64,
    /// The operation that allocated it.
    pub span: Span,
    /// Whether something that lived to the end pointed to it: a global, or a variable of a function
    /// that called `exit`. Only an object that nothing points to is a defect ([`TrapKind::Leak`]).
    pub reachable: bool,
}

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The exit code, 0 to 255, as the system reports it: that of `main`, of `exit`, or 134 for
    /// `abort`. 1 if the program was stopped before it had one.
    pub exit_code: u8,
    /// Whether the program called `abort`, which discards the output that C still buffers.
    pub aborted: bool,
    /// Whether the program called `exit`.
    pub exited: bool,
    /// Why it was stopped, if it was; in the case of a leak, the program did run to its end.
    pub trap: Option<Trap>,
    /// Instructions executed.
    pub steps: u64,
    /// Heap objects allocated.
    pub allocations: u64,
    /// Heap objects not freed at the end, in the order they were allocated. Empty if the program
    /// did not run to its end.
    pub leaks: Vec<Leak>,
}

impl Outcome {
    /// The outcome of a program that was stopped before it began.
    const STOPPED: Self = Self {
        exit_code: 1,
        aborted: false,
        exited: false,
        trap: None,
        steps: 0,
        allocations: 0,
        leaks: Vec::new(),
    };
}

/// Runs `main` of `module`, which the verifier must accept; what it prints goes to `out`.
pub fn run(module: &Module, options: &Options, out: &mut dyn Write) -> Outcome {
    let program = compile::compile(module, options.answers.is_some());
    let refused = match (program.main, &program.refused) {
        (_, Some(why)) => Some((TrapKind::OutOfMemory, why.clone())),
        (None, None) => {
            Some((TrapKind::Unsupported, "the module defines no function `main` to run".to_owned()))
        }
        _ => None,
    };
    if let Some((kind, message)) = refused {
        let trap = Trap { kind, message, stack: Vec::new(), omitted: 0, related: Vec::new() };
        return Outcome { trap: Some(trap), ..Outcome::STOPPED };
    }
    let mut memory = Memory::new(&program, options.memory_limit);
    let args = arguments(&mut memory, options);
    let mut machine = Machine::new(
        &program,
        memory,
        Output::new(out),
        options.step_limit.unwrap_or(u64::MAX),
        options.call_depth,
    );
    machine.script = options.answers.as_ref().map(answers::Script::new).unwrap_or_default();
    machine.environment = options
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), (value.clone(), 0)))
        .collect();
    let main = program.main.or_never(0, "programs without `main` are refused");
    let end = machine.run(main, &args);
    let end = match (end, machine.out.flush()) {
        (Ok(_), Err(fault)) => Err(fault),
        (end, _) => end,
    };
    let allocations = machine.memory.allocations();
    let mut outcome = Outcome { steps: machine.steps, allocations, ..Outcome::STOPPED };
    match end {
        Ok(End::Returned(code)) => outcome.exit_code = code as u8,
        Ok(End::Exited(code)) => {
            outcome.exit_code = code as u8;
            outcome.exited = true;
        }
        Ok(End::Aborted) => {
            outcome.exit_code = 134;
            outcome.aborted = true;
        }
        Err(fault) => outcome.trap = Some(located(&program, &machine, *fault)),
    }
    if outcome.trap.is_none() && !outcome.aborted {
        let roots = machine.roots().chain(machine.files.keys().copied());
        let unfreed = machine.memory.unfreed(roots);
        outcome.trap = leak(&program, &unfreed);
        outcome.leaks = unfreed
            .iter()
            .map(|object| Leak {
                size: object.size,
                span: program.span(object.made),
                reachable: object.reachable,
            })
            .collect();
    }
    outcome
}

/// `argc` and `argv`, in memory.
fn arguments(memory: &mut Memory, options: &Options) -> [u64; 2] {
    let mut list = Vec::new();
    for arg in std::iter::once(&options.program).chain(&options.args) {
        let text = [arg.as_slice(), b"\0"].concat();
        let address = memory.add_global("an argument of the program", &text);
        list.extend_from_slice(&address.to_le_bytes());
    }
    let count = list.len() as u64 / 8;
    list.extend_from_slice(&[0; 8]);
    [count, memory.add_global("the list of arguments of the program", &list)]
}

/// Frames shown at either end of a very deep stack.
const INNER_FRAMES: usize = 48;
const OUTER_FRAMES: usize = 16;

/// Turns `fault` into a trap at the current position of the machine.
fn located(program: &Program, machine: &Machine<'_, '_>, fault: Fault) -> Trap {
    let frame =
        |pc| StackFrame { function: program.function_at(pc).into(), span: program.span(pc) };
    let callers = machine.callers();
    let omitted = callers.len().saturating_sub(INNER_FRAMES + OUTER_FRAMES);
    let shown = callers
        .enumerate()
        .filter(|&(i, _)| omitted == 0 || !(INNER_FRAMES..INNER_FRAMES + omitted).contains(&i))
        .map(|(_, pc)| frame(pc));
    let stack = std::iter::once(frame(machine.pc)).chain(shown).collect();
    let related =
        fault.related.iter().map(|&(pc, text)| (program.span(pc), text.to_owned())).collect();
    Trap { kind: fault.kind, message: fault.message, stack, omitted, related }
}

/// Maximum number of objects listed in the report of a leak; the rest are only counted.
const MOST_LEAKS: usize = 8;

/// The trap of a program that ended and had leaked some objects.
fn leak(program: &Program, unfreed: &[Unfreed]) -> Option<Trap> {
    let lost: Vec<&Unfreed> = unfreed.iter().filter(|object| !object.reachable).collect();
    let bytes: u64 = lost.iter().map(|object| object.size).sum();
    let message = match lost.len() {
        0 => return None,
        1 => format!("a heap object of {bytes} bytes is never freed"),
        count => format!("{count} heap objects of {bytes} bytes in all are never freed"),
    };
    let mut related: Vec<(Span, String)> = Vec::new();
    for object in lost {
        let span = program.span(object.made);
        if related.len() < MOST_LEAKS && related.iter().all(|(known, _)| *known != span) {
            related.push((span, "allocated here".into()));
        }
    }
    Some(Trap { kind: TrapKind::Leak, message, stack: Vec::new(), omitted: 0, related })
}

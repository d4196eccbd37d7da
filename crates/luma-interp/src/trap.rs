//! What stops a program, and where.

use luma_diagnostics::{Code, Diagnostic, Span, codes};

/// Why a program was stopped. Each kind is either a defect of the program, mostly one that is
/// undefined behaviour in native code, or a limit of the interpreter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TrapKind {
    /// Heap objects that nothing points to any more when the program ends.
    Leak,
    /// A heap object is freed a second time.
    DoubleFree,
    /// A freed heap object, or a variable of a function that has returned, is used.
    UseAfterFree,
    /// The pointer that is freed is not the start of a heap object.
    BadFree,
    /// An access outside the object the pointer belongs to, or through something that is not a
    /// pointer.
    OutOfBounds,
    /// A number or pointer is read before all of its bytes have been written.
    Uninitialised,
    /// An access through the null pointer.
    NullDereference,
    /// An integer division by zero.
    DivisionByZero,
    /// The smallest integer divided by -1.
    DivisionOverflow,
    /// `luma.unreachable` is reached.
    Unreachable,
    /// A function without a body that the interpreter does not know.
    UnknownExtern,
    /// More steps than [`Options::step_limit`](crate::Options::step_limit).
    StepLimit,
    /// Calls are nested too deeply.
    StackOverflow,
    /// A string literal is written to.
    ReadOnly,
    /// An access at an address that is not a multiple of its alignment.
    Misaligned,
    /// The program needs more memory than the interpreter allows.
    OutOfMemory,
    /// A C function is called in a way C does not allow.
    BadArgument,
    /// An operation that the interpreter does not support.
    Unsupported,
    /// Standard output cannot be written.
    Output,
}

impl TrapKind {
    /// The code of its diagnostic.
    pub fn code(self) -> Code {
        match self {
            Self::Leak => codes::E0601,
            Self::DoubleFree => codes::E0602,
            Self::UseAfterFree => codes::E0603,
            Self::BadFree => codes::E0604,
            Self::OutOfBounds => codes::E0605,
            Self::Uninitialised => codes::E0606,
            Self::NullDereference => codes::E0607,
            Self::DivisionByZero => codes::E0608,
            Self::DivisionOverflow => codes::E0609,
            Self::Unreachable => codes::E0610,
            Self::UnknownExtern => codes::E0611,
            Self::StepLimit => codes::E0612,
            Self::StackOverflow => codes::E0613,
            Self::ReadOnly => codes::E0615,
            Self::Misaligned => codes::E0616,
            Self::OutOfMemory => codes::E0617,
            Self::BadArgument => codes::E0618,
            Self::Unsupported => codes::E0619,
            Self::Output => codes::E0505,
        }
    }

    /// Whether it concerns the interpreter or its environment, not the program.
    pub fn is_limit(self) -> bool {
        matches!(
            self,
            Self::UnknownExtern
                | Self::StepLimit
                | Self::StackOverflow
                | Self::OutOfMemory
                | Self::Unsupported
                | Self::Output
        )
    }
}

/// One activation of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StackFrame {
    /// The name of the function.
    pub function: String,
    /// The operation it is at.
    pub span: Span,
}

/// A program was stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trap {
    /// The kind of error.
    pub kind: TrapKind,
    /// The message, with addresses and sizes.
    pub message: String,
    /// The running function first, then its callers. The middle of very deep stacks is omitted.
    /// Empty if the program had not started or had already ended.
    pub stack: Vec<StackFrame>,
    /// How many frames were left out of the middle of `stack`.
    pub omitted: usize,
    /// Other source ranges that explain it.
    pub related: Vec<(Span, String)>,
}

impl Trap {
    /// As a diagnostic at the operation that trapped, with the calls that led there as its path.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let code = self.kind.code();
        let mut diagnostic = match self.stack.first() {
            Some(top) => {
                Diagnostic::new(code, top.span, &*self.message).label("the program stops here")
            }
            None => match self.related.first() {
                Some((span, text)) => Diagnostic::new(code, *span, &*self.message).label(text),
                None => Diagnostic::unlocated(code, &*self.message),
            },
        };
        let rest = if self.stack.is_empty() { 1 } else { 0 };
        for (span, text) in self.related.iter().skip(rest) {
            diagnostic = diagnostic.also(*span, text);
        }
        for pair in self.stack.windows(2).rev() {
            if let [callee, caller] = pair {
                let text = format!("`{}` calls `{}`", caller.function, callee.function);
                diagnostic = diagnostic.step(caller.span, text);
            }
        }
        if self.omitted > 0 {
            diagnostic = diagnostic.note(format!("{} calls between are not shown", self.omitted));
        }
        diagnostic
    }
}

/// A trap whose location is not known yet.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: TrapKind,
    pub(crate) message: String,
    /// Program counters of operations that explain it.
    pub(crate) related: Vec<(u32, &'static str)>,
}

/// Boxed, so that results that rarely fail stay small.
pub(crate) type Faulty<T> = Result<T, Box<Fault>>;

/// A fault without further places.
#[cold]
pub(crate) fn fault(kind: TrapKind, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { kind, message: message.into(), related: Vec::new() })
}

//! Runs programs by the checked interpreter on scripts of inputs.

use luma_diagnostics::{RenderOptions, SourceMap, Span, render_all};
use luma_interp::{Answers, Options, Rest, Trap, TrapKind};
use luma_ir::Module;

/// What running a program showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It ended and had freed what it must.
    Clean,
    /// A defect the verifier is there to find.
    Memory(MemoryDefect),
    /// It was stopped for another reason, or by a limit: this says nothing about ownership.
    Other(TrapKind),
}

/// A leak, double free, use after free or bad free that was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemoryDefect {
    /// Which of these.
    pub kind: TrapKind,
    /// Where: the operation that is wrong, for a leak the allocation.
    pub span: Span,
    /// The whole of what the interpreter said.
    pub trap: Trap,
}

impl MemoryDefect {
    /// What the interpreter said, as text.
    pub fn rendered(&self, sources: &SourceMap) -> String {
        render_all(sources, RenderOptions::default(), &[self.trap.to_diagnostic()])
    }
}

/// A verdict, and how much was done before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran {
    /// What it showed.
    pub verdict: Verdict,
    /// Heap objects allocated.
    pub allocations: u64,
    /// What it printed.
    pub output: Vec<u8>,
    /// What `main` returned or `exit` was called with.
    pub exit_code: u8,
}

/// Steps after which a program is stopped.
const STEPS: u64 = 200_000;

/// Runs `module` on one script.
pub fn run(module: &Module, answers: &Answers) -> Ran {
    run_with(module, Some(answers), &[])
}

/// Runs `module` with arguments, on one script if it asks.
pub fn run_with(module: &Module, answers: Option<&Answers>, args: &[Vec<u8>]) -> Ran {
    let options = Options {
        args: args.to_vec(),
        step_limit: Some(STEPS),
        call_depth: 500,
        memory_limit: 16 << 20,
        answers: answers.cloned(),
        ..Options::default()
    };
    let mut output = Vec::new();
    let outcome = luma_interp::run(module, &options, &mut output);
    let verdict = match outcome.trap {
        None => Verdict::Clean,
        // What `exit` leaves behind is no leak.
        Some(trap) if trap.kind == TrapKind::Leak && outcome.exited => Verdict::Clean,
        Some(trap) if is_memory_defect(trap.kind) => {
            let top = trap.stack.first().map(|frame| frame.span);
            let span = top.or(trap.related.first().map(|r| r.0)).unwrap_or_default();
            Verdict::Memory(MemoryDefect { kind: trap.kind, span, trap })
        }
        Some(trap) => Verdict::Other(trap.kind),
    };
    Ran { verdict, allocations: outcome.allocations, output, exit_code: outcome.exit_code }
}

fn is_memory_defect(kind: TrapKind) -> bool {
    use TrapKind::{BadFree, DoubleFree, Leak, UseAfterFree};
    matches!(kind, Leak | DoubleFree | UseAfterFree | BadFree)
}

/// The scripts a program is judged by: nothing but 0, nothing but 1, both in turn, and `runs`
/// random ones with numbers from 0 to 3.
pub fn scripts(seed: u64, runs: u32) -> impl Iterator<Item = Answers> {
    let fixed = [Rest::Always(0), Rest::Always(1), Rest::Alternating];
    let random = (0..runs).map(move |run| Rest::Random {
        seed: seed.wrapping_mul(0x1_0000_0001).wrapping_add(run.into()),
        below: 4,
    });
    fixed.into_iter().chain(random).map(|rest| Answers { first: Vec::new(), rest })
}

/// The first script of [`scripts`] on which a defect is seen, and the defect.
pub fn search(module: &Module, seed: u64, runs: u32) -> Option<(Answers, MemoryDefect)> {
    scripts(seed, runs).find_map(|answers| match run(module, &answers).verdict {
        Verdict::Memory(defect) => Some((answers, defect)),
        Verdict::Clean | Verdict::Other(_) => None,
    })
}

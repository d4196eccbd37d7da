//! What a program does, seen from outside.

use luma_diagnostics::Span;
use luma_interp::{Answers, Options, Rest, TrapKind};
use luma_ir::{Module, PrintOptions, print_module};

/// What can be seen of a run.
#[derive(PartialEq, Debug)]
pub(crate) struct Seen {
    pub(crate) output: String,
    exit_code: u8,
    aborted: bool,
    /// Why and where it was stopped.
    pub(crate) trap: Option<(TrapKind, Option<Span>)>,
    steps: u64,
}

impl Seen {
    /// Whether it was stopped by a limit, not by itself.
    pub(crate) fn is_cut(&self) -> bool {
        self.trap.is_some_and(|(kind, _)| kind.is_limit())
    }
}

/// Runs `main` for at most so many steps; `seed` says what `ask` answers.
pub(crate) fn watch(module: &Module, steps: u64, seed: u64) -> Seen {
    let mut output = Vec::new();
    let rest = Rest::Random { seed, below: 4 };
    let answers = Some(Answers { first: Vec::new(), rest });
    let options = Options { step_limit: Some(steps), answers, ..Options::default() };
    let outcome = luma_interp::run(module, &options, &mut output);
    let trap = outcome.trap.map(|trap| (trap.kind, trap.stack.first().map(|frame| frame.span)));
    assert!(!matches!(trap, Some((TrapKind::Unsupported, _))));
    Seen {
        output: String::from_utf8_lossy(&output).into_owned(),
        exit_code: outcome.exit_code,
        aborted: outcome.aborted,
        trap,
        steps,
    }
}

/// A changed module does what was seen of the one it was made of, which may take four times as long.
pub(crate) fn compare(name: &str, expected: &Seen, changed: &Module, seed: u64) {
    let found = watch(changed, expected.steps * 4, seed);
    let same = match expected.is_cut() {
        true => found.output.starts_with(&expected.output),
        false => found == Seen { steps: found.steps, output: expected.output.clone(), ..*expected },
    };
    assert!(
        same,
        "{name}:\n{expected:?}\n{found:?}\n{}",
        print_module(changed, PrintOptions::default())
    );
}

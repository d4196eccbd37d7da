//! Judging the verifier by programs that are correct.

use std::collections::BTreeMap;
use std::time::Instant;

use luma_diagnostics::Diagnostic;
use luma_interp::TrapKind;
use luma_ownership::{Options, verify_ownership};
use rayon::prelude::*;

use super::smaller::reduce;
use crate::drive::{self, Verdict};
use crate::front::{Lowered, lower};
use crate::{Failure, Report, Settings};

/// What became of one program.
enum Outcome {
    /// Accepted, as it must be.
    Accepted,
    /// Correct, and rejected: for what first.
    Rejected(Failure, Box<Diagnostic>),
    /// The generator's fault: it does not compile, or goes wrong.
    Faulty(Failure),
    /// A run took too long to say anything.
    TooLong,
}

/// Makes programs that are correct and reports those that the verifier rejects.
pub fn run(settings: &Settings) -> Report {
    let start = Instant::now();
    let outcomes: Vec<(Outcome, Tally)> =
        (0..settings.programs).into_par_iter().map(|index| judge(settings, index)).collect();
    let mut report = Report { engine: "precision", ..Report::default() };
    let mut tally = Tally::default();
    let mut causes = BTreeMap::new();
    let (mut accepted, mut rejected, mut faulty, mut too_long) = (0, 0, 0, 0);
    for (outcome, one) in outcomes {
        tally.add(one);
        match outcome {
            Outcome::Accepted => accepted += 1,
            Outcome::TooLong => too_long += 1,
            Outcome::Rejected(failure, first) => {
                rejected += 1;
                causes.entry(cause(&first)).or_insert_with(Vec::new).push((failure, first));
            }
            Outcome::Faulty(failure) => {
                faulty += 1;
                report.failures.push(failure);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let causes: Vec<_> = causes.into_iter().collect();
    for (cause, rejected) in &causes {
        report.counts.push((format!("rejected: {cause}"), rejected.len().to_string()));
    }
    let examples = causes.into_par_iter().flat_map(|(_, failures)| {
        failures.into_par_iter().take(EXAMPLES).map(|(failure, first)| smaller(failure, &first))
    });
    report.failures.extend(examples.collect::<Vec<_>>());
    let mut count = |what: &str, value: String| report.counts.push((what.into(), value));
    count("programs", settings.programs.to_string());
    count("accepted", accepted.to_string());
    count("falsely rejected", rejected.to_string());
    count("faults of the generator", faulty.to_string());
    count("too long to run", too_long.to_string());
    count("lines", tally.lines.to_string());
    count("objects allocated in the runs", tally.objects.to_string());
    count("programs a second", format!("{:.0}", settings.programs as f64 / seconds));
    report
}

/// What is counted beside verdicts.
#[derive(Default)]
struct Tally {
    lines: u64,
    objects: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.objects += other.objects;
    }
}

fn judge(settings: &Settings, index: u64) -> (Outcome, Tally) {
    let source = super::source(settings.seed, index);
    let mut tally = Tally { lines: source.lines().count() as u64, ..Tally::default() };
    let failure = |source: String, what: String| Failure {
        name: format!("program {index} of seed {}", settings.seed),
        source,
        answers: None,
        what,
    };
    let lowered = match lower(&source) {
        Ok(lowered) => lowered,
        Err(why) => return (Outcome::Faulty(failure(source, why)), tally),
    };
    for answers in drive::scripts(index, settings.runs) {
        let ran = drive::run(&lowered.module, &answers);
        tally.objects += ran.allocations;
        let what = match ran.verdict {
            Verdict::Clean => continue,
            Verdict::Other(TrapKind::StepLimit | TrapKind::StackOverflow) => {
                return (Outcome::TooLong, tally);
            }
            Verdict::Other(kind) => format!("the program stops: {kind:?}"),
            Verdict::Memory(defect) => defect.rendered(&lowered.sources),
        };
        let wrong = Failure { answers: Some(answers), ..failure(source, what) };
        return (Outcome::Faulty(wrong), tally);
    }
    let errors = errors(&lowered);
    let Some(first) = errors.first() else { return (Outcome::Accepted, tally) };
    let first = Box::new(first.clone());
    (Outcome::Rejected(failure(source, String::new()), first), tally)
}

/// Programs shown of each cause.
const EXAMPLES: usize = 2;

/// What is reported, without what depends on the program.
fn cause(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.code.as_str().to_owned() + " ";
    // What stands between backquotes is every second part.
    for (index, part) in diagnostic.message.split('`').enumerate() {
        text += if index % 2 == 0 { part } else { "…" };
    }
    text
}

/// The failure with a small program.
fn smaller(failure: Failure, first: &Diagnostic) -> Failure {
    let source = reduce(&failure.source, first);
    let what = lower(&source).map_or_else(|why| why, |lowered| render(&lowered));
    Failure { source, what, ..failure }
}

/// The errors the verifier reports.
pub(super) fn errors(lowered: &Lowered) -> Vec<Diagnostic> {
    let options = Options { sources: Some(&lowered.sources), ..Options::default() };
    let mut found = verify_ownership(&lowered.module, &options);
    found.retain(Diagnostic::is_error);
    found
}

fn render(lowered: &Lowered) -> String {
    luma_diagnostics::render_all(&lowered.sources, Default::default(), &errors(lowered))
}

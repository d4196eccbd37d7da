//! What the verifier says of a changed program, against what running it shows.

use luma_interp::Answers;
use luma_ir::Module;

use super::change::{How, Mutant, Subject, mutants};
use super::force;
use crate::Settings;
use crate::drive::{self, Verdict};
use crate::front::{Checked, check, lower};

/// The verdict on a mutant and its behaviour.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Judgement {
    /// Accepted, and runs clean, also when forced.
    Harmless,
    /// Rejected, and goes wrong.
    Caught,
    /// Rejected, and goes wrong when forced.
    CaughtForced,
    /// Rejected by a rule about attributes, which running cannot show.
    CaughtByRule,
    /// Accepted, and goes wrong, with everything tracked: a bug of the verifier.
    Missed,
    /// Accepted, and goes wrong, where pointers went out of the verifier's sight.
    MissedUntracked,
    /// Accepted, clean, but goes wrong on a way that was forced and need not be possible.
    MissedForced,
    /// Rejected, but nothing goes wrong.
    Unconfirmed,
    /// An attribute is gone and nobody minds.
    AttributeIdle,
    /// The run is stopped by something else than ownership.
    OtherTrap,
}

impl Judgement {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Harmless => "accepted, clean",
            Self::Caught => "rejected, defect",
            Self::CaughtForced => "rejected, defect when forced",
            Self::CaughtByRule => "rejected by a rule about attributes",
            Self::Missed => "ACCEPTED, DEFECT",
            Self::MissedUntracked => "accepted, defect, untracked",
            Self::MissedForced => "accepted, defect when forced",
            Self::Unconfirmed => "rejected, clean",
            Self::AttributeIdle => "accepted without the attribute",
            Self::OtherTrap => "stopped by another trap",
        }
    }

    /// Whether the two disagree, or may.
    pub fn is_worth_a_look(self) -> bool {
        use Judgement::{AttributeIdle, Missed, MissedForced, Unconfirmed};
        matches!(self, Missed | MissedForced | Unconfirmed | AttributeIdle)
    }
}

/// A mutant that was judged.
pub(super) struct Judged {
    pub(super) subject: Subject,
    pub(super) how: How,
    pub(super) judgement: Judgement,
    /// Which file, and what was changed.
    pub(super) name: String,
    pub(super) text: String,
    /// What was reported, and what was seen.
    pub(super) what: String,
}

/// Judges all mutants of a program; none if it is not right to begin with.
pub(super) fn judge_file(settings: &Settings, name: &str, source: &str) -> Vec<Judged> {
    let Ok(original) = check(source) else { return Vec::new() };
    let args = arguments(source);
    let mut inputs: Vec<Vec<Vec<u8>>> = vec![args.clone()];
    inputs.extend(OTHER_INPUTS.map(|other| other.iter().map(|arg| arg.to_vec()).collect()));
    inputs.retain(|args| run(&original.module, args) == Verdict::Clean);
    if !original.accepted() || inputs.first() != Some(&args) {
        return Vec::new();
    }
    let forced = Forced::new(source, args);
    let mut changed = mutants(source);
    sample(&mut changed, settings);
    changed
        .into_iter()
        .filter_map(|mutant| {
            let checked = check(&mutant.text).ok()?;
            let (judgement, what) = judge(&mutant, &checked, &inputs, &forced);
            let Mutant { subject, how, line, was, text } = mutant;
            let name = format!("{name}:{line} {subject:?} {how:?} `{was}`");
            settings
                .keep(&format!("{judgement:?}-{}.lx", name.replace(['/', ' ', '`'], "-")), &text);
            Some(Judged { subject, how, judgement, name, text, what })
        })
        .collect()
}

/// At most as many as wanted, spread evenly.
fn sample(mutants: &mut Vec<Mutant>, settings: &Settings) {
    let (all, wanted) = (mutants.len(), settings.programs.max(1) as usize);
    if all > wanted {
        let mut index = 0;
        let first = settings.seed as usize % all;
        mutants.retain(|_| {
            let chosen = ((index + first) * wanted) % all < wanted;
            index += 1;
            chosen
        });
    }
}

fn judge(
    mutant: &Mutant,
    checked: &Checked,
    inputs: &[Vec<Vec<u8>>],
    forced: &Forced,
) -> (Judgement, String) {
    let accepted = checked.accepted();
    let codes = checked.codes().join(" ");
    let mut other = None;
    for args in inputs {
        match run(&checked.module, args) {
            Verdict::Clean => {}
            Verdict::Other(kind) => other = Some(kind),
            Verdict::Memory(defect) => {
                let judgement = match (accepted, checked.tracked) {
                    (false, _) => Judgement::Caught,
                    (true, true) => Judgement::Missed,
                    (true, false) => Judgement::MissedUntracked,
                };
                return (judgement, format!("{codes} {}", defect.rendered(&checked.sources)));
            }
        }
    }
    let is_attribute = mutant.subject == Subject::Attribute;
    let shown = if is_attribute { None } else { forced.defect(&mutant.text) };
    let judgement = match (accepted, is_attribute, &shown, other) {
        (false, true, ..) => Judgement::CaughtByRule,
        (true, true, ..) => Judgement::AttributeIdle,
        (false, _, Some(_), _) => Judgement::CaughtForced,
        (_, _, _, Some(_)) => Judgement::OtherTrap,
        (false, ..) => Judgement::Unconfirmed,
        (true, _, Some(_), _) if checked.tracked => Judgement::MissedForced,
        (true, ..) => Judgement::Harmless,
    };
    let messages: Vec<&str> =
        checked.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
    (judgement, format!("{codes} {} {}", messages.join(" / "), shown.unwrap_or_default()))
}

/// Arguments tried beside a program's own, as far as the program goes right with them.
const OTHER_INPUTS: [&[&[u8]]; 3] = [&[], &[b"abc"], &[b"1", b"20"]];

fn run(module: &Module, args: &[Vec<u8>]) -> Verdict {
    drive::run_with(module, Some(&Answers::default()), args).verdict
}

/// Scripts that force ways.
const SCRIPTS: u64 = 48;

/// The scripts on which a program goes right though its ways are forced.
struct Forced {
    args: Vec<Vec<u8>>,
    scripts: Vec<Answers>,
}

impl Forced {
    fn new(source: &str, args: Vec<Vec<u8>>) -> Self {
        let mut scripts: Vec<Answers> = force::scripts(SCRIPTS).collect();
        match lower(&force::forced(source)) {
            Ok(lowered) => scripts.retain(|answers| {
                drive::run_with(&lowered.module, Some(answers), &args).verdict == Verdict::Clean
            }),
            Err(_) => scripts.clear(),
        }
        Self { args, scripts }
    }

    /// A defect of `text` on one of them, in words.
    fn defect(&self, text: &str) -> Option<String> {
        let lowered = lower(&force::forced(text)).ok()?;
        self.scripts.iter().find_map(|answers| {
            match drive::run_with(&lowered.module, Some(answers), &self.args).verdict {
                Verdict::Memory(defect) => Some(format!("forced: {}", defect.trap.message)),
                Verdict::Clean | Verdict::Other(_) => None,
            }
        })
    }
}

/// What `//@ args:` says.
fn arguments(source: &str) -> Vec<Vec<u8>> {
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix("//@ args:"));
    lines.flat_map(str::split_whitespace).map(|arg| arg.as_bytes().to_vec()).collect()
}

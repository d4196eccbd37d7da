//! Soundness: what the verifier accepts must run without a leak, double free, use after free or bad
//! free. Programs are made right, then given a few mistakes.

use std::time::{Duration, Instant};

use luma_generate::Choices;
use luma_generate::owned::{self, Style};
use luma_interp::{Answers, TrapKind};
use rayon::prelude::*;

use crate::drive::{self, Verdict};
use crate::front::{self, Checked};
use crate::replay::{self, Replayed};
use crate::{Failure, Report, Settings};

/// Program `index` of `seed`: well-typed text.
pub fn source(seed: u64, index: u64) -> String {
    let mut choices = Choices::new(seed, index);
    let mut program = owned::program(&mut choices, Style::Strange);
    let mistakes = match choices.below(20) {
        0..3 => 0,
        3..12 => 1,
        12..17 => 2,
        _ => choices.range(3, 6),
    };
    let mut made = 0;
    // A mistake that does not fit the types is taken back.
    for _ in 0..mistakes * 8 {
        if made == mistakes {
            break;
        }
        let mut tried = program.clone();
        if owned::mistake(&mut tried, &mut choices) && front::lower(&tried.text()).is_ok() {
            program = tried;
            made += 1;
        }
    }
    program.text()
}

/// What was seen of one program.
#[derive(Clone, Debug, Default)]
struct Seen {
    accepted: bool,
    tracked: bool,
    allocations: u64,
    runs: u64,
    /// Runs that were stopped for reasons that say nothing.
    stopped: u64,
    defective: bool,
    wrong: Option<(Answers, TrapKind)>,
    /// Reports on a rejected program: confirmed, masked by other defects, unconfirmed.
    reports: [usize; 3],
}

/// Judges the verifier itself.
pub fn run(settings: &Settings) -> Report {
    run_with(settings, &|checked: &Checked| checked.accepted())
}

/// Judges any verifier: `accepts` decides on programs that [`front::check`] has looked at.
pub fn run_with(settings: &Settings, accepts: &(dyn Fn(&Checked) -> bool + Sync)) -> Report {
    let start = Instant::now();
    let seen: Vec<(u64, Seen)> = (0..settings.programs)
        .into_par_iter()
        .map(|index| (index, look(settings, index, &source(settings.seed, index), accepts)))
        .collect();
    let count = |want: &dyn Fn(&Seen) -> bool| seen.iter().filter(|(_, s)| want(s)).count();
    let accepted = count(&|s| s.accepted);
    let mean = |of: &dyn Fn(&Seen) -> u64, from: &dyn Fn(&Seen) -> bool| {
        let all: Vec<&Seen> = seen.iter().map(|(_, s)| s).filter(|s| from(s)).collect();
        let runs: u64 = all.iter().map(|s| s.runs).sum();
        let sum: u64 = all.iter().map(|s| of(s)).sum();
        format!("{:.1}", sum as f64 / runs.max(1) as f64)
    };
    let share = |part: usize, whole: usize| {
        format!("{part} ({:.1} %)", part as f64 * 100.0 / whole.max(1) as f64)
    };
    let escaped = count(&|s| s.accepted && !s.tracked && s.wrong.is_some());
    let wrong: Vec<&(u64, Seen)> =
        seen.iter().filter(|(_, s)| s.accepted && s.tracked && s.wrong.is_some()).collect();
    let reports: [usize; 3] =
        std::array::from_fn(|which| seen.iter().map(|(_, s)| s.reports[which]).sum());
    let counts = vec![
        ("programs".into(), seen.len().to_string()),
        ("accepted".into(), share(accepted, seen.len())),
        ("accepted and tracked".into(), share(count(&|s| s.accepted && s.tracked), seen.len())),
        ("defective when run".into(), share(count(&|s| s.defective), seen.len())),
        ("allocations a run, accepted".into(), mean(&|s| s.allocations, &|s| s.accepted)),
        ("runs stopped for other reasons, per run".into(), mean(&|s| s.stopped, &|_| true)),
        ("defects in accepted, untracked programs".into(), escaped.to_string()),
        ("defects in accepted, tracked programs".into(), wrong.len().to_string()),
        ("reports a run could confirm or not".into(), reports.iter().sum::<usize>().to_string()),
        ("confirmed".into(), share(reports[0], reports[0] + reports[2])),
        ("stopped before".into(), reports[1].to_string()),
        ("unconfirmed".into(), reports[2].to_string()),
        ("seconds".into(), format!("{:.1}", start.elapsed().as_secs_f64())),
    ];
    let failures = wrong
        .par_iter()
        .enumerate()
        .map(|(number, (index, _))| failure(settings, *index, number < settings.reduced, accepts))
        .collect();
    Report { engine: "soundness", counts, failures }
}

fn look(
    settings: &Settings,
    index: u64,
    text: &str,
    accepts: &(dyn Fn(&Checked) -> bool + Sync),
) -> Seen {
    let Ok(checked) = front::check(text) else { return Seen::default() };
    let mut seen =
        Seen { accepted: accepts(&checked), tracked: checked.tracked, ..Seen::default() };
    if !seen.accepted {
        seen.reports = replayed(settings, index, text, &checked);
    }
    // Of rejected programs only some runs, to know how many are worth rejecting.
    let runs = if seen.accepted { settings.runs } else { settings.runs.min(4) };
    for answers in drive::scripts(index, runs) {
        let ran = drive::run(&checked.module, &answers);
        seen.runs += 1;
        seen.allocations += ran.allocations;
        match ran.verdict {
            Verdict::Clean => {}
            Verdict::Other(_) => seen.stopped += 1,
            Verdict::Memory(defect) => {
                seen.defective = true;
                seen.wrong = Some((answers, defect.kind));
                break;
            }
        }
    }
    if seen.accepted && !seen.tracked && seen.wrong.is_some() {
        settings.keep(&format!("untracked-{}-{index}.lx", settings.seed), text);
    }
    seen
}

/// Runs that are tried to confirm a report.
const TRIES: u32 = 40;

/// Replays what is said of a rejected program.
fn replayed(settings: &Settings, index: u64, text: &str, checked: &Checked) -> [usize; 3] {
    let mut counts = [0; 3];
    let mut unconfirmed = String::new();
    for (name, defects) in &checked.defects {
        for defect in defects {
            match replay::replay(checked, *name, defect, index, TRIES) {
                Replayed::NotObservable => {}
                Replayed::Confirmed(_) => counts[0] += 1,
                Replayed::Masked => counts[1] += 1,
                Replayed::Unconfirmed => {
                    counts[2] += 1;
                    let name = checked.module.context.name(*name);
                    unconfirmed += &format!("// {:?} in {name}\n", defect.kind);
                }
            }
        }
    }
    if counts[2] > 0 {
        let said: Vec<String> = checked
            .rendered()
            .lines()
            .map(|line| format!("// {line}").trim_end().to_owned())
            .collect();
        let text = format!("{unconfirmed}{text}\n{}\n", said.join("\n"));
        settings.keep(&format!("unconfirmed-{}-{index}.lx", settings.seed), &text);
    }
    counts
}

/// Reduces a wrongly accepted program and says what is wrong with it.
fn failure(
    settings: &Settings,
    index: u64,
    reduce: bool,
    accepts: &(dyn Fn(&Checked) -> bool + Sync),
) -> Failure {
    let text = source(settings.seed, index);
    let kind = |text: &str| -> Option<(Answers, drive::MemoryDefect, Checked)> {
        let checked = front::check(text).ok()?;
        if !accepts(&checked) || !checked.tracked {
            return None;
        }
        let (answers, defect) = drive::search(&checked.module, index, settings.runs)?;
        Some((answers, defect, checked))
    };
    let wanted = kind(&text).map(|(_, defect, _)| defect.kind);
    let mut oracle = |candidate: &str| {
        let seen = kind(candidate).map(|(_, defect, _)| defect.kind);
        seen.is_some() && seen == wanted
    };
    let options = luma_reduce::Options {
        max_calls: Some(if reduce { 6000 } else { 0 }),
        max_time: Some(Duration::from_secs(60)),
    };
    let reduced = luma_reduce::reduce_source(&text, &mut oracle, &options).text;
    let (answers, what) = match kind(&reduced) {
        Some((answers, defect, checked)) => (
            Some(answers),
            format!("accepted, but when run:\n{}", defect.rendered(&checked.sources)),
        ),
        None => (None, "accepted, and defective when run".to_owned()),
    };
    Failure {
        name: format!("program {index} of seed {}", settings.seed),
        source: reduced,
        answers,
        what,
    }
}

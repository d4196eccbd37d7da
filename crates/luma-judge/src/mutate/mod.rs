//! The mutation engine: correct programs are changed in one place, and the verifier and the
//! interpreter must change their minds together.
//!
//! ```text
//! program ──change──▶ mutant ──front::check──▶ accepted │ rejected ──┐
//!                        └────interpreter────▶ clean │ defect ───────┴─▶ table, disagreements
//! ```
//!
//! A program's own inputs do not take every path. What is rejected but clean on them is run again
//! with conditions overruled and allocations that fail (`force`); a defect is only believed where
//! the program as it was goes right on the same inputs.

mod blocks;
mod change;
mod force;
mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use crate::{Failure, Report, Settings};
pub use change::{How, Subject};
pub use verdict::Judgement;
use verdict::{Judged, judge_file};

/// Changes each program of `files` and reports the mutants that are accepted though they go wrong,
/// which is a failure where everything is tracked. `settings.programs` bounds the number of
/// mutants of one file.
///
/// # Errors
///
/// A message that says which file cannot be read.
pub fn run(settings: &Settings, files: &[PathBuf]) -> Result<Report, String> {
    let start = Instant::now();
    let judge = |path: &PathBuf| match std::fs::read_to_string(path) {
        Ok(source) => Ok(judge_file(settings, &name_of(path), &source)),
        Err(why) => Err(format!("cannot read `{}`: {why}", path.display())),
    };
    let judged: Vec<Vec<Judged>> = files.par_iter().map(judge).collect::<Result<_, _>>()?;
    let mut report = Report { engine: "mutation", ..Report::default() };
    let used = judged.iter().filter(|mutants| !mutants.is_empty()).count();
    let mutants: Vec<Judged> = judged.into_iter().flatten().collect();
    let mut table: BTreeMap<(Subject, How, Judgement), usize> = BTreeMap::new();
    let mut totals: BTreeMap<Judgement, usize> = BTreeMap::new();
    for mutant in &mutants {
        *table.entry((mutant.subject, mutant.how, mutant.judgement)).or_default() += 1;
        *totals.entry(mutant.judgement).or_default() += 1;
    }
    let mut count = |what: String, value: String| report.counts.push((what, value));
    for mutant in mutants.iter().filter(|m| m.judgement.is_worth_a_look()) {
        count(mutant.name.clone(), format!("{}; {}", mutant.judgement.text(), mutant.what));
    }
    for ((subject, how, judgement), number) in table {
        count(format!("{subject:?} {how:?}: {}", judgement.text()), number.to_string());
    }
    for (judgement, number) in totals {
        count(format!("all: {}", judgement.text()), number.to_string());
    }
    count("programs".into(), files.len().to_string());
    count("programs that are right to begin with and can be changed".into(), used.to_string());
    count("mutants".into(), mutants.len().to_string());
    let seconds = start.elapsed().as_secs_f64();
    count("mutants a second".into(), format!("{:.0}", mutants.len() as f64 / seconds));
    let wrong = mutants.into_iter().filter(|m| m.judgement == Judgement::Missed);
    report.failures.extend(wrong.map(|mutant| Failure {
        name: mutant.name,
        source: mutant.text,
        answers: None,
        what: mutant.what,
    }));
    Ok(report)
}

/// The correct programs below `root`, the directory of the repository: none of their lines expects
/// a diagnostic.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> =
        ["tests/run", "tests/ownership", "examples"].iter().map(|place| root.join(place)).collect();
    while let Some(directory) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "lx") {
                found.push(path);
            }
        }
    }
    let is_correct =
        |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| !text.contains("//~"));
    found.retain(is_correct);
    found.sort();
    found
}

/// The last three parts of a path.
fn name_of(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts[parts.len().saturating_sub(3)..].join("/")
}

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
/// A file that cannot be read.
pub fn run(settings: &Settings, files: &[PathBuf]) -> Result<Report, String> {
    let start = Instant::now();
    let judged: Vec<Vec<Judged>> = files
        .par_iter()
        .map(|path| Ok(judge_file(settings, &name_of(path), &read(path)?)))
        .collect::<Result<_, String>>()?;
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
///
/// # Errors
///
/// A directory or a file that cannot be read.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let places = ["tests/run", "tests/ownership", "examples"].map(|place| root.join(place));
    let mut correct = Vec::new();
    for path in programs(places.into())? {
        if !read(&path)?.contains("//~") {
            correct.push(path);
        }
    }
    Ok(correct)
}

/// All programs among `paths` and in the directories among them, sorted.
///
/// # Errors
///
/// A directory that cannot be read.
pub fn programs(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut waiting = paths;
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let failed = |why| format!("{}: {why}", path.display());
            for entry in std::fs::read_dir(&path).map_err(failed)? {
                waiting.push(entry.map_err(failed)?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "lx") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))
}

/// The last three parts of a path.
fn name_of(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts[parts.len().saturating_sub(3)..].join("/")
}

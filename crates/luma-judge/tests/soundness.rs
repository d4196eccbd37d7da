//! The soundness engine at a small size, and that it would notice a verifier that is wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

use luma_judge::front::{self, Checked};
use luma_judge::{Report, Settings, drive, soundness};

fn settings(programs: u64) -> Settings {
    Settings { programs, seed: 7, runs: 8, reduced: 1, ..Settings::default() }
}

fn count(report: &Report, what: &str) -> usize {
    let (_, text) = report.counts.iter().find(|(name, _)| name == what).unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn what_is_accepted_runs_without_a_defect() {
    let report = soundness::run(&settings(300));
    for failure in &report.failures {
        println!("{}\n{}\n{}", failure.name, failure.source, failure.what);
    }
    assert!(report.failures.is_empty());
    // The programs are worth judging: many are accepted, and many are defective.
    assert_eq!(count(&report, "programs"), 300);
    assert!(count(&report, "accepted") >= 60);
    assert!(count(&report, "accepted and tracked") >= 60);
    assert!(count(&report, "defective when run") >= 30);
    assert!(count(&report, "confirmed") >= 30);
}

#[test]
fn a_verifier_that_accepts_everything_is_found_out() {
    let report = soundness::run_with(&settings(60), &|_: &Checked| true);
    assert!(report.failures.len() >= 3, "{}", report.failures.len());
    for failure in &report.failures {
        // What is shown is the defect, not only that there is one.
        let checked = front::check(&failure.source).unwrap();
        let answers = failure.answers.as_ref().unwrap();
        let ran = drive::run(&checked.module, answers);
        assert!(matches!(ran.verdict, drive::Verdict::Memory(_)), "{}: {ran:?}", failure.name);
        assert!(failure.what.contains("error[E060"), "{}", failure.what);
    }
}

#[test]
fn a_verifier_that_forgets_one_code_is_found_out() {
    for (forgotten, seen) in [("E0401", "E0601"), ("E0402", "E0602"), ("E0403", "E0603")] {
        let accepts = |checked: &Checked| checked.codes().iter().all(|&code| code == forgotten);
        let report = soundness::run_with(&Settings { reduced: 0, ..settings(200) }, &accepts);
        assert!(
            report.failures.iter().any(|failure| failure.what.contains(seen)),
            "{forgotten}: {:?}",
            report.counts
        );
    }
}

#[test]
fn programs_do_not_depend_on_threads() {
    let one: Vec<String> = (0..20).map(|index| soundness::source(3, index)).collect();
    let handles: Vec<_> = (0..20)
        .rev()
        .map(|index| (index, std::thread::spawn(move || soundness::source(3, index))))
        .collect();
    for (index, handle) in handles {
        assert_eq!(handle.join().unwrap(), one[index as usize]);
    }
    assert!(one.iter().enumerate().all(|(i, text)| !one[..i].contains(text)));
}

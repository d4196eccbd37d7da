//! Correct programs with one thing changed: what goes wrong is rejected.

use std::path::Path;

use luma_judge::mutate::{files, run};
use luma_judge::{Report, Settings};

fn count(report: &Report, what: &str) -> usize {
    let found = report.counts.iter().find(|count| count.0 == what);
    found.and_then(|count| count.1.parse().ok()).unwrap_or(0)
}

#[test]
fn mutants_that_go_wrong_are_rejected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sample: Vec<_> = files(&root).unwrap().into_iter().step_by(5).collect();
    let report = run(&Settings { programs: 4, ..Settings::default() }, &sample).unwrap();
    for failure in &report.failures {
        println!("{}\n{}\n{}", failure.name, failure.source, failure.what);
    }
    assert!(report.failures.is_empty());
    let (caught, harmless) =
        (count(&report, "all: rejected, defect"), count(&report, "all: accepted, clean"));
    assert!(caught > 30 && harmless > 10, "{:?}", report.counts);
}

/// A program small enough to know all of its mutants.
#[test]
fn the_two_change_their_minds_together() {
    let program = "
const main -> fn () int {
    let p: *int = cast<*int>(alloc(sizeof<int>));
    if (p == cast<*int>(0)) { return 1; }
    *p = 3;
    free(p);
    return 0;
}
";
    let directory = std::env::temp_dir().join(format!("luma-judge-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("program.lx");
    std::fs::write(&path, program).unwrap();
    let report = run(&Settings::default(), &[path]).unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(count(&report, "Free Deleted: rejected, defect"), 1, "{:?}", report.counts);
    assert_eq!(count(&report, "Free Doubled: rejected, defect"), 1, "{:?}", report.counts);
    // Before the write: a use after free. Before the test, too. After the return: a leak.
    assert_eq!(count(&report, "Free Moved: rejected, defect"), 3, "{:?}", report.counts);
    // Always leaving leaks; never leaving writes through null, which is not about ownership.
    assert_eq!(count(&report, "NullTest Doubled: rejected, defect"), 1, "{:?}", report.counts);
    assert_eq!(count(&report, "NullTest Deleted: accepted, clean"), 1, "{:?}", report.counts);
    assert!(report.failures.is_empty());
}

//! Programs that are correct by construction are accepted.

use luma_judge::{Settings, precision};

#[test]
fn correct_programs_are_accepted() {
    let settings = Settings { programs: 40, runs: 4, ..Settings::default() };
    let report = precision::run(&settings);
    for failure in &report.failures {
        println!("{}\n{}\n{}", failure.name, failure.source, failure.what);
    }
    assert!(report.failures.is_empty());
    let count = |what: &str| report.counts.iter().find(|c| c.0 == what).map(|c| c.1.as_str());
    assert_eq!(count("accepted"), Some("40"), "{:?}", report.counts);
    // They do something: each allocates many times in its runs.
    let objects: u64 = count("objects allocated in the runs").unwrap().parse().unwrap();
    assert!(objects > 40 * 20, "{objects}");
}

#[test]
fn a_program_depends_on_seed_and_index_only() {
    let once = precision::source(3, 14);
    std::thread::spawn(move || assert_eq!(once, precision::source(3, 14))).join().unwrap();
    assert_ne!(precision::source(3, 14), precision::source(3, 15));
    assert_ne!(precision::source(3, 14), precision::source(4, 14));
}

/// What the rules call understood all occurs.
#[test]
fn every_pattern_is_made() {
    let programs: Vec<String> = (0..150).map(|index| precision::source(1, index)).collect();
    let patterns = [
        "defer free(",
        "defer {",
        "switch (",
        "Kind::Owned ->",
        "break;",
        "continue;",
        "exit(3);",
        "#takes_ownership\n",
        "#takes_ownership(",
        "#returns_ownership\n",
        "return Duo {",
        "bigger",
        "try_cell",
        ".next = head",
        ".left = ",
        "free(rows",
        "matrix",
        "drop_rest",
        "fuel",
        "gone",
        ".spare = cast<*int>(0);",
        "!= 0) {\n",
        "free(cast<*void>(",
    ];
    for pattern in patterns {
        let found = programs.iter().filter(|program| program.contains(pattern)).count();
        assert!(found > 1, "`{pattern}` is in {found} programs");
    }
}

//! What runs say, and that reports are confirmed by replaying them.

#![allow(clippy::unwrap_used, clippy::panic)]

use luma_interp::{Answers, Rest, TrapKind};
use luma_judge::drive::{self, Verdict};
use luma_judge::front;
use luma_judge::replay::{Replayed, replay};

const HEAD: &str = "\
const ask -> fn (site: int) int;
const exit -> fn (code: int) void;
";

fn verdict(body: &str, answers: &Answers) -> Option<TrapKind> {
    let text = format!("{HEAD}const main -> fn () int {{ {body} }}");
    let checked = front::check(&text).unwrap();
    match drive::run(&checked.module, answers).verdict {
        Verdict::Clean => None,
        Verdict::Memory(defect) => Some(defect.kind),
        Verdict::Other(kind) => panic!("{text}: {kind:?}"),
    }
}

#[test]
fn runs_follow_the_script() {
    let body =
        "let p: *int = cast<*int>(alloc(8)); if (ask(1) == 3) { free(p); } free(p); return 0;";
    let answers = |answer| Answers { first: vec![(1, vec![answer])], rest: Rest::Always(0) };
    assert_eq!(verdict(body, &answers(3)), Some(TrapKind::DoubleFree));
    assert_eq!(verdict(body, &answers(2)), None);
}

#[test]
fn what_exit_leaves_behind_is_no_leak() {
    let body = "let p: *int = cast<*int>(alloc(8)); if (ask(1) == 1) { exit(3); } return 0;";
    let always = |answer| Answers { first: Vec::new(), rest: Rest::Always(answer) };
    assert_eq!(verdict(body, &always(1)), None);
    assert_eq!(verdict(body, &always(0)), Some(TrapKind::Leak));
}

/// Replays the only report on a program, by few runs: the path must be forced, not found.
fn replayed(text: &str) -> Replayed {
    let checked = front::check(&format!("{HEAD}{text}")).unwrap();
    let [(name, defects)] = checked.defects.as_slice() else { panic!("{:?}", checked.defects) };
    let [defect] = defects.as_slice() else { panic!("{defects:?}") };
    replay(&checked, *name, defect, 1, 2)
}

#[test]
fn paths_are_forced_through_conditions_flags_loops_and_callers() {
    let text = "\
const work -> fn (n: int) int {
    let c: int = ask(1);
    let p: *int = cast<*int>(alloc(8));
    *p = n;
    loop [i: int = 0](i < 3 && ask(2) != 0) : (++i) {
        if (ask(3) == 2) {
            if (c == 3) { free(p); return 1; }
        }
    }
    if (c == 3 && ask(4) == 2) { free(p); }
    free(p);
    return 0;
}
const main -> fn () int {
    if (ask(5) == 1) { return 0; }
    if (ask(6) > 2) { return work(1); }
    return 0;
}
";
    assert!(matches!(replayed(text), Replayed::Confirmed(_)));
}

#[test]
fn attributes_cannot_be_seen_at_run_time() {
    let text = "\
const make -> fn () *int { return cast<*int>(alloc(8)); }
const main -> fn () int { let p: *int = make(); free(p); return 0; }
";
    let checked = front::check(&format!("{HEAD}{text}")).unwrap();
    assert!(checked.codes().contains(&"E0408"), "{:?}", checked.codes());
    for (name, defects) in &checked.defects {
        for defect in
            defects.iter().filter(|d| d.kind == luma_ownership::DefectKind::MissingReturns)
        {
            assert_eq!(replay(&checked, *name, defect, 1, 8), Replayed::NotObservable);
        }
    }
}

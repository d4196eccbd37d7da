//! Programs that compute are well-typed, own nothing they do not free, and end without a trap.

#![allow(clippy::unwrap_used, clippy::panic)]

use luma_interp::{Answers, Rest};
use luma_judge::drive::{self, Verdict};
use luma_judge::{front, twins};

#[test]
fn programs_have_defined_behaviour() {
    let answers = Answers { first: Vec::new(), rest: Rest::Always(0) };
    for index in 0..300 {
        let (luma, _) = twins::sources(11, index);
        let checked = front::check(&luma).unwrap_or_else(|error| panic!("{index}: {error}"));
        assert!(checked.accepted(), "{index}: {}", checked.rendered());
        let ran = drive::run(&checked.module, &answers);
        assert!(!matches!(ran.verdict, Verdict::Memory(_)), "{index}: {ran:?}\n{luma}");
        assert!(ran.output.starts_with(format!("== {index}\n").as_bytes()));
    }
}

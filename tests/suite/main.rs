//! The end-to-end suite: walks the programs of `tests/` and `examples/` and runs `lumac` on them.
//!
//! | directory | a case is | what must hold |
//! | --- | --- | --- |
//! | `tests/run/` | `NAME.lx` or `NAME.lir`, and `NAME.stdout` | it compiles; output and exit code are right at -O0 (under valgrind: no error, no leak) and -O2 |
//! | `tests/run/` | the same | it does the same by the interpreter before and after each pass, and natively at -O0 and -O3 |
//! | `tests/run/` | the same | after each pass, Luma IR reads back and stock `mlir-opt` accepts it; threads change nothing (`tests/ui/`, too) |
//! | `tests/run/seed/` | the same | also: every stage is a snapshot, reads back, and is accepted by the stock tools |
//! | `tests/ui/` | `NAME.lx` or `NAME.lir` with `//~ ERROR E0301` beside lines | exactly those codes on those lines; the text is a snapshot |
//! | `tests/dialects/` | a file in `bad/` or `misuse/` | the errors are a snapshot |
//! | `examples/dialects/` | `NAME.lir`, `NAME.toml`, `NAME.stdout` | it runs natively and by the interpreter with the dialect |
//! | `tests/reduce/` | `NAME.lx` | `bisect` names the wrong step in it, `reduce` makes it small |
//! | `tests/cli/` | `NAME.md` with files and sessions, as in `docs/` | the commands print what it says |
//! | `tests/fix/` | `NAME.lx` and `NAME.fixed` | `fix` makes the one of the other, and it is accepted |
//! | `tests/ownership/` | `NAME.lx` with marks as in `tests/ui/` | exactly those reports, in order; without errors it runs clean by the interpreter |
//! | `tests/ownership/` | the same with `//@ trap: leak` | without the verifier the interpreter stops it at that |
//! | `examples/` | `NAME.lx` | it compiles and runs |
//! | `tests/bench/shapes.sh` | a shape of program | compiling it takes linear time |
//!
//! Directives stand at the top of a file: `//@ exit: 3`, `//@ args: a b`, `//@ check-fail`,
//! `//@ error: LINE CODE`, `//@ no-run`, `//@ trap: leak` (or `double-free`, `use-after-free`,
//! `bad-free`). `INSTA_UPDATE=always` accepts changed snapshots and outputs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bisect;
mod cases;
mod cli;
mod dialects;
mod docs;
mod explain;
mod extension;
mod facts;
mod fix;
mod hardened;
mod levels;
mod ownership;
mod reduce;
mod roundtrip;
mod run;
mod scale;
mod side_effects;
mod stages;
mod steps;
mod sweep;
mod tool;
mod torture;
mod ui;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(run::trials());
    trials.extend(levels::trials());
    trials.extend(stages::trials());
    trials.extend(roundtrip::trials());
    trials.extend(steps::trials());
    trials.extend(ui::trials());
    trials.extend(cli::trials());
    trials.extend(dialects::trials());
    trials.extend(explain::trials());
    trials.extend(docs::trials());
    trials.extend(extension::trials());
    trials.extend(scale::trials());
    trials.extend(side_effects::trials());
    trials.extend(hardened::trials());
    trials.extend(torture::trials());
    trials.extend(sweep::trials());
    trials.extend(bisect::trials());
    trials.extend(reduce::trials());
    trials.extend(fix::trials());
    trials.extend(facts::trials());
    trials.extend(ownership::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

//! Bad input ends in located errors, never in a panic: every prefix and many random mutations of
//! the seed's programs go through everything above MLIR. What the front end accepts must be valid
//! IR that reads back and that every pass keeps valid, and the executable must make an object of it.
//!
//! `LUMAC_MUTATIONS` sets the number of mutations of each program (default 300).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_generate::Choices;
use luma_generate::text::{mutate, tokens};
use luma_ir::{Context, PrintOptions, print_module};

#[path = "checks.rs"]
#[allow(dead_code, reason = "the fuzz targets use the rest")]
mod checks;

use checks::on_big_stack;

fn seed() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/run/seed");
    let mut programs: Vec<(String, String)> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lx"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    programs.sort();
    assert!(programs.len() >= 14);
    programs
}

/// Takes a text through everything; `what` names it when something is wrong.
fn survives(what: &str, text: &str) {
    if checks::source(what, text) {
        makes_an_object(what, text);
    }
}

/// The executable goes all the way down.
fn makes_an_object(what: &str, text: &str) {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_lumac"))
        .args(["-", "-O1", "--ownership=off", "--emit=obj", "-o", "/dev/null"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{said}\n{text}", output.status);
}

#[test]
fn every_prefix_of_the_seed() {
    on_big_stack(|| {
        for (name, text) in seed() {
            for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                survives(&format!("{name} up to byte {end}"), &text[..end]);
            }
        }
    });
}

#[test]
fn random_mutations_of_the_seed() {
    let count: u64 =
        std::env::var("LUMAC_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    on_big_stack(move || {
        let programs = seed();
        let words: Vec<&str> = programs.iter().flat_map(|(_, text)| tokens(text)).collect();
        for (index, (name, text)) in programs.iter().enumerate() {
            for round in 0..count {
                let mutant = mutate(text, &words, &mut Choices::new(index as u64, round));
                survives(&format!("{name} mutation {round}"), &mutant);
            }
        }
    });
}

#[test]
fn random_mutations_of_ir() {
    let count: u64 =
        std::env::var("LUMAC_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    on_big_stack(move || {
        for (index, (name, text)) in seed().iter().enumerate() {
            let mut map = SourceMap::new();
            let file = map.add("seed.lx", text.as_str());
            let parse = luma_syntax::parse(file, text);
            let (analysis, _) = luma_sema::analyze(&parse.ast);
            let module = luma_lower::lower(&parse.ast, &analysis, Arc::new(Context::new()));
            let printed = print_module(&module, PrintOptions::default());
            let words: Vec<&str> = tokens(&printed).collect();
            for round in 0..count {
                let mutant = mutate(&printed, &words, &mut Choices::new(index as u64, round));
                checks::ir(&format!("{name} IR mutation {round}"), &mutant);
            }
        }
    });
}

//! Bad input ends in located errors, never in a panic: every prefix and many random mutations of
//! the seed's programs go through everything above MLIR. What the front end accepts must be valid
//! IR that reads back and that every pass keeps valid, and the executable must make an object of it.
//!
//! `LUMAC_MUTATIONS` sets the number of mutations of each program (default 300).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use luma_diagnostics::SourceMap;
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

/// A small generator of pseudo-random numbers (SplitMix64): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
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
                let mut random = Random((index as u64) << 32 | round);
                let mutant = mutate(text, &words, &mut random);
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
                let mut random = Random((index as u64) << 32 | round);
                let mutant = mutate(&printed, &words, &mut random);
                checks::ir(&format!("{name} IR mutation {round}"), &mutant);
            }
        }
    });
}

/// Words, numbers and single other characters.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        Some(token)
    })
}

/// One to four edits: a token or byte deleted, inserted, replaced or moved, a line doubled.
fn mutate(text: &str, words: &[&str], random: &mut Random) -> String {
    let mut text = text.to_string();
    for _ in 0..=random.below(4) {
        let starts: Vec<(usize, usize)> = {
            let base = text.as_ptr() as usize;
            tokens(&text).map(|t| (t.as_ptr() as usize - base, t.len())).collect()
        };
        if starts.is_empty() {
            return text;
        }
        let (at, length) = starts[random.below(starts.len())];
        let (other, other_length) = starts[random.below(starts.len())];
        let word = words[random.below(words.len())];
        match random.below(7) {
            0 => text.replace_range(at..at + length, ""),
            1 => text.insert_str(at, &format!(" {word} ")),
            2 => text.replace_range(at..at + length, word),
            3 => {
                let moved = text[other..other + other_length].to_string();
                text.replace_range(at..at + length, &moved);
            }
            4 => {
                let byte = char::from((random.next() & 0x7f) as u8);
                text.insert(at, byte);
            }
            5 => {
                let line: String = text[at..].lines().next().unwrap_or("").to_string();
                text.insert_str(at, &line);
            }
            _ => {
                let end = text[at..].find(['\n', ';']).map_or(text.len(), |i| at + i + 1);
                text.replace_range(at..end, "");
            }
        }
    }
    text
}

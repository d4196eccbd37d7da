//! Twins: programs made at random do the same as Luma, by the interpreter and compiled at every level,
//! and as C, compiled by clang. The two share nothing but the generator, and a sanitizer says whether
//! the C program has a meaning.

mod tools;

use std::path::Path;
use std::time::Instant;

use luma_generate::tree::Program;
use luma_generate::{Choices, c, compute, luma, shrink};
use luma_process::TempDir;
use rayon::prelude::*;

pub use tools::Tools;
use tools::{Problem, WAYS, Way};

use crate::{Failure, Report, Settings};

/// Programs that are compiled together.
const BATCH: u64 = 100;
/// Programs tried to make one that differs smaller.
const SHRINKING: usize = 300;

/// Program `index` of `seed` as Luma and as C, each complete.
pub fn sources(seed: u64, index: u64) -> (String, String) {
    texts(&[(index, program(seed, index))])
}

fn program(seed: u64, index: u64) -> Program {
    compute::program(&mut Choices::new(seed, index))
}

/// One file of Luma and one of C with all these programs, which say which of them they are in.
fn texts(programs: &[(u64, Program)]) -> (String, String) {
    let (mut luma, mut c) = (String::new(), c::PRELUDE.to_owned());
    let (mut luma_main, mut c_main) = (String::new(), String::new());
    for (index, program) in programs {
        let prefix = format!("p{index}_");
        luma += &luma::source(program, &prefix);
        c += &c::source(program, &prefix);
        luma_main += &format!("    outputln(\"== {index}\");\n");
        luma_main += &format!("    {}();\n", luma::entry(program, &prefix));
        c_main += &format!("  print_text(\"== {index}\\n\");\n  {}();\n", c::entry(&prefix));
    }
    luma += &format!("const main -> fn () int {{\n{luma_main}    return 0;\n}}\n");
    c += &format!("int main(void) {{\n{c_main}  return 0;\n}}\n");
    (luma, c)
}

/// A difference between two ways to run the same programs.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Difference {
    way: &'static Way,
    /// What happened instead of what was expected; none if the output is another.
    problem: Option<Problem>,
    expected: Vec<u8>,
    found: Vec<u8>,
}

impl Difference {
    /// Whether `other` is the same fault, as far as one can say.
    fn is_like(&self, other: &Self) -> bool {
        self.way == other.way && self.kind() == other.kind()
    }

    fn kind(&self) -> Option<(bool, &str)> {
        self.problem.as_ref().map(Problem::kind)
    }

    fn describe(&self) -> String {
        let mut text = format!("{} differs from C\n", self.way.name);
        if let Some(problem) = &self.problem {
            text += &problem.to_string();
            return text;
        }
        let (expected, found) =
            (String::from_utf8_lossy(&self.expected), String::from_utf8_lossy(&self.found));
        let mut number = 0;
        let (mut one, mut other) = (expected.lines(), found.lines());
        loop {
            number += 1;
            match (one.next(), other.next()) {
                (None, None) => return text,
                (a, b) if a == b => {}
                (a, b) => {
                    let (a, b) = (a.unwrap_or("the end"), b.unwrap_or("the end"));
                    text += &format!("line {number}\n  expected: {a}\n  found:    {b}\n");
                    return text;
                }
            }
        }
    }
}

/// The first difference that these programs show.
fn differs(
    programs: &[(u64, Program)],
    tools: &Tools,
    directory: &Path,
    ways: &[&'static Way],
) -> Result<Option<Difference>, String> {
    let (luma, c) = texts(programs);
    tools.write(directory, &luma, &c)?;
    let mut expected = None;
    for &way in ways {
        let found = tools.run(directory, way)?;
        match (&expected, found) {
            (_, Err(problem)) => {
                let (expected, found) = Default::default();
                return Ok(Some(Difference { way, problem: Some(problem), expected, found }));
            }
            (None, Ok(found)) => expected = Some(found),
            (Some(expected), Ok(found)) if *expected != found => {
                let expected = expected.clone();
                return Ok(Some(Difference { way, problem: None, expected, found }));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The programs that differ, each with how.
fn search(
    programs: &[(u64, Program)],
    tools: &Tools,
    directory: &Path,
) -> Result<Vec<(u64, Program, Difference)>, String> {
    let number = programs[0].0 / BATCH;
    let alone = programs.len() == 1;
    let mut ways: Vec<&'static Way> =
        WAYS.iter().filter(|way| alone || number.is_multiple_of(way.every)).collect();
    if alone {
        // What the sanitizers say in words comes before the trap that says the same.
        ways.sort_by_key(|way| !way.is_sanitized());
    }
    let Some(difference) = differs(programs, tools, directory, &ways)? else {
        return Ok(Vec::new());
    };
    if let [(index, program)] = programs {
        return Ok(vec![(*index, program.clone(), difference)]);
    }
    let (left, right) = programs.split_at(programs.len() / 2);
    let mut found = search(left, tools, directory)?;
    found.extend(search(right, tools, directory)?);
    Ok(found)
}

/// A smaller program with the same fault.
///
/// # Errors
///
/// Those of [`run`].
fn reduced(
    index: u64,
    program: &Program,
    difference: &Difference,
    tools: &Tools,
    directory: &Path,
) -> Result<(Program, Difference), String> {
    // Sanitized, the C program says whether it still means something.
    let mut ways: Vec<&'static Way> = WAYS.iter().filter(|way| way.is_sanitized()).collect();
    if !ways.contains(&difference.way) {
        ways.push(difference.way);
    }
    let mut last = difference.clone();
    let mut failure = None;
    let small = shrink(program, SHRINKING, &mut |candidate| {
        let candidate = [(index, candidate.clone())];
        match differs(&candidate, tools, directory, &ways) {
            Ok(Some(found)) if found.is_like(difference) => {
                last = found;
                true
            }
            Ok(_) => false,
            Err(why) => {
                failure.get_or_insert(why);
                false
            }
        }
    });
    failure.map_or(Ok((small, last)), Err)
}

/// Makes programs and compares what they do.
///
/// # Errors
///
/// A compiler that cannot be run, a temporary file that cannot be written.
pub fn run(settings: &Settings, tools: &Tools) -> Result<Report, String> {
    let start = Instant::now();
    let starts: Vec<u64> = (0..settings.programs).step_by(BATCH as usize).collect();
    let found: Vec<Vec<(u64, Program, Difference)>> = starts
        .par_iter()
        .map(|&first| {
            let directory = TempDir::new().map_err(|error| error.to_string())?;
            let last = (first + BATCH).min(settings.programs);
            let programs: Vec<(u64, Program)> =
                (first..last).map(|index| (index, program(settings.seed, index))).collect();
            search(&programs, tools, directory.path())
        })
        .collect::<Result<_, String>>()?;
    let found: Vec<_> = found.into_iter().flatten().collect();
    let failures = found
        .par_iter()
        .enumerate()
        .map(|(number, (index, program, difference))| {
            let directory = TempDir::new().map_err(|error| error.to_string())?;
            let (program, difference) = match number < settings.reduced {
                true => reduced(*index, program, difference, tools, directory.path())?,
                false => (program.clone(), difference.clone()),
            };
            let (luma, c) = texts(&[(*index, program)]);
            let name = format!("twins-{}-{index}", settings.seed);
            settings.keep(&format!("{name}.lx"), &luma);
            settings.keep(&format!("{name}.c"), &c);
            Ok(Failure { name, source: luma, answers: None, what: difference.describe() })
        })
        .collect::<Result<Vec<_>, String>>()?;
    let counts = vec![
        ("programs".to_owned(), settings.programs.to_string()),
        ("ways each is run".to_owned(), WAYS.len().to_string()),
        ("seconds".to_owned(), format!("{:.1}", start.elapsed().as_secs_f64())),
    ];
    Ok(Report { engine: "twins", counts, failures })
}

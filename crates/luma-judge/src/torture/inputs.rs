//! Damaged inputs of every kind.

use std::fs;
use std::path::{Path, PathBuf};

use luma_generate::Choices;
use luma_generate::text::{mutate, tokens};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::tool::{Ending, Place, ending, words};
use super::{Found, Torture};

/// A kind of input: what it is called, how its file is, and the commands that read it. `IN` is the
/// file, `OK` a right program, `OUT` an output.
struct Kind {
    name: &'static str,
    extension: &'static str,
    commands: &'static [&'static str],
    /// LLVM or MLIR reads it.
    below: bool,
}

const KINDS: [Kind; 10] = [
    Kind {
        name: "source",
        extension: "lx",
        commands: &[
            "check IN",
            "IN -O0 --emit=obj -o OUT",
            "IN -O2 -g --emit=obj -o OUT --ownership=off",
            "interp IN --step-limit=20000 --ownership=off",
            "fix --dry-run IN",
            "IN --emit=ast,luma-ir,mlir -o OUT.x",
            "check IN --ownership-report --ownership-facts=OUT",
            "IN -O1 --emit=luma-ir --print-ir-after-all --record=OUT -o /dev/null",
        ],
        below: false,
    },
    Kind {
        name: "Luma IR",
        extension: "lir",
        commands: &[
            "check IN",
            "IN -O0 --emit=obj -o OUT",
            "IN -O2 --emit=mlir -o OUT",
            "interp IN --step-limit=20000 --ownership=off",
            "IN --luma-passes=func(structured-to-cfg,mem2reg,sccp,cse,canonicalize) --emit=luma-ir -o OUT",
        ],
        below: false,
    },
    Kind {
        name: "MLIR",
        extension: "mlir",
        commands: &[
            "check IN",
            "IN -O0 -g --emit=obj -o OUT",
            "IN -O2 --emit=llvm-ir -o OUT",
            "IN --mlir-passes=canonicalize,cse,func.func(sccp) --emit=mlir -o OUT",
        ],
        below: true,
    },
    Kind {
        name: "LLVM IR",
        extension: "ll",
        commands: &["check IN", "IN -O0 --emit=obj -o OUT", "IN -O2 --emit=obj -o OUT"],
        below: true,
    },
    Kind {
        name: "dialects",
        extension: "toml",
        commands: &[
            "dialect check IN",
            "dialect list --dialect=IN",
            "dialect doc --dialect=IN",
            "dialect export --irdl --dialect=IN",
            "OK --dialect=IN --emit=obj -o OUT",
            "USE --dialect=IN --emit=obj -o OUT",
        ],
        below: false,
    },
    Kind {
        name: "patterns",
        extension: "pdl.mlir",
        commands: &["OK --patterns=IN --emit=mlir -o OUT"],
        below: true,
    },
    Kind {
        name: "transform scripts",
        extension: "transform.mlir",
        commands: &["OK --transform=IN --emit=mlir -o OUT"],
        below: true,
    },
    Kind {
        name: "pipeline files",
        extension: "txt",
        commands: &["sweep OK --pipelines=IN --rounds=1 -o OUT"],
        below: true,
    },
    Kind { name: "reproducers", extension: "lx", commands: &["--run-reproducer IN"], below: true },
    // Each line is a command.
    Kind { name: "options", extension: "args", commands: &["IN"], below: true },
];

/// A text to damage.
struct Seed {
    kind: usize,
    text: String,
}

const RIGHT: &str = "const main -> fn () int { let n: int = 3; outputln(n * 2); return 0; }\n";

pub(super) fn run(torture: &Torture, found: &Found) -> Result<(), String> {
    if torture.inputs == 0 {
        return Ok(());
    }
    let seeds = seeds(torture)?;
    let of_kind: Vec<Vec<&Seed>> = (0..KINDS.len())
        .map(|kind| seeds.iter().filter(|seed| seed.kind == kind).collect())
        .collect();
    if let Some((kind, _)) = KINDS.iter().zip(&of_kind).find(|(_, seeds)| seeds.is_empty()) {
        return Err(format!("there is nothing to damage among the {}", kind.name));
    }
    let vocabulary: Vec<Vec<&str>> = of_kind
        .iter()
        .map(|seeds| seeds.iter().flat_map(|seed| tokens(&seed.text)).collect())
        .collect();
    (0..torture.inputs).into_par_iter().try_for_each(|number| {
        let mut c = Choices::new(torture.seed, number);
        let index = (number % KINDS.len() as u64) as usize;
        let (Some(kind), Some(seeds), Some(own)) =
            (KINDS.get(index), of_kind.get(index), vocabulary.get(index))
        else {
            return Ok(());
        };
        let Some(seed) = c.pick(seeds) else { return Ok(()) };
        let text = damaged(&seed.text, own, &mut c);
        one(torture, found, kind, &text, number, &mut c)
    })
}

/// Some damage is small enough that the text often still means something.
fn damaged(text: &str, vocabulary: &[&str], c: &mut Choices) -> String {
    if c.chance(60) {
        let mut text = text.to_owned();
        for _ in 0..=c.below(2) {
            text = exchanged(&text, vocabulary, c);
        }
        return text;
    }
    let mut text = mutate(text, vocabulary, c);
    while c.chance(40) {
        text = mutate(&text, vocabulary, c);
    }
    text
}

/// One token is replaced by another of the same kind: a number by a number, a word by a word.
fn exchanged(text: &str, vocabulary: &[&str], c: &mut Choices) -> String {
    let base = text.as_ptr() as usize;
    let places: Vec<&str> = tokens(text).collect();
    let is_number = |token: &&str| token.starts_with(|c: char| c.is_ascii_digit());
    let numbers: Vec<&str> = places.iter().copied().filter(is_number).collect();
    // What a text means depends on its numbers, and whether it means anything, less so.
    let places = if c.chance(50) && !numbers.is_empty() { numbers } else { places };
    let Some(old) = c.pick(&places) else { return text.to_owned() };
    let kind = |token: &str| match token.chars().next() {
        Some(first) if first.is_ascii_digit() => 0,
        Some(first) if first.is_alphabetic() || first == '_' => 1,
        _ => 2,
    };
    let source = if c.chance(70) { &places } else { vocabulary };
    let like: Vec<&str> = source.iter().copied().filter(|one| kind(one) == kind(old)).collect();
    let new = match kind(old) {
        0 if c.chance(40) => {
            c.of(["0", "1", "-1", "255", "65536", "9223372036854775807", "1000000000"])
        }
        _ => c.pick(&like).unwrap_or(old),
    };
    let at = old.as_ptr() as usize - base;
    let (before, after) = (text.get(..at), text.get(at + old.len()..));
    format!("{}{new}{}", before.unwrap_or_default(), after.unwrap_or_default())
}

fn one(
    torture: &Torture,
    found: &Found,
    kind: &Kind,
    text: &str,
    number: u64,
    c: &mut Choices,
) -> Result<(), String> {
    let mut place = Place::new()?;
    let input = format!("in.{}", kind.extension);
    place.put(&input, text.as_bytes())?;
    place.put("ok.lx", RIGHT.as_bytes())?;
    place.put(
        "use.lir",
        b"luma.func @main() -> i64 {\n  %0 = luma.constant 0 : i64\n  luma.return %0 : i64\n}\n",
    )?;
    let Some(command) = c.pick(kind.commands) else { return Ok(()) };
    let command = if kind.extension == "args" { text } else { command };
    let arguments: Vec<String> = words(command)
        .into_iter()
        // What a program or a shell does is not lumac's.
        .filter(|word| {
            !word.starts_with("--oracle") && !word.starts_with("-o/") && !word.contains('\0')
        })
        .map(|word| {
            word.replace("OUT", "out")
                .replace("IN", &input)
                .replace("OK", "ok.lx")
                .replace("USE", "use.lir")
        })
        .collect();
    let outputs =
        ["out", "out.x", "out.ast", "out.lir", "out.mlir", "ok", "ok.o", "a.o", "in.o", "in"];
    let ran = place.run(torture, &arguments)?;
    let mut wrong = match ending(torture, &place, &ran, kind.below) {
        Ending::Good(what) => {
            found.count(&format!("{}: {what}", kind.name));
            None
        }
        Ending::Bad(what) => Some(what),
    };
    if wrong.is_none() {
        // Outputs that the options name may be there.
        let any = kind.extension == "args";
        wrong = place.damage(&outputs).filter(|what| !(any && what.ends_with("left behind")));
    }
    if let Some(what) = wrong {
        let name = format!("{} {number}: lumac {}", kind.name, arguments.join(" "));
        found.fail(name, text.to_owned(), what);
    }
    Ok(())
}

/// The texts to damage: those of the files, what lumac makes of the programs, and a few of each of
/// the kinds that there are no files of.
fn seeds(torture: &Torture) -> Result<Vec<Seed>, String> {
    const LARGEST: u64 = 6000;
    let mut files = Vec::new();
    for path in &torture.files {
        collect(path, &mut files);
    }
    files.sort();
    let mut seeds = Vec::new();
    let kind_of = |name: &str| KINDS.iter().position(|kind| kind.name == name);
    let mut add = |name: &str, text: String| {
        if let Some(kind) = kind_of(name) {
            seeds.push(Seed { kind, text });
        }
    };
    let place = Place::new()?;
    let mut programs = 0;
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if fs::metadata(&path).map_or(u64::MAX, |about| about.len()) > LARGEST {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let kind = match name.rsplit('.').next() {
            _ if name.ends_with(".pdl.mlir") => "patterns",
            _ if name.ends_with(".transform.mlir") => "transform scripts",
            Some("lx") => "source",
            Some("lir") => "Luma IR",
            Some("mlir") => "MLIR",
            Some("ll") => "LLVM IR",
            Some("toml") if text.contains("[dialect]") => "dialects",
            Some("txt") if name.contains("pipelines") => "pipeline files",
            _ => continue,
        };
        // Some programs at every level, as lumac makes them.
        if kind == "source" && programs < 40 {
            for (emit, below, options) in [
                ("mlir", "MLIR", "-O1"),
                ("llvm-ir", "LLVM IR", "-O0"),
                ("llvm-ir", "LLVM IR", "-O2 -g"),
            ] {
                let mut arguments = words(&format!("{options} --ownership=off --emit={emit}"));
                arguments.push(
                    path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string(),
                );
                let made = place.run(torture, &arguments)?;
                if made.end.success() {
                    add(below, String::from_utf8_lossy(&made.stdout).into_owned());
                    programs += 1;
                }
            }
        }
        add(kind, text);
    }
    for options in [
        "--from=luma|-O2|--emit=obj",
        "--from=luma|-O1|--luma-passes=func(lower-defer,mem2reg),symbol-dce|--emit=mlir",
        "--from=luma|-O0|--mlir-passes=builtin.module(canonicalize,func.func(cse))|--emit=llvm-ir",
        "--from=luma|-O0|--llvm-passes=function(sroa,instcombine),globaldce|--emit=obj",
        "--from=luma|-O0|--dialect=d.toml|--emit=luma-ir",
    ] {
        let lines: String =
            options.split('|').map(|option| format!("// option: {option}\n")).collect();
        let file =
            "// file: d.toml\n// | [dialect]\n// | name = \"d\"\n// | summary = \"Nothing.\"\n";
        add("reproducers", format!("// lumac reproducer\n{lines}{file}{RIGHT}"));
    }
    add(
        "pipeline files",
        "a: -O0\nb: -O2 --threads=1\nc: -O1 --luma-passes='func(mem2reg)'\n".to_owned(),
    );
    for line in [
        "OK -O2 --emit=obj -o OUT --threads=3 -g --verify-each",
        "check OK --ownership-report --error-format=json --color=always",
        "OK --print-pipeline -O3 --disable-pass=sccp --opt-bisect-limit=7",
        "OK --stop-after=mem2reg --print-debuginfo --generic",
        "OK --target=aarch64-unknown-linux-gnu --emit=asm,llvm-ir -o OUT",
        "interp OK --after=sroa --step-limit=9 --ownership-max-states=1",
        "OK --print-ir-before=3 --print-ir-after=cse --print-ir-after-change --time-passes=json --stats",
        "sweep OK --pipelines=OK --rounds=1 --format=csv --output=OUT",
        "--explain E0401 --error-format=sarif",
        "dialect doc luma --dialect=OK",
        "check-levels OK --step-limit=1000",
    ] {
        add("options", line.to_owned());
    }
    Ok(seeds)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), files);
        }
    } else {
        files.push(path.to_owned());
    }
}

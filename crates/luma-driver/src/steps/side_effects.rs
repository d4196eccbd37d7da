//! Passes of MLIR and LLVM that do more than change the IR: they write files, start programs, open
//! displays, or print where the output goes.
//!
//! An input can make lumac compute, and nothing else. So these passes run only if the command line
//! says `--allow-side-effects`, or `--mlir-passes` of the command line names them itself. What they
//! write is not in the name of a pass of LLVM: those always need the option. The lists are kept by
//! `tests/suite/side_effects.rs`, which runs every pass under a trace of system calls.

/// Which side effects passes may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SideEffects {
    /// All: the command line says so.
    Allowed,
    /// Those of passes that `--mlir-passes` names: it is part of the command line.
    #[default]
    Named,
    /// None: the pipelines come from a file.
    Refused,
}

impl SideEffects {
    /// What a command line allows, given whether it has `--allow-side-effects`, for pipelines of its
    /// own (`named`) or from a file.
    pub fn new(allowed: bool, named: bool) -> Self {
        match (allowed, named) {
            (true, _) => Self::Allowed,
            (false, true) => Self::Named,
            (false, false) => Self::Refused,
        }
    }
}

/// Passes of MLIR with side effects, and what those are.
const MLIR: &[(&str, &str)] =
    &[("snapshot-op-locations", "writes a file that its options name, or a temporary one")];

/// Operations of transform scripts with side effects, and what those are.
const SCRIPT: &[(&str, &str)] = &[("transform.print", "prints to standard output")];

/// Passes of LLVM with side effects, and what those are.
const LLVM: &[(&str, &str)] = &[
    ("dot-callgraph", "writes a file beside the input"),
    ("dot-cfg", WRITES_HERE),
    ("dot-cfg-only", WRITES_HERE),
    ("dot-ddg", WRITES_HERE),
    ("dot-dom", WRITES_HERE),
    ("dot-dom-only", WRITES_HERE),
    ("dot-post-dom", WRITES_HERE),
    ("dot-post-dom-only", WRITES_HERE),
    ("insert-gcov-profiling", "writes files that the module names"),
    ("memprof-use", "reads a file that its options name"),
    ("view-callgraph", VIEWS),
    ("view-cfg", VIEWS),
    ("view-cfg-only", VIEWS),
    ("view-dom", VIEWS),
    ("view-dom-only", VIEWS),
    ("view-post-dom", VIEWS),
    ("view-post-dom-only", VIEWS),
];

const WRITES_HERE: &str = "writes files in the current directory";
const VIEWS: &str = "writes a temporary file and starts a program to view it";

/// Parts of LLVM's code generator that can be named in a pipeline, but crash outside of it.
const CODE_GENERATOR: &[&str] = &[
    "bb-sections-profile-reader",
    "codegenprepare",
    "free-machine-function",
    "gc-function",
    "machine-function",
    "machine-function-info",
];

/// Refuses a pipeline of MLIR with side effects that `allowed` does not cover.
///
/// # Errors
///
/// Which pass does what, and the option that allows it.
pub(super) fn check_mlir(pipeline: &str, allowed: SideEffects) -> Result<(), String> {
    match allowed {
        SideEffects::Allowed | SideEffects::Named => Ok(()),
        SideEffects::Refused => check(pipeline, MLIR),
    }
}

/// The same for LLVM.
pub(super) fn check_llvm(pipeline: &str, allowed: SideEffects) -> Result<(), String> {
    if let Some(name) = words(pipeline).find(|word| CODE_GENERATOR.contains(word)) {
        return Err(format!("`{name}` runs only inside LLVM's code generator"));
    }
    match allowed {
        SideEffects::Allowed => Ok(()),
        SideEffects::Named | SideEffects::Refused => check(pipeline, LLVM),
    }
}

/// The same for a transform script, which is a file, as MLIR prints it: in the generic form, where
/// every text has one spelling.
pub(super) fn check_script(script: &str, allowed: SideEffects) -> Result<(), String> {
    match allowed {
        SideEffects::Allowed => Ok(()),
        SideEffects::Named | SideEffects::Refused => {
            let plain = without_escapes(script);
            check(&plain, MLIR)?;
            check(&plain, SCRIPT)
        }
    }
}

/// The text with what escapes in its strings mean: MLIR skips blanks around the names of passes, and
/// prints them as `\0A` or `\09`.
fn without_escapes(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some((before, after)) = rest.split_once('\\') {
        out += before;
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = match byte {
            Some(byte) => {
                out.push(char::from(byte));
                after.get(2..).unwrap_or_default()
            }
            None => after,
        };
    }
    out + rest
}

fn words(pipeline: &str) -> impl Iterator<Item = &str> {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    pipeline.split(move |c| !part_of_name(c))
}

/// Looks at every word, because pipelines can be options of passes, too.
fn check(pipeline: &str, with_effects: &[(&str, &str)]) -> Result<(), String> {
    for word in words(pipeline) {
        if let Some((name, effect)) = with_effects.iter().find(|(name, _)| *name == word) {
            return Err(format!(
                "`{name}` {effect}; it runs only with the option `--allow-side-effects`"
            ));
        }
    }
    Ok(())
}

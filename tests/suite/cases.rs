//! Finds cases and reads their directives.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A program and what its directives say.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) path: PathBuf,
    /// The path below `tests/`, without extension: `run/expr/add`.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) exit: i32,
    pub(crate) args: Vec<String>,
    pub(crate) check_fail: bool,
    /// `//@ no-run` clears it.
    pub(crate) run: bool,
    /// What the interpreter stops it at when ownership is not verified.
    pub(crate) trap: Option<String>,
    /// `(line, code)` pairs the file expects, sorted.
    pub(crate) expected: Vec<(u32, String)>,
}

/// All cases with one of `extensions` below `directory`, sorted by name.
pub(crate) fn cases(directory: &str, extensions: &[&str]) -> Vec<Case> {
    let base = root();
    let mut found = Vec::new();
    let mut stack = vec![base.join(directory)];
    while let Some(directory) = stack.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.into_iter().map(|path| read(&base, path)).collect()
}

fn read(base: &Path, path: PathBuf) -> Case {
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    let below = path.strip_prefix(base).unwrap();
    let below = below.strip_prefix("tests").unwrap_or(below).with_extension("");
    let mut case = Case {
        name: below.to_str().unwrap().to_string(),
        path,
        exit: 0,
        args: Vec::new(),
        check_fail: false,
        run: true,
        trap: None,
        expected: Vec::new(),
        text,
    };
    for (i, line) in case.text.lines().enumerate() {
        let number = i as u32 + 1;
        if let Some(directive) = line.strip_prefix("//@ ") {
            match directive.split_once(": ") {
                Some(("exit", code)) => case.exit = code.trim().parse().unwrap(),
                Some(("args", args)) => {
                    case.args = args.split_whitespace().map(str::to_string).collect();
                }
                Some(("error", rest)) => {
                    let (line, code) = rest.trim().split_once(' ').unwrap();
                    case.expected.push((line.parse().unwrap(), code.to_string()));
                }
                Some(("trap", kind)) => case.trap = Some(kind.trim().to_string()),
                None if directive == "check-fail" => case.check_fail = true,
                None if directive == "no-run" => case.run = false,
                _ => panic!("{}: unknown directive `{directive}`", case.path.display()),
            }
        }
        let mut rest = line;
        while let Some(at) = rest.find("//~") {
            rest = &rest[at + 3..];
            let up = rest.bytes().take_while(|&b| b == b'^').count();
            let annotation = rest[up..].split("//~").next().unwrap_or("");
            for word in annotation.split_whitespace() {
                let is_code = word.len() == 5
                    && word.starts_with(['E', 'W'])
                    && word[1..].bytes().all(|b| b.is_ascii_digit());
                if is_code {
                    case.expected.push((number - up as u32, word.to_string()));
                }
            }
        }
    }
    case.expected.sort();
    case
}

/// `assert_snapshot` into `snapshots/FOLDER/NAME.snap`.
pub(crate) fn snapshot(folder: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_string(), text));
}

/// Whether expectations are to be written rather than compared.
pub(crate) fn blessing() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always")
}

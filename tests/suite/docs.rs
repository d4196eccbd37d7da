//! The commands in the documentation do what it says.
//!
//! In a page of `docs/` (in README.md and its neighbours and in `tests/cli/`, too) a fence with `file=NAME` in its info string is a file;
//! a ```` ```console ```` fence is a session: lines that start with `$ ` are run by `sh`, one after
//! the other, in a directory with the page's files, and the lines below each are what it prints (both streams).
//! A line `...` stands for any lines. `INSTA_UPDATE=always` writes what was printed into sessions
//! that have no such line. Sessions with another info string (`console,extension`) belong to the
//! trials of that subject.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::cases::{blessing, root};
use crate::tool::{output, scratch};

pub(crate) fn trials() -> Vec<Trial> {
    let files = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    let mut stack = vec![root().join("docs")];
    while let Some(directory) = stack.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                pages.push(path);
            }
        }
    }
    let summary = Trial::test("docs SUMMARY.md", || {
        every_page_is_in_the_book();
        Ok(())
    });
    // Behaviour of the command line that no page of the documentation is about.
    for entry in std::fs::read_dir(root().join("tests/cli")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    pages.push(root().join("tests/README.md"));
    pages.sort();
    let page = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        Trial::test(format!("docs {name}"), move || {
            links_lead_somewhere(&path);
            commands_do_what_is_said(&path);
            Ok(())
        })
    };
    std::iter::once(summary).chain(pages.into_iter().map(page)).collect()
}

/// A fenced block: where its content starts and ends in the page, and what stands after the fence.
struct Fence {
    info: String,
    lines: std::ops::Range<usize>,
}

fn fences(lines: &[String]) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (i, line) in lines.iter().enumerate() {
        match (&open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((i + 1, info.to_owned())),
            (Some((start, info)), Some(_)) => {
                found.push(Fence { info: info.clone(), lines: *start..i });
                open = None;
            }
            _ => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

fn commands_do_what_is_said(page: &Path) {
    let text = std::fs::read_to_string(page).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let directory = scratch();
    for shared in ["crates", "dialects", "examples", "tests"] {
        std::os::unix::fs::symlink(root().join(shared), directory.path().join(shared)).unwrap();
    }
    for fence in fences(&lines) {
        if let Some(name) = fence.info.split([',', ' ']).find_map(|w| w.strip_prefix("file=")) {
            let content = lines[fence.lines.clone()].join("\n") + "\n";
            std::fs::write(directory.path().join(name), content).unwrap();
        }
    }
    sessions_print_what_is_said(page, "console", |command| run(command, directory.path()));
}

/// Runs the sessions of a page whose info string is `info`, a command at a time, by `run`.
pub(crate) fn sessions_print_what_is_said(page: &Path, info: &str, run: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(page).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut replaced: Vec<(std::ops::Range<usize>, Vec<String>)> = Vec::new();
    for fence in fences(&lines).iter().filter(|f| f.info == info) {
        let said = &lines[fence.lines.clone()];
        let mut printed = Vec::new();
        let mut wanted = Vec::new();
        for part in sessions(said) {
            let (command, expected) = part.split_first().unwrap();
            let command = command.strip_prefix("$ ").unwrap();
            let got = run(command);
            let got: Vec<String> = got.lines().map(|l| l.trim_end().to_owned()).collect();
            let fits = matches(expected, &got);
            printed.push(format!("$ {command}"));
            if fits {
                printed.extend_from_slice(expected);
            } else {
                printed.extend(got.clone());
                let (said, printed) = (expected.join("\n"), got.join("\n"));
                wanted.push(format!(
                    "$ {command}\n--- the page says\n{said}\n--- it prints\n{printed}"
                ));
            }
        }
        if wanted.is_empty() {
            continue;
        }
        assert!(blessing(), "{}\n{}", page.display(), wanted.join("\n\n"));
        replaced.push((fence.lines.clone(), printed));
    }
    // From the last to the first, for writing moves lines.
    for (range, printed) in replaced.into_iter().rev() {
        lines.splice(range, printed);
    }
    let new = lines.join("\n") + "\n";
    if blessing() && new != text {
        std::fs::write(page, new).unwrap();
    }
}

/// Each command with the lines it is said to print.
fn sessions(lines: &[String]) -> Vec<Vec<String>> {
    let mut parts: Vec<Vec<String>> = Vec::new();
    for line in lines {
        match parts.last_mut() {
            Some(part) if !line.starts_with("$ ") => part.push(line.clone()),
            _ => {
                assert!(line.starts_with("$ "), "a session starts with `{line}`");
                parts.push(vec![line.clone()]);
            }
        }
    }
    parts
}

fn run(command: &str, directory: &Path) -> String {
    let lumac = Path::new(env!("CARGO_BIN_EXE_lumac")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(directory)
        .env("PATH", format!("{}:/usr/lib/llvm-22/bin:{path}", lumac.display()))
        .env("NO_COLOR", "1");
    let ran = output(&mut shell, b"", 120);
    let mut text = String::from_utf8_lossy(&ran.stdout).into_owned();
    text += &String::from_utf8_lossy(&ran.stderr);
    text
}

/// Whether `printed` is what `said` says, in which `...` is any number of lines.
fn matches(said: &[String], printed: &[String]) -> bool {
    match said.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == "..." => {
            (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]))
        }
        Some((line, rest)) => {
            printed.first().is_some_and(|p| p == line.trim_end()) && matches(rest, &printed[1..])
        }
    }
}

/// Relative links of a page name files that exist.
fn links_lead_somewhere(page: &Path) {
    let text = std::fs::read_to_string(page).unwrap();
    for (at, _) in text.match_indices("](") {
        let target = text[at + 2..].split(')').next().unwrap_or("");
        let file = target.split('#').next().unwrap_or("");
        if file.is_empty() || target.contains("://") || target.contains(char::is_whitespace) {
            continue;
        }
        let path = page.parent().unwrap().join(file);
        assert!(path.exists(), "{}: `{target}` leads nowhere", page.display());
    }
}

fn every_page_is_in_the_book() {
    let docs = root().join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let mut missing = Vec::new();
    let mut stack = vec![docs.clone()];
    while let Some(directory) = stack.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&docs).unwrap().display().to_string();
            if path.is_dir() {
                stack.push(path);
            } else if name.ends_with(".md") && name != "SUMMARY.md" {
                let linked = [format!("({name})"), format!("(./{name})")];
                if !linked.iter().any(|link| summary.contains(link)) {
                    missing.push(name);
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in docs/SUMMARY.md: {missing:?}");
}

//! What every crate's manifest and folder must have, so that each can be packaged by itself and is
//! found by those who look for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Folder name and manifest of every crate, by name.
fn crates() -> BTreeMap<String, Table> {
    let folder = root().join("crates");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.join("Cargo.toml").is_file())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), manifest(&path)))
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifest(folder: &Path) -> Table {
    let path = folder.join("Cargo.toml");
    std::fs::read_to_string(&path).unwrap().parse().unwrap_or_else(|e| panic!("{path:?}: {e}"))
}

fn workspace() -> Table {
    let mut manifest = manifest(&root());
    match manifest.remove("workspace") {
        Some(Value::Table(workspace)) => workspace,
        _ => panic!("Cargo.toml has no [workspace]"),
    }
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn inherits(table: &Table, key: &str) -> bool {
    let inherited = |value: &Value| value.get("workspace").and_then(Value::as_bool);
    table.get(key).and_then(inherited).unwrap_or_default()
}

#[test]
fn every_crate_can_be_published() {
    let workspace = workspace();
    let shared = workspace["package"].as_table().unwrap();
    let dependencies = workspace["dependencies"].as_table().unwrap();
    let mut wrong = Vec::new();
    for (name, manifest) in crates() {
        let folder = root().join("crates").join(&name);
        let package = manifest["package"].as_table().unwrap();
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("crates/{name}: {what}"));
            }
        };
        expect(text(package, "name") == name, "`name` is not the folder's name");
        for key in ["version", "authors", "edition", "rust-version", "license"] {
            expect(inherits(package, key), &format!("missing `{key}.workspace = true`"));
        }
        let lints = manifest.get("lints").and_then(Value::as_table);
        expect(
            lints.is_some_and(|lints| lints.get("workspace") == Some(&true.into())),
            "missing `[lints] workspace = true`",
        );
        expect(!text(package, "description").is_empty(), "missing `description`");
        // The limits are those of crates.io.
        let keywords = package.get("keywords").and_then(Value::as_array);
        let fits = |keyword: &Value| {
            keyword.as_str().is_some_and(|word| (1..=20).contains(&word.len()) && word.is_ascii())
        };
        expect(
            keywords.is_some_and(|k| (1..=5).contains(&k.len()) && k.iter().all(fits)),
            "`keywords` must be one to five words of at most 20 ASCII characters",
        );
        let own = package.get("categories").and_then(Value::as_array);
        expect(
            inherits(package, "categories") || own.is_some_and(|own| !own.is_empty()),
            "missing `categories`; inherit them with `categories.workspace = true`",
        );
        expect(
            !package.contains_key("publish"),
            "`publish` keeps crates that depend on this one from being packaged; remove it",
        );
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        expect(
            readme.starts_with(&format!("# {name}\n")),
            "missing README.md with the crate's name as its title",
        );
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let copy = std::fs::read(folder.join(licence)).unwrap_or_default();
            expect(
                copy == std::fs::read(root().join(licence)).unwrap(),
                &format!("missing {licence}; link it: ln -s ../../{licence} crates/{name}"),
            );
        }
        // Nothing depends on `lumac` but extensions.
        if name != "lumac" {
            let entry = dependencies.get(&name).and_then(Value::as_table);
            expect(
                entry.is_some_and(|entry| {
                    text(entry, "path") == format!("crates/{name}")
                        && text(entry, "version") == text(shared, "version")
                }),
                "missing from [workspace.dependencies], with `path` and the workspace's `version`",
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn default_members_are_the_crates_that_need_no_llvm() {
    let crates = crates();
    let uses = |name: &str| -> Vec<String> {
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = tables.iter().filter_map(|key| crates[name].get(*key)?.as_table());
        tables.flat_map(|table| table.keys().cloned()).collect()
    };
    let mut expected = Vec::new();
    for name in crates.keys() {
        let mut seen = vec![name.clone()];
        let mut next = 0;
        while let Some(current) = seen.get(next).cloned() {
            if crates.contains_key(&current) {
                for used in uses(&current) {
                    if !seen.contains(&used) {
                        seen.push(used);
                    }
                }
            }
            next += 1;
        }
        if !seen.iter().any(|used| ["melior", "mlir-sys", "inkwell"].contains(&used.as_str())) {
            expected.push(format!("crates/{name}"));
        }
    }
    let workspace = workspace();
    let members = workspace["default-members"].as_array().unwrap();
    let mut members: Vec<&str> = members.iter().filter_map(Value::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, expected, "`default-members` in Cargo.toml");
}

#[test]
fn the_architecture_page_has_every_crate() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let missing: Vec<String> = crates()
        .into_keys()
        .filter(|name| !page.contains(&format!("| `crates/{name}` |")))
        .collect();
    assert!(missing.is_empty(), "docs/architecture.md does not describe {}", missing.join(", "));
}

/// Each `unsafe` block says why it is right, just before it or its statement.
#[test]
fn every_unsafe_block_has_a_reason() {
    let mut blocks = 0;
    let mut wrong = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            if entry.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let source = std::fs::read_to_string(&entry).unwrap();
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            for (at, line) in lines.iter().enumerate() {
                let code = !line.starts_with("//") && !line.contains('"');
                if !(code && (line.contains("unsafe {") || line.starts_with("unsafe impl"))) {
                    continue;
                }
                blocks += 1;
                // The statement may begin a few lines earlier.
                let before = lines.get(at.saturating_sub(8)..at).unwrap_or_default();
                if !before.iter().any(|line| line.starts_with("// SAFETY: ")) {
                    wrong.push(format!("{}:{}", entry.display(), at + 1));
                }
            }
        }
    }
    assert!(blocks > 100, "only {blocks} blocks were found");
    assert!(wrong.is_empty(), "no SAFETY comment: {wrong:#?}");
}

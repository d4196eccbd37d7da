//! Runs the executable in a directory of its own, and says what is wrong with how it ended.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use luma_process::{Captured, End, Limits, Streams};

use super::Torture;

/// What lumac is given itself; it ends with an error then.
const LIMITS: [&str; 2] = ["--time-limit=20", "--memory-limit=3G"];
/// After this time it hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// A directory for one command: inputs and outputs in `work`, temporary files in `tmp`, reproducers in
/// `reproducers`.
pub(super) struct Place {
    pub(super) root: tempfile::TempDir,
    files: BTreeMap<String, Vec<u8>>,
}

impl Place {
    pub(super) fn new() -> Result<Self, String> {
        let cannot = |why: std::io::Error| format!("cannot make a temporary directory: {why}");
        let root = tempfile::tempdir().map_err(cannot)?;
        for name in ["work", "tmp", "reproducers"] {
            fs::create_dir(root.path().join(name)).map_err(cannot)?;
        }
        Ok(Self { root, files: BTreeMap::new() })
    }

    pub(super) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub(super) fn tmp(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    /// Puts a file there that has to stay as it is.
    pub(super) fn put(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        let path = self.work().join(name);
        fs::write(&path, content).map_err(|why| format!("{}: {why}", path.display()))?;
        self.files.insert(name.to_owned(), content.to_vec());
        Ok(())
    }

    /// The executable with these arguments.
    pub(super) fn command(&self, torture: &Torture, arguments: &[String]) -> Command {
        let mut command = Command::new(&torture.lumac);
        command.args(arguments);
        self.prepare(&mut command);
        command
    }

    pub(super) fn prepare(&self, command: &mut Command) {
        command.current_dir(self.work()).env("TMPDIR", self.tmp()).env("NO_COLOR", "1");
        command.env_remove("CC").env("LUMAC_ICE", "record");
    }

    /// Runs it under limits.
    pub(super) fn run(&self, torture: &Torture, arguments: &[String]) -> Result<Captured, String> {
        let mut all = arguments.to_vec();
        let end = all.iter().position(|word| word == "--").unwrap_or(all.len());
        let reproducers = self.root.path().join("reproducers");
        let limits = LIMITS.iter().map(|limit| (*limit).to_owned());
        let limits = limits.chain([format!("--reproducer-dir={}", reproducers.display())]);
        all.splice(end..end, limits);
        let limits = Limits { time: Some(LONGEST), output: Some(1 << 28), memory: None };
        luma_process::capture(self.command(torture, &all), Streams::Both, &limits)
            .map_err(|why| format!("{}: {why}", torture.lumac.display()))
    }

    /// What is wrong in the directories afterwards: something changed, or was left behind. `outputs`
    /// may be there.
    pub(super) fn damage(&self, outputs: &[&str]) -> Option<String> {
        for (name, content) in &self.files {
            match fs::read(self.work().join(name)) {
                Ok(now) if now == *content => {}
                Ok(_) => return Some(format!("`{name}` was changed")),
                Err(why) => return Some(format!("`{name}`: {why}")),
            }
        }
        let left = |directory: &Path| -> Vec<String> {
            let entries = fs::read_dir(directory).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        };
        let own = |name: &String| self.files.contains_key(name) || outputs.contains(&name.as_str());
        if let Some(name) = left(&self.work()).iter().find(|name| !own(name)) {
            return Some(format!("`{name}` was left behind"));
        }
        let temporary = left(&self.tmp());
        temporary.first().map(|name| format!("`{name}` was left in TMPDIR"))
    }
}

/// How a command ended.
pub(super) enum Ending {
    /// As it should: what is counted.
    Good(&'static str),
    /// What is wrong.
    Bad(String),
}

/// Judges how a command ended. `below` says that LLVM or MLIR may be to blame.
pub(super) fn ending(torture: &Torture, place: &Place, ran: &Captured, below: bool) -> Ending {
    let said = String::from_utf8_lossy(&ran.stderr);
    let crashed = said.contains("was ended by SIG");
    let bug = said.contains("panicked at") || said.contains("internal compiler error");
    match ran.end {
        End::Time(_) => Ending::Bad("it hangs".to_owned()),
        End::Output(_) => Ending::Bad("it prints without end".to_owned()),
        _ if ran.end.signal().is_some() => Ending::Bad(format!("it gave {}", ran.end)),
        _ if crashed && below => match stock(torture, place, &said) {
            Some(true) => Ending::Good("crashes of LLVM or MLIR that their own tools show"),
            Some(false) => Ending::Bad(format!("only lumac crashes:\n{said}")),
            None => Ending::Bad(format!("a crash without a command that shows it:\n{said}")),
        },
        _ if bug => Ending::Bad(said.into_owned()),
        _ if said.contains("limit of") && said.contains("was reached") => {
            if below {
                Ending::Good("ended by --time-limit or --memory-limit")
            } else {
                Ending::Bad(format!("too slow or too large: {said}"))
            }
        }
        _ if said.contains("error: out of memory") => Ending::Good("ended for lack of memory"),
        _ => match ran.end.code() {
            Some(0) => Ending::Good("accepted"),
            Some(1) => Ending::Good("rejected with exit code 1"),
            Some(2) => Ending::Good("rejected with exit code 2"),
            Some(101) => Ending::Bad(format!("exit code 101:\n{said}")),
            _ => Ending::Good("programs with an exit code of their own"),
        },
    }
}

/// Whether the command that lumac names crashes, too.
fn stock(torture: &Torture, place: &Place, said: &str) -> Option<bool> {
    let start = said.find("if `")? + "if `".len();
    let text = said.get(start..)?;
    let line = text.get(..text.find("` crashes, too")?)?;
    let script = format!("PATH='{}':$PATH; exec {line}", torture.tools.display());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script);
    place.prepare(&mut shell);
    let limits = Limits { time: Some(LONGEST), output: Some(1 << 28), memory: None };
    let ran = luma_process::capture(shell, Streams::Both, &limits).ok()?;
    // The tools handle signals, and end with their numbers or as aborts.
    Some(ran.end.signal().is_some() || ran.end.code().is_some_and(|code| code >= 128))
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

//! Kills at random moments.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use luma_generate::Choices;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rustix::process::{Pid, Signal, kill_process};

use super::tool::{Place, words};
use super::{Found, Torture};

const PROGRAM: &str = "const main -> fn () int {\n    let p: *int = cast<*int>(alloc(8));\n    *p = 1;\n    \
                       outputln(*p);\n    free(p);\n    return 0;\n}\n";
/// `fix` has something to do.
const LEAKY: &str = "const main -> fn () int {\n    let p: *int = cast<*int>(alloc(8));\n    *p = 1;\n    \
                     return 0;\n}\n";

const SIGNALS: [(Signal, &str); 7] = [
    (Signal::INT, "SIGINT"),
    (Signal::TERM, "SIGTERM"),
    (Signal::HUP, "SIGHUP"),
    (Signal::KILL, "SIGKILL"),
    (Signal::XCPU, "SIGXCPU"),
    (Signal::XFSZ, "SIGXFSZ"),
    (Signal::QUIT, "SIGQUIT"),
];

const COMMANDS: [&str; 6] = [
    "p.lx -o out",
    "p.lx -O0 --emit=obj -o out",
    "run p.lx",
    "check-levels p.lx",
    "reduce p.lx --oracle=true -o out --max-calls=20",
    "sweep p.lx --pipelines=lines --run --rounds=1 -o out",
];

/// What was at the output before.
const OLD: &[u8] = b"what was there before";

pub(super) fn run(torture: &Torture, found: &Found) -> Result<(), String> {
    (0..torture.kills).into_par_iter().try_for_each(|number| {
        let mut c = Choices::new(torture.seed ^ 0x6b69_6c6c, number);
        let mut place = Place::new()?;
        place.put("p.lx", PROGRAM.as_bytes())?;
        place.put("lines", b"a: -O0\nb: -O2\n")?;
        let command = c.of(COMMANDS);
        let (signal, name) = c.of(SIGNALS);
        // Some start before there is anything to replace.
        let old = c.chance(50);
        let output = place.work().join("out");
        if old {
            fs::write(&output, OLD).map_err(|why| why.to_string())?;
        }
        let child = spawn(torture, &place, command)?;
        let moment = Duration::from_micros(c.below(60_000) as u64);
        let (status, sent) = kill_after(child, signal, moment)?;
        let case = format!("kill {number}: `lumac {command}` by {name} after {moment:?}");
        settle(&place);
        let mut wrong = place.damage(&["out"]);
        let content = fs::read(&output).ok();
        if wrong.is_none() && !matches!(&content, Some(now) if now == OLD) {
            wrong = match (&content, old) {
                (None, true) => Some("the output that was there is gone".to_owned()),
                (None, false) => None,
                (Some(now), _) => incomplete(command, now),
            };
        }
        if wrong.is_none() && status.signal().is_some_and(|by| by != signal.as_raw()) {
            wrong = Some(format!("it ended with {status}"));
        }
        match (wrong, sent && status.signal().is_some()) {
            (Some(what), _) => found.fail(case, String::new(), what),
            (None, true) => found.count(&format!("kills: ended by {name}")),
            (None, false) => found.count("kills: had ended before, or in the program it ran"),
        }
        Ok(())
    })
}

/// Why an output is not complete.
fn incomplete(command: &str, content: &[u8]) -> Option<String> {
    let is_elf = content.starts_with(b"\x7fELF") && content.len() > 500;
    let text = String::from_utf8_lossy(content);
    let complete = if command.starts_with("reduce") {
        text.ends_with('\n') || text.is_empty()
    } else if command.starts_with("sweep") {
        text.lines().count() == 3 && text.ends_with('\n')
    } else {
        is_elf
    };
    (!complete).then(|| "the output is damaged".to_owned())
}

/// Kills `fix` at random moments; meanwhile a thread of this process looks at the file, which has to
/// be old or new at every moment, with its mode and owner.
pub(super) fn fix(torture: &Torture, found: &Found) -> Result<(), String> {
    if torture.fix_kills == 0 {
        return Ok(());
    }
    let mut place = Place::new()?;
    place.put("p.lx", LEAKY.as_bytes())?;
    let ran = place.run(torture, &words("fix p.lx"))?;
    let path = place.work().join("p.lx");
    let fixed = fs::read(&path).map_err(|why| why.to_string())?;
    if !ran.end.success() || fixed == LEAKY.as_bytes() {
        return Err("`fix` does not fix the program".to_owned());
    }
    const MODE: u32 = 0o640;
    let set = |content: &[u8]| -> Result<(), String> {
        let new = place.root.path().join("new");
        fs::write(&new, content)
            .and_then(|()| fs::set_permissions(&new, fs::Permissions::from_mode(MODE)))
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|why| why.to_string())
    };
    set(LEAKY.as_bytes())?;
    let owner =
        fs::metadata(&path).map(|about| (about.uid(), about.gid())).map_err(|w| w.to_string())?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut looks = 0_u64;
            while !done.load(Ordering::Relaxed) {
                let about = fs::metadata(&path);
                let content = fs::read(&path);
                let whole =
                    content.as_ref().is_ok_and(|now| *now == LEAKY.as_bytes() || *now == fixed);
                let right =
                    about.is_ok_and(|a| a.mode() & 0o7777 == MODE && (a.uid(), a.gid()) == owner);
                if !whole || !right {
                    let what = format!("mode and owner right: {right}, content whole: {whole}");
                    found.fail(format!("fix: look {looks}"), String::new(), what);
                    return looks;
                }
                looks += 1;
            }
            looks
        });
        let killed = (0..torture.fix_kills).try_for_each(|number| {
            let mut c = Choices::new(torture.seed ^ 0x0066_6978, number);
            let signal = if c.chance(60) { Signal::KILL } else { c.of(SIGNALS).0 };
            let child = spawn(torture, &place, "fix p.lx")?;
            let moment = Duration::from_micros(c.below(25_000) as u64);
            kill_after(child, signal, moment)?;
            let now = fs::read(&path).map_err(|why| why.to_string())?;
            found.count(if now == fixed {
                "fix: killed after the change"
            } else {
                "fix: killed before"
            });
            set(LEAKY.as_bytes())
        });
        done.store(true, Ordering::Relaxed);
        let looks = looking.join().unwrap_or_default();
        found.count(&format!("fix: looks at the file meanwhile: {looks}"));
        killed
    })?;
    settle(&place);
    let entries = fs::read_dir(place.work()).into_iter().flatten().flatten();
    let left = entries.filter(|entry| entry.file_name() != "p.lx").count();
    if left > 0 {
        found.fail("fix".to_owned(), String::new(), format!("{left} files were left behind"));
    }
    Ok(())
}

fn spawn(torture: &Torture, place: &Place, command: &str) -> Result<Child, String> {
    let mut command = place.command(torture, &words(command));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.spawn().map_err(|why| format!("{}: {why}", torture.lumac.display()))
}

/// The status, and whether the signal was sent before the end.
fn kill_after(
    mut child: Child,
    signal: Signal,
    moment: Duration,
) -> Result<(std::process::ExitStatus, bool), String> {
    let start = Instant::now();
    while start.elapsed() < moment {
        if let Some(status) = child.try_wait().map_err(|why| why.to_string())? {
            return Ok((status, false));
        }
        std::thread::sleep(Duration::from_micros(200).min(moment.saturating_sub(start.elapsed())));
    }
    let sent = kill_process(Pid::from_child(&child), signal).is_ok();
    let status = child.wait().map_err(|why| why.to_string())?;
    Ok((status, sent))
}

/// Gives what cleans up after `SIGKILL` a moment.
fn settle(place: &Place) {
    for _ in 0..400 {
        let tmp = fs::read_dir(place.tmp()).into_iter().flatten().count();
        let hidden = fs::read_dir(place.work())
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(".lumac-"))
            .count();
        if tmp == 0 && hidden == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

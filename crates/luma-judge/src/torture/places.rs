//! Full disks, limits, races and odd names.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::process::{Command, Stdio};

use luma_process::{Limits, Streams};

use super::tool::{Ending, Place, ending, words};
use super::{Found, Torture};

const PROGRAM: &str = "const main -> fn () int { outputln(\"hello\"); return 0; }\n";
const OLD: &[u8] = b"what was there before";

pub(super) fn run(torture: &Torture, found: &Found) -> Result<(), String> {
    full_disk(torture, found)?;
    limits(torture, found)?;
    races(torture, found)?;
    names(torture, found)
}

/// A small file system in memory, where that is allowed.
fn full_disk(torture: &Torture, found: &Found) -> Result<(), String> {
    let place = Place::new()?;
    let disk = place.root.path().join("disk");
    fs::create_dir(&disk).map_err(|why| why.to_string())?;
    let mount = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).arg(&disk).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !mount("mount", &["-t", "tmpfs", "-o", "size=64k", "tmpfs"]) {
        found.count("full disks: not tried, file systems cannot be mounted here");
        return Ok(());
    }
    let tried = (|| {
        fs::write(disk.join("p.lx"), PROGRAM).map_err(|why| why.to_string())?;
        // All but a little is taken.
        fs::write(disk.join("filler"), vec![0; 48 << 10]).map_err(|why| why.to_string())?;
        for command in [
            "p.lx -o out",
            "p.lx --emit=obj -o out -g",
            "p.lx --emit=asm -g -o out",
            "run p.lx",
            "check-levels p.lx",
            "p.lx --emit=luma-ir -o out --print-ir-tree-dir=tree",
            "check p.lx --ownership-facts=out",
            "p.lx --emit=luma-ir -o /dev/null --record=out",
        ] {
            for free in [0, 4096, 8192] {
                fs::write(disk.join("rest"), vec![0; (12 << 10) - free])
                    .map_err(|why| why.to_string())?;
                let mut child = Command::new(&torture.lumac);
                child.args(words(command)).current_dir(&disk).env("TMPDIR", &disk).env_remove("CC");
                let ran = luma_process::capture(child, Streams::Both, &Limits::NONE)
                    .map_err(|why| why.to_string())?;
                let case = format!("full disk: {free} bytes free: lumac {command}");
                judge(torture, &place, found, &case, &ran);
                for made in ["out", "rest"] {
                    // It may not have been made.
                    let _ = fs::remove_file(disk.join(made));
                }
                let _ = fs::remove_dir_all(disk.join("tree"));
                let left = fs::read_dir(&disk).into_iter().flatten().count();
                if left != 2 {
                    found.fail(case, String::new(), "something was left behind".to_owned());
                }
            }
        }
        Ok(())
    })();
    mount("umount", &[]);
    tried
}

fn judge(
    torture: &Torture,
    place: &Place,
    found: &Found,
    case: &str,
    ran: &luma_process::Captured,
) {
    match ending(torture, place, ran, false) {
        Ending::Good(what) => {
            let kind = case.split(':').next().unwrap_or_default();
            found.count(&format!("{kind}: {what}"));
        }
        Ending::Bad(what) => found.fail(case.to_owned(), String::new(), what),
    }
}

/// Limits of the shell.
fn limits(torture: &Torture, found: &Found) -> Result<(), String> {
    let lumac = torture.lumac.canonicalize().map_err(|why| why.to_string())?;
    for limit in [
        "-f 0",
        "-f 1",
        "-f 8",
        "-n 3",
        "-n 4",
        "-n 6",
        "-n 10",
        "-s 64",
        "-t 1",
        "-v 200000",
        "-v 300000",
        "-v 500000",
        "-v 1000000",
        "-c 0",
    ] {
        for command in [
            "p.lx -o out",
            "p.lx -O0 --emit=obj -o out",
            "run p.lx",
            "check p.lx",
            "p.lx --emit=llvm-ir",
        ] {
            let mut place = Place::new()?;
            place.put("p.lx", PROGRAM.as_bytes())?;
            fs::write(place.work().join("out"), OLD).map_err(|why| why.to_string())?;
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(format!("ulimit {limit}; exec \"$0\" {command}")).arg(&lumac);
            place.prepare(&mut shell);
            let ran = luma_process::capture(shell, Streams::Both, &Limits::NONE)
                .map_err(|why| why.to_string())?;
            let case = format!("limits: ulimit {limit}: lumac {command}");
            // The limit of size of a file is a signal, and so is that of time; where the loader has
            // no memory or files, lumac does not run at all.
            let early = ran.end.code() == Some(127) || ran.end.signal() == Some(libc::SIGKILL);
            let signalled = matches!(ran.end.signal(), Some(libc::SIGXFSZ | libc::SIGXCPU));
            if early || signalled {
                found.count("limits: ended by the signal of the limit, or by the loader");
            } else {
                judge(torture, &place, found, &case, &ran);
            }
            let now = fs::read(place.work().join("out")).unwrap_or_default();
            if now != OLD && !(now.starts_with(b"\x7fELF") && ran.end.success()) {
                found.fail(case.clone(), String::new(), "the output is damaged".to_owned());
            }
            if let Some(what) = place.damage(&["out"]) {
                found.fail(case, String::new(), what);
            }
        }
    }
    Ok(())
}

/// Several processes write the same output.
fn races(torture: &Torture, found: &Found) -> Result<(), String> {
    for round in 0..10 {
        let mut place = Place::new()?;
        place.put("p.lx", PROGRAM.as_bytes())?;
        let command = |kind: &str| place.command(torture, &words(&format!("p.lx {kind} -o out")));
        let mut children = Vec::new();
        for index in 0..8 {
            let kind = if index % 2 == 0 { "--emit=obj" } else { "-O0 --emit=obj -g" };
            children.push(command(kind).spawn().map_err(|why| why.to_string())?);
        }
        let mut good = true;
        for mut child in children {
            good &= child.wait().is_ok_and(|status| status.success());
        }
        let now = fs::read(place.work().join("out")).unwrap_or_default();
        let whole = now.starts_with(b"\x7fELF") && {
            let expected: Vec<Vec<u8>> = ["--emit=obj", "-O0 --emit=obj -g"]
                .iter()
                .filter_map(|kind| {
                    let mut one = place.command(torture, &words(&format!("p.lx {kind} -o one")));
                    one.status().ok()?;
                    let made = fs::read(place.work().join("one")).ok();
                    // It is made again.
                    let _ = fs::remove_file(place.work().join("one"));
                    made
                })
                .collect();
            expected.contains(&now)
        };
        match (good && whole, place.damage(&["out"])) {
            (true, None) => found.count("races: the output is that of one of eight processes"),
            (_, damage) => found.fail(
                format!("race {round}"),
                String::new(),
                damage.unwrap_or_else(|| "the output is that of no process".to_owned()),
            ),
        }
    }
    Ok(())
}

/// Names that are hard to handle.
fn names(torture: &Torture, found: &Found) -> Result<(), String> {
    let long = format!("{}.lx", "n".repeat(251));
    let names: [OsString; 9] = [
        "with space.lx".into(),
        "-dash.lx".into(),
        "new\nline.lx".into(),
        "\u{1b}[31mred.lx".into(),
        "quote'\"`$(x).lx".into(),
        "\u{202e}bidi.lx".into(),
        OsString::from_vec(b"latin\xe9.lx".to_vec()),
        long.into(),
        "%s%n.lx".into(),
    ];
    for name in names {
        for command in ["-o out", "-g --emit=asm -o out", "check", "run", "interp", "check-levels"]
        {
            let place = Place::new()?;
            let input = place.work().join(&name);
            fs::write(&input, PROGRAM).map_err(|why| why.to_string())?;
            let mut child = place.command(torture, &words(command));
            let options_follow = !matches!(command, "interp" | "check-levels");
            match options_follow {
                true => child.arg("--").arg(&name),
                // What follows `--` is the program's.
                false => child.arg(std::path::Path::new(".").join(&name)),
            };
            let ran = luma_process::capture(child, Streams::Both, &Limits::NONE)
                .map_err(|why| why.to_string())?;
            let case = format!("names: {name:?}: lumac {command}");
            judge(torture, &place, found, &case, &ran);
            if !ran.end.success() {
                let said = String::from_utf8_lossy(&ran.stderr).into_owned();
                found.fail(case.clone(), String::new(), said);
            }
            if fs::read(&input).ok().as_deref() != Some(PROGRAM.as_bytes()) {
                found.fail(case.clone(), String::new(), "the input was changed".to_owned());
            }
            let allowed =
                |entry: &fs::DirEntry| entry.file_name() == name || entry.file_name() == "out";
            let left = fs::read_dir(place.work()).into_iter().flatten().flatten();
            if left.into_iter().any(|entry| !allowed(&entry))
                || fs::read_dir(place.tmp()).into_iter().flatten().count() > 0
            {
                found.fail(case, String::new(), "something was left behind".to_owned());
            }
        }
    }
    Ok(())
}

//! Output files: complete or not there at all, never in place of an input, with the mode and the
//! owner of the file they replace.
//!
//! A new file has no name while it is written (`O_TMPFILE`), so nothing stays behind however the
//! process ends. It gets the mode and owner of the file it replaces, is written to the disk, and is
//! then given its name in one step. Where the system has no files without names, a hidden one in the
//! same directory is used.
//!
//! * A symbolic link stays one: the file it leads to is written.
//! * What is not a regular file (a device, a pipe) is written to directly.
//! * Files that were [read as inputs](protect) are refused, whatever name leads to them.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

use crate::registry::lock;
use crate::temp::{TempDir, TempFile};

/// Why a file was not written: one sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError(String);

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WriteError {}

/// Writes `bytes` to `path`; see the [module](self) for how.
///
/// # Errors
///
/// It cannot be written, or is an input. What was there is unchanged, unless it is
/// a device.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    try_write(path, bytes).map_err(|why| cannot_write(path, &why))
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = target(path)?;
    let Some(old) = regular(&target)? else {
        return OpenOptions::new().write(true).open(&target)?.write_all(bytes);
    };
    refuse_input(old.as_ref())?;
    replace(&target, old.as_ref(), parent(&target), bytes, || Ok(()))
}

/// Replaces the content of the regular file `path`, which was `before`, by `after`. The file keeps
/// all its names (hard links): one that has several is written in place, where a kill at that very
/// moment can damage it; a copy is then found beside it, its name ending in `.lumac-backup`.
///
/// # Errors
///
/// It cannot be written, is read-only or not a regular file, or its content is no longer `before`. It
/// is unchanged then.
pub fn edit_file(path: &Path, before: &[u8], after: &[u8]) -> Result<(), WriteError> {
    try_edit(path, before, after).map_err(|why| cannot_write(path, &why))
}

fn try_edit(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let target = target(path)?;
    let Some(Some(old)) = regular(&target)? else {
        return Err(io::Error::other("it is not a regular file"));
    };
    if old.permissions().readonly() {
        return Err(io::Error::other("it is read-only"));
    }
    let unchanged = || match fs::read(&target) {
        Ok(now) if now == before => Ok(()),
        Ok(_) => Err(io::Error::other("it was changed meanwhile; nothing was written")),
        Err(why) => Err(why),
    };
    if old.nlink() > 1 {
        in_place(&target, after, unchanged)
    } else {
        // Where `SIGKILL` strikes between the two steps of naming it, a file of the user's would get
        // a second one beside it.
        let watched = TempDir::hidden_in(parent(&target))?;
        replace(&target, Some(&old), watched.path(), after, unchanged)
    }
}

/// Moves the executable `made` to `path`, which becomes as [`write_file`] says; it keeps the mode of
/// the file it replaces if that is executable.
///
/// # Errors
///
/// As for [`write_file`].
pub fn install_file(made: &Path, path: &Path) -> Result<(), WriteError> {
    try_install(made, path).map_err(|why| cannot_write(path, &why))
}

fn try_install(made: &Path, path: &Path) -> io::Result<()> {
    let target = target(path)?;
    let Some(old) = regular(&target)? else {
        let mut to = OpenOptions::new().write(true).open(&target)?;
        return io::copy(&mut File::open(made)?, &mut to).map(drop);
    };
    refuse_input(old.as_ref())?;
    if let Some(old) = &old {
        let file = File::open(made)?;
        let mode = match old.mode() & 0o111 {
            0 => file.metadata()?.mode(),
            _ => old.mode(),
        };
        take_over(&file, old, mode)?;
        file.sync_data()?;
    }
    fs::rename(made, &target)
}

/// From now on, writing to the file at `path` is refused, under whatever name: it is an input.
pub fn protect(path: &Path) {
    if let Ok(about) = fs::metadata(path)
        && about.is_file()
    {
        inputs().insert((about.dev(), about.ino()));
    }
}

/// Whether both paths lead to one file, by symbolic or hard links or because they are equal. Devices
/// and pipes do not count. A file that does not exist yet is what its directory and name say.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(one), Ok(other)) => {
            one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino())
        }
        (Err(_), Err(_)) => match (place(a), place(b)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        },
        _ => false,
    }
}

/// Where a file that does not exist would be.
fn place(path: &Path) -> Option<PathBuf> {
    let target = target(path).ok()?;
    Some(parent(&target).canonicalize().ok()?.join(target.file_name()?))
}

/// The directory `path` is in.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Device and number of each input.
static INPUTS: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

fn inputs() -> MutexGuard<'static, BTreeSet<(u64, u64)>> {
    // Each change is one insertion.
    INPUTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses an input.
fn refuse_input(old: Option<&Metadata>) -> io::Result<()> {
    match old.is_some_and(|old| inputs().contains(&(old.dev(), old.ino()))) {
        true => Err(io::Error::other("it is an input")),
        false => Ok(()),
    }
}

/// What `path` leads to, which may not exist.
fn target(path: &Path) -> io::Result<PathBuf> {
    const LINKS: usize = 40;
    let mut at = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&at) {
            Ok(next) => at = parent(&at).join(next),
            Err(_) => return Ok(at),
        }
    }
    Err(io::Error::other("there are too many symbolic links"))
}

/// What is at `target`: `Some(None)` nothing, `Some(Some(_))` a regular file, `None` something else.
fn regular(target: &Path) -> io::Result<Option<Option<Metadata>>> {
    match fs::metadata(target) {
        Ok(about) if about.is_dir() => Err(io::Error::other("it is a directory")),
        Ok(about) if about.is_file() => Ok(Some(Some(about))),
        Ok(about) if about.file_type().is_socket() => Err(io::Error::other("it is a socket")),
        Ok(_) => Ok(None),
        Err(_) => Ok(Some(None)),
    }
}

/// Replaces what is at `target`, if `last_look` agrees just before. `near` is a directory for another
/// name of the new file, in the same file system.
fn replace(
    target: &Path,
    old: Option<&Metadata>,
    near: &Path,
    bytes: &[u8],
    last_look: impl Fn() -> io::Result<()>,
) -> io::Result<()> {
    let fill = |file: &mut File| {
        file.write_all(bytes)?;
        let Some(old) = old else { return Ok(()) };
        take_over(file, old, old.mode())?;
        file.sync_data()
    };
    // A private file is not shown to others for a moment.
    let mode = if old.is_some() { 0o600 } else { 0o666 };
    if let Some(mut file) = unnamed(near, mode) {
        fill(&mut file)?;
        last_look()?;
        if give_name(&file, target, near, old.is_none())? {
            return Ok(());
        }
    }
    let mut file = TempFile::hidden_in(near, Permissions::from_mode(mode))?;
    fill(file.file())?;
    last_look()?;
    file.persist(target)
}

/// Gives `file` the owner of `old`, and `mode`.
fn take_over(file: &File, old: &Metadata, mode: u32) -> io::Result<()> {
    let about = file.metadata()?;
    if (about.uid(), about.gid()) != (old.uid(), old.gid()) {
        fchown(file, Some(old.uid()), Some(old.gid()))
            .map_err(|_| io::Error::other("its owner and group cannot be kept"))?;
    }
    // After the owner: a change of that clears bits of the mode.
    file.set_permissions(Permissions::from_mode(mode & 0o7777))
}

/// A file without a name in `directory`, where there are such.
fn unnamed(directory: &Path, mode: u32) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    rustix::fs::open(directory, flags, Mode::from_raw_mode(mode)).ok().map(File::from)
}

/// Gives a file without a name the name `target`, in place of what has it; false if the system
/// cannot. `free` says that nothing seems to have the name.
fn give_name(file: &File, target: &Path, near: &Path, free: bool) -> io::Result<bool> {
    use std::os::fd::AsRawFd as _;
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |name: &Path| rustix::fs::linkat(CWD, &*own, CWD, name, AtFlags::SYMLINK_FOLLOW);
    if free {
        match link(target) {
            Ok(()) => return Ok(true),
            // Since it was looked at.
            Err(rustix::io::Errno::EXIST) => {}
            Err(_) => return Ok(false),
        }
    }
    // No signal ends the process between the two steps.
    let active = lock()?;
    for _ in 0..16 {
        let hidden = near.join(format!(".lumac-{:08x}", random()));
        match link(&hidden) {
            Ok(()) => {
                let renamed = fs::rename(&hidden, target);
                if renamed.is_err() {
                    // The error that is reported is the first.
                    let _ = fs::remove_file(&hidden);
                }
                drop(active);
                return renamed.map(|()| true);
            }
            Err(rustix::io::Errno::EXIST) => {}
            Err(_) => return Ok(false),
        }
    }
    Ok(false)
}

/// A number that other processes are unlikely to choose.
fn random() -> u32 {
    use std::hash::{BuildHasher as _, Hasher as _};
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish() as u32
}

/// Overwrites a file that has several names.
fn in_place(target: &Path, bytes: &[u8], last_look: impl Fn() -> io::Result<()>) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(target)?;
    let mut old = Vec::new();
    file.read_to_end(&mut old)?;
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".lumac-backup");
    let backup = target.with_file_name(name);
    let mut copy = OpenOptions::new().write(true).create_new(true).open(&backup)?;
    let written = copy
        .write_all(&old)
        .and_then(|()| take_over(&copy, &file.metadata()?, file.metadata()?.mode()))
        .and_then(|()| copy.sync_data())
        .and_then(|()| last_look())
        .and_then(|()| {
            // No signal that can be handled ends the process meanwhile.
            let _active = lock()?;
            overwrite(&mut file, bytes).inspect_err(|_| {
                // Without room for the new content, there is room for the old.
                let _ = overwrite(&mut file, &old);
            })
        });
    fs::remove_file(&backup)?;
    written
}

fn overwrite(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_data()
}

fn cannot_write(path: &Path, why: &io::Error) -> WriteError {
    WriteError(format!("cannot write `{}`: {}", path.display(), reason(path, why)))
}

/// Why `path` cannot be written, in words. The system's can name a temporary file, which means
/// nothing to users.
pub fn reason(path: &Path, why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => {
            format!("the directory `{}` does not exist", parent(path).display())
        }
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space left".to_owned(),
        io::ErrorKind::QuotaExceeded => "the quota is used up".to_owned(),
        io::ErrorKind::FileTooLarge => "it would be larger than files may be".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        io::ErrorKind::NotADirectory => {
            format!("`{}` is not a directory", parent(path).display())
        }
        _ => why.to_string(),
    }
}

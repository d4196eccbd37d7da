//! Temporary files and directories that are removed even when a signal ends lumac.
//!
//! `SIGKILL` gives lumac no chance to remove a directory. A shell that reads from a pipe of lumac does
//! that when the pipe is closed.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Pid;
use tempfile::{Builder, NamedTempFile};

use crate::registry::{Active, lock, lock_installed};

/// A directory that is removed with all it contains when this is dropped.
#[derive(Debug)]
pub struct TempDir {
    registered: Registered,
    // Dropped when the directory is gone.
    _watcher: Option<Watcher>,
}

impl TempDir {
    /// A new directory in that of the system; its name starts with `lumac-`.
    ///
    /// # Errors
    ///
    /// It cannot be created.
    pub fn new() -> io::Result<Self> {
        Self::create(&std::env::temp_dir(), "lumac-")
    }

    /// A new hidden directory in `parent`; its name starts with `.lumac-`.
    ///
    /// # Errors
    ///
    /// It cannot be created.
    pub fn hidden_in(parent: &Path) -> io::Result<Self> {
        Self::create(parent, ".lumac-")
    }

    fn create(parent: &Path, prefix: &str) -> io::Result<Self> {
        // Relative paths mean something else to the watcher once the current directory is gone.
        let parent = &std::path::absolute(parent)?;
        let mut active = lock()?;
        let mut watcher = Watcher::start(&mut active);
        // The watcher knows the name before anything has it: `SIGKILL` finds no moment in between.
        let made = Builder::new().prefix(prefix).make_in(parent, |path| {
            if let Some(watcher) = &mut watcher {
                watcher.watch(path);
            }
            std::fs::DirBuilder::new().mode(0o700).create(path)
        });
        let made = made.and_then(|made| made.into_temp_path().keep().map_err(|error| error.error));
        let path = match made {
            Ok(path) => path,
            Err(why) => {
                // Its end takes the lock.
                drop(active);
                // The system's message names a directory that nobody knows.
                let place = parent.join(prefix);
                return Err(io::Error::new(why.kind(), crate::output::reason(&place, &why)));
            }
        };
        active.add_path(&path);
        Ok(Self { registered: Registered(path), _watcher: watcher })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.registered.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // Before the path leaves the registry: a signal in between finds nothing to remove. What
        // cannot be removed stays.
        let _ = std::fs::remove_dir_all(&self.registered.0);
    }
}

/// A shell that waits for lumac's end, and then removes a directory.
#[derive(Debug)]
struct Watcher {
    shell: Child,
}

impl Watcher {
    /// Starts one; `None` if that cannot be, which leaves the directory to the system when `SIGKILL`
    /// ends lumac.
    fn start(active: &mut Active) -> Option<Self> {
        // The end of the input without a second line is lumac's end.
        const SCRIPT: &str = "IFS= read -r d && [ -n \"$d\" ] || exit; read -r x && exit; exec /bin/rm -rf -- \"$d\"";
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT]).env_clear().process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let shell = shell.spawn().ok()?;
        active.add_watcher(Pid::from_child(&shell));
        Some(Self { shell })
    }

    /// Says which directory. Names with the end of a line in them are not watched.
    fn watch(&mut self, directory: &Path) {
        let mut line = directory.as_os_str().as_bytes().to_vec();
        if directory.is_absolute() && !line.contains(&b'\n') {
            line.push(b'\n');
            self.say(&line);
        }
    }

    fn say(&mut self, line: &[u8]) {
        if let Some(pipe) = &mut self.shell.stdin {
            // A shell that is gone removes nothing.
            let _ = pipe.write_all(line);
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.say(b"done\n");
        drop(self.shell.stdin.take());
        lock_installed().remove_watcher(Pid::from_child(&self.shell));
        // It has nothing else to do, and ends.
        let _ = self.shell.wait();
    }
}

/// A file that is removed when this is dropped, unless it was [persisted](Self::persist).
#[derive(Debug)]
pub struct TempFile {
    file: NamedTempFile,
    _registered: Registered,
}

impl TempFile {
    /// A new hidden file in `parent`; its name starts with `.lumac-`.
    ///
    /// # Errors
    ///
    /// It cannot be created.
    pub fn hidden_in(parent: &Path, permissions: Permissions) -> io::Result<Self> {
        let mut active = lock()?;
        let builder = &mut Builder::new();
        let file = builder.prefix(".lumac-").permissions(permissions).tempfile_in(parent)?;
        active.add_path(file.path());
        let registered = Registered(file.path().to_owned());
        Ok(Self { file, _registered: registered })
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Renames it to `path`, replacing a file there, in one step.
    ///
    /// # Errors
    ///
    /// It cannot be renamed; it is removed then.
    pub fn persist(self, path: &Path) -> io::Result<()> {
        self.file.persist(path).map(drop).map_err(|error| error.error)
    }
}

/// A path that is removed when a signal ends lumac.
#[derive(Debug)]
struct Registered(PathBuf);

impl Drop for Registered {
    fn drop(&mut self) {
        lock_installed().remove_path(&self.0);
    }
}

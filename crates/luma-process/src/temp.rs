//! Temporary files and directories that are removed even when a signal ends lumac.

use std::fs::{File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::registry::{lock, lock_installed};

/// A directory that is removed with all it contains when this is dropped.
#[derive(Debug)]
pub struct TempDir {
    // Removed before the path leaves the registry: a signal in between finds nothing to remove.
    directory: tempfile::TempDir,
    _registered: Registered,
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
        let mut active = lock()?;
        let directory = Builder::new().prefix(prefix).tempdir_in(parent)?;
        active.add_path(directory.path());
        let registered = Registered(directory.path().to_owned());
        Ok(Self { directory, _registered: registered })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.directory.path()
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

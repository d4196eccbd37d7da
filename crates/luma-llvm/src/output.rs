//! Writing output files atomically.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use luma_process::TempFile;

use crate::error::{LlvmError, LlvmErrorKind};

/// Why a file was not written.
pub type WriteError = LlvmError;

/// Writes `bytes` to `path` through a temporary file in the same directory, which is then renamed,
/// so that an existing file is replaced as a whole or not at all. If `path` is not a regular file
/// (a device, a pipe), it is written to directly.
///
/// # Errors
/// Why it cannot be written, with the path.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |why: io::Error| cannot_write(path, &why);
    if is_special(path).map_err(failed)? {
        return fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(failed);
    }
    let mut file = TempFile::hidden_in(parent(path), new_file_permissions()).map_err(failed)?;
    file.file().write_all(bytes).map_err(failed)?;
    file.persist(path).map_err(failed)
}

/// Whether `path` exists and is neither a regular file nor a directory.
///
/// # Errors
/// `path` is a directory.
pub(crate) fn is_special(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => Err(io::Error::other("it is a directory")),
        Ok(about) => Ok(!about.is_file()),
        Err(_) => Ok(false),
    }
}

/// The directory `path` is in.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

pub(crate) fn cannot_write(path: &Path, why: &io::Error) -> LlvmError {
    // The long form names the temporary file, which means nothing to the user.
    let reason = match why.kind() {
        io::ErrorKind::NotFound => {
            format!("the directory `{}` does not exist", parent(path).display())
        }
        io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        io::ErrorKind::StorageFull => "no space left".to_string(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_string(),
        _ => why.to_string(),
    };
    let message = format!("cannot write `{}`: {reason}", path.display());
    LlvmError::new(LlvmErrorKind::Write, message)
}

/// The permissions `open` gives new files: read and write for all, minus the umask. Temporary files
/// are private by default.
fn new_file_permissions() -> fs::Permissions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::Permissions::from_mode(0o666)
    }
    #[cfg(not(unix))]
    {
        compile_error!("lumac builds on Unix only")
    }
}

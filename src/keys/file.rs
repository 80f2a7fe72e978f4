//! Reads files that a configuration names: regular files of bounded size, and secrets only if other
//! users cannot read them.

use super::Secret;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Why a file was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is no file at this path, or a symbolic link in it is broken.
    Missing,
    /// The operating system's error.
    Unreadable(ErrorKind),
    /// A folder, a pipe, a device.
    NotAFile,
    /// More than [`FileError::MAX_BYTES`].
    TooLarge,
    /// A secret whose file is accessible to other users; the permission bits, such as `0o644`.
    OpenToOthers(u32),
}

impl FileError {
    /// The largest file that is read: far above any key set, and small enough to hold in memory.
    pub const MAX_BYTES: u64 = 1 << 20;

    /// What an operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing => "check the path; relative paths start at the configuration's folder",
            Self::Unreadable(_) => "give the user that doorward runs as permission to read it",
            Self::NotAFile => "name a regular file",
            Self::TooLarge => "name the right file; a key or certificate file is smaller than 1MiB",
            Self::OpenToOthers(_) => {
                "chmod 0440 the file, or for a Kubernetes Secret set `defaultMode: 0440` and a \
                 matching `fsGroup`"
            }
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Unreadable(kind) => write!(f, "the file cannot be read: {kind}"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::TooLarge => f.write_str("the file is larger than 1MiB"),
            Self::OpenToOthers(mode) => {
                write!(f, "the file holds a secret and other users can access it (mode {mode:04o})")
            }
        }
    }
}

impl std::error::Error for FileError {}

/// The content of a file that holds no secret.
///
/// # Errors
/// See [`FileError`].
pub fn read_public(path: &Path) -> Result<Vec<u8>, FileError> {
    bounded(&open(path)?)
}

/// The content of a file that holds a secret.
///
/// # Errors
/// See [`FileError`]. [`FileError::OpenToOthers`] is judged on the opened file, so the symbolic
/// links through which Kubernetes mounts Secrets make no difference.
pub fn read_secret(path: &Path) -> Result<Secret, FileError> {
    let file = open(path)?;
    let mode = file.metadata().map_err(refused)?.permissions().mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(FileError::OpenToOthers(mode));
    }
    bounded(&file).map(Secret::new)
}

fn open(path: &Path) -> Result<File, FileError> {
    // Checked before opening, because opening a pipe blocks until it has a writer.
    if !std::fs::metadata(path).map_err(refused)?.is_file() {
        return Err(FileError::NotAFile);
    }
    File::open(path).map_err(refused)
}

fn bounded(file: &File) -> Result<Vec<u8>, FileError> {
    let mut content = Vec::new();
    file.take(FileError::MAX_BYTES + 1).read_to_end(&mut content).map_err(refused)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= FileError::MAX_BYTES) {
        Ok(content)
    } else {
        Err(FileError::TooLarge)
    }
}

// By value, as `map_err` passes it.
#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn refused(error: std::io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::Missing,
        kind => FileError::Unreadable(kind),
    }
}

/// Permissions of users that are neither the owner nor in the group.
const OTHERS: u32 = 0o007;

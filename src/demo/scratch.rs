//! The folder of one run: certificates, key sets, configurations and logs, removed when it ends.

use super::DemoError;
use crate::random;
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// A private folder that removes itself.
pub(super) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub(super) fn create(parent: &Path) -> Result<Self, DemoError> {
        let random = random::bytes().map_err(|_| DemoError::Randomness)?;
        let path = parent.join(format!("doorward-demo-{:016x}", u64::from_be_bytes(random)));
        let mut builder = DirBuilder::new();
        // Keys and session tokens lie here, and the parent is the machine's shared folder.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| DemoError::Write { path: path.clone(), error })?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a new file that only its owner can read.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, DemoError> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| DemoError::Write { path: path.clone(), error })?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The run is over; a folder that remains changes no result.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_is_private_and_goes_with_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::create(parent.path()).unwrap();
        let path = scratch.path().to_owned();
        let file = scratch.write("key.pem", "secret").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "secret");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn written_files_are_never_overwritten() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::create(parent.path()).unwrap();
        scratch.write("one", "a").unwrap();
        assert!(matches!(scratch.write("one", "b"), Err(DemoError::Write { .. })));
    }
}

//! The last good key set of an issuer, in a file in `state_dir`: a gate that starts while the
//! issuer is down uses it. Its age counts from when it was fetched.

use super::fetch::Remote;
use super::read_secret;
use crate::random;
use crate::token::UnixTime;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A key set that was fetched earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedKeySet {
    /// When it was last fetched.
    pub fetched_at: UnixTime,
    /// The document, unchanged.
    pub body: Bytes,
}

impl CachedKeySet {
    /// Its age in seconds.
    #[must_use]
    pub fn age(&self, now: UnixTime) -> u64 {
        now.0.saturating_sub(self.fetched_at.0)
    }

    /// Whether it is still young enough to be used.
    #[must_use]
    pub fn is_usable(&self, remote: &Remote, now: UnixTime) -> bool {
        // A time in the future would make it usable for too long.
        self.fetched_at.0 <= now.0 && self.age(now) < remote.max_stale.as_secs()
    }
}

/// The file of one issuer.
#[derive(Clone, Debug)]
pub struct CacheFile {
    file: PathBuf,
    issuer: Box<str>,
    source: String,
}

/// The first line of the file; the document follows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    issuer: String,
    source: String,
    fetched_at: u64,
}

impl CacheFile {
    /// The file in this folder for these keys. It records issuer and address, so that it is never
    /// used for another issuer, even if the names are equal.
    #[must_use]
    pub fn new(folder: &Path, remote: &Remote) -> Self {
        let digest = digest(&SHA256, remote.issuer.as_bytes());
        let name = digest.as_ref().iter().take(10).fold(String::new(), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        });
        Self {
            file: folder.join(format!("keys-{name}.jwks")),
            issuer: remote.issuer.clone(),
            source: remote.source.endpoint().to_string(),
        }
    }

    /// The file's path.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The stored set; `None` when there is none, or only one of another issuer or address.
    #[must_use]
    pub fn read(&self) -> Option<CachedKeySet> {
        let file = read_secret(&self.file).ok()?;
        let content = Bytes::copy_from_slice(file.bytes());
        let end = content.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(content.get(..end)?).ok()?;
        if *head.issuer != *self.issuer || head.source != self.source {
            return None;
        }
        let body = content.slice(end.checked_add(1)?..);
        Some(CachedKeySet { fetched_at: UnixTime(head.fetched_at), body })
    }

    /// Stores the set atomically, in a file that only doorward's user can read or change.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn write(&self, cached: &CachedKeySet) -> io::Result<()> {
        let first = Head {
            issuer: self.issuer.to_string(),
            source: self.source.clone(),
            fetched_at: cached.fetched_at.0,
        };
        let mut content = serde_json::to_vec(&first)?;
        content.push(b'\n');
        content.extend_from_slice(&cached.body);
        let random = random::bytes().map_err(|_| io::Error::from(io::ErrorKind::Other))?;
        let beside = self.file.with_extension(format!("{:x}.new", u64::from_ne_bytes(random)));
        let written = replace(&beside, &content, &self.file);
        if written.is_err() {
            // An incomplete file is of no use; an error here changes nothing.
            let _ = std::fs::remove_file(&beside);
        }
        written
    }
}

fn replace(beside: &Path, content: &[u8], file: &Path) -> io::Result<()> {
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    new.write_all(content)?;
    new.sync_all()?;
    std::fs::rename(beside, file)?;
    // The rename is durable once the folder is synchronised.
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::super::fetch::Source;
    use super::*;
    use crate::url::WebUrl;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;
    use std::time::Duration;

    fn remote(issuer: &str, url: &str) -> Remote {
        Remote {
            issuer: issuer.into(),
            source: Source::Url(WebUrl::parse(url).unwrap()),
            algorithms: Vec::new(),
            authorities: None,
            max_stale: Duration::from_secs(100),
            plain: false,
            is_workspace: Arc::new(|_| false),
        }
    }

    #[test]
    fn a_stored_key_set_is_used_for_the_same_source_only() {
        let folder = tempfile::tempdir().unwrap();
        let own = CacheFile::new(folder.path(), &remote("a", "https://p.example.com/k"));
        assert_eq!(own.read(), None);
        let body = Bytes::from_static(b"{\"keys\":\n[]}\n");
        let kept = CachedKeySet { fetched_at: UnixTime(7), body };
        own.write(&kept).unwrap();
        own.write(&kept).unwrap();
        assert_eq!(own.read(), Some(kept));
        assert_eq!(own.file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "no temporary file is left");
        let moved = CacheFile::new(folder.path(), &remote("a", "https://q.example.com/k"));
        assert_eq!(moved.read(), None, "another address");
        let other = CacheFile::new(folder.path(), &remote("b", "https://p.example.com/k"));
        std::fs::copy(own.file(), other.file()).unwrap();
        assert_eq!(other.read(), None, "another issuer");
        for (row, content) in
            [("empty", ""), ("no_line", "{}"), ("no_head", "{}\n{}"), ("odd", "x\ny")]
        {
            std::fs::write(own.file(), content).unwrap();
            assert_eq!(own.read(), None, "{row}");
        }
    }

    #[test]
    fn a_file_that_others_could_read_or_change_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let own = CacheFile::new(folder.path(), &remote("a", "https://p.example.com/k"));
        own.write(&CachedKeySet { fetched_at: UnixTime(7), body: Bytes::from_static(b"x") })
            .unwrap();
        std::fs::set_permissions(own.file(), std::fs::Permissions::from_mode(0o646)).unwrap();
        assert_eq!(own.read(), None);
    }

    #[test]
    fn age_counts_from_the_fetch() {
        let remote = remote("a", "https://p.example.com/k");
        let cached = CachedKeySet { fetched_at: UnixTime(1_000), body: Bytes::new() };
        for (now, usable) in [(999, false), (1_000, true), (1_099, true), (1_100, false)] {
            assert_eq!(cached.is_usable(&remote, UnixTime(now)), usable, "{now}");
        }
    }
}

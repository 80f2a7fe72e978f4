//! `revocation.store: file`: one file in `state_dir`, used by one process, that survives a restart.
//!
//! Lookups are answered from [`Memory`], which is loaded from the file at start. A revocation is
//! synchronised to disk before the call returns, so a crash at any moment loses no confirmed
//! revocation. The same holds for used hand-offs, unless the disk fails: then only memory has them,
//! and no revocation is accepted until the disk works again.

mod disk;

use super::Memory;
use crate::observe::field;
use crate::revocation::{
    KeyHash, KeyHashes, Revocation, RevocationKey, Revocations, StoreError, StoreFuture,
};
use crate::unix_time::UnixTime;
use disk::{Change, Disk};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::spawn_blocking;

/// The store.
pub struct File(Arc<Shared>);

/// The state shared by the store and its writers.
struct Shared {
    memory: Memory,
    /// Locked during a change, so that memory and file change together.
    disk: Mutex<Disk>,
    /// The error of the last change, if it failed.
    problem: Mutex<Option<String>>,
}

impl File {
    /// Opens or creates the file in this folder and loads it.
    ///
    /// # Errors
    /// It cannot be opened or read, or another process has it open.
    pub fn open(folder: &Path, now: UnixTime) -> Result<Self, OpenError> {
        let file = folder.join(NAME);
        let disk = Disk::open(file.clone(), now);
        disk.and_then(|disk| Self::load(disk, now)).map_err(|error| OpenError { file, error })
    }

    fn load(disk: Disk, now: UnixTime) -> Result<Self, redb::Error> {
        let memory = Memory::default();
        disk.read(
            |revocation| {
                if revocation.is_active(now) {
                    memory.insert(revocation, now);
                }
            },
            |once, until| {
                if until > now {
                    memory.insert_used(once, until, now);
                }
            },
        )?;
        let (disk, problem) = (Mutex::new(disk), Mutex::default());
        Ok(Self(Arc::new(Shared { memory, disk, problem })))
    }

    /// Runs a change on a blocking thread, so that the runtime does not wait for the disk. Dropping
    /// the future does not cancel the change.
    fn run_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> StoreFuture<'_, Result<T, StoreError>> {
        let shared = Arc::clone(&self.0);
        Box::pin(
            async move { spawn_blocking(move || change(&shared)).await.unwrap_or(Err(StoreError)) },
        )
    }
}

impl Shared {
    fn write(&self, revocation: Revocation, now: UnixTime) -> Result<(), StoreError> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.memory.get(revocation.key.hash());
        let whole = known.as_ref().map_or(revocation.clone(), |known| revocation.merge(known));
        // A repeated sign-out needs no second write.
        if known.as_ref() != Some(&whole) {
            self.change(&mut disk, Change::Revoke(&whole), now)?;
            self.memory.insert(whole, now);
        }
        Ok(())
    }

    fn erase(&self, key: KeyHash, now: UnixTime) -> Result<bool, StoreError> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        if self.memory.get(key).is_none() {
            return Ok(false);
        }
        self.change(&mut disk, Change::Restore(key), now)?;
        Ok(self.memory.remove(key))
    }

    fn mark_used(&self, once: KeyHash, until: UnixTime, now: UnixTime) -> bool {
        let is_first = self.memory.insert_used(once, until, now);
        if is_first {
            let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
            // A disk error does not reject the user: memory has the entry, and after a restart the
            // hand-off is still bound to the browser that requested it.
            let _kept = self.change(&mut disk, Change::MarkUsed(once, until), now);
        }
        is_first
    }

    fn change(&self, disk: &mut Disk, change: Change<'_>, now: UnixTime) -> Result<(), StoreError> {
        let outcome = disk.change(change, now, || self.memory.list(now));
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => {
                if problem.take().is_some() {
                    tracing::info!("the revocation store accepts changes again");
                }
                Ok(())
            }
            Err(error) => {
                tracing::error!(
                    { field::ERROR } = %error,
                    { field::REMEDY } = REMEDY,
                    "{} was not stored",
                    change.word()
                );
                *problem = Some(format!("file: {error}; {REMEDY}"));
                Err(StoreError)
            }
        }
    }
}

impl Revocations for File {
    fn store(&self) -> &'static str {
        "file"
    }

    fn is_revoked(&self, keys: &KeyHashes, issued_at: Option<UnixTime>) -> bool {
        self.0.memory.is_revoked(keys, issued_at)
    }

    fn is_local(&self) -> bool {
        false
    }

    fn problem(&self) -> Option<String> {
        self.0.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn mark_used(
        &self,
        once: KeyHash,
        until: UnixTime,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        self.run_blocking(move |shared| Ok(shared.mark_used(once, until, now)))
    }

    fn revoke(
        &self,
        revocation: Revocation,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<(), StoreError>> {
        self.run_blocking(move |shared| shared.write(revocation, now))
    }

    fn restore(
        &self,
        key: RevocationKey,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        self.run_blocking(move |shared| shared.erase(key.hash(), now))
    }

    fn list(&self, now: UnixTime) -> Vec<Revocation> {
        self.0.memory.list(now)
    }

    fn count(&self) -> usize {
        self.0.memory.count()
    }
}

/// Why the store could not be opened.
#[derive(Debug)]
pub struct OpenError {
    file: PathBuf,
    error: redb::Error,
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.file.display(), self.error)
    }
}

impl std::error::Error for OpenError {}

impl OpenError {
    /// What the operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.error {
            redb::Error::DatabaseAlreadyOpen => {
                "another process has it open: give each gate a `state_dir` of its own"
            }
            redb::Error::Io(_) => "make `state_dir` a folder that doorward can write to",
            _ => {
                "the file is damaged: restore it from a backup, or move it away to start without \
                 its revocations"
            }
        }
    }
}

const NAME: &str = "revocations.redb";
const REMEDY: &str = "check that the disk of `state_dir` has space and is writable; the next \
                      change tries again";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::KeyKind;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering};

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn revocation(user: &str, until: Option<u64>) -> Revocation {
        let (issuer, value) = ("https://portal.example.com".into(), user.into());
        let key = RevocationKey { issuer, kind: KeyKind::User, value };
        Revocation { key, issued_before: Some(UnixTime(NOW.0 + 1)), until: until.map(UnixTime) }
    }

    fn open(folder: &Path, now: UnixTime) -> File {
        File::open(folder, now).unwrap()
    }

    #[test]
    fn revocations_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), NOW);
        store.0.write(revocation("alice", None), NOW).unwrap();
        store.0.write(revocation("bob \"quoted\" é", Some(NOW.0 + 60)), NOW).unwrap();
        store.0.write(revocation("carol", Some(NOW.0 + 60)), NOW).unwrap();
        assert_eq!(store.0.erase(revocation("carol", None).key.hash(), NOW), Ok(true));
        let mut before = store.list(NOW);
        drop(store);
        let store = open(folder.path(), NOW);
        let mut after = store.list(NOW);
        before.sort_by(|one, other| one.key.value.cmp(&other.key.value));
        after.sort_by(|one, other| one.key.value.cmp(&other.key.value));
        assert_eq!(after, before);
        assert_eq!(after.len(), 2);
        drop(store);
        let later = open(folder.path(), UnixTime(NOW.0 + 60));
        assert_eq!(later.list(NOW), [revocation("alice", None)], "expired entries are not loaded");
        let mode = folder.path().join(NAME).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_older_revocation_shortens_nothing_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), NOW);
        store.0.write(revocation("alice", None), NOW).unwrap();
        let older = Revocation { issued_before: Some(UnixTime(5)), ..revocation("alice", Some(9)) };
        store.0.write(older, NOW).unwrap();
        drop(store);
        assert_eq!(open(folder.path(), NOW).list(NOW), [revocation("alice", None)]);
    }

    #[test]
    fn used_tokens_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let used = KeyHash::new("https://portal.example.com", KeyKind::Once, "h1");
        let until = UnixTime(NOW.0 + 60);
        let store = open(folder.path(), NOW);
        assert!(store.0.mark_used(used, until, NOW));
        assert!(!store.0.mark_used(used, until, NOW));
        drop(store);
        let store = open(folder.path(), NOW);
        assert!(!store.0.mark_used(used, until, NOW));
        drop(store);
        assert!(open(folder.path(), until).0.mark_used(used, UnixTime(until.0 + 60), until));
    }

    /// A failing disk loses no confirmed revocation, and is used again when it works.
    #[test]
    fn a_disk_that_was_full_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let failing = Arc::new(AtomicBool::new(false));
        let disk = || Disk::failing_while(&failing, folder.path().join(NAME), NOW).unwrap();
        let store = File::load(disk(), NOW).unwrap();
        store.0.write(revocation("alice", None), NOW).unwrap();
        failing.store(true, Ordering::Release);
        for user in ["bob", "carol"] {
            assert_eq!(store.0.write(revocation(user, None), NOW), Err(StoreError), "{user}");
        }
        let alice = revocation("alice", None).key.hash();
        assert_eq!(store.0.erase(alice, NOW), Err(StoreError));
        let problem = store.problem().unwrap();
        assert!(problem.contains("no room") && problem.contains("state_dir"), "{problem}");
        assert_eq!(store.list(NOW), [revocation("alice", None)], "unchanged");
        let used = KeyHash::new("https://portal.example.com", KeyKind::Once, "h1");
        assert!(store.0.mark_used(used, UnixTime(NOW.0 + 60), NOW), "the sign-in is accepted");
        assert!(!store.0.mark_used(used, UnixTime(NOW.0 + 60), NOW), "once");
        failing.store(false, Ordering::Release);
        store.0.write(revocation("bob", None), NOW).unwrap();
        assert_eq!(store.problem(), None);
        drop(store);
        let mut kept = open(folder.path(), NOW).list(NOW);
        kept.sort_by(|one, other| one.key.value.cmp(&other.key.value));
        assert_eq!(kept, [revocation("alice", None), revocation("bob", None)]);
    }

    #[test]
    fn a_repeated_revocation_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let failing = Arc::new(AtomicBool::new(false));
        let disk = Disk::failing_while(&failing, folder.path().join(NAME), NOW).unwrap();
        let store = File::load(disk, NOW).unwrap();
        store.0.write(revocation("alice", None), NOW).unwrap();
        failing.store(true, Ordering::Release);
        store.0.write(revocation("alice", None), NOW).unwrap();
        assert_eq!(store.0.erase(revocation("bob", None).key.hash(), NOW), Ok(false));
        assert_eq!(store.problem(), None);
    }

    /// A change that waits for the disk does not block the runtime.
    #[tokio::test]
    async fn the_disk_blocks_no_request() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), NOW);
        let held = Arc::clone(&store.0);
        let (locked, release) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (is_locked, is_released) = (Arc::clone(&locked), Arc::clone(&release));
        let writer = std::thread::spawn(move || {
            let _disk = held.disk.lock().unwrap();
            is_locked.wait();
            is_released.wait();
        });
        locked.wait();
        let kept = store.revoke(revocation("alice", None), NOW);
        let others = async { release.wait() };
        let (kept, _) = tokio::join!(kept, others);
        assert_eq!(kept, Ok(()));
        writer.join().unwrap();
    }

    #[test]
    fn a_second_process_is_told_to_stay_away() {
        let folder = tempfile::tempdir().unwrap();
        let _first = open(folder.path(), NOW);
        let second = File::open(folder.path(), NOW).err().unwrap();
        assert!(second.remedy().contains("of its own"), "{second}: {}", second.remedy());
        let nowhere = File::open(&folder.path().join("nowhere"), NOW).err().unwrap();
        assert!(nowhere.remedy().contains("can write"), "{nowhere}");
        std::fs::write(folder.path().join("broken"), b"x").unwrap();
        std::fs::create_dir(folder.path().join("damaged")).unwrap();
        std::fs::write(folder.path().join("damaged").join(NAME), b"no database").unwrap();
        let damaged = File::open(&folder.path().join("damaged"), NOW).err().unwrap();
        assert!(damaged.to_string().contains(NAME), "{damaged}");
    }
}

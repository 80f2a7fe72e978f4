//! `revocation.store: file`: one file in `state_dir`, of one process, that outlives it.
//!
//! Every question is answered from [`Memory`], which is filled from the file at the start. What is
//! revoked is in the file, and the file on the disk, before the call returns: a crash at any moment
//! loses nothing that somebody was told. What may be used once is kept in memory only; after a
//! restart a used hand-off is still bound to the browser that asked for it.

use super::Memory;
use super::record::{decode, encode};
use crate::observe::field;
use crate::token::{Identity, Kept, Name, NotKept, Revocation, Revocations, Session, UnixTime};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::fmt;
use std::fs::OpenOptions;
use std::future::ready;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The store.
pub struct File {
    memory: Memory,
    database: Database,
    /// When what is over was taken out of the file. Held by whoever writes, so that what memory
    /// knows and what the file knows change together.
    writing: Mutex<UnixTime>,
}

impl File {
    /// Opens the file in this folder, or makes it, and reads all of it.
    ///
    /// # Errors
    /// It cannot be opened or read, or another process has it open.
    pub fn open(folder: &Path, now: UnixTime) -> Result<Self, OpenError> {
        let file = folder.join(NAME);
        let failed = |error: redb::Error| OpenError { file: file.clone(), error };
        let private = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&file);
        private.map_err(|error| failed(error.into()))?;
        let database = Database::create(&file).map_err(|error| failed(error.into()))?;
        let store = Self { memory: Memory::default(), database, writing: Mutex::new(now) };
        store.fill(now).map_err(failed)?;
        Ok(store)
    }

    fn fill(&self, now: UnixTime) -> Result<(), redb::Error> {
        // The table is made with the first thing in it.
        let writing = self.database.begin_write()?;
        writing.open_table(TABLE)?;
        writing.commit()?;
        let table = self.database.begin_read()?.open_table(TABLE)?;
        for entry in table.iter()? {
            let (_, kept) = entry?;
            let Some(revocation) = decode(kept.value()) else {
                return Err(redb::Error::Corrupted("a revocation that cannot be read".to_owned()));
            };
            if revocation.lives(now) {
                self.memory.insert(revocation, now);
            }
        }
        Ok(())
    }

    fn keep(&self, revocation: &Revocation, sweep: Option<UnixTime>) -> Result<(), redb::Error> {
        let writing = self.database.begin_write()?;
        {
            let mut table = writing.open_table(TABLE)?;
            if let Some(now) = sweep {
                // What cannot be read is kept, to be looked at.
                table.retain(|_, kept| decode(kept).is_none_or(|one| one.lives(now)))?;
            }
            table.insert(revocation.name.identity().bits(), &*encode(revocation))?;
        }
        writing.commit()?;
        Ok(())
    }

    fn forget(&self, name: Identity) -> Result<(), redb::Error> {
        let writing = self.database.begin_write()?;
        writing.open_table(TABLE)?.remove(name.bits())?;
        writing.commit()?;
        Ok(())
    }

    fn write(&self, revocation: Revocation, now: UnixTime) -> Result<(), NotKept> {
        let mut swept = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = match self.memory.get(revocation.name.identity()) {
            Some(known) => revocation.and(&known),
            None => revocation,
        };
        let is_due = now.0.saturating_sub(swept.0) >= SWEEP_EVERY;
        self.keep(&whole, is_due.then_some(now)).map_err(|error| not_kept(&error))?;
        if is_due {
            *swept = now;
        }
        self.memory.insert(whole, now);
        Ok(())
    }

    fn erase(&self, name: Identity) -> Result<bool, NotKept> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.forget(name).map_err(|error| not_kept(&error))?;
        Ok(self.memory.remove(name))
    }
}

impl Revocations for File {
    fn store(&self) -> &'static str {
        "file"
    }

    fn is_revoked(&self, session: &Session) -> bool {
        self.memory.is_revoked(session)
    }

    fn spend(
        &self,
        once: Identity,
        until: UnixTime,
        now: UnixTime,
    ) -> Kept<'_, Result<bool, NotKept>> {
        self.memory.spend(once, until, now)
    }

    /// On the spot: a commit takes some milliseconds, and is rare.
    fn revoke(&self, revocation: Revocation, now: UnixTime) -> Kept<'_, Result<(), NotKept>> {
        Box::pin(ready(self.write(revocation, now)))
    }

    fn restore(&self, name: Name, _: UnixTime) -> Kept<'_, Result<bool, NotKept>> {
        Box::pin(ready(self.erase(name.identity())))
    }

    fn list(&self, now: UnixTime) -> Vec<Revocation> {
        self.memory.list(now)
    }

    fn count(&self) -> usize {
        self.memory.count()
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
    /// What to look at.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.error {
            redb::Error::DatabaseAlreadyOpen => {
                "another process has it open: give each gate a `state_dir` of its own"
            }
            redb::Error::Io(_) => "`state_dir` must be a folder that doorward may write to",
            _ => {
                "the file is damaged: restore it from a backup; moved away, the gate starts without \
                 what was revoked"
            }
        }
    }
}

fn not_kept(error: &redb::Error) -> NotKept {
    tracing::error!({ field::ERROR } = %error, "a revocation was not kept");
    NotKept
}

/// By the name's hash, so that a name is there once.
const TABLE: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("revocations/v1");
const NAME: &str = "revocations.redb";
/// Seconds.
const SWEEP_EVERY: u64 = 3600;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::IdentityKind;
    use std::os::unix::fs::PermissionsExt;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn revocation(user: &str, until: Option<u64>) -> Revocation {
        let (issuer, value) = ("https://portal.example.com".into(), user.into());
        let name = Name { issuer, kind: IdentityKind::User, value };
        Revocation { name, issued_before: Some(UnixTime(NOW.0 + 1)), until: until.map(UnixTime) }
    }

    fn open(folder: &Path, now: UnixTime) -> File {
        File::open(folder, now).unwrap()
    }

    #[test]
    fn what_was_revoked_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), NOW);
        store.write(revocation("alice", None), NOW).unwrap();
        store.write(revocation("bob \"quoted\" é", Some(NOW.0 + 60)), NOW).unwrap();
        store.write(revocation("carol", Some(NOW.0 + 60)), NOW).unwrap();
        assert_eq!(store.erase(revocation("carol", None).name.identity()), Ok(true));
        let mut before = store.list(NOW);
        drop(store);
        let store = open(folder.path(), NOW);
        let mut after = store.list(NOW);
        before.sort_by(|one, other| one.name.value.cmp(&other.name.value));
        after.sort_by(|one, other| one.name.value.cmp(&other.name.value));
        assert_eq!(after, before);
        assert_eq!(after.len(), 2);
        drop(store);
        let later = open(folder.path(), UnixTime(NOW.0 + 60));
        assert_eq!(later.list(NOW), [revocation("alice", None)], "what is over is not read");
        let mode = folder.path().join(NAME).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_older_revocation_takes_nothing_back_in_the_file_either() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), NOW);
        store.write(revocation("alice", None), NOW).unwrap();
        let older = Revocation { issued_before: Some(UnixTime(5)), ..revocation("alice", Some(9)) };
        store.write(older, NOW).unwrap();
        drop(store);
        assert_eq!(open(folder.path(), NOW).list(NOW), [revocation("alice", None)]);
    }

    #[test]
    fn what_is_over_leaves_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), NOW);
        for user in 0..100 {
            store.write(revocation(&user.to_string(), Some(NOW.0 + 60)), NOW).unwrap();
        }
        let later = UnixTime(NOW.0 + SWEEP_EVERY);
        store.write(revocation("alice", None), later).unwrap();
        let table = store.database.begin_read().unwrap().open_table(TABLE).unwrap();
        assert_eq!(table.iter().unwrap().count(), 1);
    }

    #[test]
    fn a_second_process_is_told_to_stay_away() {
        let folder = tempfile::tempdir().unwrap();
        let _first = open(folder.path(), NOW);
        let second = File::open(folder.path(), NOW).err().unwrap();
        assert!(second.remedy().contains("of its own"), "{second}: {}", second.remedy());
        let nowhere = File::open(&folder.path().join("nowhere"), NOW).err().unwrap();
        assert!(nowhere.remedy().contains("may write"), "{nowhere}");
        std::fs::write(folder.path().join("broken"), b"x").unwrap();
        std::fs::create_dir(folder.path().join("damaged")).unwrap();
        std::fs::write(folder.path().join("damaged").join(NAME), b"no database").unwrap();
        let damaged = File::open(&folder.path().join("damaged"), NOW).err().unwrap();
        assert!(damaged.to_string().contains(NAME), "{damaged}");
    }
}

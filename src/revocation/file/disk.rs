//! The database file. Each change is a transaction of its own.
//!
//! After a disk error redb accepts no more changes: the next change opens the file again and also
//! writes the known revocations, because the disk may have lost some.

use crate::revocation::record::{decode, encode};
use crate::revocation::{KeyHash, Revocation};
use crate::unix_time::UnixTime;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file; closed after an error.
pub(super) struct Disk {
    file: PathBuf,
    database: Option<Database>,
    open: Opener,
    /// When expired entries were last removed from it.
    swept: UnixTime,
}

type Opener = Box<dyn Fn(&Path) -> Result<Database, redb::Error> + Send>;

/// A change to store.
#[derive(Clone, Copy)]
pub(super) enum Change<'c> {
    /// Adds or replaces the revocation of its key.
    Revoke(&'c Revocation),
    /// Removes the revocation of this key.
    Restore(KeyHash),
    /// A used single-use token, to be remembered until then.
    MarkUsed(KeyHash, UnixTime),
}

impl Change<'_> {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Revoke(_) => "a revocation",
            Self::Restore(_) => "the removal of a revocation",
            Self::MarkUsed(..) => "the use of a hand-off",
        }
    }
}

impl Disk {
    /// Opens or creates the file, readable by its owner only.
    pub(super) fn open(file: PathBuf, now: UnixTime) -> Result<Self, redb::Error> {
        let open = |file: &Path| Ok(Database::builder().set_cache_size(CACHE).create(file)?);
        Self::open_by(Box::new(open), file, now)
    }

    fn open_by(open: Opener, file: PathBuf, now: UnixTime) -> Result<Self, redb::Error> {
        private(&file)?;
        let database = open(&file)?;
        // Create the tables.
        let writing = database.begin_write()?;
        writing.open_table(REVOKED)?;
        writing.open_table(USED)?;
        writing.commit()?;
        Ok(Self { file, database: Some(database), open, swept: now })
    }

    /// Passes all entries to the callbacks.
    ///
    /// # Errors
    /// Also when one entry cannot be read: a gate that knows only some of the revocations would
    /// permit revoked sessions.
    pub(super) fn read(
        &self,
        mut revoked: impl FnMut(Revocation),
        mut used: impl FnMut(KeyHash, UnixTime),
    ) -> Result<(), redb::Error> {
        let Some(database) = &self.database else { return Ok(()) };
        let reading = database.begin_read()?;
        for entry in reading.open_table(REVOKED)?.iter()? {
            let (_, kept) = entry?;
            let unreadable =
                || redb::Error::Corrupted("a revocation that cannot be read".to_owned());
            revoked(decode(kept.value()).ok_or_else(unreadable)?);
        }
        for entry in reading.open_table(USED)?.iter()? {
            let (once, until) = entry?;
            used(KeyHash::of_bits(once.value()), UnixTime(until.value()));
        }
        Ok(())
    }

    /// Synchronises the change to disk before it returns. `known` are the revocations that the file
    /// should already hold.
    ///
    /// # Errors
    /// Nothing is changed, as far as the disk can be trusted.
    pub(super) fn change(
        &mut self,
        change: Change<'_>,
        now: UnixTime,
        known: impl FnOnce() -> Vec<Revocation>,
    ) -> Result<(), redb::Error> {
        let (database, known) = if let Some(database) = self.database.take() {
            (database, Vec::new())
        } else {
            private(&self.file)?;
            ((self.open)(&self.file)?, known())
        };
        let is_due = now.0.saturating_sub(self.swept.0) >= SWEEP_EVERY;
        let writing = database.begin_write()?;
        {
            let (mut revoked, mut used) = (writing.open_table(REVOKED)?, writing.open_table(USED)?);
            for one in &known {
                revoked.insert(one.key.hash().bits(), &*encode(one))?;
            }
            if is_due {
                // Unreadable entries stay in the file for inspection.
                revoked.retain(|_, kept| decode(kept).is_none_or(|one| one.is_active(now)))?;
                used.retain(|_, until| until > now.0)?;
            }
            match change {
                Change::Revoke(one) => {
                    revoked.insert(one.key.hash().bits(), &*encode(one))?;
                }
                Change::Restore(key) => {
                    revoked.remove(key.bits())?;
                }
                Change::MarkUsed(once, until) => {
                    used.insert(once.bits(), until.0)?;
                }
            }
        }
        writing.commit()?;
        if is_due {
            self.swept = now;
        }
        self.database = Some(database);
        Ok(())
    }
}

fn private(file: &Path) -> Result<(), redb::Error> {
    let options = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(file);
    options.map(|_| ()).map_err(redb::Error::from)
}

// The names are part of the file format: under another name, the entries of an existing file would be
// lost, and a used token could be used again.

/// By key hash, so that there is one entry for each key.
const REVOKED: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("revocations/v1");
/// By token hash: until when it must be remembered.
const USED: TableDefinition<'_, u128, u64> = TableDefinition::new("spent/v1");
/// Bytes; redb's default cache is a GiB. The file is read once, at start.
const CACHE: usize = 8 << 20;
/// Seconds.
const SWEEP_EVERY: u64 = 3600;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::{KeyKind, RevocationKey};
    use redb::StorageBackend;
    use redb::backends::FileBackend;
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    const NOW: UnixTime = UnixTime(1_800_000_000);

    impl Disk {
        /// A file on a disk that is full while `failing`.
        pub(in crate::revocation::file) fn failing_while(
            failing: &Arc<AtomicBool>,
            file: PathBuf,
            now: UnixTime,
        ) -> Result<Self, redb::Error> {
            let failing = Arc::clone(failing);
            let open = move |file: &Path| {
                let file = OpenOptions::new().read(true).write(true).open(file)?;
                let full = Full { disk: FileBackend::new(file)?, failing: Arc::clone(&failing) };
                Ok(Database::builder().create_with_backend(full)?)
            };
            Self::open_by(Box::new(open), file, now)
        }
    }

    #[derive(Debug)]
    struct Full {
        disk: FileBackend,
        failing: Arc<AtomicBool>,
    }

    impl Full {
        fn room(&self) -> Result<(), io::Error> {
            if self.failing.load(Ordering::Acquire) {
                return Err(io::Error::new(io::ErrorKind::StorageFull, "no room"));
            }
            Ok(())
        }
    }

    impl StorageBackend for Full {
        fn len(&self) -> Result<u64, io::Error> {
            self.disk.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
            self.disk.read(offset, out)
        }

        fn set_len(&self, len: u64) -> Result<(), io::Error> {
            self.room()?;
            self.disk.set_len(len)
        }

        fn sync_data(&self) -> Result<(), io::Error> {
            self.room()?;
            self.disk.sync_data()
        }

        fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
            self.room()?;
            self.disk.write(offset, data)
        }

        fn close(&self) -> Result<(), io::Error> {
            self.disk.close()
        }
    }

    /// A file that an earlier version of doorward has written.
    #[test]
    fn the_tables_keep_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let (issuer, kind) = ("i".into(), KeyKind::User);
        let key = RevocationKey { issuer, kind, value: "alice".into() };
        let alice = Revocation { key, issued_before: None, until: None };
        let (once, until) = (KeyHash::new("i", KeyKind::Once, "h1"), UnixTime(NOW.0 + 60));
        let database = Database::create(&file).unwrap();
        let writing = database.begin_write().unwrap();
        {
            let name = TableDefinition::<u128, &[u8]>::new("revocations/v1");
            let mut revoked = writing.open_table(name).unwrap();
            revoked.insert(alice.key.hash().bits(), &*encode(&alice)).unwrap();
            let name = TableDefinition::<u128, u64>::new("spent/v1");
            let mut used = writing.open_table(name).unwrap();
            used.insert(once.bits(), until.0).unwrap();
        }
        writing.commit().unwrap();
        drop(database);
        let disk = Disk::open(file, NOW).unwrap();
        let (mut revoked, mut used) = (Vec::new(), Vec::new());
        disk.read(|one| revoked.push(one), |once, until| used.push((once, until))).unwrap();
        assert_eq!(revoked, [alice]);
        assert_eq!(used, [(once, until)]);
    }

    #[test]
    fn expired_revocations_leave_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(folder.path().join("file"), NOW).unwrap();
        let until = UnixTime(NOW.0 + 60);
        let named = |user: String, until| {
            let (issuer, kind) = ("i".into(), KeyKind::User);
            let key = RevocationKey { issuer, kind, value: user.into() };
            Revocation { key, issued_before: None, until }
        };
        for user in 0..100 {
            let over = named(user.to_string(), Some(until));
            disk.change(Change::Revoke(&over), NOW, Vec::new).unwrap();
            let once = KeyHash::new("i", KeyKind::Once, &user.to_string());
            disk.change(Change::MarkUsed(once, until), NOW, Vec::new).unwrap();
        }
        let later = UnixTime(NOW.0 + SWEEP_EVERY);
        let alice = named("alice".to_owned(), None);
        disk.change(Change::Revoke(&alice), later, Vec::new).unwrap();
        let (mut revoked, mut used) = (0, 0);
        disk.read(|_| revoked += 1, |_, _| used += 1).unwrap();
        assert_eq!((revoked, used), (1, 0));
    }
}

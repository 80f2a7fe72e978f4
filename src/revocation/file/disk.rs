//! The file and what is written to it, each change in a transaction of its own.
//!
//! After an error of the disk redb takes nothing more: the file is opened anew with the next
//! change, and what is known is written with that change, whatever the disk has kept of it.

use crate::revocation::record::{decode, encode};
use crate::revocation::{KeyHash, Revocation};
use crate::unix_time::UnixTime;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file, open; or closed since it failed.
pub(super) struct Disk {
    file: PathBuf,
    database: Option<Database>,
    open: Opener,
    /// When what is over was taken out of it.
    swept: UnixTime,
}

type Opener = Box<dyn Fn(&Path) -> Result<Database, redb::Error> + Send>;

/// What is to be kept.
#[derive(Clone, Copy)]
pub(super) enum Change<'c> {
    /// In place of what stands there of the same name.
    Revoke(&'c Revocation),
    /// Nothing of this name.
    Restore(KeyHash),
    /// Used, and to be known until then.
    MarkUsed(KeyHash, UnixTime),
}

impl Change<'_> {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Revoke(_) => "a revocation",
            Self::Restore(_) => "the end of a revocation",
            Self::MarkUsed(..) => "the use of a hand-off",
        }
    }
}

impl Disk {
    /// Opens the file or makes it, closed to others.
    pub(super) fn open(file: PathBuf, now: UnixTime) -> Result<Self, redb::Error> {
        let open = |file: &Path| Ok(Database::builder().set_cache_size(CACHE).create(file)?);
        Self::open_by(Box::new(open), file, now)
    }

    fn open_by(open: Opener, file: PathBuf, now: UnixTime) -> Result<Self, redb::Error> {
        private(&file)?;
        let database = open(&file)?;
        // The tables are made with the first thing in them.
        let writing = database.begin_write()?;
        writing.open_table(REVOKED)?;
        writing.open_table(USED)?;
        writing.commit()?;
        Ok(Self { file, database: Some(database), open, swept: now })
    }

    /// Gives all that stands in it.
    ///
    /// # Errors
    /// Also when one thing in it cannot be read: a gate that knows half of what was revoked lets in
    /// whom it should not.
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

    /// On the disk when this returns. `known` is what stands in the file already, or should.
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
                // What cannot be read is kept, to be looked at.
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

/// By the name's hash, so that a name is there once.
const REVOKED: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("revocations/v1");
/// By the token's hash, until when it must be known.
const USED: TableDefinition<'_, u128, u64> = TableDefinition::new("used/v1");
/// Bytes; by default redb would keep a whole file of a GiB. It is read once, at the start.
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
        /// A file on a disk that has no room while `failing`.
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

    #[test]
    fn what_is_over_leaves_the_file() {
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

//! Verified sessions by the whole token, bounded in bytes.
//!
//! Housekeeping, never security: lifetime, host, cross-site rules and revocation are judged on
//! every request, hit or not. A hit saves the parse and the signature, nothing else. The only
//! module that knows `moka`.

use super::{Session, UnixTime};
use foldhash::quality::RandomState;
use moka::{Expiry, sync::Cache};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Verified sessions. Cheap to clone; clones share their entries.
///
/// The key is the token itself, compared in full, so no collision can hand one user's session to
/// another. `foldhash` is seeded per process and not proof against chosen collisions; it need not
/// be, because only tokens that a configured issuer signed are ever inserted.
#[derive(Clone)]
pub struct SessionCache {
    entries: Cache<Box<str>, Entry, RandomState>,
}

impl SessionCache {
    /// A cache of at most about `max_bytes`, the entries' own overhead included.
    #[must_use]
    pub fn new(max_bytes: u64) -> Self {
        let entries = Cache::<Box<str>, Entry>::builder()
            .max_capacity(max_bytes)
            .weigher(|token, entry: &Entry| {
                let bytes = token.len() + entry.session.size() + ENTRY_OVERHEAD;
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .expire_after(UntilTheTokenExpires)
            .build_with_hasher(RandomState::default());
        Self { entries }
    }

    /// The session verified for exactly this token under exactly this generation of
    /// configuration and keys.
    #[must_use]
    pub fn get(&self, token: &str, generation: u64) -> Option<Arc<Session>> {
        let entry = self.entries.get(token)?;
        (entry.generation == generation).then_some(entry.session)
    }

    /// Keeps a session until its `exp`, as seen from `now`. One that has no second left is not
    /// kept: it lives on leeway alone. Takes the place of an older generation's.
    pub fn insert(&self, token: &str, generation: u64, session: Arc<Session>, now: UnixTime) {
        let seconds = session.expires_at().0.saturating_sub(now.0);
        if seconds == 0 {
            return;
        }
        let remaining = Duration::from_secs(seconds);
        self.entries.insert(token.into(), Entry { generation, session, remaining });
    }

    /// Entries, roughly: housekeeping runs behind.
    #[must_use]
    pub fn entry_count(&self) -> u64 {
        self.entries.entry_count()
    }

    /// Bytes, as roughly.
    #[must_use]
    pub fn weighted_size(&self) -> u64 {
        self.entries.weighted_size()
    }
}

#[derive(Clone)]
struct Entry {
    generation: u64,
    session: Arc<Session>,
    /// From insertion to `exp`.
    remaining: Duration,
}

/// Always Some: earlier releases of the library freed timers twice when a deadline was taken away.
struct UntilTheTokenExpires;

impl Expiry<Box<str>, Entry> for UntilTheTokenExpires {
    fn expire_after_create(&self, _: &Box<str>, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.remaining)
    }

    /// The library's default keeps the old deadline when a key is inserted again.
    fn expire_after_update(
        &self,
        _: &Box<str>,
        entry: &Entry,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.remaining)
    }
}

/// Bytes that an entry costs besides token and session: the table's slot, the reference counts,
/// and the nodes of the library's access, write and timer queues.
const ENTRY_OVERHEAD: usize = 400;

#[cfg(test)]
mod tests;

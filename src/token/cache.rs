//! A cache of verified sessions, keyed by the whole token and bounded in bytes.
//!
//! A performance measure that decides nothing: lifetime, host, cross-site rules and revocation are
//! checked on every request. A hit saves parsing and the signature, nothing else. The only module
//! that knows `moka`.

use super::Session;
use crate::unix_time::UnixTime;
use foldhash::quality::RandomState;
use moka::{Expiry, sync::Cache};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Verified sessions. Cheap to clone; clones share their entries.
///
/// The key is the token itself, compared in full, so a hash collision cannot return the session of
/// another user. `foldhash` is seeded per process but does not resist chosen collisions. It need not,
/// because only tokens with a verified signature are inserted.
#[derive(Clone)]
pub struct SessionCache {
    entries: Cache<Box<str>, Entry, RandomState>,
}

impl SessionCache {
    /// A cache of about `max_bytes` at most, including the overhead of the entries.
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

    /// The session that was verified for exactly this token under this generation of configuration
    /// and keys.
    #[must_use]
    pub fn get(&self, token: &str, generation: u64) -> Option<Arc<Session>> {
        let entry = self.entries.get(token)?;
        (entry.generation == generation).then_some(entry.session)
    }

    /// Stores a session until its `exp`, as of `now`. A session that has already reached `exp`, and is
    /// valid by leeway only, is not stored. Replaces an entry of an older generation.
    pub fn insert(&self, token: &str, generation: u64, session: Arc<Session>, now: UnixTime) {
        let seconds = session.expires_at().0.saturating_sub(now.0);
        if seconds == 0 {
            return;
        }
        let remaining = Duration::from_secs(seconds);
        self.entries.insert(token.into(), Entry { generation, session, remaining });
    }

    /// The approximate number of entries: `moka` updates it with a delay.
    #[must_use]
    pub fn entry_count(&self) -> u64 {
        self.entries.entry_count()
    }

    /// The approximate number of bytes.
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

/// Always returns `Some`: earlier releases of `moka` freed a timer twice when a deadline was removed.
struct UntilTheTokenExpires;

impl Expiry<Box<str>, Entry> for UntilTheTokenExpires {
    fn expire_after_create(&self, _: &Box<str>, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.remaining)
    }

    /// The default implementation keeps the old deadline when a key is inserted again.
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

/// Bytes of an entry besides token and session: the slot in the table, the reference counts, and the
/// nodes of the access, write and timer queues of `moka`.
const ENTRY_OVERHEAD: usize = 400;

#[cfg(test)]
mod tests;

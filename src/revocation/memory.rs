//! `revocation.store: memory`: kept in this process only, and lost when it ends.
//!
//! An entry is removed when the last token that it could match has expired, so the store holds the
//! revocations of one token lifetime. A lookup costs one atomic load while nothing is revoked.

use crate::revocation::{
    KeyHash, KeyHashes, Revocation, RevocationKey, Revocations, StoreError, StoreFuture,
};
use crate::unix_time::UnixTime;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

/// The store of one process; the other stores answer lookups from it too.
#[derive(Default)]
pub struct Memory {
    revoked: RevokedKeys,
    used: Mutex<ExpiringMap<UnixTime>>,
}

impl Memory {
    /// Adds a revocation, merged with the known one of the same key; returns the result.
    pub(super) fn insert(&self, revocation: Revocation, now: UnixTime) -> Revocation {
        self.revoked.insert(revocation, now)
    }

    /// Adds a revocation in place of the known one of the same key.
    pub(super) fn replace(&self, revocation: Revocation) {
        self.revoked.replace(revocation);
    }

    /// The known revocation of a key.
    pub(super) fn get(&self, key: KeyHash) -> Option<Revocation> {
        let shard = self.revoked.shard(key)?;
        let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
        shard.entries.get(&key).cloned()
    }

    /// Removes a key; `false` when it was not known.
    pub(super) fn remove(&self, key: KeyHash) -> bool {
        self.revoked.remove(key)
    }

    /// Records a single-use token as used; `false` when it was already.
    pub(super) fn insert_used(&self, once: KeyHash, until: UnixTime, now: UnixTime) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.sweep(now, |until| *until > now);
        match used.entries.entry(once) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(until);
                true
            }
        }
    }
}

impl Revocations for Memory {
    fn store(&self) -> &'static str {
        "memory"
    }

    fn is_revoked(&self, keys: &KeyHashes, issued_at: Option<UnixTime>) -> bool {
        if self.revoked.is_empty() {
            return false;
        }
        keys.iter().any(|key| self.revoked.covers(key, issued_at))
    }

    fn mark_used(
        &self,
        once: KeyHash,
        until: UnixTime,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(ready(Ok(self.insert_used(once, until, now))))
    }

    fn revoke(
        &self,
        revocation: Revocation,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<(), StoreError>> {
        self.insert(revocation, now);
        Box::pin(ready(Ok(())))
    }

    fn restore(
        &self,
        key: RevocationKey,
        _: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(ready(Ok(self.remove(key.hash()))))
    }

    fn list(&self, now: UnixTime) -> Vec<Revocation> {
        let mut all = Vec::with_capacity(self.count());
        for shard in &self.revoked.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            all.extend(shard.entries.values().filter(|one| one.is_active(now)).cloned());
        }
        all
    }

    fn count(&self) -> usize {
        self.revoked.count.load(Ordering::Acquire)
    }
}

/// The revoked keys, in shards, so that a writer blocks few readers.
struct RevokedKeys {
    shards: [RwLock<ExpiringMap<Revocation>>; SHARDS],
    count: AtomicUsize,
}

impl Default for RevokedKeys {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()), count: AtomicUsize::new(0) }
    }
}

impl RevokedKeys {
    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    fn covers(&self, key: KeyHash, issued_at: Option<UnixTime>) -> bool {
        let shard =
            self.shard(key).map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner));
        shard.is_some_and(|shard| shard.entries.get(&key).is_some_and(|one| one.covers(issued_at)))
    }

    fn insert(&self, revocation: Revocation, now: UnixTime) -> Revocation {
        let key = revocation.key.hash();
        let Some(shard) = self.shard(key) else { return revocation };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        let before = shard.entries.len();
        shard.sweep(now, |one| one.is_active(now));
        let whole = match shard.entries.get(&key) {
            Some(known) => revocation.merge(known),
            None => revocation,
        };
        shard.entries.insert(key, whole.clone());
        self.counted(before, shard.entries.len());
        whole
    }

    fn replace(&self, revocation: Revocation) {
        let key = revocation.key.hash();
        let Some(shard) = self.shard(key) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        let before = shard.entries.len();
        shard.entries.insert(key, revocation);
        self.counted(before, shard.entries.len());
    }

    fn remove(&self, key: KeyHash) -> bool {
        let Some(shard) = self.shard(key) else { return false };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        let before = shard.entries.len();
        let known = shard.entries.remove(&key).is_some();
        self.counted(before, shard.entries.len());
        known
    }

    fn counted(&self, before: usize, after: usize) {
        if after > before {
            self.count.fetch_add(after - before, Ordering::Release);
        } else {
            self.count.fetch_sub(before - after, Ordering::Release);
        }
    }

    fn shard(&self, key: KeyHash) -> Option<&RwLock<ExpiringMap<Revocation>>> {
        self.shards.get(usize::try_from(key.bits() % SHARDS as u128).unwrap_or_default())
    }
}

/// Entries, and when expired entries were last removed.
struct ExpiringMap<T> {
    entries: HashMap<KeyHash, T>,
    swept: UnixTime,
}

impl<T> ExpiringMap<T> {
    fn sweep(&mut self, now: UnixTime, lives: impl Fn(&T) -> bool) {
        if now.0.saturating_sub(self.swept.0) >= SWEEP_EVERY {
            self.entries.retain(|_, entry| lives(entry));
            self.swept = now;
        }
    }
}

impl<T> Default for ExpiringMap<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), swept: UnixTime(0) }
    }
}

const SHARDS: usize = 64;
/// Seconds.
const SWEEP_EVERY: u64 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::KeyKind;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn key(value: &str) -> RevocationKey {
        let issuer = "https://portal.example.com".into();
        RevocationKey { issuer, kind: KeyKind::User, value: value.into() }
    }

    fn later(seconds: u64) -> UnixTime {
        UnixTime(NOW.0 + seconds)
    }

    fn revocation(user: &str, issued_before: u64, until: u64) -> Revocation {
        let (issued_before, until) = (Some(later(issued_before)), Some(later(until)));
        Revocation { key: key(user), issued_before, until }
    }

    #[test]
    fn a_revocation_covers_what_was_issued_before() {
        let store = Memory::default();
        assert!(store.revoked.is_empty());
        store.insert(revocation("alice", 1, 60), NOW);
        for (row, user, issued_at, expected) in [
            ("before", "alice", Some(UnixTime(NOW.0 - 1)), true),
            ("without_iat", "alice", None, true),
            ("in_the_same_second", "alice", Some(NOW), true),
            ("after", "alice", Some(later(1)), false),
            ("somebody_else", "bob", Some(NOW), false),
        ] {
            assert_eq!(store.revoked.covers(key(user).hash(), issued_at), expected, "{row}");
        }
    }

    #[test]
    fn a_revocation_stays_in_force() {
        let store = Memory::default();
        store.insert(revocation("alice", 10, 60), NOW);
        store.insert(revocation("alice", 5, 30), NOW);
        assert_eq!(store.list(NOW), [revocation("alice", 10, 60)], "an older one changes nothing");
        let whole = Revocation { issued_before: None, until: None, ..revocation("alice", 0, 0) };
        store.insert(whole.clone(), NOW);
        store.insert(revocation("alice", 99, 99), NOW);
        assert_eq!(store.list(NOW), [whole]);
        assert_eq!(store.count(), 1);
    }

    #[test]
    fn a_removed_revocation_has_no_effect() {
        let store = Memory::default();
        store.insert(revocation("alice", 1, 60), NOW);
        assert!(!store.remove(key("bob").hash()));
        assert!(store.remove(key("alice").hash()));
        assert!(!store.remove(key("alice").hash()));
        assert!(store.revoked.is_empty() && store.list(NOW).is_empty());
    }

    #[test]
    fn entries_leave_when_nothing_is_left_to_match() {
        let store = Memory::default();
        for user in 0..1000 {
            store.insert(revocation(&user.to_string(), 1, 60), NOW);
        }
        assert_eq!(store.count(), 1000);
        assert!(store.list(later(60)).is_empty(), "expired revocations are not listed");
        for user in 1000..2000 {
            store.insert(revocation(&user.to_string(), 1, 200), later(61));
        }
        // A shard without new entries keeps its expired ones; with 16 entries each that is rare.
        assert!((1000..1050).contains(&store.count()), "{}", store.count());
        assert!(store.revoked.covers(key("1500").hash(), Some(NOW)));
    }

    #[test]
    fn a_used_token_stays_used() {
        let (a, b) = (key("a").hash(), key("b").hash());
        let store = Memory::default();
        assert!(store.insert_used(a, later(90), NOW));
        assert!(!store.insert_used(a, later(90), NOW));
        assert!(!store.insert_used(a, later(90), later(89)), "until its last second");
        assert!(store.insert_used(b, later(90), NOW));
        assert!(store.revoked.is_empty(), "and nothing is revoked");
    }

    #[test]
    fn of_many_at_once_one_wins() {
        let store = Memory::default();
        let once = key("a").hash();
        let won = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| store.insert_used(once, later(90), NOW))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
    }
}

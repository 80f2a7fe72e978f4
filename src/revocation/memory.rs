//! `revocation.store: memory`: this process alone knows, and forgets when it ends.
//!
//! An entry leaves when the last token that it could match has expired, so the store is as large
//! as what was ended within one token's life. Asking costs one load while nothing is revoked.

use crate::revocation::{
    KeyHash, KeyHashes, Revocation, RevocationKey, Revocations, StoreError, StoreFuture,
};
use crate::unix_time::UnixTime;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

/// The store of one process; also what the other stores answer from.
#[derive(Default)]
pub struct Memory {
    revoked: RevokedKeys,
    used: Mutex<ExpiringMap<UnixTime>>,
}

impl Memory {
    /// Takes a revocation in, beside what is known of the same name; gives what is in force then.
    pub(super) fn insert(&self, revocation: Revocation, now: UnixTime) -> Revocation {
        self.revoked.insert(revocation, now)
    }

    /// Takes a revocation in, in place of what is known of the same name.
    pub(super) fn replace(&self, revocation: Revocation) {
        self.revoked.replace(revocation);
    }

    /// What is known of a name.
    pub(super) fn get(&self, key: KeyHash) -> Option<Revocation> {
        let part = self.revoked.part(key)?;
        let part = part.read().unwrap_or_else(PoisonError::into_inner);
        part.entries.get(&key).cloned()
    }

    /// Forgets a name; `false` when it was not known.
    pub(super) fn remove(&self, key: KeyHash) -> bool {
        self.revoked.remove(key)
    }

    /// Takes note of what may be used once; `false` when it has been.
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
        for part in &self.revoked.parts {
            let part = part.read().unwrap_or_else(PoisonError::into_inner);
            all.extend(part.entries.values().filter(|one| one.is_active(now)).cloned());
        }
        all
    }

    fn count(&self) -> usize {
        self.revoked.count.load(Ordering::Acquire)
    }
}

/// The revoked names, in parts, so that a writer stops few readers.
struct RevokedKeys {
    parts: [RwLock<ExpiringMap<Revocation>>; PARTS],
    count: AtomicUsize,
}

impl Default for RevokedKeys {
    fn default() -> Self {
        Self { parts: std::array::from_fn(|_| RwLock::default()), count: AtomicUsize::new(0) }
    }
}

impl RevokedKeys {
    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    fn covers(&self, key: KeyHash, issued_at: Option<UnixTime>) -> bool {
        let part = self.part(key).map(|part| part.read().unwrap_or_else(PoisonError::into_inner));
        part.is_some_and(|part| part.entries.get(&key).is_some_and(|one| one.covers(issued_at)))
    }

    fn insert(&self, revocation: Revocation, now: UnixTime) -> Revocation {
        let key = revocation.key.hash();
        let Some(part) = self.part(key) else { return revocation };
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        let before = part.entries.len();
        part.sweep(now, |one| one.is_active(now));
        let whole = match part.entries.get(&key) {
            Some(known) => revocation.merge(known),
            None => revocation,
        };
        part.entries.insert(key, whole.clone());
        self.counted(before, part.entries.len());
        whole
    }

    fn replace(&self, revocation: Revocation) {
        let key = revocation.key.hash();
        let Some(part) = self.part(key) else { return };
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        let before = part.entries.len();
        part.entries.insert(key, revocation);
        self.counted(before, part.entries.len());
    }

    fn remove(&self, key: KeyHash) -> bool {
        let Some(part) = self.part(key) else { return false };
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        let before = part.entries.len();
        let known = part.entries.remove(&key).is_some();
        self.counted(before, part.entries.len());
        known
    }

    fn counted(&self, before: usize, after: usize) {
        if after > before {
            self.count.fetch_add(after - before, Ordering::Release);
        } else {
            self.count.fetch_sub(before - after, Ordering::Release);
        }
    }

    fn part(&self, key: KeyHash) -> Option<&RwLock<ExpiringMap<Revocation>>> {
        self.parts.get(usize::try_from(key.bits() % PARTS as u128).unwrap_or_default())
    }
}

/// Entries, with the time at which those that are over were taken out.
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

const PARTS: usize = 64;
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
    fn what_was_revoked_stays_so() {
        let store = Memory::default();
        store.insert(revocation("alice", 10, 60), NOW);
        store.insert(revocation("alice", 5, 30), NOW);
        assert_eq!(
            store.list(NOW),
            [revocation("alice", 10, 60)],
            "an older one takes nothing back"
        );
        let whole = Revocation { issued_before: None, until: None, ..revocation("alice", 0, 0) };
        store.insert(whole.clone(), NOW);
        store.insert(revocation("alice", 99, 99), NOW);
        assert_eq!(store.list(NOW), [whole]);
        assert_eq!(store.count(), 1);
    }

    #[test]
    fn what_is_taken_back_is_gone() {
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
        assert!(store.list(later(60)).is_empty(), "nothing is told that is over");
        for user in 1000..2000 {
            store.insert(revocation(&user.to_string(), 1, 200), later(61));
        }
        // Parts that nothing new came to keep theirs; with 16 each that is next to none.
        assert!((1000..1050).contains(&store.count()), "{}", store.count());
        assert!(store.revoked.covers(key("1500").hash(), Some(NOW)));
    }

    #[test]
    fn what_is_used_once_is_used() {
        let (a, b) = (key("a").hash(), key("b").hash());
        let store = Memory::default();
        assert!(store.insert_used(a, later(90), NOW));
        assert!(!store.insert_used(a, later(90), NOW));
        assert!(!store.insert_used(a, later(90), later(89)), "until its very end");
        assert!(store.insert_used(b, later(90), NOW));
        assert!(store.revoked.is_empty(), "and revokes nothing");
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

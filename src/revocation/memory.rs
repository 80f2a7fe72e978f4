//! `revocation.store: memory`: this process alone knows, and forgets when it ends.
//!
//! An entry leaves when the last token that it could match has expired, so the store is as large
//! as what was ended within one token's life. Asking costs one load while nothing is revoked.

use crate::token::{Identity, Revocations, Session, UnixTime};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

/// The store of one process.
#[derive(Default)]
pub struct Memory {
    revoked: Revoked,
    spent: Mutex<Swept<UnixTime>>,
}

impl Memory {
    /// Revokes every session that bears this name and was issued before `issued_before`. The entry
    /// is kept until `until`.
    pub fn revoke(&self, name: Identity, issued_before: UnixTime, until: UnixTime, now: UnixTime) {
        self.revoked.insert(name, Revocation { issued_before, until }, now);
    }
}

impl Revocations for Memory {
    fn store(&self) -> &'static str {
        "memory"
    }

    fn is_revoked(&self, session: &Session) -> bool {
        if self.revoked.is_empty() {
            return false;
        }
        // Without `iat` a token counts as the oldest there is.
        let issued_at = session.issued_at().unwrap_or(UnixTime(0));
        session.identities().iter().any(|name| self.revoked.covers(name, issued_at))
    }

    fn end(&self, session: &Session, now: UnixTime) -> bool {
        let Some(name) = session.identities().token() else {
            return false;
        };
        let until = UnixTime(session.expires_at().0.saturating_add(MAX_LEEWAY));
        self.revoke(name, UnixTime(u64::MAX), until, now);
        true
    }

    fn spend(&self, once: Identity, until: UnixTime, now: UnixTime) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.sweep(now, |until| *until > now);
        match spent.entries.entry(once) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(until);
                true
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Revocation {
    issued_before: UnixTime,
    until: UnixTime,
}

/// The revoked names, in parts, so that a writer stops few readers.
struct Revoked {
    parts: [RwLock<Swept<Revocation>>; PARTS],
    count: AtomicUsize,
}

impl Default for Revoked {
    fn default() -> Self {
        Self { parts: std::array::from_fn(|_| RwLock::default()), count: AtomicUsize::new(0) }
    }
}

impl Revoked {
    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    fn covers(&self, name: Identity, issued_at: UnixTime) -> bool {
        let part = self.part(name).map(|part| part.read().unwrap_or_else(PoisonError::into_inner));
        part.and_then(|part| part.entries.get(&name).copied())
            .is_some_and(|revocation| issued_at < revocation.issued_before)
    }

    fn insert(&self, name: Identity, revocation: Revocation, now: UnixTime) {
        let Some(part) = self.part(name) else { return };
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        let before = part.entries.len();
        part.sweep(now, |revocation| revocation.until > now);
        part.entries
            .entry(name)
            .and_modify(|known| {
                // What was revoked stays so.
                known.issued_before = known.issued_before.max(revocation.issued_before);
                known.until = known.until.max(revocation.until);
            })
            .or_insert(revocation);
        let after = part.entries.len();
        if after > before {
            self.count.fetch_add(after - before, Ordering::Release);
        } else {
            self.count.fetch_sub(before - after, Ordering::Release);
        }
    }

    fn part(&self, name: Identity) -> Option<&RwLock<Swept<Revocation>>> {
        self.parts.get(usize::try_from(name.bits() % PARTS as u128).unwrap_or_default())
    }
}

/// Entries, with the time at which those that are over were taken out.
struct Swept<T> {
    entries: HashMap<Identity, T>,
    swept: UnixTime,
}

impl<T> Swept<T> {
    fn sweep(&mut self, now: UnixTime, lives: impl Fn(&T) -> bool) {
        if now.0.saturating_sub(self.swept.0) >= SWEEP_EVERY {
            self.entries.retain(|_, entry| lives(entry));
            self.swept = now;
        }
    }
}

impl<T> Default for Swept<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), swept: UnixTime(0) }
    }
}

const PARTS: usize = 64;
/// Seconds.
const SWEEP_EVERY: u64 = 60;
/// Seconds for which a token may be taken after its end (`tokens.leeway`) at most.
const MAX_LEEWAY: u64 = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::IdentityKind;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn name(value: &str) -> Identity {
        Identity::new("https://portal.example.com", IdentityKind::User, value)
    }

    fn later(seconds: u64) -> UnixTime {
        UnixTime(NOW.0 + seconds)
    }

    #[test]
    fn a_revocation_covers_what_was_issued_before() {
        let store = Memory::default();
        assert!(store.revoked.is_empty());
        store.revoke(name("alice"), later(1), later(60), NOW);
        for (row, user, issued_at, expected) in [
            ("before", "alice", UnixTime(NOW.0 - 1), true),
            ("without_iat", "alice", UnixTime(0), true),
            ("in_the_same_second", "alice", NOW, true),
            ("after", "alice", later(1), false),
            ("somebody_else", "bob", NOW, false),
        ] {
            assert_eq!(store.revoked.covers(name(user), issued_at), expected, "{row}");
        }
        // An older revocation does not take a newer one back.
        store.revoke(name("alice"), UnixTime(NOW.0 - 100), later(30), NOW);
        assert!(store.revoked.covers(name("alice"), NOW));
    }

    #[test]
    fn entries_leave_when_nothing_is_left_to_match() {
        let store = Memory::default();
        for user in 0..1000 {
            store.revoke(name(&user.to_string()), later(1), later(60), NOW);
        }
        assert_eq!(store.revoked.count.load(Ordering::Acquire), 1000);
        for user in 1000..2000 {
            store.revoke(name(&user.to_string()), later(1), later(200), later(61));
        }
        assert_eq!(store.revoked.count.load(Ordering::Acquire), 1000, "the first thousand is gone");
        assert!(store.revoked.covers(name("1500"), NOW));
    }

    #[test]
    fn what_is_used_once_is_used() {
        let store = Memory::default();
        assert!(store.spend(name("a"), later(90), NOW));
        assert!(!store.spend(name("a"), later(90), NOW));
        assert!(!store.spend(name("a"), later(90), later(89)), "until its very end");
        assert!(store.spend(name("b"), later(90), NOW));
        assert!(store.revoked.is_empty(), "and revokes nothing");
    }

    #[test]
    fn of_many_at_once_one_wins() {
        let store = Memory::default();
        let won = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| store.spend(name("a"), later(90), NOW))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
    }
}

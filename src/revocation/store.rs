//! What the gate and the admin API ask of a revocation store.
//!
//! [`Revocations`] is implemented by each store. Lookups are answered from memory, because they are
//! part of every request; changes may wait for a disk or for Redis. Where a store keeps its data is
//! not known here.

use super::key::{KeyHash, KeyHashes, RevocationKey};
use crate::unix_time::UnixTime;
use std::fmt;
use std::pin::Pin;

/// A revocation store. `is_…`, `list` and `count` answer from memory and never wait.
pub trait Revocations: Send + Sync {
    /// The store's name in the configuration.
    fn store(&self) -> &'static str;

    /// Whether a session with these keys, issued at `issued_at`, has been revoked (step 7).
    fn is_revoked(&self, keys: &KeyHashes, issued_at: Option<UnixTime>) -> bool;

    /// Whether changes are made in this process's memory alone, so that their futures never wait.
    fn is_local(&self) -> bool {
        true
    }

    /// Whether the known state is recent enough to decide by: `false` while the backend has been
    /// unreachable for longer than the configuration allows.
    fn is_fresh(&self) -> bool {
        true
    }

    /// What is wrong with the backend, and its remedy.
    fn problem(&self) -> Option<String> {
        None
    }

    /// Marks a single-use token as used until `until`; `false` when it has been used before.
    ///
    /// # Errors
    /// The use could not be recorded.
    fn mark_used(
        &self,
        once: KeyHash,
        until: UnixTime,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>>;

    /// Adds a revocation to those in force. When the future completes, the revocation is as durable
    /// as the store can make it.
    ///
    /// # Errors
    /// It could not be stored; then nothing is revoked.
    fn revoke(
        &self,
        revocation: Revocation,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<(), StoreError>>;

    /// Removes a revocation; `false` when there was none.
    ///
    /// # Errors
    /// The removal could not be stored; then the revocation stays in force.
    fn restore(
        &self,
        key: RevocationKey,
        now: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>>;

    /// All revocations in force.
    fn list(&self, now: UnixTime) -> Vec<Revocation>;

    /// The approximate number of revocations; expired ones may still be counted.
    fn count(&self) -> usize;
}

/// The pending result of a change.
pub type StoreFuture<'s, T> = Pin<Box<dyn Future<Output = T> + Send + 's>>;

/// A change could not be stored; the log has the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreError;

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the revocation store could not store the change")
    }
}

impl std::error::Error for StoreError {}

/// Ends sessions before they expire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Which sessions it ends.
    pub key: RevocationKey,
    /// Only sessions issued before this moment; `None`: all of them.
    pub issued_before: Option<UnixTime>,
    /// When no session that it could match is left; `None`: never.
    pub until: Option<UnixTime>,
}

impl Revocation {
    /// Whether it ends a session with this key that was issued at `issued_at`. A token without
    /// `iat` counts as older than any other.
    #[must_use]
    pub fn covers(&self, issued_at: Option<UnixTime>) -> bool {
        let issued_at = issued_at.unwrap_or(UnixTime(0));
        self.issued_before.is_none_or(|before| issued_at < before)
    }

    /// Whether there may still be a session for it to end.
    #[must_use]
    pub fn is_active(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// Combines it with `other`, which has the same key: the result ends every session that either
    /// of the two ends.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        // `None` is the widest of both.
        let wider = |one: Option<UnixTime>, other: Option<UnixTime>| {
            one.zip(other).map(|(one, other)| one.max(other))
        };
        Self {
            issued_before: wider(self.issued_before, other.issued_before),
            until: wider(self.until, other.until),
            key: self.key,
        }
    }
}

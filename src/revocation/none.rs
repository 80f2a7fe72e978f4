//! `revocation.store: none`: nothing can be revoked, and single-use tokens cannot be recorded.

use crate::revocation::{
    KeyHash, KeyHashes, Revocation, RevocationKey, Revocations, StoreError, StoreFuture,
};
use crate::unix_time::UnixTime;
use std::future::ready;

/// No store.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Revocations for Nothing {
    fn store(&self) -> &'static str {
        "none"
    }

    fn is_revoked(&self, _: &KeyHashes, _: Option<UnixTime>) -> bool {
        false
    }

    /// A token that cannot be recorded counts as used. The configuration allows no hand-off without
    /// a store.
    fn mark_used(
        &self,
        _: KeyHash,
        _: UnixTime,
        _: UnixTime,
    ) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(ready(Ok(false)))
    }

    fn revoke(&self, _: Revocation, _: UnixTime) -> StoreFuture<'_, Result<(), StoreError>> {
        Box::pin(ready(Err(StoreError)))
    }

    fn restore(&self, _: RevocationKey, _: UnixTime) -> StoreFuture<'_, Result<bool, StoreError>> {
        Box::pin(ready(Err(StoreError)))
    }

    fn list(&self, _: UnixTime) -> Vec<Revocation> {
        Vec::new()
    }

    fn count(&self) -> usize {
        0
    }
}

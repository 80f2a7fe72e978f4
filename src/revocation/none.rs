//! `revocation.store: none`: nothing is kept, so nothing can be ended and nothing used once.

use crate::token::{Identity, Kept, Name, NotKept, Revocation, Revocations, Session, UnixTime};
use std::future::ready;

/// No store.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Revocations for Nothing {
    fn store(&self) -> &'static str {
        "none"
    }

    fn is_revoked(&self, _: &Session) -> bool {
        false
    }

    /// What cannot be noted counts as used. The configuration allows no hand-off without a store.
    fn spend(&self, _: Identity, _: UnixTime, _: UnixTime) -> Kept<'_, Result<bool, NotKept>> {
        Box::pin(ready(Ok(false)))
    }

    fn revoke(&self, _: Revocation, _: UnixTime) -> Kept<'_, Result<(), NotKept>> {
        Box::pin(ready(Err(NotKept)))
    }

    fn restore(&self, _: Name, _: UnixTime) -> Kept<'_, Result<bool, NotKept>> {
        Box::pin(ready(Err(NotKept)))
    }

    fn list(&self, _: UnixTime) -> Vec<Revocation> {
        Vec::new()
    }

    fn count(&self) -> usize {
        0
    }
}

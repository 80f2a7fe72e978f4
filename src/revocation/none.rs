//! `revocation.store: none`: nothing is kept, so nothing can be ended and nothing used once.

use crate::token::{Identity, Revocations, Session, UnixTime};

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

    fn end(&self, _: &Session, _: UnixTime) -> bool {
        false
    }

    /// What cannot be noted counts as used. The configuration allows no hand-off without a store.
    fn spend(&self, _: Identity, _: UnixTime, _: UnixTime) -> bool {
        false
    }
}

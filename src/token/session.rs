//! The proof type: who holds a [`Session`] knows that a configured issuer vouched for its user.

use super::UnixTime;
use crate::name::{Label, Shard};
use crate::revocation::KeyHashes;
use bytes::Bytes;
use std::fmt;

/// Proof that a configured issuer signed a token and that its claims satisfied that issuer's
/// rules at the time of verification.
///
/// Made only by [`Verifier::verify_within`](super::Verifier::verify_within). Everything that a later request
/// needs is in here, encoded and judged once, so that a request the cache knows costs no parse.
/// What depends on the request or the time (host, revocation, expiry) is never judged in here.
#[expect(clippy::struct_field_names, reason = "`sid` is a session id wherever it is written of")]
pub struct Session {
    pub(super) issuer: usize,
    pub(super) username: Box<str>,
    pub(super) label: Label,
    pub(super) shard: Shard,
    pub(super) issued_at: Option<UnixTime>,
    pub(super) not_before: Option<UnixTime>,
    pub(super) expires_at: UnixTime,
    pub(super) id: Option<Box<str>>,
    pub(super) session_id: Option<Box<str>>,
    pub(super) subject: Option<Box<str>>,
    /// By what it can be revoked.
    pub(super) identities: KeyHashes,
    /// The canonical name of the only host that it opens: one that the gate has made itself.
    pub(super) only_host: Option<Box<str>>,
    pub(super) identity: Box<[Option<Bytes>]>,
    pub(super) grants: Box<[bool]>,
}

impl Session {
    /// Index into [`Verifier::issuers`](super::Verifier::issuers).
    #[must_use]
    pub fn issuer(&self) -> usize {
        self.issuer
    }

    /// The canonical username, U' of `doorward-label/v1`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The user's label: the host this session may enter without a grant.
    #[must_use]
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The shard of the user's own label.
    #[must_use]
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// `exp`, a fraction rounded down.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// `iat`, a fraction rounded up.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.issued_at
    }

    /// `jti`, which names this token alone.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// `sid`, which names the sign-in that this token and its successors belong to.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// `sub`, whatever claim names the user.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether the gate has made it itself, for one host.
    #[must_use]
    pub fn is_gate_session(&self) -> bool {
        self.only_host.is_some()
    }

    /// By what it can be revoked.
    #[must_use]
    pub fn identities(&self) -> &KeyHashes {
        &self.identities
    }

    /// One entry for each configured identity header, percent-encoded. None: the header is
    /// removed. `host_label` is always None here, because it depends on the request.
    #[must_use]
    pub fn identity(&self) -> &[Option<Bytes>] {
        &self.identity
    }

    /// One entry for each configured grant: whether the token is of its issuer and holds its
    /// value. What host the grant opens is not judged here.
    #[must_use]
    pub fn grants(&self) -> &[bool] {
        &self.grants
    }

    /// Bytes this session occupies, on the heap and off it; for the cache's bound.
    pub(super) fn size(&self) -> usize {
        let optional = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        let identity: usize = self.identity.iter().flatten().map(Bytes::len).sum();
        size_of::<Self>()
            + self.username.len()
            + self.label.as_str().len()
            + optional(&self.id)
            + optional(&self.session_id)
            + optional(&self.subject)
            + optional(&self.only_host)
            + self.identity.len() * size_of::<Option<Bytes>>()
            + identity
            + self.grants.len()
    }
}

/// Shows whose session it is by label and issuer; no claim and no username.
impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("issuer", &self.issuer)
            .field("label", &self.label.as_str())
            .finish_non_exhaustive()
    }
}

//! The proof type of a verified session token: see [`Session`].
//!
//! Made in one function from a [`Signed`], so that no session exists without a verified signature.
//! What the session may enter is decided by `policy`.

use super::{
    claims::{self, Times},
    grant::{GrantId, Grants},
    identity::{IdentityId, IdentityValues, UserIdentity},
    issuer::{Issuer, IssuerId},
    rejection::Rejection,
    signed::Signed,
};
use crate::name::{Host, Label, Shard};
use crate::revocation::KeyHashes;
use crate::unix_time::UnixTime;
use bytes::Bytes;
use std::fmt;

/// Proof that a configured issuer or doorward itself signed a token, and that its claims satisfied
/// the rules for it when it was verified.
///
/// Holds everything that later requests need, already encoded, so that a request with a cached
/// session parses nothing. What depends on the request or on the time (host, revocation, expiry) is
/// checked on each request.
#[expect(clippy::struct_field_names, reason = "`session_id` is the usual name of `sid`")]
pub struct Session {
    issuer: IssuerId,
    username: Box<str>,
    label: Label,
    shard: Shard,
    times: Times,
    id: Option<Box<str>>,
    session_id: Option<Box<str>>,
    subject: Option<Box<str>>,
    /// The keys by which it can be revoked.
    identities: KeyHashes,
    /// The canonical name of the only host on which it is valid; set if doorward signed the token.
    only_host: Option<Box<str>>,
    identity: Box<[Option<Bytes>]>,
    grants: Box<[GrantId]>,
}

/// What the rules for a token established from its claims: who vouches for the user, when the
/// session is valid, and where.
pub(super) struct SessionTerms<'v> {
    pub(super) id: IssuerId,
    pub(super) issuer: &'v Issuer,
    pub(super) times: Times,
    /// `None`: on every host.
    pub(super) only_host: Option<&'v str>,
}

impl Session {
    /// Makes the session, if the token is valid at `now`. `identity` and `grants` are those of the
    /// configuration.
    ///
    /// # Errors
    /// The first claim that is wrong; the times are checked last.
    pub(super) fn new(
        signed: Signed<'_, '_>,
        terms: &SessionTerms<'_>,
        identity: &IdentityValues,
        grants: &Grants,
        now: UnixTime,
        leeway: u64,
    ) -> Result<Self, Rejection> {
        let claims = signed.into_claims();
        let SessionTerms { id: issuer_id, issuer, times, only_host } = *terms;
        let id = claims::identifier(&claims, "jti")?;
        let session_id = claims::identifier(&claims, "sid")?;
        let subject = claims::identifier(&claims, "sub")?;
        let user = issuer.user_claim.find(&claims).ok_or(Rejection::UserMissing)?;
        let user = user.as_str().ok_or(Rejection::UserMalformed)?;
        let (username, label) = issuer.labels.label(user).map_err(Rejection::User)?;
        let user = UserIdentity {
            username: &username,
            label: label.as_str(),
            issuer: &issuer.name,
            session_id,
        };
        let identity = user.values(identity, &claims)?;
        let held = grants.iter().filter(|(_, grant)| {
            grant.issuer == issuer_id && claims::holds(grant.claim.find(&claims), &grant.contains)
        });
        times.check(now, leeway)?;
        Ok(Self {
            issuer: issuer_id,
            shard: Shard::of(label.as_str()),
            times,
            identities: KeyHashes::new(&issuer.name, id, session_id, subject, &username),
            id: id.map(Into::into),
            session_id: session_id.map(Into::into),
            subject: subject.map(Into::into),
            only_host: only_host.map(Into::into),
            identity,
            grants: held.map(|(id, _)| id).collect(),
            username,
            label,
        })
    }

    /// Checks what depends on the request and on the time, for a session from the cache.
    ///
    /// # Errors
    /// The session is valid on another host only; expired, not valid yet, or issued in the future.
    pub(super) fn check(
        &self,
        host: &Host<'_>,
        now: UnixTime,
        leeway: u64,
    ) -> Result<(), Rejection> {
        if self.only_host.as_deref().is_some_and(|only| only != host.name()) {
            return Err(Rejection::SessionOfAnotherHost);
        }
        self.times.check(now, leeway)
    }

    /// The issuer that vouches for the user.
    #[must_use]
    pub fn issuer(&self) -> IssuerId {
        self.issuer
    }

    /// The canonical username, U' of `doorward-label/v1`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The user's label: the host that this session may enter without a grant.
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
        self.times.expires_at
    }

    /// `iat`, a fraction rounded up.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.times.issued_at
    }

    /// `nbf`, a fraction rounded up.
    #[cfg(test)]
    pub(super) fn not_before(&self) -> Option<UnixTime> {
        self.times.not_before
    }

    /// `jti`, which identifies this token.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// `sid`, which identifies the sign-in that this token and its successors belong to.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// `sub`, even if another claim names the user.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether doorward signed the token; then it is valid on one host.
    #[must_use]
    pub fn is_gate_session(&self) -> bool {
        self.only_host.is_some()
    }

    /// The keys by which it can be revoked.
    #[must_use]
    pub fn identities(&self) -> &KeyHashes {
        &self.identities
    }

    /// The percent-encoded value of an identity header; `None`: the header is removed. The value of
    /// `host_label` depends on the request and is never in here.
    #[must_use]
    pub fn identity(&self, id: IdentityId) -> Option<&Bytes> {
        self.identity.get(id.position())?.as_ref()
    }

    /// The grants whose claim the token has, in the order of the configuration. Which hosts they
    /// open is decided elsewhere.
    #[must_use]
    pub fn grants(&self) -> &[GrantId] {
        &self.grants
    }

    /// The bytes of this session including its heap; for the bound of the cache.
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
            + size_of_val(&*self.grants)
    }
}

/// Shows label and issuer; no claim and no username.
impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("issuer", &self.issuer)
            .field("label", &self.label.as_str())
            .finish_non_exhaustive()
    }
}

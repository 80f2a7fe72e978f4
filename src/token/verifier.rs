//! Step 6 of the decision: from the bytes of a token to a [`Session`], with one `now`.
//!
//! The order is fixed and each step fails closed: shape, header, payload, the issuer that the
//! payload names, that issuer's rules for the header, the signature, and only then the claims.
//! Until the signature is good nothing of the token gets out but the reason of its refusal.

use super::{
    Algorithm, ClaimPath, IdentityValue, KeySet, Rejection, Session, UnixTime,
    claims::{self, Times},
    header::{self, Header},
    identity::Identity,
    json::{self, Object},
    kind::TokenKind,
    ours,
    raw::Compact,
};
use crate::name::{LabelRules, Shard};

/// Verifies tokens against the configured issuers. A value of this is one generation of the
/// configuration; nothing in it changes.
pub struct Verifier {
    /// The issuers; no two of one name.
    pub issuers: Vec<Issuer>,
    /// Seconds in a token's favour for each of its times.
    pub leeway: u64,
    /// Tokens above this many bytes are refused unread.
    pub max_bytes: usize,
    /// What each identity header carries, in the order of [`Session::identity`].
    pub identity: Vec<IdentityValue>,
    /// The grants, in the order of [`Session::grants`].
    pub grants: Vec<GrantClaim>,
}

impl Verifier {
    /// Verifies a token as of `now`. `signatures` is how many may still be computed for this
    /// request; each that is computed takes one, whatever comes of it.
    ///
    /// # Errors
    /// The first thing that is wrong with it. [`Rejection::Expired`] comes last of all, so it
    /// means that nothing else was. [`Rejection::OverBudget`] says nothing of the token.
    pub fn verify_within(
        &self,
        token: &str,
        now: UnixTime,
        signatures: &mut u16,
    ) -> Result<Session, Rejection> {
        let compact = Compact::split(token, self.max_bytes)?;
        let header = header::parse(&compact.header)?;
        let header = Header::read(&header)?;
        let claims = json::parse_object(&compact.payload).map_err(Rejection::Payload)?;
        let name = claims::issuer(&claims)?;
        // Keys are looked up within this issuer only, so a token of one issuer that is signed
        // with another's key is refused though both are trusted (RFC 8725, section 3.8).
        let index = self.issuers.iter().position(|issuer| *issuer.name == *name);
        let index = index.ok_or(Rejection::IssuerUnknown)?;
        let issuer = self.issuers.get(index).ok_or(Rejection::IssuerUnknown)?;
        header.check(issuer)?;
        issuer.keys.verify_within(header.algorithm, header.kid, &compact, signatures)?;
        self.judge_claims(index, issuer, &claims, now)
    }

    /// [`verify_within`](Self::verify_within) without a bound.
    ///
    /// # Errors
    /// As there.
    #[cfg(test)]
    pub(crate) fn verify(&self, token: &str, now: UnixTime) -> Result<Session, Rejection> {
        self.verify_within(token, now, &mut { u16::MAX })
    }

    /// The checks that depend on the time, for a session that the cache knows.
    ///
    /// # Errors
    /// Expired, not valid yet, or issued in the future, as of `now`.
    pub fn still_valid(&self, session: &Session, now: UnixTime) -> Result<(), Rejection> {
        let times = Times {
            issued_at: session.issued_at,
            not_before: session.not_before,
            expires_at: session.expires_at,
        };
        times.check(now, self.leeway)
    }

    /// Whether a header value holds one of our tokens, valid or not: a JWT whose unverified `iss`
    /// is configured or the gate's own, or whose `typ` begins with `doorward-` in any case. Such
    /// a value never reaches a desktop.
    ///
    /// Read as generously as [`Verifier::verify_within`] is strict: what some other reader could make
    /// sense of as a token of ours is one.
    #[must_use]
    pub fn claims_to_be_ours(&self, token: &str) -> bool {
        ours::claims_to_be_ours(token, |name| {
            self.issuers.iter().any(|issuer| *issuer.name == *name)
        })
    }

    /// Makes the session. Called with claims whose signature is good, and by nobody else.
    fn judge_claims(
        &self,
        index: usize,
        issuer: &Issuer,
        claims: &Object<'_>,
        now: UnixTime,
    ) -> Result<Session, Rejection> {
        TokenKind::check_claims(claims)?;
        claims::check_audience(claims, &issuer.audiences)?;
        let times = Times::read(claims)?;
        times.check_lifetime(issuer.max_lifetime)?;
        let id = claims::identifier(claims, "jti")?;
        let session_id = claims::identifier(claims, "sid")?;
        let subject = claims::identifier(claims, "sub")?;
        let user = issuer.user_claim.find(claims).ok_or(Rejection::UserMissing)?;
        let user = user.as_str().ok_or(Rejection::UserMalformed)?;
        let (username, label) = issuer.labels.label(user).map_err(Rejection::User)?;
        let identity = Identity {
            username: &username,
            label: label.as_str(),
            issuer: &issuer.name,
            session_id,
        };
        let identity = identity.values(&self.identity, claims)?;
        let grants = self.grants.iter().map(|grant| {
            grant.issuer == index && claims::holds(grant.claim.find(claims), &grant.contains)
        });
        times.check(now, self.leeway)?;
        Ok(Session {
            issuer: index,
            shard: Shard::of(label.as_str()),
            issued_at: times.issued_at,
            not_before: times.not_before,
            expires_at: times.expires_at,
            id: id.map(Into::into),
            session_id: session_id.map(Into::into),
            subject: subject.map(Into::into),
            identity,
            grants: grants.collect(),
            username,
            label,
        })
    }
}

/// The checked settings of one issuer.
#[derive(Clone)]
pub struct Issuer {
    /// What `iss` must equal to the byte.
    pub name: Box<str>,
    /// One of these must be in `aud`; empty only with `allow_any_audience`.
    pub audiences: Vec<Box<str>>,
    /// The algorithms this issuer signs with.
    pub algorithms: Vec<Algorithm>,
    /// This issuer's keys, and nobody else's.
    pub keys: KeySet,
    /// The claim that names the user.
    pub user_claim: ClaimPath,
    /// Accepted `typ` of the header, lower case, without `application/`.
    pub types: Vec<Box<str>>,
    /// Whether a token without `typ` is refused.
    pub require_type: bool,
    /// How this issuer's users become labels.
    pub labels: LabelRules,
    /// The longest `exp` − `iat` in seconds; None for no limit.
    pub max_lifetime: Option<u64>,
}

/// The part of a grant that the claims decide: the token is of this issuer, and the claim equals
/// `contains` or is a list that holds it exactly.
#[derive(Clone, Debug)]
pub struct GrantClaim {
    /// Index into [`Verifier::issuers`].
    pub issuer: usize,
    /// Where the value stands.
    pub claim: ClaimPath,
    /// The value.
    pub contains: Box<str>,
}

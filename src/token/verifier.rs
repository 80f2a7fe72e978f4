//! Step 6 of the decision: from the bytes of a token to a [`Session`], with one `now`.
//!
//! The order is fixed and each step fails closed: shape, header, payload, the issuer that the
//! payload names, that issuer's rules for the header, the signature, and only then the claims.
//! Until the signature is good nothing of the token gets out but the reason of its refusal.
//!
//! The `typ` of the header picks one of two ways in here, and neither ever uses the keys of the
//! other: an issuer's token, or a session token of the gate's own making (`own`). A hand-off token
//! has a way of its own (`arrival`), which leads to no session that could be used.

use super::{
    Algorithm, ClaimPath, GateSessions, IdentityValue, KeySet, Rejection, Session, UnixTime,
    claims::{self, Times},
    compact::Compact,
    header::{self, Header},
    identity::UserIdentity,
    json::{self, Object},
    purpose::Purpose,
    token_detection,
};
use crate::name::{Host, LabelRules, Shard};
use crate::revocation::KeyHashes;

/// Verifies tokens against the configured issuers. A value of this is one generation of the
/// configuration; nothing in it changes.
pub struct Verifier {
    /// The issuers; no two of one name.
    pub issuers: Vec<Issuer>,
    /// Seconds in a token's favour for each of its times, [`MAX_LEEWAY`] at most.
    pub leeway: u64,
    /// Tokens above this many bytes are refused unread.
    pub max_bytes: usize,
    /// What each identity header carries, in the order of [`Session::identity`].
    pub identity: Vec<IdentityValue>,
    /// The grants, in the order of [`Session::grants`].
    pub grants: Vec<GrantClaim>,
    /// For each domain, in the order of [`Host::domain`], the gate's own sessions there: one that
    /// one domain's key has signed is none in another. `None`: no hand-off there.
    pub own_sessions: Vec<Option<GateSessions>>,
}

impl Verifier {
    /// Verifies a token as of `now`, for a request for `host`. `signatures` is how many may still
    /// be computed for this request; each that is computed takes one, whatever comes of it.
    ///
    /// # Errors
    /// The first thing that is wrong with it. [`Rejection::Expired`] comes last of all, so it
    /// means that nothing else was. What [`is_unjudged`](Rejection::is_unjudged) says nothing of
    /// the token.
    pub fn verify_within(
        &self,
        token: &str,
        host: &Host<'_>,
        now: UnixTime,
        signatures: &mut u16,
    ) -> Result<Session, Rejection> {
        let compact = Compact::split(token, self.max_bytes)?;
        let header = header::parse(&compact.header)?;
        let header = Header::read(&header)?;
        let claims = json::parse_object(&compact.payload).map_err(Rejection::Payload)?;
        if header.is_gate_session() {
            return self.verify_own(&compact, &header, &claims, host, now, signatures);
        }
        let (index, issuer) = self.issuer(claims::issuer(&claims)?)?;
        header.check(issuer)?;
        issuer.keys.verify_within(header.algorithm, header.kid, &compact, signatures)?;
        Purpose::check_claims(&claims)?;
        claims::check_audience(&claims, &issuer.audiences)?;
        let times = Times::read(&claims)?;
        times.check_lifetime(issuer.max_lifetime)?;
        self.vouch(index, issuer, &claims, times, None, now)
    }

    /// The issuer of this name. Keys are looked up within it only, so a token of one issuer that
    /// is signed with another's key is refused though both are trusted (RFC 8725, section 3.8).
    pub(super) fn issuer(&self, name: &str) -> Result<(usize, &Issuer), Rejection> {
        let mut issuers = self.issuers.iter().enumerate();
        issuers.find(|(_, issuer)| *issuer.name == *name).ok_or(Rejection::IssuerUnknown)
    }

    /// The issuer that a token says it is of, by its index; nobody vouches for that.
    #[must_use]
    pub fn issuer_named_in(&self, token: &str) -> Option<usize> {
        let compact = Compact::split(token, self.max_bytes).ok()?;
        let claims = json::parse_object(&compact.payload).ok()?;
        self.issuer(claims::issuer(&claims).ok()?).ok().map(|(index, _)| index)
    }

    /// [`verify_within`](Self::verify_within) without a bound.
    ///
    /// # Errors
    /// As there.
    #[cfg(test)]
    pub(crate) fn verify(&self, token: &str, now: UnixTime) -> Result<Session, Rejection> {
        self.verify_within(token, &super::tests::fixture::host(), now, &mut { u16::MAX })
    }

    /// The checks that depend on the request and the time, for a session that the cache knows.
    ///
    /// # Errors
    /// A session that was made for another host; expired, not valid yet, or issued in the future,
    /// as of `now`.
    pub fn still_valid(
        &self,
        session: &Session,
        host: &Host<'_>,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        if session.only_host.as_deref().is_some_and(|only| only != host.name()) {
            return Err(Rejection::SessionOfAnotherHost);
        }
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
        token_detection::claims_to_be_ours(token, |name| {
            self.issuers.iter().any(|issuer| *issuer.name == *name)
        })
    }

    /// Makes the session. Called with claims whose signature is good and whose kind, audience and
    /// lifetime have been judged by the rules of that kind, and by nobody else.
    pub(super) fn vouch(
        &self,
        index: usize,
        issuer: &Issuer,
        claims: &Object<'_>,
        times: Times,
        only_host: Option<&str>,
        now: UnixTime,
    ) -> Result<Session, Rejection> {
        let id = claims::identifier(claims, "jti")?;
        let session_id = claims::identifier(claims, "sid")?;
        let subject = claims::identifier(claims, "sub")?;
        let user = issuer.user_claim.find(claims).ok_or(Rejection::UserMissing)?;
        let user = user.as_str().ok_or(Rejection::UserMalformed)?;
        let (username, label) = issuer.labels.label(user).map_err(Rejection::User)?;
        let identity = UserIdentity {
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
            identities: KeyHashes::new(&issuer.name, id, session_id, subject, &username),
            id: id.map(Into::into),
            session_id: session_id.map(Into::into),
            subject: subject.map(Into::into),
            only_host: only_host.map(Into::into),
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
    /// This issuer's keys, and nobody else's; unavailable until they are fetched, where they are.
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

/// The upper bound of `tokens.leeway`, in seconds. What must be known as long as a token could be
/// taken is kept for this long after its end: a reload may change the setting meanwhile.
pub const MAX_LEEWAY: u64 = 300;

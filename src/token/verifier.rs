//! Step 6 of the decision: verifies a token against the configured issuers, as of one `now`.
//!
//! The order is fixed, and each check fails closed: shape, header, payload, issuer, the issuer's
//! rules for the header, signature (all in `signed`), then the claims. Before the signature has been
//! verified, nothing of the token leaves this module except the reason for its rejection.
//!
//! The header's `typ` separates tokens of an issuer from session tokens that doorward signed; neither
//! is ever verified with the keys of the other. Hand-off and logout tokens have verifications of
//! their own, in `handoff_token` and `logout_token`; neither yields a session that admits a request.

use super::{
    claims::{self, Times},
    compact::Compact,
    grant::Grants,
    identity::IdentityValues,
    issuer::{IssuerId, Issuers},
    json,
    rejection::Rejection,
    session::{Session, SessionTerms},
    session_keys::GateSessions,
    session_token,
    signed::{Expected, Signed},
    token_detection,
};
use crate::name::Host;
use crate::unix_time::UnixTime;

/// Verifies tokens against the configured issuers. Belongs to one configuration and never changes.
pub struct Verifier {
    /// The issuers.
    pub issuers: Issuers,
    /// Tolerance for each time of a token, in seconds; at most [`MAX_LEEWAY`].
    pub leeway: u64,
    /// Longer tokens are refused without being parsed.
    pub max_bytes: usize,
    /// What identity headers carry.
    pub identity: IdentityValues,
    /// The grants.
    pub grants: Grants,
}

impl Verifier {
    /// Verifies a session token for a request to `host`. `gate_sessions` are those of the host's
    /// domain: a session token that doorward signed is valid in that domain only; `None`: none are
    /// accepted. `signatures` is how many may still be computed for this request; each takes one.
    ///
    /// # Errors
    /// The first check that fails. [`Rejection::Expired`] comes last, so nothing else is wrong with
    /// an expired token. [`is_unjudged`](Rejection::is_unjudged) rejections say nothing about the
    /// token.
    pub fn verify_session(
        &self,
        token: &str,
        host: &Host<'_>,
        gate_sessions: Option<&GateSessions>,
        now: UnixTime,
        signatures: &mut u16,
    ) -> Result<Session, Rejection> {
        let compact = Compact::split(token, self.max_bytes)?;
        let expected = Expected::Session(gate_sessions);
        let signed = Signed::verify(&self.issuers, &compact, expected, signatures)?;
        let terms = match signed.gate_sessions() {
            Some(sessions) => session_token::check(&signed, sessions, &self.issuers, host)?,
            None => check_session(&signed)?,
        };
        self.session(signed, &terms, now)
    }

    /// The session of a token whose claims were checked by the rules for its purpose.
    pub(super) fn session(
        &self,
        signed: Signed<'_, '_>,
        terms: &SessionTerms<'_>,
        now: UnixTime,
    ) -> Result<Session, Rejection> {
        Session::new(signed, terms, &self.identity, &self.grants, now, self.leeway)
    }

    /// The issuer that a token claims to be of; not verified.
    #[must_use]
    pub fn issuer_named_in(&self, token: &str) -> Option<IssuerId> {
        let compact = Compact::split(token, self.max_bytes).ok()?;
        let claims = json::parse_object(&compact.payload).ok()?;
        let name = claims::issuer(&claims).ok()?;
        self.issuers.named(name).map(|(id, _)| id)
    }

    /// [`verify_session`](Self::verify_session) without a bound and without session keys.
    ///
    /// # Errors
    /// As there.
    #[cfg(test)]
    pub(crate) fn verify(&self, token: &str, now: UnixTime) -> Result<Session, Rejection> {
        self.verify_session(token, &super::tests::fixture::host(), None, now, &mut { u16::MAX })
    }

    /// Checks what depends on the request and on the time, for a session from the cache.
    ///
    /// # Errors
    /// The session is valid on another host only; expired, not valid yet, or issued in the future.
    pub fn still_valid(
        &self,
        session: &Session,
        host: &Host<'_>,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        session.check(host, now, self.leeway)
    }

    /// Whether a header value is a token of a configured issuer or of doorward, valid or not: a JWT
    /// whose unverified `iss` says so, or whose `typ` begins with `doorward-` in any case. No such
    /// value is passed on to a desktop.
    ///
    /// As lenient as [`verify_session`](Self::verify_session) is strict: a token counts if any other
    /// parser could read it as one.
    #[must_use]
    pub fn claims_to_be_ours(&self, token: &str) -> bool {
        token_detection::claims_to_be_ours(token, |name| self.issuers.named(name).is_some())
    }
}

/// The claims of a session token that an issuer signed.
fn check_session<'v>(signed: &Signed<'v, '_>) -> Result<SessionTerms<'v>, Rejection> {
    let (id, issuer) = signed.issuer()?;
    let claims = signed.claims();
    claims::check_purpose(claims)?;
    claims::check_audience(claims, &issuer.audiences)?;
    let times = Times::read(claims)?;
    times.check_lifetime(issuer.max_lifetime)?;
    Ok(SessionTerms { id, issuer, times, only_host: None })
}

/// The upper bound of `tokens.leeway`, in seconds. Records about a token are kept for this long after
/// its `exp`, because a reload may raise the setting.
pub const MAX_LEEWAY: u64 = 300;

//! The claims of a session token that doorward signed itself, in place of the rules of an issuer.
//!
//! Such a token is valid on one host. `handoff` decides what it contains; its signature has been
//! verified with the keys of the domain of the requested host before this module is asked.

use super::{
    claims::{self, Times},
    issuer::{GATE_ISSUER, Issuers},
    rejection::Rejection,
    session::SessionTerms,
    session_keys::GateSessions,
    signed::Signed,
};
use crate::name::Host;
use crate::unix_time::UnixTime;

/// Checks the claims of a token that was signed with a key of `sessions`.
///
/// # Errors
/// The first check that fails.
pub(super) fn check<'v>(
    signed: &Signed<'_, '_>,
    sessions: &GateSessions,
    issuers: &'v Issuers,
    host: &'v Host<'_>,
) -> Result<SessionTerms<'v>, Rejection> {
    let claims = signed.claims();
    if claims::issuer(claims)? != GATE_ISSUER {
        return Err(Rejection::IssuerUnknown);
    }
    claims::check_purpose(claims)?;
    let audience = claims.get("aud").ok_or(Rejection::AudienceMissing)?;
    if audience.as_str().ok_or(Rejection::AudienceMalformed)? != host.name() {
        return Err(Rejection::SessionOfAnotherHost);
    }
    let original = claims.get(ORIGINAL_ISSUER).ok_or(Rejection::IssuerMissing)?;
    let original = original.as_str().ok_or(Rejection::IssuerMalformed)?;
    let (id, issuer) = issuers.named(original).ok_or(Rejection::IssuerUnknown)?;
    let mut times = Times::read(claims)?;
    let issued_at = times.issued_at.ok_or(Rejection::IssuedAtMissing)?;
    // `iat` is that of the hand-off token, which was issued up to this much earlier.
    let end = issued_at.0.saturating_add(sessions.lifetime);
    let end = end.saturating_add(HANDOFF_LIFETIME + HANDOFF_LEEWAY);
    times.expires_at = times.expires_at.min(UnixTime(end));
    Ok(SessionTerms { id, issuer, times, only_host: Some(host.name()) })
}

/// The claim that names the issuer of the hand-off token from which the session was made.
pub(super) const ORIGINAL_ISSUER: &str = "oiss";
/// The longest `exp` − `iat` of a hand-off token in seconds: enough for a redirect on a slow
/// connection.
pub(super) const HANDOFF_LIFETIME: u64 = 60;
/// Seconds by which the clock of the sign-in page may differ for a hand-off token, at most.
pub(super) const HANDOFF_LEEWAY: u64 = 30;

#[cfg(test)]
mod tests;

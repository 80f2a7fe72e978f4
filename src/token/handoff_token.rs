//! A hand-off token: the token with which a sign-in page sends the browser back to a workspace.
//!
//! Verified like every token of its issuer, with the origin of the workspace in place of `audiences`
//! and one `typ` in place of `types`: it is valid for one host, once, for about a minute, and for the
//! browser that started the sign-in (`nonce`). The result, a [`HandoffToken`], is enough to decide and
//! to issue a session token; it admits no request itself.

use super::{
    claims::{self, ClaimPath, Times, numeric_date},
    compact::Compact,
    identity::IdentityValue,
    issuer::{Issuer, IssuerId},
    json::{Object, Value},
    rejection::Rejection,
    session::{Session, SessionTerms},
    session_token::{HANDOFF_LEEWAY, HANDOFF_LIFETIME, ORIGINAL_ISSUER},
    signed::{Expected, Signed},
    verifier::Verifier,
};
use crate::unix_time::UnixTime;
use serde_json::Map;
use std::fmt;

/// Proof that an issuer has just sent this user to this origin.
pub struct HandoffToken {
    session: Session,
    id: Box<str>,
    session_ends: Option<UnixTime>,
    carried: Map<String, serde_json::Value>,
}

impl HandoffToken {
    /// The session of the user, for the checks by revocation and policy. It admits no request: only
    /// the session token that is issued for it does.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// As [`session`](Self::session), for the log and the error page after the decision.
    #[must_use]
    pub fn into_session(self) -> Session {
        self.session
    }

    /// `jti`; can be used once.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `session_exp`: the latest end of the session.
    #[must_use]
    pub fn session_ends(&self) -> Option<UnixTime> {
        self.session_ends
    }

    /// The claims to copy to the session token: `oiss`, the user claim, `sub`, `sid`, and the claims
    /// of grants and identity headers. None of the claims that doorward sets itself.
    #[must_use]
    pub fn carried(&self) -> &Map<String, serde_json::Value> {
        &self.carried
    }
}

impl fmt::Debug for HandoffToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HandoffToken")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Verifies a hand-off token as of `now`, for exactly this `origin` and for the browser whose
    /// state has this `challenge`. `None` accepts any `nonce`, so that a token that reached another
    /// browser can be marked as used.
    ///
    /// # Errors
    /// The first check that fails; expiry is checked last.
    pub fn verify_handoff(
        &self,
        token: &str,
        origin: &str,
        challenge: Option<&str>,
        now: UnixTime,
    ) -> Result<HandoffToken, Rejection> {
        let compact = Compact::split(token, self.max_bytes)?;
        let signatures = &mut { MOST_SIGNATURES };
        let signed = Signed::verify(&self.issuers, &compact, Expected::Handoff, signatures)?;
        let (issuer_id, issuer) = signed.issuer()?;
        let claims = signed.claims();
        claims::check_purpose(claims)?;
        check_origin(claims, origin)?;
        let times = Times::read(claims)?;
        times.check_lifetime(Some(HANDOFF_LIFETIME))?;
        let id: Box<str> =
            claims::identifier(claims, "jti")?.ok_or(Rejection::IdentifierMissing)?.into();
        let nonce = claims.get("nonce").and_then(Value::as_str);
        // Neither value is a secret, so the comparison need not take constant time.
        if challenge.is_some() && nonce != challenge {
            return Err(Rejection::NonceOther);
        }
        let session_ends = match claims.get("session_exp") {
            None => None,
            Some(value) => {
                Some(numeric_date(value).ok_or(Rejection::TimeMalformed("session_exp"))?)
            }
        };
        // Bounded for every `tokens.leeway`: a hand-off token must expire after about a minute.
        times.check(now, self.leeway.min(HANDOFF_LEEWAY))?;
        let carried = self.carried(issuer_id, issuer, claims);
        let terms = SessionTerms { id: issuer_id, issuer, times, only_host: None };
        let session = self.session(signed, &terms, now)?;
        Ok(HandoffToken { session, id, session_ends, carried })
    }

    fn carried(
        &self,
        issuer_id: IssuerId,
        issuer: &Issuer,
        claims: &Object<'_>,
    ) -> Map<String, serde_json::Value> {
        let mut carried = Map::new();
        carried.insert(ORIGINAL_ISSUER.to_owned(), (*issuer.name).into());
        for name in ["sub", "sid"] {
            let value = claims.get(name).and_then(Value::as_str);
            carried.extend(value.map(|value| (name.to_owned(), value.into())));
        }
        let of_grants =
            self.grants.iter().map(|(_, grant)| grant).filter(|grant| grant.issuer == issuer_id);
        let of_headers = self.identity.iter().filter_map(|value| match value {
            IdentityValue::Claim(path) => Some(path),
            IdentityValue::Username
            | IdentityValue::Label
            | IdentityValue::Issuer
            | IdentityValue::Session
            | IdentityValue::HostLabel => None,
        });
        let mut paths: Vec<_> = std::iter::once(&issuer.user_claim)
            .chain(of_grants.map(|grant| &grant.claim))
            .chain(of_headers)
            .filter(|path| !path.is_of_the_gate())
            .collect();
        // A shorter path may already contain the value of a longer one.
        paths.sort_by_key(|path| path.length());
        for path in paths {
            if let Some(value) = path.find(claims)
                && let Ok(value) = serde_json::to_value(value)
            {
                path.put(&mut carried, value);
            }
        }
        carried
    }
}

/// `aud` must be this origin alone: a token for two hosts could be used at either.
fn check_origin(claims: &Object<'_>, origin: &str) -> Result<(), Rejection> {
    let audience = match claims.get("aud") {
        None => return Err(Rejection::AudienceMissing),
        Some(Value::String(audience)) => audience.as_ref(),
        Some(Value::Array(audiences)) => match audiences.as_slice() {
            [only] => only.as_str().ok_or(Rejection::AudienceMalformed)?,
            _ => return Err(Rejection::AudienceMalformed),
        },
        Some(_) => return Err(Rejection::AudienceMalformed),
    };
    if audience == origin { Ok(()) } else { Err(Rejection::OriginOther) }
}

impl ClaimPath {
    /// Whether doorward sets this claim itself in its session tokens, so that it is not copied from
    /// the hand-off token.
    #[must_use]
    pub fn is_of_the_gate(&self) -> bool {
        OF_THE_GATE.contains(&self.first())
    }
}

/// Claims that doorward sets itself in its session tokens.
const OF_THE_GATE: [&str; 9] =
    ["iss", "aud", "exp", "nbf", "iat", "jti", "nonce", ORIGINAL_ISSUER, "session_exp"];
/// Signatures computed for one token: a key set without `kid`s can have this many keys to try.
const MOST_SIGNATURES: u16 = 4;

#[cfg(test)]
mod tests;

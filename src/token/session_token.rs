//! The gate's own session tokens: made of a hand-off, signed with a secret that every replica has,
//! good on one host.
//!
//! HS256, because signer and verifier are one program. The `kid` names the secret, so that a
//! session of a key that is gone is known as such (the visitor signs in again) and costs no
//! signature. What goes into such a token, `handoff` knows; when one opens a host, the verifier.

use super::{
    Algorithm, KeyError, KeySet, Rejection, Session, SigningKey, SigningKeyError, UnixTime,
    Verifier,
    claims::{self, Times},
    compact::Compact,
    handoff_token::ON_ITS_WAY,
    header::Header,
    json::Object,
    purpose::{Purpose, SESSION},
};
use crate::name::Host;
use aws_lc_rs::digest::{self, SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// The gate's own sessions in one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateSessions {
    /// What they are signed with.
    pub keys: SessionKeys,
    /// Seconds that one lives at most, as of now: a shorter setting ends those that are older.
    pub lifetime: u64,
}

/// The secrets of `session_key_file`: the first signs, all verify. Cheap to clone.
#[derive(Clone)]
pub struct SessionKeys {
    signing: Arc<SigningKey>,
    verifying: KeySet,
}

impl SessionKeys {
    /// Takes the secrets, already trimmed, in the order of the configuration.
    ///
    /// # Errors
    /// None at all, one that is shorter than 32 bytes, or one that is there twice.
    pub fn new(secrets: &[Vec<u8>]) -> Result<Self, KeyError> {
        let named: Vec<_> = secrets.iter().map(|secret| (kid(secret), secret)).collect();
        let verifying = KeySet::from_named_secrets(&named)?;
        let (kid, secret) = named.first().ok_or(KeyError::NoUsableKey(Vec::new()))?;
        let signing = SigningKey::from_secret(secret, Algorithm::Hs256)
            .map_err(|_| KeyError::NoUsableKey(Vec::new()))?;
        Ok(Self { signing: Arc::new(signing.with_kid(kid)), verifying })
    }

    /// A session token of these claims.
    ///
    /// # Errors
    /// The crypto library refused.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, SigningKeyError> {
        self.signing.sign_as(SESSION, claims)
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SessionKeys").field(&self.verifying).finish()
    }
}

/// Names are derived from secrets one way: what a session shows of its key helps nobody to it.
impl PartialEq for SessionKeys {
    fn eq(&self, other: &Self) -> bool {
        self.verifying.names().eq(other.verifying.names())
    }
}

impl Eq for SessionKeys {}

impl Verifier {
    /// A token whose `typ` is [`SESSION`]: with the keys of the host's domain, and no others.
    pub(super) fn verify_own(
        &self,
        compact: &Compact<'_>,
        header: &Header<'_>,
        claims: &Object<'_>,
        host: &Host<'_>,
        now: UnixTime,
        signatures: &mut u16,
    ) -> Result<Session, Rejection> {
        let own = self.own_sessions.get(host.domain()).and_then(Option::as_ref);
        let GateSessions { keys, lifetime } = own.ok_or(Rejection::WrongKind(Purpose::Doorward))?;
        if header.algorithm != Algorithm::Hs256 {
            return Err(Rejection::AlgorithmNotAllowed(header.algorithm));
        }
        let kid = Some(header.kid.ok_or(Rejection::KidMissing)?);
        keys.verifying.verify_within(header.algorithm, kid, compact, signatures).map_err(
            |rejection| match rejection {
                Rejection::KeyUnknown => Rejection::SessionKeyUnknown,
                other => other,
            },
        )?;
        if claims::issuer(claims)? != GATE_ISSUER {
            return Err(Rejection::IssuerUnknown);
        }
        Purpose::check_claims(claims)?;
        let only_host = claims.get("aud").ok_or(Rejection::AudienceMissing)?;
        let only_host = only_host.as_str().ok_or(Rejection::AudienceMalformed)?;
        if only_host != host.name() {
            return Err(Rejection::SessionOfAnotherHost);
        }
        let original = claims.get(ORIGINAL_ISSUER).ok_or(Rejection::IssuerMissing)?;
        let (index, issuer) = self.issuer(original.as_str().ok_or(Rejection::IssuerMalformed)?)?;
        let mut times = Times::read(claims)?;
        let issued_at = times.issued_at.ok_or(Rejection::IssuedAtMissing)?;
        // It counts from the hand-off, which was some time on its way.
        let end = issued_at.0.saturating_add(*lifetime).saturating_add(ON_ITS_WAY);
        times.expires_at = times.expires_at.min(UnixTime(end));
        self.vouch(index, issuer, claims, times, Some(only_host), now)
    }
}

/// The name of a secret: 72 bits of a hash that is made for nothing else.
fn kid(secret: &[u8]) -> String {
    let mut hash = digest::Context::new(&SHA256);
    hash.update(b"doorward-session-key/v1\0");
    hash.update(secret);
    let hash = hash.finish();
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..9).unwrap_or_default())
}

/// What the gate's own session tokens have as `iss`.
pub const GATE_ISSUER: &str = "doorward";
/// The claim in which a session keeps the issuer that vouched for its user.
pub(super) const ORIGINAL_ISSUER: &str = "oiss";

#[cfg(test)]
mod tests;

//! The secrets with which doorward signs and verifies its own session tokens.
//!
//! HS256, because the same program signs and verifies. Every replica has the same secrets. The
//! `kid` identifies the secret, so that a session token whose key has been removed is recognised
//! without computing a signature, and the user is asked to sign in again.

use super::{
    Algorithm,
    compact::Compact,
    header::Header,
    key::{KeyError, KeySet},
    purpose::SESSION,
    rejection::Rejection,
    signer::{SigningKey, SigningKeyError},
};
use aws_lc_rs::digest::{self, SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// The session tokens that doorward issues in one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateSessions {
    /// The keys that sign them.
    pub keys: SessionKeys,
    /// The maximum lifetime of a session in seconds. A shorter setting also ends existing sessions
    /// that are older.
    pub lifetime: u64,
}

/// The secrets of `session_key_file`: the first signs, all verify. Cheap to clone.
#[derive(Clone)]
pub struct SessionKeys {
    signing: Arc<SigningKey>,
    verifying: KeySet,
}

impl SessionKeys {
    /// The secrets, already trimmed, in the order of the configuration.
    ///
    /// # Errors
    /// No secret, a secret shorter than 32 bytes, or a duplicate.
    pub fn new(secrets: &[Vec<u8>]) -> Result<Self, KeyError> {
        let named: Vec<_> = secrets.iter().map(|secret| (kid(secret), secret)).collect();
        let verifying = KeySet::from_named_secrets(&named)?;
        let (kid, secret) = named.first().ok_or(KeyError::NoUsableKey(Vec::new()))?;
        let signing = SigningKey::from_secret(secret, Algorithm::Hs256)
            .map_err(|_| KeyError::NoUsableKey(Vec::new()))?;
        Ok(Self { signing: Arc::new(signing.with_kid(kid)), verifying })
    }

    /// Verifies a signature with the key that the header's `kid` names.
    ///
    /// # Errors
    /// Another algorithm than HS256, no `kid`, a `kid` of no current key, a wrong signature.
    pub(super) fn verify_within(
        &self,
        header: &Header<'_>,
        compact: &Compact<'_>,
        signatures: &mut u16,
    ) -> Result<(), Rejection> {
        if header.algorithm != Algorithm::Hs256 {
            return Err(Rejection::AlgorithmNotAllowed(header.algorithm));
        }
        let kid = Some(header.kid.ok_or(Rejection::KidMissing)?);
        self.verifying.verify_within(header.algorithm, kid, compact, signatures).map_err(
            |rejection| match rejection {
                Rejection::KeyUnknown => Rejection::SessionKeyUnknown,
                other => other,
            },
        )
    }

    /// Signs a session token with these claims.
    ///
    /// # Errors
    /// The crypto library refused to sign.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, SigningKeyError> {
        self.signing.sign_as(SESSION, claims)
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SessionKeys").field(&self.verifying).finish()
    }
}

/// The `kid`s are one-way hashes of the secrets, so equal `kid`s mean equal secrets.
impl PartialEq for SessionKeys {
    fn eq(&self, other: &Self) -> bool {
        self.verifying.names().eq(other.verifying.names())
    }
}

impl Eq for SessionKeys {}

/// The `kid` of a secret: 72 bits of a hash that is used for nothing else.
pub(super) fn kid(secret: &[u8]) -> String {
    let mut hash = digest::Context::new(&SHA256);
    hash.update(b"doorward-session-key/v1\0");
    hash.update(secret);
    let hash = hash.finish();
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..9).unwrap_or_default())
}

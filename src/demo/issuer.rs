//! The demo's identity provider: one ES256 key that lives in memory for one run.
//!
//! Makes the key set that the gate reads and the tokens that the sign-in page hands out. Knows
//! nothing of cookies, files or sockets; time is an argument. The sign-in page and the checks
//! call it, the latter also for tokens that must be refused.

use super::{DemoError, hosts::Account};
use crate::random;
use crate::token::{Algorithm, SigningKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) struct Issuer {
    key: SigningKey,
    /// `iss` of every token.
    name: String,
}

impl Issuer {
    /// An issuer with a new key. All issuers use the same `kid`, so that only the signature tells
    /// the gate that a token is from another one.
    pub(super) fn new(name: String) -> Result<Self, DemoError> {
        let key = SigningKey::generate(Algorithm::Es256).map_err(DemoError::Key)?;
        Ok(Self { key: key.with_kid(KEY_ID), name })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The public half as a JWK set (RFC 7517 §5).
    pub(super) fn key_set(&self) -> Result<String, DemoError> {
        self.key.to_public_jwks().map_err(DemoError::Key)
    }

    /// A hand-off token with these claims and the issuer's name.
    pub(super) fn sign_handoff(&self, claims: Value) -> Result<String, DemoError> {
        let mut all = Map::from_iter([("iss".to_owned(), json!(self.name))]);
        if let Value::Object(claims) = claims {
            all.extend(claims);
        }
        self.key.sign_handoff(&all).map_err(DemoError::Key)
    }

    /// A session token for `account`, issued at `now` (seconds since 1970), as scripts use it.
    pub(super) fn mint(
        &self,
        account: Account,
        now: u64,
        lifetime: Duration,
    ) -> Result<String, DemoError> {
        self.key.sign(&self.claims(account, now, lifetime)?).map_err(DemoError::Key)
    }

    /// The oldest attack on JWT: `alg: none` and an empty signature (RFC 8725 §2.1). Built by
    /// hand, because a [`SigningKey`] refuses to make it.
    pub(super) fn unsigned(&self, account: Account, now: u64) -> Result<String, DemoError> {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "none", "typ": "JWT" }));
        let claims = part(self.claims(account, now, LIFETIME)?.into());
        Ok(format!("{header}.{claims}."))
    }

    fn claims(
        &self,
        account: Account,
        now: u64,
        lifetime: Duration,
    ) -> Result<Map<String, Value>, DemoError> {
        let claims = [
            ("iss", json!(self.name)),
            ("aud", json!(AUDIENCE)),
            ("sub", json!(account.name())),
            ("iat", json!(now)),
            ("exp", json!(now.saturating_add(lifetime.as_secs()))),
            ("jti", json!(random_text()?)),
        ];
        Ok(claims.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    }
}

/// 128 random bits in base64url: unguessable and unique.
pub(super) fn random_text() -> Result<String, DemoError> {
    let bytes: [u8; 16] = random::bytes().map_err(|_| DemoError::Randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// `aud` of every session token, and the audience that the gate demands.
pub(super) const AUDIENCE: &str = "vdi";

/// How long such a token lasts. The key dies with the demo, so this is an upper bound only.
pub(super) const LIFETIME: Duration = Duration::from_secs(8 * 3_600);

const KEY_ID: &str = "demo";

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    const NOW: u64 = 1_800_000_000;

    fn decoded(part: &str) -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn token_verifies_with_the_published_key_and_no_other() {
        let issuer = Issuer::new("https://login.example".into()).unwrap();
        let token = issuer.mint(Account::Alice, NOW, Duration::from_secs(60)).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();

        let verifies = |issuer: &Issuer| {
            let set: serde_json::Value = serde_json::from_str(&issuer.key_set().unwrap()).unwrap();
            let mut point = vec![4];
            for axis in ["x", "y"] {
                let text = set["keys"][0][axis].as_str().unwrap();
                point.extend(URL_SAFE_NO_PAD.decode(text).unwrap());
            }
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(input.as_bytes(), &signature)
                .is_ok()
        };
        assert!(verifies(&issuer));
        assert!(!verifies(&Issuer::new("https://login.example".into()).unwrap()));
    }

    #[test]
    fn a_foreign_issuers_token_differs_only_in_its_signature() {
        let header = || {
            let issuer = Issuer::new("https://login.example".into()).unwrap();
            let token = issuer.mint(Account::Alice, NOW, LIFETIME).unwrap();
            decoded(token.split('.').next().unwrap())
        };
        assert_eq!(header(), header());
    }

    #[test]
    fn token_carries_the_claims_the_gate_demands() {
        let issuer = Issuer::new("https://login.example".into()).unwrap();
        let token = issuer.mint(Account::Bob, NOW, Duration::from_secs(60)).unwrap();
        let claims = decoded(token.split('.').nth(1).unwrap());
        assert_eq!(claims["sub"], "bob");
        assert_eq!(claims["iss"], "https://login.example");
        assert_eq!(claims["aud"], "vdi");
        assert_eq!(claims["iat"], NOW);
        assert_eq!(claims["exp"], NOW + 60);
    }

    #[test]
    fn unsigned_token_has_three_parts_and_no_signature() {
        let issuer = Issuer::new("https://login.example".into()).unwrap();
        let token = issuer.unsigned(Account::Alice, NOW).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(decoded(parts[0])["alg"], "none");
        assert_eq!(parts[2], "");
    }
}

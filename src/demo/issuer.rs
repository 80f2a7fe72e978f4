//! The demo's identity provider: one ES256 key that lives in memory for one run.
//!
//! Makes the key set that the gate reads and the tokens that the sign-in page hands out. Knows
//! nothing of cookies, files or sockets; time is an argument. The sign-in page and the checks
//! call it, the latter also for tokens that must be refused.

use super::{DemoError, zone::Account};
use aws_lc_rs::{
    rand::{self, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::time::Duration;

pub(super) struct Issuer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    /// `iss` of every token.
    name: String,
}

impl Issuer {
    pub(super) fn new(name: String) -> Result<Self, DemoError> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| DemoError::KeyGeneration)?;
        Ok(Self { key, random: SystemRandom::new(), name })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The public half as a JWK set (RFC 7517 §5).
    pub(super) fn key_set(&self) -> String {
        // SEC 1 §2.3.3: an uncompressed point is 0x04, then 32 bytes of x and 32 bytes of y.
        let point = self.key.public_key().as_ref();
        let (x, y) = point.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
        let key = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": KEY_ID,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        json!({ "keys": [key] }).to_string()
    }

    /// A session token for `account`, issued at `now` (seconds since 1970).
    pub(super) fn mint(
        &self,
        account: Account,
        now: u64,
        lifetime: Duration,
    ) -> Result<String, DemoError> {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": KEY_ID });
        let input = self.signing_input(&header, account, now, lifetime)?;
        let signature =
            self.key.sign(&self.random, input.as_bytes()).map_err(|_| DemoError::KeyGeneration)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The oldest attack on JWT: `alg: none` and an empty signature (RFC 8725 §2.1).
    pub(super) fn unsigned(&self, account: Account, now: u64) -> Result<String, DemoError> {
        let header = json!({ "alg": "none", "typ": "JWT" });
        Ok(format!("{}.", self.signing_input(&header, account, now, LIFETIME)?))
    }

    fn signing_input(
        &self,
        header: &serde_json::Value,
        account: Account,
        now: u64,
        lifetime: Duration,
    ) -> Result<String, DemoError> {
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| DemoError::KeyGeneration)?;
        let claims = json!({
            "iss": self.name, "aud": AUDIENCE, "sub": account.name(),
            "iat": now, "exp": now.saturating_add(lifetime.as_secs()),
            "jti": URL_SAFE_NO_PAD.encode(id),
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        Ok(format!("{}.{}", part(header), part(&claims)))
    }
}

/// `aud` of every token, and the audience that the gate demands.
pub(super) const AUDIENCE: &str = "vdi";

/// How long a sign-in lasts. The key dies with the demo, so this is an upper bound only.
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
            let set: serde_json::Value = serde_json::from_str(&issuer.key_set()).unwrap();
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

//! An issuer of session tokens: what the organisation's sign-in page would be.

use super::key::{Key, key_set};
use super::token::Token;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// One issuer with one key.
pub struct Portal {
    /// `iss`.
    pub issuer: String,
    /// Its only key.
    pub key: Key,
}

impl Portal {
    /// The portal of nearly every test: ES256, and the issuer of the label vectors.
    pub fn new() -> Self {
        Self::named("https://idp.example.com", Key::es256("portal-1"))
    }

    /// An issuer of another name or with another key.
    pub fn named(issuer: &str, key: Key) -> Self {
        Self { issuer: issuer.to_owned(), key }
    }

    /// Claims that satisfy the gate for `user`, to be changed before they are signed.
    pub fn claims(&self, user: &str) -> Token {
        Token::with_claims(&json!({
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": user,
            "iat": now(),
            "exp": now() + 3600,
        }))
    }

    /// A good token of `user`.
    pub fn token(&self, user: &str) -> String {
        self.claims(user).sign(&self.key)
    }

    /// A token of `user` that was good an hour ago.
    pub fn expired(&self, user: &str) -> String {
        self.claims(user).claim("iat", now() - 7200).claim("exp", now() - 3600).sign(&self.key)
    }

    /// A token of `user` that this portal never signed; each call gives another one.
    pub fn forged(&self, user: &str) -> String {
        let stranger = Key::es256(&self.key.id);
        self.claims(user).header("alg", self.key.algorithm).sign(&stranger)
    }

    /// A token of alice under this portal's `kid`, by a fresh key of the very same kind.
    pub fn forged_with_same_kind(&self) -> String {
        self.claims("alice").sign(&self.key.sibling())
    }

    /// This issuer's entry in the configuration; its key set is written into `folder`.
    pub fn entry(&self, folder: &Path) -> Value {
        let name = self.issuer.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let file = folder.join(format!("{name}.jwks.json"));
        std::fs::write(&file, key_set([&self.key])).unwrap();
        json!({
            "issuer": self.issuer,
            "audiences": [AUDIENCE],
            "algorithms": [self.key.algorithm],
            "keys": { "jwks_file": file },
            "user_claim": "sub",
        })
    }
}

/// Seconds since the epoch.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The audience every portal mints for, unless a row says otherwise.
pub const AUDIENCE: &str = "vdi";
/// The zone of the tests.
pub const ZONE: &str = "vdi.example.com";
/// Alice's desktop.
pub const ALICE: &str = "alice.vdi.example.com";
/// Bob's desktop.
pub const BOB: &str = "bob.vdi.example.com";
/// Name of the session cookie, as configured by default.
pub const COOKIE: &str = "__Host-doorward";
/// Where sign-in happens.
pub const LOGIN: &str = "https://login.example.net/start";

//! Private keys that sign tokens.
//!
//! For `doorward token`, `doorward keygen`, the demo and the tests. A running gate uses it only for
//! the secrets of its own session tokens (`session_keys`). Signs any claims without checking them, and
//! does not know which file a key comes from.

mod jwk;
mod pem;

mod der;
mod signing_key;

mod error;

pub use error::SigningKeyError;
pub use signing_key::SigningKey;

use super::{Algorithm, purpose::HANDOFF};
use aws_lc_rs::{
    rand,
    rsa::KeySize,
    signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use signing_key::{Private, curve};

impl SigningKey {
    /// A new random key. RSA keys have 2048 bits, secrets 64 bytes. The `kid` is the RFC 7638
    /// thumbprint; secrets have none.
    ///
    /// # Errors
    /// The random source of the system failed.
    #[expect(clippy::disallowed_methods, reason = "a new key is random; no caller can pass it in")]
    pub fn generate(algorithm: Algorithm) -> Result<Self, SigningKeyError> {
        let failed = |_| SigningKeyError::Generation;
        let private = if algorithm.is_hmac() {
            let mut secret = vec![0; 64];
            rand::fill(&mut secret).map_err(failed)?;
            Private::Secret(secret)
        } else if algorithm.is_rsa() {
            Private::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?)
        } else if let Some(curve) = curve(algorithm) {
            Private::Ecdsa(EcdsaKeyPair::generate(curve).map_err(failed)?)
        } else {
            Private::Ed25519(Ed25519KeyPair::generate().map_err(failed)?)
        };
        Self::named_by_thumbprint(algorithm, private)
    }

    /// A private JWK. `algorithm` is used if the key states none and its type has several; if both are
    /// given they must agree.
    ///
    /// # Errors
    /// Not a JSON object, a public key, an unsupported type, or inconsistent numbers.
    pub fn from_jwk(json: &[u8], algorithm: Option<Algorithm>) -> Result<Self, SigningKeyError> {
        jwk::read(json, algorithm)
    }

    /// A private key in PEM: PKCS#8, PKCS#1 or SEC 1, not encrypted. `algorithm` is required for an
    /// RSA key, which fits six algorithms. The `kid` is the thumbprint of the public key.
    ///
    /// # Errors
    /// No such block, an encrypted or unsupported key, or an algorithm that is missing.
    pub fn from_pem(text: &[u8], algorithm: Option<Algorithm>) -> Result<Self, SigningKeyError> {
        let (algorithm, private) = pem::read(text, algorithm)?;
        Self::named_by_thumbprint(algorithm, private)
    }

    /// The key as a private JWK, to be kept secret.
    ///
    /// # Errors
    /// The crypto library does not export the key.
    pub fn to_private_jwk(&self) -> Result<String, SigningKeyError> {
        Ok(format!("{:#}\n", Value::Object(jwk::private_members(self)?)))
    }

    /// A JWK set with the public key, to be published. An HMAC key has no public key.
    ///
    /// # Errors
    /// A shared secret, or the crypto library does not export the key.
    pub fn to_public_jwks(&self) -> Result<String, SigningKeyError> {
        let key = Value::Object(jwk::public_members(self)?);
        Ok(format!("{:#}\n", serde_json::json!({ "keys": [key] })))
    }

    /// Signs a token with these claims and `typ` `JWT`.
    ///
    /// # Errors
    /// The crypto library refused to sign.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, SigningKeyError> {
        self.sign_as("JWT", claims)
    }

    /// Signs a hand-off token with these claims.
    ///
    /// # Errors
    /// The crypto library refused to sign.
    pub fn sign_handoff(&self, claims: &Map<String, Value>) -> Result<String, SigningKeyError> {
        self.sign_as(HANDOFF, claims)
    }

    /// Signs a token with these claims and this `typ`.
    ///
    /// # Errors
    /// The crypto library refused to sign.
    pub(super) fn sign_as(
        &self,
        typ: &str,
        claims: &Map<String, Value>,
    ) -> Result<String, SigningKeyError> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), self.algorithm.name().into());
        header.insert("typ".to_owned(), typ.into());
        if let Some(kid) = &self.kid {
            header.insert("kid".to_owned(), Value::from(&**kid));
        }
        let encode = |members: &Map<String, Value>| {
            serde_json::to_vec(members)
                .map(|json| URL_SAFE_NO_PAD.encode(json))
                .map_err(|_| SigningKeyError::Signature)
        };
        self.sign_parts(&encode(&header)?, &encode(claims)?)
    }

    /// Signs two encoded parts without checking them; tests forge tokens with it.
    pub(super) fn sign_parts(
        &self,
        header: &str,
        payload: &str,
    ) -> Result<String, SigningKeyError> {
        let input = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.encode(self.signature(input.as_bytes())?);
        Ok(format!("{input}.{signature}"))
    }

    fn named_by_thumbprint(
        algorithm: Algorithm,
        private: Private,
    ) -> Result<Self, SigningKeyError> {
        let mut key = Self { algorithm, kid: None, private };
        if key.secret().is_none() {
            key.kid = Some(jwk::thumbprint(&key)?.into());
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests;

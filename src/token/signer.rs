//! Private keys that sign tokens.
//!
//! For `doorward token`, `doorward keygen`, the demo and the tests. A running gate uses it only for
//! the secrets of its own session tokens (`session_keys`). Signs any claims without checking them, and
//! does not know which file a key comes from.

mod der;
mod error;
mod jwk;
mod pem;

pub use error::SigningKeyError;

use super::{Algorithm, purpose::HANDOFF};
use aws_lc_rs::{
    hmac,
    rand::{self, SystemRandom},
    rsa::KeySize,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::fmt;

/// A private key, bound to the one algorithm it signs with. `Debug` shows no secret.
pub struct SigningKey {
    algorithm: Algorithm,
    kid: Option<Box<str>>,
    private: Private,
}

impl SigningKey {
    /// A new random key. RSA keys have 2048 bits, secrets 64 bytes. The `kid` is the RFC 7638
    /// thumbprint; secrets have none.
    ///
    /// # Errors
    /// The random source of the system failed.
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

    /// A shared secret, already trimmed.
    ///
    /// # Errors
    /// An algorithm that is not an HMAC, or a secret shorter than its hash.
    pub fn from_secret(secret: &[u8], algorithm: Algorithm) -> Result<Self, SigningKeyError> {
        let needed = match algorithm {
            Algorithm::Hs256 => 32,
            Algorithm::Hs384 => 48,
            Algorithm::Hs512 => 64,
            _ => return Err(SigningKeyError::AlgorithmOfOtherType(algorithm)),
        };
        if secret.len() < needed {
            return Err(SigningKeyError::SecretTooShort { bytes: secret.len(), needed });
        }
        Ok(Self { algorithm, kid: None, private: Private::Secret(secret.to_vec()) })
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

    /// The same key with this `kid`.
    pub(crate) fn with_kid(self, kid: &str) -> Self {
        Self { kid: Some(kid.into()), ..self }
    }

    /// The algorithm with which the key signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `kid` of its tokens.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The secret of an HMAC key, as a `secret_file` contains it.
    #[must_use]
    pub fn secret(&self) -> Option<&[u8]> {
        match &self.private {
            Private::Secret(secret) => Some(secret),
            _ => None,
        }
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

    fn signature(&self, input: &[u8]) -> Result<Vec<u8>, SigningKeyError> {
        let failed = |_| SigningKeyError::Signature;
        match &self.private {
            Private::Secret(secret) => {
                let hash = match self.algorithm {
                    Algorithm::Hs384 => hmac::HMAC_SHA384,
                    Algorithm::Hs512 => hmac::HMAC_SHA512,
                    _ => hmac::HMAC_SHA256,
                };
                Ok(hmac::sign(&hmac::Key::new(hash, secret), input).as_ref().to_vec())
            }
            Private::Rsa(pair) => {
                let padding: &dyn signature::RsaEncoding = match self.algorithm {
                    Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &signature::RSA_PSS_SHA256,
                    Algorithm::Ps384 => &signature::RSA_PSS_SHA384,
                    Algorithm::Ps512 => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut bytes = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), input, &mut bytes).map_err(failed)?;
                Ok(bytes)
            }
            Private::Ecdsa(pair) => {
                let signature = pair.sign(&SystemRandom::new(), input).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Private::Ed25519(pair) => Ok(pair.try_sign(input).map_err(failed)?.as_ref().to_vec()),
        }
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

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

enum Private {
    Secret(Vec<u8>),
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The curve of an ECDSA algorithm.
fn curve(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        _ => None,
    }
}

/// The algorithm of an RSA key: the stated one, else the chosen one; it must be an RSA algorithm.
fn rsa_algorithm(
    stated: Option<Algorithm>,
    chosen: Option<Algorithm>,
) -> Result<Algorithm, SigningKeyError> {
    one_of(stated, chosen, Algorithm::is_rsa)
}

/// The stated and the chosen algorithm, which must agree and fit the type of the key.
fn one_of(
    stated: Option<Algorithm>,
    chosen: Option<Algorithm>,
    fits: impl Fn(Algorithm) -> bool,
) -> Result<Algorithm, SigningKeyError> {
    let algorithm = match (stated, chosen) {
        (Some(stated), Some(chosen)) if stated != chosen => {
            return Err(SigningKeyError::AlgorithmsDisagree { stated, chosen });
        }
        (stated, chosen) => stated.or(chosen).ok_or(SigningKeyError::AlgorithmNeeded)?,
    };
    if fits(algorithm) {
        Ok(algorithm)
    } else {
        Err(SigningKeyError::AlgorithmOfOtherType(algorithm))
    }
}

#[cfg(test)]
mod tests;

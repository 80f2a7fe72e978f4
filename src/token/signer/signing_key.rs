//! A private key bound to one algorithm, and the signature that it computes.

use super::error::SigningKeyError;
use crate::token::Algorithm;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair,
    },
};
use std::fmt;

/// A private key, bound to the one algorithm it signs with. `Debug` shows no secret.
pub struct SigningKey {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Box<str>>,
    pub(super) private: Private,
}

impl SigningKey {
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

    /// The signature over `input`.
    ///
    /// # Errors
    /// The crypto library refused to sign.
    pub(super) fn signature(&self, input: &[u8]) -> Result<Vec<u8>, SigningKeyError> {
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

/// The private key itself. Holds secrets, hence no `Debug`.
pub(super) enum Private {
    Secret(Vec<u8>),
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The curve of an ECDSA algorithm.
pub(super) fn curve(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        _ => None,
    }
}

/// The algorithm of an RSA key: the stated one, else the chosen one; it must be an RSA algorithm.
pub(super) fn rsa_algorithm(
    stated: Option<Algorithm>,
    chosen: Option<Algorithm>,
) -> Result<Algorithm, SigningKeyError> {
    one_of(stated, chosen, Algorithm::is_rsa)
}

/// The stated and the chosen algorithm, which must agree and fit the type of the key.
pub(super) fn one_of(
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

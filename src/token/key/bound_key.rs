//! One key bound to one algorithm, and the verification of a signature with it.

use super::{
    error::KeyError,
    material::{Material, VerificationKey},
};
use crate::token::{Algorithm, compact::Compact, rejection::Rejection};
use jsonwebtoken::crypto;
use std::fmt;

/// One checked key, with the one algorithm that it is for.
pub(super) struct Key {
    pub(super) kid: Option<Box<str>>,
    pub(super) algorithm: Algorithm,
    /// The exact length of a decoded signature by this key and algorithm.
    signature_bytes: usize,
    verification: VerificationKey,
}

impl Key {
    /// Checks the key and binds it.
    ///
    /// # Errors
    /// Why the key is not sound.
    pub(super) fn new(
        kid: Option<&str>,
        algorithm: Algorithm,
        material: Material,
    ) -> Result<Self, KeyError> {
        let signature_bytes = material.signature_bytes(algorithm);
        let verification = material.into_verification_key(algorithm)?;
        Ok(Self { kid: kid.map(Into::into), algorithm, signature_bytes, verification })
    }

    /// Verifies the signature of `compact`; takes one of `signatures` if it is computed.
    pub(super) fn verify(
        &self,
        compact: &Compact<'_>,
        signatures: &mut u16,
    ) -> Result<(), Rejection> {
        // Exact, so that a DER-encoded ECDSA signature, or one with leading zeros, is not accepted as a
        // second encoding of the same signature.
        if compact.signature_bytes.len() != self.signature_bytes {
            return Err(Rejection::SignatureLength);
        }
        *signatures = signatures.checked_sub(1).ok_or(Rejection::OverBudget)?;
        let is_good = match &self.verification {
            VerificationKey::Rsa(key) => {
                key.verify_sig(compact.signing_input, &compact.signature_bytes).is_ok()
            }
            VerificationKey::Library(key) => {
                let algorithm = library_algorithm(self.algorithm);
                crypto::verify(compact.signature, compact.signing_input, key, algorithm)
                    .unwrap_or(false)
            }
        };
        if is_good { Ok(()) } else { Err(Rejection::SignatureWrong) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.kid.as_deref().unwrap_or("no kid"), self.algorithm)
    }
}

fn library_algorithm(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    use jsonwebtoken::Algorithm as Library;
    match algorithm {
        Algorithm::Hs256 => Library::HS256,
        Algorithm::Hs384 => Library::HS384,
        Algorithm::Hs512 => Library::HS512,
        Algorithm::Rs256 => Library::RS256,
        Algorithm::Rs384 => Library::RS384,
        Algorithm::Rs512 => Library::RS512,
        Algorithm::Ps256 => Library::PS256,
        Algorithm::Ps384 => Library::PS384,
        Algorithm::Ps512 => Library::PS512,
        Algorithm::Es256 => Library::ES256,
        Algorithm::Es384 => Library::ES384,
        Algorithm::EdDsa => Library::EdDSA,
    }
}

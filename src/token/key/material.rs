//! The raw values of a key: its type, the algorithm it can be bound to, and whether it is sound.

use super::error::KeyError;
use crate::token::Algorithm;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents, VerificationAlgorithm,
};
use jsonwebtoken::DecodingKey;

/// A key as read, not yet checked. No `Debug`, because it may hold a secret.
pub(super) enum Material {
    /// Modulus and exponent, big-endian.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// A point on P-256, uncompressed with its leading 4.
    P256(Vec<u8>),
    /// A point on P-384, in the same form.
    P384(Vec<u8>),
    /// An Ed25519 public key.
    Ed25519(Vec<u8>),
    /// A shared secret.
    Secret(Vec<u8>),
}

impl Material {
    /// The one algorithm of this key: the one it states, else the only configured one that fits its
    /// type.
    ///
    /// # Errors
    /// The stated algorithm is for another type of key or not configured; none of the configured
    /// algorithms fits, or several do (RSA and HMAC keys fit more than one).
    pub(super) fn bind(
        &self,
        stated: Option<Algorithm>,
        configured: &[Algorithm],
    ) -> Result<Algorithm, KeyError> {
        // With a secret among public keys, everyone who can publish a key could sign tokens. A public
        // key used as a secret is the classic forgery (RFC 8725, section 2.1).
        if matches!(self, Self::Secret(_)) && !configured.iter().all(|one| one.is_hmac()) {
            return Err(KeyError::SecretAmongPublicKeys);
        }
        if let Some(stated) = stated {
            if !self.fits(stated) {
                return Err(KeyError::AlgorithmOfOtherType(stated));
            }
            if !configured.contains(&stated) {
                return Err(KeyError::AlgorithmNotConfigured(stated));
            }
            return Ok(stated);
        }
        let mut fitting = configured.iter().copied().filter(|&algorithm| self.fits(algorithm));
        let algorithm = fitting.next().ok_or(KeyError::NoAlgorithmFits)?;
        if fitting.any(|other| other != algorithm) {
            return Err(KeyError::SeveralAlgorithmsFit);
        }
        Ok(algorithm)
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa { .. } => algorithm.is_rsa(),
            Self::P256(_) => algorithm == Algorithm::Es256,
            Self::P384(_) => algorithm == Algorithm::Es384,
            Self::Ed25519(_) => algorithm == Algorithm::EdDsa,
            Self::Secret(_) => algorithm.is_hmac(),
        }
    }

    /// Checks the strength of the key and parses it with the crypto library. Without parsing, a point
    /// that is not on its curve would load, and fail at every request.
    ///
    /// # Errors
    /// Why the key is not sound.
    pub(super) fn into_verification_key(
        self,
        algorithm: Algorithm,
    ) -> Result<VerificationKey, KeyError> {
        let key = match self {
            Self::Rsa { modulus, exponent } => {
                check_rsa(&modulus, &exponent)?;
                let parameters = rsa_parameters(algorithm)?;
                let components = RsaPublicKeyComponents { n: &modulus, e: &exponent };
                let key = components.to_parsed_public_key(parameters);
                return Ok(VerificationKey::Rsa(key.map_err(|_| KeyError::RsaWeakModulus)?));
            }
            // Despite their names, these functions take the point and the key without DER.
            Self::P256(point) => {
                check_point(&ECDSA_P256_SHA256_FIXED, &point)?;
                DecodingKey::from_ec_der(&point)
            }
            Self::P384(point) => {
                check_point(&ECDSA_P384_SHA384_FIXED, &point)?;
                DecodingKey::from_ec_der(&point)
            }
            Self::Ed25519(key) if key.len() != 32 => return Err(KeyError::Ed25519Length),
            Self::Ed25519(key) => {
                check_point(&ED25519, &key)?;
                DecodingKey::from_ed_der(&key)
            }
            Self::Secret(secret) => {
                let needed = mac_bytes(algorithm);
                let bytes = secret.len();
                if bytes < needed {
                    return Err(KeyError::SecretTooShort { bytes, needed });
                }
                // The library refuses only an empty secret.
                DecodingKey::from_secret(&secret)
                    .map_err(|_| KeyError::SecretTooShort { bytes, needed })?
            }
        };
        Ok(VerificationKey::Library(key))
    }

    /// Length of every signature by this key with `algorithm`.
    pub(super) fn signature_bytes(&self, algorithm: Algorithm) -> usize {
        match self {
            Self::Rsa { modulus, .. } => modulus.len(),
            Self::P256(_) | Self::Ed25519(_) => 64,
            Self::P384(_) => 96,
            Self::Secret(_) => mac_bytes(algorithm),
        }
    }
}

/// A sound key in the form with the fastest verification.
pub(super) enum VerificationKey {
    /// Parsed once, with its algorithm. `jsonwebtoken` would parse an RSA key on every verification,
    /// which is a seventh of the cost of a verification.
    Rsa(ParsedPublicKey),
    /// All other keys.
    Library(DecodingKey),
}

fn check_point(
    algorithm: &'static dyn VerificationAlgorithm,
    point: &[u8],
) -> Result<(), KeyError> {
    ParsedPublicKey::new(algorithm, point).map(drop).map_err(|_| KeyError::PointOffCurve)
}

/// The algorithm of an RSA key for the crypto library, which also bounds the modulus to 2048 to
/// 8192 bits.
///
/// # Errors
/// The algorithm is not an RSA algorithm.
fn rsa_parameters(algorithm: Algorithm) -> Result<&'static RsaParameters, KeyError> {
    match algorithm {
        Algorithm::Rs256 => Ok(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Ok(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Ok(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Ok(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Ok(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Ok(&RSA_PSS_2048_8192_SHA512),
        Algorithm::Hs256
        | Algorithm::Hs384
        | Algorithm::Hs512
        | Algorithm::Es256
        | Algorithm::Es384
        | Algorithm::EdDsa => Err(KeyError::AlgorithmOfOtherType(algorithm)),
    }
}

/// A big-endian number without leading zeros: some encoders write a sign byte although RFC 7518,
/// section 2 forbids it, and the crypto library refuses a key with one.
pub(super) fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default().to_vec()
}

fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let bits = modulus.len() * 8
        - modulus.first().map_or(0, |first| usize::try_from(first.leading_zeros()).unwrap_or(0));
    if !(2048..=8192).contains(&bits) {
        return Err(KeyError::RsaSize { bits });
    }
    // With exponent 1 every message is its own signature; an even exponent has no inverse; above 33
    // bits the crypto library refuses every signature, and verification would be slow.
    let long = matches!(exponent, [first, _, _, _, _, rest @ ..] if *first > 1 || !rest.is_empty());
    if exponent == [1] || long || exponent.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::RsaExponent);
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) || is_of_weak_generator(modulus) {
        return Err(KeyError::RsaWeakModulus);
    }
    Ok(())
}

/// Whether the modulus has the fingerprint of CVE-2017-15361 (smart cards and TPMs of one vendor,
/// whose private keys can be computed): modulo each small prime it is a power of 65537. The
/// probability for a sound modulus is below one in a hundred million.
fn is_of_weak_generator(modulus: &[u8]) -> bool {
    SMALL_PRIMES.iter().all(|&prime| {
        let residue =
            modulus.iter().fold(0, |residue, &byte| (residue * 256 + u32::from(byte)) % prime);
        let mut power = 1;
        for _ in 0..prime {
            if power == residue {
                return true;
            }
            power = power * 65537 % prime;
        }
        false
    })
}

/// Bytes of an HMAC, which is also the minimum length of its secret (RFC 7518, section 3.2).
fn mac_bytes(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::Hs384 => 48,
        Algorithm::Hs512 => 64,
        _ => 32,
    }
}

const SMALL_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

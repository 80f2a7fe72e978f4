//! Why a private key cannot be used.

use crate::token::{Algorithm, json::JsonError};
use std::fmt;

/// Why a private key cannot be generated, read or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigningKeyError {
    /// No random key could be generated.
    Generation,
    /// The crypto library refused to sign.
    Signature,
    /// The crypto library refused to export the key.
    Numbers,
    /// The JWK is not a strict JSON object.
    NotJson(JsonError),
    /// A member that this type of key requires is missing or malformed.
    Member(&'static str),
    /// The type of the key is not supported.
    TypeUnknown,
    /// The numbers of the key are inconsistent.
    Inconsistent,
    /// A public key; signing needs a private key.
    Public,
    /// A shared secret, which has no public key.
    Shared,
    /// The key's `alg` is not supported.
    AlgorithmUnknown,
    /// The algorithm is for another type of key.
    AlgorithmOfOtherType(Algorithm),
    /// The key states one algorithm, the caller chose another.
    AlgorithmsDisagree {
        /// What the key states.
        stated: Algorithm,
        /// What the caller chose.
        chosen: Algorithm,
    },
    /// The key fits several algorithms and states none.
    AlgorithmNeeded,
    /// An HMAC secret shorter than its hash.
    SecretTooShort {
        /// Its length.
        bytes: usize,
        /// The minimum length.
        needed: usize,
    },
    /// No readable private key in the PEM text.
    Pem,
    /// The private key is encrypted.
    Encrypted,
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Generation => "no random key could be generated; try again",
            Self::Signature => "the crypto library refused to sign with this key",
            Self::Numbers => "the crypto library does not export this key",
            Self::NotJson(fault) => return write!(formatter, "the JWK {fault}"),
            Self::Member(name) => {
                return write!(formatter, "the JWK's `{name}` is missing or malformed");
            }
            Self::TypeUnknown => {
                "the key's type is not supported; use RSA, EC on P-256 or P-384, Ed25519, or oct"
            }
            Self::Inconsistent => "the numbers of the key are inconsistent",
            Self::Public => "this is a public key; signing needs the private key",
            Self::Shared => "a shared secret has no public key; configure it as `secret_file`",
            Self::AlgorithmUnknown => "the key's `alg` is not supported",
            Self::AlgorithmOfOtherType(algorithm) => {
                return write!(formatter, "{algorithm} is for another type of key; see --alg");
            }
            Self::AlgorithmsDisagree { stated, chosen } => {
                return write!(formatter, "the key is for {stated}, not {chosen}; omit --alg");
            }
            Self::AlgorithmNeeded => "the key does not state its algorithm; name one with --alg",
            Self::SecretTooShort { bytes, needed } => {
                return write!(
                    formatter,
                    "the secret has {bytes} bytes; the algorithm needs at least {needed}"
                );
            }
            Self::Pem => "there is no readable private key in PEM format",
            Self::Encrypted => {
                "the private key is encrypted; decrypt it first (openssl pkey -in … -out …)"
            }
        };
        formatter.write_str(text)
    }
}

impl std::error::Error for SigningKeyError {}

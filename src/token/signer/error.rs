//! Why a private key cannot be used.

use crate::token::{Algorithm, json::JsonFault};
use std::fmt;

/// Why a private key cannot be made, read or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigningKeyError {
    /// No random key could be made.
    Generation,
    /// The crypto library refused to sign.
    Signature,
    /// The crypto library refused to give the key's numbers away.
    Numbers,
    /// The JWK is no strict JSON object.
    NotJson(JsonFault),
    /// A member that this type of key must have is missing or malformed.
    Member(&'static str),
    /// The type of the key is not supported.
    TypeUnknown,
    /// The numbers of the key do not fit together.
    Inconsistent,
    /// A public key where a private one is needed.
    Public,
    /// A shared secret has no public half.
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
    /// The key serves several algorithms and states none.
    AlgorithmNeeded,
    /// An HMAC secret shorter than its hash.
    SecretTooShort {
        /// Its length.
        bytes: usize,
        /// The least length.
        needed: usize,
    },
    /// No private key in the PEM text, or not in a readable block.
    Pem,
    /// The private key is encrypted.
    Encrypted,
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Generation => "no random key could be made; try again",
            Self::Signature => "the crypto library refused to sign with this key",
            Self::Numbers => "the crypto library does not give this key's numbers away",
            Self::NotJson(fault) => return write!(formatter, "the JWK {fault}"),
            Self::Member(name) => {
                return write!(formatter, "the JWK's `{name}` is missing or malformed");
            }
            Self::TypeUnknown => {
                "the key's type is not supported; use RSA, EC on P-256 or P-384, Ed25519, or oct"
            }
            Self::Inconsistent => "the key's numbers do not fit together",
            Self::Public => "this is a public key; signing needs the private one",
            Self::Shared => "a shared secret has no public half; give the gate the secret_file",
            Self::AlgorithmUnknown => "the key's `alg` is not supported",
            Self::AlgorithmOfOtherType(algorithm) => {
                return write!(formatter, "{algorithm} is for another type of key; see --alg");
            }
            Self::AlgorithmsDisagree { stated, chosen } => {
                return write!(formatter, "the key is for {stated}, not {chosen}; leave --alg out");
            }
            Self::AlgorithmNeeded => {
                "the key does not say which algorithm it is for; name it with --alg"
            }
            Self::SecretTooShort { bytes, needed } => {
                return write!(
                    formatter,
                    "the secret has {bytes} bytes; the algorithm needs at least {needed}"
                );
            }
            Self::Pem => "there is no private key in PEM that could be read",
            Self::Encrypted => {
                "the private key is encrypted; decrypt it first (openssl pkey -in … -out …)"
            }
        };
        formatter.write_str(text)
    }
}

impl std::error::Error for SigningKeyError {}

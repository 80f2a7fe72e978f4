//! Why a key is not used, as a message for the operator.

use crate::token::{Algorithm, json::JsonError};
use std::fmt;

/// A member of a set that is not used, and why; for a warning when the set is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableKey {
    /// Position in the set, from 0.
    pub position: usize,
    /// Its `kid`, if that can be printed.
    pub kid: Option<String>,
    /// Why it is not used.
    pub error: KeyError,
}

impl fmt::Display for UnusableKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "key {}", self.position + 1)?;
        if let Some(kid) = &self.kid {
            write!(formatter, " (kid {kid:?})")?;
        }
        write!(formatter, ": {}", self.error)
    }
}

/// Why a key, or a whole set of them, is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The key set is not a JSON object.
    NotJson(JsonError),
    /// The JSON has no list `keys`.
    NotASet,
    /// The set has no usable key; with the problems of its members, none if it is empty.
    NoUsableKey(Vec<UnusableKey>),
    /// One of a list of keys that must all be usable.
    Member {
        /// Position in the list, from 0.
        position: usize,
        /// Why it is not usable.
        error: Box<KeyError>,
    },
    /// A member of `keys` is not an object.
    NotAnObject,
    /// A key has a duplicate member.
    DuplicateMember,
    /// A member that this type of key requires is missing.
    MemberMissing(&'static str),
    /// A member is not a string, not base64url, or of the wrong length.
    MemberMalformed(&'static str),
    /// A private member in a set of public keys.
    PrivateMember(&'static str),
    /// `kty` or `crv` is not supported.
    TypeUnknown,
    /// `alg` is not supported.
    AlgorithmUnknown,
    /// `alg` is not in the issuer's `algorithms`.
    AlgorithmNotConfigured(Algorithm),
    /// `alg` is for another type of key.
    AlgorithmOfOtherType(Algorithm),
    /// No configured algorithm is for this type of key.
    NoAlgorithmFits,
    /// Several configured algorithms fit, and the key does not state one.
    SeveralAlgorithmsFit,
    /// `use` or `key_ops` has another purpose than verification.
    NotForSignatures,
    /// `use` and `key_ops` contradict each other.
    PurposesDisagree,
    /// Another key has the same `kid` and algorithm; neither is used.
    SameKid {
        /// Position of the other one.
        other: usize,
    },
    /// No `kid`, although other keys of the set have one.
    KidMissing,
    /// More keys of one algorithm without `kid` than are tried for a token.
    TooManyWithoutKid,
    /// An RSA modulus below 2048 or above 8192 bits.
    RsaSize {
        /// Its size.
        bits: usize,
    },
    /// An RSA exponent that is even, 1 or above 33 bits.
    RsaExponent,
    /// An RSA modulus that is even, unusable, or from a generator with a known weakness.
    RsaWeakModulus,
    /// A point that is not on its curve.
    PointOffCurve,
    /// An Ed25519 key that has not 32 bytes.
    Ed25519Length,
    /// An HMAC secret shorter than its hash.
    SecretTooShort {
        /// Its length.
        bytes: usize,
        /// The least length.
        needed: usize,
    },
    /// A secret among public keys.
    SecretAmongPublicKeys,
    /// No PEM block in the text.
    PemMissing,
    /// A PEM block without an end line, or not base64.
    PemMalformed,
    /// A private key.
    PrivateKey,
    /// A certificate.
    Certificate,
    /// Another kind of PEM block.
    PemOfOtherKind,
}

impl fmt::Display for KeyError {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each variant")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotJson(fault) => return write!(formatter, "the key set {fault}"),
            Self::NotASet => {
                "the key set has no list `keys`; write a single key as {\"keys\": [ … ]}"
            }
            Self::NoUsableKey(problems) if problems.is_empty() => "the key set is empty",
            Self::NoUsableKey(problems) => {
                formatter.write_str("there is no usable key")?;
                for (position, problem) in problems.iter().take(MAX_LISTED).enumerate() {
                    write!(formatter, "{} {problem}", if position == 0 { ":" } else { ";" })?;
                }
                return match problems.len().saturating_sub(MAX_LISTED) {
                    0 => Ok(()),
                    more => write!(formatter, "; and {more} more"),
                };
            }
            Self::Member { position, error } => {
                return write!(formatter, "key {}: {error}", position + 1);
            }
            Self::NotAnObject => "it is not a JSON object",
            Self::DuplicateMember => "it has a duplicate member",
            Self::MemberMissing(name) => return write!(formatter, "it has no `{name}`"),
            Self::MemberMalformed(name) => {
                return write!(
                    formatter,
                    "its `{name}` is malformed; it must be a string, and a number must be base64url \
                     without padding and in full length"
                );
            }
            Self::PrivateMember(name) => {
                return write!(
                    formatter,
                    "it has the private member `{name}`; publish public keys only, and replace \
                     this key"
                );
            }
            Self::TypeUnknown => {
                "its type is not supported; use RSA, EC on P-256 or P-384, or Ed25519"
            }
            Self::AlgorithmUnknown => "its `alg` is not supported",
            Self::AlgorithmNotConfigured(algorithm) => {
                return write!(
                    formatter,
                    "it is for {algorithm}, which this issuer's `algorithms` does not list"
                );
            }
            Self::AlgorithmOfOtherType(algorithm) => {
                return write!(formatter, "its `alg` {algorithm} is for another type of key");
            }
            Self::NoAlgorithmFits => "none of this issuer's `algorithms` is for this type of key",
            Self::SeveralAlgorithmsFit => {
                "it states no `alg`, and several of this issuer's `algorithms` fit; a key is for \
                 one algorithm only: list one of them, or use a JWK that states its `alg`"
            }
            Self::NotForSignatures => "its `use` or `key_ops` is not for verifying signatures",
            Self::PurposesDisagree => "its `use` and `key_ops` contradict each other",
            Self::SameKid { other } => {
                return write!(
                    formatter,
                    "key {} has the same `kid` and algorithm, so neither is used; give each key \
                     its own `kid`",
                    other + 1
                );
            }
            Self::KidMissing => {
                "it has no `kid` and other keys of the set have one, so no token can select it; \
                 give it a `kid`"
            }
            Self::TooManyWithoutKid => {
                "there are more than four keys of this algorithm without a `kid`; remove old \
                 ones, or use a JWK set with a `kid` on each"
            }
            Self::RsaSize { bits } => {
                return write!(
                    formatter,
                    "its RSA modulus has {bits} bits; 2048 to 8192 are accepted"
                );
            }
            Self::RsaExponent => "its RSA exponent is even, 1 or above 33 bits",
            Self::RsaWeakModulus => {
                "its RSA modulus is unsound (even, or from a generator known to be broken, \
                 CVE-2017-15361); replace the key"
            }
            Self::PointOffCurve => "its point is not on its curve",
            Self::Ed25519Length => "an Ed25519 key has 32 bytes; this one has not",
            Self::SecretTooShort { bytes, needed } => {
                return write!(
                    formatter,
                    "the secret has {bytes} bytes; its algorithm needs at least {needed} random \
                     bytes"
                );
            }
            Self::SecretAmongPublicKeys => {
                "it is a shared secret (`oct`), which is accepted only if all of this issuer's \
                 `algorithms` are HS256, HS384 or HS512"
            }
            Self::PemMissing => "there is no PEM block; `-----BEGIN PUBLIC KEY-----` is expected",
            Self::PemMalformed => "the PEM block has no end line or is not base64",
            Self::PrivateKey => {
                "this is a private key; configure the public key (openssl pkey -pubout)"
            }
            Self::Certificate => {
                "this is a certificate; configure its public key (openssl x509 -pubkey -noout)"
            }
            Self::PemOfOtherKind => "the PEM block is neither PUBLIC KEY nor RSA PUBLIC KEY",
        };
        formatter.write_str(text)
    }
}

impl std::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Member { error, .. } => Some(error.as_ref()),
            _ => None,
        }
    }
}

/// Keys that one message lists: a set from another server can have thousands.
const MAX_LISTED: usize = 8;

//! Why a key is not used, in words for whoever configured it.

use crate::token::{Algorithm, json::JsonFault};
use std::fmt;

/// One member of a set that is not used, and why; for a warning when the set is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProblem {
    /// Position in the set, from 0.
    pub position: usize,
    /// Its `kid`, if that can be printed.
    pub kid: Option<String>,
    /// What is wrong with it.
    pub error: KeyError,
}

impl fmt::Display for KeyProblem {
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
    /// The key set is no JSON object.
    NotJson(JsonFault),
    /// The JSON has no list `keys`.
    NotASet,
    /// Nothing in the set can be used; the problems of its members, none if it is empty.
    NoUsableKey(Vec<KeyProblem>),
    /// One of a list of keys that must all be good.
    Member {
        /// Position in the list, from 0.
        position: usize,
        /// What is wrong with it.
        error: Box<KeyError>,
    },
    /// A member of `keys` is no object.
    NotAnObject,
    /// A member occurs twice in a key.
    DoubledMember,
    /// A member that this type of key must have is missing.
    MemberMissing(&'static str),
    /// A member is no string, not base64url, or of the wrong length.
    MemberMalformed(&'static str),
    /// A private member in a set of public keys.
    PrivateMember(&'static str),
    /// `kty` or curve is none that is supported.
    TypeUnknown,
    /// `alg` is none that is supported.
    AlgorithmUnknown,
    /// `alg` is not in the issuer's `algorithms`.
    AlgorithmNotConfigured(Algorithm),
    /// `alg` is for another type of key.
    AlgorithmOfOtherType(Algorithm),
    /// No configured algorithm is for this type of key.
    NoAlgorithmFits,
    /// Several configured algorithms are, and the key does not say which it is for.
    SeveralAlgorithmsFit,
    /// `use` or `key_ops` is for something else than verifying.
    NotForSignatures,
    /// `use` and `key_ops` contradict one another.
    PurposesDisagree,
    /// Another key has the same `kid` and algorithm; neither is used.
    SameKid {
        /// Position of the other one.
        other: usize,
    },
    /// No `kid`, where other keys of the set have one.
    KidMissing,
    /// More keys of one algorithm without a `kid` than are tried.
    TooManyWithoutKid,
    /// An RSA modulus below 2048 or above 8192 bits.
    RsaSize {
        /// Its size.
        bits: usize,
    },
    /// An RSA exponent that is even, 1 or above 33 bits.
    RsaExponent,
    /// An RSA modulus that is even, unusable or from a generator known to be broken.
    RsaWeakModulus,
    /// A point that is not on its curve.
    PointOffCurve,
    /// An Ed25519 key of other than 32 bytes.
    Ed25519Length,
    /// An HMAC secret shorter than its hash.
    SecretTooShort {
        /// Its length.
        bytes: usize,
        /// The least length.
        needed: usize,
    },
    /// A secret where public keys are.
    SecretAmongPublicKeys,
    /// No PEM block in the text.
    PemMissing,
    /// A PEM block without an end, or not base64.
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
                "the key set has no list `keys`; put a single key into {\"keys\": [ … ]}"
            }
            Self::NoUsableKey(problems) if problems.is_empty() => "the key set is empty",
            Self::NoUsableKey(problems) => {
                formatter.write_str("there is no usable key")?;
                for (position, problem) in problems.iter().take(MOST_TOLD).enumerate() {
                    write!(formatter, "{} {problem}", if position == 0 { ":" } else { ";" })?;
                }
                return match problems.len().saturating_sub(MOST_TOLD) {
                    0 => Ok(()),
                    more => write!(formatter, "; and {more} more"),
                };
            }
            Self::Member { position, error } => {
                return write!(formatter, "key {}: {error}", position + 1);
            }
            Self::NotAnObject => "it is no JSON object",
            Self::DoubledMember => "it gives a member twice",
            Self::MemberMissing(name) => return write!(formatter, "it has no `{name}`"),
            Self::MemberMalformed(name) => {
                return write!(
                    formatter,
                    "its `{name}` is malformed; strings are expected, numbers as base64url \
                     without padding and in full length"
                );
            }
            Self::PrivateMember(name) => {
                return write!(
                    formatter,
                    "it holds the private member `{name}`; publish public keys only, and replace \
                     this one"
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
            Self::PurposesDisagree => "its `use` and `key_ops` contradict one another",
            Self::SameKid { other } => {
                return write!(
                    formatter,
                    "key {} has the same `kid` and algorithm, so neither is used; give each key \
                     its own `kid`",
                    other + 1
                );
            }
            Self::KidMissing => {
                "it has no `kid` and other keys of the set have one, so no token could mean it; \
                 give it one"
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
                     ones"
                );
            }
            Self::SecretAmongPublicKeys => {
                "it is a shared secret (`oct`), which is taken only when all of this issuer's \
                 `algorithms` are HS256, HS384 or HS512"
            }
            Self::PemMissing => "there is no PEM block; `-----BEGIN PUBLIC KEY-----` is expected",
            Self::PemMalformed => "the PEM block has no end or is not base64",
            Self::PrivateKey => {
                "this is a private key; give the gate the public one (openssl pkey -pubout)"
            }
            Self::Certificate => {
                "this is a certificate; give the gate its public key (openssl x509 -pubkey -noout)"
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

/// Keys of one set that a message tells of: a set from somebody else's server could have thousands.
const MOST_TOLD: usize = 8;

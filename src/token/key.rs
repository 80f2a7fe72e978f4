//! The keys of one issuer, each bound to exactly one algorithm, and the verification of signatures.
//!
//! The algorithm of a key comes from the key set or the configuration, never from a token; this
//! prevents key confusion (RFC 8725, section 3.1). The crypto library parses each key when it is
//! loaded, so an unusable key is reported at start and not at a request. This module does not know
//! where keys come from (file, URL). The types of `jsonwebtoken` do not leave it.
//!
//! Which keys verify a token:
//! - In a set whose keys have a `kid`: those with the token's `kid`. A token without `kid` is accepted
//!   only if the set has a single key. A key without `kid` in such a set could not be selected by any
//!   token, so it is left out and reported.
//! - In a set without `kid`s (PEM files, secrets, and some JWK sets): all keys of the token's
//!   algorithm, for every `kid` of the token.
//!
//! At most [`MAX_TRIED`] keys are tried for a token; further keys are not loaded.

mod jwk;
mod pem;

mod bound_key;

mod material;

mod error;

pub use error::{KeyError, UnusableKey};

use super::{Algorithm, compact::Compact, rejection::Rejection};
use bound_key::Key;
use jsonwebtoken::crypto;
use material::Material;
use std::{fmt, sync::Arc};

/// The keys of one issuer, each bound to exactly one algorithm. Cheap to clone.
#[derive(Clone)]
pub struct KeySet {
    keys: Arc<[Key]>,
    /// Whether they have a `kid`: all have one, or none has.
    named: bool,
}

impl KeySet {
    /// Reads a JWK set (RFC 7517). An unusable member is reported and left out; it does not affect the
    /// others. `oct` members are accepted only if every configured algorithm is an HMAC.
    ///
    /// # Errors
    /// Not a JSON object with a list `keys`, or no usable key in it.
    pub fn from_jwks(
        json: &[u8],
        algorithms: &[Algorithm],
    ) -> Result<(Self, Vec<UnusableKey>), KeyError> {
        let parsed = jwk::parse_set(json, algorithms)?;
        let (keys, mut problems) = refuse_ambiguous(parsed);
        problems.sort_by_key(|problem| problem.position);
        match Self::new(keys) {
            Some(set) => Ok((set, problems)),
            None => Err(KeyError::NoUsableKey(problems)),
        }
    }

    /// Reads public keys from PEM texts, each of one or more blocks: `PUBLIC KEY` (SPKI) and
    /// `RSA PUBLIC KEY` (PKCS#1). Private keys and certificates are refused by their tag.
    ///
    /// # Errors
    /// The first block that is not a usable key, with its position among all blocks.
    pub fn from_pem(pems: &[Vec<u8>], algorithms: &[Algorithm]) -> Result<Self, KeyError> {
        let mut materials = Vec::new();
        for text in pems {
            pem::parse(text, &mut materials)?;
        }
        Self::unnamed(materials, algorithms)
    }

    /// HMAC secrets, already trimmed; at least as long as the hash (RFC 7518, section 3.2).
    ///
    /// # Errors
    /// No secret, a secret that is too short, or several HMAC algorithms to choose from.
    pub fn from_secrets(secrets: &[Vec<u8>], algorithms: &[Algorithm]) -> Result<Self, KeyError> {
        let secrets = secrets.iter().map(|secret| Material::Secret(secret.clone())).collect();
        Self::unnamed(secrets, algorithms)
    }

    /// HMAC secrets for HS256, each with its `kid`, which a token must state.
    ///
    /// # Errors
    /// No secret, a secret that is too short, or a duplicate `kid`.
    pub(super) fn from_named_secrets(secrets: &[(String, &Vec<u8>)]) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::with_capacity(secrets.len());
        for (position, (kid, secret)) in secrets.iter().enumerate() {
            let same = keys.iter().position(|other| other.kid.as_deref() == Some(kid.as_str()));
            let wrong = |error| KeyError::Member { position, error: Box::new(error) };
            if let Some(other) = same {
                return Err(wrong(KeyError::SameKid { other }));
            }
            let material = Material::Secret(Vec::clone(secret));
            keys.push(Key::new(Some(kid), Algorithm::Hs256, material).map_err(wrong)?);
        }
        Self::new(keys).ok_or(KeyError::NoUsableKey(Vec::new()))
    }

    /// Whether a token with this `kid` could be verified with a key of the set.
    pub(super) fn knows(&self, kid: Option<&str>) -> bool {
        !self.named || self.keys.iter().any(|key| kid.is_none() || key.kid.as_deref() == kid)
    }

    /// The `kid` of each key, where it has one.
    pub(super) fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.keys.iter().map(|key| key.kid.as_deref())
    }

    fn unnamed(materials: Vec<Material>, algorithms: &[Algorithm]) -> Result<Self, KeyError> {
        let mut keys: Vec<Key> = Vec::with_capacity(materials.len());
        for (position, material) in materials.into_iter().enumerate() {
            let key = material
                .bind(None, algorithms)
                .and_then(|algorithm| Key::new(None, algorithm, material))
                .map_err(|error| KeyError::Member { position, error: Box::new(error) })?;
            if keys.iter().filter(|other| other.algorithm == key.algorithm).count() == MAX_TRIED {
                let error = Box::new(KeyError::TooManyWithoutKid);
                return Err(KeyError::Member { position, error });
            }
            keys.push(key);
        }
        Self::new(keys).ok_or(KeyError::NoUsableKey(Vec::new()))
    }

    /// No keys: those of the issuer could not be fetched. Its tokens cannot be verified for now.
    #[must_use]
    pub fn unavailable() -> Self {
        Self { keys: Arc::default(), named: false }
    }

    fn new(keys: Vec<Key>) -> Option<Self> {
        if keys.is_empty() {
            return None;
        }
        // Explicit, because another crate in the tree could enable a second backend, and then the
        // library would panic at the first verification. An error means that this provider has been
        // installed before; nothing else installs one.
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let named = keys.iter().any(|key| key.kid.is_some());
        Some(Self { keys: keys.into(), named })
    }

    /// The number of keys; 0 only if they are [`unavailable`](Self::unavailable).
    #[must_use]
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// [`verify_within`](Self::verify_within) without a bound.
    ///
    /// # Errors
    /// As there.
    #[cfg(test)]
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        compact: &Compact<'_>,
    ) -> Result<(), Rejection> {
        self.verify_within(algorithm, kid, compact, &mut { u16::MAX })
    }

    /// Verifies the signature of `compact` with the keys that `algorithm` and `kid` of the header
    /// select. Each signature that is computed takes one of `signatures`.
    ///
    /// # Errors
    /// No key is selected, none verifies the signature, or there are no keys for now.
    pub(super) fn verify_within(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        compact: &Compact<'_>,
        signatures: &mut u16,
    ) -> Result<(), Rejection> {
        if self.keys.is_empty() {
            return Err(Rejection::KeysUnavailable);
        }
        if kid.is_none() && self.named && self.keys.len() > 1 {
            return Err(Rejection::KidMissing);
        }
        let is_selected = |key: &&Key| !self.named || kid.is_none() || key.kid.as_deref() == kid;
        if !self.keys.iter().any(|key| is_selected(&key)) {
            return Err(Rejection::KeyUnknown);
        }
        let mut rejection = Rejection::KeyOfOtherAlgorithm;
        let candidates = self.keys.iter().filter(is_selected);
        for key in candidates.filter(|key| key.algorithm == algorithm).take(MAX_TRIED) {
            match key.verify(compact, signatures) {
                Ok(()) => return Ok(()),
                Err(Rejection::OverBudget) => return Err(Rejection::OverBudget),
                // If several keys were tried, this rejection says more than a wrong length.
                Err(_) if rejection == Rejection::SignatureWrong => {}
                Err(error) => rejection = error,
            }
        }
        Err(rejection)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.keys.iter()).finish()
    }
}

/// Leaves out keys that the rules of the module could not select unambiguously.
///
/// Two members with the same `kid` and algorithm are both refused, even if only one of them is a
/// usable key: which of them verifies a token would depend on their order, and one of the two may be
/// an attacker's.
fn refuse_ambiguous(parsed: jwk::ParsedSet) -> (Vec<Key>, Vec<UnusableKey>) {
    let jwk::ParsedSet { keys, mut problems, claimed } = parsed;
    let some_named = keys.iter().any(|(_, key)| key.kid.is_some());
    let error = |position: usize, key: &Key| {
        let same = |other: &&(usize, Key)| {
            other.0 != position && other.1.kid == key.kid && other.1.algorithm == key.algorithm
        };
        let Some(kid) = &key.kid else {
            let earlier = keys.iter().filter(same).filter(|other| other.0 < position).count();
            return if some_named {
                Some(KeyError::KidMissing)
            } else {
                (earlier >= MAX_TRIED).then_some(KeyError::TooManyWithoutKid)
            };
        };
        let unusable = claimed
            .iter()
            .find(|(_, other, algorithm)| other == kid && *algorithm == key.algorithm);
        let other = keys.iter().find(same).map(|other| other.0);
        let other = other.or(unusable.map(|(other, ..)| *other))?;
        Some(KeyError::SameKid { other })
    };
    let errors: Vec<_> = keys.iter().map(|(position, key)| error(*position, key)).collect();
    let mut kept = Vec::with_capacity(keys.len());
    for ((position, key), error) in keys.into_iter().zip(errors) {
        match error {
            None => kept.push(key),
            Some(error) => {
                let kid = key.kid.map(String::from);
                problems.push(UnusableKey { position, kid, error });
            }
        }
    }
    (kept, problems)
}

/// Keys tried for one token. Each costs a verification, which the sender of a forged token gets for
/// free.
const MAX_TRIED: usize = 4;

#[cfg(test)]
mod tests;

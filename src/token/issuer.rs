//! What the configuration says about an issuer: the rules for its tokens, and its keys.
//!
//! A record that other modules read. It makes no decision and knows no token.

use super::{Algorithm, claims::ClaimPath, key::KeySet};
use crate::name::LabelRules;

/// The checked settings of one issuer.
#[derive(Clone)]
pub struct Issuer {
    /// Compared byte for byte with `iss`.
    pub name: Box<str>,
    /// `aud` must contain one of these; empty only with `allow_any_audience`.
    pub audiences: Vec<Box<str>>,
    /// The algorithms that this issuer signs with.
    pub algorithms: Vec<Algorithm>,
    /// The keys of this issuer; [unavailable](KeySet::unavailable) until a key set that comes from
    /// a URL has been fetched.
    pub keys: KeySet,
    /// The claim that names the user.
    pub user_claim: ClaimPath,
    /// Accepted header `typ` values, lower case, without `application/`.
    pub types: Vec<Box<str>>,
    /// Whether a token without `typ` is refused.
    pub require_type: bool,
    /// How usernames of this issuer become labels.
    pub labels: LabelRules,
    /// The longest accepted `exp` − `iat` in seconds; `None`: no limit.
    pub max_lifetime: Option<u64>,
}

/// One of the [`Issuers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerId(usize);

impl IssuerId {
    /// The issuer at this position in `issuers` of the configuration, from 0.
    #[must_use]
    pub fn at(position: usize) -> Self {
        Self(position)
    }

    /// Its position in `issuers` of the configuration, from 0.
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// The issuers of one configuration, in its order, each name once.
pub struct Issuers(Vec<Issuer>);

impl Issuers {
    /// Keeps the order.
    #[must_use]
    pub fn new(issuers: Vec<Issuer>) -> Self {
        Self(issuers)
    }

    /// The issuer with this id; `None` if the id is of a longer configuration.
    #[must_use]
    pub fn get(&self, id: IssuerId) -> Option<&Issuer> {
        self.0.get(id.0)
    }

    /// Each issuer with its id.
    pub fn iter(&self) -> impl Iterator<Item = (IssuerId, &Issuer)> {
        self.0.iter().enumerate().map(|(position, issuer)| (IssuerId(position), issuer))
    }

    /// The issuer of this name. Keys are looked up within it only, so a token that names one issuer
    /// and is signed with the key of another is refused although both are trusted (RFC 8725,
    /// section 3.8).
    #[must_use]
    pub fn named(&self, name: &str) -> Option<(IssuerId, &Issuer)> {
        self.iter().find(|(_, issuer)| *issuer.name == *name)
    }
}

#[cfg(test)]
impl std::ops::Index<usize> for Issuers {
    type Output = Issuer;

    fn index(&self, position: usize) -> &Issuer {
        &self.0[position]
    }
}

#[cfg(test)]
impl std::ops::IndexMut<usize> for Issuers {
    fn index_mut(&mut self, position: usize) -> &mut Issuer {
        &mut self.0[position]
    }
}

/// The `iss` of the session tokens that doorward signs.
pub const GATE_ISSUER: &str = "doorward";

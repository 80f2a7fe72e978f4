//! A grant of the configuration: which claim of a token opens which other users' workspaces.
//!
//! The verifier evaluates the claim once for each token. `policy` decides by the labels; nothing in
//! here does.

use super::{claims::ClaimPath, issuer::IssuerId};
use crate::name::Label;

/// Opens workspaces to users of one issuer whose token has a value: the claim equals it, or is a
/// list that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The issuer of the tokens.
    pub issuer: IssuerId,
    /// The claim.
    pub claim: ClaimPath,
    /// The value, compared exactly; never empty.
    pub contains: Box<str>,
    /// The workspaces that it opens.
    pub labels: GrantLabels,
}

/// The labels of the workspaces that a grant opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantLabels {
    /// `"*"`: every workspace of the domains that trust the grant's issuer.
    All,
    /// Only these.
    Only(Vec<Label>),
}

impl GrantLabels {
    /// Whether the workspace with this canonical label is among them.
    #[must_use]
    pub fn include(&self, label: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(labels) => labels.iter().any(|granted| granted.as_str() == label),
        }
    }
}

/// One of the [`Grants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantId(usize);

impl GrantId {
    /// Its position in `grants` of the configuration, from 0.
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// The grants of one configuration, in its order.
#[derive(Default)]
pub struct Grants(Vec<Grant>);

impl Grants {
    /// Keeps the order.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        Self(grants)
    }

    /// The grant with this id; `None` if the id is of a longer configuration.
    #[must_use]
    pub fn get(&self, id: GrantId) -> Option<&Grant> {
        self.0.get(id.0)
    }

    /// Each grant with its id.
    pub fn iter(&self) -> impl Iterator<Item = (GrantId, &Grant)> {
        self.0.iter().enumerate().map(|(position, grant)| (GrantId(position), grant))
    }
}

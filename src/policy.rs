//! May this session enter this host? A handful of lines, so that they can be read in one go.
//!
//! Pure. It compares canonical labels for equality and knows no token, header or clock. The gate
//! asks it for every candidate that verified; nobody else does.

use crate::name::Label;
use crate::reasons::with_reasons;
use crate::token::Session;

/// What is asked for: the part of a host that decides.
#[derive(Clone, Copy, Debug)]
pub struct Site<'r> {
    /// The user's label in the host, canonical.
    pub label: &'r str,
    /// Indices of the issuers whose users have desktops in this domain.
    pub issuers: &'r [usize],
}

/// The labels that a grant opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantLabels {
    /// `"*"`: every workspace of the domains that trust the grant's issuer.
    All,
    /// These, and no other.
    Only(Vec<Label>),
}

impl GrantLabels {
    fn include(&self, label: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(labels) => labels.iter().any(|granted| granted.as_str() == label),
        }
    }
}

/// By which right a session enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The host carries the session's own label.
    Own,
    /// The grant at this index of the configuration.
    Grant(usize),
}

with_reasons! {
    /// Why a valid session may not enter.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Refusal {
        /// Its issuer has no users in this domain.
        IssuerNotOfDomain => "issuer-not-of-domain",
        /// The host carries another label, and no grant opens it.
        LabelDiffers => "wrong-host",
    }
}

/// The rule that gives doorward its name. `grants` stand in the order of the configuration, as the
/// session's own list does.
///
/// # Errors
/// Which of the two conditions does not hold.
pub fn authorize(
    session: &Session,
    site: Site<'_>,
    grants: &[GrantLabels],
) -> Result<Entry, Refusal> {
    if !site.issuers.contains(&session.issuer()) {
        return Err(Refusal::IssuerNotOfDomain);
    }
    if session.label().as_str() == site.label {
        return Ok(Entry::Own);
    }
    let held = session.grants().iter().zip(grants);
    match held.enumerate().find(|(_, (held, labels))| **held && labels.include(site.label)) {
        Some((index, _)) => Ok(Entry::Grant(index)),
        None => Err(Refusal::LabelDiffers),
    }
}

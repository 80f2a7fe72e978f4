//! May this session enter this host? A handful of lines, so that they can be read in one go.
//!
//! Pure. It compares canonical labels for equality and knows no token, header or clock. The gate
//! asks it for every candidate that verified; nobody else does.

use crate::reasons::with_reasons;
use crate::token::{GrantId, Grants, IssuerId, Session};

/// What is asked for: the part of a host that decides.
#[derive(Clone, Copy, Debug)]
pub struct Site<'r> {
    /// The user's label in the host, canonical.
    pub label: &'r str,
    /// The issuers whose users have workspaces in this domain.
    pub issuers: &'r [IssuerId],
}

/// By which right a session enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The host carries the session's own label.
    Own,
    /// This grant of the configuration.
    Grant(GrantId),
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

/// Admits a session to the host with its own label, or to a host that one of its grants opens.
///
/// # Errors
/// Which of the two conditions does not hold.
pub fn authorize(session: &Session, site: Site<'_>, grants: &Grants) -> Result<Entry, Refusal> {
    if !site.issuers.contains(&session.issuer()) {
        return Err(Refusal::IssuerNotOfDomain);
    }
    if session.label().as_str() == site.label {
        return Ok(Entry::Own);
    }
    let opens =
        |id: &&GrantId| grants.get(**id).is_some_and(|grant| grant.labels.include(site.label));
    match session.grants().iter().find(opens) {
        Some(id) => Ok(Entry::Grant(*id)),
        None => Err(Refusal::LabelDiffers),
    }
}

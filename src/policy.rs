//! Whether a session may enter a host. Short, so that it can be reviewed at once.
//!
//! Pure: it compares canonical labels for equality and knows no token, header or clock. The gate
//! calls it for each verified token of a request, and for each hand-off token.

use crate::reasons::with_reasons;
use crate::token::{GrantId, Grants, IssuerId, Session};

/// The part of a host that decides who may enter it.
#[derive(Clone, Copy, Debug)]
pub struct Site<'r> {
    /// The label in the host, canonical.
    pub label: &'r str,
    /// The issuers whose users have workspaces in this domain.
    pub issuers: &'r [IssuerId],
}

/// Why a session may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The host has the label of the session's user.
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
        /// The host has another label, and no grant of the session opens it.
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

//! The ways in which alice's session can lie in her browser.

use super::setup::ZONE;
use crate::support::portal::COOKIE;

/// A kind of session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// `__Host-`, sent with every request that any site causes.
    None,
    /// `__Host-`, sent with links from other sites.
    Lax,
    /// `__Host-`, sent within the site only.
    Strict,
    /// `__Host-`, in a jar of its own for each site that is looked at.
    Partitioned,
    /// One for the whole zone.
    ParentDomain,
}

impl Variant {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Lax, Self::Strict, Self::Partitioned, Self::ParentDomain];

    /// As the document calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Lax => "Lax",
            Self::Strict => "Strict",
            Self::Partitioned => "Partitioned",
            Self::ParentDomain => "parent domain",
        }
    }

    /// The cookie's name.
    pub fn cookie_name(self) -> &'static str {
        if self == Self::ParentDomain { PARENT_COOKIE } else { COOKIE }
    }

    /// The `Set-Cookie` line of a session.
    pub fn cookie(self, token: &str) -> String {
        let more = match self {
            Self::None => "SameSite=None".to_owned(),
            Self::Lax => "SameSite=Lax".to_owned(),
            Self::Strict => "SameSite=Strict".to_owned(),
            Self::Partitioned => "SameSite=None; Partitioned".to_owned(),
            Self::ParentDomain => format!("SameSite=None; Domain={ZONE}"),
        };
        format!("{}={token}; HttpOnly; Secure; Path=/; {more}", self.cookie_name())
    }
}

/// Without a prefix, which no cookie of a whole zone can have.
pub const PARENT_COOKIE: &str = "session";

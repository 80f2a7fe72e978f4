//! The kinds of session cookies in alice's browser.

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
    /// `__Host-`, in a separate cookie jar for each top-level site.
    Partitioned,
    /// A cookie for the whole zone.
    ParentDomain,
}

impl Variant {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Lax, Self::Strict, Self::Partitioned, Self::ParentDomain];

    /// The name in the document.
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

/// A name without `__Host-`, because browsers reject that prefix on a cookie with `Domain`.
pub const PARENT_COOKIE: &str = "session";

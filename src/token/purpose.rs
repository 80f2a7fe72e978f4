//! The purpose of a token: tokens that an issuer signs with the same key, but not as a session.
//!
//! Logout tokens, refresh tokens and hand-off tokens have a valid signature, a known issuer and often
//! a matching audience (RFC 8725, section 3.12: the kinds of tokens of one issuer must be mutually
//! exclusive). They are distinguished by name, wherever issuers put it: the header's `typ` (RFC 8725),
//! the claim `typ` (Keycloak: `Bearer`, `ID`, `Refresh`, `Offline`, `Logout`), and the claims
//! `token_type`, `token_use` and `type` (libraries that portals use). Matching is lenient: to refuse
//! too much gives a clear message, to refuse too little gives a session that was never issued.

use std::fmt;

/// A purpose other than a session of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `OpenID Connect` back-channel logout, or a security event (RFC 8417).
    Logout,
    /// A refresh token, offline ones included.
    Refresh,
    /// A hand-off token, or a session token that doorward signed.
    Doorward,
}

impl Purpose {
    /// The purpose that a `typ` names, in any case, with or without `application/`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = media_subtype(name);
        if starts_with_ignoring_case(name, DOORWARD) {
            return Some(Self::Doorward);
        }
        let holds = |word: &[u8]| {
            name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
        };
        if holds(b"logout") || holds(b"secevent") {
            return Some(Self::Logout);
        }
        if holds(b"refresh") || holds(b"offline") {
            return Some(Self::Refresh);
        }
        None
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Logout => "a logout token or security event",
            Self::Refresh => "a refresh token",
            Self::Doorward => "a hand-off or session token of doorward",
        })
    }
}

/// `typ` without `application/`, which may be left out when no other slash is in it (RFC 7515,
/// section 4.1.9).
pub(super) fn media_subtype(name: &str) -> &str {
    match name.split_once('/') {
        Some((tree, subtype))
            if tree.eq_ignore_ascii_case("application") && !subtype.contains('/') =>
        {
            subtype
        }
        _ => name,
    }
}

/// Whether a `typ` is one of doorward: a hand-off or a session token.
pub(super) fn is_doorward(name: &str) -> bool {
    starts_with_ignoring_case(media_subtype(name), DOORWARD)
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `typ` of a hand-off token, which an issuer signs.
pub(super) const HANDOFF: &str = "doorward-handoff+jwt";
/// `typ` of a session token that doorward signs.
pub(super) const SESSION: &str = "doorward-session+jwt";

/// `typ` of a logout token, which the header may leave out (`OpenID Connect` Back-Channel Logout 1.0,
/// sections 2.4 and 4.1). Keycloak up to 24 and authentik up to 2025.10 send `JWT`, Duende
/// `IdentityServer` 6.2 `at+jwt`. The claims tell a logout token from others: it has the event, a
/// session must not have `events`.
pub(super) const LOGOUT: [&str; 3] = ["logout+jwt", "JWT", "at+jwt"];

const DOORWARD: &str = "doorward-";

#[cfg(test)]
mod tests;

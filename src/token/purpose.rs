//! Tokens that an issuer signs with the same key but never meant as a session.
//!
//! Logout tokens, refresh tokens and our own hand-off tokens carry a good signature, a good
//! issuer and often a good audience (RFC 8725, section 3.12: kinds of one issuer must exclude one
//! another). They are told apart by name, wherever issuers write it: `typ` of the header (RFC
//! 8725), claim `typ` (Keycloak: `Bearer`, `ID`, `Refresh`, `Offline`, `Logout`), claims
//! `token_type`, `token_use` and `type` (the common libraries of self-made portals). Matching is
//! generous, because the fault of refusing too much is a clear message and the fault of the other
//! is a session that nobody granted.

use std::fmt;

/// What a token is, when it is certainly no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `OpenID Connect` back-channel logout, or a security event (RFC 8417).
    Logout,
    /// A refresh token, offline ones included.
    Refresh,
    /// A token of the gate's own making: hand-off or session.
    Doorward,
}

impl Purpose {
    /// The forbidden kind that a `typ` names, in any case, `application/` or not.
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
            Self::Doorward => "a token of the gate's own making",
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

/// Whether a `typ` is one of the gate's own, hand-off and session alike.
pub(super) fn is_doorward(name: &str) -> bool {
    starts_with_ignoring_case(media_subtype(name), DOORWARD)
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `typ` of the token by which a sign-in page hands a session over; the issuer signs it.
pub(super) const HANDOFF: &str = "doorward-handoff+jwt";
/// `typ` of the session token that the gate makes of it, with a key of its own.
pub(super) const SESSION: &str = "doorward-session+jwt";

/// `typ` of a logout token (`OpenID Connect` Back-Channel Logout 1.0, section 2.4).
pub(super) const LOGOUT: &str = "logout+jwt";

const DOORWARD: &str = "doorward-";

#[cfg(test)]
mod tests;

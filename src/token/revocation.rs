//! What a session can be revoked by: how it is named in a list, and what the gate asks of one.
//!
//! The names are computed once, when a token is verified, so that a request asks with four numbers
//! and no text. Where the list is kept is not known here; the stores stand in `revocation`.

use super::{Session, UnixTime};
use aws_lc_rs::digest::{self, SHA256};
use std::fmt;

/// What the gate asks and tells a store. Answers come from memory: the request path waits for
/// nothing.
pub trait Revocations: Send + Sync {
    /// Its name in the configuration.
    fn store(&self) -> &'static str;

    /// Whether a session has been revoked (step 7).
    fn is_revoked(&self, session: &Session) -> bool;

    /// Ends the session, and no other: by its own id, for as long as it could be used. `false`
    /// when it has none or could not be noted.
    fn end(&self, session: &Session, now: UnixTime) -> bool;

    /// Takes note of a token that may be used once, until `until`; `false` when it has been used,
    /// or could not be noted.
    fn spend(&self, once: Identity, until: UnixTime, now: UnixTime) -> bool;
}

/// One name by which sessions are revoked: 128 bits of a hash of issuer, kind and value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity(u128);

impl Identity {
    /// The name of `value` of this kind at this issuer.
    #[must_use]
    pub fn new(issuer: &str, kind: IdentityKind, value: &str) -> Self {
        let mut hash = digest::Context::new(&SHA256);
        hash.update(&[kind as u8]);
        // A length in front, so that no two pairs run together alike.
        hash.update(&(issuer.len() as u64).to_be_bytes());
        hash.update(issuer.as_bytes());
        hash.update(value.as_bytes());
        let hash = hash.finish();
        let half = hash.as_ref().first_chunk::<16>().copied().unwrap_or_default();
        Self(u128::from_be_bytes(half))
    }

    /// The hash's bits, for a table's place.
    #[must_use]
    pub fn bits(self) -> u128 {
        self.0
    }
}

/// A hash of personal data is personal data still.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity(…)")
    }
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// `jti`: one token.
    Token,
    /// `sid`: a sign-in, with all its tokens.
    Session,
    /// `sub`: everything of one subject.
    Subject,
    /// The canonical username: likewise, whatever claim holds it.
    User,
    /// A token that may be used once.
    Once,
}

/// All names of one session.
#[derive(Clone, Copy, Debug)]
pub struct Identities {
    token: Option<Identity>,
    session: Option<Identity>,
    subject: Option<Identity>,
    user: Identity,
}

impl Identities {
    pub(super) fn new(
        issuer: &str,
        id: Option<&str>,
        session_id: Option<&str>,
        subject: Option<&str>,
        username: &str,
    ) -> Self {
        let name = |kind| move |value: &str| Identity::new(issuer, kind, value);
        Self {
            token: id.map(name(IdentityKind::Token)),
            session: session_id.map(name(IdentityKind::Session)),
            subject: subject.map(name(IdentityKind::Subject)),
            user: name(IdentityKind::User)(username),
        }
    }

    /// The one that names this token alone.
    #[must_use]
    pub fn token(&self) -> Option<Identity> {
        self.token
    }

    /// Each of them, the narrowest first.
    pub fn iter(&self) -> impl Iterator<Item = Identity> {
        [self.token, self.session, self.subject, Some(self.user)].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_where_anything_differs() {
        let rows = [
            ("token", "https://a", IdentityKind::Token, "x"),
            ("sign_in", "https://a", IdentityKind::Session, "x"),
            ("subject", "https://a", IdentityKind::Subject, "x"),
            ("user", "https://a", IdentityKind::User, "x"),
            ("once", "https://a", IdentityKind::Once, "x"),
            ("other_issuer", "https://b", IdentityKind::Token, "x"),
            ("other_value", "https://a", IdentityKind::Token, "y"),
            ("moved_border", "https://ax", IdentityKind::Token, ""),
            ("moved_border_back", "https://", IdentityKind::Token, "ax"),
        ];
        for (index, (row, issuer, kind, value)) in rows.iter().enumerate() {
            let name = Identity::new(issuer, *kind, value);
            assert_eq!(name, Identity::new(issuer, *kind, value), "{row}");
            for (other, issuer, kind, value) in &rows[index + 1..] {
                assert_ne!(name, Identity::new(issuer, *kind, value), "{row} {other}");
            }
        }
    }
}

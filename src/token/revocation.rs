//! What a session can be revoked by: how it is named in a list, and what the gate asks of one.
//!
//! The names are computed once, when a token is verified, so that a request asks with four numbers
//! and no text. Where the list is kept is not known here; the stores stand in `revocation`.

use super::{Session, UnixTime};
use aws_lc_rs::digest::{self, SHA256};
use std::fmt;
use std::pin::Pin;

/// What the gate asks and tells a store. Questions are answered from memory: the request path waits
/// for nothing. What is told may take as long as it takes to keep it.
pub trait Revocations: Send + Sync {
    /// Its name in the configuration.
    fn store(&self) -> &'static str;

    /// Whether a session has been revoked (step 7).
    fn is_revoked(&self, session: &Session) -> bool;

    /// Whether what is told is kept by the time that the future is made, so that nobody has to wait.
    fn is_at_hand(&self) -> bool {
        true
    }

    /// Whether what it knows is enough to judge by: `false` while the place where it is kept has
    /// been out of reach for longer than the configuration allows.
    fn is_current(&self) -> bool {
        true
    }

    /// What is wrong with the place where it is kept, and what to do about it.
    fn problem(&self) -> Option<String> {
        None
    }

    /// Takes note of a token that may be used once, until `until`; `false` when it has been used.
    ///
    /// # Errors
    /// It could not be noted.
    fn spend(
        &self,
        once: Identity,
        until: UnixTime,
        now: UnixTime,
    ) -> Kept<'_, Result<bool, NotKept>>;

    /// Revokes what bears the name, for as long as it could be used. When this returns it is kept
    /// as well as the store keeps anything.
    ///
    /// # Errors
    /// It could not be kept; then nothing is revoked.
    fn revoke(&self, revocation: Revocation, now: UnixTime) -> Kept<'_, Result<(), NotKept>>;

    /// Takes a revocation back; `false` when there was none.
    ///
    /// # Errors
    /// It could not be taken back for good; then it stays.
    fn restore(&self, name: Name, now: UnixTime) -> Kept<'_, Result<bool, NotKept>>;

    /// All that are in force.
    fn list(&self, now: UnixTime) -> Vec<Revocation>;

    /// How many there are, about: those that are over may still be among them.
    fn count(&self) -> usize;
}

/// What comes of telling a store something.
pub type Kept<'s, T> = Pin<Box<dyn Future<Output = T> + Send + 's>>;

/// A store that could not keep what it was told; why is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept;

impl fmt::Display for NotKept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the revocation store could not keep it")
    }
}

impl std::error::Error for NotKept {}

/// Whom or what a revocation is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    /// The issuer, as `iss` has it.
    pub issuer: Box<str>,
    /// What `value` is.
    pub kind: IdentityKind,
    /// A `jti`, `sid` or `sub`, or a canonical username.
    pub value: Box<str>,
}

impl Name {
    /// As sessions bear it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::new(&self.issuer, self.kind, &self.value)
    }
}

/// Personal data stays out of logs.
impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Name").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// An end before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// What ends.
    pub name: Name,
    /// Only what was issued before this moment; `None`: whatever bears the name.
    pub issued_before: Option<UnixTime>,
    /// When nothing that it could match is left; `None`: never.
    pub until: Option<UnixTime>,
}

impl Revocation {
    /// Whether something that bears the name and was issued at `issued_at` ends. Without `iat` a
    /// token counts as the oldest there is.
    #[must_use]
    pub fn covers(&self, issued_at: Option<UnixTime>) -> bool {
        let issued_at = issued_at.unwrap_or(UnixTime(0));
        self.issued_before.is_none_or(|before| issued_at < before)
    }

    /// Whether there may still be something for it to end.
    #[must_use]
    pub fn lives(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// This one and `other`, which is about the same name: what either ends stays ended.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        // `None` is the furthest of both.
        let further = |one: Option<UnixTime>, other: Option<UnixTime>| {
            one.zip(other).map(|(one, other)| one.max(other))
        };
        Self {
            issued_before: further(self.issued_before, other.issued_before),
            until: further(self.until, other.until),
            name: self.name,
        }
    }
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

    /// The name with these [`bits`](Self::bits), which a store has kept.
    #[must_use]
    pub fn of_bits(bits: u128) -> Self {
        Self(bits)
    }
}

/// A hash of personal data is personal data still.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity(…)")
    }
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityKind {
    /// `jti`: one token.
    Token,
    /// `sid`: a sign-in, with all its tokens.
    Session,
    /// `sub`: everything of one subject.
    Subject,
    /// The canonical username: likewise, whatever claim holds it.
    User,
    /// A hand-off, which may be used once.
    Once,
    /// A logout token, which counts once.
    OnceLogout,
}

impl IdentityKind {
    /// Those that a revocation can be about.
    pub const ALL: [Self; 4] = [Self::Token, Self::Session, Self::Subject, Self::User];

    /// The claim's name, or `user`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "jti",
            Self::Session => "sid",
            Self::Subject => "sub",
            Self::User => "user",
            Self::Once => "once",
            Self::OnceLogout => "once-logout",
        }
    }
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

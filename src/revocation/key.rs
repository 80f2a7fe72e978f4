//! What a revocation can refer to: a token, a sign-in, a subject or a user of one issuer.
//!
//! A session's keys are hashed once, when its token is verified, so that a lookup on the request path
//! compares at most four numbers and no text.

use aws_lc_rs::digest::{self, SHA256};
use std::fmt;

/// The sessions or the token that a revocation refers to, in plain text.
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationKey {
    /// The issuer, as in `iss`.
    pub issuer: Box<str>,
    /// What `value` is.
    pub kind: KeyKind,
    /// A `jti`, `sid` or `sub`, or a canonical username.
    pub value: Box<str>,
}

impl RevocationKey {
    /// The hash under which stores keep it.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::new(&self.issuer, self.kind, &self.value)
    }
}

/// Omits issuer and value, so that personal data stays out of logs.
impl fmt::Debug for RevocationKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RevocationKey").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A [`RevocationKey`] as 128 bits of a SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(u128);

impl KeyHash {
    /// Hashes the key with this issuer, kind and value.
    #[must_use]
    pub fn new(issuer: &str, kind: KeyKind, value: &str) -> Self {
        let mut hash = digest::Context::new(&SHA256);
        hash.update(&[kind as u8]);
        // The length prefix keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(&(issuer.len() as u64).to_be_bytes());
        hash.update(issuer.as_bytes());
        hash.update(value.as_bytes());
        let hash = hash.finish();
        let half = hash.as_ref().first_chunk::<16>().copied().unwrap_or_default();
        Self(u128::from_be_bytes(half))
    }

    /// The hash as a number.
    #[must_use]
    pub fn bits(self) -> u128 {
        self.0
    }

    /// The hash with these [`bits`](Self::bits), read back from a store.
    #[must_use]
    pub fn of_bits(bits: u128) -> Self {
        Self(bits)
    }
}

/// Omits the value: a hash of personal data is still personal data.
impl fmt::Debug for KeyHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyHash(…)")
    }
}

/// What a key refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// `jti`: one token.
    Token,
    /// `sid`: one sign-in, with all its tokens.
    Session,
    /// `sub`: all tokens of one subject.
    Subject,
    /// The canonical username: all tokens of one user.
    User,
    /// A hand-off token, which may be used once.
    Once,
    /// A logout token, which may be used once.
    OnceLogout,
}

impl KeyKind {
    /// The kinds that a revocation can refer to.
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

/// The hashes of all keys of one session.
#[derive(Clone, Copy, Debug)]
pub struct KeyHashes {
    token: Option<KeyHash>,
    session: Option<KeyHash>,
    subject: Option<KeyHash>,
    user: KeyHash,
}

impl KeyHashes {
    /// Hashes the keys of a session of `issuer`.
    #[must_use]
    pub fn new(
        issuer: &str,
        id: Option<&str>,
        session_id: Option<&str>,
        subject: Option<&str>,
        username: &str,
    ) -> Self {
        let hash = |kind| move |value: &str| KeyHash::new(issuer, kind, value);
        Self {
            token: id.map(hash(KeyKind::Token)),
            session: session_id.map(hash(KeyKind::Session)),
            subject: subject.map(hash(KeyKind::Subject)),
            user: hash(KeyKind::User)(username),
        }
    }

    /// The key of this token alone.
    #[must_use]
    pub fn token(&self) -> Option<KeyHash> {
        self.token
    }

    /// All of them, the narrowest first.
    pub fn iter(&self) -> impl Iterator<Item = KeyHash> {
        [self.token, self.session, self.subject, Some(self.user)].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_differ_where_anything_differs() {
        let rows = [
            ("token", "https://a", KeyKind::Token, "x"),
            ("sign_in", "https://a", KeyKind::Session, "x"),
            ("subject", "https://a", KeyKind::Subject, "x"),
            ("user", "https://a", KeyKind::User, "x"),
            ("once", "https://a", KeyKind::Once, "x"),
            ("other_issuer", "https://b", KeyKind::Token, "x"),
            ("other_value", "https://a", KeyKind::Token, "y"),
            ("shifted_boundary", "https://ax", KeyKind::Token, ""),
            ("shifted_boundary_back", "https://", KeyKind::Token, "ax"),
        ];
        for (index, (row, issuer, kind, value)) in rows.iter().enumerate() {
            let hash = KeyHash::new(issuer, *kind, value);
            assert_eq!(hash, KeyHash::new(issuer, *kind, value), "{row}");
            for (other, issuer, kind, value) in &rows[index + 1..] {
                assert_ne!(hash, KeyHash::new(issuer, *kind, value), "{row} {other}");
            }
        }
    }
}

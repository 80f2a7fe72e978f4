//! The session slug: the first part of `session--label`, which distinguishes several sessions of
//! one user.
//!
//! The slug does not influence the decision; only the label does. Its grammar matters because both
//! share one DNS label: if one of them could contain `--`, two pairs could form the same host.

use super::label::{self, LabelError};
use std::error::Error;
use std::fmt;

/// A session slug: the grammar of a [`Label`](super::Label), 3..=20 bytes.
///
/// At least three, because with two, the `--` would be at positions 3 and 4 of the DNS label, which
/// are reserved for IDNA (RFC 5891 §4.2.3.1): `xn--…`. At most twenty, so that a slug, two hyphens
/// and the longest label of the algorithm (40) fit into 63 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionSlug(Box<str>);

impl SessionSlug {
    /// Checks `text`. It corrects nothing; upper case is an error.
    ///
    /// # Errors
    /// A length outside of 3..=20 bytes, or the first violation of the label grammar.
    pub fn new(text: &str) -> Result<Self, SessionSlugError> {
        check(text)?;
        Ok(Self(text.into()))
    }

    /// The slug as text, lower-case ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionSlug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a text is not a [`SessionSlug`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionSlugError {
    /// Fewer than 3 bytes.
    TooShort {
        /// Length of the text.
        bytes: usize,
    },
    /// More than 20 bytes.
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// A violation of the label grammar.
    Grammar(LabelError),
}

impl fmt::Display for SessionSlugError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { bytes } | Self::TooLong { bytes } => {
                write!(formatter, "is {bytes} bytes long; use {MIN_BYTES} to {MAX_BYTES}")
            }
            Self::Grammar(error) => error.fmt(formatter),
        }
    }
}

// No `source`: `Display` already prints the grammar's own message in full.
impl Error for SessionSlugError {}

/// The rule, on borrowed text, so that parsing a host does not allocate.
pub(super) fn check(text: &str) -> Result<(), SessionSlugError> {
    match text.len() {
        bytes @ ..MIN_BYTES => Err(SessionSlugError::TooShort { bytes }),
        MIN_BYTES..=MAX_BYTES => label::check(text).map_err(SessionSlugError::Grammar),
        bytes => Err(SessionSlugError::TooLong { bytes }),
    }
}

const MIN_BYTES: usize = 3;
const MAX_BYTES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_these_edges() {
        let (longest, too_long) = ("a".repeat(20), "a".repeat(21));
        for slug in ["dev", "a-b", "x11", &longest] {
            assert_eq!(SessionSlug::new(slug).map(|slug| slug.to_string()), Ok(slug.to_owned()));
        }
        for (name, text, expected) in [
            ("empty", "", SessionSlugError::TooShort { bytes: 0 }),
            ("idna_prefix", "xn", SessionSlugError::TooShort { bytes: 2 }),
            ("one_byte_too_long", &too_long, SessionSlugError::TooLong { bytes: 21 }),
            (
                "double_hyphen",
                "a--b",
                SessionSlugError::Grammar(LabelError::DoubleHyphen { at: 2 }),
            ),
            ("trailing_hyphen", "ab-", SessionSlugError::Grammar(LabelError::TrailingHyphen)),
            (
                "leading_digit",
                "1ab",
                SessionSlugError::Grammar(LabelError::FirstCharacter { character: '1' }),
            ),
        ] {
            assert_eq!(SessionSlug::new(text), Err(expected), "{name}");
        }
    }
}

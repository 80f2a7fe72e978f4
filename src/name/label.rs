//! The grammar of a user's DNS label, and the type for valid labels.
//!
//! Stricter than RFC 1123 on purpose. A letter comes first, so that a label is also a valid name of
//! a Kubernetes Service (RFC 1035). Two hyphens in a row are not allowed, so that no label is an
//! A-label (`xn--`) and `session--label` can be split in only one way. Which user gets which label
//! is decided in `rules`.

use super::dns::MAX_LABEL_BYTES;
use std::error::Error;
use std::fmt;

/// A DNS label that stands for one user: `[a-z]([a-z0-9]|-[a-z0-9])*`, 1..=63 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(Box<str>);

impl Label {
    /// Checks `text` against the grammar. It corrects nothing; upper case is an error.
    ///
    /// # Errors
    /// The first violation of the grammar, from left to right.
    pub fn new(text: &str) -> Result<Self, LabelError> {
        check(text)?;
        Ok(Self(text.into()))
    }

    /// The label as text, lower-case ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For the label algorithm, whose output is valid by construction, so there is no `Result`. The
    /// tests run with the assertion.
    pub(super) fn from_algorithm(text: Box<str>) -> Self {
        debug_assert_eq!(check(&text), Ok(()), "the label algorithm left its own grammar");
        Self(text)
    }
}

impl AsRef<str> for Label {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a text is not a [`Label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelError {
    /// The text is empty.
    Empty,
    /// Longer than 63 bytes, the limit of a DNS label (RFC 1035 §2.3.4).
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// Begins with a digit or a hyphen.
    FirstCharacter {
        /// The first character.
        character: char,
    },
    /// Contains a character other than lower-case ASCII letters, digits and hyphens.
    ForbiddenCharacter {
        /// The first such character.
        character: char,
        /// Its byte offset.
        at: usize,
    },
    /// Contains two hyphens in a row, which separate a session slug from a label.
    DoubleHyphen {
        /// Byte offset of the second one.
        at: usize,
    },
    /// Ends with a hyphen.
    TrailingHyphen,
}

impl fmt::Display for LabelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("is empty; write at least one letter"),
            Self::TooLong { bytes } => {
                write!(formatter, "is {bytes} bytes long; DNS allows {MAX_LABEL_BYTES}")
            }
            Self::FirstCharacter { character } => {
                write!(formatter, "begins with {character:?}; begin with a letter a-z")
            }
            Self::ForbiddenCharacter { character, at } if character.is_ascii_uppercase() => {
                write!(formatter, "has {character:?} at byte {at}; write it in lower case")
            }
            Self::ForbiddenCharacter { character, at } => write!(
                formatter,
                "has {character:?} at byte {at}; use only a-z, 0-9 and single hyphens"
            ),
            Self::DoubleHyphen { at } => {
                write!(formatter, "has two hyphens in a row at byte {at}; write a single one")
            }
            Self::TrailingHyphen => {
                formatter.write_str("ends with a hyphen; end with a letter or a digit")
            }
        }
    }
}

impl Error for LabelError {}

/// The grammar, on borrowed text, so that parsing a host does not allocate.
pub(super) fn check(text: &str) -> Result<(), LabelError> {
    if text.len() > MAX_LABEL_BYTES {
        return Err(LabelError::TooLong { bytes: text.len() });
    }
    let mut previous = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' | b'-' if at == 0 => {
                let character = char::from(byte);
                return Err(LabelError::FirstCharacter { character });
            }
            b'-' if previous == Some(b'-') => return Err(LabelError::DoubleHyphen { at }),
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {}
            _ => {
                // Every byte before this one was ASCII, so `at` is a character boundary.
                let character = text.get(at..).and_then(|rest| rest.chars().next());
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                return Err(LabelError::ForbiddenCharacter { character, at });
            }
        }
        previous = Some(byte);
    }
    match previous {
        None => Err(LabelError::Empty),
        Some(b'-') => Err(LabelError::TrailingHyphen),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_these_edges() {
        let longest = "a".repeat(63);
        for label in ["a", "z", "a0", "a-0", "alice", "bob-2", "a-b-c", "xn-80ak", &longest] {
            assert_eq!(Label::new(label).map(|label| label.to_string()), Ok(label.to_owned()));
        }

        let too_long = "a".repeat(64);
        let forbidden = |character, at| Err(LabelError::ForbiddenCharacter { character, at });
        for (name, text, expected) in [
            ("empty", "", Err(LabelError::Empty)),
            ("one_byte_too_long", &too_long, Err(LabelError::TooLong { bytes: 64 })),
            ("leading_digit", "0a", Err(LabelError::FirstCharacter { character: '0' })),
            ("leading_hyphen", "-a", Err(LabelError::FirstCharacter { character: '-' })),
            ("trailing_hyphen", "a-", Err(LabelError::TrailingHyphen)),
            ("punycode_prefix", "xn--a", Err(LabelError::DoubleHyphen { at: 3 })),
            ("three_hyphens", "a---b", Err(LabelError::DoubleHyphen { at: 2 })),
            ("upper_case", "alicE", forbidden('E', 4)),
            ("underscore", "a_b", forbidden('_', 1)),
            ("dot", "a.b", forbidden('.', 1)),
            ("trailing_newline", "alice\n", forbidden('\n', 5)),
            ("nul", "alice\0", forbidden('\0', 5)),
            ("backtick", "a`b", forbidden('`', 1)),
            ("byte_before_a", "a`", forbidden('`', 1)),
            ("byte_after_z", "a{", forbidden('{', 1)),
            ("byte_before_0", "a/", forbidden('/', 1)),
            ("byte_after_9", "a:", forbidden(':', 1)),
            ("cyrillic_a", "аlice", forbidden('а', 0)),
            ("full_width_letter", "aｂ", forbidden('ｂ', 1)),
        ] {
            assert_eq!(check(text), expected, "{name}");
            assert!(Label::new(text).is_err(), "{name}");
        }
    }

    #[test]
    fn an_error_says_what_to_do() {
        let message = |text| Label::new(text).unwrap_err().to_string();
        assert_eq!(message("Alice"), "has 'A' at byte 0; write it in lower case");
        assert_eq!(message("a_b"), "has '_' at byte 1; use only a-z, 0-9 and single hyphens");
        // A control character never reaches a terminal as itself.
        assert_eq!(
            message("a\u{1b}[2J"),
            "has '\\u{1b}' at byte 1; use only a-z, 0-9 and single hyphens"
        );
    }
}

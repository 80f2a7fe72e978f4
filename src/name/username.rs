//! The canonical form U' of a username, and the usernames that have no label.
//!
//! Runs before the label algorithm. A username that is rejected here has no desktop: the gate
//! accepts no token with it, and the renderer creates no route for it. Rejected are usernames that
//! two systems could read differently or that a person could misread: a trailing newline, control
//! characters, reversed text, or the replacement character of a failed decoding.

use super::unicode;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// How an issuer compares the letters of its usernames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Case {
    /// `Alice` and `alice` are two accounts.
    #[default]
    Sensitive,
    /// `Alice` and `alice` are one account. Only correct if the issuer treats them as one:
    /// otherwise, a user who registers the other spelling gets access to the desktop.
    Fold,
}

/// U' of `user`: Normalization Form C, and with [`Case::Fold`] each character's full lower-case
/// mapping and Form C again. Borrowed when `user` is that already and ASCII, as most names are.
///
/// # Errors
/// The first reason for which the username has no label.
pub(super) fn canonical(user: &str, case: Case) -> Result<Cow<'_, str>, UsernameError> {
    refuse(user)?;
    let canonical: Cow<'_, str> = match case {
        Case::Sensitive if user.is_ascii() => Cow::Borrowed(user),
        Case::Sensitive => unicode::nfc(user.chars()).collect(),
        Case::Fold if user.is_ascii() && !user.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Borrowed(user)
        }
        Case::Fold => {
            let composed = unicode::nfc(user.chars());
            unicode::nfc(composed.flat_map(unicode::lower_case)).collect()
        }
    };
    // Both steps can lengthen a username: U+0958 becomes two characters, U+0130 gains a mark. They
    // add and remove nothing else that is rejected, so the other checks are not repeated.
    if canonical.len() > MAX_BYTES {
        return Err(UsernameError::CanonicalTooLong { bytes: canonical.len() });
    }
    Ok(canonical)
}

/// All checks on the original username.
fn refuse(user: &str) -> Result<(), UsernameError> {
    let (Some(first), Some(last)) = (user.chars().next(), user.chars().next_back()) else {
        return Err(UsernameError::Empty);
    };
    if user.len() > MAX_BYTES {
        return Err(UsernameError::TooLong { bytes: user.len() });
    }
    if unicode::is_white_space(first) {
        return Err(UsernameError::LeadingWhiteSpace { character: first });
    }
    if unicode::is_white_space(last) {
        return Err(UsernameError::TrailingWhiteSpace { character: last });
    }
    for (at, character) in user.char_indices() {
        if unicode::is_control(character) {
            return Err(UsernameError::Control { character, at });
        }
        if character.is_ascii() {
            continue;
        }
        if character == char::REPLACEMENT_CHARACTER {
            return Err(UsernameError::ReplacementCharacter { at });
        }
        if unicode::is_bidi_control(character) {
            return Err(UsernameError::BidiControl { character, at });
        }
        if unicode::is_unassigned(character) {
            return Err(UsernameError::Unassigned { character, at });
        }
    }
    Ok(())
}

/// Why a username has no label. Offsets are in bytes of the original username. The username itself
/// is not included, because `log.usernames` decides whether it is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameError {
    /// The username is empty.
    Empty,
    /// Over 1024 bytes of UTF-8.
    TooLong {
        /// Length of the name.
        bytes: usize,
    },
    /// At most 1024 bytes, but more in its canonical form.
    CanonicalTooLong {
        /// Length of the canonical form.
        bytes: usize,
    },
    /// Begins with white space (Unicode `White_Space`).
    LeadingWhiteSpace {
        /// The first character.
        character: char,
    },
    /// Ends with white space (Unicode `White_Space`).
    TrailingWhiteSpace {
        /// The last character.
        character: char,
    },
    /// Holds a control character (category Cc).
    Control {
        /// The first such character.
        character: char,
        /// Its offset.
        at: usize,
    },
    /// Holds U+FFFD, which decoders put where they lost something: many names become one.
    ReplacementCharacter {
        /// Its offset.
        at: usize,
    },
    /// Holds a code point that Unicode 18.0.0 has not assigned (category Cn), or a noncharacter.
    Unassigned {
        /// The first such code point.
        character: char,
        /// Its offset.
        at: usize,
    },
    /// Holds a bidirectional control, which makes a name look like another one.
    BidiControl {
        /// The first such character.
        character: char,
        /// Its offset.
        at: usize,
    },
}

impl UsernameError {
    /// The reason as it stands in log and metric.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "username-empty",
            Self::TooLong { .. } => "username-too-long",
            Self::CanonicalTooLong { .. } => "username-canonical-too-long",
            Self::LeadingWhiteSpace { .. } => "username-leading-white-space",
            Self::TrailingWhiteSpace { .. } => "username-trailing-white-space",
            Self::Control { .. } => "username-control-character",
            Self::ReplacementCharacter { .. } => "username-replacement-character",
            Self::Unassigned { .. } => "username-unassigned-code-point",
            Self::BidiControl { .. } => "username-bidi-control",
        }
    }
}

impl fmt::Display for UsernameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Characters are printed by number: each of them is one that a terminal would not show.
        let code = |character: &char| u32::from(*character);
        match self {
            Self::Empty => {
                formatter.write_str("the username is empty; name a claim that every token fills")
            }
            Self::TooLong { bytes } => write!(
                formatter,
                "the username is {bytes} bytes long; use an identifier of at most {MAX_BYTES}"
            ),
            Self::CanonicalTooLong { bytes } => write!(
                formatter,
                "the username is {bytes} bytes long once normalized; use an identifier of at most \
                 {MAX_BYTES}"
            ),
            Self::LeadingWhiteSpace { character } => write!(
                formatter,
                "the username begins with white space (U+{:04X}); trim it at the issuer",
                code(character)
            ),
            Self::TrailingWhiteSpace { character } => write!(
                formatter,
                "the username ends with white space (U+{:04X}); trim it at the issuer",
                code(character)
            ),
            Self::Control { character, at } => write!(
                formatter,
                "the username has the control character U+{:04X} at byte {at}; remove it at the \
                 issuer",
                code(character)
            ),
            Self::ReplacementCharacter { at } => write!(
                formatter,
                "the username has U+FFFD at byte {at}, so it was decoded wrongly somewhere; repair \
                 the encoding at the issuer"
            ),
            Self::Unassigned { character, at } => write!(
                formatter,
                "the username has U+{:04X} at byte {at}, which Unicode 18.0.0 does not assign; use \
                 an identifier without it, such as the subject",
                code(character)
            ),
            Self::BidiControl { character, at } => write!(
                formatter,
                "the username has the bidirectional control U+{:04X} at byte {at}, which can make \
                 it look like another name; remove it at the issuer",
                code(character)
            ),
        }
    }
}

impl Error for UsernameError {}

/// Of the username as it came and of its canonical form, in UTF-8: what is refused is refused before
/// work is spent on it, and what is hashed is bounded too.
const MAX_BYTES: usize = 1024;

#[cfg(test)]
mod tests;

//! The Unicode properties that `doorward-label/v1` depends on, all of Unicode 18.0.0.
//!
//! A label must be the same on every gate and renderer, today and after any update, so the tables
//! must not change: not even those of the standard library, which depend on the compiler.
//! Normalization and categories come from two crates that are pinned in `Cargo.toml`; the
//! lower-case table and the white space are defined here. Assigned code points keep their
//! normalization (Unicode's stability policy) and unassigned ones are rejected, so a v2 with newer
//! tables could only add users.
//!
//! The tests check the version of each table, and a digest over all of them for every code point.

mod lower_case;

pub(super) use lower_case::lower_case;

use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Normalization Form C (UAX #15).
pub(super) fn nfc(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.nfc()
}

/// Normalization Form KD (UAX #15).
pub(super) fn nfkd(text: &str) -> impl Iterator<Item = char> {
    text.nfkd()
}

/// `General_Category` M: combining marks of every kind.
pub(super) fn is_mark(character: char) -> bool {
    !character.is_ascii() && character.general_category_group() == GeneralCategoryGroup::Mark
}

/// `General_Category` Cc: the C0 and C1 controls and DELETE. Later versions cannot add any.
pub(super) fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// `General_Category` Cn, including noncharacters. Private use (Co) is assigned: the issuer defines
/// its meaning, and no version or normalization form changes it.
pub(super) fn is_unassigned(character: char) -> bool {
    !character.is_ascii() && character.general_category() == GeneralCategory::Unassigned
}

/// `White_Space` of `PropList.txt`. `str::trim` would use the compiler's tables.
pub(super) fn is_white_space(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// The controls that reorder displayed text (UAX #9): a log line, a page or a list of users would
/// show such a username as a different one.
pub(super) fn is_bidi_control(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests;

//! The Unicode properties that `doorward-label/v1` rests on, all of Unicode 18.0.0.
//!
//! A label must come out the same on every gate and renderer, today and after any update, so no
//! property may come from a table that moves: not from the standard library, which follows the
//! compiler. Normalization and categories come from two crates pinned to the exact version in
//! `Cargo.toml`; the lower-case table and the white space stand here. Assigned code points keep
//! their normalization for ever (Unicode's stability policy) and unassigned ones are refused, so a
//! v2 with newer tables could only ever add users.
//!
//! The tests assert the version of each table and a digest over all of them for every code point.

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

/// `General_Category` Cc: the C0 and C1 controls and DELETE. No later version can add to them.
pub(super) fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// `General_Category` Cn, the noncharacters included. Private use (Co) is not unassigned: what it
/// means is the issuer's affair, and it stays what it is in every version and normalization form.
pub(super) fn is_unassigned(character: char) -> bool {
    !character.is_ascii() && character.general_category() == GeneralCategory::Unassigned
}

/// `White_Space` of `PropList.txt`, which `str::trim` would take from the compiler's tables.
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

/// The controls that reorder what a reader sees (UAX #9): a log line, a page or a list of users
/// would show such a name as another one.
pub(super) fn is_bidi_control(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests;

//! A failure here means that the label of a user would change. That is a new version of the
//! algorithm, never a new golden value.

use super::*;
use aws_lc_rs::digest::{Context, SHA256};
use std::fmt::Write as _;
use unicode_normalization::char::canonical_combining_class;

#[test]
fn the_crates_hold_the_tables_of_v1() {
    assert_eq!(unicode_normalization::UNICODE_VERSION, (18, 0, 0));
    assert_eq!(unicode_properties::UNICODE_VERSION, (18, 0, 0));
}

/// Everything that v1 asks about a code point, for all of them. Composition is covered through the
/// composites: each one decomposes and composes back to itself, and a new pair needs a new one. The
/// value is not only what this code once said: the same record over the tables of ICU4X 2.4
/// (Unicode 18.0.0) has the same digest.
#[test]
fn no_property_of_any_code_point_has_changed() {
    let mut context = Context::new(&SHA256);
    let mut record = Vec::new();
    for character in '\0'..=char::MAX {
        record.clear();
        record.extend(u32::from(character).to_be_bytes());
        let one = character.encode_utf8(&mut [0; 4]).to_owned();
        let forms: [String; 3] =
            [nfc(one.chars()).collect(), nfkd(&one).collect(), lower_case(character).collect()];
        for form in forms {
            record.push(u8::try_from(form.len()).unwrap());
            record.extend(form.as_bytes());
        }
        record.push(canonical_combining_class(character));
        record.extend([
            u8::from(is_mark(character)),
            u8::from(is_control(character)),
            u8::from(is_unassigned(character)),
            u8::from(is_white_space(character)),
            u8::from(is_bidi_control(character)),
        ]);
        context.update(&record);
    }
    let mut digest = String::new();
    for byte in context.finish().as_ref() {
        write!(digest, "{byte:02x}").unwrap();
    }
    assert_eq!(digest, "078183cdf16c46e567e2d00d012d4db3c11ea7c8ef5933e070ab26513920a162");
}

#[test]
fn the_lower_case_table_is_sorted() {
    let mut previous = 0;
    for &(first, last, step, offset) in lower_case::RANGES {
        assert!(previous < first && first <= last, "{first:04X}");
        assert!(step == 1 || step == 2, "{first:04X}");
        assert_eq!((last - first) % step, 0, "{first:04X}");
        assert_ne!(offset, 0, "{first:04X}");
        previous = last;
    }
}

/// The standard library is the second opinion, on every letter that both know. An older one than
/// Unicode 18 lacks letters altogether; a newer one may have given a lower case to a letter of ours.
#[test]
fn lower_case_agrees_with_the_compiler() {
    let mut missing_from_the_compiler = 0;
    for character in '\0'..=char::MAX {
        let ours: String = lower_case(character).collect();
        let theirs: String = character.to_lowercase().collect();
        if ours == theirs {
            continue;
        }
        if char::UNICODE_VERSION > (18, 0, 0) {
            assert!(ours.chars().eq([character]), "{character:?}");
            continue;
        }
        assert!(!character.is_alphabetic() && theirs.chars().eq([character]), "{character:?}");
        missing_from_the_compiler += 1;
    }
    if char::UNICODE_VERSION == (17, 0, 0) {
        assert_eq!(missing_from_the_compiler, 20);
    }
}

#[test]
fn lower_case_is_full_and_without_context() {
    let lower = |text: &str| text.chars().flat_map(lower_case).collect::<String>();
    for (name, text, expected) in [
        ("ascii", "AZaz09@[`{", "azaz09@[`{"),
        ("no_final_sigma", "ΟΔΟΣ", "οδοσ"),
        ("turkish_dotted_capital_i", "İ", "i\u{307}"),
        ("turkish_dotless_i_stays", "ı", "ı"),
        ("kelvin_sign", "\u{212a}", "k"),
        ("capital_sharp_s", "ẞß", "ßß"),
        ("titlecase_digraph", "ǅ", "ǆ"),
        ("beside_a_step", "ĀāĂ", "āāă"),
        ("cherokee", "\u{13a0}", "\u{ab70}"),
        ("new_in_unicode_18", "\u{a7dd}\u{1df7e}", "\u{277}\u{1df7f}"),
        ("private_use_stays", "\u{e000}\u{10fffd}", "\u{e000}\u{10fffd}"),
    ] {
        assert_eq!(lower(text), expected, "{name}");
    }
}

#[test]
fn the_sets_hold_what_they_name() {
    let count = |is: fn(char) -> bool| ('\0'..=char::MAX).filter(|c| is(*c)).count();
    assert_eq!(count(is_control), 65);
    assert_eq!(count(is_white_space), 25);
    assert_eq!(count(is_bidi_control), 12);
    for character in '\0'..=char::MAX {
        assert_eq!(is_control(character), character.is_control(), "{character:?}");
        assert_eq!(is_white_space(character), character.is_whitespace(), "{character:?}");
    }
    for noncharacter in ['\u{fdd0}', '\u{fdef}', '\u{fffe}', '\u{ffff}', '\u{10ffff}'] {
        assert!(is_unassigned(noncharacter), "{noncharacter:?}");
    }
    for assigned in ['a', 'é', '\u{a7dd}', '\u{e000}', '\u{f8ff}', '\u{10fffd}', '\u{fffd}'] {
        assert!(!is_unassigned(assigned), "{assigned:?}");
    }
}

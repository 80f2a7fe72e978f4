use super::*;
use proptest::prelude::*;

const BOTH: [Case; 2] = [Case::Sensitive, Case::Fold];

#[test]
fn names_that_two_systems_read_differently_are_refused() {
    use UsernameError::{
        BidiControl, Control, Empty, LeadingWhiteSpace, ReplacementCharacter, TooLong,
        TrailingWhiteSpace, Unassigned,
    };
    let too_long = "a".repeat(1025);
    let too_long_in_bytes = "é".repeat(513);
    for (name, user, expected) in [
        ("empty", "", Empty),
        ("too_long", &*too_long, TooLong { bytes: 1025 }),
        ("too_long_in_bytes", &too_long_in_bytes, TooLong { bytes: 1026 }),
        ("space_alone", " ", LeadingWhiteSpace { character: ' ' }),
        ("leading_space", " alice", LeadingWhiteSpace { character: ' ' }),
        ("leading_tab", "\talice", LeadingWhiteSpace { character: '\t' }),
        ("leading_no_break_space", "\u{a0}alice", LeadingWhiteSpace { character: '\u{a0}' }),
        ("trailing_space", "alice ", TrailingWhiteSpace { character: ' ' }),
        ("trailing_newline", "alice\n", TrailingWhiteSpace { character: '\n' }),
        ("trailing_next_line", "alice\u{85}", TrailingWhiteSpace { character: '\u{85}' }),
        ("trailing_ideographic", "alice\u{3000}", TrailingWhiteSpace { character: '\u{3000}' }),
        ("trailing_line_separator", "a\u{2028}", TrailingWhiteSpace { character: '\u{2028}' }),
        ("nul", "alice\0", Control { character: '\0', at: 5 }),
        ("newline_inside", "al\nice", Control { character: '\n', at: 2 }),
        ("escape", "\u{1b}[2J", Control { character: '\u{1b}', at: 0 }),
        ("last_of_c0", "a\u{1f}b", Control { character: '\u{1f}', at: 1 }),
        ("delete", "a\u{7f}b", Control { character: '\u{7f}', at: 1 }),
        ("first_of_c1", "a\u{80}b", Control { character: '\u{80}', at: 1 }),
        ("last_of_c1", "é\u{9f}b", Control { character: '\u{9f}', at: 2 }),
        ("replacement_character", "al\u{fffd}ce", ReplacementCharacter { at: 2 }),
        ("unassigned", "a\u{378}", Unassigned { character: '\u{378}', at: 1 }),
        ("unassigned_plane", "a\u{50000}", Unassigned { character: '\u{50000}', at: 1 }),
        ("noncharacter", "a\u{fffe}", Unassigned { character: '\u{fffe}', at: 1 }),
        ("last_noncharacter", "\u{10ffff}", Unassigned { character: '\u{10ffff}', at: 0 }),
        ("right_to_left_override", "a\u{202e}b", BidiControl { character: '\u{202e}', at: 1 }),
        ("arabic_letter_mark", "a\u{61c}", BidiControl { character: '\u{61c}', at: 1 }),
        ("left_to_right_mark", "a\u{200e}", BidiControl { character: '\u{200e}', at: 1 }),
        ("right_to_left_mark", "a\u{200f}", BidiControl { character: '\u{200f}', at: 1 }),
        ("first_embedding", "a\u{202a}", BidiControl { character: '\u{202a}', at: 1 }),
        ("first_isolate", "a\u{2066}", BidiControl { character: '\u{2066}', at: 1 }),
        ("last_isolate", "a\u{2069}", BidiControl { character: '\u{2069}', at: 1 }),
    ] {
        for case in BOTH {
            assert_eq!(canonical(user, case), Err(expected), "{name}");
        }
    }
}

#[test]
fn a_name_may_not_grow_over_the_limit() {
    // U+0958 is three bytes and decomposes for good into six; U+023A is two and folds into three.
    for (name, case, unit, before, after) in [
        ("composition_exclusion", Case::Sensitive, "\u{958}", 3, 6),
        ("fold_grows", Case::Fold, "\u{23a}", 2, 3),
    ] {
        let fitting = unit.repeat(1024 / after);
        assert!(canonical(&fitting, case).is_ok(), "{name}");
        let growing = unit.repeat(1024 / after + 1);
        assert_eq!(growing.len(), (1024 / after + 1) * before, "{name}");
        assert_eq!(
            canonical(&growing, case),
            Err(UsernameError::CanonicalTooLong { bytes: (1024 / after + 1) * after }),
            "{name}"
        );
    }
}

#[test]
fn unusual_but_valid_usernames_are_kept() {
    let longest = "a".repeat(1024);
    for (name, user) in [
        ("longest", &*longest),
        ("space_inside", "Jane Doe"),
        ("no_break_space_inside", "Jane\u{a0}Doe"),
        ("punctuation", "~!$^*()\"'`<>|\\/"),
        ("zero_width_joiner", "क्\u{200d}ष"),
        ("private_use", "\u{e000}\u{10fffd}"),
        ("neighbours_of_bidi_controls", "\u{61b}\u{200d}\u{2070}"),
        ("object_replacement", "\u{fffc}"),
        ("leading_combining_mark", "\u{301}a"),
        ("zero_width_space_is_no_white_space", "\u{200b}a"),
    ] {
        assert_eq!(canonical(user, Case::Sensitive).as_deref(), Ok(user), "{name}");
    }
}

#[test]
fn canonical_form() {
    for (name, user, sensitive, folded) in [
        ("ascii", "alice", "alice", "alice"),
        ("upper_case", "Alice", "Alice", "alice"),
        ("decomposed", "A\u{301}", "\u{c1}", "\u{e1}"),
        ("marks_out_of_order", "a\u{301}\u{323}", "\u{1ea1}\u{301}", "\u{1ea1}\u{301}"),
        ("kelvin_sign", "\u{212a}", "K", "k"),
        ("angstrom_sign", "\u{212b}", "\u{c5}", "\u{e5}"),
        ("no_final_sigma", "ΟΔΟΣ", "ΟΔΟΣ", "οδοσ"),
        ("final_sigma_is_a_letter_of_its_own", "οδος", "οδος", "οδος"),
        ("dotted_capital_i", "İ", "İ", "i\u{307}"),
        ("sharp_s_is_no_double_s", "Straße", "Straße", "straße"),
        // Only the small letter has a composite with this mark, so folding makes room for one.
        ("composed_again_after_folding", "J\u{30c}", "J\u{30c}", "\u{1f0}"),
        ("marks_reordered_before_folding", "İ\u{323}", "Ị\u{307}", "ị\u{307}"),
        ("hangul", "\u{1112}\u{1161}\u{11ab}", "한", "한"),
        ("full_width_stays", "Ａ", "Ａ", "ａ"),
    ] {
        assert_eq!(canonical(user, Case::Sensitive).as_deref(), Ok(sensitive), "{name}");
        assert_eq!(canonical(user, Case::Fold).as_deref(), Ok(folded), "{name}");
    }
}

#[test]
fn a_plain_name_costs_no_copy() {
    assert!(matches!(canonical("Alice@example.com", Case::Sensitive), Ok(Cow::Borrowed(_))));
    assert!(matches!(canonical("alice@example.com", Case::Fold), Ok(Cow::Borrowed(_))));
}

#[test]
fn an_error_names_the_character_by_number() {
    let message = |user| canonical(user, Case::Sensitive).unwrap_err().to_string();
    assert_eq!(
        message("bob\u{202e}"),
        "the username has the bidirectional control U+202E at byte 3, which can make it look like \
         another name; remove it at the issuer"
    );
    assert_eq!(
        message("bob\n"),
        "the username ends with white space (U+000A); trim it at the issuer"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// What `canonical` relies on when it looks for refused characters once only.
    #[test]
    fn the_canonical_form_is_stable_and_sound(user in any::<String>()) {
        for case in BOTH {
            if let Ok(once) = canonical(&user, case) {
                prop_assert_eq!(refuse(&once), Ok(()));
                prop_assert_eq!(canonical(&once, case), Ok(Cow::Borrowed(&*once)));
            }
        }
    }
}

//! Cookie and bearer parsing, with the byte tricks that other parsers fell for.

use super::*;
use proptest::prelude::*;

fn split(line: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    pairs(line).map(|pair| (pair.name.to_vec(), pair.value.to_vec())).collect()
}

#[test]
fn cookie_lines_split_as_bytes() {
    let rows: &[(&str, &[u8], &[(&[u8], &[u8])])] = &[
        ("one", b"a=1", &[(b"a", b"1")]),
        ("two", b"a=1; b=2", &[(b"a", b"1"), (b"b", b"2")]),
        ("no_space", b"a=1;b=2", &[(b"a", b"1"), (b"b", b"2")]),
        ("tabs", b"\ta\t=\t1\t;\tb=2", &[(b"a", b"1"), (b"b", b"2")]),
        ("equals_in_value", b"a=b=c", &[(b"a", b"b=c")]),
        ("empty_value", b"a=", &[(b"a", b"")]),
        ("nameless", b"=__Host-doorward=x", &[(b"", b"__Host-doorward=x")]),
        ("valueless", b"__Host-doorward", &[(b"", b"__Host-doorward")]),
        ("empty_pairs", b";; a=1 ;; ", &[(b"a", b"1")]),
        ("quoted_semicolon_is_no_quote", b"a=\"x; b=2\"", &[(b"a", b"\"x"), (b"b", b"2\"")]),
        ("version_is_a_cookie", b"$Version=1; a=1", &[(b"$Version", b"1"), (b"a", b"1")]),
        ("comma_is_no_separator", b"a=1, b=2", &[(b"a", b"1, b=2")]),
        ("en_quad_stays", "\u{2000}a=1".as_bytes(), &[("\u{2000}a".as_bytes(), b"1")]),
        ("next_line_stays", "\u{85}a=1".as_bytes(), &[("\u{85}a".as_bytes(), b"1")]),
        ("latin1_stays", b"\xe9=\xff", &[(b"\xe9", b"\xff")]),
        ("nothing", b"", &[]),
    ];
    for (row, line, expected) in rows {
        let expected: Vec<_> =
            expected.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
        assert_eq!(split(line), expected, "{row}");
    }
}

#[test]
fn own_names_are_exact_bytes() {
    let own = GateCookies::new(vec!["__Host-doorward".into(), "legacy".into()], false);
    let rows: &[(&str, &[u8], bool)] = &[
        ("first_name", b"__Host-doorward", true),
        ("second_name", b"legacy", true),
        ("loop_cookie", b"__Host-doorward-loop", true),
        ("state_cookie", b"__Host-doorward-st-k3", true),
        ("lowercase_prefix", b"__host-doorward", false),
        ("longer_name", b"__Host-doorward2", false),
        ("padded_by_unicode_space", "\u{2000}__Host-doorward".as_bytes(), false),
        ("nul_behind", b"__Host-doorward\0", false),
        ("nameless", b"", false),
    ];
    for (row, name, expected) in rows {
        assert_eq!(own.include(name), *expected, "{row}");
    }
    assert_eq!(own.session(b"legacy"), Some(Source::Cookie(1)));
    assert_eq!(own.session(b"__Host-doorward-loop"), None, "never a candidate");
}

#[test]
fn bearer_takes_one_token() {
    let rows: &[(&str, &[u8], Option<&str>)] = &[
        ("plain", b"Bearer a.b.c", Some("a.b.c")),
        ("lowercase_scheme", b"bearer a.b.c", Some("a.b.c")),
        ("uppercase_scheme", b"BEARER a.b.c", Some("a.b.c")),
        ("two_spaces", b"Bearer  a.b.c ", Some("a.b.c")),
        ("two_tokens", b"Bearer a.b.c d.e.f", None),
        ("list", b"Bearer a.b.c,d.e.f", None),
        ("no_token", b"Bearer ", None),
        ("no_space", b"Bearera.b.c", None),
        ("other_scheme", b"Basic YTpi", None),
        ("not_utf8", b"Bearer \xff", None),
        ("empty", b"", None),
    ];
    for (row, value, expected) in rows {
        assert_eq!(bearer(value), *expected, "{row}");
    }
}

#[test]
fn tokens_are_found_in_every_wrapping() {
    let rows: &[(&str, &[u8])] = &[
        ("bearer", b"Bearer a.b.c"),
        ("other_scheme", b"Token a.b.c"),
        ("no_scheme", b"a.b.c"),
        ("parameter", b"Digest token=\"a.b.c\", x=1"),
        ("behind_bad_bytes", b"\xff\xfea.b.c"),
    ];
    for (row, value) in rows {
        assert!(possible_tokens(value).any(|token| token == "a.b.c"), "{row}");
    }
    assert_eq!(possible_tokens(b"Basic YTpi").count(), 0);
}

proptest! {
    /// Splitting loses nothing but separators and white space, and never invents a pair.
    #[test]
    fn pairs_come_from_the_line(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        for pair in pairs(&line) {
            prop_assert!(line.windows(pair.text.len()).any(|window| window == pair.text));
            prop_assert!(!pair.text.contains(&b';'));
            prop_assert!(!pair.text.is_empty());
        }
    }

    /// Cookies that bob plants around it do not hide the browser's own cookie.
    #[test]
    fn a_planted_cookie_never_hides_the_session(
        before in "[ -:<-~]{0,40}", after in "[ -:<-~]{0,40}",
    ) {
        let line = format!("{before}; __Host-doorward=real; {after}");
        let own = GateCookies::new(vec!["__Host-doorward".into()], false);
        let found = pairs(line.as_bytes())
            .any(|pair| own.session(pair.name) == Some(Source::Cookie(0)) && pair.value == b"real");
        prop_assert!(found);
    }
}

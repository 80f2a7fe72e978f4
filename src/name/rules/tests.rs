use super::*;
use aws_lc_rs::digest;
use proptest::prelude::*;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

const ISSUER: &str = "https://idp.example.com";

fn rules(bare_labels: bool, case: Case) -> LabelRules {
    LabelRules::new(ISSUER, bare_labels, case, Arc::default())
}

fn label(user: &str, bare_labels: bool, case: Case) -> String {
    rules(bare_labels, case).label(user).unwrap().1.to_string()
}

#[test]
fn golden_vectors() {
    let vectors = include_str!("../../../tests/data/label-vectors.tsv");
    let mut rows = 0;
    for line in vectors.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let [user, bare, hashed] = columns[..] else { panic!("three columns: {line}") };
        let user: String = serde_json::from_str(user).unwrap();
        assert_eq!(label(&user, true, Case::Sensitive), bare, "{user}");
        assert_eq!(label(&user, false, Case::Sensitive), hashed, "{user}");
        rows += 1;
    }
    assert_eq!(rows, 20);
}

#[test]
fn the_canonical_name_comes_with_the_label() {
    let (canonical, label) = rules(true, Case::Fold).label("Alice").unwrap();
    assert_eq!((&*canonical, label.as_str()), ("alice", "alice"));
    let (canonical, _) = rules(true, Case::Sensitive).label("a\u{301}").unwrap();
    assert_eq!(&*canonical, "\u{e1}");
    let refused = rules(true, Case::Sensitive).label("alice\n");
    assert_eq!(refused, Err(UsernameError::TrailingWhiteSpace { character: '\n' }));
}

#[test]
fn both_sides_of_the_bare_form() {
    let longest = "a".repeat(40);
    let hash = "0123456789abcdefghij";
    let (nineteen, twenty_one) = (format!("u{}", &hash[1..]), format!("u{hash}0"));
    let (w_at_the_end, upper_u) = (format!("u{}w", &hash[1..]), format!("v{hash}"));
    let glued = format!("bobu{hash}");
    for bare in [
        "a",
        "a1",
        "a-1",
        "on",
        "no",
        "y",
        "null",
        "www2",
        "u",
        &*longest,
        &*nineteen,
        &twenty_one,
        &w_at_the_end,
        &upper_u,
        &glued,
    ] {
        assert_eq!(label(bare, true, Case::Sensitive), bare);
        assert_ne!(label(bare, false, Case::Sensitive), bare);
    }
    let too_long = "a".repeat(41);
    let (shape, shape_with_stub) = (format!("u{hash}"), format!("bob-u{hash}"));
    for (name, user) in [
        ("one_byte_too_long", &*too_long),
        ("hashed_shape_alone", &shape),
        ("hashed_shape_with_stub", &shape_with_stub),
        ("reserved", "kube-system"),
        ("upper_case", "Alice"),
        ("leading_digit", "1a"),
        ("trailing_hyphen", "a-"),
        ("leading_hyphen", "-a"),
        ("double_hyphen", "a--b"),
        ("underscore", "a_b"),
        ("dot", "a.b"),
        ("mail_address", "a@b"),
    ] {
        assert!(is_hashed(&label(user, true, Case::Sensitive)), "{name}");
    }
}

#[test]
fn folding_makes_ascii_bare_and_nothing_else() {
    for (name, user, expected) in [
        ("ascii_upper_case", "ALICE", Some("alice")),
        ("reserved_upper_case", "WWW", None),
        ("kelvin_sign_is_no_k", "\u{212a}ai", None),
        ("dotted_capital_i_is_no_i", "\u{130}da", None),
    ] {
        let label = label(user, true, Case::Fold);
        match expected {
            Some(expected) => assert_eq!(label, expected, "{name}"),
            None => assert!(is_hashed(&label), "{name}"),
        }
    }
    let fold = |user| label(user, false, Case::Fold);
    assert_eq!(fold("JANE@Corp.io"), fold("jane@corp.IO"));
    assert_eq!(fold("ÜNÏ"), fold("u\u{308}nï"));
    assert_ne!(fold("straße"), fold("STRASSE"));
}

#[test]
fn configured_reserved_labels_belong_to_no_user() {
    let reserved = ReservedLabels::new(vec![Label::new("staff").unwrap()]);
    let rules = LabelRules::new(ISSUER, true, Case::Sensitive, Arc::new(reserved));
    assert!(is_hashed(rules.label("staff").unwrap().1.as_str()));
    assert!(is_hashed(rules.label("www").unwrap().1.as_str()));
    assert_eq!(label("staff", true, Case::Sensitive), "staff");
}

#[test]
fn stubs() {
    for (name, canonical, expected) in [
        ("plain", "alice", "alice"),
        ("local_part_only", "jane.doe@corp.io", "jane-doe"),
        ("first_at_sign", "a@b@c", "a"),
        ("full_width_at_sign_is_no_at_sign", "a＠b", "a-b"),
        ("nothing_before_at", "@corp.io", "x"),
        ("nothing_left", "李", "x"),
        ("marks_only", "\u{301}\u{302}", "x"),
        ("digit_first", "9lives", "x-9lives"),
        ("digit_after_rubbish", "__9", "x-9"),
        ("rubbish_around", "..a..b..", "a-b"),
        ("upper_case", "McDonald", "mcdonald"),
        ("compatibility_form", "ﬁ²", "fi2"),
        ("mark_is_no_gap", "a\u{323}\u{301}b", "ab"),
        ("nfkd_space_is_a_gap", "a\u{a8}b", "a-b"),
        ("eighteen", "abcdefghijklmnopqr", "abcdefghijklmnopqr"),
        ("nineteen", "abcdefghijklmnopqrs", "abcdefghijklmnopqr"),
        ("cut_at_a_hyphen", "abcdefghijklmnopq.rs", "abcdefghijklmnopq"),
        ("cut_after_a_hyphen", "abcdefghijklmnop.qrs", "abcdefghijklmnop-q"),
        ("prefix_counts", "1234567890123456789", "x-1234567890123456"),
        ("prefix_and_gap", "123456789012345.6", "x-123456789012345"),
    ] {
        assert_eq!(stub(canonical), expected, "{name}");
        assert_eq!(reference_stub(canonical), expected, "{name}");
    }
}

#[test]
fn the_lengths_keep_issuer_and_name_apart() {
    let of = |issuer: &str, user: &str| {
        let rules = LabelRules::new(issuer, false, Case::Sensitive, Arc::default());
        rules.label(user).unwrap().1
    };
    assert_ne!(of("https://a", "bob"), of("https://ab", "ob"));
    assert_ne!(of("https://a", "bob"), of("https://a/", "bob"));
}

/// The formula of the specification, in its own order, without care for speed.
fn reference(issuer: &str, bare_labels: bool, case: Case, user: &str) -> String {
    let mut canonical: String = user.nfc().collect();
    if case == Case::Fold {
        let lower: String = canonical.chars().flat_map(unicode::lower_case).collect();
        canonical = lower.nfc().collect();
    }
    let is_plain = canonical.as_bytes()[0].is_ascii_lowercase()
        && canonical
            .split('-')
            .all(|run| !run.is_empty() && run.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9')));
    let is_reserved = ReservedLabels::default().contains(&canonical);
    if bare_labels
        && user.is_ascii()
        && is_plain
        && canonical.len() <= 40
        && !is_reserved
        && !is_hashed(&canonical)
    {
        return canonical;
    }
    let mut message = b"doorward-label/v1".to_vec();
    message.push(0);
    for part in [issuer, &canonical] {
        message.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        message.extend(part.bytes());
    }
    let digest = digest::digest(&digest::SHA256, &message);
    let bits: Vec<u8> = digest
        .as_ref()
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
        .collect();
    let alphabet = b"0123456789abcdefghijklmnopqrstuv";
    let hash: String = bits
        .chunks(5)
        .take(20)
        .map(|bits| bits.iter().fold(0, |digit, bit| digit * 2 + usize::from(*bit)))
        .map(|digit| char::from(alphabet[digit]))
        .collect();
    format!("{}-u{hash}", reference_stub(&canonical))
}

fn reference_stub(canonical: &str) -> String {
    let local_part = canonical.split('@').next().unwrap();
    let without_marks: String = local_part.nfkd().filter(|c| !unicode::is_mark(*c)).collect();
    let spaced: String = without_marks
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let mut stub = spaced.split_whitespace().collect::<Vec<_>>().join("-");
    if stub.is_empty() {
        stub = "x".to_owned();
    }
    if stub.as_bytes()[0].is_ascii_digit() {
        stub = format!("x-{stub}");
    }
    stub.chars().take(18).collect::<String>().trim_matches('-').to_owned()
}

/// `(.*-)?u[0-9a-v]{20}`, by position.
fn is_hashed(label: &str) -> bool {
    let bytes = label.as_bytes();
    bytes.len() >= 21
        && bytes[bytes.len() - 21] == b'u'
        && bytes[bytes.len() - 20..].iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v'))
        && (bytes.len() == 21 || bytes[bytes.len() - 22] == b'-')
}

/// Usernames, many of them similar: spellings of the same letters, addresses, names with the shape
/// of a hash or of another user's label, and arbitrary text.
fn username() -> impl Strategy<Value = String> {
    let letter = proptest::sample::select(vec![
        "a", "A", "á", "a\u{301}", "Á", "а", "ａ", "ª", "b", "B", "k", "K", "\u{212a}", "ß", "ss",
        "i", "I", "İ", "ı", "-", ".", "@", "_", " ", "1", "ﬁ", "\u{2163}",
    ]);
    prop_oneof![
        3 => "[a-z0-9-]{1,6}",
        2 => "[a-z]([a-z0-9]|-[a-z0-9]){0,45}",
        2 => "[a-zA-Z]{1,3}",
        3 => "([a-z]{1,5}-)?u[0-9a-v]{19,21}",
        2 => "[a-z]{1,8}[.+-]?[a-z]{1,3}@[a-z]{1,3}\\.io",
        6 => proptest::collection::vec(letter, 1..5).prop_map(|letters| letters.concat()),
        1 => "\\PC{1,30}",
        1 => any::<String>(),
        1 => "[a-z]{1,4}".prop_map(|user| label(&user, false, Case::Sensitive)),
        1 => Just("www".to_owned()),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    prop_oneof![Just(Case::Sensitive), Just(Case::Fold)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_label_is_that_of_the_formula(user in username(), bare: bool, case in case()) {
        if let Ok((_, label)) = rules(bare, case).label(&user) {
            prop_assert_eq!(label.as_str(), reference(ISSUER, bare, case, &user));
        }
    }

    #[test]
    fn a_label_fits_everywhere(user in username(), bare: bool, case in case()) {
        if let Ok((canonical, label)) = rules(bare, case).label(&user) {
            let text = label.as_str();
            prop_assert!(Label::new(text).is_ok());
            prop_assert!(text.len() <= 40);
            prop_assert!(!text.contains("--"));
            // Bare and hashed labels have no text in common, so neither kind can take the other's.
            prop_assert_eq!(is_hashed(text), text != &*canonical);
            prop_assert_eq!(has_hashed_shape(text), is_hashed(text));
            prop_assert!(bare || is_hashed(text));
        }
    }

    #[test]
    fn equivalent_spellings_are_one_user(user in username(), bare: bool, case in case()) {
        // The one character that folds from outside ASCII into the bare form; such a name is hashed.
        prop_assume!(case == Case::Sensitive || !user.contains('\u{212a}'));
        let rules = rules(bare, case);
        let decomposed: String = user.nfd().collect();
        if let (Ok(composed), Ok(decomposed)) = (rules.label(&user), rules.label(&decomposed)) {
            prop_assert_eq!(composed, decomposed);
        }
    }

    #[test]
    fn a_hashed_label_is_hashed_again_as_a_name(user in username()) {
        if let Ok((_, label)) = rules(false, Case::Sensitive).label(&user) {
            for bare in [true, false] {
                let (_, again) = rules(bare, Case::Sensitive).label(label.as_str()).unwrap();
                prop_assert!(is_hashed(again.as_str()));
                prop_assert_ne!(&again, &label);
            }
        }
    }

    #[test]
    fn another_issuer_is_another_user(user in username(), issuer in "\\PC{0,20}") {
        prop_assume!(issuer != ISSUER);
        let other = LabelRules::new(&issuer, false, Case::Sensitive, Arc::default());
        if let Ok((_, label)) = rules(false, Case::Sensitive).label(&user) {
            prop_assert_ne!(label, other.label(&user).unwrap().1);
        }
    }
}

proptest! {
    // Each case is a whole set of users.
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The property on which the gate's decision depends.
    #[test]
    fn two_users_never_share_a_label(
        users in proptest::collection::vec(username(), 2..60),
        case in case(),
    ) {
        let bare = rules(true, case);
        let other = LabelRules::new("https://other.example", false, case, Arc::default());
        let mut owners = HashMap::new();
        for user in &users {
            for (issuer, rules) in [(0, &bare), (1, &other)] {
                let Ok((canonical, label)) = rules.label(user) else { continue };
                let owner = owners.entry(label).or_insert((issuer, canonical.clone()));
                prop_assert_eq!(&*owner, &(issuer, canonical));
            }
        }
    }
}

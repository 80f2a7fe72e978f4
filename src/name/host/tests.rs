use super::*;
use crate::name::{LabelError, SessionSlugError};
use proptest::prelude::*;

fn domains() -> Domains {
    let names = ["vdi.example.com", "desk.example.org", "xn--bcher-kva.example"];
    Domains::new(names.into_iter().map(|name| Domain::new(name).unwrap()).collect()).unwrap()
}

/// Name, session, label, domain, port.
type Parts<'h> = (&'h str, Option<&'h str>, &'h str, usize, Option<u16>);

fn parts<'h>(host: &'h Host<'_>) -> Parts<'h> {
    (host.name(), host.session(), host.label(), host.domain().position(), host.port())
}

#[test]
fn every_spelling_of_one_host_is_that_host() {
    const ALICE: &str = "alice.vdi.example.com";
    const DEV: &str = "dev--alice.vdi.example.com";
    const HASHED: &str = "jane-doe-utkjgvubqumm4ulfdbo21.desk.example.org";
    const LONGEST_SLUG: &str = "abcdefghijklmnopqrst--a-1.xn--bcher-kva.example";
    let longest = format!("{}.vdi.example.com", "a".repeat(63));

    let domains = domains();
    for (name, raw, expected) in [
        ("canonical", ALICE, (ALICE, None, "alice", 0, None)),
        ("upper_case", "ALICE.VDI.EXAMPLE.COM", (ALICE, None, "alice", 0, None)),
        ("upper_case_label", "alicE.vdi.example.com", (ALICE, None, "alice", 0, None)),
        ("upper_case_domain", "alice.vdi.example.coM", (ALICE, None, "alice", 0, None)),
        ("trailing_dot", "alice.vdi.example.com.", (ALICE, None, "alice", 0, None)),
        ("port", "alice.vdi.example.com:443", (ALICE, None, "alice", 0, Some(443))),
        ("dot_then_port", "Alice.vdi.example.com.:443", (ALICE, None, "alice", 0, Some(443))),
        ("port_zero", "alice.vdi.example.com:0", (ALICE, None, "alice", 0, Some(0))),
        ("port_leading_zeros", "alice.vdi.example.com:00443", (ALICE, None, "alice", 0, Some(443))),
        ("port_highest", "alice.vdi.example.com:65535", (ALICE, None, "alice", 0, Some(65535))),
        ("session", DEV, (DEV, Some("dev"), "alice", 0, None)),
        ("session_upper", "Dev--Alice.VDI.example.com.:1", (DEV, Some("dev"), "alice", 0, Some(1))),
        (
            "longest_slug",
            LONGEST_SLUG,
            (LONGEST_SLUG, Some("abcdefghijklmnopqrst"), "a-1", 2, None),
        ),
        ("hashed", HASHED, (HASHED, None, "jane-doe-utkjgvubqumm4ulfdbo21", 1, None)),
        ("longest_label", &longest, (&longest, None, longest.split('.').next().unwrap(), 0, None)),
    ] {
        let host = Host::parse(raw, &domains).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(parts(&host), expected, "{name}");
        assert_eq!(parts(&host.clone().into_owned()), expected, "{name}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn hostile_hosts_belong_to_no_user() {
    use HostError::{
        BareDomain, Empty, LabelTooLong, PortEmpty, PortNotNumeric, PortTooLarge, TooLong,
        UnknownDomain,
    };
    let byte = |byte, at| HostError::ForbiddenByte { byte, at };
    let slug_bytes = |bytes| HostError::Session(SessionSlugError::TooShort { bytes });
    let label = HostError::Label;
    let first_character = |character| LabelError::FirstCharacter { character };

    let label_of_64 = format!("{}.vdi.example.com", "a".repeat(64));
    let pair_of_64 = format!("dev--{}.vdi.example.com", "a".repeat(59));
    let slug_of_21 = format!("{}--alice.vdi.example.com", "a".repeat(21));
    let name_of_253 = format!("alice.{}.com", "a.".repeat(121) + "b");
    let name_of_254 = format!("alice.{}.com", "a.".repeat(121) + "bb");
    let raw_of_261 = "a".repeat(261);
    assert_eq!((name_of_253.len(), name_of_254.len()), (253, 254));

    let domains = domains();
    for (name, raw, expected) in [
        ("empty", "", Empty),
        ("dot", ".", UnknownDomain),
        ("two_trailing_dots", "alice.vdi.example.com..", UnknownDomain),
        ("two_trailing_dots_and_port", "alice.vdi.example.com..:443", UnknownDomain),
        ("two_dots_after_label", "alice..vdi.example.com", UnknownDomain),
        ("two_dots_in_domain", "alice.vdi..example.com", UnknownDomain),
        ("leading_dot", ".alice.vdi.example.com", UnknownDomain),
        ("empty_label", ".vdi.example.com", label(LabelError::Empty)),
        ("port_before_dot", "alice.vdi.example.com:443.", PortNotNumeric),
        ("port_empty", "alice.vdi.example.com:", PortEmpty),
        ("port_empty_after_dot", "alice.vdi.example.com.:", PortEmpty),
        ("port_letters", "alice.vdi.example.com:abc", PortNotNumeric),
        ("port_service_name", "alice.vdi.example.com:https", PortNotNumeric),
        ("port_sign", "alice.vdi.example.com:+443", PortNotNumeric),
        ("port_minus", "alice.vdi.example.com:-1", PortNotNumeric),
        ("port_hexadecimal", "alice.vdi.example.com:0x1", PortNotNumeric),
        ("port_white_space", "alice.vdi.example.com: 443", PortNotNumeric),
        ("port_arabic_digits", "alice.vdi.example.com:٤٤٣", PortNotNumeric),
        ("port_65536", "alice.vdi.example.com:65536", PortTooLarge),
        ("port_six_digits", "alice.vdi.example.com:000443", PortTooLarge),
        ("port_of_64_bits", "alice.vdi.example.com:18446744073709552059", PortTooLarge),
        ("two_ports", "alice.vdi.example.com:443:443", PortNotNumeric),
        ("port_only", ":443", UnknownDomain),
        ("bare_domain", "vdi.example.com", BareDomain),
        ("bare_domain_spelled_otherwise", "VDI.example.com.:443", BareDomain),
        ("other_bare_domain", "desk.example.org", BareDomain),
        ("parent_of_domain", "example.com", UnknownDomain),
        ("single_label", "alice", UnknownDomain),
        ("suffix_without_dot", "alicevdi.example.com", UnknownDomain),
        ("suffix_with_hyphen", "alice-vdi.example.com", UnknownDomain),
        ("suffix_of_a_longer_domain", "alice.evilvdi.example.com", UnknownDomain),
        ("domain_as_prefix", "alice.vdi.example.com.evil.com", UnknownDomain),
        ("domain_as_prefix_dot_less", "alice.vdi.example.comevil.com", UnknownDomain),
        ("domain_cut_short", "alice.vdi.example.co", UnknownDomain),
        ("domains_mixed", "alice.vdi.example.org", UnknownDomain),
        ("extra_label", "a.alice.vdi.example.com", UnknownDomain),
        ("extra_label_of_a_user", "bob.alice.vdi.example.com", UnknownDomain),
        ("session_as_a_label", "dev.alice.vdi.example.com", UnknownDomain),
        ("wildcard", "*.vdi.example.com", byte(b'*', 0)),
        ("user_information", "bob@alice.vdi.example.com", byte(b'@', 3)),
        ("user_and_password", "u:p@alice.vdi.example.com", PortNotNumeric),
        ("scheme", "https://alice.vdi.example.com", PortNotNumeric),
        ("path", "alice.vdi.example.com/", byte(b'/', 21)),
        ("backslash", "alice.vdi.example.com\\", byte(b'\\', 21)),
        ("query", "alice.vdi.example.com?", byte(b'?', 21)),
        ("fragment", "alice.vdi.example.com#", byte(b'#', 21)),
        ("percent_escape", "%61lice.vdi.example.com", byte(b'%', 0)),
        ("percent_dot", "alice%2Evdi.example.com", byte(b'%', 5)),
        ("comma_list", "alice.vdi.example.com,bob.vdi.example.com", byte(b',', 21)),
        ("comma_list_spaced", "bob.vdi.example.com, alice.vdi.example.com", byte(b',', 19)),
        ("semicolon", "alice.vdi.example.com;", byte(b';', 21)),
        ("quotes", "\"alice\".vdi.example.com", byte(b'"', 0)),
        ("backtick", "alice`.vdi.example.com", byte(b'`', 5)),
        ("leading_space", " alice.vdi.example.com", byte(b' ', 0)),
        ("trailing_space", "alice.vdi.example.com ", byte(b' ', 21)),
        ("trailing_tab", "alice.vdi.example.com\t", byte(b'\t', 21)),
        ("space_before_port", "alice.vdi.example.com :443", byte(b' ', 21)),
        ("carriage_return", "alice.vdi.example.com\r\n", byte(b'\r', 21)),
        ("newline_inside", "alice\n.vdi.example.com", byte(b'\n', 5)),
        ("nul", "alice\0.vdi.example.com", byte(0, 5)),
        ("delete", "alice\u{7f}.vdi.example.com", byte(0x7f, 5)),
        ("underscore", "al_ice.vdi.example.com", byte(b'_', 2)),
        ("cyrillic_a", "аlice.vdi.example.com", byte(0xd0, 0)),
        ("kelvin_sign", "\u{212a}ai.vdi.example.com", byte(0xe2, 0)),
        ("full_width", "ａlice.vdi.example.com", byte(0xef, 0)),
        ("ideographic_full_stop", "alice。vdi.example.com", byte(0xe3, 5)),
        ("long_s_in_domain", "alice.vdi.example.com\u{17f}", byte(0xc5, 21)),
        ("zero_width_space", "alice\u{200b}.vdi.example.com", byte(0xe2, 5)),
        ("ipv4", "192.0.2.1", UnknownDomain),
        ("ipv4_below_domain", "192.vdi.example.com", label(first_character('1'))),
        ("ipv6", "[::1]", PortNotNumeric),
        ("ipv6_with_port", "[2001:db8::1]:443", PortNotNumeric),
        ("ipv6_without_brackets", "::1", PortNotNumeric),
        ("ipv6_brackets_around_name", "[alice.vdi.example.com]", byte(b'[', 0)),
        ("punycode_label", "xn--80ak6aa92e.vdi.example.com", slug_bytes(2)),
        ("punycode_upper", "XN--80AK6AA92E.vdi.example.com", slug_bytes(2)),
        (
            "punycode_after_session",
            "dev--xn--80ak6aa92e.vdi.example.com",
            label(LabelError::DoubleHyphen { at: 3 }),
        ),
        ("leading_digit", "9lives.vdi.example.com", label(first_character('9'))),
        ("leading_hyphen", "-alice.vdi.example.com", label(first_character('-'))),
        ("trailing_hyphen", "alice-.vdi.example.com", label(LabelError::TrailingHyphen)),
        ("hyphen_alone", "-.vdi.example.com", label(first_character('-'))),
        ("session_without_slug", "--alice.vdi.example.com", slug_bytes(0)),
        ("session_of_two", "ab--alice.vdi.example.com", slug_bytes(2)),
        ("session_of_21", &slug_of_21, HostError::Session(SessionSlugError::TooLong { bytes: 21 })),
        (
            "session_of_digits",
            "123--alice.vdi.example.com",
            HostError::Session(SessionSlugError::Grammar(first_character('1'))),
        ),
        ("session_without_label", "dev--.vdi.example.com", label(LabelError::Empty)),
        ("three_hyphens", "dev---alice.vdi.example.com", label(first_character('-'))),
        ("four_hyphens", "dev----alice.vdi.example.com", label(first_character('-'))),
        (
            "two_sessions",
            "dev--web--alice.vdi.example.com",
            label(LabelError::DoubleHyphen { at: 4 }),
        ),
        ("label_too_long", &label_of_64, LabelTooLong { bytes: 64 }),
        ("session_and_label_too_long", &pair_of_64, LabelTooLong { bytes: 64 }),
        ("longest_name_elsewhere", &name_of_253, UnknownDomain),
        ("name_too_long", &name_of_254, TooLong { bytes: 254 }),
        ("raw_too_long", &raw_of_261, TooLong { bytes: 261 }),
    ] {
        assert_eq!(Host::parse(raw, &domains), Err(expected), "{name}");
    }
}

#[test]
fn a_canonical_name_is_borrowed() {
    let domains = domains();
    for (raw, borrowed) in [
        ("alice.vdi.example.com", true),
        ("alice.vdi.example.com.:443", true),
        ("dev--alice.vdi.example.com:8443", true),
        ("Alice.vdi.example.com", false),
    ] {
        let host = Host::parse(raw, &domains).unwrap();
        assert_eq!(matches!(host.name, Cow::Borrowed(_)), borrowed, "{raw}");
    }
}

#[test]
fn a_composed_host_fits_or_is_refused() {
    let domain = Domain::new("vdi.example.com").unwrap();
    let slug = SessionSlug::new("dev").unwrap();
    let compose =
        |slug, bytes| Host::compose(slug, &Label::new(&"a".repeat(bytes)).unwrap(), &domain);
    assert!(compose(None, 63).is_ok());
    assert!(compose(Some(&slug), 58).is_ok());
    assert_eq!(compose(Some(&slug), 59), Err(HostError::LabelTooLong { bytes: 64 }));
}

#[test]
fn an_error_escapes_bytes_of_the_input() {
    let error = Host::parse("alice\u{1b}[2J.vdi.example.com", &domains()).unwrap_err();
    assert_eq!(error.reason(), "host-forbidden-byte");
    assert!(error.to_string().contains("'\\x1b' at 5"), "{error}");
}

/// The specification once more, slowly: try every label there can be, in every domain.
fn reference(raw: &str, domains: &Domains) -> Option<(Option<String>, String, usize, Option<u16>)> {
    fn is_plain(text: &str) -> bool {
        text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
            && text.split('-').all(|run| {
                !run.is_empty() && run.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            })
    }
    let mut colons = raw.split(':');
    let name = colons.next()?;
    let port = match (colons.next(), colons.next()) {
        (None, _) => None,
        (Some(digits), None) => {
            let is_number =
                (1..=5).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
            Some(is_number.then(|| digits.parse().ok()).flatten()?)
        }
        _ => return None,
    };
    let lower = name.to_ascii_lowercase();
    for (index, domain) in domains.iter().enumerate() {
        for root in ["", "."] {
            let Some(first) = lower.strip_suffix(&format!(".{domain}{root}")) else {
                continue;
            };
            if first.len() > 63 {
                return None;
            }
            if is_plain(first) {
                return Some((None, first.to_owned(), index, port));
            }
            let halves: Vec<_> = first.split("--").collect();
            if let [slug, label] = halves[..]
                && is_plain(slug)
                && is_plain(label)
                && (3..=20).contains(&slug.len())
            {
                return Some((Some(slug.to_owned()), label.to_owned(), index, port));
            }
        }
    }
    None
}

const LABEL: &str = "[a-z]([a-z0-9]|-[a-z0-9]){0,18}";

fn canonical_host() -> impl Strategy<Value = String> {
    let session = proptest::option::of("[a-z][a-z0-9](-[a-z0-9]|[a-z0-9]){1,9}");
    (session, LABEL, 0..3_usize).prop_map(|(session, label, index)| {
        let session = session.map(|session| SessionSlug::new(&session).unwrap());
        let domains = domains();
        let domain = domains.iter().nth(index).unwrap();
        Host::compose(session.as_ref(), &Label::new(&label).unwrap(), domain).unwrap()
    })
}

/// Any spelling of `host` that Traefik routes alike.
fn spelled(host: &str, upper: &[bool], dot: bool, port: Option<u16>) -> String {
    let mut text: String = host
        .chars()
        .zip(upper.iter().cycle())
        .map(|(c, upper)| if *upper { c.to_ascii_uppercase() } else { c })
        .collect();
    if dot {
        text.push('.');
    }
    match port {
        Some(port) => format!("{text}:{port}"),
        None => text,
    }
}

/// Texts that are nearly hosts: made of the pieces that hosts and attacks are made of.
fn nearly_a_host() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("alice".to_owned()),
        2 => Just("dev".to_owned()),
        3 => Just("--".to_owned()),
        6 => Just(".".to_owned()),
        8 => Just("vdi.example.com".to_owned()),
        2 => Just("VDI.example.COM".to_owned()),
        2 => Just("desk.example.org".to_owned()),
        3 => Just(":".to_owned()),
        2 => "[0-9]{1,6}",
        1 => "[a-zA-Z0-9-]{1,3}",
        1 => "\\PC",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_variant_is_the_same_host(
        host in canonical_host(),
        upper in proptest::collection::vec(any::<bool>(), 1..40),
        dot: bool,
        port in proptest::option::of(any::<u16>()),
    ) {
        let domains = domains();
        let raw = spelled(&host, &upper, dot, port);
        let plain = Host::parse(&host, &domains).unwrap();
        let variant = Host::parse(&raw, &domains).unwrap();
        prop_assert_eq!(variant.name(), &host);
        prop_assert_eq!(
            (variant.session(), variant.label(), variant.domain()),
            (plain.session(), plain.label(), plain.domain())
        );
        prop_assert_eq!(variant.port(), port);
        let label = Label::new(variant.label()).unwrap();
        let session = variant.session().map(|session| SessionSlug::new(session).unwrap());
        let domain = domains.at(variant.domain()).unwrap();
        prop_assert_eq!(Host::compose(session.as_ref(), &label, domain), Ok(host));
    }

    /// A changed character never makes one host another without the text saying so.
    #[test]
    fn one_changed_character_is_refused_or_is_what_it_says(
        host in canonical_host(),
        dot: bool,
        port in proptest::option::of(any::<u16>()),
        at: proptest::sample::Index,
        replacement in prop_oneof![
            (0_u8..128).prop_map(char::from),
            any::<char>(),
        ],
    ) {
        let raw = spelled(&host, &[false], dot, port);
        let at = at.index(raw.len());
        let mut changed = raw.clone();
        changed.replace_range(at..=at, replacement.encode_utf8(&mut [0; 4]));
        let domains = domains();
        if let Ok(parsed) = Host::parse(&changed, &domains) {
            let lower = changed.to_ascii_lowercase();
            let name = lower.split(':').next().unwrap();
            prop_assert_eq!(parsed.name(), name.strip_suffix('.').unwrap_or(name));
            if parsed.name() != host {
                prop_assert_ne!(lower, raw.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn the_parser_agrees_with_the_specification(
        raw in prop_oneof![nearly_a_host(), "\\PC{0,40}", any::<String>()]
    ) {
        let domains = domains();
        let parsed = Host::parse(&raw, &domains).ok();
        let parsed = parsed.as_ref().map(|host| {
            let index = host.domain().position();
            (host.session().map(str::to_owned), host.label().to_owned(), index, host.port())
        });
        prop_assert_eq!(parsed, reference(&raw, &domains));
    }
}

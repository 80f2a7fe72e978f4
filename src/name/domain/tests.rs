use super::*;
use proptest::prelude::*;

#[test]
fn domains_become_canonical() {
    let longest_label = format!("{}.example", "a".repeat(63));
    let longest = format!("{0}.{0}.{1}.com", "a".repeat(63), "b".repeat(57));
    assert_eq!(longest.len(), 189);
    for (given, canonical) in [
        ("vdi.example.com", "vdi.example.com"),
        ("VDI.Example.COM", "vdi.example.com"),
        ("vdi.example.com.", "vdi.example.com"),
        ("vdi.localhost", "vdi.localhost"),
        ("9.example.com", "9.example.com"),
        ("a-b.example", "a-b.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("example.1a", "example.1a"),
        ("example.0y", "example.0y"),
        (&longest_label, &longest_label),
        (&longest, &longest),
    ] {
        assert_eq!(Domain::new(given).map(|domain| domain.to_string()), Ok(canonical.to_owned()));
    }
}

#[test]
fn an_invalid_domain_is_refused() {
    let long_label = format!("{}.example", "a".repeat(64));
    let long = format!("{0}.{0}.{1}.com", "a".repeat(63), "b".repeat(58));
    let forbidden = |character, at| DomainError::ForbiddenCharacter { character, at };
    let hyphen = |label: &str| DomainError::EdgeHyphen { label: label.into() };
    for (name, text, expected) in [
        ("empty", "", DomainError::Empty),
        ("root", ".", DomainError::Empty),
        ("single_label", "localhost", DomainError::SingleLabel),
        ("single_label_and_dot", "localhost.", DomainError::SingleLabel),
        ("two_trailing_dots", "vdi.example.com..", DomainError::EmptyLabel),
        ("leading_dot", ".vdi.example.com", DomainError::EmptyLabel),
        ("two_dots_inside", "vdi..example.com", DomainError::EmptyLabel),
        ("leading_hyphen", "vdi.-a.com", hyphen("-a")),
        ("trailing_hyphen", "vdi-.example.com", hyphen("vdi-")),
        ("underscore", "v_di.example.com", forbidden('_', 1)),
        ("wildcard", "*.example.com", forbidden('*', 0)),
        ("port", "vdi.example.com:443", forbidden(':', 15)),
        ("url", "https://vdi.example.com", forbidden(':', 5)),
        ("white_space", " vdi.example.com", forbidden(' ', 0)),
        ("trailing_newline", "vdi.example.com\n", forbidden('\n', 15)),
        ("unicode", "vdi.bücher.example", forbidden('ü', 5)),
        ("ipv4", "192.0.2.1", DomainError::Address),
        ("ipv4_short", "127.1", DomainError::Address),
        ("ipv4_hexadecimal", "a.0x7F", DomainError::Address),
        ("ipv4_hexadecimal_upper_x", "a.0X7f", DomainError::Address),
        ("ipv4_empty_hexadecimal", "a.0x", DomainError::Address),
        ("ipv6", "[::1]", forbidden('[', 0)),
        ("label_too_long", &long_label, DomainError::LabelTooLong { bytes: 64 }),
        ("one_byte_too_long", &long, DomainError::TooLong { bytes: 190 }),
    ] {
        assert_eq!(Domain::new(text), Err(expected), "{name}");
    }
}

#[test]
fn below_is_judged_by_whole_labels() {
    let domain = |name| Domain::new(name).unwrap();
    for (name, inner, outer, expected) in [
        ("one_label", "a.vdi.example.com", "vdi.example.com", true),
        ("below_one_label", "vdi.localhost", "localhost", true),
        ("nothing", "vdi.example.com", "", false),
        ("two_labels", "b.a.vdi.example.com", "vdi.example.com", true),
        ("itself", "vdi.example.com", "vdi.example.com", false),
        ("the_other_way", "example.com", "vdi.example.com", false),
        ("sibling", "a.example.com", "b.example.com", false),
        ("suffix_trick", "evilvdi.example.com", "vdi.example.com", false),
        ("prefix_trick", "vdi.example.com.evil.com", "vdi.example.com", false),
    ] {
        assert_eq!(domain(inner).is_below(outer), expected, "{name}");
    }
}

#[test]
fn domains_stand_side_by_side() {
    let domains = |names: &[&str]| {
        Domains::new(names.iter().map(|name| Domain::new(name).unwrap()).collect())
    };
    let domain = |name| Domain::new(name).unwrap();
    let nested = |inner, outer| DomainsError::Nested { inner: domain(inner), outer: domain(outer) };

    assert_eq!(domains(&[]).unwrap_err(), DomainsError::Empty);
    for (name, names, expected) in [
        (
            "twice",
            &["a.example", "b.example", "a.example"],
            DomainsError::Twice(domain("a.example")),
        ),
        ("two_spellings", &["a.example", "b.example", "B.example."], {
            DomainsError::Twice(domain("b.example"))
        }),
        ("inner_last", &["b.example", "a.example", "x.a.example"], {
            nested("x.a.example", "a.example")
        }),
        ("outer_last", &["y.x.a.example", "b.example", "a.example"], {
            nested("y.x.a.example", "a.example")
        }),
    ] {
        assert_eq!(domains(names).unwrap_err(), expected, "{name}");
    }

    let domains = domains(&["b.example", "xb.example", "a.example"]).unwrap();
    assert_eq!(domains.len(), 3);
    let names: Vec<_> = domains.iter().map(Domain::as_str).collect();
    assert_eq!(names, ["b.example", "xb.example", "a.example"]);
    for (index, domain) in domains.iter().enumerate() {
        let id = domains.named(domain.as_str()).unwrap();
        assert_eq!(id.position(), index);
        assert_eq!(domains.at(id), Some(domain));
    }
    for unknown in ["", "example", "x.a.example", "A.example", "a.example.", ".a.example"] {
        assert_eq!(domains.named(unknown), None, "{unknown}");
    }
}

#[test]
fn an_error_says_what_to_do() {
    let message = |text| Domain::new(text).unwrap_err().to_string();
    assert!(message("*.example.com").contains("without `*.`"));
    assert!(message("https://a.example").contains("without scheme or port"));
    assert!(message("bücher.example").contains("xn--"));
    assert!(message("localhost").contains("vdi.localhost"));
}

proptest! {
    #[test]
    fn every_accepted_host_is_canonical(text in "[a-cA-C0-9.-]{0,12}|\\PC{0,8}") {
        if let Ok(domain) = Domain::new(&text) {
            prop_assert_eq!(Domain::new(domain.as_str()), Ok(domain.clone()));
            prop_assert_eq!(domain.as_str(), text.trim_end_matches('.').to_ascii_lowercase());
        }
    }
}

use super::*;

#[test]
fn a_token_is_three_canonical_base64url_parts() {
    let table = [
        ("well_formed", "e30.e30.AA", None),
        ("empty_payload", "e30..AA", None),
        ("empty", "", Some(Rejection::NotThreeParts)),
        ("one_part", "e30", Some(Rejection::NotThreeParts)),
        ("two_parts", "e30.e30", Some(Rejection::NotThreeParts)),
        ("four_parts", "e30.e30.AA.AA", Some(Rejection::NotThreeParts)),
        ("four_parts_last_empty", "e30.e30.AA.", Some(Rejection::NotThreeParts)),
        ("five_parts_encrypted", "e30.AA.AA.AA.AA", Some(Rejection::Encrypted)),
        ("six_parts", "e30.e30.AA.AA.AA.AA", Some(Rejection::NotThreeParts)),
        ("json_serialisation", r#"{"payload":"e30"}"#, Some(Rejection::NotThreeParts)),
        ("empty_signature", "e30.e30.", Some(Rejection::NoSignature)),
        ("padded_header", "e30=.e30.AA", Some(Rejection::NotBase64Url(Part::Header))),
        ("padded_payload", "e30.e30=.AA", Some(Rejection::NotBase64Url(Part::Payload))),
        ("padded_signature", "e30.e30.AA==", Some(Rejection::NotBase64Url(Part::Signature))),
        ("slack_bits_header", "e31.e30.AA", Some(Rejection::SlackBits(Part::Header))),
        ("slack_bits_payload", "e30.e31.AA", Some(Rejection::SlackBits(Part::Payload))),
        ("slack_bits_signature", "e30.e30.AB", Some(Rejection::SlackBits(Part::Signature))),
        ("impossible_length", "e30.e30.A", Some(Rejection::NotBase64Url(Part::Signature))),
        ("standard_alphabet_plus", "e30.e3+0.AA", Some(Rejection::NotBase64Url(Part::Payload))),
        ("standard_alphabet_slash", "e30.e3/0.AA", Some(Rejection::NotBase64Url(Part::Payload))),
        ("leading_space", " e30.e30.AA", Some(Rejection::NotBase64Url(Part::Header))),
        ("trailing_newline", "e30.e30.AA\n", Some(Rejection::NotBase64Url(Part::Signature))),
        ("inner_space", "e30.e3 0.AA", Some(Rejection::NotBase64Url(Part::Payload))),
        ("nul_byte", "e30.e30.AA\0", Some(Rejection::NotBase64Url(Part::Signature))),
        ("quoted", "\"e30.e30.AA\"", Some(Rejection::NotBase64Url(Part::Signature))),
        ("not_ascii", "e30.é30.AA", Some(Rejection::NotBase64Url(Part::Payload))),
    ];
    for (row, token, expected) in table {
        assert_eq!(Compact::split(token, 64).err(), expected, "{row}");
    }
}

#[test]
fn the_size_limit_comes_before_everything_else() {
    let at_limit = format!("e30.e30.{}", "A".repeat(16));
    assert!(Compact::split(&at_limit, at_limit.len()).is_ok());
    let limit = at_limit.len() - 1;
    assert_eq!(Compact::split(&at_limit, limit).err(), Some(Rejection::TooLong { limit }));
    assert_eq!(Compact::split("not even a token", 3).err(), Some(Rejection::TooLong { limit: 3 }));
}

#[test]
fn the_signature_covers_header_dot_payload() {
    let compact = Compact::split("e30.eyJhIjoxfQ.AQID", 64).unwrap();
    assert_eq!(compact.signing_input, b"e30.eyJhIjoxfQ");
    assert_eq!(compact.header, b"{}");
    assert_eq!(compact.payload, br#"{"a":1}"#);
    assert_eq!(compact.signature, "AQID");
    assert_eq!(compact.signature_bytes.len(), 3);
}

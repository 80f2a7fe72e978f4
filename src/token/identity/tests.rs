use super::*;
use crate::token::json::parse_object;

fn claim(claims: &str) -> Result<Option<String>, Rejection> {
    let claims = parse_object(claims.as_bytes()).unwrap();
    let identity = UserIdentity { username: "u", label: "l", issuer: "i", session_id: None };
    let wanted = [IdentityValue::Claim(ClaimPath::new("c").unwrap())];
    let values = identity.values(&IdentityValues(wanted.to_vec()), &claims)?;
    Ok(values[0].as_ref().map(|value| String::from_utf8(value.to_vec()).unwrap()))
}

#[test]
fn claims_become_header_values() {
    for (row, claims, expected) in [
        ("absent", r"{}", None),
        ("null", r#"{"c":null}"#, None),
        ("plain", r#"{"c":"a.Z_0~@+-"}"#, Some("a.Z_0~@+-")),
        ("empty", r#"{"c":""}"#, Some("")),
        ("space", r#"{"c":"a b"}"#, Some("a%20b")),
        ("header_injection", r#"{"c":"a\r\nX-Admin: 1"}"#, Some("a%0D%0AX-Admin%3A%201")),
        ("percent_sign", r#"{"c":"%41"}"#, Some("%2541")),
        ("two_values", r#"{"c":"a,b"}"#, Some("a%2Cb")),
        ("not_ascii", r#"{"c":"é"}"#, Some("%C3%A9")),
        ("nul", r#"{"c":"\u0000"}"#, Some("%00")),
        ("true", r#"{"c":true}"#, Some("true")),
        ("integer", r#"{"c":18446744073709551615}"#, Some("18446744073709551615")),
        ("negative", r#"{"c":-7}"#, Some("-7")),
        ("decimal", r#"{"c":0.25}"#, Some("0.25")),
        ("list", r#"{"c":[ "a", 1 ]}"#, Some("%5B%22a%22%2C1%5D")),
        ("object", r#"{"c":{"a":[true,null]}}"#, Some("%7B%22a%22%3A%5Btrue%2Cnull%5D%7D")),
    ] {
        assert_eq!(claim(claims).unwrap().as_deref(), expected, "{row}");
    }
}

#[test]
fn a_value_has_at_most_4_kib_once_encoded() {
    let too_long = Err(Rejection::IdentityTooLong { position: 0 });
    for (row, unit, units, fits) in [
        ("plain_at_the_bound", "a", 4096, true),
        ("plain_above", "a", 4097, false),
        ("encoded_below_the_bound", " ", 1365, true),
        ("encoded_above", " ", 1366, false),
    ] {
        let value = claim(&format!(r#"{{"c":"{}"}}"#, unit.repeat(units)));
        if fits {
            assert!(value.unwrap().is_some(), "{row}");
        } else {
            assert_eq!(value, too_long, "{row}");
        }
    }
}

#[test]
fn numbers_without_an_exact_value_are_refused() {
    let inexact = Err(Rejection::IdentityInexact { position: 0 });
    assert_eq!(claim(r#"{"c":18446744073709551616}"#), inexact);
    assert_eq!(claim(r#"{"c":[{"id":-1e30}]}"#), inexact);
    assert_eq!(
        claim(r#"{"c":9007199254740991.0}"#).unwrap().as_deref(),
        Some("9007199254740991.0")
    );
}

#[test]
fn session_is_sid_or_nothing() {
    let claims = parse_object(br#"{"jti":"j"}"#).unwrap();
    let all = [
        IdentityValue::Username,
        IdentityValue::Label,
        IdentityValue::Issuer,
        IdentityValue::Session,
        IdentityValue::HostLabel,
    ];
    let values = |session_id| {
        let identity = UserIdentity { username: "Ü", label: "l", issuer: "https://i", session_id };
        identity.values(&IdentityValues(all.to_vec()), &claims).unwrap()
    };
    let text = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
    let expected = [text("%C3%9C"), text("l"), text("https%3A%2F%2Fi"), None, None];
    assert_eq!(*values(None), expected);
    assert_eq!(values(Some("s 1"))[3], text("s%201"));
}

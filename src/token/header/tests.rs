use super::*;
use crate::token::json::parse_object;
use crate::token::tests::fixture;

fn read(header: &str) -> Result<(Algorithm, Option<String>), Rejection> {
    let tree = parse(header.as_bytes())?;
    let header = Header::read(&tree)?;
    Ok((header.algorithm, header.kid.map(str::to_owned)))
}

#[test]
fn members_that_would_have_an_effect_are_refused_whatever_their_value() {
    let values =
        ["null", "false", "true", "0", "\"\"", "\"JWT\"", "[]", "[\"b64\"]", "[\"alg\"]", "{}"];
    for (name, expected) in [
        ("crit", Rejection::HeaderMember("crit")),
        ("b64", Rejection::HeaderMember("b64")),
        ("zip", Rejection::HeaderMember("zip")),
        ("enc", Rejection::Encrypted),
        ("cty", Rejection::Nested),
        ("jku", Rejection::HeaderMember("jku")),
        ("jwk", Rejection::HeaderMember("jwk")),
        ("x5u", Rejection::HeaderMember("x5u")),
    ] {
        for value in values {
            let header = format!(r#"{{"alg":"ES256","{name}":{value}}}"#);
            assert_eq!(read(&header), Err(expected.clone()), "{header}");
        }
        let escaped =
            format!(r#"{{"alg":"ES256","\u{:04x}{}":1}}"#, name.as_bytes()[0], &name[1..]);
        assert_eq!(read(&escaped), Err(expected), "{escaped}");
    }
}

#[test]
fn a_header_is_a_strict_object_with_a_known_algorithm() {
    use JsonError::{DuplicateMember, NotAnObject, Syntax, TooDeep};
    let header = |fault| Err(Rejection::Header(fault));
    let fine = |algorithm| Ok((algorithm, None));
    let nested = format!(r#"{{"alg":"ES256","a":{}{}}}"#, "[".repeat(120), "]".repeat(120));
    for (row, text, expected) in [
        ("alg_alone", r#"{"alg":"ES256"}"#, fine(Algorithm::Es256)),
        ("alg_fully_specified", r#"{"alg":"Ed25519"}"#, fine(Algorithm::EdDsa)),
        (
            "unknown_members",
            r#"{"alg":"ES256","x5c":["!"],"x5t":1,"url":"u","nonce":"n"}"#,
            fine(Algorithm::Es256),
        ),
        ("alg_missing", r"{}", Err(Rejection::AlgorithmMissing)),
        ("alg_null", r#"{"alg":null}"#, Err(Rejection::AlgorithmMissing)),
        ("alg_array", r#"{"alg":["ES256"]}"#, Err(Rejection::AlgorithmMissing)),
        ("alg_none", r#"{"alg":"none"}"#, Err(Rejection::AlgorithmUnknown)),
        ("alg_none_capital", r#"{"alg":"None"}"#, Err(Rejection::AlgorithmUnknown)),
        ("alg_none_mixed_case", r#"{"alg":"nOnE"}"#, Err(Rejection::AlgorithmUnknown)),
        ("alg_lower_case", r#"{"alg":"es256"}"#, Err(Rejection::AlgorithmUnknown)),
        ("alg_ed448", r#"{"alg":"Ed448"}"#, Err(Rejection::AlgorithmUnknown)),
        ("alg_twice", r#"{"alg":"ES256","alg":"ES256"}"#, header(DuplicateMember)),
        ("alg_twice_by_escape", r#"{"alg":"ES256","\u0061lg":"none"}"#, header(DuplicateMember)),
        ("kid_twice", r#"{"alg":"ES256","kid":"a","kid":"b"}"#, header(DuplicateMember)),
        ("unknown_member_twice", r#"{"alg":"ES256","a":1,"a":1}"#, header(DuplicateMember)),
        ("array", r#"["ES256"]"#, header(NotAnObject)),
        ("trailing_data", r#"{"alg":"ES256"}x"#, header(Syntax)),
        ("byte_order_mark", "\u{feff}{\"alg\":\"ES256\"}", header(Syntax)),
        ("nested_120_deep", &nested, header(TooDeep)),
        ("empty", "", header(Syntax)),
    ] {
        assert_eq!(read(text), expected, "{row}");
    }
}

#[test]
fn a_header_has_at_most_2_kib() {
    let padded = |bytes: usize| format!("{{\"alg\":\"ES256\"{}}}", " ".repeat(bytes - 15));
    assert_eq!(padded(2048).len(), 2048);
    assert_eq!(read(&padded(2048)), Ok((Algorithm::Es256, None)));
    assert_eq!(read(&padded(2049)), Err(Rejection::HeaderTooLong));
}

#[test]
fn kid_is_a_bounded_printable_string() {
    let longest = "k".repeat(256);
    let too_long = "k".repeat(257);
    for (row, kid, good) in [
        ("plain", "2024-01".to_owned(), true),
        ("path_traversal_is_only_a_name", "../../dev/null".to_owned(), true),
        ("sql_is_only_a_name", "x' UNION SELECT 1--".to_owned(), true),
        ("longest", longest, true),
        ("too_long", too_long, false),
        ("empty", String::new(), false),
        ("nul", "a\\u0000".to_owned(), false),
        ("newline", "a\\n".to_owned(), false),
        ("delete", "a\\u007f".to_owned(), false),
        ("not_ascii", "é".to_owned(), false),
    ] {
        let text = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
        let expected =
            if good { Ok((Algorithm::Es256, Some(kid))) } else { Err(Rejection::KidMalformed) };
        assert_eq!(read(&text), expected, "{row}");
    }
    for kid in ["null", "1", "[]", "{}", "true"] {
        let text = format!(r#"{{"alg":"ES256","kid":{kid}}}"#);
        assert_eq!(read(&text), Err(Rejection::KidMalformed), "{kid}");
    }
}

#[test]
fn types_are_those_of_the_issuer() {
    use crate::token::Purpose::{Doorward, Logout, Refresh};
    // `types` cannot make a session of a token with another purpose.
    let types = ["jwt", "at+jwt", "logout+jwt", "refresh+jwt", "doorward-session+jwt", "a/b"];
    let table = [
        ("absent", None, Ok(())),
        ("plain", Some("\"JWT\""), Ok(())),
        ("lower_case", Some("\"jwt\""), Ok(())),
        ("access_token", Some("\"at+jwt\""), Ok(())),
        ("access_token_any_case", Some("\"AT+JWT\""), Ok(())),
        ("access_token_with_prefix", Some("\"application/at+jwt\""), Ok(())),
        ("prefix_any_case", Some("\"APPLICATION/At+Jwt\""), Ok(())),
        ("with_another_slash", Some("\"a/b\""), Ok(())),
        ("prefix_with_another_slash", Some("\"application/a/b\""), Err(Rejection::TypeNotAccepted)),
        ("json_serialisation", Some("\"JOSE+JSON\""), Err(Rejection::TypeNotAccepted)),
        ("id_token_kind", Some("\"dpop+jwt\""), Err(Rejection::TypeNotAccepted)),
        ("empty", Some("\"\""), Err(Rejection::TypeNotAccepted)),
        ("trailing_space", Some("\"JWT \""), Err(Rejection::TypeNotAccepted)),
        ("null", Some("null"), Err(Rejection::TypeMalformed)),
        ("number", Some("1"), Err(Rejection::TypeMalformed)),
        ("list", Some("[\"JWT\"]"), Err(Rejection::TypeMalformed)),
        ("logout_though_listed", Some("\"logout+jwt\""), Err(Rejection::WrongKind(Logout))),
        ("refresh_though_listed", Some("\"refresh+jwt\""), Err(Rejection::WrongKind(Refresh))),
        (
            "session_though_listed",
            Some("\"doorward-session+jwt\""),
            Err(Rejection::WrongKind(Doorward)),
        ),
        ("hand_off", Some("\"doorward-handoff+jwt\""), Err(Rejection::WrongKind(Doorward))),
    ];
    let mut issuer = fixture::issuer("https://i", fixture::key(Algorithm::Es256));
    issuer.types = types.map(Into::into).into();
    for (row, typ, expected) in table {
        for require_type in [false, true] {
            issuer.require_type = require_type;
            let member = typ.map(|typ| format!(r#","typ":{typ}"#)).unwrap_or_default();
            let text = format!(r#"{{"alg":"ES256"{member}}}"#);
            let tree = parse_object(text.as_bytes()).unwrap();
            let checked = Header::read(&tree).and_then(|header| header.check(&issuer));
            let missing = typ.is_none() && require_type;
            let expected = if missing { Err(Rejection::TypeMissing) } else { expected.clone() };
            assert_eq!(checked, expected, "{row}, require_type {require_type}");
        }
    }
}

#[test]
fn algorithms_are_those_of_the_issuer() {
    let mut issuer = fixture::issuer("https://i", fixture::key(Algorithm::Es256));
    issuer.algorithms = vec![Algorithm::Es256, Algorithm::Es384];
    for algorithm in Algorithm::ALL {
        let text = format!(r#"{{"alg":"{algorithm}"}}"#);
        let tree = parse_object(text.as_bytes()).unwrap();
        let expected = if issuer.algorithms.contains(&algorithm) {
            Ok(())
        } else {
            Err(Rejection::AlgorithmNotAllowed(algorithm))
        };
        assert_eq!(Header::read(&tree).unwrap().check(&issuer), expected);
    }
}

use crate::token::JsonError;

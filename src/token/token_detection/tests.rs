use super::*;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

fn ours(token: &str) -> bool {
    claims_to_be_ours(token, |name| name == "https://portal.example.com")
}

fn token(header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2ln", encode(header), encode(payload))
}

#[test]
fn a_token_that_could_be_read_as_the_gates_counts_as_the_gates() {
    let issuer = r#"{"iss":"https://portal.example.com"}"#;
    let deep = format!(
        r#"{{"a":{}{},"iss":"https://portal.example.com"}}"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let padded = format!("e30=.{}.x", STANDARD.encode(issuer));
    let table = [
        ("configured_issuer", token("{}", issuer), true),
        ("own_issuer", token("{}", r#"{"iss":"doorward"}"#), true),
        ("hand_off_type", token(r#"{"typ":"doorward-handoff+jwt"}"#, "{}"), true),
        ("own_type_any_case", token(r#"{"typ":"DOORWARD-x"}"#, "{}"), true),
        ("own_type_with_prefix", token(r#"{"typ":"application/doorward-x"}"#, "{}"), true),
        ("own_type_as_claim", token("{}", r#"{"typ":"doorward-x"}"#), true),
        ("own_type_header_alone_readable", "eyJ0eXAiOiJkb29yd2FyZC14In0.!.".to_owned(), true),
        (
            "issuer_twice_first",
            token("{}", r#"{"iss":"https://portal.example.com","iss":"x"}"#),
            true,
        ),
        (
            "issuer_twice_last",
            token("{}", r#"{"iss":"x","iss":"https://portal.example.com"}"#),
            true,
        ),
        ("issuer_escaped", token("{}", r#"{"\u0069ss":"https:\/\/portal.example.com"}"#), true),
        ("issuer_in_a_list", token("{}", r#"{"iss":["x","https://portal.example.com"]}"#), true),
        ("trailing_data", token("{}", &format!("{issuer} x")), true),
        ("cut_short_after_the_issuer", token("{}", &issuer[..issuer.len() - 1]), true),
        ("behind_endless_nesting", token("{}", &deep), true),
        ("padded_standard_alphabet", padded, true),
        ("surrounding_space", format!(" {} ", token("{}", issuer)), true),
        ("without_signature", format!("e30.{}", URL_SAFE_NO_PAD.encode(issuer)), true),
        ("no_jwt", "c2VjcmV0".to_owned(), false),
        ("empty", String::new(), false),
        ("foreign_issuer", token("{}", r#"{"iss":"https://other.example.com"}"#), false),
        (
            "issuer_with_a_slash_more",
            token("{}", r#"{"iss":"https://portal.example.com/"}"#),
            false,
        ),
        ("issuer_below_the_top", token("{}", r#"{"a":{"iss":"doorward"}}"#), false),
        ("foreign_type", token(r#"{"typ":"at+jwt"}"#, "{}"), false),
        ("no_object", token("[]", "[]"), false),
    ];
    for (row, token, expected) in table {
        assert_eq!(ours(&token), expected, "{row}");
    }
}

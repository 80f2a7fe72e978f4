//! What `explain` may show of a token that nobody vouches for.

use crate::token::tests::fixture::{NOW, claims_with, single};
use crate::token::{Algorithm, UnixTime};
use serde_json::json;

/// What is told of a token with these claims, as of `now`.
fn told(changes: serde_json::Value, now: UnixTime) -> String {
    let (verifier, key) = single(Algorithm::Hs256);
    let token = key.sign(&claims_with(changes)).unwrap();
    let rejection = verifier.verify(&token, now).unwrap_err();
    verifier.explain_unverified(&token, &rejection, now).unwrap_or_default()
}

#[test]
fn what_was_compared_is_told_with_both_sides() {
    let rows = [
        (
            "issuer",
            json!({ "iss": "https://evil.test" }),
            NOW,
            "iss \"https://evil.test\"; issuers",
        ),
        ("audience", json!({ "aud": ["mail", 5] }), NOW, "aud [\"mail\", no string]; audiences"),
        ("no_audience", json!({ "aud": null }), NOW, "aud absent; audiences \"vdi\""),
        ("time", json!({ "exp": "soon" }), NOW, "exp \"soon\""),
        ("user", json!({ "sub": " alice" }), NOW, "user_claim \"sub\" is \" alice\""),
        ("expired", json!({}), UnixTime(NOW.0 + 1_000_000), " s ago, iat "),
        ("future", json!({ "nbf": NOW.0 + 500 }), NOW, " is 500 s ahead"),
    ];
    for (row, changes, now, expected) in rows {
        let told = told(changes, now);
        assert!(told.starts_with("unverified: ") && told.contains(expected), "{row}: {told}");
    }
}

#[test]
fn the_key_set_is_told_beside_the_kid_of_a_forged_token() {
    let (verifier, _) = single(Algorithm::Es256);
    let (_, other) = single(Algorithm::Hs256);
    let token = other.sign(&claims_with(json!({}))).unwrap();
    let rejection = verifier.verify(&token, NOW).unwrap_err();
    let told = verifier.explain_unverified(&token, &rejection, NOW).unwrap();
    assert!(told.contains("alg \"HS256\"; algorithms ES256"), "{told}");
}

#[test]
fn a_value_is_cut_and_cannot_move_the_cursor() {
    let long = format!("\u{1b}[2K\u{202e}\n{}", "x".repeat(4000));
    let told = told(json!({ "iss": long }), NOW);
    assert!(told.len() < 600, "{told}");
    assert!(told.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{told:?}");
    assert!(told.contains("… (40"), "{told}");
}

#[test]
fn a_token_that_cannot_be_read_is_told_by_its_rejection_alone() {
    let (verifier, _) = single(Algorithm::Hs256);
    for token in ["", "a.b", "....", "e30.e30.", "!.!.!"] {
        let rejection = verifier.verify(token, NOW).unwrap_err();
        assert_eq!(verifier.explain_unverified(token, &rejection, NOW), None, "{token}");
    }
}

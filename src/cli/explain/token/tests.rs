//! What `explain` shows of a token whose signature was not verified.

use super::*;
use crate::token::Algorithm;
use crate::token::tests::fixture::{NOW, claims_with, single};
use serde_json::json;

/// What is shown of a token with these claims, as of `now`.
fn shown_of(changes: serde_json::Value, now: UnixTime) -> String {
    let (verifier, key) = single(Algorithm::Hs256);
    let token = key.sign(&claims_with(changes)).unwrap();
    let rejection = verifier.verify(&token, now).unwrap_err();
    compared(&verifier, &token, &rejection, now).unwrap_or_default()
}

#[test]
fn a_comparison_is_printed_with_both_sides() {
    let rows = [
        (
            "issuer",
            json!({ "iss": "https://evil.test" }),
            NOW,
            "iss \"https://evil.test\"; issuers",
        ),
        ("audience", json!({ "aud": ["mail", 5] }), NOW, "aud [\"mail\", not a string]; audiences"),
        ("no_audience", json!({ "aud": null }), NOW, "aud absent; audiences \"vdi\""),
        ("time", json!({ "exp": "soon" }), NOW, "exp \"soon\""),
        ("user", json!({ "sub": " alice" }), NOW, "user_claim \"sub\" is \" alice\""),
        ("expired", json!({}), UnixTime(NOW.0 + 1_000_000), " s ago, iat "),
        ("future", json!({ "nbf": NOW.0 + 500 }), NOW, " is 500 s ahead"),
    ];
    for (row, changes, now, expected) in rows {
        let shown_of = shown_of(changes, now);
        assert!(
            shown_of.starts_with("unverified: ") && shown_of.contains(expected),
            "{row}: {shown_of}"
        );
    }
}

#[test]
fn the_key_set_is_printed_beside_the_kid_of_a_token() {
    let (verifier, _) = single(Algorithm::Es256);
    let (_, other) = single(Algorithm::Hs256);
    let token = other.sign(&claims_with(json!({}))).unwrap();
    let rejection = verifier.verify(&token, NOW).unwrap_err();
    let shown_of = compared(&verifier, &token, &rejection, NOW).unwrap();
    assert!(shown_of.contains("alg \"HS256\"; algorithms ES256"), "{shown_of}");
}

#[test]
fn a_value_is_cut_and_cannot_move_the_cursor() {
    let long = format!("\u{1b}[2K\u{202e}\n{}", "x".repeat(4000));
    let shown_of = shown_of(json!({ "iss": long }), NOW);
    assert!(shown_of.len() < 600, "{shown_of}");
    assert!(shown_of.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{shown_of:?}");
    assert!(shown_of.contains("… (40"), "{shown_of}");
}

#[test]
fn an_unreadable_token_is_explained_by_its_rejection_only() {
    let (verifier, _) = single(Algorithm::Hs256);
    for token in ["", "a.b", "....", "e30.e30.", "!.!.!"] {
        let rejection = verifier.verify(token, NOW).unwrap_err();
        assert_eq!(compared(&verifier, token, &rejection, NOW), None, "{token}");
    }
}

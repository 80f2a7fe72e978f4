//! Hand-off tokens: what is accepted, and every way in which one is rejected.

use super::*;
use crate::token::tests::fixture::{self, ISSUER, NOW, forge};
use crate::token::{
    Algorithm, ClaimPath, Grant, GrantLabels, Grants, IssuerId, Purpose, SessionKeys,
};
use serde_json::json;

const ORIGIN: &str = "https://alice.vdi.example.com";
const CHALLENGE: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

fn handoff(changes: serde_json::Value) -> Map<String, serde_json::Value> {
    let mut claims = fixture::claims_with(json!({
        "aud": ORIGIN,
        "iat": NOW.0 - 1,
        "exp": NOW.0 + 29,
        "jti": "once-1",
        "nonce": CHALLENGE,
    }));
    for (name, value) in fixture::object(changes) {
        if value.is_null() {
            claims.remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    claims
}

fn judge(changes: serde_json::Value) -> Result<HandoffToken, Rejection> {
    let (verifier, key) = fixture::single(Algorithm::Es256);
    let token = key.sign_handoff(&handoff(changes)).unwrap();
    verifier.verify_handoff(&token, ORIGIN, Some(CHALLENGE), NOW)
}

#[test]
fn a_handoff_token_has_the_signed_values() {
    let arrival = judge(json!({"sid": "s1", "session_exp": NOW.0 + 90})).unwrap();
    assert_eq!(arrival.session().label().as_str(), "alice");
    assert_eq!(arrival.id(), "once-1");
    assert_eq!(arrival.session_ends(), Some(UnixTime(NOW.0 + 90)));
    let carried = json!({"oiss": ISSUER, "sub": "alice", "sid": "s1"});
    assert_eq!(serde_json::Value::Object(arrival.carried().clone()), carried);
    assert_eq!(judge(json!({"aud": [ORIGIN]})).err(), None, "a list of one");
    assert_eq!(judge(json!({})).unwrap().session_ends(), None);
}

#[test]
fn claims_of_a_handoff() {
    let wrong = |kind| Rejection::WrongKind(kind);
    for (row, changes, expected) in [
        ("no_audience", json!({"aud": null}), Rejection::AudienceMissing),
        ("other_host", json!({"aud": "https://bob.vdi.example.com"}), Rejection::OriginOther),
        ("plain_http", json!({"aud": "http://alice.vdi.example.com"}), Rejection::OriginOther),
        ("with_port", json!({"aud": "https://alice.vdi.example.com:443"}), Rejection::OriginOther),
        ("with_path", json!({"aud": "https://alice.vdi.example.com/"}), Rejection::OriginOther),
        ("upper_case", json!({"aud": "https://ALICE.vdi.example.com"}), Rejection::OriginOther),
        ("host_alone", json!({"aud": "alice.vdi.example.com"}), Rejection::OriginOther),
        ("audience_of_the_issuer", json!({"aud": "vdi"}), Rejection::OriginOther),
        (
            "for_two_hosts",
            json!({"aud": [ORIGIN, "https://bob.vdi.example.com"]}),
            Rejection::AudienceMalformed,
        ),
        ("for_this_twice", json!({"aud": [ORIGIN, ORIGIN]}), Rejection::AudienceMalformed),
        ("audience_number", json!({"aud": 5}), Rejection::AudienceMalformed),
        ("no_id", json!({"jti": null}), Rejection::IdentifierMissing),
        ("empty_id", json!({"jti": ""}), Rejection::IdentifierMalformed("jti")),
        ("number_as_id", json!({"jti": 5}), Rejection::IdentifierMalformed("jti")),
        ("no_nonce", json!({"nonce": null}), Rejection::NonceOther),
        ("empty_nonce", json!({"nonce": ""}), Rejection::NonceOther),
        ("other_nonce", json!({"nonce": "x".repeat(43)}), Rejection::NonceOther),
        ("padded_nonce", json!({"nonce": format!("{CHALLENGE}=")}), Rejection::NonceOther),
        ("list_of_nonces", json!({"nonce": [CHALLENGE]}), Rejection::NonceOther),
        ("over", json!({"exp": NOW.0}), Rejection::Expired),
        (
            "issued_in_the_future",
            json!({"iat": NOW.0 + 1, "exp": NOW.0 + 9}),
            Rejection::IssuedInTheFuture,
        ),
        ("no_issue_time", json!({"iat": null}), Rejection::IssuedAtMissing),
        ("no_end", json!({"exp": null}), Rejection::ExpiryMissing),
        (
            "lives_too_long",
            json!({"iat": NOW.0, "exp": NOW.0 + 61}),
            Rejection::LifetimeTooLong { limit: 60 },
        ),
        ("no_user", json!({"sub": null}), Rejection::UserMissing),
        ("other_issuer", json!({"iss": "https://evil.example"}), Rejection::IssuerUnknown),
        ("gate_as_issuer", json!({"iss": "doorward"}), Rejection::IssuerUnknown),
        (
            "session_end_as_text",
            json!({"session_exp": "soon"}),
            Rejection::TimeMalformed("session_exp"),
        ),
        ("logout_token", json!({"events": {}}), wrong(Purpose::Logout)),
        ("refresh_token", json!({"token_use": "refresh"}), wrong(Purpose::Refresh)),
    ] {
        assert_eq!(judge(changes).err(), Some(expected), "{row}");
    }
    let longest = json!({"iat": NOW.0, "exp": NOW.0 + 60});
    assert_eq!(judge(longest).err(), None);
}

#[test]
fn only_its_own_type_is_a_handoff() {
    let (verifier, key) = fixture::single(Algorithm::Es256);
    let payload = serde_json::Value::Object(handoff(json!({}))).to_string();
    for (row, header, expected) in [
        ("good", r#"{"alg":"ES256","typ":"doorward-handoff+jwt"}"#, None),
        ("with_its_tree", r#"{"alg":"ES256","typ":"application/Doorward-Handoff+JWT"}"#, None),
        ("no_type", r#"{"alg":"ES256"}"#, Some(Rejection::NoHandoff)),
        ("access_token", r#"{"alg":"ES256","typ":"at+jwt"}"#, Some(Rejection::NoHandoff)),
        ("jwt", r#"{"alg":"ES256","typ":"JWT"}"#, Some(Rejection::NoHandoff)),
        ("session", r#"{"alg":"ES256","typ":"doorward-session+jwt"}"#, Some(Rejection::NoHandoff)),
        ("logout", r#"{"alg":"ES256","typ":"logout+jwt"}"#, Some(Rejection::NoHandoff)),
        (
            "other_algorithm",
            r#"{"alg":"HS256","typ":"doorward-handoff+jwt"}"#,
            Some(Rejection::AlgorithmNotAllowed(Algorithm::Hs256)),
        ),
        (
            "unsigned",
            r#"{"alg":"none","typ":"doorward-handoff+jwt"}"#,
            Some(Rejection::AlgorithmUnknown),
        ),
    ] {
        let token = forge(key, header, &payload);
        let judged = verifier.verify_handoff(&token, ORIGIN, Some(CHALLENGE), NOW);
        assert_eq!(judged.err(), expected, "{row}");
    }
}

/// A session token of doorward names no configured issuer, and no issuer has its key.
#[test]
fn a_session_is_no_handoff_and_a_handoff_no_session() {
    let (verifier, key) = fixture::single(Algorithm::Es256);
    let keys = SessionKeys::new(&[vec![7; 32]]).unwrap();
    let session = keys.sign(&handoff(json!({"iss": "doorward", "oiss": ISSUER}))).unwrap();
    let judged = verifier.verify_handoff(&session, ORIGIN, Some(CHALLENGE), NOW);
    assert_eq!(judged.err(), Some(Rejection::IssuerUnknown));
    let session = keys.sign(&handoff(json!({}))).unwrap();
    let judged = verifier.verify_handoff(&session, ORIGIN, Some(CHALLENGE), NOW);
    assert_eq!(judged.err(), Some(Rejection::AlgorithmNotAllowed(Algorithm::Hs256)));
    for audience in ["vdi", ORIGIN, "alice.vdi.example.com"] {
        let token = key.sign_handoff(&handoff(json!({"aud": audience}))).unwrap();
        let expected = Some(Rejection::WrongKind(Purpose::Doorward));
        assert_eq!(verifier.verify(&token, NOW).err(), expected, "{audience}");
    }
}

#[test]
fn a_gate_session_keeps_only_the_needed_claims() {
    let (mut verifier, key) = fixture::single(Algorithm::Es256);
    let path = |text: &str| ClaimPath::new(text).unwrap();
    verifier.issuers[0].user_claim = path("/account/name");
    let claim = |text: &str| IdentityValue::Claim(path(text));
    for value in [
        IdentityValue::Username,
        claim("/realm/team"),
        claim("/groups/1"),
        claim("groups"),
        claim("/list/0"),
        claim("iss"),
        claim("exp"),
        claim("/oiss/x"),
        claim("absent"),
    ] {
        verifier.identity.add(value);
    }
    let grant = |issuer, claim: &str| Grant {
        issuer: IssuerId::at(issuer),
        claim: path(claim),
        contains: "x".into(),
        labels: GrantLabels::All,
    };
    verifier.grants = Grants::new(vec![grant(0, "/realm/roles"), grant(1, "of_others")]);
    let token = key
        .sign_handoff(&handoff(json!({
            "account": {"name": "alice", "plan": "gold"},
            "realm": {"team": "red", "roles": ["x", "y"], "secret": 1},
            "groups": ["a", "b"],
            "list": ["first", "second"],
            "oiss": "https://evil.example",
            "of_others": "x",
            "unasked": "y",
        })))
        .unwrap();
    let arrival = verifier.verify_handoff(&token, ORIGIN, Some(CHALLENGE), NOW).unwrap();
    let expected = json!({
        "oiss": ISSUER,
        "sub": "alice",
        "account": {"name": "alice"},
        "realm": {"team": "red", "roles": ["x", "y"]},
        "groups": ["a", "b"],
        "list": {"0": "first"},
    });
    assert_eq!(serde_json::Value::Object(arrival.carried().clone()), expected);
}

#[test]
fn the_debug_output_of_a_handoff_token_has_no_claim() {
    let shown = format!("{:?}", judge(json!({"sid": "MARKER"})).unwrap());
    assert!(!shown.contains("MARKER") && !shown.contains("once-1"), "{shown}");
}

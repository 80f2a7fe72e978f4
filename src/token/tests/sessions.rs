//! What a verified token says, and how long it goes on saying it.

use super::fixture::{self, ISSUER, NOW, claims_with, forge, single};
use crate::token::{
    Algorithm, ClaimPath, Grant, GrantLabels, Grants, IdentityValue, IdentityValues, IssuerId,
    Rejection, UnixTime, Verifier,
};
use bytes::Bytes;
use serde_json::{Value, json};

fn path(text: &str) -> ClaimPath {
    ClaimPath::new(text).unwrap()
}

#[test]
fn a_session_is_what_was_signed() {
    let (mut verifier, key) = single(Algorithm::Es256);
    let mut identity = IdentityValues::default();
    let ids = [
        IdentityValue::Username,
        IdentityValue::HostLabel,
        IdentityValue::Claim(path("/realm/roles")),
        IdentityValue::Session,
    ]
    .map(|value| identity.add(value));
    verifier.identity = identity;
    let grant = |issuer, claim: &str, contains: &str| Grant {
        issuer: IssuerId::at(issuer),
        claim: path(claim),
        contains: contains.into(),
        labels: GrantLabels::All,
    };
    verifier.grants = Grants::new(vec![
        grant(0, "groups", "vdi-admins"),
        grant(0, "groups", "vdi"),
        grant(1, "groups", "vdi-admins"),
        grant(0, "/realm/roles", "support"),
        grant(0, "absent", "vdi-admins"),
    ]);
    let token = key
        .sign(&claims_with(json!({
            "sub": "Alice Smith",
            "groups": ["users", "vdi-admins"],
            "realm": {"roles": "support"},
            "jti": "token-1",
            "sid": "session-1",
            "nbf": NOW.0 as f64 - 9.5,
        })))
        .unwrap();
    let session = verifier.verify(&token, NOW).unwrap();
    assert_eq!(session.issuer().position(), 0);
    assert_eq!(session.username(), "Alice Smith");
    assert_eq!(session.subject(), Some("Alice Smith"));
    assert!(session.label().as_str().starts_with("alice-smith-u"), "{:?}", session.label());
    assert_eq!(session.shard(), crate::name::Shard::of(session.label().as_str()));
    assert_eq!(session.id(), Some("token-1"));
    assert_eq!(session.session_id(), Some("session-1"));
    assert_eq!(session.issued_at(), Some(UnixTime(NOW.0 - 60)));
    assert_eq!(session.not_before(), Some(UnixTime(NOW.0 - 9)));
    assert_eq!(session.expires_at(), UnixTime(NOW.0 + 3600));
    let held: Vec<_> = session.grants().iter().map(|id| id.position()).collect();
    assert_eq!(held, [0, 3]);
    let text = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
    assert_eq!(
        ids.map(|id| session.identity(id).cloned()),
        [text("Alice%20Smith"), None, text("support"), text("session-1")]
    );
}

#[test]
fn the_user_is_named_by_the_configured_claim_alone() {
    let (mut verifier, key) = single(Algorithm::Es256);
    verifier.issuers[0].user_claim = path("/account/name");
    let label = |claims: Value| {
        let token = key.sign(&claims_with(claims)).unwrap();
        verifier.verify(&token, NOW).map(|session| session.label().as_str().to_owned())
    };
    assert_eq!(label(json!({"account": {"name": "bob"}})).as_deref(), Ok("bob"));
    assert_eq!(label(json!({"sub": null, "account": {"name": "bob"}})).as_deref(), Ok("bob"));
    for (row, account, expected) in [
        ("missing", json!({}), Rejection::UserMissing),
        ("elsewhere", json!("bob"), Rejection::UserMissing),
        ("number", json!({"name": 5}), Rejection::UserMalformed),
        ("list", json!({"name": ["bob"]}), Rejection::UserMalformed),
        ("boolean", json!({"name": true}), Rejection::UserMalformed),
        ("empty", json!({"name": ""}), Rejection::User(crate::name::UsernameError::Empty)),
    ] {
        assert_eq!(label(json!({"account": account})), Err(expected), "{row}");
    }
    let null = forge(key, r#"{"alg":"ES256"}"#, &{
        let mut claims = claims_with(json!({}));
        claims.insert("account".to_owned(), json!({"name": null}));
        Value::Object(claims).to_string()
    });
    assert_eq!(verifier.verify(&null, NOW).err(), Some(Rejection::UserMalformed));
}

#[test]
fn a_session_from_the_cache_is_judged_by_the_time_again() {
    for leeway in [0, 30] {
        let (verifier, key) = single(Algorithm::EdDsa);
        let verifier = Verifier { leeway, ..verifier };
        let claims = claims_with(json!({"nbf": NOW.0 - 10, "iat": NOW.0 - 20, "exp": NOW.0 + 100}));
        let token = key.sign(&claims).unwrap();
        let session = verifier.verify(&token, NOW).unwrap();
        let at = |seconds: u64| verifier.still_valid(&session, &fixture::host(), UnixTime(seconds));
        let end = NOW.0 + 100 + leeway;
        assert_eq!(at(end - 1), Ok(()));
        assert_eq!(at(end), Err(Rejection::Expired));
        let start = NOW.0 - 10 - leeway;
        assert_eq!(at(start), Ok(()));
        assert_eq!(at(start - 1), Err(Rejection::NotYetValid), "the clock went back");
        // The two ways agree at every boundary.
        for now in [start - 1, start, end - 1, end, end + 1] {
            let now = UnixTime(now);
            let judged = verifier.verify(&token, now).map(drop);
            assert_eq!(judged, verifier.still_valid(&session, &fixture::host(), now), "{now:?}");
        }
    }
}

#[test]
fn an_identity_header_can_refuse_the_token() {
    let (mut verifier, key) = single(Algorithm::Es256);
    verifier.identity.add(IdentityValue::Label);
    verifier.identity.add(IdentityValue::Claim(path("big")));
    let verify =
        |big: Value| verifier.verify(&key.sign(&claims_with(json!({"big": big}))).unwrap(), NOW);
    assert!(verify(json!("a".repeat(4096))).is_ok());
    let too_long = Rejection::IdentityTooLong { position: 1 };
    assert_eq!(verify(json!("a".repeat(4097))).err(), Some(too_long));
}

#[test]
fn gate_tokens_are_recognized_valid_or_not() {
    let (verifier, key) = single(Algorithm::Es256);
    let good = key.sign(&fixture::claims()).unwrap();
    let expired = key.sign(&claims_with(json!({"exp": 1, "iat": 0}))).unwrap();
    let foreign = key.sign(&claims_with(json!({"iss": "https://other.example.com"}))).unwrap();
    let forged = format!("{}x", &good[..good.len() - 1]);
    for (row, token, expected) in [
        ("good", good.as_str(), true),
        ("expired", &expired, true),
        ("forged", &forged, true),
        ("oversized", &format!("{good}{}", "A".repeat(20_000)), true),
        ("foreign", &foreign, false),
        ("opaque", "2YotnFZFEjr1zCsicMWpAA", false),
    ] {
        assert_eq!(verifier.claims_to_be_ours(token), expected, "{row}");
    }
    assert!(verifier.claims_to_be_ours(&forge(key, r#"{"typ":"Doorward-Session+jwt"}"#, "{}")));
    assert_eq!(verifier.issuers[0].name.as_ref(), ISSUER);
}

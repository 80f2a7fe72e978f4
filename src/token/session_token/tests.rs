//! Session tokens of doorward: valid on one host, with the keys of one domain, and never with those
//! of an issuer.

use super::*;
use crate::token::purpose::SESSION;
use crate::token::session_keys::kid;
use crate::token::tests::fixture::{
    self, ISSUER, NOW, claims, claims_with, forge, host, host_named,
};
use crate::token::{
    Algorithm, ClaimPath, IdentityValue, IdentityValues, KeyError, Purpose, Session, SessionKeys,
    SigningKey, Verifier,
};
use serde_json::{Map, Value, json};

const FIRST: &[u8] = b"first-secret-0123456789abcdef0123456789";
const SECOND: &[u8] = b"second-secret-0123456789abcdef012345678";

fn keys(secrets: &[&[u8]]) -> SessionKeys {
    SessionKeys::new(&secrets.iter().map(|secret| secret.to_vec()).collect::<Vec<_>>()).unwrap()
}

fn sessions(secrets: &[&[u8]]) -> GateSessions {
    GateSessions { keys: keys(secrets), lifetime: 8 * 3600 }
}

/// The ES256 issuer, and the session keys of each domain.
struct Setting {
    verifier: Verifier,
    domains: Vec<Option<GateSessions>>,
}

/// The first domain has the first secret and the second domain has the second.
fn setting() -> Setting {
    let (verifier, _) = fixture::single(Algorithm::Es256);
    Setting { verifier, domains: vec![Some(sessions(&[FIRST])), Some(sessions(&[SECOND]))] }
}

fn own(changes: Value) -> Map<String, Value> {
    let mut claims = claims_with(json!({
        "iss": "doorward",
        "aud": "alice.vdi.example.com",
        "oiss": ISSUER,
        "jti": "session-token-1",
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

fn judge(setting: &Setting, token: &str, host: &Host<'_>) -> Result<Session, Rejection> {
    let sessions = setting.domains.get(host.domain().position()).and_then(Option::as_ref);
    setting.verifier.verify_session(token, host, sessions, NOW, &mut { 8 })
}

#[test]
fn a_gate_session_is_valid_for_one_host() {
    let mut setting = setting();
    let mut identity = IdentityValues::default();
    let who = identity.add(IdentityValue::Issuer);
    let team = identity.add(IdentityValue::Claim(ClaimPath::new("team").unwrap()));
    setting.verifier.identity = identity;
    let token = keys(&[FIRST]).sign(&own(json!({"team": "red"}))).unwrap();
    let session = judge(&setting, &token, &host()).unwrap();
    assert_eq!(session.issuer().position(), 0);
    assert_eq!(session.label().as_str(), "alice");
    assert_eq!(session.id(), Some("session-token-1"));
    let issuer = session.identity(who).unwrap();
    assert_eq!(&issuer[..], b"https%3A%2F%2Fportal.example.com", "the one that vouched");
    assert_eq!(session.identity(team).map(|value| &value[..]), Some(&b"red"[..]));
    assert_eq!(setting.verifier.still_valid(&session, &host(), NOW), Ok(()));
    for other in ["dev--alice.vdi.example.com", "bob.vdi.example.com", "alice.lab.example.org"] {
        let other_host = host_named(other);
        assert_eq!(
            setting.verifier.still_valid(&session, &other_host, NOW),
            Err(Rejection::SessionOfAnotherHost),
            "{other}, from the cache"
        );
        assert!(judge(&setting, &token, &other_host).is_err(), "{other}");
    }
    let upper = host_named("ALICE.vdi.example.com.:8443");
    assert_eq!(
        setting.verifier.still_valid(&session, &upper, NOW),
        Ok(()),
        "another spelling is no other"
    );
}

#[test]
fn forged_sessions() {
    let setting = setting();
    let (_, issuer_key) = fixture::single(Algorithm::Es256);
    let header = |alg: &str, typ: &str, kid: &str| {
        format!(r#"{{"alg":"{alg}","typ":"{typ}","kid":"{kid}"}}"#)
    };
    let first = kid(FIRST);
    let secret = SigningKey::from_secret(FIRST, Algorithm::Hs256).unwrap();
    let long = [FIRST, FIRST].concat();
    let hs512 = SigningKey::from_secret(&long, Algorithm::Hs512).unwrap();
    let payload = Value::Object(own(json!({}))).to_string();
    let issuers = Value::Object(claims()).to_string();
    let rows = [
        ("good", forge(&secret, &header("HS256", SESSION, &first), &payload), None),
        (
            "signed_by_the_issuer",
            forge(issuer_key, &header("ES256", SESSION, &first), &payload),
            Some(Rejection::AlgorithmNotAllowed(Algorithm::Es256)),
        ),
        (
            "signed_by_the_issuer_as_hs256",
            forge(issuer_key, &header("HS256", SESSION, &first), &payload),
            Some(Rejection::SignatureLength),
        ),
        (
            "other_hmac",
            forge(&hs512, &header("HS512", SESSION, &first), &payload),
            Some(Rejection::AlgorithmNotAllowed(Algorithm::Hs512)),
        ),
        (
            "session_key_for_an_issuers_token",
            forge(&secret, &header("HS256", "JWT", &first), &issuers),
            Some(Rejection::AlgorithmNotAllowed(Algorithm::Hs256)),
        ),
        (
            "issuers_claims_as_a_session",
            forge(&secret, &header("HS256", SESSION, &first), &issuers),
            Some(Rejection::IssuerUnknown),
        ),
        (
            "type_in_another_case",
            forge(&secret, &header("HS256", "Doorward-Session+JWT", &first), &payload),
            Some(Rejection::IssuerUnknown),
        ),
        (
            "type_with_its_tree",
            forge(&secret, &header("HS256", "application/doorward-session+jwt", &first), &payload),
            Some(Rejection::IssuerUnknown),
        ),
        (
            "handoff_type",
            forge(&secret, &header("HS256", "doorward-handoff+jwt", &first), &payload),
            Some(Rejection::IssuerUnknown),
        ),
        (
            "no_kid",
            forge(&secret, r#"{"alg":"HS256","typ":"doorward-session+jwt"}"#, &payload),
            Some(Rejection::KidMissing),
        ),
        (
            "key_of_another_domain",
            forge(
                &SigningKey::from_secret(SECOND, Algorithm::Hs256).unwrap(),
                &header("HS256", SESSION, &kid(SECOND)),
                &payload,
            ),
            Some(Rejection::SessionKeyUnknown),
        ),
        (
            "another_key_under_this_name",
            forge(
                &SigningKey::from_secret(SECOND, Algorithm::Hs256).unwrap(),
                &header("HS256", SESSION, &first),
                &payload,
            ),
            Some(Rejection::SignatureWrong),
        ),
        (
            "alg_none",
            forge(&secret, &header("none", SESSION, &first), &payload),
            Some(Rejection::AlgorithmUnknown),
        ),
        (
            "crit",
            forge(
                &secret,
                &format!(
                    r#"{{"alg":"HS256","typ":"{SESSION}","kid":"{first}","crit":["x"],"x":1}}"#
                ),
                &payload,
            ),
            Some(Rejection::HeaderMember("crit")),
        ),
    ];
    for (row, token, expected) in rows {
        assert_eq!(judge(&setting, &token, &host()).err(), expected, "{row}");
    }
}

#[test]
fn claims_of_a_session() {
    let setting = setting();
    let keys = keys(&[FIRST]);
    for (row, changes, expected) in [
        ("no_audience", json!({"aud": null}), Rejection::AudienceMissing),
        ("list_of_hosts", json!({"aud": ["alice.vdi.example.com"]}), Rejection::AudienceMalformed),
        (
            "host_in_upper_case",
            json!({"aud": "ALICE.vdi.example.com"}),
            Rejection::SessionOfAnotherHost,
        ),
        (
            "origin_for_a_host",
            json!({"aud": "https://alice.vdi.example.com"}),
            Rejection::SessionOfAnotherHost,
        ),
        ("audience_of_the_issuer", json!({"aud": "vdi"}), Rejection::SessionOfAnotherHost),
        ("no_original_issuer", json!({"oiss": null}), Rejection::IssuerMissing),
        (
            "unknown_original_issuer",
            json!({"oiss": "https://evil.example"}),
            Rejection::IssuerUnknown,
        ),
        ("gate_as_original_issuer", json!({"oiss": "doorward"}), Rejection::IssuerUnknown),
        ("list_of_issuers", json!({"oiss": [ISSUER]}), Rejection::IssuerMalformed),
        ("no_user", json!({"sub": null}), Rejection::UserMissing),
        ("no_end", json!({"exp": null}), Rejection::ExpiryMissing),
        ("over", json!({"exp": NOW.0}), Rejection::Expired),
        ("logout_events", json!({"events": {}}), Rejection::WrongKind(Purpose::Logout)),
        ("another_gates_issuer", json!({"iss": "doorward2"}), Rejection::IssuerUnknown),
    ] {
        let token = keys.sign(&own(changes)).unwrap();
        assert_eq!(judge(&setting, &token, &host()).err(), Some(expected), "{row}");
    }
}

/// Before a hand-off is configured, and after it has been removed.
#[test]
fn without_session_keys_no_session_of_the_gates_is_one() {
    let token = keys(&[FIRST]).sign(&own(json!({}))).unwrap();
    for domains in [vec![], vec![None], vec![None, Some(sessions(&[FIRST]))]] {
        let setting = Setting { domains, ..setting() };
        let expected = Some(Rejection::WrongKind(Purpose::Doorward));
        assert_eq!(judge(&setting, &token, &host()).err(), expected);
    }
}

#[test]
fn keys_rotate() {
    let with = |secrets: &[&[u8]]| Setting { domains: vec![Some(sessions(secrets))], ..setting() };
    let by = |secrets: &[&[u8]]| keys(secrets).sign(&own(json!({}))).unwrap();
    let (old, new) = (by(&[FIRST]), by(&[SECOND, FIRST]));
    let judged = |setting: &Setting, token| judge(setting, token, &host()).err();
    for (row, setting) in
        [("new_second", with(&[FIRST, SECOND])), ("new_first", with(&[SECOND, FIRST]))]
    {
        assert_eq!(judged(&setting, &old), None, "{row}");
        assert_eq!(judged(&setting, &new), None, "{row}");
    }
    let dropped = judged(&with(&[SECOND]), &old).unwrap();
    assert_eq!(dropped, Rejection::SessionKeyUnknown);
    assert!(dropped.is_expiry(), "the visitor signs in again");
    assert_ne!(keys(&[FIRST, SECOND]), keys(&[SECOND, FIRST]));
    assert_eq!(keys(&[FIRST]), keys(&[FIRST]));
}

#[test]
fn secrets_that_are_none() {
    let new = |secrets: &[&[u8]]| {
        SessionKeys::new(&secrets.iter().map(|secret| secret.to_vec()).collect::<Vec<_>>()).err()
    };
    let member = |position, error| Some(KeyError::Member { position, error: Box::new(error) });
    assert_eq!(new(&[]), Some(KeyError::NoUsableKey(vec![])));
    let short = KeyError::SecretTooShort { bytes: 31, needed: 32 };
    assert_eq!(new(&[FIRST, &SECOND[..31]]), member(1, short));
    assert_eq!(new(&[FIRST, &SECOND[..32]]), None);
    assert_eq!(new(&[FIRST, SECOND, FIRST]), member(2, KeyError::SameKid { other: 0 }));
}

#[test]
fn a_secret_shows_its_name_alone() {
    let shown = format!("{:?}", keys(&[FIRST]));
    assert_eq!(shown, format!("SessionKeys([{} (HS256)])", kid(FIRST)));
    assert_eq!(kid(FIRST).len(), 12);
}

/// A shorter setting applies at once to sessions that were issued under a longer one.
#[test]
fn no_session_is_older_than_sessions_may_be() {
    let mut setting = setting();
    let made = own(json!({"iat": NOW.0 - 3600, "exp": NOW.0 + 7 * 3600}));
    let token = keys(&[FIRST]).sign(&made).unwrap();
    let session = judge(&setting, &token, &host()).unwrap();
    assert_eq!(session.expires_at(), UnixTime(NOW.0 + 7 * 3600));
    for (lifetime, expected) in
        [(3600, None), (3600 - 89, None), (3600 - 90, Some(Rejection::Expired))]
    {
        setting.domains = vec![Some(GateSessions { keys: keys(&[FIRST]), lifetime })];
        let judged = judge(&setting, &token, &host());
        if let Ok(session) = &judged {
            assert_eq!(session.expires_at(), UnixTime(NOW.0 - 3600 + lifetime + 90));
        }
        assert_eq!(judged.err(), expected, "{lifetime}");
    }
}

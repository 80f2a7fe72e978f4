//! Which hand-off tokens are redeemed.

use super::*;
use crate::cross_site::Scheme;
use crate::gate::tests::handoff::{admitted, handing, session};
use crate::gate::tests::{NOW, PARTNER, PORTAL, SECRET};
use crate::policy::Refusal;
use crate::revocation::Nothing;
use crate::revocation::Revocations as _;
use crate::revocation::{KeyKind, Revocation, RevocationKey};
use crate::token::{Algorithm, KeySet, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};

const CHALLENGE: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
fn handoff(changes: Value) -> String {
    let mut claims = json!({
        "iss": PORTAL,
        "aud": "https://alice.vdi.example.com",
        "sub": "alice",
        "iat": NOW,
        "exp": NOW + 30,
        "jti": "once-1",
        "nonce": CHALLENGE,
    });
    let Value::Object(changes) = changes else { panic!("no object") };
    claims.as_object_mut().unwrap().extend(changes);
    let key = SigningKey::from_secret(SECRET, Algorithm::Hs256).unwrap();
    key.sign_handoff(claims.as_object().unwrap()).unwrap()
}

fn redeem_at(gate: &Gate, name: &str, token: &str) -> Result<HandoffToken, Denial> {
    let host = Host::parse(name, gate.domains.names()).unwrap();
    let own = OwnOrigin::new(Scheme::Https, host.name(), host.port());
    let arrival = gate.redeem(token, &host, own, CHALLENGE, UnixTime(NOW)).now_or_never();
    arrival.expect("at hand").map_err(|turned| turned.denial)
}

fn redeem(gate: &Gate, token: &str) -> Result<HandoffToken, Denial> {
    redeem_at(gate, "alice.vdi.example.com", token)
}

fn refused(rejection: Rejection) -> Denial {
    Denial::GatePath(GatePathProblem::Token(rejection))
}

#[test]
fn a_handoff_token_admits_its_user_once() {
    let gate = handing();
    let token = handoff(json!({}));
    assert_eq!(redeem(&gate, &token).unwrap().session().label().as_str(), "alice");
    let replayed = Some(Denial::GatePath(GatePathProblem::Replayed));
    assert_eq!(redeem(&gate, &token).err(), replayed);
    let same_id = handoff(json!({"exp": NOW + 29}));
    assert_eq!(redeem(&gate, &same_id).err(), replayed, "the id counts, not the bytes");
    assert!(redeem(&gate, &handoff(json!({"jti": "once-2"}))).is_ok());
}

#[test]
fn a_handoff_token_is_valid_for_one_host() {
    let gate = handing();
    let not_admitted = Denial::NotAdmitted;
    let with = |changes: Value| handoff(changes);
    let rows = [
        (
            "other_user",
            "alice.vdi.example.com",
            json!({"sub": "bob"}),
            not_admitted(Refusal::LabelDiffers),
        ),
        ("other_host", "bob.vdi.example.com", json!({}), refused(Rejection::OriginOther)),
        (
            "other_session_of_hers",
            "dev--alice.vdi.example.com",
            json!({}),
            refused(Rejection::OriginOther),
        ),
        ("other_port", "alice.vdi.example.com:8443", json!({}), refused(Rejection::OriginOther)),
        (
            "user_of_another_issuer",
            "alice.vdi.example.com",
            json!({"iss": PARTNER}),
            refused(Rejection::SignatureWrong),
        ),
        (
            "expired",
            "alice.vdi.example.com",
            json!({"iat": NOW - 90, "exp": NOW - 30}),
            refused(Rejection::Expired),
        ),
        (
            "other_browser",
            "alice.vdi.example.com",
            json!({"nonce": "x"}),
            refused(Rejection::NonceOther),
        ),
    ];
    for (row, host, changes, expected) in rows {
        assert_eq!(redeem_at(&gate, host, &with(changes)).err(), Some(expected), "{row}");
    }
    // None of them has used the id up, but for the one that was genuine and not admitted.
    assert!(redeem(&gate, &handoff(json!({"jti": "once-2"}))).is_ok());
    let admin = json!({"sub": "root", "jti": "once-3", "groups": ["vdi-admins"]});
    assert!(redeem(&gate, &handoff(admin)).is_ok(), "a grant opens it too");
}

/// A token that the store cannot mark as used gives no session.
#[test]
fn without_a_store_no_handoff_is_accepted() {
    let mut gate = handing();
    gate.revocations = Arc::new(Nothing);
    let replayed = Some(Denial::GatePath(GatePathProblem::Replayed));
    assert_eq!(redeem(&gate, &handoff(json!({}))).err(), replayed);
}

#[test]
fn a_gate_session_is_checked_like_others_and_by_its_host() {
    let gate = handing();
    let token = session(json!({}));
    for _cached in 0..2 {
        assert_eq!(admitted(&gate, "alice.vdi.example.com", &token), Ok(()));
        for (host, expected) in [
            ("dev--alice.vdi.example.com", "session-of-another-host"),
            ("bob.vdi.example.com", "session-of-another-host"),
            ("alice.lab.example.org", "wrong-kind-of-token"),
        ] {
            let denied = admitted(&gate, host, &token);
            // Once the cache knows it, its host is compared first.
            let cached = Err("session-of-another-host");
            assert!(denied == Err(expected) || denied == cached, "{host}: {denied:?}");
        }
    }
    let bobs = session(json!({"sub": "bob", "jti": "session-2"}));
    assert_eq!(admitted(&gate, "alice.vdi.example.com", &bobs), Err("wrong-host"));
}

#[test]
fn a_revoked_handoff_token_creates_no_session() {
    let gate = handing();
    let store = crate::revocation::Memory::default();
    let key = RevocationKey { issuer: PORTAL.into(), kind: KeyKind::User, value: "alice".into() };
    let (issued_before, until) = (Some(UnixTime(NOW + 1)), Some(UnixTime(NOW + 99)));
    let revoked = store.revoke(Revocation { key, issued_before, until }, UnixTime(NOW));
    revoked.now_or_never().unwrap().unwrap();
    let gate = Gate { revocations: Arc::new(store), ..gate };
    let revoked = Some(refused(Rejection::Revoked));
    assert_eq!(redeem(&gate, &handoff(json!({}))).err(), revoked);
    assert_eq!(admitted(&gate, "alice.vdi.example.com", &session(json!({}))), Err("revoked"));
    let later = session(json!({"iat": NOW + 1}));
    assert_eq!(admitted(&gate, "alice.vdi.example.com", &later), Ok(()), "signed in again");
}

proptest! {
    /// A redeemed token implies a genuine, valid hand-off token of the host's user, for this origin
    /// and this browser, used for the first time.
    #[test]
    fn every_accepted_handoff_token_has_passed_every_check(
        genuine in any::<bool>(),
        live in any::<bool>(),
        origin in any::<bool>(),
        nonce in any::<bool>(),
        own in any::<bool>(),
        used in any::<bool>(),
    ) {
        let gate = handing();
        let mut changes = json!({});
        if !live { changes["iat"] = (NOW - 90).into(); changes["exp"] = (NOW - 40).into(); }
        if !origin { changes["aud"] = "https://bob.vdi.example.com".into(); }
        if !nonce { changes["nonce"] = "another".into(); }
        if !own { changes["sub"] = "bob".into(); }
        if used {
            let first = redeem(&gate, &handoff(json!({})));
            prop_assert!(first.is_ok());
        }
        let mut token = handoff(changes);
        if !genuine {
            let last = if token.ends_with('A') { "B" } else { "A" };
            // Not the very last: some of its bits belong to no byte.
            let at = token.len() - 5;
            prop_assume!(!token[at..].starts_with(last));
            token.replace_range(at..=at, last);
        }
        let deserving = genuine && live && origin && nonce && own && !used;
        prop_assert_eq!(redeem(&gate, &token).is_ok(), deserving);
    }

    /// A hand-off token or session token with one changed byte is never accepted.
    #[test]
    fn a_token_with_one_changed_byte_is_rejected(position in any::<prop::sample::Index>(), byte in any::<char>()) {
        let gate = handing();
        for (token, is_session) in [(handoff(json!({})), false), (session(json!({})), true)] {
            let at = position.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(at..=at, &byte.to_string());
            prop_assume!(changed != token);
            if is_session {
                prop_assert!(admitted(&gate, "alice.vdi.example.com", &changed).is_err());
            } else {
                prop_assert!(redeem(&gate, &changed).is_err());
            }
        }
    }
}

#[test]
fn without_the_issuers_keys_a_handoff_token_stays_unused() {
    let mut gate = handing();
    let token = handoff(json!({}));
    let keys = std::mem::replace(&mut gate.verifier.issuers[0].keys, KeySet::unavailable());
    assert_eq!(redeem(&gate, &token).err(), Some(refused(Rejection::KeysUnavailable)));
    gate.verifier.issuers[0].keys = keys;
    assert!(redeem(&gate, &token).is_ok(), "it was not used up");
}

#[test]
fn a_handoff_token_with_an_unknown_key_id_reports_its_issuer() {
    let mut gate = handing();
    let set = r#"{"keys":[{"kty":"oct","alg":"HS256","kid":"old","k":"K"}]}"#;
    let set = set.replace("\"K\"", &format!("\"{}\"", URL_SAFE_NO_PAD.encode(SECRET)));
    let (keys, _) = KeySet::from_jwks(set.as_bytes(), &[Algorithm::Hs256]).unwrap();
    gate.verifier.issuers[0].keys = keys;
    let host = Host::parse("alice.vdi.example.com", gate.domains.names()).unwrap();
    let own = OwnOrigin::new(Scheme::Https, host.name(), host.port());
    let claims = json!({ "iss": PORTAL });
    for (kid, expected) in [("new", Some(0)), ("old", None)] {
        let key = SigningKey::from_secret(SECRET, Algorithm::Hs256).unwrap().with_kid(kid);
        let token = key.sign_handoff(claims.as_object().unwrap()).unwrap();
        let arrived = gate.redeem(&token, &host, own, CHALLENGE, UnixTime(NOW)).now_or_never();
        let turned_away = arrived.expect("at hand").unwrap_err();
        assert_eq!(
            turned_away.key_unknown_of,
            expected.map(IssuerId::at),
            "{kid}: {:?}",
            turned_away.denial
        );
    }
}

//! What operators and logs get to read.

use super::fixture::{self, NOW, claims_with, single};
use crate::token::{Algorithm, JsonError, Part, Purpose, Rejection};
use serde_json::json;
use std::collections::HashSet;

/// One of each variant; the match makes the compiler ask for the next one.
fn all() -> Vec<Rejection> {
    let username = crate::name::UsernameError::Empty;
    let all = vec![
        Rejection::TooLong { limit: 1 },
        Rejection::NotThreeParts,
        Rejection::Encrypted,
        Rejection::NoSignature,
        Rejection::NotBase64Url(Part::Header),
        Rejection::SlackBits(Part::Payload),
        Rejection::HeaderTooLong,
        Rejection::Header(JsonError::NotUtf8),
        Rejection::HeaderMember("crit"),
        Rejection::Nested,
        Rejection::AlgorithmMissing,
        Rejection::AlgorithmUnknown,
        Rejection::AlgorithmNotAllowed(Algorithm::Hs256),
        Rejection::TypeMalformed,
        Rejection::TypeMissing,
        Rejection::TypeNotAccepted,
        Rejection::WrongKind(Purpose::Logout),
        Rejection::KidMalformed,
        Rejection::KidMissing,
        Rejection::KeysUnavailable,
        Rejection::KeyUnknown,
        Rejection::KeyOfOtherAlgorithm,
        Rejection::SignatureLength,
        Rejection::SignatureWrong,
        Rejection::Payload(JsonError::TooDeep),
        Rejection::IssuerMissing,
        Rejection::IssuerMalformed,
        Rejection::IssuerUnknown,
        Rejection::AudienceMissing,
        Rejection::AudienceMalformed,
        Rejection::AudienceOther,
        Rejection::ExpiryMissing,
        Rejection::TimeMalformed("exp"),
        Rejection::Expired,
        Rejection::NotYetValid,
        Rejection::IssuedInTheFuture,
        Rejection::IssuedAtMissing,
        Rejection::LifetimeTooLong { limit: 1 },
        Rejection::IdentifierMalformed("sid"),
        Rejection::UserMissing,
        Rejection::UserMalformed,
        Rejection::User(username),
        Rejection::IdentityTooLong { position: 0 },
        Rejection::IdentityInexact { position: 0 },
    ];
    assert_eq!(all.len(), 44, "one row for each variant");
    all
}

#[test]
fn reasons_are_kebab_case_and_each_ones_own() {
    let mut seen = HashSet::new();
    for rejection in all() {
        let reason = rejection.reason();
        assert!(seen.insert(reason), "{reason} twice");
        let words = reason.split('-');
        assert!(words.clone().all(|word| !word.is_empty()), "{reason}");
        assert!(
            reason.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{reason}"
        );
        let text = rejection.to_string();
        assert!(text.len() > 20 && !text.ends_with('.'), "{text}");
        assert_eq!(rejection.is_expiry(), reason == "expired");
    }
}

#[test]
fn neither_session_nor_rejection_prints_what_the_token_says() {
    let (mut verifier, key) = single(Algorithm::Hs256);
    let marked = |changes| {
        let mut claims = claims_with(changes);
        claims.insert("marker".to_owned(), "MARKER".into());
        key.sign(&claims).unwrap()
    };
    let path = crate::token::ClaimPath::new("marker").unwrap();
    verifier.identity.add(crate::token::IdentityValue::Claim(path));
    let session = verifier.verify(&marked(json!({"sid": "MARKER", "jti": "MARKER"})), NOW).unwrap();
    assert!(!format!("{session:?}").contains("MARKER"));
    for changes in [
        json!({"iss": "MARKER"}),
        json!({"aud": "MARKER"}),
        json!({"aud": {"MARKER": 1}}),
        json!({"exp": "MARKER"}),
        json!({"typ": "refresh-MARKER"}),
        json!({"sid": ["MARKER"]}),
        json!({"sub": "MARKER\n"}),
    ] {
        let rejection = verifier.verify(&marked(changes), NOW).unwrap_err();
        assert!(!format!("{rejection} {rejection:?}").contains("MARKER"), "{rejection:?}");
    }
}

#[test]
fn secrets_are_never_printed() {
    let key = fixture::key(Algorithm::Hs256);
    let secret = key.secret().unwrap();
    let set = fixture::key_set(key);
    let printed = format!("{key:?} {set:?} {set:#?}");
    let numbers = format!("{secret:?}");
    assert!(!printed.contains(&numbers[1..20]), "{printed}");
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let key = fixture::key(algorithm);
        let jwk: serde_json::Value = serde_json::from_str(&key.to_private_jwk().unwrap()).unwrap();
        assert!(!format!("{key:?}").contains(jwk["d"].as_str().unwrap()), "{algorithm}");
    }
}

//! Forged headers, parts and signatures, each by its name.

use super::fixture::{self, NOW, claims, forge, single};
use crate::token::{Algorithm, JsonError, KeySet, Part, Purpose, Rejection, SigningKey, Verifier};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

fn rejection(verifier: &Verifier, token: &str) -> Option<Rejection> {
    verifier.verify(token, NOW).err()
}

fn payload() -> String {
    Value::Object(claims()).to_string()
}

#[test]
fn every_algorithm_verifies_its_own_and_no_other_ones_tokens() {
    for algorithm in Algorithm::ALL {
        let (verifier, key) = single(algorithm);
        let token = key.sign(&claims()).unwrap();
        assert_eq!(verifier.verify(&token, NOW).unwrap().label().as_str(), "alice", "{algorithm}");
        for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            let token = fixture::key(other).sign(&claims()).unwrap();
            let expected = Some(Rejection::AlgorithmNotAllowed(other));
            assert_eq!(rejection(&verifier, &token), expected, "{other} for {algorithm}");
            // Under the right name the wrong signature does not pass either.
            let header = format!(r#"{{"alg":"{algorithm}"}}"#);
            let token = forge(fixture::key(other), &header, &payload());
            assert!(verifier.verify(&token, NOW).is_err(), "{other} as {algorithm}");
        }
    }
}

#[test]
fn forged_headers() {
    let (verifier, key) = single(Algorithm::Es256);
    let jwk = key.to_public_jwks().unwrap();
    let jwk: Value = serde_json::from_str(&jwk).unwrap();
    let own_key = format!(r#"{{"alg":"ES256","jwk":{}}}"#, jwk["keys"][0]);
    let member = |name| Some(Rejection::HeaderMember(name));
    let table = [
        ("good", r#"{"alg":"ES256"}"#, None),
        ("fully_specified_type", r#"{"alg":"ES256","typ":"application/AT+jwt"}"#, None),
        ("certificate_chain_is_ignored", r#"{"alg":"ES256","x5c":["not base64!"]}"#, None),
        ("url_and_nonce_are_ignored", r#"{"alg":"ES256","url":"u","nonce":"n"}"#, None),
        ("crit_unknown", r#"{"alg":"ES256","crit":["foo"],"foo":1}"#, member("crit")),
        ("crit_names_what_is_absent", r#"{"alg":"ES256","crit":["foo"]}"#, member("crit")),
        ("crit_empty", r#"{"alg":"ES256","crit":[]}"#, member("crit")),
        ("crit_no_list", r#"{"alg":"ES256","crit":"exp"}"#, member("crit")),
        ("crit_registered_name", r#"{"alg":"ES256","crit":["alg"]}"#, member("crit")),
        ("b64_with_crit", r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#, member("b64")),
        ("b64_alone", r#"{"alg":"ES256","b64":false}"#, member("b64")),
        ("b64_true", r#"{"alg":"ES256","b64":true}"#, member("b64")),
        ("compressed", r#"{"alg":"ES256","zip":"DEF"}"#, member("zip")),
        ("encrypted", r#"{"alg":"ES256","enc":"A256GCM"}"#, Some(Rejection::Encrypted)),
        ("nested", r#"{"alg":"ES256","cty":"JWT"}"#, Some(Rejection::Nested)),
        ("inline_key", &own_key, member("jwk")),
        ("inline_key_of_any_shape", r#"{"alg":"ES256","jwk":{}}"#, member("jwk")),
        ("key_url", r#"{"alg":"ES256","jku":"https://evil"}"#, member("jku")),
        ("certificate_url", r#"{"alg":"ES256","x5u":"https://evil"}"#, member("x5u")),
        (
            "logout_token",
            r#"{"alg":"ES256","typ":"logout+jwt"}"#,
            Some(Rejection::WrongKind(Purpose::Logout)),
        ),
        (
            "hand_off_token",
            r#"{"alg":"ES256","typ":"doorward-handoff+jwt"}"#,
            Some(Rejection::WrongKind(Purpose::Doorward)),
        ),
        (
            "json_serialisation_type",
            r#"{"alg":"ES256","typ":"JOSE+JSON"}"#,
            Some(Rejection::TypeNotAccepted),
        ),
        (
            "id_token_as_access_token",
            r#"{"alg":"ES256","typ":"id+jwt"}"#,
            Some(Rejection::TypeNotAccepted),
        ),
        ("alg_none_signed", r#"{"alg":"none"}"#, Some(Rejection::AlgorithmUnknown)),
        ("alg_lower_case", r#"{"alg":"es256"}"#, Some(Rejection::AlgorithmUnknown)),
        (
            "alg_of_the_issuers_but_not_the_keys",
            r#"{"alg":"ES384"}"#,
            Some(Rejection::AlgorithmNotAllowed(Algorithm::Es384)),
        ),
        ("kid_of_no_key", r#"{"alg":"ES256","kid":"unknown"}"#, Some(Rejection::KeyUnknown)),
        ("kid_null", r#"{"alg":"ES256","kid":null}"#, Some(Rejection::KidMalformed)),
        (
            "kid_path_traversal",
            r#"{"alg":"ES256","kid":"../../../dev/null"}"#,
            Some(Rejection::KeyUnknown),
        ),
        ("kid_command", r#"{"alg":"ES256","kid":"|/bin/sh"}"#, Some(Rejection::KeyUnknown)),
        ("kid_with_nul", r#"{"alg":"ES256","kid":"a\u0000"}"#, Some(Rejection::KidMalformed)),
        (
            "alg_twice",
            r#"{"alg":"ES256","\u0061lg":"none"}"#,
            Some(Rejection::Header(JsonError::DuplicateMember)),
        ),
        ("array", r#"["ES256"]"#, Some(Rejection::Header(JsonError::NotAnObject))),
    ];
    for (row, header, expected) in table {
        assert_eq!(rejection(&verifier, &forge(key, header, &payload())), expected, "{row}");
    }
}

#[test]
fn algorithm_none_in_every_shape() {
    let (verifier, _) = single(Algorithm::Es256);
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for name in ["none", "None", "NONE", "nOnE"] {
        let header = encode(&format!(r#"{{"alg":"{name}"}}"#));
        let body = encode(&payload());
        for (row, token, expected) in [
            ("without_signature", format!("{header}.{body}."), Rejection::NoSignature),
            ("without_third_part", format!("{header}.{body}"), Rejection::NotThreeParts),
            ("with_a_signature", format!("{header}.{body}.c2ln"), Rejection::AlgorithmUnknown),
        ] {
            assert_eq!(rejection(&verifier, &token), Some(expected), "{row} {name}");
        }
    }
}

#[test]
fn a_public_key_is_never_a_secret() {
    let rsa = fixture::key(Algorithm::Rs256);
    let jwks = rsa.to_public_jwks().unwrap();
    let modulus: Value = serde_json::from_str(&jwks).unwrap();
    let modulus = URL_SAFE_NO_PAD.decode(modulus["keys"][0]["n"].as_str().unwrap()).unwrap();
    let (mut verifier, _) = single(Algorithm::Rs256);
    // Even if both are configured, the key stays bound to its algorithm.
    verifier.issuers[0].algorithms = vec![Algorithm::Rs256, Algorithm::Hs256];
    for (row, secret) in [("modulus", modulus.as_slice()), ("key_set", jwks.as_bytes())] {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
            URL_SAFE_NO_PAD.encode(payload())
        );
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac));
        assert_eq!(rejection(&verifier, &token), Some(Rejection::KeyOfOtherAlgorithm), "{row}");
    }
}

#[test]
fn blank_and_guessed_secrets_verify_nothing() {
    let (verifier, _) = single(Algorithm::Hs256);
    for secret in ["", "secret", "changeme"] {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
            URL_SAFE_NO_PAD.encode(payload())
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let token =
            format!("{input}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, input.as_bytes())));
        assert_eq!(rejection(&verifier, &token), Some(Rejection::SignatureWrong), "{secret:?}");
    }
}

#[test]
fn signatures_have_one_length_and_one_form() {
    for (algorithm, length) in [
        (Algorithm::Hs256, 32),
        (Algorithm::Hs384, 48),
        (Algorithm::Hs512, 64),
        (Algorithm::Rs256, 256),
        (Algorithm::Ps512, 256),
        (Algorithm::Es256, 64),
        (Algorithm::Es384, 96),
        (Algorithm::EdDsa, 64),
    ] {
        let (verifier, key) = single(algorithm);
        let token = key.sign(&claims()).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let good = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert_eq!(good.len(), length, "{algorithm}");
        let with = |signature: &[u8]| {
            rejection(&verifier, &format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
        };
        assert_eq!(with(&good), None, "{algorithm}");
        let wrong_length = Some(Rejection::SignatureLength);
        assert_eq!(with(&good[1..]), wrong_length, "{algorithm} first byte cut");
        assert_eq!(with(&good[..length - 1]), wrong_length, "{algorithm} last byte cut");
        assert_eq!(with(&[&[0], &good[..]].concat()), wrong_length, "{algorithm} zero in front");
        assert_eq!(with(&[&good[..], &[0]].concat()), wrong_length, "{algorithm} zero behind");
        assert_eq!(with(&[&good[..], &good[..]].concat()), wrong_length, "{algorithm} twice");
        let wrong = Some(Rejection::SignatureWrong);
        assert_eq!(with(&vec![0; length]), wrong, "{algorithm} zeros (r = s = 0)");
        assert_eq!(with(&vec![255; length]), wrong, "{algorithm} ones");
    }
}

#[test]
fn a_der_encoded_ecdsa_signature_is_refused() {
    use aws_lc_rs::{rand::SystemRandom, signature};
    let curve = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
    let pair = signature::EcdsaKeyPair::generate(curve).unwrap();
    let point = signature::KeyPair::public_key(&pair).as_ref();
    let jwks = json!({"keys": [{
        "kty": "EC", "crv": "P-256",
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
        "y": URL_SAFE_NO_PAD.encode(&point[33..]),
    }]});
    let (mut verifier, _) = single(Algorithm::Es256);
    let algorithms = [Algorithm::Es256];
    verifier.issuers[0].keys =
        KeySet::from_jwks(jwks.to_string().as_bytes(), &algorithms).unwrap().0;
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let input = format!("{}.{}", encode(r#"{"alg":"ES256"}"#), encode(&payload()));
    // The same library takes this very signature in its DER form.
    let der = pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
    signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point)
        .verify(input.as_bytes(), der.as_ref())
        .unwrap();
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(der.as_ref()));
    assert_eq!(rejection(&verifier, &token), Some(Rejection::SignatureLength));
}

#[test]
fn keys_belong_to_their_issuer() {
    let (ours, theirs) =
        (fixture::key(Algorithm::Es256), SigningKey::generate(Algorithm::Es256).unwrap());
    let other = "https://other.example.com";
    let verifier = fixture::verifier(vec![
        fixture::issuer(fixture::ISSUER, ours),
        fixture::issuer(other, &theirs),
    ]);
    let of_other = fixture::claims_with(json!({"iss": other}));
    assert_eq!(
        verifier.verify(&theirs.sign(&of_other).unwrap(), NOW).unwrap().issuer().position(),
        1
    );
    // With its kid the key is not in the set; without one it is the wrong key.
    let token = theirs.sign(&claims()).unwrap();
    assert_eq!(rejection(&verifier, &token), Some(Rejection::KeyUnknown));
    let token = forge(&theirs, r#"{"alg":"ES256"}"#, &payload());
    assert_eq!(rejection(&verifier, &token), Some(Rejection::SignatureWrong));
    let kid = ours.kid().unwrap();
    let token = forge(&theirs, &format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#), &payload());
    assert_eq!(rejection(&verifier, &token), Some(Rejection::SignatureWrong));
}

#[test]
fn changed_payloads_and_parts_of_two_tokens() {
    let (verifier, key) = single(Algorithm::EdDsa);
    let alice = key.sign(&claims()).unwrap();
    let bob = key.sign(&fixture::claims_with(json!({"sub": "bob"}))).unwrap();
    let part = |token: &str, position: usize| token.split('.').nth(position).unwrap().to_owned();
    let mixed = format!("{}.{}.{}", part(&alice, 0), part(&bob, 1), part(&alice, 2));
    assert_eq!(rejection(&verifier, &mixed), Some(Rejection::SignatureWrong));
    let padded = format!("{alice}=");
    assert_eq!(rejection(&verifier, &padded), Some(Rejection::NotBase64Url(Part::Signature)));
    let limit = alice.len() - 1;
    let small = Verifier { max_bytes: limit, ..verifier };
    assert_eq!(rejection(&small, &alice), Some(Rejection::TooLong { limit }));
    let exact = Verifier { max_bytes: limit + 1, ..small };
    assert_eq!(rejection(&exact, &alice), None);
}

#[test]
fn the_issuer_is_judged_before_the_signature() {
    let (verifier, _) = single(Algorithm::Es256);
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let claims = fixture::claims_with(json!({"iss": "https://portal.example.com/"}));
    let token = stranger.sign(&claims).unwrap();
    assert_eq!(rejection(&verifier, &token), Some(Rejection::IssuerUnknown));
    let expired = fixture::claims_with(json!({"exp": 1, "iat": 0, "aud": "other"}));
    let token = forge(&stranger, r#"{"alg":"ES256"}"#, &Value::Object(expired).to_string());
    assert_eq!(rejection(&verifier, &token), Some(Rejection::SignatureWrong), "claims come last");
}

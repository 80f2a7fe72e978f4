use super::*;
use crate::token::json::JsonError;
use crate::token::tests::fixture::{self, NOW, claims, single};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING};
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

fn jwk(algorithm: Algorithm) -> Map<String, Value> {
    serde_json::from_str(&fixture::key(algorithm).to_private_jwk().unwrap()).unwrap()
}

/// The private JWK with these members changed; `null` removes one.
#[expect(clippy::needless_pass_by_value, reason = "each call writes its changes in place")]
fn changed(algorithm: Algorithm, changes: Value) -> String {
    let mut key = jwk(algorithm);
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            key.remove(name);
        } else {
            key.insert(name.clone(), value.clone());
        }
    }
    Value::Object(key).to_string()
}

#[test]
fn a_key_survives_its_jwk() {
    for algorithm in Algorithm::ALL {
        let (verifier, key) = single(algorithm);
        let text = key.to_private_jwk().unwrap();
        let again = SigningKey::from_jwk(text.as_bytes(), None).unwrap();
        assert_eq!((again.algorithm(), again.kid()), (algorithm, key.kid()));
        assert_eq!(again.to_private_jwk().unwrap(), text, "{algorithm}");
        assert!(verifier.verify(&again.sign(&claims()).unwrap(), NOW).is_ok(), "{algorithm}");
    }
}

#[test]
fn the_published_set_holds_nothing_private() {
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_hmac()) {
        let jwks: Value =
            serde_json::from_str(&fixture::key(algorithm).to_public_jwks().unwrap()).unwrap();
        let names: Vec<_> =
            jwks["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
        let expected: &[&str] = match algorithm {
            Algorithm::Es256 | Algorithm::Es384 => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            Algorithm::EdDsa => &["alg", "crv", "kid", "kty", "use", "x"],
            _ => &["alg", "e", "kid", "kty", "n", "use"],
        };
        assert_eq!(names, expected, "{algorithm}");
        assert_eq!(jwks["keys"].as_array().unwrap().len(), 1);
    }
    let shared = fixture::key(Algorithm::Hs256);
    assert_eq!(shared.to_public_jwks(), Err(SigningKeyError::Shared));
    assert_eq!(shared.kid(), None);
}

/// The example of RFC 7638, section 3.1, by the same members.
#[test]
fn the_thumbprint_is_that_of_the_rfc() {
    let json = r#"{"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#;
    assert_eq!(jwk::digest_of(json), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let key = jwk(Algorithm::EdDsa);
    let json = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":{}}}"#, key["x"]);
    assert_eq!(key["kid"], jwk::digest_of(&json));
}

#[test]
fn jwks_that_cannot_sign() {
    use Algorithm::{EdDsa, Es256, Es384, Hs256, Ps256, Rs256};
    use SigningKeyError::{
        AlgorithmNeeded, AlgorithmUnknown, Inconsistent, Member, Public, TypeUnknown,
    };
    let disagree = |stated, chosen| SigningKeyError::AlgorithmsDisagree { stated, chosen };
    let other = SigningKey::generate(Es256).unwrap().to_private_jwk().unwrap();
    let other: Value = serde_json::from_str(&other).unwrap();
    let table = [
        ("good", changed(Es256, json!({})), None, None),
        ("alg_absent_curve_says_it", changed(Es256, json!({"alg": null})), None, None),
        ("alg_absent_ed25519_says_it", changed(EdDsa, json!({"alg": null})), None, None),
        ("alg_chosen_as_stated", changed(Rs256, json!({})), Some(Rs256), None),
        ("alg_chosen_where_absent", changed(Rs256, json!({"alg": null})), Some(Ps256), None),
        ("alg_absent_for_rsa", changed(Rs256, json!({"alg": null})), None, Some(AlgorithmNeeded)),
        (
            "alg_absent_for_a_secret",
            changed(Hs256, json!({"alg": null})),
            None,
            Some(AlgorithmNeeded),
        ),
        (
            "alg_chosen_against_the_key",
            changed(Rs256, json!({})),
            Some(Ps256),
            Some(disagree(Rs256, Ps256)),
        ),
        (
            "alg_chosen_against_the_curve",
            changed(Es256, json!({"alg": null})),
            Some(Es384),
            Some(disagree(Es256, Es384)),
        ),
        (
            "alg_stated_against_the_curve",
            changed(Es256, json!({"alg": "ES384"})),
            None,
            Some(disagree(Es256, Es384)),
        ),
        (
            "alg_stated_against_the_curve_and_chosen",
            changed(Es256, json!({"alg": "ES384"})),
            Some(Es256),
            Some(disagree(Es256, Es384)),
        ),
        (
            "alg_chosen_against_ed25519",
            changed(EdDsa, json!({})),
            Some(Es256),
            Some(disagree(EdDsa, Es256)),
        ),
        (
            "alg_of_another_type",
            changed(Rs256, json!({"alg": "ES256"})),
            None,
            Some(SigningKeyError::AlgorithmOfOtherType(Es256)),
        ),
        ("alg_unknown", changed(Es256, json!({"alg": "ES512"})), None, Some(AlgorithmUnknown)),
        ("alg_number", changed(Es256, json!({"alg": 5})), None, Some(AlgorithmUnknown)),
        ("public", changed(Es256, json!({"d": null})), None, Some(Public)),
        ("kty_absent", changed(Es256, json!({"kty": null})), None, Some(Member("kty"))),
        ("kty_unknown", changed(Es256, json!({"kty": "AKP"})), None, Some(TypeUnknown)),
        ("kid_number", changed(Es256, json!({"kid": 5})), None, Some(Member("kid"))),
        ("scalar_not_base64url", changed(Es256, json!({"d": "!"})), None, Some(Member("d"))),
        (
            "scalar_of_another_key",
            changed(Es256, json!({"d": other["d"]})),
            None,
            Some(Inconsistent),
        ),
        ("seed_of_another_key", changed(EdDsa, json!({"d": other["d"]})), None, Some(Inconsistent)),
        ("prime_missing", changed(Rs256, json!({"p": null})), None, Some(Member("p"))),
        ("prime_wrong", changed(Rs256, json!({"p": "AAAD"})), None, Some(Inconsistent)),
        (
            "secret_short",
            changed(Hs256, json!({"k": "AAAA"})),
            None,
            Some(SigningKeyError::SecretTooShort { bytes: 3, needed: 32 }),
        ),
        (
            "no_json",
            "-----BEGIN".to_owned(),
            None,
            Some(SigningKeyError::NotJson(JsonError::Syntax)),
        ),
    ];
    for (row, text, chosen, expected) in table {
        assert_eq!(SigningKey::from_jwk(text.as_bytes(), chosen).err(), expected, "{row}");
    }
}

fn pem(tag: &str, der: &[u8]) -> String {
    format!("-----BEGIN {tag}-----\n{}\n-----END {tag}-----\n", STANDARD.encode(der))
}

#[test]
fn keys_in_pem_sign() {
    use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa =
        aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    // PKCS#1 is what the PKCS#8 document wraps in its octet string, at the end.
    let wrapped = rsa.as_ref();
    let start = wrapped.windows(4).position(|window| window[..2] == [0x04, 0x82]).unwrap() + 4;
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let sec1: EcPrivateKeyRfc5915Der<'_> = p256.private_key().as_der().unwrap();
    let ed25519 = Ed25519KeyPair::generate().unwrap();
    let parameters = pem("EC PARAMETERS", &[6, 1, 1]);
    let table = [
        ("rsa_pkcs8", pem("PRIVATE KEY", wrapped), Some(Algorithm::Ps384), Ok(Algorithm::Ps384)),
        ("rsa_pkcs1", pem("RSA PRIVATE KEY", &wrapped[start..]), Some(Algorithm::Rs256), Ok(Algorithm::Rs256)),
        ("rsa_without_choice", pem("PRIVATE KEY", wrapped), None, Err(SigningKeyError::AlgorithmNeeded)),
        ("rsa_for_a_curve", pem("PRIVATE KEY", wrapped), Some(Algorithm::Es256), Err(SigningKeyError::AlgorithmOfOtherType(Algorithm::Es256))),
        ("p256_pkcs8", pem("PRIVATE KEY", p256.to_pkcs8v1().unwrap().as_ref()), None, Ok(Algorithm::Es256)),
        ("p384_pkcs8", pem("PRIVATE KEY", p384.to_pkcs8v1().unwrap().as_ref()), None, Ok(Algorithm::Es384)),
        ("p256_sec1", pem("EC PRIVATE KEY", sec1.as_ref()), None, Ok(Algorithm::Es256)),
        ("p256_sec1_after_parameters", parameters + &pem("EC PRIVATE KEY", sec1.as_ref()), None, Ok(Algorithm::Es256)),
        ("ed25519_v1", pem("PRIVATE KEY", ed25519.to_pkcs8v1().unwrap().as_ref()), None, Ok(Algorithm::EdDsa)),
        ("ed25519_v2", pem("PRIVATE KEY", ed25519.to_pkcs8().unwrap().as_ref()), None, Ok(Algorithm::EdDsa)),
        ("encrypted", pem("ENCRYPTED PRIVATE KEY", &[1]), None, Err(SigningKeyError::Encrypted)),
        ("encrypted_the_older_way", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n".to_owned(), None, Err(SigningKeyError::Encrypted)),
        ("public", pem("PUBLIC KEY", &[1]), None, Err(SigningKeyError::Public)),
        ("openssh", pem("OPENSSH PRIVATE KEY", &[1]), None, Err(SigningKeyError::TypeUnknown)),
        ("certificate", pem("CERTIFICATE", &[1]), None, Err(SigningKeyError::Pem)),
        ("no_key_inside", pem("PRIVATE KEY", &[1]), None, Err(SigningKeyError::TypeUnknown)),
        ("not_base64", "-----BEGIN PRIVATE KEY-----\n!\n".to_owned(), None, Err(SigningKeyError::Pem)),
        ("empty", String::new(), None, Err(SigningKeyError::Pem)),
    ];
    for (row, text, chosen, expected) in table {
        let key = SigningKey::from_pem(text.as_bytes(), chosen);
        assert_eq!(key.as_ref().map(SigningKey::algorithm), expected.as_ref().copied(), "{row}");
        if let Ok(key) = key {
            let verifier = fixture::verifier(vec![fixture::issuer(fixture::ISSUER, &key)]);
            assert!(verifier.verify(&key.sign(&claims()).unwrap(), NOW).is_ok(), "{row}");
        }
    }
}

#[test]
fn secrets_are_as_long_as_their_hash() {
    for (algorithm, needed) in
        [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)]
    {
        assert!(SigningKey::from_secret(&vec![7; needed], algorithm).is_ok());
        let bytes = needed - 1;
        let short = SigningKey::from_secret(&vec![7; bytes], algorithm).err();
        assert_eq!(short, Some(SigningKeyError::SecretTooShort { bytes, needed }));
    }
    let error = SigningKey::from_secret(&[7; 64], Algorithm::Es256).err();
    assert_eq!(error, Some(SigningKeyError::AlgorithmOfOtherType(Algorithm::Es256)));
}

//! What a member of a JWK set must be to become a key, and what its neighbours make of it.

use super::*;
use crate::token::JsonError;

#[test]
fn a_key_is_for_one_algorithm_and_for_verifying() {
    use Algorithm::{EdDsa, Es256, Es384, Rs256};
    let other_type = |algorithm| Some(KeyError::AlgorithmOfOtherType(algorithm));
    let malformed = |name| Some(KeyError::MemberMalformed(name));
    let point = |algorithm, name: &str| {
        let mut bytes = URL_SAFE_NO_PAD.decode(public(algorithm)[name].as_str().unwrap()).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let x = public(Es256)["x"].clone();
    let padded = format!("{}=", x.as_str().unwrap());
    let short_x =
        URL_SAFE_NO_PAD.encode(&URL_SAFE_NO_PAD.decode(x.as_str().unwrap()).unwrap()[1..]);
    let ed_x = URL_SAFE_NO_PAD.decode(public(EdDsa)["x"].as_str().unwrap()).unwrap();
    let long_ed_x = URL_SAFE_NO_PAD.encode([&ed_x[..], &[0]].concat());
    let table = [
        ("rsa", Rs256, json!({}), None),
        ("p256", Es256, json!({}), None),
        ("p384", Es384, json!({}), None),
        ("ed25519", EdDsa, json!({}), None),
        ("ed25519_fully_specified", EdDsa, json!({"alg": "Ed25519"}), None),
        ("alg_absent_rsa", Rs256, json!({"alg": null}), None),
        ("alg_absent_p256", Es256, json!({"alg": null}), None),
        ("use_absent", Es256, json!({"use": null}), None),
        ("unknown_members", Es256, json!({"x5c": ["!"], "exp": 5, "other": {}}), None),
        (
            "alg_not_configured",
            Rs256,
            json!({"alg": "PS256"}),
            Some(KeyError::AlgorithmNotConfigured(Algorithm::Ps256)),
        ),
        ("alg_of_another_curve", Es256, json!({"alg": "ES384"}), other_type(Es384)),
        ("alg_of_another_type", Es256, json!({"alg": "RS256"}), other_type(Rs256)),
        ("alg_of_a_secret", Rs256, json!({"alg": "HS256"}), other_type(Algorithm::Hs256)),
        ("alg_for_encryption", Rs256, json!({"alg": "RSA-OAEP"}), Some(KeyError::AlgorithmUnknown)),
        ("alg_unknown", Es256, json!({"alg": "ES224"}), Some(KeyError::AlgorithmUnknown)),
        ("alg_none", Es256, json!({"alg": "none"}), Some(KeyError::AlgorithmUnknown)),
        ("alg_number", Es256, json!({"alg": 5}), malformed("alg")),
        ("use_enc", Es256, json!({"use": "enc"}), Some(KeyError::NotForSignatures)),
        ("use_any_case", Es256, json!({"use": "SIG"}), Some(KeyError::NotForSignatures)),
        ("use_list", Es256, json!({"use": ["sig"]}), malformed("use")),
        ("key_ops_verify", Es256, json!({"use": null, "key_ops": ["verify"]}), None),
        ("key_ops_sign_and_verify", Es256, json!({"key_ops": ["sign", "verify"]}), None),
        (
            "key_ops_without_verify",
            Es256,
            json!({"use": null, "key_ops": ["encrypt"]}),
            Some(KeyError::NotForSignatures),
        ),
        (
            "key_ops_empty",
            Es256,
            json!({"use": null, "key_ops": []}),
            Some(KeyError::NotForSignatures),
        ),
        ("key_ops_string", Es256, json!({"key_ops": "verify"}), malformed("key_ops")),
        ("key_ops_numbers", Es256, json!({"key_ops": ["verify", 5]}), malformed("key_ops")),
        (
            "use_and_key_ops_disagree",
            Es256,
            json!({"key_ops": ["verify", "encrypt"]}),
            Some(KeyError::PurposesDisagree),
        ),
        (
            "use_sig_key_ops_sign_only",
            Es256,
            json!({"key_ops": ["sign"]}),
            Some(KeyError::NotForSignatures),
        ),
        ("private_scalar", Es256, json!({"d": "AA"}), Some(KeyError::PrivateMember("d"))),
        (
            "private_scalar_null_like",
            EdDsa,
            json!({"d": false}),
            Some(KeyError::PrivateMember("d")),
        ),
        ("private_prime", Rs256, json!({"p": "AA"}), Some(KeyError::PrivateMember("p"))),
        ("secret_in_a_public_key", Rs256, json!({"k": "AA"}), Some(KeyError::PrivateMember("k"))),
        ("kty_missing", Es256, json!({"kty": null}), Some(KeyError::MemberMissing("kty"))),
        ("kty_number", Es256, json!({"kty": 5}), malformed("kty")),
        ("kty_unknown", Es256, json!({"kty": "AKP"}), Some(KeyError::TypeUnknown)),
        ("kty_of_another_key", Es256, json!({"kty": "RSA"}), Some(KeyError::MemberMissing("n"))),
        ("crv_missing", Es256, json!({"crv": null}), Some(KeyError::MemberMissing("crv"))),
        ("crv_unknown", Es256, json!({"crv": "secp256k1"}), Some(KeyError::TypeUnknown)),
        ("crv_p521", Es256, json!({"crv": "P-521"}), Some(KeyError::TypeUnknown)),
        ("crv_ed448", EdDsa, json!({"crv": "Ed448"}), Some(KeyError::TypeUnknown)),
        ("crv_for_key_agreement", EdDsa, json!({"crv": "X25519"}), Some(KeyError::TypeUnknown)),
        ("okp_on_p256", EdDsa, json!({"crv": "P-256"}), Some(KeyError::TypeUnknown)),
        ("ec_on_ed25519", Es256, json!({"crv": "Ed25519"}), Some(KeyError::TypeUnknown)),
        ("p256_called_p384", Es256, json!({"crv": "P-384", "alg": null}), malformed("x")),
        (
            "point_off_the_curve",
            Es256,
            json!({"y": point(Es256, "y")}),
            Some(KeyError::PointOffCurve),
        ),
        (
            "point_off_the_larger_curve",
            Es384,
            json!({"y": point(Es384, "y")}),
            Some(KeyError::PointOffCurve),
        ),
        (
            "point_zero",
            Es256,
            json!({"x": URL_SAFE_NO_PAD.encode([0; 32]), "y": URL_SAFE_NO_PAD.encode([0; 32])}),
            Some(KeyError::PointOffCurve),
        ),
        ("coordinate_missing", Es256, json!({"y": null}), Some(KeyError::MemberMissing("y"))),
        ("coordinate_short", Es256, json!({"x": short_x}), malformed("x")),
        ("coordinate_padded", Es256, json!({"x": padded}), malformed("x")),
        ("coordinate_number", Es256, json!({"x": 5}), malformed("x")),
        ("ed25519_short", EdDsa, json!({"x": "AAAA"}), Some(KeyError::Ed25519Length)),
        ("ed25519_long", EdDsa, json!({"x": long_ed_x}), Some(KeyError::Ed25519Length)),
        ("rsa_exponent_missing", Rs256, json!({"e": null}), Some(KeyError::MemberMissing("e"))),
        ("rsa_exponent_one", Rs256, json!({"e": "AQ"}), Some(KeyError::RsaExponent)),
        ("rsa_exponent_one_padded", Rs256, json!({"e": "AAAB"}), Some(KeyError::RsaExponent)),
        ("rsa_exponent_even", Rs256, json!({"e": "AQAA"}), Some(KeyError::RsaExponent)),
        ("rsa_exponent_of_33_bits", Rs256, json!({"e": "AQAAAAE"}), None),
        ("rsa_exponent_of_34_bits", Rs256, json!({"e": "AgAAAAE"}), Some(KeyError::RsaExponent)),
        ("rsa_exponent_of_41_bits", Rs256, json!({"e": "AQAAAAAB"}), Some(KeyError::RsaExponent)),
        ("rsa_exponent_empty", Rs256, json!({"e": ""}), Some(KeyError::RsaExponent)),
        ("rsa_exponent_zero", Rs256, json!({"e": "AA"}), Some(KeyError::RsaExponent)),
        ("rsa_modulus_empty", Rs256, json!({"n": ""}), Some(KeyError::RsaSize { bits: 0 })),
        ("kid_with_nul", Es256, json!({"kid": "a\0"}), malformed("kid")),
        ("kid_number", Es256, json!({"kid": 5}), malformed("kid")),
        ("kid_too_long", Es256, json!({"kid": "k".repeat(257)}), malformed("kid")),
    ];
    for (row, algorithm, changes, expected) in table {
        assert_eq!(problem(changed(algorithm, changes), &PUBLIC), expected, "{row}");
    }
    assert_eq!(problem(json!(null), &PUBLIC), Some(KeyError::NotAnObject));
    assert_eq!(problem(json!([]), &PUBLIC), Some(KeyError::NotAnObject));
}

#[test]
fn an_rsa_modulus_is_sound_and_from_2048_to_8192_bits() {
    let with = |modulus: &[u8]| {
        let modulus = URL_SAFE_NO_PAD.encode(modulus);
        problem(changed(Algorithm::Rs256, json!({ "n": modulus })), &PUBLIC)
    };
    // Odd, and not of the broken generator: 2^(8·len) − 1 but for its highest bits.
    let number = |bytes: usize, first: u8| [&[first][..], &vec![0xff; bytes - 1]].concat();
    assert_eq!(with(&number(256, 0x80)), None);
    assert_eq!(with(&number(256, 0x7f)), Some(KeyError::RsaSize { bits: 2047 }));
    assert_eq!(with(&number(128, 0x80)), Some(KeyError::RsaSize { bits: 1024 }));
    assert_eq!(with(&number(1024, 0x80)), None);
    assert_eq!(with(&number(1025, 0x01)), Some(KeyError::RsaSize { bits: 8193 }));
    let mut even = number(256, 0x80);
    *even.last_mut().unwrap() = 0xfe;
    assert_eq!(with(&even), Some(KeyError::RsaWeakModulus));
    // A sign byte counts neither for the number nor for the length of the signature.
    let genuine = public(Algorithm::Rs256)["n"].as_str().unwrap().to_owned();
    let signed = [&[0][..], &URL_SAFE_NO_PAD.decode(genuine).unwrap()].concat();
    let key = changed(Algorithm::Rs256, json!({ "n": URL_SAFE_NO_PAD.encode(signed) }));
    let (set, _) = load(&[key], &PUBLIC).unwrap();
    let token = fixture::key(Algorithm::Rs256).sign(&fixture::claims()).unwrap();
    let compact = Compact::split(&token, 8192).unwrap();
    assert_eq!(set.verify(Algorithm::Rs256, None, &compact), Ok(()));
}

#[test]
fn keys_without_alg_take_the_only_fitting_one() {
    use Algorithm::{Es256, Es384, Hs256, Ps256, Rs256};
    let bare = |algorithm| changed(algorithm, json!({"alg": null}));
    assert_eq!(problem(bare(Rs256), &[Ps256]), None);
    assert_eq!(problem(bare(Rs256), &[Rs256, Ps256]), Some(KeyError::SeveralAlgorithmsFit));
    assert_eq!(problem(bare(Rs256), &[Rs256, Rs256, Es256]), None, "one listed twice is one");
    assert_eq!(problem(bare(Rs256), &[Es256]), Some(KeyError::NoAlgorithmFits));
    assert_eq!(problem(bare(Es384), &[Es256]), Some(KeyError::NoAlgorithmFits));
    assert_eq!(problem(bare(Es256), &[Hs256]), Some(KeyError::NoAlgorithmFits));
}

#[test]
fn secrets_stand_in_a_set_only_among_themselves() {
    use Algorithm::{Es256, Hs256, Hs384, Hs512};
    let secret = |bytes: usize, alg: Option<&str>| {
        let k = URL_SAFE_NO_PAD.encode(vec![7; bytes]);
        let mut key = json!({"kty": "oct", "k": k});
        if let Some(alg) = alg {
            key["alg"] = alg.into();
        }
        key
    };
    let short = |bytes, needed| Some(KeyError::SecretTooShort { bytes, needed });
    for (row, key, algorithms, expected) in [
        ("alone", secret(32, None), &[Hs256][..], None),
        ("stated", secret(64, Some("HS512")), &[Hs256, Hs512], None),
        ("several_fit", secret(64, None), &[Hs256, Hs512], Some(KeyError::SeveralAlgorithmsFit)),
        (
            "beside_a_public_algorithm",
            secret(32, Some("HS256")),
            &[Hs256, Es256],
            Some(KeyError::SecretAmongPublicKeys),
        ),
        (
            "where_keys_are_public",
            secret(32, None),
            &[Es256],
            Some(KeyError::SecretAmongPublicKeys),
        ),
        (
            "stated_but_not_configured",
            secret(64, Some("HS512")),
            &[Hs256],
            Some(KeyError::AlgorithmNotConfigured(Hs512)),
        ),
        ("short_for_256", secret(31, None), &[Hs256], short(31, 32)),
        ("short_for_384", secret(47, None), &[Hs384], short(47, 48)),
        ("short_for_512", secret(63, None), &[Hs512], short(63, 64)),
        ("empty", secret(0, None), &[Hs256], short(0, 32)),
        ("for_encryption", secret(32, Some("A256GCM")), &[Hs256], Some(KeyError::AlgorithmUnknown)),
    ] {
        assert_eq!(problem(key, algorithms), expected, "{row}");
    }
    let list = |secrets: &[usize], algorithms: &[Algorithm]| {
        let secrets: Vec<_> = secrets.iter().map(|&bytes| vec![7; bytes]).collect();
        KeySet::from_secrets(&secrets, algorithms).map(|set| set.count())
    };
    assert_eq!(list(&[32, 33], &[Hs256]), Ok(2));
    let member = |position, error| Err(KeyError::Member { position, error: Box::new(error) });
    assert_eq!(list(&[32, 31], &[Hs256]), member(1, short(31, 32).unwrap()));
    assert_eq!(list(&[64], &[Hs256, Hs512]), member(0, KeyError::SeveralAlgorithmsFit));
    assert_eq!(list(&[64], &[Es256]), member(0, KeyError::SecretAmongPublicKeys));
    assert_eq!(list(&[32; 4], &[Hs256]), Ok(4));
    assert_eq!(list(&[32; 5], &[Hs256]), member(4, KeyError::TooManyWithoutKid));
    assert_eq!(list(&[], &[Hs256]), Err(KeyError::NoUsableKey(vec![])));
}

#[test]
fn one_bad_member_never_loses_the_good_ones() {
    let good = Value::Object(public(Algorithm::Es256)).to_string();
    let doubled = r#"{"kty":"EC","kty":"EC","kid":"doubled"}"#;
    let bad = ["null", "5", "[]", "{}", doubled, r#"{"kty":"EC","kid":5}"#, r#"{"kty":"AKP"}"#];
    let text = format!(r#"{{"other":1,"keys":[{},{good}]}}"#, bad.join(","));
    let (set, problems) = KeySet::from_jwks(text.as_bytes(), &PUBLIC).unwrap();
    assert_eq!(set.count(), 1);
    assert_eq!(problems.len(), bad.len());
    assert_eq!(problems[4].kid, None, "which of two would be printed?");
    assert_eq!(problems[4].error, KeyError::DuplicateMember);
    for (position, problem) in problems.iter().enumerate() {
        assert_eq!(problem.position, position);
        assert!(problem.to_string().starts_with(&format!("key {}", position + 1)), "{problem}");
    }
}

#[test]
fn a_set_is_an_object_with_a_list_of_keys() {
    let key = Value::Object(public(Algorithm::Es256)).to_string();
    for (row, text, expected) in [
        ("bare_key", key.clone(), KeyError::NotASet),
        ("keys_no_list", format!(r#"{{"keys":{key}}}"#), KeyError::NotASet),
        ("keys_null", r#"{"keys":null}"#.to_owned(), KeyError::NotASet),
        (
            "keys_twice",
            format!(r#"{{"keys":[],"keys":[{key}]}}"#),
            KeyError::NotJson(JsonError::DuplicateMember),
        ),
        ("list", format!("[{key}]"), KeyError::NotJson(JsonError::NotAnObject)),
        ("html", "<html>".to_owned(), KeyError::NotJson(JsonError::Syntax)),
        ("empty", String::new(), KeyError::NotJson(JsonError::Syntax)),
        ("no_keys", r#"{"keys":[]}"#.to_owned(), KeyError::NoUsableKey(vec![])),
    ] {
        assert_eq!(KeySet::from_jwks(text.as_bytes(), &PUBLIC).err(), Some(expected), "{row}");
    }
}

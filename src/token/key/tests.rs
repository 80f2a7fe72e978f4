mod jwk;
mod pem;

use super::*;
use crate::token::tests::fixture;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// The public JWK of the test run's key.
fn public(algorithm: Algorithm) -> Map<String, Value> {
    let jwks = fixture::key(algorithm).to_public_jwks().unwrap();
    let jwks: Value = serde_json::from_str(&jwks).unwrap();
    jwks["keys"][0].as_object().unwrap().clone()
}

/// That key with these members changed; `null` removes one.
#[expect(clippy::needless_pass_by_value, reason = "each call writes its changes in place")]
fn changed(algorithm: Algorithm, changes: Value) -> Value {
    let mut key = public(algorithm);
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            key.remove(name);
        } else {
            key.insert(name.clone(), value.clone());
        }
    }
    Value::Object(key)
}

fn load(keys: &[Value], algorithms: &[Algorithm]) -> Result<(KeySet, Vec<UnusableKey>), KeyError> {
    KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes(), algorithms)
}

/// Why a set with only this key does not use it.
fn problem(key: Value, algorithms: &[Algorithm]) -> Option<KeyError> {
    match load(&[key], algorithms) {
        Ok((set, problems)) => {
            assert_eq!((set.count(), problems.len()), (1, 0));
            None
        }
        Err(KeyError::NoUsableKey(mut problems)) => {
            assert_eq!(problems.len(), 1);
            Some(problems.remove(0).error)
        }
        Err(error) => panic!("{error}"),
    }
}

const PUBLIC: [Algorithm; 4] =
    [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa];

#[test]
fn two_keys_of_one_kid_and_algorithm_are_both_refused() {
    let first = crate::token::SigningKey::generate(Algorithm::Es256).unwrap();
    let first: Value = serde_json::from_str(&first.to_public_jwks().unwrap()).unwrap();
    let mut first = first["keys"][0].clone();
    first["kid"] = "same".into();
    let second = changed(Algorithm::Es256, json!({"kid": "same"}));
    let other_algorithm = changed(Algorithm::EdDsa, json!({"kid": "same"}));
    let (set, problems) = load(&[first, other_algorithm, second], &PUBLIC).unwrap();
    assert_eq!(set.count(), 1, "the key of the other algorithm stays");
    let errors: Vec<_> =
        problems.iter().map(|problem| (problem.position, &problem.error)).collect();
    let same = |other| KeyError::SameKid { other };
    assert_eq!(errors, [(0, &same(2)), (2, &same(0))]);
    assert!(problems[0].to_string().contains("same"), "{}", problems[0]);
}

#[test]
fn a_key_id_shared_with_a_broken_key_is_ambiguous() {
    let set = |changes| {
        let good = changed(Algorithm::Es256, json!({"kid": "same"}));
        let mut broken = changed(Algorithm::Es256, json!({"kid": "same", "x": "broken!"}));
        broken.as_object_mut().unwrap().extend::<Map<_, _>>(changes);
        load(&[good, broken], &PUBLIC).map(|(set, _)| set.count())
    };
    let changes = |changes: Value| changes.as_object().unwrap().clone();
    assert!(set(changes(json!({}))).is_err());
    assert_eq!(set(changes(json!({"kid": "other"}))), Ok(1));
    assert_eq!(set(changes(json!({"alg": "ES384"}))), Ok(1));
    assert_eq!(set(changes(json!({"use": "enc"}))), Ok(1), "one key published for both uses");
}

#[test]
fn kid_chooses_among_keys_that_have_one() {
    use Rejection::{KeyOfOtherAlgorithm, KeyUnknown, KidMissing, SignatureWrong};
    let other = crate::token::SigningKey::generate(Algorithm::Es256).unwrap();
    let other: Value = serde_json::from_str(&other.to_public_jwks().unwrap()).unwrap();
    let other = other["keys"][0].clone();
    let kid = |key: &Value, kid: Option<&str>| {
        let mut key = key.clone();
        match kid {
            Some(kid) => key["kid"] = kid.into(),
            None => drop(key.as_object_mut().unwrap().remove("kid")),
        }
        key
    };
    let own = Value::Object(public(Algorithm::Es256));
    let ed = Value::Object(public(Algorithm::EdDsa));
    let token = fixture::key(Algorithm::Es256).sign(&fixture::claims()).unwrap();
    let compact = Compact::split(&token, 8192).unwrap();
    let one = [kid(&own, Some("a"))];
    let two = [kid(&own, Some("a")), kid(&other, Some("b"))];
    let none = [kid(&other, None), kid(&own, None)];
    let types = [kid(&own, Some("a")), kid(&ed, Some("b"))];
    let shared = [kid(&own, Some("a")), kid(&ed, Some("a"))];
    for (row, keys, token_kid, expected) in [
        ("one_key_no_kid", &one[..], None, Ok(())),
        ("one_key_its_kid", &one, Some("a"), Ok(())),
        ("one_key_another_kid", &one, Some("b"), Err(KeyUnknown)),
        ("one_key_kid_in_another_case", &one, Some("A"), Err(KeyUnknown)),
        ("two_keys_no_kid", &two, None, Err(KidMissing)),
        ("two_keys_right_kid", &two, Some("a"), Ok(())),
        ("two_keys_wrong_kid", &two, Some("b"), Err(SignatureWrong)),
        ("two_keys_unknown_kid", &two, Some("c"), Err(KeyUnknown)),
        ("two_types_no_kid", &types, None, Err(KidMissing)),
        ("two_types_kid_of_the_other", &types, Some("b"), Err(KeyOfOtherAlgorithm)),
        ("two_types_one_kid", &shared, Some("a"), Ok(())),
        ("keys_without_kid_no_kid", &none, None, Ok(())),
        ("keys_without_kid_any_kid", &none, Some("c"), Ok(())),
    ] {
        let (set, problems) = load(keys, &PUBLIC).unwrap();
        assert_eq!(problems, [], "{row}");
        assert_eq!(set.verify(Algorithm::Es256, token_kid, &compact), expected, "{row}");
    }
    let mixed = [kid(&own, None), kid(&other, Some("b")), kid(&own, Some("a"))];
    let (set, problems) = load(&mixed, &PUBLIC).unwrap();
    assert_eq!((set.count(), problems[0].position), (2, 0));
    assert_eq!(problems[0].error, KeyError::KidMissing, "no token could mean it");
    let (set, problems) = load(&vec![kid(&own, None); 6], &PUBLIC).unwrap();
    assert_eq!(set.count(), 4, "no more than are tried");
    let positions: Vec<_> = problems.iter().map(|problem| problem.position).collect();
    assert_eq!(positions, [4, 5]);
    assert_eq!(problems[0].error, KeyError::TooManyWithoutKid);
}

//! What holds for every token, found by looking for the one for which it does not.

use super::fixture::{self, ISSUER, NOW, claims, forge, single};
use crate::token::{Algorithm, ClaimPath, IdentityValue, SigningKey, UnixTime, Verifier};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// Every position of a good token, each with some other character in its place.
#[test]
fn one_changed_byte_never_permits() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 40).unwrap()
    };
    for algorithm in [Algorithm::Hs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let (verifier, key) = single(algorithm);
        let token = key.sign(&claims()).unwrap();
        assert!(verifier.verify(&token, NOW).is_ok());
        for position in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            // One from the alphabet, which reaches furthest, and one from anywhere in ASCII.
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
            let any = u8::try_from(random() % 128).unwrap();
            for byte in [alphabet[random() % alphabet.len()], any] {
                if byte == token.as_bytes()[position] {
                    continue;
                }
                bytes[position] = byte;
                let changed = str::from_utf8(&bytes).unwrap();
                assert!(
                    verifier.verify(changed, NOW).is_err(),
                    "{algorithm} at {position}: {changed}"
                );
            }
        }
    }
}

/// The last character of a part can carry bits that belong to no byte. Each of the 63 others in
/// its place is another token, and none of them is good.
#[test]
fn a_token_has_one_spelling() {
    for algorithm in [Algorithm::Hs256, Algorithm::Es256, Algorithm::Rs384] {
        let (verifier, key) = single(algorithm);
        let token = key.sign(&claims()).unwrap();
        let last_of_part =
            |position: &usize| matches!(token.as_bytes().get(position + 1), None | Some(b'.'));
        for position in (0..token.len()).filter(last_of_part) {
            for byte in 0x21..0x7f_u8 {
                if byte == token.as_bytes()[position] {
                    continue;
                }
                let mut changed = token.clone();
                changed.replace_range(position..=position, &char::from(byte).to_string());
                assert!(verifier.verify(&changed, NOW).is_err(), "{algorithm}: {changed}");
            }
        }
    }
}

/// Two issuers with a key each, and a key that belongs to neither.
fn world() -> &'static (Verifier, [SigningKey; 3]) {
    static WORLD: OnceLock<(Verifier, [SigningKey; 3])> = OnceLock::new();
    WORLD.get_or_init(|| {
        let keys = [(); 3].map(|()| SigningKey::generate(Algorithm::EdDsa).unwrap());
        let mut verifier = fixture::verifier(vec![
            fixture::issuer(ISSUER, &keys[0]),
            fixture::issuer("https://other.example.com", &keys[1]),
        ]);
        verifier.leeway = 30;
        verifier.identity.add(IdentityValue::Claim(ClaimPath::new("/a/0").unwrap()));
        (verifier, keys)
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just("vdi".into()),
        Just(ISSUER.into()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Mostly sensible claims: nonsense alone never gets past the first check.
fn some_claims() -> impl Strategy<Value = Map<String, Value>> {
    let time = || {
        let near = NOW.0 - 200..NOW.0 + 200;
        prop_oneof![4 => near.prop_map(Value::from), 1 => Just(Value::Null), 1 => any_json()]
    };
    let issuer = prop_oneof![
        6 => Just(Value::from(ISSUER)),
        3 => Just("https://other.example.com".into()),
        1 => any_json()
    ];
    let audience = prop_oneof![
        4 => Just(json!("vdi")),
        2 => Just(json!(["x", "vdi"])),
        1 => Just(json!(["x"])),
        1 => any_json()
    ];
    let user = prop_oneof![4 => "[a-z]{1,8}".prop_map(Value::from), 1 => any_json()];
    let extra = proptest::option::of(("[a-z]{1,6}", any_json()));
    (issuer, audience, user, time(), time(), time(), extra).prop_map(
        |(iss, aud, sub, iat, nbf, exp, extra)| {
            let claims = [
                ("iss", iss),
                ("aud", aud),
                ("sub", sub),
                ("iat", iat),
                ("nbf", nbf),
                ("exp", exp),
            ];
            let claims =
                claims.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(extra);
            claims.filter(|(_, value)| !value.is_null()).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Every session was signed by the key of the issuer it names, is meant for us,
    /// is within its times as a plain reading of the claims has them, and names its user.
    #[test]
    fn a_session_implies_signature_time_issuer_and_audience(
        claims in some_claims(),
        signer in prop_oneof![6 => Just(0_usize), 3 => Just(1), 1 => Just(2)],
        now in NOW.0 - 300..NOW.0 + 300,
    ) {
        let (verifier, keys) = world();
        let token = forge(&keys[signer], r#"{"alg":"EdDSA"}"#, &Value::Object(claims.clone()).to_string());
        if let Ok(session) = verifier.verify(&token, UnixTime(now)) {
            prop_assert_eq!(session.issuer().position(), signer);
            prop_assert_eq!(claims["iss"].as_str(), Some(&*verifier.issuers[signer].name));
            let audiences = match &claims["aud"] {
                Value::Array(names) => names.clone(),
                name => vec![name.clone()],
            };
            prop_assert!(audiences.iter().all(Value::is_string));
            prop_assert!(audiences.contains(&json!("vdi")));
            let second = |name: &str| claims.get(name).map(|time| time.as_f64().unwrap());
            let now = now as f64;
            prop_assert!(now < second("exp").unwrap() + 30.0);
            prop_assert!(now + 30.0 >= second("iat").unwrap());
            prop_assert!(now + 30.0 >= second("nbf").unwrap_or(0.0));
            prop_assert!(second("exp").unwrap() - second("iat").unwrap() <= 86_402.0);
            prop_assert_eq!(claims["sub"].as_str(), session.subject());
            prop_assert!(!session.username().is_empty());
            prop_assert!(verifier.still_valid(&session, &fixture::host(), UnixTime(now as u64)).is_ok());
            prop_assert!(verifier.claims_to_be_ours(&token), "what verifies never leaks");
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let (verifier, _) = world();
        prop_assert!(verifier.verify(&text, NOW).is_err());
        let _ = verifier.claims_to_be_ours(&text);
    }

    /// The same, with bytes that get past the outermost shape.
    #[test]
    fn no_parts_panic(
        header in proptest::collection::vec(any::<u8>(), 0..60),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
        signature in proptest::collection::vec(any::<u8>(), 0..70),
    ) {
        let (verifier, _) = world();
        let token = [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        prop_assert!(verifier.verify(&token, NOW).is_err());
        let _ = verifier.claims_to_be_ours(&token);
    }

    /// And with headers and payloads that are JSON but anything else, properly signed.
    #[test]
    fn no_signed_json_panics(
        header in proptest::collection::hash_map("alg|kid|typ|crit|x", any_json(), 0..4),
        payload in any_json(),
    ) {
        let (verifier, keys) = world();
        let mut header: Map<String, Value> = header.into_iter().collect();
        header.entry("alg").or_insert("EdDSA".into());
        let token = forge(&keys[0], &Value::Object(header).to_string(), &payload.to_string());
        prop_assert!(verifier.verify(&token, NOW).is_err(), "no such payload has all claims");
        let _ = verifier.claims_to_be_ours(&token);
    }
}

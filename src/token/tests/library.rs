//! Our rules against those of `jsonwebtoken::decode`: ours may only be the stricter ones.

use super::fixture::{self, ISSUER, forge};
use crate::token::{Algorithm, UnixTime, Verifier};
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::Jwk};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The library reads the clock itself, so this test does as well.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The library's verdict, set up as tightly as it can be.
fn library_accepts(token: &str, algorithm: Algorithm) -> bool {
    let key = fixture::key(algorithm);
    let decoding = if let Some(secret) = key.secret() {
        DecodingKey::from_secret(secret).unwrap()
    } else {
        let jwks: Value = serde_json::from_str(&key.to_public_jwks().unwrap()).unwrap();
        let jwk: Jwk = serde_json::from_value(jwks["keys"][0].clone()).unwrap();
        DecodingKey::from_jwk(&jwk).unwrap()
    };
    let mut validation = Validation::new(algorithm.name().parse().unwrap());
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.set_audience(&["vdi"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    decode::<Map<String, Value>>(token, &decoding, &validation).is_ok()
}

fn verifier(algorithm: Algorithm) -> Verifier {
    fixture::single(algorithm).0
}

#[test]
fn both_accept_a_good_token_of_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let claims = fixture::claims_with(json!({"iat": now() - 60, "exp": now() + 600}));
        let token = fixture::key(algorithm).sign(&claims).unwrap();
        assert!(library_accepts(&token, algorithm), "{algorithm}");
        assert!(verifier(algorithm).verify(&token, UnixTime(now())).is_ok(), "{algorithm}");
    }
}

/// A text for a claim: the right one, or one of the shapes that trip readers up. Times stay clear
/// of the present second, which the two read at different moments.
fn texts(right: &'static [&'static str]) -> impl Strategy<Value = String> {
    let odd = [
        "null",
        "true",
        "5",
        "-1",
        "\"\"",
        "[]",
        "{}",
        "[5]",
        "[\"vdi\",5]",
        "[[\"vdi\"]]",
        "1e300",
        "\"9999999999\"",
        "0.5",
        "9007199254740993",
        "18446744073709551616",
        "\"\\u0076di\"",
    ];
    prop_oneof![
        3 => proptest::sample::select(right).prop_map(str::to_owned),
        1 => proptest::sample::select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_library_accepts_every_token_that_we_accept(
        header in proptest::sample::select(vec![
            r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"typ":"at+jwt","alg":"HS256"}"#,
            r#"{"alg":"HS384"}"#, r#"{"alg":"none"}"#, r#"{"alg":"HS256","alg":"HS256"}"#,
            r#"{"alg":"HS256","kid":7}"#, r#"{"alg":"HS256","x5c":["!"]}"#, r#" {"alg" : "HS256"} "#,
        ]),
        iss in texts(&["\"https://portal.example.com\"", "\"https:\\/\\/portal.example.com\""]),
        aud in texts(&["\"vdi\"", "[\"x\",\"vdi\"]"]),
        sub in texts(&["\"alice\"", "\"bob\""]),
        nbf in texts(&["0", "1.5"]),
        exp_in in proptest::sample::select(vec![-500_i64, -50, 50, 500, 500, 500]),
        repeated in proptest::option::weighted(0.1, proptest::sample::select(vec!["iss", "aud", "sub", "exp"])),
    ) {
        let now = now();
        let exp = now.checked_add_signed(exp_in).unwrap();
        let mut members = vec![
            format!(r#""iss":{iss}"#), format!(r#""aud":{aud}"#), format!(r#""sub":{sub}"#),
            format!(r#""nbf":{nbf}"#), format!(r#""exp":{exp}"#), format!(r#""iat":{}"#, now - 10),
        ];
        if let Some(name) = repeated {
            members.push(format!(r#""{name}":"again""#));
        }
        let payload = format!("{{{}}}", members.join(","));
        let token = forge(fixture::key(Algorithm::Hs256), header, &payload);
        if verifier(Algorithm::Hs256).verify(&token, UnixTime(now)).is_ok() {
            prop_assert!(library_accepts(&token, Algorithm::Hs256), "{header} {payload}");
        }
    }
}

//! Keys, issuers and tokens for the tests. Every key is made when the tests run.

use crate::name::{Case, Domain, Domains, Host, LabelRules, ReservedLabels};
use crate::token::{
    Algorithm, ClaimPath, Grants, IdentityValues, Issuer, Issuers, KeySet, Rejection, Session,
    SigningKey, UnixTime, Verifier,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use std::sync::{Arc, OnceLock};

pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);
pub(in crate::token) const ISSUER: &str = "https://portal.example.com";

/// The test run's key of this algorithm. The RSA ones share their numbers, because making one
/// takes longest.
pub(in crate::token) fn key(algorithm: Algorithm) -> &'static SigningKey {
    static KEYS: OnceLock<Vec<(Algorithm, SigningKey)>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let rsa = rsa_without_algorithm();
        Algorithm::ALL
            .into_iter()
            .map(|algorithm| {
                let key = if algorithm.is_rsa() {
                    SigningKey::from_jwk(rsa.as_bytes(), Some(algorithm)).unwrap()
                } else {
                    SigningKey::generate(algorithm).unwrap()
                };
                (algorithm, key)
            })
            .collect()
    });
    keys.iter().find(|(of, _)| *of == algorithm).map(|(_, key)| key).unwrap()
}

fn rsa_without_algorithm() -> String {
    let jwk = SigningKey::generate(Algorithm::Rs256).unwrap().to_private_jwk().unwrap();
    let mut jwk: Map<String, Value> = serde_json::from_str(&jwk).unwrap();
    jwk.remove("alg");
    Value::Object(jwk).to_string()
}

/// The public side of a key, as an issuer's only one.
pub(in crate::token) fn key_set(key: &SigningKey) -> KeySet {
    let algorithms = [key.algorithm()];
    match key.secret() {
        Some(secret) => KeySet::from_secrets(&[secret.to_vec()], &algorithms).unwrap(),
        None => KeySet::from_jwks(key.to_public_jwks().unwrap().as_bytes(), &algorithms).unwrap().0,
    }
}

pub(in crate::token) fn issuer(name: &str, key: &SigningKey) -> Issuer {
    Issuer {
        name: name.into(),
        audiences: vec!["vdi".into()],
        algorithms: vec![key.algorithm()],
        keys: key_set(key),
        user_claim: ClaimPath::new("sub").unwrap(),
        types: vec!["jwt".into(), "at+jwt".into()],
        require_type: false,
        labels: LabelRules::new(name, true, Case::Sensitive, Arc::new(ReservedLabels::default())),
        max_lifetime: Some(86_400),
    }
}

pub(in crate::token) fn verifier(issuers: Vec<Issuer>) -> Verifier {
    Verifier {
        issuers: Issuers::new(issuers),
        leeway: 0,
        max_bytes: 8192,
        identity: IdentityValues::default(),
        grants: Grants::default(),
    }
}

/// A verifier of one issuer, and that issuer's key.
pub(crate) fn single(algorithm: Algorithm) -> (Verifier, &'static SigningKey) {
    let key = key(algorithm);
    (verifier(vec![issuer(ISSUER, key)]), key)
}

/// The host that requests are for.
pub(in crate::token) fn host() -> Host<'static> {
    host_named("alice.vdi.example.com")
}

pub(in crate::token) fn host_named(name: &'static str) -> Host<'static> {
    let domain = |name| Domain::new(name).unwrap();
    let domains = vec![domain("vdi.example.com"), domain("lab.example.org")];
    Host::parse(name, &Domains::new(domains).unwrap()).unwrap()
}

/// Claims of a good token for alice.
pub(in crate::token) fn claims() -> Map<String, Value> {
    let Value::Object(claims) = json!({
        "iss": ISSUER,
        "aud": "vdi",
        "sub": "alice",
        "iat": NOW.0 - 60,
        "exp": NOW.0 + 3600,
    }) else {
        unreachable!("an object")
    };
    claims
}

/// The good claims with these changed; `null` takes a claim out.
pub(crate) fn claims_with(changes: Value) -> Map<String, Value> {
    let mut claims = claims();
    for (name, value) in object(changes) {
        if value.is_null() {
            claims.remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    claims
}

/// The members of an object.
pub(in crate::token) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("no object") };
    members
}

/// Signs header and payload as they are written here.
pub(in crate::token) fn forge(key: &SigningKey, header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    key.sign_parts(&encode(header), &encode(payload)).unwrap()
}

/// Verifies a token with this payload, signed by the ES256 issuer.
pub(in crate::token) fn verify_payload(payload: &str) -> Result<Session, Rejection> {
    let (verifier, key) = single(Algorithm::Es256);
    verifier.verify(&forge(key, r#"{"alg":"ES256"}"#, payload), NOW)
}

/// The same, for changed claims.
pub(in crate::token) fn verify_claims(changes: Value) -> Result<Session, Rejection> {
    verify_payload(&Value::Object(claims_with(changes)).to_string())
}

//! Private keys as JWK (RFC 7517, 7518, 8037), and their thumbprint (RFC 7638).

use super::{
    der,
    error::SigningKeyError,
    signing_key::{Private, SigningKey, curve, one_of, rsa_algorithm},
};
use crate::token::{
    Algorithm,
    json::{self, Object},
    kid::is_kid,
};
use aws_lc_rs::{
    digest,
    encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, Pkcs8V1Der},
    rsa::KeyPairComponents,
    signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

pub(super) fn read(json: &[u8], chosen: Option<Algorithm>) -> Result<SigningKey, SigningKeyError> {
    let key = json::parse_object(json).map_err(SigningKeyError::NotJson)?;
    let stated = match key.get("alg") {
        None => None,
        Some(name) => {
            let algorithm = name.as_str().and_then(Algorithm::from_name);
            Some(algorithm.ok_or(SigningKeyError::AlgorithmUnknown)?)
        }
    };
    let kid = match key.get("kid") {
        None => None,
        Some(kid) => {
            let kid = kid.as_str().filter(|kid| is_kid(kid));
            Some(kid.ok_or(SigningKeyError::Member("kid"))?.into())
        }
    };
    let key_type = key.get("kty").and_then(|name| name.as_str());
    let key_type = key_type.ok_or(SigningKeyError::Member("kty"))?;
    if key_type == "oct" {
        let algorithm = one_of(stated, chosen, Algorithm::is_hmac)?;
        let secret = SigningKey::from_secret(&bytes(&key, "k")?, algorithm)?;
        return Ok(SigningKey { kid, ..secret });
    }
    if key.get("d").is_none() {
        return Err(SigningKeyError::Public);
    }
    let (algorithm, private) = match (key_type, key.get("crv").and_then(|name| name.as_str())) {
        ("RSA", _) => (rsa_algorithm(stated, chosen)?, Private::Rsa(rsa(&key)?)),
        ("EC", Some("P-256")) => ecdsa(&key, Algorithm::Es256, stated.or(chosen))?,
        ("EC", Some("P-384")) => ecdsa(&key, Algorithm::Es384, stated.or(chosen))?,
        ("OKP", Some("Ed25519")) => {
            let algorithm = one_of(Some(Algorithm::EdDsa), stated.or(chosen), |_| true)?;
            let pair =
                Ed25519KeyPair::from_seed_and_public_key(&bytes(&key, "d")?, &bytes(&key, "x")?);
            (algorithm, Private::Ed25519(pair.map_err(|_| SigningKeyError::Inconsistent)?))
        }
        _ => return Err(SigningKeyError::TypeUnknown),
    };
    one_of(stated, chosen.or(stated).or(Some(algorithm)), |_| true)?;
    Ok(SigningKey { algorithm, kid, private })
}

fn ecdsa(
    key: &Object<'_>,
    algorithm: Algorithm,
    named: Option<Algorithm>,
) -> Result<(Algorithm, Private), SigningKeyError> {
    one_of(Some(algorithm), named, |_| true)?;
    let curve = curve(algorithm).ok_or(SigningKeyError::TypeUnknown)?;
    let point = [vec![4], bytes(key, "x")?, bytes(key, "y")?].concat();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(curve, &bytes(key, "d")?, &point);
    Ok((algorithm, Private::Ecdsa(pair.map_err(|_| SigningKeyError::Inconsistent)?)))
}

fn rsa(key: &Object<'_>) -> Result<RsaKeyPair, SigningKeyError> {
    let components = KeyPairComponents {
        public_key: RsaPublicKeyComponents { n: bytes(key, "n")?, e: bytes(key, "e")? },
        d: bytes(key, "d")?,
        p: bytes(key, "p")?,
        q: bytes(key, "q")?,
        dP: bytes(key, "dp")?,
        dQ: bytes(key, "dq")?,
        qInv: bytes(key, "qi")?,
    };
    RsaKeyPair::from_components(&components).map_err(|_| SigningKeyError::Inconsistent)
}

fn bytes(key: &Object<'_>, name: &'static str) -> Result<Vec<u8>, SigningKeyError> {
    let text = key.get(name).and_then(|text| text.as_str());
    let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    bytes.ok_or(SigningKeyError::Member(name))
}

/// The members of the private JWK.
pub(super) fn private_members(key: &SigningKey) -> Result<Map<String, Value>, SigningKeyError> {
    let refused = |_| SigningKeyError::Numbers;
    let mut members = match &key.private {
        Private::Secret(secret) => named(key, [("kty", "oct".into()), ("k", encode(secret))]),
        _ => public_members(key)?,
    };
    let mut insert = |name: &str, bytes: &[u8]| {
        members.insert(name.to_owned(), encode(bytes));
    };
    match &key.private {
        Private::Secret(_) => {}
        Private::Ecdsa(pair) => {
            let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(refused)?;
            insert("d", scalar.as_ref());
        }
        Private::Ed25519(pair) => {
            let seed = pair.seed().and_then(|seed| seed.as_be_bytes()).map_err(refused)?;
            insert("d", seed.as_ref());
        }
        Private::Rsa(pair) => {
            let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(refused)?;
            let integers = der::rsa_integers(pkcs8.as_ref()).ok_or(SigningKeyError::Numbers)?;
            for (name, integer) in ["n", "e", "d", "p", "q", "dp", "dq", "qi"].iter().zip(integers)
            {
                insert(name, integer);
            }
        }
    }
    Ok(members)
}

/// The members of the public JWK.
pub(super) fn public_members(key: &SigningKey) -> Result<Map<String, Value>, SigningKeyError> {
    let required = required_members(&key.private)?;
    let mut members = named(key, required);
    members.insert("use".to_owned(), "sig".into());
    Ok(members)
}

/// base64url of the SHA-256 over the required members (RFC 7638, section 3).
pub(super) fn thumbprint(key: &SigningKey) -> Result<String, SigningKeyError> {
    // `serde_json`'s map is ordered by name and prints without white space, as the RFC requires.
    let required = required_members(&key.private)?.into_iter();
    let required: Map<String, Value> =
        required.map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(digest_of(&Value::Object(required).to_string()))
}

pub(super) fn digest_of(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, json.as_bytes()))
}

/// The members that identify the public key.
fn required_members(private: &Private) -> Result<Vec<(&'static str, Value)>, SigningKeyError> {
    match private {
        Private::Secret(_) => Err(SigningKeyError::Shared),
        Private::Rsa(pair) => {
            let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
            Ok(vec![("kty", "RSA".into()), ("n", encode(&public.n)), ("e", encode(&public.e))])
        }
        Private::Ecdsa(pair) => {
            // An uncompressed point: 4, x, y.
            let coordinates = pair.public_key().as_ref().get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            let curve = if x.len() == 32 { "P-256" } else { "P-384" };
            Ok(vec![
                ("kty", "EC".into()),
                ("crv", curve.into()),
                ("x", encode(x)),
                ("y", encode(y)),
            ])
        }
        Private::Ed25519(pair) => Ok(vec![
            ("kty", "OKP".into()),
            ("crv", "Ed25519".into()),
            ("x", encode(pair.public_key().as_ref())),
        ]),
    }
}

fn named(
    key: &SigningKey,
    members: impl IntoIterator<Item = (&'static str, Value)>,
) -> Map<String, Value> {
    let mut named = Map::new();
    named.insert("alg".to_owned(), key.algorithm.name().into());
    if let Some(kid) = key.kid() {
        named.insert("kid".to_owned(), kid.into());
    }
    named.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    named
}

fn encode(bytes: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(bytes).into()
}

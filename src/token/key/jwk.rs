//! JWK sets (RFC 7517, 7518, 8037). Each member is read on its own, so an unusable key does not affect
//! the others.

use super::{
    bound_key::Key,
    error::{KeyError, UnusableKey},
    material::{Material, without_leading_zeros},
};
use crate::token::{
    Algorithm,
    json::{self, Object, Value},
    kid::is_kid,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The members of a set.
#[derive(Default)]
pub(super) struct ParsedSet {
    /// The usable keys.
    pub(super) keys: Vec<(usize, Key)>,
    /// Why the other keys are not usable.
    pub(super) problems: Vec<UnusableKey>,
    /// `kid` and algorithm of the other keys, if they state both.
    pub(super) claimed: Vec<(usize, Box<str>, Algorithm)>,
}

/// Reads every member; a key is identified by its position from 0.
///
/// # Errors
/// The text is not a JSON object with a list `keys`.
pub(super) fn parse_set(json: &[u8], algorithms: &[Algorithm]) -> Result<ParsedSet, KeyError> {
    let set = json::parse_object_marking(json).map_err(KeyError::NotJson)?;
    let Some(Value::Array(members)) = set.get("keys") else {
        return Err(KeyError::NotASet);
    };
    let mut parsed = ParsedSet::default();
    for (position, member) in members.iter().enumerate() {
        match parse_key(member, algorithms) {
            Ok(key) => parsed.keys.push((position, key)),
            Err(error) => {
                let (kid, algorithm) = stated_names(member);
                if let (Some(kid), Some(algorithm)) = (kid, algorithm) {
                    parsed.claimed.push((position, kid.into(), algorithm));
                }
                let kid = kid.map(str::to_owned);
                parsed.problems.push(UnusableKey { position, kid, error });
            }
        }
    }
    Ok(parsed)
}

/// `kid` and `alg` of an unusable member, as far as they can be read. No `alg` if the key is not for
/// verification: some issuers publish one key twice, for `sig` and for `enc`.
fn stated_names<'key>(member: &'key Value<'_>) -> (Option<&'key str>, Option<Algorithm>) {
    let Some(key) = member.as_object().filter(|_| !member.has_duplicate_member()) else {
        return (None, None);
    };
    let kid = key.get("kid").and_then(Value::as_str).filter(|kid| is_kid(kid));
    let algorithm = key.get("alg").and_then(Value::as_str).and_then(Algorithm::from_name);
    (kid, algorithm.filter(|_| check_purpose(key).is_ok()))
}

fn parse_key(member: &Value<'_>, algorithms: &[Algorithm]) -> Result<Key, KeyError> {
    let key = member.as_object().ok_or(KeyError::NotAnObject)?;
    if member.has_duplicate_member() {
        return Err(KeyError::DuplicateMember);
    }
    check_purpose(key)?;
    let kid = text(key, "kid")?;
    if kid.is_some_and(|kid| !is_kid(kid)) {
        return Err(KeyError::MemberMalformed("kid"));
    }
    let stated = text(key, "alg")?.map(Algorithm::from_name);
    if stated == Some(None) {
        return Err(KeyError::AlgorithmUnknown);
    }
    let material = material(key)?;
    let algorithm = material.bind(stated.flatten(), algorithms)?;
    Key::new(kid, algorithm, material)
}

/// `use` and `key_ops`: the key must be for verification, and the two must agree (RFC 7517, section
/// 4.3 recommends not to use both).
fn check_purpose(key: &Object<'_>) -> Result<(), KeyError> {
    let usage = text(key, "use")?;
    if usage.is_some_and(|usage| usage != "sig") {
        return Err(KeyError::NotForSignatures);
    }
    let operations = match key.get("key_ops") {
        None => return Ok(()),
        Some(Value::Array(operations)) => operations,
        Some(_) => return Err(KeyError::MemberMalformed("key_ops")),
    };
    let mut verifies = false;
    for operation in operations {
        match operation.as_str() {
            None => return Err(KeyError::MemberMalformed("key_ops")),
            Some("verify") => verifies = true,
            Some("sign") => {}
            Some(_) if usage.is_some() => return Err(KeyError::PurposesDisagree),
            Some(_) => {}
        }
    }
    if verifies { Ok(()) } else { Err(KeyError::NotForSignatures) }
}

fn material(key: &Object<'_>) -> Result<Material, KeyError> {
    let kind = text(key, "kty")?.ok_or(KeyError::MemberMissing("kty"))?;
    if kind != "oct" {
        // The private key has been published: everyone who can read the set can sign tokens.
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        if let Some(name) = private.into_iter().find(|name| key.get(name).is_some()) {
            return Err(KeyError::PrivateMember(name));
        }
    }
    match (kind, text(key, "crv")?) {
        ("RSA", _) => Ok(Material::Rsa {
            modulus: without_leading_zeros(&bytes(key, "n")?),
            exponent: without_leading_zeros(&bytes(key, "e")?),
        }),
        ("EC", Some("P-256")) => Ok(Material::P256(point(key, 32)?)),
        ("EC", Some("P-384")) => Ok(Material::P384(point(key, 48)?)),
        ("OKP", Some("Ed25519")) => Ok(Material::Ed25519(bytes(key, "x")?)),
        ("oct", _) => Ok(Material::Secret(bytes(key, "k")?)),
        ("EC" | "OKP", None) => Err(KeyError::MemberMissing("crv")),
        _ => Err(KeyError::TypeUnknown),
    }
}

/// Both coordinates in full length (RFC 7518, section 6.2.1.2), as the crypto library wants them.
fn point(key: &Object<'_>, length: usize) -> Result<Vec<u8>, KeyError> {
    let mut point = Vec::with_capacity(1 + 2 * length);
    point.push(4);
    for name in ["x", "y"] {
        let coordinate = bytes(key, name)?;
        if coordinate.len() != length {
            return Err(KeyError::MemberMalformed(name));
        }
        point.extend_from_slice(&coordinate);
    }
    Ok(point)
}

fn bytes(key: &Object<'_>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    let text = text(key, name)?.ok_or(KeyError::MemberMissing(name))?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::MemberMalformed(name))
}

fn text<'key>(key: &'key Object<'_>, name: &'static str) -> Result<Option<&'key str>, KeyError> {
    match key.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(KeyError::MemberMalformed(name)),
    }
}

//! Checks of the registered claims, on one strict parse and with one `now`.
//!
//! `jsonwebtoken` does not check them, because it accepts what a gate must not: an `aud` or `iss` of
//! the wrong type, `exp == now`, any `iat`. Times are whole seconds, rounded so that a session never
//! begins earlier or ends later than the token says. Called after the signature has been verified;
//! knows no key and no header.

mod path;
mod time;

pub use path::ClaimPath;
pub(super) use time::{Times, numeric_date};

use super::{
    json::{Object, Value},
    purpose::Purpose,
    rejection::Rejection,
};

/// `iss`, not yet compared: a single string (RFC 7519, section 4.1.1).
///
/// # Errors
/// Missing, or not a string. A list is refused even if it contains a configured issuer.
pub(super) fn issuer<'claims>(claims: &'claims Object<'_>) -> Result<&'claims str, Rejection> {
    let value = claims.get("iss").ok_or(Rejection::IssuerMissing)?;
    value.as_str().ok_or(Rejection::IssuerMalformed)
}

/// Refuses tokens whose claims state another purpose than a session.
///
/// # Errors
/// [`Rejection::WrongKind`], and [`Rejection::TypeMalformed`] for a claim `typ` that is not a string.
/// The other claims (`type` and so on) have different meanings at some issuers, so only strings count.
pub(super) fn check_purpose(claims: &Object<'_>) -> Result<(), Rejection> {
    if claims.get("events").is_some() {
        return Err(Rejection::WrongKind(Purpose::Logout));
    }
    if claims.get("typ").is_some_and(|value| value.as_str().is_none()) {
        return Err(Rejection::TypeMalformed);
    }
    for claim in ["typ", "token_type", "token_use", "type"] {
        let name = claims.get(claim).and_then(|value| value.as_str());
        if let Some(kind) = name.and_then(Purpose::named) {
            return Err(Rejection::WrongKind(kind));
        }
    }
    Ok(())
}

/// At least one of `audiences` is in `aud`, compared exactly (RFC 7519, section 4.1.3). With no
/// audience configured (`allow_any_audience`) the claim may be missing, but not malformed.
///
/// # Errors
/// A missing or malformed claim, or one with other audiences only.
pub(super) fn check_audience(claims: &Object<'_>, audiences: &[Box<str>]) -> Result<(), Rejection> {
    let any = audiences.is_empty();
    let is_ours = |name: &str| any || audiences.iter().any(|audience| **audience == *name);
    let ours = match claims.get("aud") {
        None if any => return Ok(()),
        None => return Err(Rejection::AudienceMissing),
        Some(Value::String(name)) => is_ours(name),
        Some(Value::Array(names)) => {
            // Every member is checked before one of them can match: `["vdi", 5]` is not a list of
            // strings, although its first member matches.
            let mut ours = any;
            for name in names {
                ours |= is_ours(name.as_str().ok_or(Rejection::AudienceMalformed)?);
            }
            ours
        }
        Some(_) => return Err(Rejection::AudienceMalformed),
    };
    if ours { Ok(()) } else { Err(Rejection::AudienceOther) }
}

/// `jti`, `sid` or `sub`: absent, or a string of 1 to 1024 bytes.
///
/// Revocation compares these claims. A claim that cannot be compared (a number, `null`, an empty
/// string) would make a token that cannot be revoked, so such a token is refused.
///
/// # Errors
/// [`Rejection::IdentifierMalformed`] with the claim's name.
pub(super) fn identifier<'claims>(
    claims: &'claims Object<'_>,
    name: &'static str,
) -> Result<Option<&'claims str>, Rejection> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let text = value.as_str().filter(|text| (1..=1024).contains(&text.len()));
    text.map(Some).ok_or(Rejection::IdentifierMalformed(name))
}

/// Whether a claim equals `wanted`, or is a list that contains it; compared exactly.
pub(super) fn holds(claim: Option<&Value<'_>>, wanted: &str) -> bool {
    match claim {
        Some(Value::String(text)) => text == wanted,
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(wanted)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;

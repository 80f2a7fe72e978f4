//! The values of identity headers, by which a desktop learns who its user is.
//!
//! Values are encoded once, when the token is verified. Every byte of the UTF-8 outside
//! `[A-Za-z0-9._~@+-]` is percent-encoded, including `%`, so that a value can neither end a header nor
//! be read as two, and decoding returns exactly what the issuer wrote.

use super::{
    ClaimPath,
    json::{Number, Object, Value},
    rejection::Rejection,
};
use bytes::Bytes;
use std::borrow::Cow;

/// What an identity header carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityValue {
    /// The canonical username of the user.
    Username,
    /// The label of the user.
    Label,
    /// The token's `iss`.
    Issuer,
    /// The token's `sid`. Without one the header is removed: `jti` changes with every refresh, and a
    /// desktop that used it as a session id would lose its state. To pass `jti`, configure it as a
    /// claim.
    Session,
    /// The label in the host of the request, so not known to a session.
    HostLabel,
    /// A claim.
    Claim(ClaimPath),
}

/// One of the [`IdentityValues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityId(usize);

impl IdentityId {
    pub(super) fn position(self) -> usize {
        self.0
    }
}

/// The values that each session provides for the identity headers of one configuration.
#[derive(Default)]
pub struct IdentityValues(Vec<IdentityValue>);

impl IdentityValues {
    /// Adds a value and returns the id by which sessions provide it.
    pub fn add(&mut self, value: IdentityValue) -> IdentityId {
        self.0.push(value);
        IdentityId(self.0.len() - 1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &IdentityValue> {
        self.0.iter()
    }
}

/// What is known about the user besides the claims.
pub(super) struct UserIdentity<'session> {
    pub(super) username: &'session str,
    pub(super) label: &'session str,
    pub(super) issuer: &'session str,
    pub(super) session_id: Option<&'session str>,
}

impl UserIdentity<'_> {
    /// The encoded values, one for each of `wanted`; `None`: the header is removed.
    ///
    /// # Errors
    /// A value above [`MAX_VALUE_BYTES`], or a number that has no exact value.
    pub(super) fn values(
        &self,
        wanted: &IdentityValues,
        claims: &Object<'_>,
    ) -> Result<Box<[Option<Bytes>]>, Rejection> {
        let value = |(position, wanted): (usize, &IdentityValue)| {
            let text = match wanted {
                IdentityValue::Username => Some(Cow::Borrowed(self.username)),
                IdentityValue::Label => Some(Cow::Borrowed(self.label)),
                IdentityValue::Issuer => Some(Cow::Borrowed(self.issuer)),
                IdentityValue::Session => self.session_id.map(Cow::Borrowed),
                IdentityValue::HostLabel => None,
                IdentityValue::Claim(path) => match path.find(claims) {
                    None => None,
                    Some(value) => print(value, position)?,
                },
            };
            text.map(|text| encode(&text).ok_or(Rejection::IdentityTooLong { position }))
                .transpose()
        };
        wanted.iter().enumerate().map(value).collect()
    }
}

/// A claim as text: a string unchanged, `null` as none, everything else as compact JSON.
fn print<'claim>(
    value: &'claim Value<'_>,
    position: usize,
) -> Result<Option<Cow<'claim, str>>, Rejection> {
    if is_inexact(value) {
        return Err(Rejection::IdentityInexact { position });
    }
    Ok(match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        // Cannot fail for a value that was parsed from JSON. If it did, the header would be removed.
        _ => serde_json::to_string(value).ok().map(Cow::Owned),
    })
}

/// Whether a number in the value was rounded when it was parsed. Two account numbers above 2^64 could
/// have the same value then, and a desktop would confuse two users.
fn is_inexact(value: &Value<'_>) -> bool {
    match value {
        Value::Number(Number::Float(number)) => number.abs() >= EXACT_BELOW,
        Value::Array(items) => items.iter().any(is_inexact),
        Value::Object(object) => object.values().any(is_inexact),
        _ => false,
    }
}

/// `None` if the result would be above [`MAX_VALUE_BYTES`].
fn encode(text: &str) -> Option<Bytes> {
    let bytes = text.as_bytes();
    let Some(first) = bytes.iter().position(|&byte| !is_plain(byte)) else {
        return (bytes.len() <= MAX_VALUE_BYTES).then(|| Bytes::copy_from_slice(bytes));
    };
    let (plain, rest) = bytes.split_at_checked(first)?;
    let mut encoded = Vec::with_capacity(bytes.len() + 16);
    encoded.extend_from_slice(plain);
    for &byte in rest {
        if encoded.len() > MAX_VALUE_BYTES {
            return None;
        }
        if is_plain(byte) {
            encoded.push(byte);
        } else {
            let digit = |nibble: u8| {
                if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
            };
            encoded.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    (encoded.len() <= MAX_VALUE_BYTES).then(|| Bytes::from(encoded))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'@' | b'+' | b'-')
}

/// Bytes of an encoded value.
const MAX_VALUE_BYTES: usize = 4096;

/// 2^53: from here on a 64-bit float does not represent every integer.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests;

//! What a token says of itself, decoded and not verified, for `doorward explain`: it shows the
//! operator the claims of a rejected token beside the configuration. The decision, the answers and
//! the log never use this module.

use super::{IssuerId, Verifier, claims, claims::Times, compact::Compact, header, json};
use crate::unix_time::UnixTime;
use serde_json::{Map, Value};

/// The content of a token that may be forged. A part that cannot be read is empty. Not `Debug`: it
/// holds the claims.
pub struct Unverified {
    /// The members of the header.
    pub header: Map<String, Value>,
    /// The members of the payload.
    pub claims: Map<String, Value>,
    /// The configured issuer that `iss` names.
    pub issuer: Option<IssuerId>,
    /// The value of that issuer's user claim.
    pub user: Option<Value>,
    /// `exp`, `nbf` and `iat` as the verifier rounds them.
    pub times: Option<UnverifiedTimes>,
}

/// The times of such a token.
#[derive(Clone, Copy, Debug)]
pub struct UnverifiedTimes {
    /// `exp`
    pub expires_at: UnixTime,
    /// `nbf`
    pub not_before: Option<UnixTime>,
    /// `iat`
    pub issued_at: Option<UnixTime>,
}

impl Verifier {
    /// Decodes a token without verifying anything. `None` if it is too long or not three base64url
    /// parts.
    #[must_use]
    pub fn read_unverified(&self, token: &str) -> Option<Unverified> {
        let compact = Compact::split(token, self.max_bytes).ok()?;
        let header = header::parse(&compact.header).ok();
        let claims = json::parse_object(&compact.payload).ok();
        let issuer =
            claims.as_ref().and_then(|claims| self.issuers.named(claims::issuer(claims).ok()?));
        let user = claims.as_ref().zip(issuer).and_then(|(claims, (_, issuer))| {
            serde_json::to_value(issuer.user_claim.find(claims)?).ok()
        });
        let times = claims.as_ref().and_then(|claims| Times::read(claims).ok());
        Some(Unverified {
            header: members(header.as_ref()),
            claims: members(claims.as_ref()),
            issuer: issuer.map(|(id, _)| id),
            user,
            times: times.map(|times| UnverifiedTimes {
                expires_at: times.expires_at,
                not_before: times.not_before,
                issued_at: times.issued_at,
            }),
        })
    }
}

fn members(object: Option<&json::Object<'_>>) -> Map<String, Value> {
    let member = |object: &json::Object<'_>, name: &str| {
        Some((name.to_owned(), serde_json::to_value(object.get(name)?).ok()?))
    };
    let Some(object) = object else { return Map::new() };
    object.names().filter_map(|name| member(object, name)).collect()
}

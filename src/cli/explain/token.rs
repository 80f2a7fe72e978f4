//! What a rejected token says, beside what is configured. The values are unverified and chosen by
//! the author of the token, who may be an attacker: each line says "unverified", values are cut to
//! a length that fits a terminal, and control characters are escaped.

use crate::token::{Issuer, Rejection, Unverified, Verifier};
use crate::unix_time::UnixTime;
use serde_json::Value;

/// The values that led to `rejection`, and what they were compared with. `None` if the token cannot
/// be decoded, or the rejection is not about a value.
pub(super) fn compared(
    verifier: &Verifier,
    token: &str,
    rejection: &Rejection,
    now: UnixTime,
) -> Option<String> {
    if matches!(rejection, Rejection::TooLong { .. }) {
        return Some(format!("the token has {} bytes", token.len()));
    }
    let read = verifier.read_unverified(token)?;
    let issuer = read.issuer.and_then(|id| verifier.issuers.get(id));
    let comparison = Comparison { verifier, read: &read, issuer, now };
    comparison.values(rejection).map(|text| format!("unverified: {text}"))
}

struct Comparison<'c> {
    verifier: &'c Verifier,
    read: &'c Unverified,
    /// The configured issuer that the token names.
    issuer: Option<&'c Issuer>,
    now: UnixTime,
}

impl Comparison<'_> {
    fn values(&self, rejection: &Rejection) -> Option<String> {
        let text = match rejection {
            Rejection::AlgorithmUnknown | Rejection::AlgorithmNotAllowed(_) => {
                let accepted = self.issuer.map(|issuer| {
                    let names: Vec<_> = issuer.algorithms.iter().map(ToString::to_string).collect();
                    format!("; algorithms {}", names.join(", "))
                });
                format!("alg {}{}", self.of_header("alg"), accepted.unwrap_or_default())
            }
            Rejection::TypeMalformed | Rejection::TypeNotAccepted | Rejection::WrongKind(_) => {
                let types = self.issuer.map(|issuer| format!("; types {}", list(&issuer.types)));
                let (outer, inner) = (self.of_header("typ"), self.of_claims("typ"));
                format!("typ {outer}, claim typ {inner}{}", types.unwrap_or_default())
            }
            Rejection::KidMalformed
            | Rejection::KidMissing
            | Rejection::KeysUnavailable
            | Rejection::KeyUnknown
            | Rejection::KeyOfOtherAlgorithm
            | Rejection::SignatureLength
            | Rejection::SignatureWrong => {
                let keys = self.issuer.map(|issuer| {
                    let keys = format!("{:?}", issuer.keys);
                    format!("; its keys {}", keys.chars().take(MAX_KEYS).collect::<String>())
                });
                let (kid, alg) = (self.of_header("kid"), self.of_header("alg"));
                let issuer = self.of_claims("iss");
                format!("iss {issuer}, kid {kid}, alg {alg}{}", keys.unwrap_or_default())
            }
            Rejection::IssuerMalformed | Rejection::IssuerUnknown => {
                let names: Vec<_> =
                    self.verifier.issuers.iter().map(|(_, issuer)| issuer.name.clone()).collect();
                format!("iss {}; issuers {}", self.of_claims("iss"), list(&names))
            }
            Rejection::AudienceMissing
            | Rejection::AudienceMalformed
            | Rejection::AudienceOther => {
                let audiences = self.issuer.map(|issuer| list(&issuer.audiences));
                format!(
                    "aud {}; audiences {}",
                    self.of_claims("aud"),
                    audiences.unwrap_or_default()
                )
            }
            Rejection::Expired
            | Rejection::NotYetValid
            | Rejection::IssuedInTheFuture
            | Rejection::LifetimeTooLong { .. } => self.times()?,
            Rejection::TimeMalformed(name) | Rejection::IdentifierMalformed(name) => {
                format!("{name} {}", self.of_claims(name))
            }
            Rejection::UserMissing | Rejection::UserMalformed | Rejection::User(_) => {
                let value = shown(self.read.user.as_ref());
                format!("user_claim {:?} is {value}", self.issuer?.user_claim.as_str())
            }
            _ => return None,
        };
        Some(text)
    }

    fn of_header(&self, name: &str) -> String {
        shown(self.read.header.get(name))
    }

    fn of_claims(&self, name: &str) -> String {
        shown(self.read.claims.get(name))
    }

    /// Each time as the verifier reads it, and how far it is from now.
    fn times(&self) -> Option<String> {
        let times = self.read.times?;
        let now = self.now.0;
        let distance = |name: &str, time: UnixTime| {
            let (seconds, side) =
                if time.0 > now { (time.0 - now, "ahead") } else { (now - time.0, "ago") };
            format!("{name} {} is {seconds} s {side}", time.0)
        };
        let mut parts = vec![distance("exp", times.expires_at)];
        parts.extend(times.not_before.map(|time| distance("nbf", time)));
        parts.extend(times.issued_at.map(|time| distance("iat", time)));
        parts.extend(
            times.issued_at.map(|time| {
                format!("exp - iat is {} s", times.expires_at.0.saturating_sub(time.0))
            }),
        );
        Some(format!("{}; now {now}, leeway {} s", parts.join(", "), self.verifier.leeway))
    }
}

/// A value for one line of a terminal: strings quoted, escaped and cut.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => quoted(text),
        Some(Value::Array(items)) => {
            let mut parts: Vec<_> = items
                .iter()
                .take(MAX_ITEMS)
                .map(|item| item.as_str().map_or_else(|| "not a string".to_owned(), quoted))
                .collect();
            if items.len() > MAX_ITEMS {
                parts.push(format!("{} more", items.len() - MAX_ITEMS));
            }
            format!("[{}]", parts.join(", "))
        }
        Some(Value::Object(_)) => "an object".to_owned(),
        Some(value) => value.to_string(),
    }
}

/// `{:?}` escapes control and formatting characters, so a token cannot move the cursor.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        None => format!("{text:?}"),
        Some((end, _)) => {
            format!("{:?}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len())
        }
    }
}

fn list(names: &[Box<str>]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

const MAX_ITEMS: usize = 8;
const MAX_CHARACTERS: usize = 120;
/// Characters of a key set's list.
const MAX_KEYS: usize = 600;

#[cfg(test)]
mod tests;

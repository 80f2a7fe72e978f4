//! What a refused token says, beside what is configured: for the operator who runs `explain`, and
//! for nobody else. Neither log nor answer nor the decision itself ever asks this module.
//!
//! Nothing in here is true of anybody: the signature may be anyone's. So every line says
//! "unverified", values are cut to a length that a terminal bears, and control characters are
//! escaped, because whoever made the token wrote them.

use super::{
    Issuer, Rejection, Verifier,
    claims::Times,
    compact::Compact,
    header,
    json::{self, Number, Object, Value},
};
use crate::unix_time::UnixTime;

impl Verifier {
    /// The values that led to `rejection` and what they were compared with. `None` when the token
    /// cannot be read so far, or the rejection is not about a value.
    #[must_use]
    pub fn explain_unverified(
        &self,
        token: &str,
        rejection: &Rejection,
        now: UnixTime,
    ) -> Option<String> {
        if matches!(rejection, Rejection::TooLong { .. }) {
            return Some(format!("the token has {} bytes", token.len()));
        }
        let compact = Compact::split(token, self.max_bytes).ok()?;
        let header = header::parse(&compact.header).ok();
        let claims = json::parse_object(&compact.payload).ok();
        let read =
            Unverified { verifier: self, header: header.as_ref(), claims: claims.as_ref(), now };
        read.compared(rejection).map(|text| format!("unverified: {text}"))
    }
}

/// One token, decoded and not believed.
struct Unverified<'call> {
    verifier: &'call Verifier,
    header: Option<&'call Object<'call>>,
    claims: Option<&'call Object<'call>>,
    now: UnixTime,
}

impl Unverified<'_> {
    fn compared(&self, rejection: &Rejection) -> Option<String> {
        let text = match rejection {
            Rejection::AlgorithmUnknown | Rejection::AlgorithmNotAllowed(_) => {
                let admitted = self.issuer().map(|issuer| {
                    let names: Vec<_> = issuer.algorithms.iter().map(ToString::to_string).collect();
                    format!("; algorithms {}", names.join(", "))
                });
                format!("alg {}{}", self.of_header("alg"), admitted.unwrap_or_default())
            }
            Rejection::TypeMalformed | Rejection::TypeNotAccepted | Rejection::WrongKind(_) => {
                let types = self.issuer().map(|issuer| format!("; types {}", list(&issuer.types)));
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
                let keys = self.issuer().map(|issuer| {
                    let keys = format!("{:?}", issuer.keys);
                    format!("; its keys {}", keys.chars().take(MOST_KEYS).collect::<String>())
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
                let audiences = self.issuer().map(|issuer| list(&issuer.audiences));
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
                let (issuer, claims) = (self.issuer()?, self.claims?);
                let value = shown(issuer.user_claim.find(claims));
                format!("user_claim {:?} is {value}", issuer.user_claim.as_str())
            }
            _ => return None,
        };
        Some(text)
    }

    /// The configured issuer that the token says it is of.
    fn issuer(&self) -> Option<&Issuer> {
        let name = self.claims?.get("iss")?.as_str()?;
        self.verifier.issuers.named(name).map(|(_, issuer)| issuer)
    }

    fn of_header(&self, name: &str) -> String {
        shown(self.header.and_then(|header| header.get(name)))
    }

    fn of_claims(&self, name: &str) -> String {
        shown(self.claims.and_then(|claims| claims.get(name)))
    }

    /// Each time as the verifier reads it, and how far from now it lies.
    fn times(&self) -> Option<String> {
        let times = Times::read(self.claims?).ok()?;
        let now = self.now.0;
        let distance = |name: &str, time: UnixTime| {
            let (seconds, side) =
                if time.0 > now { (time.0 - now, "ahead") } else { (now - time.0, "ago") };
            format!("{name} {} is {seconds} s {side}", time.0)
        };
        let mut told = vec![distance("exp", times.expires_at)];
        told.extend(times.not_before.map(|time| distance("nbf", time)));
        told.extend(times.issued_at.map(|time| distance("iat", time)));
        told.extend(
            times.issued_at.map(|time| {
                format!("exp - iat is {} s", times.expires_at.0.saturating_sub(time.0))
            }),
        );
        Some(format!("{}; now {now}, leeway {} s", told.join(", "), self.verifier.leeway))
    }
}

/// A value for one line of a terminal: strings quoted, escaped and cut.
fn shown(value: Option<&Value<'_>>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Boolean(value)) => value.to_string(),
        Some(Value::Number(Number::Unsigned(number))) => number.to_string(),
        Some(Value::Number(Number::Negative(number))) => number.to_string(),
        Some(Value::Number(Number::Float(number))) => number.to_string(),
        Some(Value::String(text)) => quoted(text),
        Some(Value::Array(items)) => {
            let mut parts: Vec<_> = items
                .iter()
                .take(MOST_ITEMS)
                .map(|item| item.as_str().map_or_else(|| "no string".to_owned(), quoted))
                .collect();
            if items.len() > MOST_ITEMS {
                parts.push(format!("{} more", items.len() - MOST_ITEMS));
            }
            format!("[{}]", parts.join(", "))
        }
        Some(Value::Object(_)) => "an object".to_owned(),
    }
}

/// `{:?}` escapes control and formatting characters, so a token cannot move the cursor.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        None => format!("{text:?}"),
        Some((end, _)) => {
            format!("{:?}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len())
        }
    }
}

fn list(names: &[Box<str>]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

const MOST_ITEMS: usize = 8;
const MOST_CHARACTERS: usize = 120;
/// Characters of a key set's list.
const MOST_KEYS: usize = 600;

#[cfg(test)]
mod tests;

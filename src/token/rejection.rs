//! Why a token is no session: one variant for each thing the other side can do wrong.
//!
//! Two audiences. [`Rejection::reason`] is a stable word for log and metric; `Display` is a
//! sentence for the operator who runs `explain`, and [`Rejection::remedy`] what to change. None of
//! them ever holds a byte of the token: whoever may read the log is not thereby somebody who may
//! learn claims.

mod remedy;
mod sentence;

use super::{Algorithm, json::JsonFault, purpose::Purpose};
use crate::name::UsernameError;
use std::fmt;

/// Why a token is no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Longer than `tokens.max_bytes`.
    TooLong {
        /// The configured limit in bytes.
        limit: usize,
    },
    /// Not cut into three parts by two dots.
    NotThreeParts,
    /// A JWE: five parts, or a header with `enc`.
    Encrypted,
    /// The third part is empty.
    NoSignature,
    /// A part that is not base64url without padding.
    NotBase64Url(Part),
    /// A part whose last character carries bits that belong to no byte.
    SlackBits(Part),
    /// A header above 2 KiB.
    HeaderTooLong,
    /// A header that is no strict JSON object.
    Header(JsonFault),
    /// A header member that changes what the token means or where its key comes from.
    HeaderMember(&'static str),
    /// `cty` is there, so the payload is itself a token or something else than claims.
    Nested,
    /// `alg` is missing or no string.
    AlgorithmMissing,
    /// `alg` is none of ours; `none` is one of these.
    AlgorithmUnknown,
    /// `alg` is known but not in the issuer's `algorithms`.
    AlgorithmNotAllowed(Algorithm),
    /// `typ` in header or claims is no string.
    TypeMalformed,
    /// No `typ`, and the issuer has `require_type`.
    TypeMissing,
    /// `typ` is not in the issuer's `types`.
    TypeNotAccepted,
    /// A token made for another purpose than to be a session.
    WrongKind(Purpose),
    /// `kid` is no string of 1 to 256 printable ASCII characters.
    KidMalformed,
    /// No `kid`, and several keys could be meant.
    KidMissing,
    /// The issuer's keys could not be fetched, or not for too long; the token was not judged.
    KeysUnavailable,
    /// No key of this `kid`, or none at all, for this algorithm.
    KeyUnknown,
    /// The key of this `kid` is bound to another algorithm.
    KeyOfOtherAlgorithm,
    /// The signature has not the length that key and algorithm give it.
    SignatureLength,
    /// The signature is not this key's over these bytes.
    SignatureWrong,
    /// No signature may be computed any more for this request; the token was not judged.
    OverBudget,
    /// A payload that is no strict JSON object.
    Payload(JsonFault),
    /// `iss` is missing.
    IssuerMissing,
    /// `iss` is no string.
    IssuerMalformed,
    /// `iss` is none of the configured issuers.
    IssuerUnknown,
    /// `aud` is missing.
    AudienceMissing,
    /// `aud` is neither a string nor a list of strings.
    AudienceMalformed,
    /// None of the configured audiences is in `aud`.
    AudienceOther,
    /// A session token of the gate's that was made for another host.
    SessionOfAnotherHost,
    /// A session token of the gate's, signed with a key that it has no longer.
    SessionKeyUnknown,
    /// The session was ended before its time.
    Revoked,
    /// Not judged: the store that knows what was ended is out of reach.
    RevocationUnknown,
    /// Where a hand-off is expected, a token of another type.
    NoHandoff,
    /// Where a logout token is expected, a token that is none.
    NoLogout,
    /// A hand-off for another origin than the one it came to.
    OriginOther,
    /// A hand-off for another browser than the one it came from, or for another tab's sign-in.
    NonceOther,
    /// A hand-off or logout token without `jti`: it could be used twice.
    IdentifierMissing,
    /// `exp` is missing.
    ExpiryMissing,
    /// The named claim is no number from 0 to 2^53.
    TimeMalformed(&'static str),
    /// `exp` has come.
    Expired,
    /// `nbf` is yet to come.
    NotYetValid,
    /// `iat` is yet to come.
    IssuedInTheFuture,
    /// `iat` is missing, and the issuer has `max_lifetime`.
    IssuedAtMissing,
    /// `exp` − `iat` is above `max_lifetime`.
    LifetimeTooLong {
        /// The configured limit in seconds.
        limit: u64,
    },
    /// `jti`, `sid` or `sub` is there but no string of 1 to 1024 bytes.
    IdentifierMalformed(&'static str),
    /// The user claim is missing.
    UserMissing,
    /// The user claim is no string.
    UserMalformed,
    /// The username has no label.
    User(UsernameError),
    /// An identity header's value is above 4 KiB once encoded.
    IdentityTooLong {
        /// Position in the configured identity headers.
        position: usize,
    },
    /// An identity header's claim is a number that cannot be passed on exactly.
    IdentityInexact {
        /// Position in the configured identity headers.
        position: usize,
    },
}

impl Rejection {
    /// Every [`reason`](Self::reason), for metrics that must not grow with what is sent.
    pub const REASONS: [&'static str; 54] = [
        "token-too-long",
        "not-three-parts",
        "encrypted-token",
        "no-signature",
        "not-base64url",
        "slack-bits",
        "header-too-long",
        "header-malformed",
        "header-member-refused",
        "nested-token",
        "algorithm-missing",
        "algorithm-unknown",
        "algorithm-not-allowed",
        "type-malformed",
        "type-missing",
        "type-not-accepted",
        "wrong-kind-of-token",
        "kid-malformed",
        "kid-missing",
        "keys-unavailable",
        "key-unknown",
        "key-of-other-algorithm",
        "signature-length",
        "signature-wrong",
        "not-judged",
        "payload-malformed",
        "issuer-missing",
        "issuer-malformed",
        "issuer-unknown",
        "audience-missing",
        "audience-malformed",
        "audience-other",
        "session-of-another-host",
        "session-key-unknown",
        "revoked",
        "revocation-unknown",
        "no-handoff",
        "no-logout",
        "origin-other",
        "nonce-other",
        "identifier-missing",
        "expiry-missing",
        "time-malformed",
        "expired",
        "not-yet-valid",
        "issued-in-the-future",
        "issued-at-missing",
        "lifetime-too-long",
        "identifier-malformed",
        "user-missing",
        "user-malformed",
        "user-without-label",
        "identity-too-long",
        "identity-inexact",
    ];

    /// A stable kebab-case word for log and metric.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "token-too-long",
            Self::NotThreeParts => "not-three-parts",
            Self::Encrypted => "encrypted-token",
            Self::NoSignature => "no-signature",
            Self::NotBase64Url(_) => "not-base64url",
            Self::SlackBits(_) => "slack-bits",
            Self::HeaderTooLong => "header-too-long",
            Self::Header(_) => "header-malformed",
            Self::HeaderMember(_) => "header-member-refused",
            Self::Nested => "nested-token",
            Self::AlgorithmMissing => "algorithm-missing",
            Self::AlgorithmUnknown => "algorithm-unknown",
            Self::AlgorithmNotAllowed(_) => "algorithm-not-allowed",
            Self::TypeMalformed => "type-malformed",
            Self::TypeMissing => "type-missing",
            Self::TypeNotAccepted => "type-not-accepted",
            Self::WrongKind(_) => "wrong-kind-of-token",
            Self::KidMalformed => "kid-malformed",
            Self::KidMissing => "kid-missing",
            Self::KeysUnavailable => "keys-unavailable",
            Self::KeyUnknown => "key-unknown",
            Self::KeyOfOtherAlgorithm => "key-of-other-algorithm",
            Self::SignatureLength => "signature-length",
            Self::SignatureWrong => "signature-wrong",
            Self::OverBudget => "not-judged",
            Self::Payload(_) => "payload-malformed",
            Self::IssuerMissing => "issuer-missing",
            Self::IssuerMalformed => "issuer-malformed",
            Self::IssuerUnknown => "issuer-unknown",
            Self::AudienceMissing => "audience-missing",
            Self::AudienceMalformed => "audience-malformed",
            Self::AudienceOther => "audience-other",
            Self::SessionOfAnotherHost => "session-of-another-host",
            Self::SessionKeyUnknown => "session-key-unknown",
            Self::Revoked => "revoked",
            Self::RevocationUnknown => "revocation-unknown",
            Self::NoHandoff => "no-handoff",
            Self::NoLogout => "no-logout",
            Self::OriginOther => "origin-other",
            Self::NonceOther => "nonce-other",
            Self::IdentifierMissing => "identifier-missing",
            Self::ExpiryMissing => "expiry-missing",
            Self::TimeMalformed(_) => "time-malformed",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::IssuedInTheFuture => "issued-in-the-future",
            Self::IssuedAtMissing => "issued-at-missing",
            Self::LifetimeTooLong { .. } => "lifetime-too-long",
            Self::IdentifierMalformed(_) => "identifier-malformed",
            Self::UserMissing => "user-missing",
            Self::UserMalformed => "user-malformed",
            Self::User(_) => "user-without-label",
            Self::IdentityTooLong { .. } => "identity-too-long",
            Self::IdentityInexact { .. } => "identity-inexact",
        }
    }

    /// Whether this says nothing of the token: it was not judged, and may be a good one.
    #[must_use]
    pub fn is_unjudged(&self) -> bool {
        matches!(self, Self::OverBudget | Self::KeysUnavailable | Self::RevocationUnknown)
    }

    /// Whether the token is a former session, so that signing in again helps. The verifier looks
    /// at `exp` after everything else, so nothing but its age is wrong with such a token; one that
    /// was revoked, or signed with a session key that is gone, has ended as well.
    #[must_use]
    pub fn is_expiry(&self) -> bool {
        matches!(self, Self::Expired | Self::Revoked | Self::SessionKeyUnknown)
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::User(error) => Some(error),
            _ => None,
        }
    }
}

/// A part of a token, for the reason of a rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first.
    Header,
    /// The second.
    Payload,
    /// The third.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `REASONS` and `reason()` are two lists of the same words; this reads the second from the
    /// source, because a variant cannot be made from nothing.
    #[test]
    fn the_list_of_reasons_is_whole() {
        let source = include_str!("rejection.rs");
        let body = source.split("pub fn reason(&self)").nth(1).unwrap();
        let body = body.split("\n    }\n").next().unwrap();
        let words = body.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap());
        assert_eq!(words.collect::<Vec<_>>(), Rejection::REASONS);
    }
}

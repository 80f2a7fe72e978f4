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
use crate::reasons::with_reasons;
use std::fmt;

with_reasons! {
    /// Why a token is no session.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Rejection {
        /// Longer than `tokens.max_bytes`.
        TooLong {
            /// The configured limit in bytes.
            limit: usize
        } => "token-too-long",
        /// Not cut into three parts by two dots.
        NotThreeParts => "not-three-parts",
        /// A JWE: five parts, or a header with `enc`.
        Encrypted => "encrypted-token",
        /// The third part is empty.
        NoSignature => "no-signature",
        /// A part that is not base64url without padding.
        NotBase64Url(Part) => "not-base64url",
        /// A part whose last character carries bits that belong to no byte.
        SlackBits(Part) => "slack-bits",
        /// A header above 2 KiB.
        HeaderTooLong => "header-too-long",
        /// A header that is no strict JSON object.
        Header(JsonFault) => "header-malformed",
        /// A header member that changes what the token means or where its key comes from.
        HeaderMember(&'static str) => "header-member-refused",
        /// `cty` is there, so the payload is itself a token or something else than claims.
        Nested => "nested-token",
        /// `alg` is missing or no string.
        AlgorithmMissing => "algorithm-missing",
        /// `alg` is none of ours; `none` is one of these.
        AlgorithmUnknown => "algorithm-unknown",
        /// `alg` is known but not in the issuer's `algorithms`.
        AlgorithmNotAllowed(Algorithm) => "algorithm-not-allowed",
        /// `typ` in header or claims is no string.
        TypeMalformed => "type-malformed",
        /// No `typ`, and the issuer has `require_type`.
        TypeMissing => "type-missing",
        /// `typ` is not in the issuer's `types`.
        TypeNotAccepted => "type-not-accepted",
        /// A token made for another purpose than to be a session.
        WrongKind(Purpose) => "wrong-kind-of-token",
        /// `kid` is no string of 1 to 256 printable ASCII characters.
        KidMalformed => "kid-malformed",
        /// No `kid`, and several keys could be meant.
        KidMissing => "kid-missing",
        /// The issuer's keys could not be fetched, or not for too long; the token was not judged.
        KeysUnavailable => "keys-unavailable",
        /// No key of this `kid`, or none at all, for this algorithm.
        KeyUnknown => "key-unknown",
        /// The key of this `kid` is bound to another algorithm.
        KeyOfOtherAlgorithm => "key-of-other-algorithm",
        /// The signature has not the length that key and algorithm give it.
        SignatureLength => "signature-length",
        /// The signature is not this key's over these bytes.
        SignatureWrong => "signature-wrong",
        /// No signature may be computed any more for this request; the token was not judged.
        OverBudget => "not-judged",
        /// A payload that is no strict JSON object.
        Payload(JsonFault) => "payload-malformed",
        /// `iss` is missing.
        IssuerMissing => "issuer-missing",
        /// `iss` is no string.
        IssuerMalformed => "issuer-malformed",
        /// `iss` is none of the configured issuers.
        IssuerUnknown => "issuer-unknown",
        /// `aud` is missing.
        AudienceMissing => "audience-missing",
        /// `aud` is neither a string nor a list of strings.
        AudienceMalformed => "audience-malformed",
        /// None of the configured audiences is in `aud`.
        AudienceOther => "audience-other",
        /// A session token of the gate's that was made for another host.
        SessionOfAnotherHost => "session-of-another-host",
        /// A session token of the gate's, signed with a key that it has no longer.
        SessionKeyUnknown => "session-key-unknown",
        /// The session was ended before its time.
        Revoked => "revoked",
        /// Not judged: the store that knows what was ended is out of reach.
        RevocationUnknown => "revocation-unknown",
        /// Where a hand-off is expected, a token of another type.
        NoHandoff => "no-handoff",
        /// Where a logout token is expected, a token that is none.
        NoLogout => "no-logout",
        /// A hand-off for another origin than the one it came to.
        OriginOther => "origin-other",
        /// A hand-off for another browser than the one it came from, or for another tab's sign-in.
        NonceOther => "nonce-other",
        /// A hand-off or logout token without `jti`: it could be used twice.
        IdentifierMissing => "identifier-missing",
        /// `exp` is missing.
        ExpiryMissing => "expiry-missing",
        /// The named claim is no number from 0 to 2^53.
        TimeMalformed(&'static str) => "time-malformed",
        /// `exp` has come.
        Expired => "expired",
        /// `nbf` is yet to come.
        NotYetValid => "not-yet-valid",
        /// `iat` is yet to come.
        IssuedInTheFuture => "issued-in-the-future",
        /// `iat` is missing, and the issuer has `max_lifetime`.
        IssuedAtMissing => "issued-at-missing",
        /// `exp` − `iat` is above `max_lifetime`.
        LifetimeTooLong {
            /// The configured limit in seconds.
            limit: u64
        } => "lifetime-too-long",
        /// `jti`, `sid` or `sub` is there but no string of 1 to 1024 bytes.
        IdentifierMalformed(&'static str) => "identifier-malformed",
        /// The user claim is missing.
        UserMissing => "user-missing",
        /// The user claim is no string.
        UserMalformed => "user-malformed",
        /// The username has no label.
        User(UsernameError) => "user-without-label",
        /// An identity header's value is above 4 KiB once encoded.
        IdentityTooLong {
            /// Position in the configured identity headers.
            position: usize
        } => "identity-too-long",
        /// An identity header's claim is a number that cannot be passed on exactly.
        IdentityInexact {
            /// Position in the configured identity headers.
            position: usize
        } => "identity-inexact",
    }
}

impl Rejection {
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

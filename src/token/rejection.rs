//! Why a token is rejected: one variant for each thing that can be wrong with it.
//!
//! [`Rejection::reason`] is a stable word for log and metrics; `Display` and [`Rejection::remedy`] are
//! for the operator who runs `explain`. None of them contains a byte of the token, because a reader of
//! the log must not learn claims.

mod remedy;
mod sentence;

use super::{Algorithm, json::JsonError, purpose::Purpose};
use crate::name::UsernameError;
use crate::reasons::with_reasons;
use std::fmt;

with_reasons! {
    /// Why a token is rejected.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Rejection {
        /// Longer than `tokens.max_bytes`.
        TooLong {
            /// The configured limit in bytes.
            limit: usize
        } => "token-too-long",
        /// Not three parts separated by two dots.
        NotThreeParts => "not-three-parts",
        /// A JWE: five parts, or a header with `enc`.
        Encrypted => "encrypted-token",
        /// The third part is empty.
        NoSignature => "no-signature",
        /// A part that is not base64url without padding.
        NotBase64Url(Part) => "not-base64url",
        /// A part whose last character has non-zero unused bits.
        SlackBits(Part) => "slack-bits",
        /// A header above 2 KiB.
        HeaderTooLong => "header-too-long",
        /// A header that is not a strict JSON object.
        Header(JsonError) => "header-malformed",
        /// A header member that changes what the token means or where its key comes from.
        HeaderMember(&'static str) => "header-member-refused",
        /// A header with `cty`: the payload is a token or something other than claims.
        Nested => "nested-token",
        /// `alg` is missing or not a string.
        AlgorithmMissing => "algorithm-missing",
        /// `alg` is not supported, such as `none`.
        AlgorithmUnknown => "algorithm-unknown",
        /// `alg` is supported but not in the issuer's `algorithms`.
        AlgorithmNotAllowed(Algorithm) => "algorithm-not-allowed",
        /// `typ` in header or claims is not a string.
        TypeMalformed => "type-malformed",
        /// No `typ`, and the issuer has `require_type`.
        TypeMissing => "type-missing",
        /// `typ` is not in the issuer's `types`.
        TypeNotAccepted => "type-not-accepted",
        /// A token for another purpose than a session.
        WrongKind(Purpose) => "wrong-kind-of-token",
        /// `kid` is not a string of 1 to 256 printable ASCII characters.
        KidMalformed => "kid-malformed",
        /// No `kid`, and the set has several keys.
        KidMissing => "kid-missing",
        /// The token was not checked: the issuer's keys could not be fetched, or are too old.
        KeysUnavailable => "keys-unavailable",
        /// No key with this `kid`.
        KeyUnknown => "key-unknown",
        /// The key of this `kid` is bound to another algorithm.
        KeyOfOtherAlgorithm => "key-of-other-algorithm",
        /// The signature does not have the length of this key and algorithm.
        SignatureLength => "signature-length",
        /// The signature does not verify.
        SignatureWrong => "signature-wrong",
        /// The token was not checked: the limit of signatures was reached.
        OverBudget => "not-judged",
        /// A payload that is not a strict JSON object.
        Payload(JsonError) => "payload-malformed",
        /// `iss` is missing.
        IssuerMissing => "issuer-missing",
        /// `iss` is not a string.
        IssuerMalformed => "issuer-malformed",
        /// `iss` is not a configured issuer.
        IssuerUnknown => "issuer-unknown",
        /// `aud` is missing.
        AudienceMissing => "audience-missing",
        /// `aud` is neither a string nor a list of strings.
        AudienceMalformed => "audience-malformed",
        /// None of the configured audiences is in `aud`.
        AudienceOther => "audience-other",
        /// A session token of doorward for another host.
        SessionOfAnotherHost => "session-of-another-host",
        /// A session token of doorward whose key has been removed.
        SessionKeyUnknown => "session-key-unknown",
        /// The session was revoked.
        Revoked => "revoked",
        /// The token was not checked: the revocation store is not reachable.
        RevocationUnknown => "revocation-unknown",
        /// A token of another type where a hand-off token is expected.
        NoHandoff => "no-handoff",
        /// Another token where a logout token is expected.
        NoLogout => "no-logout",
        /// A hand-off token for another origin than the one that received it.
        OriginOther => "origin-other",
        /// A hand-off token for another browser, or for the sign-in of another tab.
        NonceOther => "nonce-other",
        /// A hand-off or logout token without `jti`, so it could be used twice.
        IdentifierMissing => "identifier-missing",
        /// `exp` is missing.
        ExpiryMissing => "expiry-missing",
        /// This claim is not a number from 0 to 2^53.
        TimeMalformed(&'static str) => "time-malformed",
        /// `exp` has passed.
        Expired => "expired",
        /// `nbf` is in the future.
        NotYetValid => "not-yet-valid",
        /// `iat` is in the future.
        IssuedInTheFuture => "issued-in-the-future",
        /// `iat` is missing, and the issuer has `max_lifetime`.
        IssuedAtMissing => "issued-at-missing",
        /// `exp` − `iat` is above `max_lifetime`.
        LifetimeTooLong {
            /// The configured limit in seconds.
            limit: u64
        } => "lifetime-too-long",
        /// `jti`, `sid` or `sub` is not a string of 1 to 1024 bytes.
        IdentifierMalformed(&'static str) => "identifier-malformed",
        /// The user claim is missing.
        UserMissing => "user-missing",
        /// The user claim is not a string.
        UserMalformed => "user-malformed",
        /// The username cannot be mapped to a label.
        User(UsernameError) => "user-without-label",
        /// The encoded value of an identity header is above 4 KiB.
        IdentityTooLong {
            /// Position in the configured identity headers.
            position: usize
        } => "identity-too-long",
        /// The claim of an identity header is a number that cannot be passed on exactly.
        IdentityInexact {
            /// Position in the configured identity headers.
            position: usize
        } => "identity-inexact",
    }
}

impl Rejection {
    /// Whether this says nothing about the token: it was not checked, and may be valid.
    #[must_use]
    pub fn is_unjudged(&self) -> bool {
        matches!(self, Self::OverBudget | Self::KeysUnavailable | Self::RevocationUnknown)
    }

    /// Whether the token was a valid session, so that signing in again helps. `exp` is checked last, so
    /// nothing else is wrong with an expired token. A revoked token, and one whose session key has been
    /// removed, were valid as well.
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

/// A part of a token.
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

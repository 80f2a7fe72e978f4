//! What is wrong with a token, in one sentence for the operator who runs `explain`.

use super::Rejection;
use std::fmt;

impl fmt::Display for Rejection {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each variant")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong { limit } => {
                return write!(formatter, "the token is longer than {limit} bytes");
            }
            Self::NotThreeParts => "not a JWT: it does not have three parts separated by dots",
            Self::Encrypted => "the token is encrypted (JWE)",
            Self::NoSignature => "the token has no signature",
            Self::NotBase64Url(part) => {
                return write!(formatter, "the token's {part} is not base64url without padding");
            }
            Self::SlackBits(part) => {
                return write!(
                    formatter,
                    "the last character of the token's {part} has bits that belong to no byte"
                );
            }
            Self::HeaderTooLong => "the token's header is longer than 2 KiB",
            Self::Header(fault) => return write!(formatter, "the token's header {fault}"),
            Self::HeaderMember(name) => {
                return write!(
                    formatter,
                    "the token's header has `{name}`, which is never accepted"
                );
            }
            Self::Nested => "the token's header has `cty`, so the token contains another token",
            Self::AlgorithmMissing => "the token's header has no `alg`",
            Self::AlgorithmUnknown => "doorward does not support the token's `alg`",
            Self::AlgorithmNotAllowed(algorithm) => {
                return write!(
                    formatter,
                    "the token is signed with {algorithm}, which this issuer's `algorithms` does \
                     not list"
                );
            }
            Self::TypeMalformed => "the token's `typ` is not a string",
            Self::TypeMissing => "the token has no `typ`, and this issuer has require_type",
            Self::TypeNotAccepted => "the token's `typ` is not in this issuer's `types`",
            Self::WrongKind(kind) => {
                return write!(formatter, "this is {kind}, which is never accepted as a session");
            }
            Self::KidMalformed => {
                "the token's `kid` is not a string of 1 to 256 printable ASCII characters"
            }
            Self::KidMissing => "the token has no `kid`, but several keys of the issuer have one",
            Self::KeysUnavailable => {
                "not checked: the issuer's keys were never fetched, or the last fetch is older than \
                 `max_stale`"
            }
            Self::KeyUnknown => "the issuer's key set has no key for this token",
            Self::KeyOfOtherAlgorithm => "the key that the token names is for another algorithm",
            Self::SignatureLength => {
                "the length of the signature does not match the key and the algorithm"
            }
            Self::SignatureWrong => "the signature was not made with a key of this issuer",
            Self::OverBudget => "not checked: the limit of signatures for this request was reached",
            Self::Payload(fault) => return write!(formatter, "the token's payload {fault}"),
            Self::IssuerMissing => "the token has no `iss`, so its issuer is unknown",
            Self::IssuerMalformed => "the token's `iss` is not a string",
            Self::IssuerUnknown => "the token's `iss` is not a configured issuer",
            Self::AudienceMissing => "the token has no audience: `aud` is missing",
            Self::AudienceMalformed => {
                "the token's `aud` is neither a string nor a list of strings"
            }
            Self::AudienceOther => {
                "the token is for another service: its `aud` has none of this issuer's `audiences`"
            }
            Self::SessionOfAnotherHost => "the gate made this session for another host",
            Self::SessionKeyUnknown => {
                "the gate made this session with a key that it no longer has"
            }
            Self::Revoked => "the session was revoked",
            Self::RevocationUnknown => "not checked: the revocation store cannot be reached",
            Self::NoHandoff => {
                "the token is not a hand-off token: its `typ` is not doorward-handoff+jwt"
            }
            Self::NoLogout => "not a logout token: its `typ`, `events` or `nonce` does not match",
            Self::OriginOther => {
                "the `aud` of the hand-off token is not the origin of this workspace"
            }
            Self::NonceOther => {
                "the `nonce` of the hand-off token does not match the sign-in that this browser started"
            }
            Self::IdentifierMissing => "the token has no `jti`, so it could be used twice",
            Self::ExpiryMissing => "the token has no `exp`, so it would never expire",
            Self::TimeMalformed(claim) => {
                return write!(
                    formatter,
                    "the token's `{claim}` is not a number of seconds from 0 to 2^53"
                );
            }
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::IssuedInTheFuture => "the token was issued in the future",
            Self::IssuedAtMissing => "the token has no `iat`, so its lifetime is unknown",
            Self::LifetimeTooLong { limit } => {
                return write!(
                    formatter,
                    "the lifetime of the token is longer than {limit} seconds"
                );
            }
            Self::IdentifierMalformed(claim) => {
                return write!(
                    formatter,
                    "the token's `{claim}` is not a string of 1 to 1024 bytes, so the token could not \
                     be revoked by it"
                );
            }
            Self::UserMissing => "the user claim is missing",
            Self::UserMalformed => "the user claim is not a string",
            Self::User(error) => return write!(formatter, "the username has no label: {error}"),
            Self::IdentityTooLong { position } => {
                return write!(
                    formatter,
                    "the encoded value of identity header {} is longer than 4 KiB",
                    position + 1
                );
            }
            Self::IdentityInexact { position } => {
                return write!(
                    formatter,
                    "the claim of identity header {} is a number beyond 2^53, which has no exact value",
                    position + 1
                );
            }
        };
        formatter.write_str(text)
    }
}

//! What is wrong with a token, in one sentence for an operator.

use super::Rejection;
use std::fmt;

impl fmt::Display for Rejection {
    #[expect(clippy::too_many_lines, reason = "a table: one sentence for each variant")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong { limit } => {
                return write!(formatter, "the token is longer than {limit} bytes");
            }
            Self::NotThreeParts => "this is no JWT: it has not three parts with two dots between",
            Self::Encrypted => "the token is encrypted (JWE)",
            Self::NoSignature => "the token has no signature",
            Self::NotBase64Url(part) => {
                return write!(formatter, "the token's {part} is not base64url without padding");
            }
            Self::SlackBits(part) => {
                return write!(
                    formatter,
                    "the last character of the token's {part} carries surplus bits"
                );
            }
            Self::HeaderTooLong => "the token's header is above 2 KiB",
            Self::Header(fault) => return write!(formatter, "the token's header {fault}"),
            Self::HeaderMember(name) => {
                return write!(
                    formatter,
                    "the token's header has `{name}`, which is never accepted"
                );
            }
            Self::Nested => "the token's header has `cty`, so it wraps another token",
            Self::AlgorithmMissing => "the token's header names no algorithm in `alg`",
            Self::AlgorithmUnknown => "the token's `alg` is none that doorward knows",
            Self::AlgorithmNotAllowed(algorithm) => {
                return write!(
                    formatter,
                    "the token is signed with {algorithm}, which this issuer's `algorithms` does \
                     not list"
                );
            }
            Self::TypeMalformed => "the token's `typ` is no string",
            Self::TypeMissing => "the token has no `typ`, and this issuer has require_type",
            Self::TypeNotAccepted => "the token's `typ` is not in this issuer's `types`",
            Self::WrongKind(kind) => {
                return write!(formatter, "this is {kind}, which never opens a session");
            }
            Self::KidMalformed => {
                "the token's `kid` is no string of 1 to 256 printable ASCII characters"
            }
            Self::KidMissing => {
                "the token has no `kid`, but the issuer's key set has several keys with one"
            }
            Self::KeysUnavailable => {
                "not judged: the issuer's keys could not be fetched, or not for longer than \
                 `max_stale`"
            }
            Self::KeyUnknown => "the issuer's key set has no key for this token",
            Self::KeyOfOtherAlgorithm => {
                "the key that the token names is bound to another algorithm"
            }
            Self::SignatureLength => {
                "the signature has not the length that key and algorithm give it"
            }
            Self::SignatureWrong => "the signature is not this issuer's",
            Self::OverBudget => {
                "not judged: too many signatures were computed for this request already"
            }
            Self::Payload(fault) => return write!(formatter, "the token's payload {fault}"),
            Self::IssuerMissing => "the token has no `iss`, so its issuer is not known",
            Self::IssuerMalformed => "the token's `iss` is no string",
            Self::IssuerUnknown => "the token's `iss` is none of the configured issuers",
            Self::AudienceMissing => "the token has no `aud`, so no audience",
            Self::AudienceMalformed => "the token's `aud` is neither a string nor a list of them",
            Self::AudienceOther => {
                "the token is meant for somebody else: none of this issuer's `audiences` is in \
                 its `aud`"
            }
            Self::SessionOfAnotherHost => "the gate made this session for another host",
            Self::SessionKeyUnknown => {
                "the gate made this session with a key that it has no longer"
            }
            Self::Revoked => "the session was revoked",
            Self::RevocationUnknown => "not judged: the revocation store is out of reach",
            Self::NoHandoff => "the token's `typ` is not that of a hand-off, doorward-handoff+jwt",
            Self::NoLogout => {
                "this is no logout token: its `typ`, `events` or `nonce` is not that of one"
            }
            Self::OriginOther => {
                "the hand-off's `aud` is not the origin of the workspace it came to"
            }
            Self::NonceOther => {
                "the hand-off's `nonce` does not answer the sign-in that this browser began"
            }
            Self::IdentifierMissing => "the token has no `jti`, so it could be used twice",
            Self::ExpiryMissing => "the token has no `exp`, so it would never end",
            Self::TimeMalformed(claim) => {
                return write!(
                    formatter,
                    "the token's `{claim}` is no number of seconds from 0 to 2^53"
                );
            }
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::IssuedInTheFuture => "the token was issued in the future",
            Self::IssuedAtMissing => "the token has no `iat`, so its lifetime cannot be judged",
            Self::LifetimeTooLong { limit } => {
                return write!(formatter, "the token lives longer than {limit} seconds");
            }
            Self::IdentifierMalformed(claim) => {
                return write!(
                    formatter,
                    "the token's `{claim}` is no string of 1 to 1024 bytes, so it could not be \
                     revoked by it"
                );
            }
            Self::UserMissing => "the token lacks the claim that names the user",
            Self::UserMalformed => "the claim that names the user is no string",
            Self::User(error) => return write!(formatter, "the user can have no desktop: {error}"),
            Self::IdentityTooLong { position } => {
                return write!(
                    formatter,
                    "the value of identity header {} is above 4 KiB once encoded",
                    position + 1
                );
            }
            Self::IdentityInexact { position } => {
                return write!(
                    formatter,
                    "the claim of identity header {} holds a number beyond 2^53, which has no \
                     exact value",
                    position + 1
                );
            }
        };
        formatter.write_str(text)
    }
}

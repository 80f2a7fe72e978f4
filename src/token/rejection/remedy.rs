//! What an operator changes so that such a token is accepted. `explain` prints it, and the log has it
//! for logout tokens; a client never sees it.

use super::Rejection;

impl Rejection {
    /// A suggested fix. The `match` is exhaustive, so a new rejection needs one to compile.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one fix for each variant")]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "make the issuer's tokens smaller, or raise tokens.max_bytes",
            Self::NotThreeParts => {
                "send a JWT; check whether another application uses a cookie or header of this name"
            }
            Self::Encrypted => "configure the issuer to sign the token, not to encrypt it",
            Self::NoSignature | Self::AlgorithmMissing => "configure the issuer to sign the token",
            Self::NotBase64Url(_) | Self::SlackBits(_) | Self::Header(_) | Self::Payload(_) => {
                "compare the token with the one that the issuer sent: it was changed in transit, or \
                 encoded incorrectly"
            }
            Self::HeaderTooLong => "configure the issuer to send a shorter token header",
            Self::HeaderMember(_) => "configure the issuer to omit this member from the header",
            Self::Nested => "configure the issuer to send the inner token",
            Self::AlgorithmUnknown => {
                "configure the issuer to sign with one of this issuer's `algorithms`; `none` is never \
                 accepted"
            }
            Self::AlgorithmNotAllowed(_) => {
                "add the algorithm to this issuer's `algorithms` if the issuer uses it"
            }
            Self::TypeMalformed => "configure the issuer to send `typ` as a string",
            Self::TypeMissing => {
                "configure the issuer to set `typ`, or turn off this issuer's require_type"
            }
            Self::TypeNotAccepted => {
                "add it to this issuer's `types` if such tokens are meant as sessions"
            }
            Self::WrongKind(_) => {
                "send the access token or ID token; this kind is never accepted as a session"
            }
            Self::KidMalformed => {
                "configure the issuer to use key ids of 1 to 256 printable ASCII characters"
            }
            Self::KidMissing => {
                "configure the issuer to set `kid`, because its key set has several keys"
            }
            Self::KeysUnavailable => {
                "see the log and the body of /readyz for the reason why they were not fetched"
            }
            Self::KeyUnknown | Self::SignatureWrong => {
                "compare this issuer's `keys` with the keys that it signs with; if they are the same, \
                 the token is forged and there is nothing to change"
            }
            Self::KeyOfOtherAlgorithm => {
                "configure the issuer to sign with the algorithm that its key set has for this key"
            }
            Self::SignatureLength => {
                "configure the issuer to encode ECDSA signatures as r and s concatenated, not as DER; \
                 otherwise compare `keys` with the key that it signs with"
            }
            Self::OverBudget => {
                "delete the domain's cookies: invalid tokens before this one used up the limit of \
                 signatures for one request"
            }
            Self::IssuerMissing | Self::IssuerMalformed => {
                "configure the issuer to set `iss` to its name, as a string"
            }
            Self::IssuerUnknown => {
                "if this issuer is to be trusted, set issuers[].issuer to the token's `iss`, byte for \
                 byte, including a final slash"
            }
            Self::AudienceMissing | Self::AudienceMalformed => {
                "configure the issuer to set `aud` to one of this issuer's `audiences`, or to a list of \
                 strings with one of them"
            }
            Self::AudienceOther => {
                "request a token for one of this issuer's `audiences`; add the token's `aud` there \
                 only if the tokens of that service should give access to desktops"
            }
            Self::SessionOfAnotherHost => {
                "nothing: a session cookie is valid on one host only. Sign in on this host"
            }
            Self::SessionKeyUnknown => {
                "sign in again; if all sessions ended at once, keep the old key as the second one in \
                 session_key_file, and give all replicas the same list"
            }
            Self::NoHandoff => {
                "configure the sign-in page to send a token with `typ` doorward-handoff+jwt"
            }
            Self::NoLogout => {
                "check that the provider supports OpenID Connect Back-Channel Logout 1.0"
            }
            Self::OriginOther => {
                "configure the sign-in page to set `aud` to the origin of the URL in `rd`, byte for \
                 byte: scheme, host, and the port if it is not the default"
            }
            Self::NonceOther => {
                "configure the sign-in page to set `nonce` to the part of `st` after the dot, and to \
                 return the part before the dot as `st`"
            }
            Self::IdentifierMissing => {
                "configure the sign-in page to give each hand-off token its own `jti`"
            }
            Self::ExpiryMissing => "configure the issuer to set `exp`",
            Self::TimeMalformed(_) => {
                "configure the issuer to send times as numbers of seconds since 1970, not as strings"
            }
            Self::Expired | Self::Revoked => "sign in again; nothing to change here",
            Self::RevocationUnknown => {
                "check that Redis is running and reachable (/readyz has details); with \
                 revocation.on_outage: serve, the gate keeps using the last known state"
            }
            Self::NotYetValid | Self::IssuedInTheFuture => {
                "compare the clocks of the issuer and the gate, or raise tokens.leeway"
            }
            Self::IssuedAtMissing => {
                "configure the issuer to set `iat`, or set this issuer's max_lifetime to null"
            }
            Self::LifetimeTooLong { .. } => {
                "shorten the lifetime of the issuer's tokens, or raise this issuer's max_lifetime"
            }
            Self::IdentifierMalformed(_) => {
                "configure the issuer to send it as a string of 1 to 1024 bytes, or to omit it"
            }
            Self::UserMissing | Self::UserMalformed => {
                "set this issuer's user_claim to the claim that has the username as a string"
            }
            Self::User(_) => "give the account a username that can have a label",
            Self::IdentityTooLong { .. } => {
                "use a shorter claim in identity_headers, or configure the issuer to shorten it"
            }
            Self::IdentityInexact { .. } => "configure the issuer to send the claim as a string",
        }
    }
}

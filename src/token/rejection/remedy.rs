//! What an operator changes so that a token of this kind is a session next time. Told by `explain`
//! only; a client never learns it.

use super::Rejection;

impl Rejection {
    /// One piece of advice. Matched whole: a new rejection does not compile without one.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one piece of advice for each variant")]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => {
                "have the issuer put less into the token, or raise tokens.max_bytes"
            }
            Self::NotThreeParts => {
                "send a JWT; something else may use a cookie or header of this name"
            }
            Self::Encrypted => "have the issuer sign the token and not encrypt it",
            Self::NoSignature | Self::AlgorithmMissing => "have the issuer sign the token",
            Self::NotBase64Url(_) | Self::SlackBits(_) | Self::Header(_) | Self::Payload(_) => {
                "compare the token with what the issuer made: it was changed on its way, or its \
                 encoder is broken"
            }
            Self::HeaderTooLong => "have the issuer shorten the token's header",
            Self::HeaderMember(_) => "have the issuer leave this member out of the header",
            Self::Nested => "have the issuer send the inner token",
            Self::AlgorithmUnknown => {
                "have the issuer sign with one of the issuer's `algorithms`; `none` is never one"
            }
            Self::AlgorithmNotAllowed(_) => {
                "list the algorithm in this issuer's `algorithms`, if the issuer really signs so"
            }
            Self::TypeMalformed => "have the issuer write `typ` as a string",
            Self::TypeMissing => "have the issuer set `typ`, or drop this issuer's require_type",
            Self::TypeNotAccepted => {
                "list it in this issuer's `types`, if such tokens are meant to be sessions"
            }
            Self::WrongKind(_) => "send the access or ID token; such a token never opens a session",
            Self::KidMalformed => {
                "have the issuer name its keys by 1 to 256 printable ASCII characters"
            }
            Self::KidMissing => "have the issuer set `kid`: its key set has several keys",
            Self::KeysUnavailable => {
                "see why they are not fetched: the log and the body of /readyz say it"
            }
            Self::KeyUnknown | Self::SignatureWrong => {
                "compare this issuer's `keys` with the keys it signs with today; when they agree, \
                 the token is forged and there is nothing to change"
            }
            Self::KeyOfOtherAlgorithm => {
                "have the issuer sign with the algorithm that its key set states for this key"
            }
            Self::SignatureLength => {
                "have the issuer write ECDSA signatures as r and s side by side, not as DER; \
                 otherwise compare `keys` with the key it signs with"
            }
            Self::OverBudget => {
                "delete the domain's cookies: bad tokens before this one used up what is verified \
                 for one request"
            }
            Self::IssuerMissing | Self::IssuerMalformed => {
                "have the issuer set `iss` to one string, its own name"
            }
            Self::IssuerUnknown => {
                "make issuers[].issuer equal to the token's `iss` to the byte, a final slash \
                 included, if this issuer is to be trusted"
            }
            Self::AudienceMissing | Self::AudienceMalformed => {
                "have the issuer set `aud` to one of this issuer's `audiences`, or a list of \
                 strings with one of them"
            }
            Self::AudienceOther => {
                "have the issuer mint a token for one of this issuer's `audiences`; add the \
                 token's `aud` there only if that service's tokens are to open desktops"
            }
            Self::SessionOfAnotherHost => {
                "nothing: a session cookie opens the one host that it was made for. Sign in there"
            }
            Self::SessionKeyUnknown => {
                "sign in again; when every session ended at once, keep the old key as the second \
                 of session_key_file, and give all replicas the same list"
            }
            Self::NoHandoff => "have the sign-in page send a token with `typ` doorward-handoff+jwt",
            Self::NoLogout => "see that the provider speaks OpenID Connect Back-Channel Logout 1.0",
            Self::OriginOther => {
                "have the sign-in page set `aud` to the origin of the address in `rd`, to the \
                 byte: scheme, host and a port that is not the default"
            }
            Self::NonceOther => {
                "have the sign-in page set `nonce` to what stands behind the dot in `st`, and send \
                 the part before it back as `st`"
            }
            Self::IdentifierMissing => {
                "have the sign-in page give each hand-off a `jti` of its own"
            }
            Self::ExpiryMissing => "have the issuer set `exp`",
            Self::TimeMalformed(_) => {
                "have the issuer write times as numbers of seconds since 1970, not as strings"
            }
            Self::Expired | Self::Revoked => "sign in again; nothing to change here",
            Self::RevocationUnknown => {
                "see that Redis runs and is reached (/readyz says more); with revocation.on_outage: \
                 serve, the gate goes on with what it knew last"
            }
            Self::NotYetValid | Self::IssuedInTheFuture => {
                "compare the clocks of issuer and gate, or raise tokens.leeway"
            }
            Self::IssuedAtMissing => {
                "have the issuer set `iat`, or set this issuer's max_lifetime to null"
            }
            Self::LifetimeTooLong { .. } => {
                "have the issuer shorten its tokens' lives, or raise this issuer's max_lifetime"
            }
            Self::IdentifierMalformed(_) => {
                "have the issuer write it as a string of 1 to 1024 bytes, or leave it out"
            }
            Self::UserMissing | Self::UserMalformed => {
                "set this issuer's user_claim to the claim that holds the username as a string"
            }
            Self::User(_) => "give the account a name that can have a desktop",
            Self::IdentityTooLong { .. } => {
                "choose a shorter claim in identity_headers, or have the issuer shorten it"
            }
            Self::IdentityInexact { .. } => "have the issuer send the claim as a string",
        }
    }
}

//! The claims of a session token that the gate issues.

use crate::token::{GATE_ISSUER, HandoffToken, UnixTime};
use serde_json::{Map, Value};

/// The claims of one session, before they are signed.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionClaims {
    /// All claims.
    pub claims: Map<String, Value>,
    /// The lifetime in seconds from now; never 0.
    pub seconds: u64,
}

impl SessionClaims {
    /// The session for a hand-off token on `host`, which is canonical. It lives for at most
    /// `lifetime` seconds and not longer than the sign-in page allows. `None` if it would have
    /// expired already.
    #[must_use]
    pub fn new(
        handoff: &HandoffToken,
        host: &str,
        id: &str,
        lifetime: u64,
        now: UnixTime,
    ) -> Option<Self> {
        let ends = now.0.saturating_add(lifetime);
        let ends = handoff.session_ends().map_or(ends, |end| ends.min(end.0));
        let seconds = ends.checked_sub(now.0).filter(|seconds| *seconds > 0)?;
        let mut claims = handoff.carried().clone();
        // A revocation of everything issued before a point in time must include this session if the
        // hand-off token was issued before it.
        let issued_at = handoff.session().issued_at().map_or(now, |issued| issued.min(now));
        let gate_claims: [(&str, Value); 5] = [
            ("iss", GATE_ISSUER.into()),
            ("aud", host.into()),
            ("jti", id.into()),
            ("iat", issued_at.0.into()),
            ("exp", ends.into()),
        ];
        claims.extend(gate_claims.map(|(name, value)| (name.to_owned(), value)));
        Some(Self { claims, seconds })
    }
}

/// Name and value of a cookie together. Browsers silently drop a larger cookie (RFC 6265bis §5.7),
/// which would cause a redirect loop.
pub const MAX_COOKIE_BYTES: usize = 4096;

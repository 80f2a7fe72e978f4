//! What stands in a session token of the gate's own.

use crate::token::{GATE_ISSUER, HandoffToken, UnixTime};
use serde_json::{Map, Value};

/// The claims of one session, ready to be signed.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionClaims {
    /// All of them.
    pub claims: Map<String, Value>,
    /// Seconds that it lives from now; never 0.
    pub seconds: u64,
}

impl SessionClaims {
    /// The session that an arrival on `host`, canonical, becomes. It lives for `lifetime` seconds
    /// at most, and not past what the portal says. `None` when that leaves it no second.
    #[must_use]
    pub fn new(
        arrival: &HandoffToken,
        host: &str,
        id: &str,
        lifetime: u64,
        now: UnixTime,
    ) -> Option<Self> {
        let ends = now.0.saturating_add(lifetime);
        let ends = arrival.session_ends().map_or(ends, |end| ends.min(end.0));
        let seconds = ends.checked_sub(now.0).filter(|seconds| *seconds > 0)?;
        let mut claims = arrival.carried().clone();
        // What revokes everything issued before a moment reaches what was handed over before it.
        let issued_at = arrival.session().issued_at().map_or(now, |handed| handed.min(now));
        let own: [(&str, Value); 5] = [
            ("iss", GATE_ISSUER.into()),
            ("aud", host.into()),
            ("jti", id.into()),
            ("iat", issued_at.0.into()),
            ("exp", ends.into()),
        ];
        claims.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Some(Self { claims, seconds })
    }
}

/// Name and value of a cookie together; browsers drop a larger one without a word (RFC 6265bis
/// §5.7), and the visitor would go round in circles.
pub const MAX_COOKIE_BYTES: usize = 4096;

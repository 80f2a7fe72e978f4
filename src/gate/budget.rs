//! How many signatures one request may still cost, and how much it has cost. The gate counts; the
//! metrics read the result.

use super::Credentials;
use crate::token::{IssuerId, Rejection};

/// How many candidates of one request were handled in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Found in the cache.
    pub cached: u16,
    /// Not in the cache, and judged.
    pub judged: u16,
    /// Judged, and a session.
    pub verified: u16,
    /// Judged, and the signature did not hold.
    pub forged: u16,
    /// The issuer of the first candidate that names a key its issuer does not have: the key may be
    /// a new one.
    pub key_unknown_of: Option<IssuerId>,
}

impl Effort {
    /// Counts the result of one candidate that was not in the cache.
    pub(super) fn count<T>(&mut self, judged: &Result<T, Rejection>) {
        self.judged = self.judged.saturating_add(1);
        match judged {
            Ok(_) => self.verified = self.verified.saturating_add(1),
            Err(Rejection::SignatureWrong | Rejection::SignatureLength) => {
                self.forged = self.forged.saturating_add(1);
            }
            Err(rejection) if rejection.is_unjudged() => {
                self.judged = self.judged.saturating_sub(1);
            }
            Err(_) => {}
        }
    }
}

/// At most [`MAX_SIGNATURES`] signatures for one request: bob can plant cookies in alice's browser,
/// and each would cost a verification. Two are reserved for header candidates, so that planted
/// cookies cannot starve a client that sends its token in a header.
pub(super) struct Budget {
    signatures: u16,
    reserved_for_headers: u16,
    pub(super) effort: Effort,
}

impl Budget {
    pub(super) fn of(credentials: &Credentials<'_>) -> Self {
        let has_header = credentials.iter().any(|candidate| !candidate.source.is_cookie());
        Self {
            signatures: MAX_SIGNATURES,
            reserved_for_headers: if has_header { RESERVED_FOR_HEADERS } else { 0 },
            effort: Effort::default(),
        }
    }

    /// Lets `verify` compute as many signatures as this kind of candidate may still cost.
    pub(super) fn spend<T>(&mut self, is_cookie: bool, verify: impl FnOnce(&mut u16) -> T) -> T {
        let reserved = if is_cookie { self.reserved_for_headers.min(self.signatures) } else { 0 };
        let mut left = self.signatures - reserved;
        let result = verify(&mut left);
        self.signatures = left + reserved;
        result
    }
}

/// Signatures verified for one request at most.
pub const MAX_SIGNATURES: u16 = 8;
/// Of these, how many only a header candidate may use.
const RESERVED_FOR_HEADERS: u16 = 2;

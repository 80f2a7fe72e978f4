//! What a decision cost, for the metrics. The gate itself counts nothing.

use super::Candidate;
use crate::token::Rejection;

/// How many candidates of one request took which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Known to the cache.
    pub cached: u16,
    /// Not known, and judged.
    pub judged: u16,
    /// Judged, and a session.
    pub verified: u16,
    /// Judged, and the signature did not hold.
    pub forged: u16,
    /// The issuer of the first that names a key its issuer does not have: it may be a new one.
    pub key_unknown_of: Option<usize>,
}

impl Effort {
    /// Notes what came of one candidate that was judged anew.
    pub(super) fn note<T>(&mut self, judged: &Result<T, Rejection>) {
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
/// and each would cost a verification. Two are kept for header candidates, so that planted cookies
/// cannot starve a client that sends its token in a header.
pub(super) struct Budget {
    all: u16,
    kept_for_headers: u16,
}

impl Budget {
    pub(super) fn new<'c>(mut candidates: impl Iterator<Item = &'c Candidate<'c>>) -> Self {
        let header_comes = candidates.any(|candidate| !candidate.source.is_cookie());
        let kept_for_headers = if header_comes { KEPT_FOR_HEADERS } else { 0 };
        Self { all: MAX_SIGNATURES, kept_for_headers }
    }

    /// Lets `verify` compute what this kind of candidate may still cost.
    pub(super) fn spend<T>(&mut self, is_cookie: bool, verify: impl FnOnce(&mut u16) -> T) -> T {
        let kept = if is_cookie { self.kept_for_headers.min(self.all) } else { 0 };
        let mut left = self.all - kept;
        let outcome = verify(&mut left);
        self.all = left + kept;
        outcome
    }
}

/// Signatures verified for one request at most.
pub(super) const MAX_SIGNATURES: u16 = 8;
/// Of these, how many only a header candidate may use.
const KEPT_FOR_HEADERS: u16 = 2;

//! What a decision reads and compares, as typed facts. The request path passes [`NoTrace`], for
//! which the compiler leaves nothing; `doorward explain` passes a [`Tracer`] that turns facts into
//! sentences. Both run the same function, so `explain` shows the decision that the gate takes.

use super::candidates::Verdict;
use super::{Candidate, Credentials, Denial, Forwarded};
use crate::cross_site::{self, Clearance, OwnOrigin, Provenance};
use crate::name::{Host, HostError};
use crate::policy::{self, Entry, Site};
use crate::token::Session;

/// The result of one step with what it was derived from. Steps 6 to 8 occur once for each
/// candidate that reaches them.
#[derive(Clone, Copy)]
pub enum Fact<'a> {
    /// Step 1: whether the peer is trusted.
    Peer {
        /// It is in `trusted_proxies` or has a client certificate.
        is_trusted: bool,
    },
    /// Step 2: the forwarded request, or why it cannot be read.
    Forwarded(Result<&'a Forwarded<'a>, &'a Denial>),
    /// Step 3: the workspace host.
    Host {
        /// `X-Forwarded-Host` as sent.
        raw: &'a str,
        /// What it was parsed to.
        parsed: Result<&'a Host<'a>, &'a HostError>,
    },
    /// Step 4: preflight, reserved path and the owner of the route.
    Route {
        /// The request.
        request: &'a Forwarded<'a>,
        /// Its host.
        host: &'a Host<'a>,
        /// Why the request is denied, if it is.
        denial: Option<&'a Denial>,
    },
    /// Step 5: the tokens that came with the request.
    Candidates(&'a Credentials<'a>),
    /// Step 6: one candidate and what the verifier made of it.
    Token {
        /// The candidate.
        candidate: &'a Candidate<'a>,
        /// The result.
        verdict: &'a Verdict,
    },
    /// Step 7: what the revocation store knows of one session.
    Revocation {
        /// The session was revoked.
        is_revoked: bool,
        /// The store is recent enough to say that a session was not revoked.
        is_fresh: bool,
    },
    /// Step 8: whether one session may enter the host.
    Policy {
        /// The session.
        session: &'a Session,
        /// The host, as far as it decides.
        site: Site<'a>,
        /// By which right, or why not.
        entry: Result<Entry, policy::Refusal>,
    },
    /// Step 9: whether the page behind the request may cause it.
    CrossSite {
        /// What the request says about that page.
        provenance: &'a Provenance<'a>,
        /// The origin of the host.
        own: OwnOrigin<'a>,
        /// The result.
        judged: Result<Clearance, cross_site::Refusal>,
    },
}

/// Receives the facts of a decision, in order.
pub trait Tracer {
    /// Called once for each fact.
    fn record(&mut self, fact: Fact<'_>);
}

/// Ignores all facts: the request path.
#[derive(Clone, Copy, Debug)]
pub struct NoTrace;

impl Tracer for NoTrace {
    #[inline]
    fn record(&mut self, _: Fact<'_>) {}
}

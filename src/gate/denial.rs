//! Every reason for which a request does not pass, with its word for log and metrics.
//! `http::outcome` maps each to what the client sees.

use super::{Effort, ForwardedHeader, TokenName};
use crate::cross_site;
use crate::name::Host;
use crate::policy;
use crate::reasons::with_reasons;
use crate::token::{Rejection, Session};
use std::sync::Arc;

with_reasons! {
    /// Why a request does not pass.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Denial {
        /// Step 1: the peer is neither in `trusted_proxies` nor has a client certificate.
        PeerUntrusted => "peer-untrusted",
        /// Step 2: the forwarded headers are missing, repeated or ambiguous.
        Forwarded(ForwardedProblem) => problem in ForwardedProblem::reasons(),
        /// Step 2: more header lines than `limits.headers`.
        TooManyHeaders => "too-many-headers",
        /// Step 2: more header bytes than `limits.header_bytes`.
        HeadersTooLarge => "headers-too-large",
        /// Step 3: the host is not a workspace host.
        HostUnknown => "host-unknown",
        /// Step 4: a CORS preflight. It carries no credential, and any 2xx would open the desktop.
        Preflight => "preflight",
        /// Step 4: a gate path to which the gate has no answer.
        ReservedPath => "reserved-path",
        /// Step 4: a gate path whose request failed a check of the gate.
        GatePath(GatePathProblem) => problem in GatePathProblem::reasons(),
        /// Step 4: the route is bound to another owner than its host.
        OwnerDiffers => "owner-differs",
        /// Step 5: the request carries no candidate.
        CredentialMissing => "credential-missing",
        /// Step 5: more candidates than signatures are verified for.
        TooManyCandidates => "too-many-candidates",
        /// Step 6: no candidate is a session; this is the most specific rejection. Or a candidate
        /// could not be verified because the keys of its issuer are not available now.
        TokenRejected(Rejection) => rejection in Rejection::reasons(),
        /// Step 8: the sessions are valid, but may not enter this host.
        NotAdmitted(policy::Refusal) => refusal in policy::Refusal::reasons(),
        /// Step 9: a page of another origin caused the request.
        CrossSite(cross_site::Refusal) => refusal in cross_site::Refusal::reasons(),
    }
}

with_reasons! {
    /// Why a request for a gate path failed. None sets a session cookie.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum GatePathProblem {
        /// Not a browser that opens a page by GET: a script, a frame, a form.
        NotAPage => "arrival-not-a-page",
        /// The URI is not `/.doorward/enter?st=ID&t=TOKEN`.
        Query => "arrival-query",
        /// The return address is not a path.
        ReturnPath => "arrival-path",
        /// This browser started no such sign-in on this host, or its cookie is gone.
        StateMissing => "arrival-state-missing",
        /// The sign-in was started too long ago.
        StateExpired => "arrival-state-expired",
        /// The hand-off token is not valid for this host and browser.
        Token(Rejection) => rejection in Rejection::reasons(),
        /// The hand-off token was used before.
        Replayed => "arrival-replayed",
        /// The session token does not fit into a cookie.
        SessionTooLarge => "arrival-session-too-large",
        /// The system returned no randomness, or the crypto library no signature.
        Unavailable => "arrival-unavailable",
        /// The user signed out, but the store could not record it: the session remains valid.
        SignOutNotStored => "sign-out-not-kept",
    }
}

with_reasons! {
    /// What is wrong with the forwarded headers (step 2). All are answered 400.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ForwardedProblem {
        /// Host, Method, Uri or Proto is missing. It is never replaced by `Host` or a default.
        Missing(ForwardedHeader) => "forwarded-missing",
        /// One of them came more than once, or contains a comma.
        Repeated(ForwardedHeader) => "forwarded-repeated",
        /// Control bytes, white space or bytes outside ASCII.
        Bytes(ForwardedHeader) => "forwarded-bytes",
        /// Another spelling (`_`, `.`) of one of the five names: some software folds it.
        Alias(ForwardedHeader) => "forwarded-alias",
        /// TRACE, CONNECT, or not a token.
        Method => "forwarded-method",
        /// The URI does not begin with `/`.
        Uri => "forwarded-uri",
        /// Not a scheme that `public_scheme` admits.
        Proto => "forwarded-proto",
        /// The gate's own address was requested with a query other than `owner=LABEL`.
        Query => "query",
    }
}

impl ForwardedProblem {
    /// The header at fault; for an alias, the header that it could be mistaken for.
    #[must_use]
    pub fn header(self) -> Option<ForwardedHeader> {
        match self {
            Self::Missing(header)
            | Self::Repeated(header)
            | Self::Bytes(header)
            | Self::Alias(header) => Some(header),
            Self::Method => Some(ForwardedHeader::Method),
            Self::Uri => Some(ForwardedHeader::Uri),
            Self::Proto => Some(ForwardedHeader::Proto),
            Self::Query => None,
        }
    }
}

/// A denial, and what was known about the request at that step.
#[derive(Debug)]
pub struct Denied<'r> {
    /// Why.
    pub denial: Denial,
    /// The workspace host, after step 3.
    pub host: Option<Host<'r>>,
    /// A session that was verified in step 6.
    pub session: Option<Arc<Session>>,
    /// The name of the candidate that decided, if one did.
    pub token: Option<TokenName<'r>>,
    /// The work that the decision took.
    pub effort: Effort,
}

impl<'r> Denied<'r> {
    /// A denial before the host is known.
    #[must_use]
    pub fn nowhere(denial: Denial) -> Box<Self> {
        Box::new(Self { denial, host: None, session: None, token: None, effort: Effort::default() })
    }

    pub(super) fn at(
        denial: Denial,
        host: Host<'r>,
        session: Option<Arc<Session>>,
        token: Option<TokenName<'r>>,
        effort: Effort,
    ) -> Self {
        Self { denial, host: Some(host), session, token, effort }
    }
}

//! Every way to be turned away. `http::answer` maps each to what the outside sees; this file holds
//! what the log and the metrics see.

use super::{Effort, ForwardedHeader, TokenName};
use crate::cross_site;
use crate::name::Host;
use crate::policy;
use crate::token::{Rejection, Session};
use std::sync::Arc;

/// Why a request does not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Step 1: the peer is neither in `trusted_proxies` nor has a client certificate.
    PeerUntrusted,
    /// Step 2: what is forwarded cannot be read one way only.
    Forwarded(ForwardedProblem),
    /// More header lines than `limits.headers`.
    TooManyHeaders,
    /// More header bytes than `limits.header_bytes`.
    HeadersTooLarge,
    /// Step 3: no workspace host.
    HostUnknown,
    /// Step 4: a CORS preflight; it carries no credential, and any 2xx would open the desktop.
    Preflight,
    /// Step 4: a path that belongs to the gate, with nothing there.
    ReservedPath,
    /// Step 4: a path that belongs to the gate, which has answered it.
    Answered(OwnAnswer),
    /// Step 4: somebody came from the sign-in page, and not in.
    Arrival(ArrivalProblem),
    /// Step 4: the route is bound to another owner than its host.
    OwnerDiffers,
    /// Step 5: no candidate at all.
    CredentialMissing,
    /// Step 5: more candidates than signatures are verified for.
    TooManyCandidates,
    /// Step 6: the candidates are no sessions; the most telling rejection. Or one of them could not
    /// be judged, because its issuer's keys are not to be had now.
    TokenRejected(Rejection),
    /// Step 8: good sessions, of somebody else.
    NotAdmitted(policy::Refusal),
    /// Step 9: caused by a page of another origin.
    CrossSite(cross_site::Refusal),
}

impl Denial {
    /// Stable kebab-case name for log and metric.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PeerUntrusted => "peer-untrusted",
            Self::Forwarded(problem) => problem.reason(),
            Self::TooManyHeaders => "too-many-headers",
            Self::HeadersTooLarge => "headers-too-large",
            Self::HostUnknown => "host-unknown",
            Self::Preflight => "preflight",
            Self::ReservedPath => "reserved-path",
            Self::Answered(answer) => answer.reason(),
            Self::Arrival(problem) => problem.reason(),
            Self::OwnerDiffers => "owner-differs",
            Self::CredentialMissing => "credential-missing",
            Self::TooManyCandidates => "too-many-candidates",
            Self::TokenRejected(rejection) => rejection.reason(),
            Self::NotAdmitted(refusal) => refusal.reason(),
            Self::CrossSite(refusal) => refusal.reason(),
        }
    }

    /// Every reason there is, for metrics that must not grow with what is sent.
    #[must_use]
    pub fn reasons() -> Vec<&'static str> {
        let own = [
            Self::PeerUntrusted,
            Self::TooManyHeaders,
            Self::HeadersTooLarge,
            Self::HostUnknown,
            Self::Preflight,
            Self::ReservedPath,
            Self::OwnerDiffers,
            Self::CredentialMissing,
            Self::TooManyCandidates,
        ];
        let mut reasons: Vec<_> = own.iter().map(Self::reason).collect();
        reasons.extend(OwnAnswer::ALL.iter().map(|answer| answer.reason()));
        reasons.extend(ArrivalProblem::ALL.iter().map(ArrivalProblem::reason));
        reasons.extend(ForwardedProblem::ALL.iter().map(|problem| problem.reason()));
        reasons.extend(Rejection::REASONS);
        reasons.extend(policy::Refusal::ALL.iter().map(|refusal| refusal.reason()));
        reasons.extend(cross_site::Refusal::ALL.iter().map(|refusal| refusal.reason()));
        reasons
    }
}

/// What the gate did at a path of its own. None is a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnAnswer {
    /// A visitor was sent to the sign-in page.
    SignInAsked,
    /// A visitor came back from it, and got a session for this host.
    SignedIn,
    /// A visitor was asked whether to sign out.
    SignOutAsked,
    /// A visitor's sessions on this host were ended.
    SignedOut,
}

impl OwnAnswer {
    /// Every one, for metrics.
    pub const ALL: [Self; 4] =
        [Self::SignInAsked, Self::SignedIn, Self::SignOutAsked, Self::SignedOut];

    /// Stable, for log and metric.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::SignInAsked => "sign-in-asked",
            Self::SignedIn => "signed-in",
            Self::SignOutAsked => "sign-out-asked",
            Self::SignedOut => "signed-out",
        }
    }
}

/// Why somebody who came from the sign-in page gets no session. None sets a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArrivalProblem {
    /// Not a person's browser opening a page by GET: a script, a frame, a form.
    NotAPage,
    /// The address is not `/.doorward/enter?st=ID&t=TOKEN`.
    Query,
    /// The address to come back to is no path.
    Path,
    /// This browser began no such sign-in on this host, or its cookie is gone.
    StateMissing,
    /// It began it too long ago.
    StateExpired,
    /// The hand-off token is none for this door and browser.
    Token(Rejection),
    /// The hand-off token has been used.
    Replayed,
    /// The session token would not fit into a cookie.
    SessionTooLarge,
    /// The system gave no randomness, or the crypto library no signature.
    Unavailable,
    /// Somebody signed out, and the store could not keep it: the session lives on.
    NotEnded,
}

impl ArrivalProblem {
    /// One of every kind, for metrics; the reasons of tokens stand in the list of rejections.
    pub const ALL: [Self; 9] = [
        Self::NotAPage,
        Self::Query,
        Self::Path,
        Self::StateMissing,
        Self::StateExpired,
        Self::Replayed,
        Self::SessionTooLarge,
        Self::Unavailable,
        Self::NotEnded,
    ];

    /// Stable, for log and metric.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotAPage => "arrival-not-a-page",
            Self::Query => "arrival-query",
            Self::Path => "arrival-path",
            Self::StateMissing => "arrival-state-missing",
            Self::StateExpired => "arrival-state-expired",
            Self::Token(rejection) => rejection.reason(),
            Self::Replayed => "arrival-replayed",
            Self::SessionTooLarge => "arrival-session-too-large",
            Self::Unavailable => "arrival-unavailable",
            Self::NotEnded => "sign-out-not-kept",
        }
    }
}

/// What is wrong with the forwarded data (step 2). All are 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedProblem {
    /// One of Host, Method, Uri, Proto is not there. Never replaced by `Host` or a default.
    Missing(ForwardedHeader),
    /// One of them came more than once, or holds a comma.
    Repeated(ForwardedHeader),
    /// Control bytes, white space or bytes outside ASCII.
    Bytes(ForwardedHeader),
    /// Another spelling (`_`, `.`) of one of the five names: some software folds it.
    Alias(ForwardedHeader),
    /// TRACE, CONNECT, or no token.
    Method,
    /// The URI does not begin with `/`.
    Uri,
    /// Not a scheme that `public_scheme` admits.
    Proto,
    /// The address of the gate was asked with a query other than `owner=LABEL`.
    Query,
}

impl ForwardedProblem {
    /// One of every kind, for metrics: the header makes no other reason.
    pub const ALL: [Self; 8] = [
        Self::Missing(ForwardedHeader::Host),
        Self::Repeated(ForwardedHeader::Host),
        Self::Bytes(ForwardedHeader::Host),
        Self::Alias(ForwardedHeader::Host),
        Self::Method,
        Self::Uri,
        Self::Proto,
        Self::Query,
    ];

    /// Stable, for log and metric.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing(_) => "forwarded-missing",
            Self::Repeated(_) => "forwarded-repeated",
            Self::Bytes(_) => "forwarded-bytes",
            Self::Alias(_) => "forwarded-alias",
            Self::Method => "forwarded-method",
            Self::Uri => "forwarded-uri",
            Self::Proto => "forwarded-proto",
            Self::Query => "query",
        }
    }

    /// Which header it is about; for an alias, the one that it could be taken for.
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

/// A denial with what is known when it happens.
#[derive(Debug)]
pub struct Denied<'r> {
    /// Why.
    pub denial: Denial,
    /// The workspace host, once step 3 has found one.
    pub host: Option<Host<'r>>,
    /// A session that verified, once step 6 has found one.
    pub session: Option<Arc<Session>>,
    /// Names the candidate that decided, once one has.
    pub token: Option<TokenName<'r>>,
    /// What it took to find out.
    pub effort: Effort,
}

impl<'r> Denied<'r> {
    /// Before a host is known.
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

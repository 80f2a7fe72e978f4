//! Writing down what a decision compared, for `explain`. The request path passes [`NoTrace`],
//! for which the compiler leaves nothing; `explain` passes a [`Trace`]. Both run the same
//! function, so what is explained is what is decided.

use super::{Candidate, Credentials, Denial, Forwarded, Source};
use crate::cross_site::{self, Clearance, Mode, OwnOrigin, Presented, Provenance};
use crate::name::{Domain, Domains, Host, HostError};
use crate::policy::{self, Entry, Site};
use crate::token::{Rejection, Session, UnixTime, Verifier};

/// The steps of the decision, as interface and manual number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// 1: the peer may ask.
    Peer,
    /// 2: the forwarded data can be read one way only.
    Forwarded,
    /// 3: the host is a workspace.
    Host,
    /// 4: preflight, reserved path, owner of the route.
    Route,
    /// 5: tokens came.
    Candidates,
    /// 6: a candidate is a session.
    Token,
    /// 7: and is not revoked.
    Revocation,
    /// 8: the session may enter this host.
    Policy,
    /// 9: the page behind the request may cause it.
    CrossSite,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Peer,
        Self::Forwarded,
        Self::Host,
        Self::Route,
        Self::Candidates,
        Self::Token,
        Self::Revocation,
        Self::Policy,
        Self::CrossSite,
    ];

    /// Number in the order of the decision.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Peer => 1,
            Self::Forwarded => 2,
            Self::Host => 3,
            Self::Route => 4,
            Self::Candidates => 5,
            Self::Token => 6,
            Self::Revocation => 7,
            Self::Policy => 8,
            Self::CrossSite => 9,
        }
    }

    /// Name for people and for `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Forwarded => "forwarded data",
            Self::Host => "host",
            Self::Route => "route",
            Self::Candidates => "candidates",
            Self::Token => "token",
            Self::Revocation => "revocation",
            Self::Policy => "host and user",
            Self::CrossSite => "cross-site",
        }
    }
}

/// Who watches a decision.
pub trait Tracer {
    /// One step has passed or failed; `text` says what was read and compared, and is made only
    /// when somebody reads it.
    fn note(&mut self, step: Step, passed: bool, text: impl FnOnce() -> String);
}

/// Nobody watches: the request path.
#[derive(Clone, Copy, Debug)]
pub struct NoTrace;

impl Tracer for NoTrace {
    #[inline]
    fn note(&mut self, _: Step, _: bool, _: impl FnOnce() -> String) {}
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Which step.
    pub step: Step,
    /// Whether it passed.
    pub passed: bool,
    /// What was read, what it was compared with. Never a token.
    pub text: String,
}

/// Everything noted, in order.
#[derive(Clone, Debug, Default)]
pub struct Trace(pub Vec<Note>);

impl Tracer for Trace {
    fn note(&mut self, step: Step, passed: bool, text: impl FnOnce() -> String) {
        self.0.push(Note { step, passed, text: text() });
    }
}

pub(super) fn host(raw: &str, parsed: &Result<Host<'_>, HostError>, domains: &Domains) -> String {
    match parsed {
        Ok(host) => {
            let session = host.session().map(|slug| format!(", session {slug:?}"));
            format!(
                "X-Forwarded-Host {raw:?} is {:?}: label {:?}{} below {:?}",
                host.name(),
                host.label(),
                session.unwrap_or_default(),
                domains.at(host.domain()).map_or("", Domain::as_str),
            )
        }
        Err(error) => {
            let names: Vec<_> = domains.iter().map(Domain::as_str).collect();
            format!(
                "X-Forwarded-Host {raw:?} is no workspace: {error}; workspaces are one label below \
                 {}",
                names.join(", ")
            )
        }
    }
}

pub(super) fn route(request: &Forwarded<'_>, host: &Host<'_>) -> String {
    let method = if request.preflight { "a CORS preflight" } else { "no CORS preflight" };
    let path = request.path();
    let reserved =
        if super::is_reserved(path) { "belongs to the gate" } else { "is the desktop's" };
    let owner = match request.owner {
        None => "the route names no owner".to_owned(),
        Some(owner) if owner == host.label() => format!("the route's owner {owner:?} is the label"),
        Some(owner) => {
            format!("the route's owner {owner:?} differs from the label {:?}", host.label())
        }
    };
    format!("{} is {method}; path {path:?} {reserved}; {owner}", request.method())
}

pub(super) fn candidates(credentials: &Credentials<'_>) -> String {
    let other_scheme = credentials.passed_over_authorization();
    let aside = if other_scheme { "; Authorization is no Bearer with one token" } else { "" };
    let sources: Vec<_> = credentials.iter().map(|candidate| source(candidate.source)).collect();
    match sources.as_slice() {
        [] if other_scheme => {
            "none: no cookie of tokens.cookies, Authorization is no Bearer with one token, no \
             header of tokens.headers"
                .to_owned()
        }
        [] => "none: no cookie of tokens.cookies, no Authorization that is read, no header of \
             tokens.headers"
            .to_owned(),
        [only] => format!("1 token, from {only}{aside}"),
        several => {
            format!("{} tokens, tried in this order: {}{aside}", several.len(), first_of(several))
        }
    }
}

/// Planted cookies come by the hundred.
fn first_of(sources: &[String]) -> String {
    let more = sources.len().saturating_sub(MOST_SOURCES);
    let shown: Vec<_> = sources.iter().take(MOST_SOURCES).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

pub(super) fn rejected(
    candidate: &Candidate<'_>,
    rejection: &Rejection,
    verifier: &Verifier,
    now: UnixTime,
) -> String {
    let said = verifier.explain_unverified(candidate.token, rejection, now);
    let said = said.map(|said| format!(" ({said})")).unwrap_or_default();
    format!("token from {}: {rejection}{said}", source(candidate.source))
}

pub(super) fn revocation(store: &str, revoked: bool) -> String {
    let found = if revoked { "the session was revoked" } else { "nothing revokes the session" };
    format!("store {store}: {found}")
}

pub(super) fn revocation_unknown(store: &str) -> String {
    format!("store {store}: out of reach for too long to say whether the session was revoked")
}

pub(super) fn unjudged(
    candidate: &Candidate<'_>,
    denial: &Denial,
    verifier: &Verifier,
    now: UnixTime,
) -> String {
    if let Denial::TokenRejected(rejection) = denial {
        return rejected(candidate, rejection, verifier, now);
    }
    format!(
        "token from {}: not judged, {} signatures are verified for one request",
        source(candidate.source),
        super::budget::MAX_SIGNATURES
    )
}

pub(super) fn verified(
    candidate: &Candidate<'_>,
    session: &Session,
    verifier: &Verifier,
    now: UnixTime,
) -> String {
    let issuer = verifier.issuers.get(session.issuer()).map_or("", |issuer| &*issuer.name);
    format!(
        "token from {} is a session of {:?} from {issuer:?}, label {:?}, for {} s more",
        source(candidate.source),
        session.username(),
        session.label().as_str(),
        session.expires_at().0.saturating_sub(now.0),
    )
}

pub(super) fn policy(
    session: &Session,
    site: Site<'_>,
    entry: Result<Entry, policy::Refusal>,
) -> String {
    let label = session.label().as_str();
    match entry {
        Ok(Entry::Own) => format!("the session's label {label:?} is the host's"),
        Ok(Entry::Grant(id)) => {
            let index = id.position();
            format!("the session's label is {label:?}; grants[{index}] opens {:?}", site.label)
        }
        Err(policy::Refusal::IssuerNotOfDomain) => {
            "the session's issuer has no users in this domain".to_owned()
        }
        Err(policy::Refusal::LabelDiffers) => format!(
            "the session's label {label:?} differs from the host's {:?}, and no grant opens it",
            site.label
        ),
    }
}

pub(super) fn cross_site(
    request: &Provenance<'_>,
    own: OwnOrigin<'_>,
    mode: Mode,
    judged: Result<Clearance, cross_site::Refusal>,
) -> String {
    let read = format!(
        "own origin {own}; Origin {}, Sec-Fetch-Site {}, -Mode {}, -Dest {}, Referer {}",
        presented(request.origin),
        presented(request.site),
        presented(request.mode),
        presented(request.dest),
        presented(request.referer),
    );
    let found = match judged {
        Ok(Clearance::Exempt) => "not from a browser, nothing to judge".to_owned(),
        Ok(Clearance::Passed) => "every rule holds".to_owned(),
        Ok(Clearance::Unjudged) => "not judged".to_owned(),
        Ok(Clearance::Reported(refusal)) => format!("reported only: {}", refusal.reason()),
        Err(refusal) => match refusal {
            cross_site::Refusal::OriginForeign => "Origin is not the own origin".to_owned(),
            cross_site::Refusal::OriginMissing => "a WebSocket needs Origin".to_owned(),
            cross_site::Refusal::SiteForeign => {
                "another site's page caused it, and it is no document navigation".to_owned()
            }
            cross_site::Refusal::SourceUnknown => {
                "a method with effects needs Origin or Referer of this host".to_owned()
            }
        },
    };
    format!("cross_site {}: {read}: {found}", mode.as_str())
}

fn presented(value: Presented<'_>) -> String {
    match value {
        Presented::Absent => "absent".to_owned(),
        Presented::Once(text) => format!("{text:?}"),
        Presented::Unusable => "repeated or not ASCII".to_owned(),
    }
}

fn source(source: Source) -> String {
    match source {
        Source::Cookie(index) => format!("tokens.cookies[{index}]"),
        Source::Partitioned => "the partitioned session cookie".to_owned(),
        Source::Authorization => "Authorization".to_owned(),
        Source::Header(index) => format!("tokens.headers[{index}]"),
    }
}

const MOST_SOURCES: usize = 12;

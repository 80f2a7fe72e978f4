//! One sentence for each fact of a decision. Values are quoted and escaped, because the client
//! chose most of them.

use super::token::compared;
use crate::cross_site::{self, Clearance, Mode, OwnOrigin, Presented, Provenance};
use crate::gate::{
    Candidate, Credentials, Denial, Forwarded, MAX_SIGNATURES, Source, Verdict, is_reserved,
};
use crate::name::{Domain, Domains, Host, HostError};
use crate::policy::{self, Entry, Site};
use crate::token::{Rejection, Session, Verifier};
use crate::unix_time::UnixTime;

pub(super) fn forwarded(request: &Forwarded<'_>) -> String {
    format!(
        "{} {}://{}{}; each forwarded header occurs once and has one meaning",
        request.method(),
        request.scheme.as_str(),
        request.host,
        request.uri,
    )
}

pub(super) fn host(raw: &str, parsed: Result<&Host<'_>, &HostError>, domains: &Domains) -> String {
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
                "X-Forwarded-Host {raw:?} is not a workspace: {error}; a workspace is one label \
                 below {}",
                names.join(", ")
            )
        }
    }
}

pub(super) fn route(request: &Forwarded<'_>, host: &Host<'_>) -> String {
    let preflight = if request.preflight { "a CORS preflight" } else { "not a CORS preflight" };
    let path = request.path();
    let owned_by = if is_reserved(path) { "the gate" } else { "the desktop" };
    let owner = match request.owner {
        None => "the route has no owner".to_owned(),
        Some(owner) if owner == host.label() => format!("the route's owner {owner:?} is the label"),
        Some(owner) => {
            format!("the route's owner {owner:?} differs from the label {:?}", host.label())
        }
    };
    format!("{} is {preflight}; path {path:?} belongs to {owned_by}; {owner}", request.method())
}

pub(super) fn candidates(credentials: &Credentials<'_>) -> String {
    let other_scheme = credentials.passed_over_authorization();
    let aside = if other_scheme { "; Authorization is not Bearer with a single token" } else { "" };
    let sources: Vec<_> = credentials.iter().map(|candidate| source(candidate.source)).collect();
    match sources.as_slice() {
        [] => {
            let authorization = if other_scheme {
                "Authorization is not Bearer with a single token"
            } else {
                "no Authorization header that is read"
            };
            format!(
                "none: no cookie of tokens.cookies, {authorization}, no header of tokens.headers"
            )
        }
        [only] => format!("1 token, from {only}{aside}"),
        several => {
            format!("{} tokens, tried in this order: {}{aside}", several.len(), first_of(several))
        }
    }
}

/// A list that stays readable when another page has planted hundreds of cookies.
fn first_of(sources: &[String]) -> String {
    let more = sources.len().saturating_sub(MAX_SOURCES);
    let shown: Vec<_> = sources.iter().take(MAX_SOURCES).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

pub(super) fn verdict(
    candidate: &Candidate<'_>,
    verdict: &Verdict,
    verifier: &Verifier,
    now: UnixTime,
) -> String {
    let source = source(candidate.source);
    match verdict {
        Verdict::Session(session) => {
            let issuer = verifier.issuers.get(session.issuer()).map_or("", |issuer| &*issuer.name);
            format!(
                "token from {source} is a session of {:?} from {issuer:?}, label {:?}, valid for \
                 {} s",
                session.username(),
                session.label().as_str(),
                session.expires_at().0.saturating_sub(now.0),
            )
        }
        Verdict::Rejected(rejection) | Verdict::Unjudged(Denial::TokenRejected(rejection)) => {
            rejected(&source, candidate.token, rejection, verifier, now)
        }
        Verdict::Unjudged(_) => format!(
            "token from {source}: not checked, because at most {MAX_SIGNATURES} signatures are \
             verified for one request"
        ),
    }
}

fn rejected(
    source: &str,
    token: &str,
    rejection: &Rejection,
    verifier: &Verifier,
    now: UnixTime,
) -> String {
    let values = compared(verifier, token, rejection, now);
    let values = values.map(|values| format!(" ({values})")).unwrap_or_default();
    format!("token from {source}: {rejection}{values}")
}

pub(super) fn revocation(store: &str, is_revoked: bool, is_fresh: bool) -> String {
    let found = match (is_revoked, is_fresh) {
        (true, _) => "the session was revoked",
        (false, true) => "the session is not revoked",
        (false, false) => "unreachable for too long; whether the session was revoked is not known",
    };
    format!("store {store}: {found}")
}

pub(super) fn policy(
    session: &Session,
    site: Site<'_>,
    entry: Result<Entry, policy::Refusal>,
) -> String {
    let label = session.label().as_str();
    match entry {
        Ok(Entry::Own) => format!("the session's label {label:?} is the host's label"),
        Ok(Entry::Grant(id)) => {
            let index = id.position();
            format!(
                "the session's label is {label:?}; grants[{index}] admits it to {:?}",
                site.label
            )
        }
        Err(policy::Refusal::IssuerNotOfDomain) => {
            "this domain does not list the session's issuer".to_owned()
        }
        Err(policy::Refusal::LabelDiffers) => format!(
            "the session's label {label:?} differs from the host's label {:?}, and no grant \
             applies",
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
        "own origin {own}; Origin {}, Sec-Fetch-Site {}, -Mode {}, -Dest {}, Referer {}{}",
        presented(request.origin),
        presented(request.site),
        presented(request.mode),
        presented(request.dest),
        presented(request.referer),
        if request.upgrade_insecure { ", began as a navigation" } else { "" },
    );
    let found = match judged {
        Ok(Clearance::Exempt) => "not from a browser, no rule applies".to_owned(),
        Ok(Clearance::Passed) => "all rules pass".to_owned(),
        Ok(Clearance::Unjudged) => "not checked".to_owned(),
        Ok(Clearance::Reported(refusal)) => format!("only reported: {}", refusal.reason()),
        Err(refusal) => match refusal {
            cross_site::Refusal::OriginForeign => "Origin is not the own origin".to_owned(),
            cross_site::Refusal::OriginMissing => "a WebSocket needs an Origin".to_owned(),
            cross_site::Refusal::SiteForeign => {
                "a page of another site caused it, and it is not a document navigation".to_owned()
            }
            cross_site::Refusal::SourceUnknown => {
                "a method with side effects needs an Origin or Referer of this host".to_owned()
            }
            cross_site::Refusal::RefererForeign => {
                "Referer is another origin, although Sec-Fetch-Site is same-origin: a service \
                 worker of this host has passed on a request of another page"
                    .to_owned()
            }
            cross_site::Refusal::PassedOn => {
                "a navigation of another page, passed on by a service worker of this host: it may \
                 be one of a frame"
                    .to_owned()
            }
            cross_site::Refusal::WorkerHidesOrigin => {
                "a navigation that a service worker of this host has sent anew, without a Referer \
                 of a page of this host"
                    .to_owned()
            }
            cross_site::Refusal::ServiceWorker => {
                "the script of a service worker, and service_workers is refuse".to_owned()
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

const MAX_SOURCES: usize = 12;

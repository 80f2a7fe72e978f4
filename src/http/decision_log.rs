//! Records each decision in log and metrics: a denial at `info`, a permit at `debug`, a permit by
//! grant or one that only `cross_site: report` admits at `info`. It never logs a token, a cookie or
//! a URI, which may contain a secret; a token is identified by the first bytes of its digest.

mod event;

use super::client_class::ClientClass;
use super::decision::GatePathAnswer;
use super::gate_paths::GatePathResult;
use super::handler::Peer;
use super::headers::{TRACE_PARENT, text_of};
use super::outcome::Outcome;
use super::request_id::RequestId;
use super::state::State;
use crate::cross_site::{Clearance, Origin};
use crate::gate::{Denial, Denied, Effort, ForwardedHeader, Permit};
use crate::name::Host;
use crate::observe::{Counter, Metrics};
use crate::policy::Entry;
use crate::token::Session;
use event::Event;
pub(in crate::http) use event::is_logged;
use hyper::StatusCode;
use hyper::header::HeaderMap;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tracing::Level;

/// One request whose decision is recorded.
pub(super) struct DecisionLog<'r> {
    pub(super) state: &'r State,
    pub(super) headers: &'r HeaderMap,
    pub(super) peer: &'r Peer,
    /// `None`: the decision was not timed.
    pub(super) took: Option<Duration>,
}

impl DecisionLog<'_> {
    /// A permit.
    pub(super) fn permit(&self, permit: &Permit<'_>, counters: &DecisionCounters) {
        let grant = match permit.entry() {
            Entry::Grant(id) => Some(id.position()),
            Entry::Own => None,
        };
        let would_deny = match permit.clearance() {
            Clearance::Reported(refusal) => Some(refusal.reason()),
            Clearance::Exempt | Clearance::Passed | Clearance::Unjudged => None,
        };
        let reason = if grant.is_some() { PERMIT_BY_GRANT } else { PERMIT };
        counters.count(reason, self.took, permit.effort());
        let level =
            if grant.is_some() || would_deny.is_some() { Level::INFO } else { Level::DEBUG };
        // Most permits are not logged; they return before anything is allocated.
        if !is_logged(level) {
            return;
        }
        let session = permit.session();
        let request_id = RequestId::of(self.headers);
        Event {
            result: ALLOW,
            reason,
            answer: PERMIT,
            status: 200,
            class: Some(self.class()),
            host_label: Some(permit.host().label()),
            label: Some(session.label().as_str()),
            issuer: self.issuer(session),
            username: self.username(session),
            token_digest: Some(permit.token()),
            origin: would_deny.and_then(|_| self.origin()),
            would_deny,
            grant,
            token_id: grant.and(session.id()),
            ..self.event(request_id.as_str())
        }
        .write(level);
    }

    /// A denied request and its answer.
    pub(super) fn denied(
        &self,
        denied: &Denied<'_>,
        answer: &LoggedAnswer<'_>,
        counters: &DecisionCounters,
    ) {
        let reason = denied.denial.reason();
        counters.count(reason, self.took, denied.effort);
        if !is_logged(Level::INFO) {
            return;
        }
        if denied.denial == Denial::PeerUntrusted {
            // Nothing of an untrusted peer's request is read, not even for the log.
            Event {
                result: DENY,
                reason,
                answer: answer.outcome.reason(),
                status: answer.status.as_u16(),
                request_id: answer.request_id,
                peer: Some(self.peer.address),
                latency_us: self.microseconds(),
                ..Event::default()
            }
            .write(Level::INFO);
            return;
        }
        let host = denied.host.as_ref();
        let event = self.without_permit(DENY, reason, host, denied.session.as_deref(), answer);
        let event = Event { token_digest: denied.token, ..event };
        self.with_cause(event, &denied.denial).write(Level::INFO);
    }

    /// A request for a gate path and its answer.
    pub(super) fn gate_path(
        &self,
        host: &Host<'_>,
        result: &GatePathResult,
        answer: &LoggedAnswer<'_>,
        counters: &DecisionCounters,
    ) {
        let (logged, reason) = match &result.verdict {
            Ok(answer) => (ANSWER, answer.reason()),
            Err(denial) => (DENY, denial.reason()),
        };
        counters.count(reason, self.took, Effort::default());
        if !is_logged(Level::INFO) {
            return;
        }
        let session = result.session.as_deref();
        let event = self.without_permit(logged, reason, Some(host), session, answer);
        match &result.verdict {
            Ok(_) => event,
            Err(denial) => self.with_cause(event, denial),
        }
        .write(Level::INFO);
    }

    fn without_permit<'e>(
        &'e self,
        result: &'static str,
        reason: &'static str,
        host: Option<&'e Host<'_>>,
        session: Option<&'e Session>,
        answer: &LoggedAnswer<'e>,
    ) -> Event<'e> {
        Event {
            result,
            reason,
            answer: answer.outcome.reason(),
            status: answer.status.as_u16(),
            class: Some(self.class()),
            host_label: host.map(Host::label),
            label: session.map(|session| session.label().as_str()),
            issuer: session.and_then(|session| self.issuer(session)),
            username: session.and_then(|session| self.username(session)),
            ..self.event(answer.request_id)
        }
    }

    /// Adds the part of the request that caused the denial.
    fn with_cause<'e>(&'e self, event: Event<'e>, denial: &Denial) -> Event<'e> {
        match denial {
            Denial::Forwarded(problem) => {
                Event { header: problem.header().map(ForwardedHeader::name), ..event }
            }
            Denial::CrossSite(_) => Event { origin: self.origin(), ..event },
            Denial::HostUnknown => {
                Event { host: host_name(text_of(self.headers, "x-forwarded-host")), ..event }
            }
            Denial::PeerUntrusted
            | Denial::TooManyHeaders
            | Denial::HeadersTooLarge
            | Denial::Preflight
            | Denial::ReservedPath
            | Denial::GatePath(_)
            | Denial::OwnerDiffers
            | Denial::CredentialMissing
            | Denial::TooManyCandidates
            | Denial::TokenRejected(_)
            | Denial::NotAdmitted(_) => event,
        }
    }

    /// The fields that every event takes from the request.
    fn event<'e>(&'e self, request_id: &'e str) -> Event<'e> {
        Event {
            request_id,
            trace_id: trace_id(self.headers),
            client: client(self.headers),
            latency_us: self.microseconds(),
            ..Event::default()
        }
    }

    fn class(&self) -> &'static str {
        ClientClass::of(text_of(self.headers, "x-forwarded-method"), self.headers).name()
    }

    /// A valid `Origin`, in canonical form; a client can send any text in this header.
    fn origin(&self) -> Option<Origin> {
        Origin::parse(text_of(self.headers, "origin"))
    }

    fn issuer(&self, session: &Session) -> Option<&str> {
        self.state.gate.verifier.issuers.get(session.issuer()).map(|issuer| &*issuer.name)
    }

    /// The username if `log.usernames` is set. Usernames are personal data; labels suffice to operate
    /// doorward.
    fn username<'s>(&self, session: &'s Session) -> Option<&'s str> {
        self.state.log_usernames.then(|| session.username())
    }

    fn microseconds(&self) -> Option<u64> {
        self.took.map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX))
    }
}

/// The answer to a request without a permit, as far as the log shows it.
pub(super) struct LoggedAnswer<'r> {
    pub(super) outcome: Outcome,
    pub(super) status: StatusCode,
    pub(super) request_id: &'r str,
}

/// Counts decisions. The counter of each reason is looked up in a map built at start; the most
/// frequent one, a permit by the user's own label, needs no lookup.
pub(super) struct DecisionCounters {
    metrics: Arc<Metrics>,
    indices: HashMap<&'static str, usize>,
}

impl DecisionCounters {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        let names = decision_names();
        let indices = names.into_iter().enumerate().map(|(index, (_, name))| (name, index));
        Self { metrics, indices: indices.collect() }
    }

    fn count(&self, name: &'static str, took: Option<Duration>, effort: Effort) {
        // `decision_names` begins with `PERMIT`.
        let index = if name == PERMIT { Some(0) } else { self.indices.get(name).copied() };
        if let Some(index) = index {
            self.metrics.count(index);
        }
        if let Some(took) = took {
            self.metrics.took(took);
        }
        let counts = [
            (effort.cached, Counter::CacheHits),
            (effort.judged, Counter::CacheMisses),
            (effort.verified, Counter::SignaturesValid),
            (effort.forged, Counter::SignaturesInvalid),
        ];
        for (times, counter) in counts.into_iter().filter(|(times, _)| *times > 0) {
            self.metrics.add(counter, u64::from(times));
        }
    }
}

/// Every result and reason under which a decision is counted, permits first.
#[must_use]
pub fn decision_names() -> Vec<(&'static str, &'static str)> {
    let mut names = vec![(ALLOW, PERMIT), (ALLOW, PERMIT_BY_GRANT)];
    names.extend(GatePathAnswer::reasons().into_iter().map(|reason| (ANSWER, reason)));
    names.extend(Denial::reasons().into_iter().map(|reason| (DENY, reason)));
    names
}

/// The host of a request for an unknown host, which helps to debug a route. Text that is not a host
/// name is not logged; a label above 63 bytes is not one, so parts of a token are never logged.
fn host_name(text: &str) -> Option<&str> {
    let is_name = (1..=MAX_HOST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && text.split('.').all(|label| label.len() <= MAX_LABEL);
    is_name.then_some(text)
}

/// The client's address as Traefik reports it. Text that is not an address is not logged: a client
/// that the entry point trusts can send any text in this header.
fn client(headers: &HeaderMap) -> Option<IpAddr> {
    let first = text_of(headers, "x-forwarded-for").split(',').next()?.trim();
    first.parse().ok()
}

/// The trace ID of a W3C `traceparent` (version 00).
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut parts = text_of(headers, TRACE_PARENT).split('-');
    let _version = parts.next()?;
    let id = parts.next()?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

const ALLOW: &str = "allow";
const ANSWER: &str = "answer";
const DENY: &str = "deny";
const PERMIT: &str = "permit";
const PERMIT_BY_GRANT: &str = "permit-grant";
/// RFC 1035 §2.3.4.
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

//! The handler of `listen`: `/verify`, the address that Traefik's ForwardAuth asks.
//!
//! It holds the current [`State`]; a reload replaces it whole, so that one configuration judges a
//! request from beginning to end. It reads the clock once for each decision.

use super::decision::Decision;
use super::decision_log::{DecisionCounters, DecisionLog, LoggedAnswer, is_logged};
use super::gate_paths::GatePathResult;
use super::handler::{AnswerFuture, Body, Handler, Peer};
use super::headers::text_of;
use super::not_found::not_found;
use super::request_id::RequestId;
use super::state::State;
use crate::clock::since_epoch;
use crate::gate::{Denial, Denied, NoTrace, Permit, is_reserved};
use crate::name::Host;
use crate::observe::{Counter, LogRateLimit, Metrics, field};
use crate::token::{IssuerId, UnixTime};
use arc_swap::ArcSwap;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Request, Response};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracing::Level;

/// Answers Traefik's questions, `/verify` and nothing else.
pub struct VerifyHandler {
    state: ArcSwap<State>,
    metrics: Arc<Metrics>,
    counters: DecisionCounters,
    misaddressed: LogRateLimit,
    on_unknown_key: OnceLock<UnknownKeyHook>,
}

/// Called with the name of the issuer whose token names a key that the issuer does not have.
type UnknownKeyHook = Box<dyn Fn(&str) -> Option<KeyLookup> + Send + Sync>;

/// Resolves when the issuer's keys have been fetched again, or cannot be fetched soon.
pub type KeyLookup = Pin<Box<dyn Future<Output = ()> + Send>>;

impl VerifyHandler {
    /// A handler that starts with `state`.
    #[must_use]
    pub fn new(state: State, metrics: Arc<Metrics>) -> Self {
        Self {
            state: ArcSwap::from_pointee(state),
            counters: DecisionCounters::new(Arc::clone(&metrics)),
            metrics,
            misaddressed: LogRateLimit::default(),
            on_unknown_key: OnceLock::new(),
        }
    }

    /// Sets the hook that starts a fetch of an issuer's keys when a token names a key that the
    /// issuer does not have. It is called while a request is answered, for every such token, forged
    /// ones too: it must not block, and must bound how often it fetches. `None`: the keys of that
    /// issuer are not fetched. Only the first call of this function counts.
    pub fn on_unknown_key(&self, hook: impl Fn(&str) -> Option<KeyLookup> + Send + Sync + 'static) {
        let _first = self.on_unknown_key.set(Box::new(hook));
    }

    /// Judges all further requests by `state`; requests in progress finish with the one they had.
    pub fn replace(&self, state: State) {
        self.state.store(Arc::new(state));
    }

    /// The current state.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    fn verify(&self, state: &State, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        let question = Question::new(state, peer, request);
        match question.decide() {
            Decision::Permit(permit) => self.respond_permit(&question, permit),
            Decision::Denied(denied) => self.respond_denied(&question, &denied),
            Decision::GatePath(host) => {
                let result = state.answer_gate_path_now(&host, question.headers, question.now());
                self.respond_gate_path(&question, &host, &result)
            }
        }
    }

    /// Like `verify`, for a gate path whose answer waits for the revocation store.
    async fn verify_async(&self, peer: Peer, request: Request<Incoming>) -> Response<Body> {
        let state = self.state();
        let question = Question::new(&state, &peer, &request);
        match question.decide() {
            // Step 4 permits no gate path; a permit here would be a mistake, so it is not given.
            Decision::Permit(_) => not_found(request.method(), request.headers()),
            Decision::Denied(denied) => self.respond_denied(&question, &denied),
            Decision::GatePath(host) => {
                let now = question.now();
                let result = state.answer_gate_path(&host, question.headers, now).await;
                self.respond_gate_path(&question, &host, &result)
            }
        }
    }

    fn respond_permit(&self, question: &Question<'_>, permit: Permit<'_>) -> Response<Body> {
        // A permit from the cache takes about as long as reading the clock twice, so it is timed
        // only when the log shows it.
        let timed = permit.effort().judged > 0 || is_logged(Level::DEBUG);
        let took = timed.then(|| question.elapsed());
        question.log(took).permit(&permit, &self.counters);
        question.state.respond_permit(permit, question.headers)
    }

    fn respond_denied(&self, question: &Question<'_>, denied: &Denied<'_>) -> Response<Body> {
        let Question { state, headers, .. } = question;
        // Nothing of an untrusted peer's request is read.
        let untrusted = denied.denial == Denial::PeerUntrusted;
        let request_id = if untrusted { RequestId::fresh() } else { RequestId::of(headers) };
        let request_id = request_id.as_str();
        let (outcome, response) = state.respond_denied(denied, headers, question.now(), request_id);
        let answer = LoggedAnswer { outcome, status: response.status(), request_id };
        question.log(Some(question.elapsed())).denied(denied, &answer, &self.counters);
        self.start_key_lookup(state, denied.effort.key_unknown_of);
        response
    }

    fn respond_gate_path(
        &self,
        question: &Question<'_>,
        host: &Host<'_>,
        result: &GatePathResult,
    ) -> Response<Body> {
        let Question { state, headers, .. } = question;
        let request_id = RequestId::of(headers);
        let request_id = request_id.as_str();
        let (outcome, response) =
            state.respond_gate_path(host, result, headers, question.now(), request_id);
        let answer = LoggedAnswer { outcome, status: response.status(), request_id };
        question.log(Some(question.elapsed())).gate_path(host, result, &answer, &self.counters);
        self.start_key_lookup(state, result.key_unknown_of);
        response
    }

    /// Starts a fetch of the keys of an issuer whose token names an unknown key. The answer does not
    /// wait for it: the client sends its request again.
    fn start_key_lookup(&self, state: &State, issuer: Option<IssuerId>) {
        if let Some(issuer) = issuer {
            drop(self.look_up_keys(state, issuer));
        }
    }

    /// Starts a fetch of this issuer's keys, unless it is not due.
    pub(super) fn look_up_keys(&self, state: &State, issuer: IssuerId) -> Option<KeyLookup> {
        let issuer = state.gate.verifier.issuers.get(issuer)?;
        self.on_unknown_key.get()?(&issuer.name)
    }

    /// `address: https://doorward` without the path is an easy mistake to make. Every client then
    /// gets a 404, as for an unknown host, and nothing else would show the cause.
    fn report_misaddressed(&self, peer: &Peer) {
        self.metrics.add(Counter::Misaddressed, 1);
        if self.misaddressed.allow() {
            // Without the path: behind a wrong route it is a user's.
            tracing::warn!(
                { field::PEER } = %peer.address,
                { field::REMEDY } = "let forwardAuth.address end in /verify; a health check \
                                     belongs to admin_listen",
                "request for a path other than /verify, answered 404"
            );
        }
    }
}

impl Handler for VerifyHandler {
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        let is_verify = request.uri().path() == VERIFY_PATH;
        if !is_verify {
            self.report_misaddressed(peer);
        }
        // `verify` refuses an untrusted peer for any path, by the same state: a reload in between could
        // trust the peer, and then another path would be answered like `/verify`.
        let state = self.state.load();
        if is_verify || !state.trusts(peer) {
            return self.verify(&state, peer, request);
        }
        not_found(request.method(), request.headers())
    }

    /// Only a gate path can wait, and only for a revocation store on disk or on a server.
    fn is_async(&self, request: &Request<Incoming>) -> bool {
        let state = self.state.load();
        !state.gate.revocations.is_local()
            && request.uri().path() == VERIFY_PATH
            && is_reserved(text_of(request.headers(), "x-forwarded-uri"))
    }

    fn answer_async(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(async move { self.verify_async(peer, request).await })
    }
}

/// One request of Traefik, with the state and the time by which it is judged.
struct Question<'r> {
    state: &'r State,
    peer: &'r Peer,
    headers: &'r HeaderMap,
    query: Option<&'r str>,
    started: Duration,
}

impl<'r> Question<'r> {
    fn new(state: &'r State, peer: &'r Peer, request: &'r Request<Incoming>) -> Self {
        let query = request.uri().query();
        Self { state, peer, headers: request.headers(), query, started: since_epoch() }
    }

    fn decide(&self) -> Decision<'r> {
        self.state.decide(self.peer, self.headers, self.query, self.now(), &mut NoTrace)
    }

    fn now(&self) -> UnixTime {
        UnixTime(self.started.as_secs())
    }

    fn elapsed(&self) -> Duration {
        since_epoch().saturating_sub(self.started)
    }

    fn log(&self, took: Option<Duration>) -> DecisionLog<'r> {
        DecisionLog { state: self.state, headers: self.headers, peer: self.peer, took }
    }
}

const VERIFY_PATH: &str = "/verify";

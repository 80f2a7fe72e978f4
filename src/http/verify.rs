//! The handler of `listen`: `/verify`, the address that Traefik's ForwardAuth asks.
//!
//! It holds the current [`State`]; a reload replaces it whole, so that one configuration judges a
//! request from beginning to end. It reads the clock once for each decision.

use super::decision_log::{DecisionCounters, DecisionLog, is_logged};
use super::gate_paths::GatePathResult;
use super::handler::{AnswerFuture, Body, Handler, Peer};
use super::headers::text_of;
use super::not_found::not_found;
use super::request_id::RequestId;
use super::state::State;
use crate::clock::since_epoch;
use crate::gate::{ArrivalProblem, Denial, Denied, NoTrace, is_reserved};
use crate::observe::{Counter, LogRateLimit, Metrics, field};
use crate::token::UnixTime;
use arc_swap::ArcSwap;
use futures_util::FutureExt as _;
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

    fn verify(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        let state = self.state.load();
        let started = since_epoch();
        let headers = request.headers();
        let now = UnixTime(started.as_secs());
        match state.decide(peer, headers, request.uri().query(), now, &mut NoTrace) {
            Ok(permit) => {
                // A permit from the cache takes about as long as reading the clock twice, so it is
                // timed only when the log shows it.
                let timed = permit.effort().judged > 0 || is_logged(Level::DEBUG);
                let took = timed.then(|| since_epoch().saturating_sub(started));
                let log = DecisionLog { state: &state, headers, peer, took };
                log.allowed(&permit, &self.counters);
                state.permitted(permit, headers)
            }
            Err(denied) => {
                let told = state.at_own_path(&denied, headers, now).now_or_never();
                let unavailable = || Some(GatePathResult::problem(ArrivalProblem::Unavailable));
                let told = told.unwrap_or_else(unavailable);
                self.turn_away(&state, peer, headers, denied, told, started)
            }
        }
    }

    /// Like `verify`, for a gate path whose answer waits for a remote revocation store.
    async fn verify_async(&self, peer: Peer, request: Request<Incoming>) -> Response<Body> {
        let state = self.state();
        let started = since_epoch();
        let headers = request.headers();
        let now = UnixTime(started.as_secs());
        match state.decide(&peer, headers, request.uri().query(), now, &mut NoTrace) {
            // Step 4 permits no gate path; a permit here would be a mistake, so it is not given.
            Ok(_) => not_found(request.method(), headers),
            Err(denied) => {
                let told = state.at_own_path(&denied, headers, now).await;
                self.turn_away(&state, &peer, headers, denied, told, started)
            }
        }
    }

    fn turn_away(
        &self,
        state: &State,
        peer: &Peer,
        headers: &HeaderMap,
        mut denied: Box<Denied<'_>>,
        told: Option<GatePathResult>,
        started: Duration,
    ) -> Response<Body> {
        // Nothing of an untrusted peer's request is read.
        let untrusted = denied.denial == Denial::PeerUntrusted;
        let request_id = if untrusted { RequestId::fresh() } else { RequestId::of(headers) };
        let now = UnixTime(started.as_secs());
        let (outcome, response) = state.tell(&mut denied, told, headers, now, request_id.as_str());
        let took = Some(since_epoch().saturating_sub(started));
        let log = DecisionLog { state, headers, peer, took };
        log.denied(&denied, outcome, &response, &request_id, &self.counters);
        if let Some(issuer) = denied.effort.key_unknown_of {
            // The answer does not wait for the keys: the client sends its request again.
            drop(self.look_up_keys(state, issuer));
        }
        response
    }

    /// Starts a fetch of this issuer's keys, unless it is not due.
    pub(super) fn look_up_keys(&self, state: &State, issuer: usize) -> Option<KeyLookup> {
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
        // `verify` refuses an untrusted peer, whatever the path.
        if is_verify || !self.state.load().trusts(peer) {
            return self.verify(peer, request);
        }
        not_found(request.method(), request.headers())
    }

    /// Only a gate path can wait, and only for a remote revocation store.
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

const VERIFY_PATH: &str = "/verify";

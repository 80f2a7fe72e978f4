//! From a request of Traefik's to an answer: routes, the one reading of the clock, and what goes
//! into log and metrics. hyper's types come this far and no further.
//!
//! [`Door`] is what the server's listeners call. It holds the current [`State`]; a reload replaces
//! it whole, so a request is judged by one configuration from beginning to end.

pub mod admin;
pub mod answer;
mod backchannel_logout;
pub mod client_class;
mod cookie_cache;
pub mod credential;
mod decision_log;
mod denied;
mod error_page;
pub mod forwarded;
mod gate_paths;
pub mod headers;
mod not_found;
pub mod sign_in;
mod unread;
pub mod upstream_headers;
mod verify;

pub use backchannel_logout::BackChannelHandler;
pub use decision_log::decision_names;
pub use not_found::NotFoundHandler;
pub use verify::Entrance;

use crate::clock;
use crate::gate::{
    ArrivalProblem, Denial, Denied, Gate, Permit, Step, Unwatched, Witness, is_reserved,
};
use crate::observe::Metrics;
use crate::token::UnixTime;
use answer::{Body, permitted};
use arc_swap::ArcSwap;
use decision_log::{DecisionCounters, DecisionLog, RequestId, is_logged};
use forwarded::ForwardedReader;
use futures_util::FutureExt as _;
use gate_paths::GatePathResult;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName};
use hyper::{Request, Response};
use ipnet::IpNet;
use not_found::not_found;
use sign_in::SignIn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracing::Level;
use upstream_headers::UpstreamHeaders;

/// Who is on the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Remote address as the socket has it.
    pub address: IpAddr,
    /// Presented a certificate that `tls.client_ca_file` vouches for.
    pub client_certificate: bool,
}

/// What a listener asks for every request.
pub trait Handler: Send + Sync + 'static {
    /// The answer to one request; never blocks.
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body>;

    /// Whether the answer has to wait, for the request's body for instance. Then
    /// [`answer_async`](Self::answer_async) gives it.
    fn is_async(&self, _request: &Request<Incoming>) -> bool {
        false
    }

    /// The answer to a request that [`waits`](Self::waits). The server bounds how long it may take.
    fn answer_async(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(std::future::ready(self.answer(&peer, &request)))
    }
}

/// An answer that is on its way.
pub type AnswerFuture = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// The handler of `listen`: `/verify` and nothing else.
pub struct Door {
    state: ArcSwap<State>,
    recorder: DecisionCounters,
    key_unknown: OnceLock<UnknownKeyHook>,
}

/// GatePathResult the name of an issuer of which a token came that names a key its issuer does not have.
type UnknownKeyHook = Box<dyn Fn(&str) -> Option<KeyLookup> + Send + Sync>;

/// Over when an issuer's keys have been looked for, or cannot be soon.
pub type KeyLookup = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One configuration, ready to judge and to answer.
pub struct State {
    /// Steps 3 to 9.
    pub gate: Gate,
    /// Step 2.
    pub reader: ForwardedReader,
    /// Step 1.
    pub trusted_proxies: Vec<IpNet>,
    /// For each domain, where its people sign in.
    pub sign_in: Vec<Option<SignIn>>,
    /// Names of the identity headers, in the order of the verifier's list.
    pub identity_headers: Vec<HeaderName>,
    /// Key `log.usernames`.
    pub log_usernames: bool,
    /// For each issuer, seconds for which something of its can open a door; `None`: for ever.
    pub lives: Vec<Option<u64>>,
    /// Who may revoke; `None`: nobody.
    pub desk: Option<admin::AdminSecret>,
}

impl Door {
    /// A door that starts with `state`.
    #[must_use]
    pub fn new(state: State, metrics: Arc<Metrics>) -> Self {
        Self {
            state: ArcSwap::from_pointee(state),
            recorder: DecisionCounters::new(metrics),
            key_unknown: OnceLock::new(),
        }
    }

    /// Who is told the name of an issuer when a token names a key that it does not have, so that new
    /// keys are looked for. Called on a request's way, for every such token, forged ones too: it
    /// must neither wait nor believe. `None`: that issuer's keys are not looked for. Only the first
    /// call counts.
    pub fn on_unknown_key(&self, told: impl Fn(&str) -> Option<KeyLookup> + Send + Sync + 'static) {
        let _first = self.key_unknown.set(Box::new(told));
    }

    /// From now on requests are judged by `state`; those under way finish with the one they had.
    pub fn replace(&self, state: State) {
        self.state.store(Arc::new(state));
    }

    /// The state of this moment.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    fn verify(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        let state = self.state.load();
        let started = clock::since_epoch();
        let headers = request.headers();
        let now = UnixTime(started.as_secs());
        match state.decide(peer, headers, request.uri().query(), now, &mut Unwatched) {
            Ok(permit) => {
                // A permit from the cache takes about as long as asking the clock twice, so it is
                // timed only where somebody reads the log.
                let timed = permit.effort().judged > 0 || is_logged(Level::DEBUG);
                let took = timed.then(|| clock::since_epoch().saturating_sub(started));
                let record = DecisionLog { state: &state, headers, peer, took };
                record.allowed(&permit, &self.recorder);
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

    /// As `verify`, for a path of the gate's own and a store that has to be waited for.
    async fn verify_later(&self, peer: Peer, request: Request<Incoming>) -> Response<Body> {
        let state = self.state();
        let started = clock::since_epoch();
        let headers = request.headers();
        let now = UnixTime(started.as_secs());
        match state.decide(&peer, headers, request.uri().query(), now, &mut Unwatched) {
            // Step 4 permits no such path, and whatever would, does not come this way.
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
        // Nothing of a stranger's request is read.
        let strange = denied.denial == Denial::PeerUntrusted;
        let request_id = if strange { RequestId::fresh() } else { RequestId::of(headers) };
        let now = UnixTime(started.as_secs());
        let (outcome, response) = state.tell(&mut denied, told, headers, now, request_id.as_str());
        let took = Some(clock::since_epoch().saturating_sub(started));
        let record = DecisionLog { state, headers, peer, took };
        record.denied(&denied, outcome, &response, &request_id, &self.recorder);
        if let Some(issuer) = denied.effort.key_unknown_of {
            // Whoever asks for a page comes again.
            drop(self.tell_of_unknown_key(state, issuer));
        }
        response
    }
}

impl Door {
    fn tell_of_unknown_key(&self, state: &State, issuer: usize) -> Option<KeyLookup> {
        let issuer = state.gate.verifier.issuers.get(issuer)?;
        self.key_unknown.get()?(&issuer.name)
    }
}

impl Handler for Door {
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        // A stranger is refused by `verify` whatever he asks for.
        if request.uri().path() == VERIFY_PATH || !self.state.load().trusts(peer) {
            return self.verify(peer, request);
        }
        not_found(request.method(), request.headers())
    }

    /// Only what tells a store something, where that store is elsewhere.
    fn is_async(&self, request: &Request<Incoming>) -> bool {
        let state = self.state.load();
        !state.gate.revocations.is_local()
            && request.uri().path() == VERIFY_PATH
            && is_reserved(line(request.headers(), "x-forwarded-uri"))
    }

    fn answer_async(self: Arc<Self>, peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(async move { self.verify_later(peer, request).await })
    }
}

impl State {
    /// The decision, steps 1 to 9, for a request that came from `peer` with `headers`; `query` is
    /// that of the gate's own address.
    ///
    /// # Errors
    /// The first step that fails.
    pub fn decide<'r>(
        &self,
        peer: &Peer,
        headers: &'r HeaderMap,
        query: Option<&'r str>,
        now: UnixTime,
        witness: &mut impl Witness,
    ) -> Result<Permit<'r>, Box<Denied<'r>>> {
        let trusted = self.trusts(peer);
        witness.note(Step::Peer, trusted, || self.describe(peer));
        if !trusted {
            return Err(Denied::nowhere(Denial::PeerUntrusted));
        }
        let read = self.reader.read(headers, query);
        witness.note(Step::Forwarded, read.is_ok(), || match &read {
            Ok((request, _)) => format!(
                "{} {}://{}{}, each header once and readable one way only",
                request.method(),
                request.scheme.as_str(),
                request.host,
                request.uri,
            ),
            Err(denial) => unread::text(&self.reader, headers, query, denial),
        });
        let (request, credentials) = read.map_err(Denied::nowhere)?;
        self.gate.admit(&request, &credentials, now, witness)
    }

    /// The 200 for a permit, with what goes on to the desktop.
    #[must_use]
    pub fn permitted(&self, permit: Permit<'_>, headers: &HeaderMap) -> Response<Body> {
        permitted(permit, self.passing(headers))
    }

    fn trusts(&self, peer: &Peer) -> bool {
        // `::ffff:10.0.0.1` is 10.0.0.1: a dual-stack listener must not change who is trusted.
        let address = peer.address.to_canonical();
        peer.client_certificate || self.trusted_proxies.iter().any(|net| net.contains(&address))
    }

    fn describe(&self, peer: &Peer) -> String {
        if peer.client_certificate {
            return format!("{} has a certificate of tls.client_ca_file", peer.address);
        }
        let nets: Vec<_> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        format!("{} against trusted_proxies {}", peer.address.to_canonical(), nets.join(", "))
    }

    fn passing<'r>(&'r self, headers: &'r HeaderMap) -> UpstreamHeaders<'r> {
        UpstreamHeaders {
            headers,
            gate: &self.gate,
            cookies: &self.reader.cookies,
            token_headers: &self.reader.token_headers,
            identity_headers: &self.identity_headers,
        }
    }
}

/// A forwarded header that step 2 has accepted; empty before that.
fn line<'r>(headers: &'r HeaderMap, name: &str) -> &'r str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

const VERIFY_PATH: &str = "/verify";

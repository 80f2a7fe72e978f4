//! From a request of Traefik's to an answer: routes, the one reading of the clock, and what goes
//! into log and metrics. hyper's types come this far and no further.
//!
//! [`Door`] is what the server's listeners call. It holds the current [`State`]; a reload replaces
//! it whole, so a request is judged by one configuration from beginning to end.

pub mod admin;
pub mod answer;
pub mod class;
pub mod credential;
mod entrance;
pub mod forwarded;
pub mod headers;
mod jar;
mod page;
mod pages;
pub mod passing;
mod record;
pub mod sign_in;
mod unread;

pub use entrance::Entrance;
pub use pages::Pages;
pub use record::decision_names;

use crate::cross_site::OwnOrigin;
use crate::gate::{Denial, Denied, Gate, Permit, Step, Unwatched, Witness};
use crate::name::Host;
use crate::observe::Metrics;
use crate::token::UnixTime;
use answer::{Body, Outcome, Refused, permitted, redirected};
use arc_swap::ArcSwap;
use class::Class;
use forwarded::Reader;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName};
use hyper::{Request, Response};
use ipnet::IpNet;
use pages::nothing_here;
use passing::Passing;
use record::{Record, Recorder, RequestId, is_logged};
use sign_in::{LoopGuard, SignIn};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing::Level;

/// Who is on the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Remote address as the socket has it.
    pub address: IpAddr,
    /// Presented a certificate that `tls.client_ca_file` vouches for.
    pub client_certificate: bool,
}

/// What a listener asks for every request; synchronous, never blocks.
pub trait Handler: Send + Sync + 'static {
    /// The answer to one request.
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body>;
}

/// The handler of `listen`: `/verify` and nothing else.
pub struct Door {
    state: ArcSwap<State>,
    recorder: Recorder,
}

/// One configuration, ready to judge and to answer.
pub struct State {
    /// Steps 3 to 9.
    pub gate: Gate,
    /// Step 2.
    pub reader: Reader,
    /// Step 1.
    pub trusted_proxies: Vec<IpNet>,
    /// For each domain, where its people sign in.
    pub sign_in: Vec<Option<SignIn>>,
    /// Names of the identity headers, in the order of the verifier's list.
    pub identity_headers: Vec<HeaderName>,
    /// Key `log.usernames`.
    pub log_usernames: bool,
}

impl Door {
    /// A door that starts with `state`.
    #[must_use]
    pub fn new(state: State, metrics: Arc<Metrics>) -> Self {
        Self { state: ArcSwap::from_pointee(state), recorder: Recorder::new(metrics) }
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
        let started = clock();
        let headers = request.headers();
        let now = UnixTime(started.as_secs());
        let decided = state.decide(peer, headers, request.uri().query(), now, &mut Unwatched);
        let took = || clock().saturating_sub(started);
        match decided {
            Ok(permit) => {
                // A permit from the cache takes about as long as asking the clock twice, so it is
                // timed only where somebody reads the log.
                let timed = permit.effort().judged > 0 || is_logged(Level::DEBUG);
                let record = Record { state: &state, headers, peer, took: timed.then(took) };
                record.allowed(&permit, &self.recorder);
                state.permitted(permit, headers)
            }
            Err(denied) => {
                // Nothing of a stranger's request is read.
                let strange = denied.denial == Denial::PeerUntrusted;
                let request_id = if strange { RequestId::fresh() } else { RequestId::of(headers) };
                let (outcome, response) = state.refuse(&denied, headers, now, request_id.as_str());
                let record = Record { state: &state, headers, peer, took: Some(took()) };
                record.denied(&denied, outcome, &response, &request_id, &self.recorder);
                response
            }
        }
    }
}

impl Handler for Door {
    fn answer(&self, peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        // A stranger is refused by `verify` whatever he asks for.
        if request.uri().path() == VERIFY_PATH || !self.state.load().trusts(peer) {
            return self.verify(peer, request);
        }
        nothing_here(request.method(), request.headers())
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

    /// What a denied request is told, and the answer that tells it.
    #[must_use]
    pub fn refuse(
        &self,
        denied: &Denied<'_>,
        headers: &HeaderMap,
        now: UnixTime,
        request_id: &str,
    ) -> (Outcome, Response<Body>) {
        let mut outcome = Outcome::of(&denied.denial);
        if outcome == Outcome::PeerRefused {
            // Nothing of an untrusted peer's request is read, so its class is not known.
            let class = Class::Other;
            let refused = Refused {
                outcome,
                class,
                head: false,
                request_id,
                own_url: None,
                sign_in_url: None,
            };
            return (outcome, refused.response());
        }
        let method = line(headers, "x-forwarded-method");
        let class = Class::of(method, headers);
        // Nobody else is shown a way on.
        let host = denied.host.as_ref().filter(|_| class.shows_page());
        let way = host.and_then(|host| self.way_back(host, headers));
        if let (Some(way), Class::Page) = (&way, class)
            && outcome.leads_to_sign_in()
            && let Some(url) = way.sign_in_url()
        {
            let guard = LoopGuard::read(headers, way.path, now);
            if guard.is_loop() {
                outcome = Outcome::RedirectLoop;
            } else if let Some(response) = redirected(&url, &guard.next_cookie()) {
                return (outcome, response);
            }
        }
        let own_url = match (outcome, &way) {
            (Outcome::NotYours, Some(way)) => self.own_url(denied, way),
            _ => None,
        };
        let helps = matches!(
            outcome,
            Outcome::InvalidSession
                | Outcome::NotYours
                | Outcome::RedirectLoop
                | Outcome::SessionExpired
                | Outcome::SignInRequired
        );
        let refused = Refused {
            outcome,
            class,
            head: method == "HEAD",
            request_id,
            own_url,
            sign_in_url: way.filter(|_| helps).and_then(|way| way.sign_in_url()),
        };
        (outcome, refused.response())
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

    fn passing<'r>(&'r self, headers: &'r HeaderMap) -> Passing<'r> {
        Passing {
            headers,
            gate: &self.gate,
            cookies: &self.reader.cookies,
            token_headers: &self.reader.token_headers,
            identity_headers: &self.identity_headers,
        }
    }

    /// The address of the page that was asked for, as the browser knows it.
    fn way_back<'r>(&'r self, host: &'r Host<'r>, headers: &'r HeaderMap) -> Option<WayBack<'r>> {
        let forwarded = crate::gate::forwarded_scheme(line(headers, "x-forwarded-proto"));
        let scheme = self.reader.public_scheme.scheme(forwarded);
        let uri = line(headers, "x-forwarded-uri");
        let path = uri.split_once('?').map_or(uri, |(path, _)| path);
        let origin = OwnOrigin::new(scheme, host.name(), host.port());
        let sign_in = self.sign_in.get(host.domain())?.as_ref();
        Some(WayBack { origin, uri, path, sign_in })
    }

    /// The visitor's own workspace, in this domain if its issuer has users here.
    fn own_url(&self, denied: &Denied<'_>, way: &WayBack<'_>) -> Option<String> {
        let session = denied.session.as_ref()?;
        let here = denied.host.as_ref()?.domain();
        let lives_in = |domain: &usize| {
            let issuers = self.gate.issuers_of_domain.get(*domain);
            issuers.is_some_and(|issuers| issuers.contains(&session.issuer()))
        };
        let domains = 0..self.gate.domains.len();
        let domain = std::iter::once(here).chain(domains).find(lives_in)?;
        let domain = self.gate.domains.iter().nth(domain)?;
        Some(way.origin.sibling(session.label().as_str(), domain.as_str()))
    }
}

struct WayBack<'r> {
    origin: OwnOrigin<'r>,
    uri: &'r str,
    path: &'r str,
    sign_in: Option<&'r SignIn>,
}

impl WayBack<'_> {
    fn sign_in_url(&self) -> Option<String> {
        // Encoded it is up to three times as long, and must fit a browser's and a page's limits.
        let uri = if self.uri.len() > LONGEST_RETURN { "/" } else { self.uri };
        let return_to = format!("{}{uri}", self.origin);
        Some(self.sign_in?.url_for(&return_to))
    }
}

/// A forwarded header that step 2 has accepted; empty before that.
fn line<'r>(headers: &'r HeaderMap, name: &str) -> &'r str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The time as decisions take it.
#[must_use]
pub fn now() -> UnixTime {
    UnixTime(clock().as_secs())
}

/// The one place that reads the time; everything below takes it as an argument. A clock before
/// 1970 reads as 1970, when no token is valid yet.
#[expect(clippy::disallowed_methods, reason = "the border at which time becomes an argument")]
fn clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A longer path and query is not returned to, but the front page.
const LONGEST_RETURN: usize = 1024;
const VERIFY_PATH: &str = "/verify";

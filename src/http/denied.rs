//! What a denied request is told, and the answer that tells it: a redirect for a page that may be
//! signed in for, the gate's own paths, and a page or a problem document for all else.

use super::answer::{Body, ErrorResponse, Outcome, Redirect};
use super::client_class::ClientClass;
use super::gate_paths::{self, GatePathRequest, GatePathResult};
use super::sign_in::{Handoff, LoopGuard, SignIn, encode};
use super::{State, line};
use crate::cross_site::OwnOrigin;
use crate::gate::{ArrivalProblem, Denial, Denied, is_reserved};
use crate::handoff::address::{self, LOGIN};
use crate::name::Host;
use crate::token::UnixTime;
use futures_util::FutureExt as _;
use hyper::header::HeaderMap;
use hyper::{Response, StatusCode};

impl State {
    /// What a denied request is told, and the answer that tells it. At a path of the gate's own the
    /// denial becomes what came of it there; a store that has to be waited for is not, and counts as
    /// one that could not keep it.
    #[must_use]
    pub fn refuse(
        &self,
        denied: &mut Denied<'_>,
        headers: &HeaderMap,
        now: UnixTime,
        request_id: &str,
    ) -> (Outcome, Response<Body>) {
        let told = self.at_own_path(denied, headers, now).now_or_never();
        let unavailable = || Some(GatePathResult::problem(ArrivalProblem::Unavailable));
        self.tell(denied, told.unwrap_or_else(unavailable), headers, now, request_id)
    }

    /// What came of a request at a path of the gate's own. `None`: it was for another, or there is
    /// nothing there.
    pub(super) async fn at_own_path(
        &self,
        denied: &Denied<'_>,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> Option<GatePathResult> {
        if denied.denial != Denial::ReservedPath {
            return None;
        }
        let way = self.way_back(denied.host.as_ref()?, headers)?;
        let handoff = way.handoff()?;
        let method = line(headers, "x-forwarded-method");
        let class = ClientClass::of(method, headers);
        let visit =
            GatePathRequest { state: self, way: &way, handoff, headers, now, class, method };
        Some(visit.answer().await)
    }

    /// As [`refuse`](Self::refuse), with what came of the gate's own path.
    pub(super) fn tell(
        &self,
        denied: &mut Denied<'_>,
        told: Option<GatePathResult>,
        headers: &HeaderMap,
        now: UnixTime,
        request_id: &str,
    ) -> (Outcome, Response<Body>) {
        if denied.denial == Denial::PeerUntrusted {
            return refuse_peer(request_id);
        }
        let method = line(headers, "x-forwarded-method");
        let class = ClientClass::of(method, headers);
        let way = denied.host.as_ref().and_then(|host| self.way_back(host, headers));
        let mut back = way.as_ref().map_or("/", |way| way.uri).to_owned();
        let mut sent = Redirect::default();
        if let Some(GatePathResult { denial, session, sent: told, back: to, key_unknown_of }) = told
        {
            denied.denial = denial;
            denied.session = session;
            denied.effort.key_unknown_of = key_unknown_of;
            (sent, back) = (told, to);
        }
        // Nobody wants to come back to the way in: from there it would begin anew, and its address
        // holds a token. A frame or what a form was sent to is no page to come back to either.
        if class != ClientClass::Page
            || is_reserved(path_of(&back))
            || back.len() > address::MAX_PATH
        {
            "/".clone_into(&mut back);
        }
        let mut outcome = Outcome::of(&denied.denial);
        // Nobody else is shown a way on.
        let way = way.filter(|_| class.shows_page());
        if let (Some(way), ClientClass::Page) = (&way, class)
            && outcome.leads_to_sign_in()
        {
            match way.begin(&back, headers, now) {
                Ok(begun) => sent = begun,
                Err(other) => outcome = other,
            }
        }
        if let Some(response) = sent.response() {
            return (outcome, response);
        }
        let own_url = match (outcome, &way) {
            (Outcome::NotYours, Some(way)) => self.own_url(denied, way),
            _ => None,
        };
        let refused = ErrorResponse {
            outcome,
            class,
            head: method == "HEAD",
            request_id,
            own_url,
            form_leads_to: way.as_ref().and_then(|way| way.sign_in?.logout_url.as_deref()),
            sign_in_url: way
                .filter(|_| outcome.is_helped_by_signing_in())
                .and_then(|way| way.sign_in_url(&back)),
        };
        let mut response = refused.response();
        // Cookies that cannot be written are left out; the page says nothing that needs them.
        let _ = sent.write(&mut response);
        (outcome, response)
    }

    /// The address of the page that was asked for, as the browser knows it.
    fn way_back<'r>(
        &'r self,
        host: &'r Host<'r>,
        headers: &'r HeaderMap,
    ) -> Option<RequestedPage<'r>> {
        let forwarded = crate::gate::forwarded_scheme(line(headers, "x-forwarded-proto"));
        let scheme = self.reader.public_scheme.scheme(forwarded);
        let uri = line(headers, "x-forwarded-uri");
        let origin = OwnOrigin::new(scheme, host.name(), host.port());
        let sign_in = self.sign_in.get(host.domain())?.as_ref();
        Some(RequestedPage { host, origin, uri, sign_in })
    }

    /// The visitor's own workspace, in this domain if its issuer has users here.
    fn own_url(&self, denied: &Denied<'_>, way: &RequestedPage<'_>) -> Option<String> {
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

/// The workspace that was asked for, as its visitor knows it.
pub(super) struct RequestedPage<'r> {
    pub(super) host: &'r Host<'r>,
    pub(super) origin: OwnOrigin<'r>,
    /// Path and query.
    pub(super) uri: &'r str,
    pub(super) sign_in: Option<&'r SignIn>,
}

impl RequestedPage<'_> {
    fn handoff(&self) -> Option<&Handoff> {
        self.sign_in?.handoff.as_ref()
    }

    /// Sends a page to sign in and to come back to the path `back`.
    ///
    /// # Errors
    /// What is told instead: that it goes round in circles, that no sign-in page is set, or that it
    /// cannot be begun now.
    fn begin(&self, back: &str, headers: &HeaderMap, now: UnixTime) -> Result<Redirect, Outcome> {
        let Some(sign_in) = self.sign_in else { return Ok(Redirect::default()) };
        let Some(handoff) = &sign_in.handoff else {
            // By the path that was asked for, which may be too long to come back to.
            let guard = LoopGuard::read(headers, path_of(self.uri), now);
            if guard.is_loop() {
                return Err(Outcome::RedirectLoop);
            }
            let to = Some((StatusCode::FOUND, sign_in.url_for(&self.at(back))));
            return Ok(Redirect { to, cookies: vec![guard.next_cookie(false)], clear: false });
        };
        if LoopGuard::of_arrivals(headers, now).is_loop() {
            return Err(Outcome::RedirectLoop);
        }
        let (st, cookies) = gate_paths::begin(back, headers, handoff.cookies.partitioned, now)
            .ok_or(Outcome::Unavailable)?;
        let to = format!("{}&st={st}", sign_in.url_for(&self.at(back)));
        Ok(Redirect { to: Some((StatusCode::FOUND, to)), cookies, clear: false })
    }

    /// Where a page's link to signing in leads.
    fn sign_in_url(&self, back: &str) -> Option<String> {
        let sign_in = self.sign_in?;
        if sign_in.handoff.is_none() {
            return Some(sign_in.url_for(&self.at(back)));
        }
        let mut url = self.at(LOGIN);
        url.push_str("?path=");
        encode(back, &mut url);
        Some(url)
    }

    /// A path on this host, absolute.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

fn path_of(uri: &str) -> &str {
    uri.split_once('?').map_or(uri, |(path, _)| path)
}

/// Nothing of an untrusted peer's request is read, so its class is not known.
fn refuse_peer(request_id: &str) -> (Outcome, Response<Body>) {
    let refused = ErrorResponse {
        outcome: Outcome::PeerRefused,
        class: ClientClass::Other,
        head: false,
        request_id,
        own_url: None,
        sign_in_url: None,
        form_leads_to: None,
    };
    (Outcome::PeerRefused, refused.response())
}

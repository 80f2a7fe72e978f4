//! What a denied request is told, and the answer that tells it: a redirect for a page that may be
//! signed in for, the gate's own paths, and a page or a problem document for all else.

use super::answer::{Redirect, error_response};
use super::client_class::ClientClass;
use super::error_body::ErrorBody;
use super::gate_paths::{GatePathRequest, GatePathResult};
use super::handler::Body;
use super::headers::text_of;
use super::outcome::Outcome;
use super::requested_page::{RequestedPage, path_of};
use super::state::State;
use crate::cross_site::OwnOrigin;
use crate::gate::{ArrivalProblem, Denial, Denied, is_reserved};
use crate::handoff::address;
use crate::name::Host;
use crate::token::UnixTime;
use futures_util::FutureExt as _;
use hyper::Response;
use hyper::header::HeaderMap;

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
        let method = text_of(headers, "x-forwarded-method");
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
        let method = text_of(headers, "x-forwarded-method");
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
        let error = ErrorBody {
            outcome,
            class,
            request_id,
            own_url,
            form_leads_to: way.as_ref().and_then(|way| way.sign_in?.logout_url.as_deref()),
            sign_in_url: way
                .filter(|_| outcome.is_helped_by_signing_in())
                .and_then(|way| way.sign_in_url(&back)),
        };
        let mut response = error_response(&error, method == "HEAD");
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
        let forwarded = crate::cross_site::forwarded_scheme(text_of(headers, "x-forwarded-proto"));
        let scheme = self.reader.public_scheme.scheme(forwarded);
        let uri = text_of(headers, "x-forwarded-uri");
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

/// Nothing of an untrusted peer's request is read, so its class is not known.
fn refuse_peer(request_id: &str) -> (Outcome, Response<Body>) {
    let error = ErrorBody {
        outcome: Outcome::PeerRefused,
        class: ClientClass::Other,
        request_id,
        own_url: None,
        sign_in_url: None,
        form_leads_to: None,
    };
    (Outcome::PeerRefused, error_response(&error, false))
}

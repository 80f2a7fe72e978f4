//! Answers to requests without a permit: a redirect to the sign-in page for a page request that
//! signing in may help, what a gate path has resulted in, and an error page or problem document
//! otherwise.

use super::answer::{Redirect, error_response};
use super::client_class::ClientClass;
use super::error_body::ErrorBody;
use super::gate_paths::GatePathResult;
use super::handler::Body;
use super::headers::text_of;
use super::outcome::Outcome;
use super::requested_page::{RequestedPage, path_of};
use super::state::State;
use crate::gate::{Denial, Denied, is_reserved};
use crate::handoff::address;
use crate::name::Host;
use crate::token::{Session, UnixTime};
use hyper::Response;
use hyper::header::HeaderMap;

impl State {
    /// The answer to a denied request.
    #[must_use]
    pub fn respond_denied(
        &self,
        denied: &Denied<'_>,
        headers: &HeaderMap,
        now: UnixTime,
        request_id: &str,
    ) -> (Outcome, Response<Body>) {
        if denied.denial == Denial::PeerUntrusted {
            return refuse_peer(request_id);
        }
        let reply = Reply {
            outcome: Outcome::of(&denied.denial),
            host: denied.host.as_ref(),
            session: denied.session.as_deref(),
            redirect: &Redirect::default(),
            return_path: None,
        };
        self.respond(&reply, headers, now, request_id)
    }

    /// The answer to a request for a gate path on `host`.
    #[must_use]
    pub fn respond_gate_path(
        &self,
        host: &Host<'_>,
        result: &GatePathResult,
        headers: &HeaderMap,
        now: UnixTime,
        request_id: &str,
    ) -> (Outcome, Response<Body>) {
        let reply = Reply {
            outcome: match &result.verdict {
                Ok(answer) => Outcome::of_gate_path(*answer),
                Err(denial) => Outcome::of(denial),
            },
            host: Some(host),
            session: result.session.as_deref(),
            redirect: &result.redirect,
            return_path: Some(&result.return_path),
        };
        self.respond(&reply, headers, now, request_id)
    }

    fn respond(
        &self,
        reply: &Reply<'_>,
        headers: &HeaderMap,
        now: UnixTime,
        request_id: &str,
    ) -> (Outcome, Response<Body>) {
        let method = text_of(headers, "x-forwarded-method");
        let class = ClientClass::of(method, headers);
        let page = reply.host.map(|host| RequestedPage::new(self, host, headers));
        let requested = page.as_ref().map_or("/", |page| page.uri);
        let return_path = return_path(reply.return_path.unwrap_or(requested), class);
        // Only a user can follow a link or a redirect to the sign-in page.
        let page = page.filter(|_| class.shows_page());
        let mut outcome = reply.outcome;
        let mut sign_in = None;
        let mut reload = None;
        if outcome == Outcome::CrossSiteLink {
            match page.as_ref().filter(|_| class == ClientClass::Page) {
                Some(page) => match page.reload(headers, now) {
                    Ok(redirect) => reload = Some(redirect),
                    Err(instead) => outcome = instead,
                },
                None => outcome = Outcome::CrossSite,
            }
        }
        if let (Some(page), ClientClass::Page) = (&page, class)
            && outcome.leads_to_sign_in()
        {
            match page.start_sign_in(return_path, headers, now) {
                Ok(redirect) => sign_in = Some(redirect),
                Err(instead) => outcome = instead,
            }
        }
        let redirect = sign_in.as_ref().or(reload.as_ref()).unwrap_or(reply.redirect);
        if let Some(response) = redirect.response() {
            return (outcome, response);
        }
        let own_url = match (outcome, &page) {
            (Outcome::NotYours, Some(page)) => {
                reply.session.and_then(|session| self.own_url(session, page))
            }
            _ => None,
        };
        let error = ErrorBody {
            outcome,
            class,
            request_id,
            own_url,
            form_leads_to: page.as_ref().and_then(|page| page.sign_in?.logout_url.as_deref()),
            sign_in_url: page
                .filter(|_| outcome.is_helped_by_signing_in())
                .and_then(|page| page.sign_in_url(return_path)),
        };
        let mut response = error_response(&error, method == "HEAD");
        // Cookies that cannot be written are left out; nothing on the page depends on them.
        let _ = redirect.write(&mut response);
        (outcome, response)
    }

    /// The user's own workspace, in this domain if their issuer has users here.
    fn own_url(&self, session: &Session, page: &RequestedPage<'_>) -> Option<String> {
        let domain = self.gate.domains.home_of(session.issuer(), page.host)?;
        Some(page.origin.sibling(session.label().as_str(), domain.as_str()))
    }
}

/// What the answer to a request without a permit depends on, besides the request.
struct Reply<'r> {
    outcome: Outcome,
    host: Option<&'r Host<'r>>,
    session: Option<&'r Session>,
    redirect: &'r Redirect,
    /// `None`: the requested path.
    return_path: Option<&'r str>,
}

/// The path to which a sign-in returns the browser. `/` replaces what is no page to return to: a
/// gate path (it would start anew, and its URI may contain a token), a frame, the target of a form,
/// and a path that is too long.
fn return_path(path: &str, class: ClientClass) -> &str {
    let is_page = class == ClientClass::Page && !is_reserved(path_of(path));
    if is_page && path.len() <= address::MAX_PATH { path } else { "/" }
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

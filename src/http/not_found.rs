//! The handler of `pages_listen`: the 404 page for hosts without a route. Traefik's catch-all route
//! leads here, so that an unknown host looks the same as one that the gate does not know.

use super::answer::error_response;
use super::client_class::ClientClass;
use super::error_body::ErrorBody;
use super::handler::{Body, Handler, Peer};
use super::outcome::Outcome;
use super::request_id::RequestId;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Method, Request, Response};

/// Answers every request with the 404 page.
#[derive(Clone, Copy, Debug)]
pub struct NotFoundHandler;

impl Handler for NotFoundHandler {
    fn answer(&self, _: &Peer, request: &Request<Incoming>) -> Response<Body> {
        not_found(request.method(), request.headers())
    }
}

/// The 404 for a request that a client sent directly, not a ForwardAuth request about one.
pub(super) fn not_found(method: &Method, headers: &HeaderMap) -> Response<Body> {
    let request_id = RequestId::of(headers);
    let error = ErrorBody {
        outcome: Outcome::NotFound,
        class: ClientClass::of(method.as_str(), headers),
        request_id: request_id.as_str(),
        own_url: None,
        sign_in_url: None,
        form_leads_to: None,
    };
    error_response(&error, method == Method::HEAD)
}

#[cfg(test)]
mod tests;

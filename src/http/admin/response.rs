//! Responses of the admin listener.

use crate::http::handler::Body;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

/// Body of an error.
#[derive(Serialize)]
pub(super) struct Problem {
    pub(super) error: &'static str,
}

pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    match serde_json::to_string(body) {
        Ok(text) => answer(status, "application/json", text + "\n"),
        // Cannot happen for structures of strings and numbers. If it did, it must not look healthy.
        Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()),
    }
}

pub(super) fn answer(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A 405 that names the methods of `allow`.
pub(super) fn method_not_allowed(error: &'static str, allow: &'static str) -> Response<Body> {
    let mut response = json(StatusCode::METHOD_NOT_ALLOWED, &Problem { error });
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    response
}

/// The error of a path that does not exist, and of `/revocations` on a gate without a secret.
pub const NO_SUCH_PATH: &str = "there is nothing here";

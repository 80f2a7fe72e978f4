//! Answers as HTTP responses: the one 2xx, which takes a [`Permit`] by value, redirects, and error
//! responses with a page or a problem document.

use super::error_body::ErrorBody;
use super::handler::Body;
use super::outcome::Outcome;
use super::upstream_headers::UpstreamHeaders;
use crate::gate::Permit;
use bytes::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, SET_COOKIE, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

/// Where a browser is sent, and the cookies that the answer sets, with or without a redirect.
/// Not `Debug`: a cookie can be a session token.
#[derive(Default)]
pub struct Redirect {
    /// Status and absolute address; `None`: a page is shown.
    pub target: Option<(StatusCode, String)>,
    /// `Set-Cookie` values.
    pub cookies: Vec<String>,
    /// Whether the browser clears this host's caches and storage. Never its cookies: that would
    /// delete the cookies of the whole registrable domain.
    pub clear_site_data: bool,
}

impl Redirect {
    /// The redirect as a response. `None` without a target, or if it cannot be written as a header;
    /// then a page is shown.
    #[must_use]
    pub fn response(&self) -> Option<Response<Body>> {
        let (status, location) = self.target.as_ref()?;
        let location = HeaderValue::from_str(location).ok()?;
        let mut response = guarded(*status, Bytes::new());
        response.headers_mut().insert(LOCATION, location);
        self.write(&mut response)?;
        Some(response)
    }

    /// Writes the cookies into a response: all of them, or none (`None`).
    pub fn write(&self, response: &mut Response<Body>) -> Option<()> {
        let lines = self.cookies.iter().map(|line| HeaderValue::from_str(line));
        let lines: Vec<_> = lines.collect::<Result<_, _>>().ok()?;
        for line in lines {
            response.headers_mut().append(SET_COOKIE, line);
        }
        if self.clear_site_data {
            let what = HeaderValue::from_static("\"cache\", \"storage\"");
            response.headers_mut().insert(CLEAR_SITE_DATA, what);
        }
        Some(())
    }
}

/// W3C Clear Site Data §3.1.
const CLEAR_SITE_DATA: &str = "clear-site-data";

/// The answer that is an error: a page for people, a problem document (RFC 9457) for programs. The
/// answer to a `HEAD` request has no body.
#[must_use]
pub fn error_response(error: &ErrorBody<'_>, head: bool) -> Response<Body> {
    let status = error.outcome.status();
    let (kind, body) = if error.class.shows_page() {
        ("text/html; charset=utf-8", error.html())
    } else {
        ("application/problem+json", error.problem())
    };
    let body = if head { Bytes::new() } else { Bytes::from(body) };
    let mut response = guarded(status, body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_SECURITY_POLICY, error.content_security_policy());
    if error.has_form() {
        // The form must be sent with an `Origin`, which `no-referrer` would turn into `null`.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, challenge(error.outcome));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn challenge(outcome: Outcome) -> HeaderValue {
    HeaderValue::from_static(match outcome {
        outcome if !outcome.presented_token() => "Bearer realm=\"doorward\"",
        Outcome::SessionExpired => {
            "Bearer realm=\"doorward\", error=\"invalid_token\", \
             error_description=\"the session has expired\""
        }
        _ => {
            "Bearer realm=\"doorward\", error=\"invalid_token\", \
             error_description=\"the token is not a valid session\""
        }
    })
}

/// The only 2xx on `listen`: the headers that the desktop receives with an allowed request.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "each permit gives one 2xx")]
pub fn permitted(permit: Permit<'_>, upstream: UpstreamHeaders<'_>) -> Response<Body> {
    let mut response = Response::new(Body::default());
    upstream.write(&permit, response.headers_mut());
    response
}

/// A response with the headers that every answer except a permit has.
fn guarded(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The cache of a service worker ignores `no-store`, but stores no answer with `Vary: *` (Service
    // Workers §"Cache.put"). It would keep a denial that bob's frame has caused.
    headers.insert(VARY, HeaderValue::from_static("*"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

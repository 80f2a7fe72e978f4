//! What the outside sees: the one table from denial and class to an answer, and the one way to a
//! 2xx, which takes a [`Permit`] by value.
//!
//! Denials look alike from outside where a difference would tell bob something: every unknown host
//! is the same 404, and nothing names anybody but the visitor. The log keeps the difference.

use super::class::Class;
use super::page;
use super::passing::Passing;
use crate::gate::{Denial, Permit};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

/// Body of every answer.
pub type Body = Full<Bytes>;

/// What a denied client is told. One for each thing it can do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 400: the proxy in front sends what cannot be judged.
    Malformed,
    /// 403: a page of another origin caused it.
    CrossSite,
    /// 401: the token is no session, and signing in again would not make it one.
    InvalidSession,
    /// 404: nothing is here, or nothing that may be told.
    NotFound,
    /// 403: signed in, as somebody else.
    NotYours,
    /// 403: whoever asked is not the proxy.
    PeerRefused,
    /// 401: sign-in came back without a session, again and again.
    RedirectLoop,
    /// 401: signed in once, no longer.
    SessionExpired,
    /// 401: not signed in.
    SignInRequired,
    /// 431: more headers than the gate reads.
    TooLarge,
    /// 503: cannot be judged now.
    Unavailable,
}

impl Outcome {
    /// The table. `Denial` is matched whole: a new one does not compile until it has an answer.
    #[must_use]
    pub fn of(denial: &Denial) -> Self {
        match denial {
            Denial::PeerUntrusted => Self::PeerRefused,
            Denial::Forwarded(_) => Self::Malformed,
            Denial::TooManyHeaders | Denial::HeadersTooLarge => Self::TooLarge,
            Denial::HostUnknown | Denial::ReservedPath => Self::NotFound,
            Denial::Preflight | Denial::CrossSite(_) => Self::CrossSite,
            Denial::OwnerDiffers | Denial::NotAdmitted(_) => Self::NotYours,
            Denial::CredentialMissing => Self::SignInRequired,
            Denial::TooManyCandidates => Self::Unavailable,
            Denial::TokenRejected(rejection) if rejection.is_expiry() => Self::SessionExpired,
            Denial::TokenRejected(_) => Self::InvalidSession,
        }
    }

    /// HTTP status; never 1xx, 2xx or 3xx.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::NotYours | Self::PeerRefused => StatusCode::FORBIDDEN,
            Self::InvalidSession
            | Self::RedirectLoop
            | Self::SessionExpired
            | Self::SignInRequired => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Stable kebab-case name in problem documents and pages.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "malformed-request",
            Self::CrossSite => "cross-site-request",
            Self::InvalidSession => "invalid-session",
            Self::NotFound => "not-found",
            Self::NotYours => "not-yours",
            Self::PeerRefused => "peer-refused",
            Self::RedirectLoop => "redirect-loop",
            Self::SessionExpired => "session-expired",
            Self::SignInRequired => "sign-in-required",
            Self::TooLarge => "headers-too-large",
            Self::Unavailable => "unavailable",
        }
    }

    /// One sentence for whoever reads the problem document.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Malformed => "The proxy in front of the gate sent a request it cannot judge.",
            Self::CrossSite => "A page of another site may not make this request.",
            Self::InvalidSession => "The token that came with the request is not a valid session.",
            Self::NotFound => "There is nothing at this address.",
            Self::NotYours => "You are signed in, but this workspace is not yours.",
            Self::PeerRefused => "Only the proxy in front of the gate may ask it.",
            Self::RedirectLoop => {
                "Signing in came back without a session several times in a minute."
            }
            Self::SessionExpired => "The session has ended; sign in again.",
            Self::SignInRequired => "Sign in to enter this workspace.",
            Self::TooLarge => {
                "The request's headers are too large; too many cookies are the usual cause."
            }
            Self::Unavailable => "The request cannot be judged right now; try again soon.",
        }
    }

    /// Whether signing in may help, so that a page may be redirected.
    #[must_use]
    pub fn leads_to_sign_in(self) -> bool {
        matches!(self, Self::SessionExpired | Self::SignInRequired)
    }

    /// RFC 6750 §3.1: `error` only when a token was presented.
    fn presented_token(self) -> bool {
        matches!(self, Self::InvalidSession | Self::SessionExpired)
    }
}

/// One denial, ready to be written.
#[derive(Debug)]
pub struct Refused<'r> {
    /// What is told.
    pub outcome: Outcome,
    /// To whom.
    pub class: Class,
    /// A HEAD request gets no body.
    pub head: bool,
    /// Names this answer in log and body.
    pub request_id: &'r str,
    /// The visitor's own workspace, absolute.
    pub own_url: Option<String>,
    /// Where to sign in, absolute, with the way back.
    pub sign_in_url: Option<String>,
}

impl Refused<'_> {
    /// A page for people, a problem document (RFC 9457) for everybody else.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        let status = self.outcome.status();
        let (kind, body) = if self.class.shows_page() {
            ("text/html; charset=utf-8", page::html(self))
        } else {
            ("application/problem+json", page::problem(self))
        };
        let body = if self.head { Bytes::new() } else { Bytes::from(body) };
        let mut response = guarded(status, body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CONTENT_SECURITY_POLICY, page::policy());
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, self.challenge());
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static(match self.outcome {
            outcome if !outcome.presented_token() => "Bearer realm=\"doorward\"",
            Outcome::SessionExpired => {
                "Bearer realm=\"doorward\", error=\"invalid_token\", \
                 error_description=\"the session has ended\""
            }
            _ => {
                "Bearer realm=\"doorward\", error=\"invalid_token\", \
                 error_description=\"the token is not a valid session\""
            }
        })
    }
}

/// The only 2xx of the program: what goes on to the desktop with an allowed request.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "a permit is spent: one proof, one 2xx")]
pub fn permitted(permit: Permit<'_>, passing: Passing<'_>) -> Response<Body> {
    let mut response = Response::new(Body::default());
    passing.write(&permit, response.headers_mut());
    response
}

/// 302 to the sign-in page. `location` is absolute: Traefik resolves a relative one against the
/// gate's own address. `None` when it cannot be written as a header; then a page is shown.
#[must_use]
pub fn redirected(location: &str, loop_cookie: &str) -> Option<Response<Body>> {
    let location = HeaderValue::from_str(location).ok()?;
    let cookie = HeaderValue::from_str(loop_cookie).ok()?;
    let mut response = guarded(StatusCode::FOUND, Bytes::new());
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(SET_COOKIE, cookie);
    Some(response)
}

/// Headers that every answer but a permit has.
fn guarded(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

//! What the outside sees: the one table from denial and class to an answer, and the one way to a
//! 2xx, which takes a [`Permit`] by value.
//!
//! Denials look alike from outside where a difference would tell bob something: every unknown host
//! is the same 404, and nothing names anybody but the visitor. The log keeps the difference.

use super::client_class::ClientClass;
use super::error_page;
use super::upstream_headers::UpstreamHeaders;
use crate::gate::{ArrivalProblem, Denial, OwnAnswer, Permit};
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
    /// 403: whether to sign out; a press of the button is the answer.
    ConfirmSignOut,
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
    /// 401: came back from the sign-in page with what opens nothing here.
    SignInFailed,
    /// 401: not signed in.
    SignInRequired,
    /// 303: came back from the sign-in page, and is in.
    SignedIn,
    /// 401: signed out; 303 where the sign-in page says good-bye.
    SignedOut,
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
            Denial::TooManyCandidates
            | Denial::Arrival(ArrivalProblem::Unavailable | ArrivalProblem::NotEnded) => {
                Self::Unavailable
            }
            Denial::Forwarded(_) => Self::Malformed,
            Denial::TooManyHeaders | Denial::HeadersTooLarge => Self::TooLarge,
            Denial::HostUnknown | Denial::ReservedPath | Denial::Arrival(ArrivalProblem::Path) => {
                Self::NotFound
            }
            Denial::Answered(OwnAnswer::SignedIn) => Self::SignedIn,
            Denial::Answered(OwnAnswer::SignOutAsked) => Self::ConfirmSignOut,
            Denial::Answered(OwnAnswer::SignedOut) => Self::SignedOut,
            Denial::TokenRejected(rejection)
            | Denial::Arrival(ArrivalProblem::Token(rejection))
                if rejection.is_unjudged() =>
            {
                Self::Unavailable
            }
            Denial::Arrival(
                ArrivalProblem::NotAPage
                | ArrivalProblem::Query
                | ArrivalProblem::StateMissing
                | ArrivalProblem::StateExpired
                | ArrivalProblem::Token(_)
                | ArrivalProblem::Replayed
                | ArrivalProblem::SessionTooLarge,
            ) => Self::SignInFailed,
            Denial::Preflight | Denial::CrossSite(_) => Self::CrossSite,
            Denial::OwnerDiffers | Denial::NotAdmitted(_) => Self::NotYours,
            Denial::CredentialMissing | Denial::Answered(OwnAnswer::SignInAsked) => {
                Self::SignInRequired
            }
            Denial::TokenRejected(rejection) if rejection.is_expiry() => Self::SessionExpired,
            Denial::TokenRejected(_) => Self::InvalidSession,
        }
    }

    /// HTTP status of its page; never 1xx or 2xx.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::ConfirmSignOut | Self::CrossSite | Self::NotYours | Self::PeerRefused => {
                StatusCode::FORBIDDEN
            }
            Self::InvalidSession
            | Self::RedirectLoop
            | Self::SessionExpired
            | Self::SignInFailed
            | Self::SignInRequired
            | Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::SignedIn => StatusCode::SEE_OTHER,
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
            Self::ConfirmSignOut => "confirm-sign-out",
            Self::CrossSite => "cross-site-request",
            Self::InvalidSession => "invalid-session",
            Self::NotFound => "not-found",
            Self::NotYours => "not-yours",
            Self::PeerRefused => "peer-refused",
            Self::RedirectLoop => "redirect-loop",
            Self::SessionExpired => "session-expired",
            Self::SignInFailed => "sign-in-failed",
            Self::SignInRequired => "sign-in-required",
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::TooLarge => "headers-too-large",
            Self::Unavailable => "unavailable",
        }
    }

    /// One sentence for whoever reads the problem document.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Malformed => "The proxy in front of the gate sent a request it cannot judge.",
            Self::ConfirmSignOut => "You are about to sign out of this workspace.",
            Self::CrossSite => "A page of another site may not make this request.",
            Self::InvalidSession => "The token that came with the request is not a valid session.",
            Self::NotFound => "There is nothing at this address.",
            Self::NotYours => "You are signed in, but this workspace is not yours.",
            Self::PeerRefused => "Only the proxy in front of the gate may ask it.",
            Self::RedirectLoop => {
                "Signing in came back without a session several times in a minute."
            }
            Self::SessionExpired => "The session has ended; sign in again.",
            Self::SignInFailed => {
                "The sign-in was begun in another browser or tab, took too long, or was used before."
            }
            Self::SignInRequired => "Sign in to enter this workspace.",
            Self::SignedIn => "You are signed in.",
            Self::SignedOut => "You have signed out of this workspace.",
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

    /// Whether a page shows the way to the sign-in page.
    #[must_use]
    pub fn is_helped_by_signing_in(self) -> bool {
        self.leads_to_sign_in()
            || matches!(
                self,
                Self::InvalidSession
                    | Self::NotYours
                    | Self::RedirectLoop
                    | Self::SignInFailed
                    | Self::SignedOut
            )
    }

    /// RFC 6750 §3.1: `error` only when a token was presented.
    fn presented_token(self) -> bool {
        matches!(self, Self::InvalidSession | Self::SessionExpired)
    }
}

/// One denial, ready to be written.
#[derive(Debug)]
pub struct ErrorResponse<'r> {
    /// What is told.
    pub outcome: Outcome,
    /// To whom.
    pub class: ClientClass,
    /// A HEAD request gets no body.
    pub head: bool,
    /// Names this answer in log and body.
    pub request_id: &'r str,
    /// The visitor's own workspace, absolute.
    pub own_url: Option<String>,
    /// Where to sign in, absolute, with the way back.
    pub sign_in_url: Option<String>,
    /// The address that the page's form is redirected to, when it has one.
    pub form_leads_to: Option<&'r str>,
}

/// A browser is sent on, or told something, with cookies.
#[derive(Debug, Default)]
pub struct Redirect {
    /// Status and absolute address; `None`: a page is shown.
    pub to: Option<(StatusCode, String)>,
    /// `Set-Cookie` values.
    pub cookies: Vec<String>,
    /// What the host left in the browser is cleared: its caches and its storage. Never its cookies:
    /// that would empty the jar of the whole registrable domain.
    pub clear: bool,
}

impl Redirect {
    /// The answer without a page. `None` when nothing is to be sent on, or when the address cannot
    /// be written as a header; then a page is shown.
    #[must_use]
    pub fn response(&self) -> Option<Response<Body>> {
        let (status, location) = self.to.as_ref()?;
        let location = HeaderValue::from_str(location).ok()?;
        let mut response = guarded(*status, Bytes::new());
        response.headers_mut().insert(LOCATION, location);
        self.write(&mut response)?;
        Some(response)
    }

    /// Puts the cookies on an answer: all, or none and `None`.
    pub fn write(&self, response: &mut Response<Body>) -> Option<()> {
        let lines = self.cookies.iter().map(|line| HeaderValue::from_str(line));
        let lines: Vec<_> = lines.collect::<Result<_, _>>().ok()?;
        for line in lines {
            response.headers_mut().append(SET_COOKIE, line);
        }
        if self.clear {
            let what = HeaderValue::from_static("\"cache\", \"storage\"");
            response.headers_mut().insert(CLEAR_SITE_DATA, what);
        }
        Some(())
    }
}

/// W3C Clear Site Data §3.1.
const CLEAR_SITE_DATA: &str = "clear-site-data";

impl ErrorResponse<'_> {
    /// A page for people, a problem document (RFC 9457) for everybody else.
    #[must_use]
    pub fn response(&self) -> Response<Body> {
        let status = self.outcome.status();
        let (kind, body) = if self.class.shows_page() {
            ("text/html; charset=utf-8", error_page::html(self))
        } else {
            ("application/problem+json", error_page::problem(self))
        };
        let body = if self.head { Bytes::new() } else { Bytes::from(body) };
        let mut response = guarded(status, body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        let asks = self.outcome == Outcome::ConfirmSignOut;
        headers.insert(CONTENT_SECURITY_POLICY, error_page::policy(asks, self.form_leads_to));
        if asks {
            // Its form must come with an `Origin`, which `no-referrer` would make `null`.
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        }
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
pub fn permitted(permit: Permit<'_>, passing: UpstreamHeaders<'_>) -> Response<Body> {
    let mut response = Response::new(Body::default());
    passing.write(&permit, response.headers_mut());
    response
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Rejection;

    /// 503 says "again", 401 "not with this": a token that was not judged is no bad one.
    #[test]
    fn what_was_not_judged_is_told_to_come_back() {
        let unjudged = Rejection::KeysUnavailable;
        let arrival = |rejection| Denial::Arrival(ArrivalProblem::Token(rejection));
        let rows = [
            (Denial::TooManyCandidates, Outcome::Unavailable),
            (Denial::TokenRejected(unjudged.clone()), Outcome::Unavailable),
            (arrival(unjudged), Outcome::Unavailable),
            (arrival(Rejection::OverBudget), Outcome::Unavailable),
            (Denial::TokenRejected(Rejection::KeyUnknown), Outcome::InvalidSession),
            (arrival(Rejection::KeyUnknown), Outcome::SignInFailed),
            (Denial::TokenRejected(Rejection::Expired), Outcome::SessionExpired),
        ];
        for (denial, expected) in rows {
            assert_eq!(Outcome::of(&denial), expected, "{denial:?}");
        }
    }
}

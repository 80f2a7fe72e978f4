//! The handler of `backchannel_listen`: OpenID Connect Back-Channel Logout 1.0. A provider posts a
//! logout token; the session or subject that it names is revoked before the answer (section 2.8).
//!
//! Anyone on the internet may post here, so it reads at most 16 KiB and verifies a limited number of
//! signatures per second. Its 200 is not a permit, so it has a listener of its own; a ForwardAuth
//! request is refused there, as on the admin listener.

use super::handler::{AnswerFuture, Body, Handler, Peer};
use super::headers::is_forward_auth;
use super::state::State;
use super::verify::VerifyHandler;
use crate::clock::now;
use crate::observe::field;
use crate::revocation::{KeyHash, KeyKind, Revocation, StoreError};
use crate::token::{LogoutToken, MAX_LEEWAY, Rejection, UnixTime};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Revokes what logout tokens name, in the store of a [`VerifyHandler`]'s state.
pub struct BackChannelHandler {
    verify: Arc<VerifyHandler>,
    /// The current second and the number of signatures verified in it: 32 bits each.
    verified: AtomicU64,
    /// The number of requests that wait for an issuer's keys.
    waiting: AtomicUsize,
}

impl BackChannelHandler {
    /// A handler for the state of `verify`.
    #[must_use]
    pub fn new(verify: Arc<VerifyHandler>) -> Self {
        Self { verify, verified: AtomicU64::new(0), waiting: AtomicUsize::new(0) }
    }

    fn route(method: &Method, path: &str, headers: &HeaderMap) -> Option<LogoutError> {
        if is_forward_auth(headers) {
            return Some(LogoutError::Misdirected);
        }
        if path != PATH {
            return Some(LogoutError::NotFound);
        }
        if *method != Method::POST {
            return Some(LogoutError::Method);
        }
        None
    }

    async fn answer_post(&self, request: Request<Incoming>) -> Response<Body> {
        let is_form = request.headers().get(CONTENT_TYPE).is_some_and(is_form);
        let body = Limited::new(request.into_body(), MAX_BODY).collect().await;
        let Some(body) = body.ok().map(Collected::to_bytes).filter(|_| is_form) else {
            return LogoutError::Form.response();
        };
        let Some(token) = logout_token(&body) else { return LogoutError::Form.response() };
        match self.revoke(token).await {
            Ok(()) => ok(),
            Err(refused) => refused.response(),
        }
    }

    /// Revokes what a logout token names. Some providers send it only once, so a token with an
    /// unknown key waits until the issuer's keys have been fetched.
    async fn revoke(&self, token: &str) -> Result<(), LogoutError> {
        let mut state = self.verify.state();
        let mut logout = self.verify_token(&state, token);
        if logout.as_ref().is_err_and(|rejection| *rejection == Rejection::KeyUnknown)
            && let Some(issuer) = state.gate.verifier.issuer_named_in(token)
            && let Some(lookup) = self.verify.look_up_keys(&state, issuer)
            && let Some(_slot) = WaitSlot::take(&self.waiting)
        {
            lookup.await;
            state = self.verify.state();
            logout = self.verify_token(&state, token);
        }
        revoke(&state, &logout.map_err(refused)?, now()).await
    }

    fn verify_token(&self, state: &State, token: &str) -> Result<LogoutToken, Rejection> {
        let now = now();
        state.gate.verifier.verify_logout(token, now, &mut || self.may_verify(now))
    }

    /// Counts one signature; `false` if this second's limit is reached.
    fn may_verify(&self, now: UnixTime) -> bool {
        let second = now.0 << 32;
        let counted =
            self.verified.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |verified| {
                let count = if verified >> 32 == now.0 & u64::from(u32::MAX) {
                    verified & u64::from(u32::MAX)
                } else {
                    0
                };
                (count < MAX_SIGNATURES).then_some(second | (count + 1))
            });
        counted.is_ok()
    }
}

/// One of the [`MAX_WAITING`] requests that may wait; dropping it frees the slot.
struct WaitSlot<'w>(&'w AtomicUsize);

impl<'w> WaitSlot<'w> {
    fn take(waiting: &'w AtomicUsize) -> Option<Self> {
        let slot = Self(waiting);
        // Dropped at once, which undoes the count, if all slots are taken.
        (waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(slot)
    }
}

impl Drop for WaitSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Handler for BackChannelHandler {
    fn answer(&self, _: &Peer, request: &Request<Incoming>) -> Response<Body> {
        let refused = Self::route(request.method(), request.uri().path(), request.headers());
        refused.unwrap_or(LogoutError::Form).response()
    }

    fn is_async(&self, request: &Request<Incoming>) -> bool {
        Self::route(request.method(), request.uri().path(), request.headers()).is_none()
    }

    fn answer_async(self: Arc<Self>, _: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(async move { self.answer_post(request).await })
    }
}

fn refused(rejection: Rejection) -> LogoutError {
    if rejection == Rejection::OverBudget {
        return LogoutError::Busy;
    }
    tracing::info!(
        { field::EVENT } = "backchannel-logout",
        { field::REASON } = rejection.reason(),
        { field::REMEDY } = rejection.remedy(),
        "logout token refused"
    );
    LogoutError::Token(rejection)
}

/// Revokes what a verified logout token names, once.
async fn revoke(state: &State, logout: &LogoutToken, now: UnixTime) -> Result<(), LogoutError> {
    let gate = &state.gate;
    let life = state.longest_life(logout.issuer());
    let revocation = Revocation {
        // A session (`sid`) ends as a whole; a subject can sign in again, with a new session.
        issued_before: match logout.key().kind {
            KeyKind::Session => None,
            _ => Some(UnixTime(logout.issued_at().0.saturating_add(1))),
        },
        until: life.map(|life| UnixTime(now.0.saturating_add(life))),
        key: logout.key().clone(),
    };
    let (issuer, kind) = (revocation.key.issuer.clone(), revocation.key.kind);
    let once = KeyHash::new(&issuer, KeyKind::OnceLogout, logout.id());
    // Revoked before the token is marked as used, so that a provider can send it again after a 503.
    // Revoking twice has no further effect.
    gate.revocations.revoke(revocation, now).await.map_err(|_| LogoutError::NotStored)?;
    let until = logout.expires_at().0.saturating_add(MAX_LEEWAY);
    match gate.revocations.mark_used(once, UnixTime(until), now).await {
        Ok(true) => {}
        Ok(false) => return Err(LogoutError::Replayed),
        Err(StoreError) => return Err(LogoutError::NotStored),
    }
    tracing::info!(
        { field::EVENT } = "backchannel-logout",
        { field::ISSUER } = %issuer,
        { field::KIND } = kind.word(),
    );
    Ok(())
}

/// The `logout_token` of a form, which must occur once; other fields are ignored. A JWT has no
/// byte that a form encodes.
fn logout_token(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    let mut tokens = text.split('&').filter_map(|pair| pair.strip_prefix("logout_token="));
    let token = tokens.next().filter(|token| !token.is_empty());
    if tokens.next().is_some() { None } else { token }
}

fn is_form(kind: &HeaderValue) -> bool {
    let kind = kind.to_str().unwrap_or_default();
    let media = kind.split_once(';').map_or(kind, |(media, _)| media);
    media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Why nothing was revoked.
#[derive(Debug)]
enum LogoutError {
    Misdirected,
    NotFound,
    Method,
    Form,
    Busy,
    Token(Rejection),
    Replayed,
    NotStored,
}

impl LogoutError {
    /// Section 2.8: 400 with a JSON error, as RFC 6749 §5.2 has it.
    fn response(&self) -> Response<Body> {
        let (status, error, description) = match self {
            Self::Misdirected => (
                StatusCode::MISDIRECTED_REQUEST,
                "invalid_request",
                "the address of ForwardAuth is /verify on `listen`, not this listener",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "invalid_request", "there is nothing here"),
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "only POST is allowed")
            }
            Self::Form => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "send a form of at most 16 KiB with logout_token once",
            ),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again"),
            // The provider's operator needs the reason; it tells an attacker nothing new.
            Self::Token(rejection) => {
                (StatusCode::BAD_REQUEST, "invalid_request", rejection.reason())
            }
            Self::Replayed => (StatusCode::BAD_REQUEST, "invalid_request", "replayed"),
            Self::NotStored => (
                StatusCode::SERVICE_UNAVAILABLE,
                "server_error",
                "the revocation could not be stored",
            ),
        };
        let body = serde_json::json!({ "error": error, "error_description": description });
        let mut response = guarded(status, body.to_string() + "\n");
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self {
            Self::Method => drop(headers.insert(ALLOW, HeaderValue::from_static("POST"))),
            Self::Busy | Self::NotStored => {
                drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("1")));
            }
            _ => {}
        }
        response
    }
}

fn ok() -> Response<Body> {
    guarded(StatusCode::OK, String::new())
}

fn guarded(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Full::from(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

const PATH: &str = "/backchannel-logout";
/// Requests that may wait for an issuer's keys at a time; others are refused without waiting.
const MAX_WAITING: usize = 64;
const MAX_BODY: usize = 16 * 1024;
/// Signatures verified per second; one takes up to about 0.1 ms.
const MAX_SIGNATURES: u64 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_waiting_requests_is_limited() {
        let waiting = AtomicUsize::new(0);
        let slots: Vec<_> = (0..MAX_WAITING).map(|_| WaitSlot::take(&waiting)).collect();
        assert!(slots.iter().all(Option::is_some));
        for _ in 0..3 {
            assert!(WaitSlot::take(&waiting).is_none());
        }
        drop(slots);
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
        assert!(WaitSlot::take(&waiting).is_some());
    }

    #[test]
    fn a_form_has_one_token() {
        for (row, body, expected) in [
            ("alone", "logout_token=a.b.c", Some("a.b.c")),
            ("beside_others", "x=1&logout_token=a.b.c&y", Some("a.b.c")),
            ("twice", "logout_token=a.b.c&logout_token=d.e.f", None),
            ("empty", "logout_token=", None),
            ("other_name", "token=a.b.c", None),
            ("other_case", "LOGOUT_TOKEN=a.b.c", None),
            ("nothing", "", None),
        ] {
            assert_eq!(logout_token(body.as_bytes()), expected, "{row}");
        }
        assert_eq!(logout_token(b"logout_token=\xff"), None);
    }
}

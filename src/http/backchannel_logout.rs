//! `backchannel_listen`: OpenID Connect Back-Channel Logout 1.0. A provider posts a logout token, and
//! what it names is revoked before it is told so (section 2.8).
//!
//! Anybody on the internet may post here, so little is read, and few signatures are computed in a
//! second. Its 200 is the third of doorward's that is no permit, and stands on a listener of its
//! own; a question of ForwardAuth's is refused there, as on the admin listener.

use super::handler::{AnswerFuture, Body, Handler, Peer};
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

/// Takes logout tokens for a door.
pub struct BackChannelHandler {
    verify: Arc<VerifyHandler>,
    /// The second that runs and how many tokens were judged in it: 32 bits each.
    judged: AtomicU64,
    /// How many wait for a look at an issuer's keys.
    waiting: AtomicUsize,
}

impl BackChannelHandler {
    /// For this door.
    #[must_use]
    pub fn new(verify: Arc<VerifyHandler>) -> Self {
        Self { verify, judged: AtomicU64::new(0), waiting: AtomicUsize::new(0) }
    }

    fn route(method: &Method, path: &str, headers: &HeaderMap) -> Option<LogoutError> {
        if super::admin::is_misdirected(headers) {
            return Some(LogoutError::Misdirected);
        }
        if path != PATH {
            return Some(LogoutError::Nothing);
        }
        if *method != Method::POST {
            return Some(LogoutError::Method);
        }
        None
    }

    async fn take(&self, request: Request<Incoming>) -> Response<Body> {
        let is_form = request.headers().get(CONTENT_TYPE).is_some_and(is_form);
        let body = Limited::new(request.into_body(), MAX_BODY).collect().await;
        let Some(body) = body.ok().map(Collected::to_bytes).filter(|_| is_form) else {
            return LogoutError::Form.response();
        };
        let Some(token) = logout_token(&body) else { return LogoutError::Form.response() };
        match self.end(token).await {
            Ok(()) => done(),
            Err(refused) => refused.response(),
        }
    }

    /// Ends what a logout token names. Many a provider sends it only once, so one whose key is unknown
    /// waits until the issuer's keys have been looked for.
    async fn end(&self, token: &str) -> Result<(), LogoutError> {
        let mut state = self.verify.state();
        let mut judged = self.judge(&state, token);
        if judged.as_ref().is_err_and(|rejection| *rejection == Rejection::KeyUnknown)
            && let Some(issuer) = state.gate.verifier.issuer_named_in(token)
            && let Some(looked) = self.verify.look_up_keys(&state, issuer)
            && let Some(_place) = WaitSlot::take(&self.waiting)
        {
            looked.await;
            state = self.verify.state();
            judged = self.judge(&state, token);
        }
        end(&state, judged.map_err(refused)?, now()).await
    }

    fn judge(&self, state: &State, token: &str) -> Result<LogoutToken, Rejection> {
        let now = now();
        state.gate.verifier.verify_logout(token, now, || self.may_judge(now))
    }

    /// Whether one more signature may be computed in this second.
    fn may_judge(&self, now: UnixTime) -> bool {
        let second = now.0 << 32;
        let counted = self.judged.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |judged| {
            let count = if judged >> 32 == now.0 & u64::from(u32::MAX) {
                judged & u64::from(u32::MAX)
            } else {
                0
            };
            (count < MOST_JUDGED).then_some(second | (count + 1))
        });
        counted.is_ok()
    }
}

/// One of the few that may wait; given back when it goes.
struct WaitSlot<'w>(&'w AtomicUsize);

impl<'w> WaitSlot<'w> {
    fn take(waiting: &'w AtomicUsize) -> Option<Self> {
        let place = Self(waiting);
        // Given back at once when there is none.
        (waiting.fetch_add(1, Ordering::Relaxed) < MOST_WAITING).then_some(place)
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
        Box::pin(async move { self.take(request).await })
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
        "a logout token was refused"
    );
    LogoutError::Token(rejection)
}

/// Ends what a logout token names, once.
async fn end(state: &State, logout: LogoutToken, now: UnixTime) -> Result<(), LogoutError> {
    let gate = &state.gate;
    let life = state.lives.get(logout.issuer).copied().flatten();
    let revocation = Revocation {
        // A sign-in ends whole; whoever signs in again is a new one of the same subject.
        issued_before: match logout.name.kind {
            KeyKind::Session => None,
            _ => Some(UnixTime(logout.issued_at.0.saturating_add(1))),
        },
        until: life.map(|life| UnixTime(now.0.saturating_add(life))),
        key: logout.name,
    };
    let (issuer, kind) = (revocation.key.issuer.clone(), revocation.key.kind);
    let once = KeyHash::new(&issuer, KeyKind::OnceLogout, &logout.id);
    // Before it is noted as used, so that a provider which is told to try again may. Told twice, it
    // ends nothing more.
    gate.revocations.revoke(revocation, now).await.map_err(|_| LogoutError::NotKept)?;
    let spent = logout.expires_at.0.saturating_add(MAX_LEEWAY);
    match gate.revocations.mark_used(once, UnixTime(spent), now).await {
        Ok(true) => {}
        Ok(false) => return Err(LogoutError::Replayed),
        Err(StoreError) => return Err(LogoutError::NotKept),
    }
    tracing::info!(
        { field::EVENT } = "backchannel-logout",
        { field::ISSUER } = %issuer,
        { field::KIND } = kind.word(),
    );
    Ok(())
}

/// `logout_token` of a form, exactly once, beside whatever else is there. A JWT has no byte that a
/// form would encode.
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

/// Why nothing was ended.
#[derive(Debug)]
enum LogoutError {
    Misdirected,
    Nothing,
    Method,
    Form,
    Busy,
    Token(Rejection),
    Replayed,
    NotKept,
}

impl LogoutError {
    /// Section 2.8: 400 with a JSON error, as RFC 6749 §5.2 has it.
    fn response(&self) -> Response<Body> {
        let (status, error, description) = match self {
            Self::Misdirected => {
                (StatusCode::MISDIRECTED_REQUEST, "invalid_request", "ForwardAuth asks at `listen`")
            }
            Self::Nothing => (StatusCode::NOT_FOUND, "invalid_request", "there is nothing here"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "only POST"),
            Self::Form => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "send a form with logout_token, once, of at most 16 KiB",
            ),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again"),
            // The provider's operator learns the reason; whoever forges tokens knows it anyway.
            Self::Token(rejection) => {
                (StatusCode::BAD_REQUEST, "invalid_request", rejection.reason())
            }
            Self::Replayed => (StatusCode::BAD_REQUEST, "invalid_request", "replayed"),
            Self::NotKept => {
                (StatusCode::SERVICE_UNAVAILABLE, "server_error", "the store could not keep it")
            }
        };
        let body = serde_json::json!({ "error": error, "error_description": description });
        let mut response = guarded(status, body.to_string() + "\n");
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self {
            Self::Method => drop(headers.insert(ALLOW, HeaderValue::from_static("POST"))),
            Self::Busy | Self::NotKept => {
                drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("1")));
            }
            _ => {}
        }
        response
    }
}

fn done() -> Response<Body> {
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
/// Requests that wait for an issuer's keys at a time; more are refused at once, as forged ones are.
const MOST_WAITING: usize = 64;
const MAX_BODY: usize = 16 * 1024;
/// Signatures computed within a second: one may cost a tenth of a millisecond.
const MOST_JUDGED: u64 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_wait_and_each_makes_room_again() {
        let waiting = AtomicUsize::new(0);
        let places: Vec<_> = (0..MOST_WAITING).map(|_| WaitSlot::take(&waiting)).collect();
        assert!(places.iter().all(Option::is_some));
        for _ in 0..3 {
            assert!(WaitSlot::take(&waiting).is_none());
        }
        drop(places);
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

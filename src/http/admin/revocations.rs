//! `/revocations`: GET lists revocations, POST adds one, DELETE removes one. Each request needs
//! `Authorization: Bearer` with the secret of `revocation.secret_file`.
//!
//! A revocation names an issuer and one of `jti`, `sid`, `sub` and `user`. It revokes what was issued
//! before a point in time, by default now, so that the user can sign in again; a revoked `jti` stays
//! revoked whenever it was issued. It is stored until every token that it could match has expired.

use super::response::{NO_SUCH_PATH, Problem, json, method_not_allowed};
use crate::clock::now;
use crate::gate::Gate;
use crate::http::handler::Body;
use crate::http::state::State;
use crate::http::verify::VerifyHandler;
use crate::observe::field;
use crate::revocation::{KeyKind, Revocation, RevocationKey};
use crate::token::{IssuerId, Issuers, UnixTime};
use http_body_util::{BodyExt, Collected, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Answers a request without a body: GET lists.
pub(super) fn read(
    verify: Option<&VerifyHandler>,
    method: &Method,
    headers: &HeaderMap,
) -> Response<Body> {
    let Some(verify) = verify else {
        return json(StatusCode::NOT_FOUND, &Problem { error: NO_SUCH_PATH });
    };
    let state = verify.state();
    if !admitted(&state, headers) {
        return unauthorized(&state);
    }
    if *method != Method::GET {
        let error = "GET lists, POST revokes, DELETE removes a revocation";
        return method_not_allowed(error, "GET, POST, DELETE");
    }
    let store = &state.gate.revocations;
    let mut all: Vec<_> = store.list(now()).iter().map(RevocationView::of).collect();
    all.sort();
    let count = all.len();
    all.truncate(MOST_LISTED);
    json(StatusCode::OK, &List { store: store.store(), count, revocations: all })
}

/// Answers POST, which revokes, and DELETE, which removes a revocation.
pub(super) async fn change(
    verify: Option<&VerifyHandler>,
    request: Request<Incoming>,
) -> Response<Body> {
    let Some(verify) = verify else {
        return json(StatusCode::NOT_FOUND, &Problem { error: NO_SUCH_PATH });
    };
    let state = verify.state();
    if !admitted(&state, request.headers()) {
        return unauthorized(&state);
    }
    let revokes = *request.method() == Method::POST;
    let body = Limited::new(request.into_body(), MAX_BODY).collect().await;
    let Ok(body) = body.map(Collected::to_bytes) else {
        return bad("the body is incomplete or larger than 8 KiB".to_owned());
    };
    let request = match RevocationRequest::read(&body, &state.gate) {
        Ok(request) => request,
        Err(wrong) => return bad(wrong),
    };
    if revokes {
        revoke(&state, request.revocation(&state, now())).await
    } else {
        restore(&state, request.key).await
    }
}

fn admitted(state: &State, headers: &HeaderMap) -> bool {
    state.admin_secret.as_ref().is_some_and(|secret| secret.admits(headers))
}

fn unauthorized(state: &State) -> Response<Body> {
    if state.admin_secret.is_none() {
        return json(StatusCode::NOT_FOUND, &Problem { error: NO_SUCH_PATH });
    }
    tracing::warn!("request for /revocations without the secret, answered 401");
    let problem = Problem { error: "send the secret of revocation.secret_file as a bearer token" };
    let mut response = json(StatusCode::UNAUTHORIZED, &problem);
    let challenge = HeaderValue::from_static("Bearer realm=\"doorward-admin\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

async fn revoke(state: &State, revocation: Revocation) -> Response<Body> {
    let view = RevocationView::of(&revocation);
    let answer = match state.gate.revocations.revoke(revocation, now()).await {
        Ok(()) => json(StatusCode::OK, &view),
        Err(_) => json(StatusCode::SERVICE_UNAVAILABLE, &Problem { error: NOT_KEPT }),
    };
    log(state, "revoked", &view, answer.status());
    answer
}

async fn restore(state: &State, key: RevocationKey) -> Response<Body> {
    let revocation = Revocation { key: key.clone(), issued_before: None, until: None };
    let view = RevocationView::of(&revocation);
    let answer = match state.gate.revocations.restore(key, now()).await {
        Ok(true) => json(StatusCode::OK, &view),
        Ok(false) => json(StatusCode::NOT_FOUND, &Problem { error: "there is no such revocation" }),
        Err(_) => json(StatusCode::SERVICE_UNAVAILABLE, &Problem { error: NOT_KEPT }),
    };
    log(state, "restored", &view, answer.status());
    answer
}

/// Logs a change; a username only if `log.usernames` is set.
fn log(state: &State, what: &'static str, view: &RevocationView, status: StatusCode) {
    let shows_value = view.kind != KeyKind::User || state.log_usernames;
    tracing::info!(
        { field::EVENT } = what,
        { field::STATUS } = status.as_u16(),
        { field::ISSUER } = view.issuer,
        { field::KIND } = view.kind.word(),
        { field::VALUE } = shows_value.then_some(view.value.as_str()),
    );
}

fn bad(error: String) -> Response<Body> {
    json(StatusCode::BAD_REQUEST, &BTreeMap::from([("error", error)]))
}

/// The body of a request, checked.
struct RevocationRequest {
    key: RevocationKey,
    issuer: IssuerId,
    issued_before: Option<UnixTime>,
    expires: Option<UnixTime>,
}

impl RevocationRequest {
    fn read(body: &[u8], gate: &Gate) -> Result<Self, String> {
        let form: Form = serde_json::from_slice(body).map_err(|error| format!("JSON: {error}"))?;
        let issuers = &gate.verifier.issuers;
        let mut all = issuers.iter();
        let (id, issuer) = match (&form.issuer, all.next(), all.next()) {
            (None, Some(only), None) => only,
            (None, ..) => return Err(format!("issuer is missing: name one of {}", names(issuers))),
            (Some(name), ..) => issuers
                .named(name)
                .ok_or_else(|| format!("issuer must be one of {}", names(issuers)))?,
        };
        let named = [
            (KeyKind::Token, &form.jti),
            (KeyKind::Session, &form.sid),
            (KeyKind::Subject, &form.sub),
            (KeyKind::User, &form.user),
        ];
        let mut named = named.into_iter().filter_map(|(kind, value)| Some((kind, value.as_ref()?)));
        let (Some((kind, value)), None) = (named.next(), named.next()) else {
            return Err("name exactly one of jti, sid, sub and user".to_owned());
        };
        let value = match kind {
            // In canonical form, as sessions have it.
            KeyKind::User => {
                let labelled = issuer.labels.label(value);
                labelled.map_err(|error| format!("user: {error}"))?.0
            }
            _ if (1..=1024).contains(&value.len()) => value.as_str().into(),
            _ => return Err(format!("{} must have 1 to 1024 bytes", kind.word())),
        };
        Ok(Self {
            key: RevocationKey { issuer: issuer.name.clone(), kind, value },
            issuer: id,
            issued_before: form.issued_before.map(UnixTime),
            expires: form.expires.map(UnixTime),
        })
    }

    fn revocation(self, state: &State, now: UnixTime) -> Revocation {
        let issued_before = match (self.issued_before, self.key.kind) {
            (Some(time), _) => Some(time),
            (None, KeyKind::Token) => None,
            // Including what was issued within this second.
            (None, _) => Some(UnixTime(now.0.saturating_add(1))),
        };
        let life = state.longest_life(self.issuer);
        let from = issued_before.map_or(now.0, |time| time.0.max(now.0));
        let kept = life.map(|life| UnixTime(from.saturating_add(life)));
        Revocation { key: self.key, issued_before, until: self.expires.or(kept) }
    }
}

fn names(issuers: &Issuers) -> String {
    issuers.iter().map(|(_, issuer)| &*issuer.name).collect::<Vec<_>>().join(", ")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    issuer: Option<String>,
    jti: Option<String>,
    sid: Option<String>,
    sub: Option<String>,
    user: Option<String>,
    issued_before: Option<u64>,
    expires: Option<u64>,
}

/// A revocation as it is view.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct RevocationView {
    issuer: String,
    kind: KeyKind,
    value: String,
    issued_before: Option<u64>,
    expires: Option<u64>,
}

impl RevocationView {
    fn of(revocation: &Revocation) -> Self {
        Self {
            issuer: revocation.key.issuer.to_string(),
            kind: revocation.key.kind,
            value: revocation.key.value.to_string(),
            issued_before: revocation.issued_before.map(|time| time.0),
            expires: revocation.until.map(|time| time.0),
        }
    }
}

/// With the same member names as a request.
impl Serialize for RevocationView {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("issuer", &self.issuer)?;
        map.serialize_entry(self.kind.word(), &self.value)?;
        map.serialize_entry("issued_before", &self.issued_before)?;
        map.serialize_entry("expires", &self.expires)?;
        map.end()
    }
}

#[derive(Serialize)]
struct List {
    store: &'static str,
    /// The number of all revocations, listed or not.
    count: usize,
    revocations: Vec<RevocationView>,
}

const NOT_KEPT: &str = "the revocation store could not store the change; the log has the reason";
const MAX_BODY: usize = 8 * 1024;
const MOST_LISTED: usize = 1000;

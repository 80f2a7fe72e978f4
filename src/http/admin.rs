//! The handler of `admin_listen`: liveness, readiness, metrics and version; and `/revocations` for
//! clients that know a secret.
//!
//! Its 2xx answers are not permits, so it has a listener of its own. If a ForwardAuth middleware is
//! configured with its address by mistake, the handler recognises the request by the headers that
//! only ForwardAuth sends, and refuses it.

mod revocations;

mod response;

pub use response::NO_SUCH_PATH;

use super::handler::{AnswerFuture, Body, Handler, Peer};
use super::headers::is_forward_auth;
use super::verify::VerifyHandler;
use crate::clock::now;
use crate::observe::{FetchedIssuer, Metrics, Stage, Status};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Method, Request, Response, StatusCode};
use response::{Problem, answer, json, method_not_allowed};
use serde::Serialize;
use std::sync::Arc;

/// Answers the requests on `admin_listen`.
pub struct AdminHandler {
    status: Arc<Status>,
    metrics: Arc<Metrics>,
    verify: Option<Arc<VerifyHandler>>,
}

impl AdminHandler {
    /// A handler that shows `status` and `metrics`.
    #[must_use]
    pub fn new(status: Arc<Status>, metrics: Arc<Metrics>) -> Self {
        Self { status, metrics, verify: None }
    }

    /// Also answers `/revocations` for the state of `verify`.
    #[must_use]
    pub fn revoking(self, verify: Arc<VerifyHandler>) -> Self {
        Self { verify: Some(verify), ..self }
    }

    fn route(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
        if is_forward_auth(headers) {
            return json(StatusCode::MISDIRECTED_REQUEST, &Problem { error: MISDIRECTED });
        }
        if path == REVOCATIONS {
            return revocations::read(self.verify.as_deref(), method, headers);
        }
        let answer = match path {
            "/livez" => self.livez(),
            "/readyz" | "/healthz" => self.readyz(),
            "/metrics" => self.metrics(),
            "/version" => version(),
            _ => {
                return json(StatusCode::NOT_FOUND, &Problem { error: NO_SUCH_PATH });
            }
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            return method_not_allowed("only GET and HEAD", "GET, HEAD");
        }
        answer
    }

    /// Always 200: a restart would not help a gate that is only not ready.
    fn livez(&self) -> Response<Body> {
        json(StatusCode::OK, &Alive { status: word(self.status.stage()) })
    }

    /// A refused reload does not make the gate unready: it keeps working with its previous
    /// configuration, and removing it from service for a typing error would cause an outage.
    fn readyz(&self) -> Response<Body> {
        let stage = self.status.stage();
        let code = match stage {
            Stage::Ready => StatusCode::OK,
            Stage::Starting | Stage::Draining => StatusCode::SERVICE_UNAVAILABLE,
        };
        let listeners = self.status.listeners();
        let fetched = self.metrics.fetched_keys().issuers();
        let now = now().0;
        let store =
            self.verify.as_ref().and_then(|verify| verify.state().gate.revocations.problem());
        json(
            code,
            &Ready {
                status: word(stage),
                generation: self.status.generation(),
                reload_problem: self.status.reload_problem().as_deref().map(String::as_str),
                revocation_problem: store.as_deref(),
                warnings: &self.status.warnings(),
                listeners: listeners
                    .iter()
                    .map(|(name, address)| ListensOn { name, address })
                    .collect(),
                keys: fetched.iter().map(|issuer| KeysOf::new(issuer, now)).collect(),
            },
        )
    }

    fn metrics(&self) -> Response<Body> {
        answer(StatusCode::OK, Metrics::CONTENT_TYPE, self.metrics.text())
    }
}

impl Handler for AdminHandler {
    fn answer(&self, _peer: &Peer, request: &Request<Incoming>) -> Response<Body> {
        self.route(request.method(), request.uri().path(), request.headers())
    }

    fn is_async(&self, request: &Request<Incoming>) -> bool {
        request.uri().path() == REVOCATIONS
            && matches!(*request.method(), Method::POST | Method::DELETE)
            && !is_forward_auth(request.headers())
    }

    fn answer_async(self: Arc<Self>, _peer: Peer, request: Request<Incoming>) -> AnswerFuture {
        Box::pin(async move { revocations::change(self.verify.as_deref(), request).await })
    }
}

#[derive(Serialize)]
struct Alive {
    status: &'static str,
}

#[derive(Serialize)]
struct Ready<'a> {
    status: &'static str,
    generation: u64,
    reload_problem: Option<&'a str>,
    revocation_problem: Option<&'a str>,
    warnings: &'a [String],
    listeners: Vec<ListensOn<'a>>,
    keys: Vec<KeysOf<'a>>,
}

#[derive(Serialize)]
struct ListensOn<'a> {
    name: &'a str,
    address: &'a str,
}

/// An issuer whose keys are fetched.
#[derive(Serialize)]
struct KeysOf<'a> {
    issuer: &'a str,
    keys: u64,
    /// Seconds since 1970.
    last_success: Option<u64>,
    age_seconds: Option<u64>,
    failures: u64,
    problem: Option<String>,
}

impl<'a> KeysOf<'a> {
    fn new(issuer: &'a FetchedIssuer, now: u64) -> Self {
        let last_success = issuer.last_success();
        Self {
            issuer: issuer.name(),
            keys: issuer.keys(),
            last_success,
            age_seconds: last_success.map(|at| now.saturating_sub(at)),
            failures: issuer.failures(),
            problem: issuer.problem().as_deref().cloned(),
        }
    }
}

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
}

fn version() -> Response<Body> {
    let version = Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    json(StatusCode::OK, &version)
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Starting => "starting",
        Stage::Ready => "ready",
        Stage::Draining => "draining",
    }
}

const REVOCATIONS: &str = "/revocations";
const MISDIRECTED: &str = "the address of ForwardAuth is /verify on `listen`, not this listener";

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use hyper::header::{CACHE_CONTROL, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

    struct Answered {
        status: u16,
        headers: HeaderMap,
        body: String,
    }

    async fn ask(
        admin: &AdminHandler,
        method: &str,
        path: &str,
        headers: &[&'static str],
    ) -> Answered {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut map = HeaderMap::new();
        for name in headers {
            map.insert(*name, HeaderValue::from_static("GET"));
        }
        let (head, body) = admin.route(&method, path, &map).into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let body = String::from_utf8(body).unwrap();
        Answered { status: head.status.as_u16(), headers: head.headers, body }
    }

    fn admin() -> (Arc<Status>, AdminHandler) {
        let status = Arc::new(Status::new());
        let metrics = Arc::new(Metrics::new(&[("allow", "permit")]));
        (Arc::clone(&status), AdminHandler::new(status, metrics))
    }

    #[tokio::test]
    async fn routes() {
        let (status, admin) = admin();
        status.reach(Stage::Ready);
        let rows: &[(&str, &str, &[&str], u16)] = &[
            ("GET", "/livez", &[], 200),
            ("GET", "/readyz", &[], 200),
            ("GET", "/healthz", &[], 200),
            ("GET", "/metrics", &[], 200),
            ("GET", "/version", &[], 200),
            ("HEAD", "/readyz", &[], 200),
            ("POST", "/readyz", &[], 405),
            ("OPTIONS", "/metrics", &[], 405),
            ("get", "/readyz", &[], 405),
            ("GET", "/", &[], 404),
            ("GET", "/verify", &[], 404),
            ("GET", "/readyz/", &[], 404),
            ("GET", "/READYZ", &[], 404),
            ("GET", "", &[], 404),
            ("POST", "/nothing", &[], 404),
            ("GET", "/healthz", &["x-forwarded-method"], 421),
            ("GET", "/metrics", &["x-forwarded-uri"], 421),
            ("GET", "/metrics", &["x-forwarded-for", "x-forwarded-host"], 200),
        ];
        for (method, path, headers, expected) in rows {
            let seen = ask(&admin, method, path, headers).await;
            assert_eq!(seen.status, *expected, "{method} {path} {headers:?}");
            assert_eq!(seen.headers[CACHE_CONTROL], "no-store", "{method} {path}");
            assert_eq!(seen.headers[REFERRER_POLICY], "no-referrer", "{method} {path}");
            assert_eq!(seen.headers[X_CONTENT_TYPE_OPTIONS], "nosniff", "{method} {path}");
        }
    }

    #[tokio::test]
    async fn ready_only_between_start_and_end() {
        let (status, admin) = admin();
        for (stage, code, word) in [
            (Stage::Starting, 503, "starting"),
            (Stage::Ready, 200, "ready"),
            (Stage::Draining, 503, "draining"),
            (Stage::Ready, 503, "draining"),
        ] {
            status.reach(stage);
            let seen = ask(&admin, "GET", "/readyz", &[]).await;
            assert_eq!(seen.status, code);
            let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
            assert_eq!(body["status"], word);
            assert_eq!(ask(&admin, "GET", "/livez", &[]).await.status, 200, "alive all along");
        }
    }

    #[tokio::test]
    async fn fetched_keys_are_reported() {
        let (_, admin) = admin();
        let rows = admin.metrics.fetched_keys().name(&["a", "b"]);
        rows[0].in_use(2, now().0 - 60);
        rows[1].failed("the host has no address; check it".to_owned(), 3);
        let seen = ask(&admin, "GET", "/readyz", &[]).await;
        let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        let age = body["keys"][0]["age_seconds"].as_u64().unwrap();
        assert!((60..120).contains(&age), "{age}");
        assert_eq!(
            (&body["keys"][0]["keys"], &body["keys"][0]["problem"]),
            (&2.into(), &().into())
        );
        let expected = serde_json::json!({
            "issuer": "b", "keys": 0, "last_success": null, "age_seconds": null, "failures": 3,
            "problem": "the host has no address; check it",
        });
        assert_eq!(body["keys"][1], expected);
    }

    #[tokio::test]
    async fn a_refused_reload_is_reported_and_readyz_stays_200() {
        let (status, admin) = admin();
        status.reach(Stage::Ready);
        status.configured(3, vec!["cross_site is report".to_owned()]);
        status.listens(vec![("verify", "127.0.0.1:4181".to_owned())]);
        status.reload_refused("domains: \"a\" lies below \"b\"".to_owned());
        let seen = ask(&admin, "GET", "/readyz", &[]).await;
        assert_eq!(seen.status, 200);
        let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        let expected = serde_json::json!({
            "status": "ready",
            "generation": 3,
            "reload_problem": "domains: \"a\" lies below \"b\"",
            "revocation_problem": null,
            "warnings": ["cross_site is report"],
            "listeners": [{"name": "verify", "address": "127.0.0.1:4181"}],
            "keys": [],
        });
        assert_eq!(body, expected);
        status.configured(4, Vec::new());
        let seen = ask(&admin, "GET", "/readyz", &[]).await;
        assert!(seen.body.contains("\"reload_problem\":null"), "{}", seen.body);
    }
}

//! The desktops behind the gate: a page, `/echo`, `/ws` and the record.
//!
//! They are insecure on purpose, as many real desktops are: they authenticate no user, accept a
//! WebSocket from any origin and allow every CORS request. Only the gate protects them, and `/echo`
//! shows which headers arrive.

use super::{
    gate::SESSION_COOKIE,
    hosts::{Account, Hosts, SIGN_IN_LABEL},
    listener::{Answer, STYLE, Site, page},
    query,
    record::Record,
    verdicts::Verdicts,
};
use futures_util::{SinkExt, StreamExt};
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};

/// One person's desktop.
pub(super) struct Desktop {
    pub(super) owner: Account,
    pub(super) hosts: Hosts,
    /// What reached alice's desktop; bob's desktop only reads it.
    pub(super) record: Arc<Record>,
    /// The gate's decisions, for bob's page.
    pub(super) verdicts: Arc<Verdicts>,
}

impl Site for Desktop {
    async fn answer(&self, mut request: Request<Incoming>) -> Answer {
        let query = request.uri().query().unwrap_or_default().to_owned();
        // In an address of the gate's own, the name of the attempt takes the place of the token.
        let attempt = query::value(&query, "attempt").or_else(|| query::value(&query, "t"));
        let attempt = attempt.unwrap_or_default();
        let path = request.uri().path().to_owned();
        if path == "/record" {
            let reached = self.record.has(&attempt);
            return json_answer(&json!({ "reached": reached, "gate": self.verdicts.news() }));
        }
        if self.owner == Account::Alice {
            self.record.arrived(&attempt);
        }

        let origin = request.headers().get(header::ORIGIN).cloned();
        let mut answer = match (request.method(), path.as_str()) {
            (&Method::OPTIONS, _) => status(StatusCode::NO_CONTENT),
            (&Method::GET, "/ws") => open_web_socket(&mut request),
            (&Method::GET | &Method::HEAD, "/") => page(self.page(request.headers()), ""),
            (_, "/echo" | "/") => json_answer(&self.seen(&request)),
            _ => status(StatusCode::NOT_FOUND),
        };
        allow_everybody(answer.headers_mut(), origin);
        answer
    }
}

impl Desktop {
    /// The request as it arrived here, behind Traefik and the gate.
    fn seen(&self, request: &Request<Incoming>) -> Value {
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
            .collect();
        json!({
            "desktop": self.owner.name(),
            "method": request.method().as_str(),
            "target": request.uri().to_string(),
            "headers": headers,
        })
    }

    fn page(&self, headers: &HeaderMap) -> String {
        // A desktop may trust this header, because Traefik removes it from what clients send.
        let user = headers.get("x-doorward-user").and_then(|user| user.to_str().ok());
        let template = match self.owner {
            Account::Alice => ALICE,
            Account::Bob => BOB,
        };
        template
            .replace("{{style}}", STYLE)
            .replace("{{alice}}", &self.hosts.authority(Account::Alice.name()))
            .replace("{{bob}}", &self.hosts.authority(Account::Bob.name()))
            .replace("{{login}}", &self.hosts.authority(SIGN_IN_LABEL))
            .replace("{{domain}}", super::hosts::DOMAIN)
            .replace("{{session_cookie}}", SESSION_COOKIE)
            .replace("{{user}}", &escaped(user.unwrap_or("no user")))
    }
}

/// Answers the handshake of RFC 6455 §4.2.2 and echoes every message in a task of its own.
fn open_web_socket(request: &mut Request<Incoming>) -> Answer {
    let Some(key) = request.headers().get(header::SEC_WEBSOCKET_KEY) else {
        return status(StatusCode::UPGRADE_REQUIRED);
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let socket = TokioIo::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(socket, Role::Server, None).await;
        while let Some(Ok(message)) = socket.next().await {
            let data = message.is_text() || message.is_binary();
            if data && socket.send(message).await.is_err() {
                return;
            }
        }
    });
    let mut answer = status(StatusCode::SWITCHING_PROTOCOLS);
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    answer
}

/// Allows any origin, with credentials. No desktop should do this, but many do.
fn allow_everybody(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let yes = HeaderValue::from_static("true");
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let names = HeaderValue::from_static("content-type");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn json_answer(value: &Value) -> Answer {
    let mut answer = Response::new(Full::from(format!("{value:#}\n")));
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    answer
}

fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

const ALICE: &str = include_str!("alice.html");
const BOB: &str = include_str!("bob.html");

#[cfg(test)]
mod tests {
    use super::*;

    fn desktop(owner: Account) -> Desktop {
        let verdicts = Arc::new(Verdicts::new("/nonexistent/gate.log".into()));
        Desktop { owner, hosts: Hosts::new(8443), record: Arc::default(), verdicts }
    }

    #[test]
    fn pages_have_no_placeholder_left_and_ask_nothing_from_outside() {
        for owner in Account::ALL {
            let html = desktop(owner).page(&HeaderMap::new());
            assert!(!html.contains("{{"), "{owner:?}");
            assert!(html.contains("alice.vdi.localhost:8443"), "{owner:?}");
            for outside in ["http://", "src=\"https", "href=\"https://cdn", "@import"] {
                assert!(!html.contains(outside), "{owner:?}: {outside}");
            }
        }
    }

    #[test]
    fn the_page_shows_the_signed_in_user() {
        let mut headers = HeaderMap::new();
        headers.insert("x-doorward-user", HeaderValue::from_static("<b>bob"));
        for owner in Account::ALL {
            let html = desktop(owner).page(&headers);
            assert!(html.contains("&lt;b>bob") && !html.contains("<b>bob"), "{owner:?}");
            assert!(html.contains("href=\"/.doorward/logout\""), "{owner:?}");
        }
    }

    #[test]
    fn careless_desktop_answers_cors_for_any_origin() {
        let mut headers = HeaderMap::new();
        allow_everybody(&mut headers, Some(HeaderValue::from_static("https://evil.example")));
        assert_eq!(headers["access-control-allow-origin"], "https://evil.example");
        assert_eq!(headers["access-control-allow-credentials"], "true");
        let mut headers = HeaderMap::new();
        allow_everybody(&mut headers, None);
        assert!(headers.is_empty());
    }
}

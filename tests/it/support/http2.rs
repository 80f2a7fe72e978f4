//! HTTP/2 visitors: many requests, and many hosts, on one connection.

use super::answer::Answer;
use super::request::Request;
use super::wire::{Tls, tls_stream};
use futures_util::future;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::http::HeaderValue;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::time::Duration;

/// One HTTP/2 connection.
pub struct Http2 {
    sender: SendRequest<Empty<Bytes>>,
}

impl Http2 {
    /// Connects and negotiates HTTP/2.
    ///
    /// # Panics
    ///
    /// When the other side does not speak it.
    pub async fn connect(address: SocketAddr, tls: Tls<'_>) -> Self {
        let stream = tls_stream(address, tls, b"h2").await.expect("TLS handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "no HTTP/2 by ALPN");
        let (sender, connection) =
            handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2 preface");
        tokio::spawn(connection);
        Self { sender }
    }

    /// Sends `request`; its `Host` becomes `:authority`, each `Cookie` line stays its own field.
    pub async fn exchange(&self, request: &Request) -> Result<Answer, hyper::Error> {
        let answer = self.sender.clone().send_request(convert(request));
        let answer = tokio::time::timeout(PATIENCE, answer).await.expect("an answer in time")?;
        let (head, body) = answer.into_parts();
        let headers = head.headers.iter();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                .collect(),
            body: body.collect().await?.to_bytes().to_vec(),
        })
    }

    /// Sends all requests at once and gives the answers in their order.
    pub async fn exchange_all(&self, requests: &[Request]) -> Vec<Answer> {
        let answers = future::join_all(requests.iter().map(|request| self.exchange(request))).await;
        answers.into_iter().map(|answer| answer.expect("a stream of its own")).collect()
    }
}

fn convert(request: &Request) -> hyper::Request<Empty<Bytes>> {
    let host = String::from_utf8_lossy(request.header("Host").unwrap_or_default()).into_owned();
    let mut converted = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(format!("https://{host}{}", request.target));
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("Host") || name.eq_ignore_ascii_case("Connection") {
            continue;
        }
        converted = converted.header(name, HeaderValue::from_bytes(value).expect("a field value"));
    }
    converted.body(Empty::new()).expect("a well-formed request")
}

const PATIENCE: Duration = Duration::from_secs(40);
